package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
)

func (s *service) decisionRoutes() {
	add(s, "decisions", "POST /ideas/{id}/decisions", "decide", "Decide on an idea, with the reason", http.StatusCreated, s.decide,
		tells("A decision is never edited, only followed by another. Everybody entitled is told; under_review mails nobody. "+
			"shipped names a release (release_id) or makes one (release); with neither, one is made with the idea's title and the reason."))
	add(s, "decisions", "GET /ideas/{id}/decisions", "listDecisions", "What was decided on an idea", http.StatusOK, s.decisionsList)
	add(s, "decisions", "GET /decisions/{id}", "getDecision", "One decision", http.StatusOK, s.decisionGet)
	add(s, "decisions", "GET /decisions/{id}/told", "told", "How many were told, which way, and who waits", http.StatusOK, s.told)
	add(s, "decisions", "GET /decisions/{id}/tellings", "listTellings", "Who is told of a decision, and how", http.StatusOK, s.tellings)
	add(s, "releases", "GET /releases", "listReleases", "You said, we did", http.StatusOK, s.releasesList)
	add(s, "releases", "POST /releases", "makeRelease", "Say what changed, and thanks to whom", http.StatusCreated, s.releaseMake)
	add(s, "releases", "GET /releases/{id}", "getRelease", "One release", http.StatusOK, s.releaseGet)
	add(s, "releases", "PUT /releases/{id}", "changeRelease", "Say anew what changed", http.StatusOK, s.releaseChange)
}

// Decision is what was decided on an idea, and why.
type Decision struct {
	ID         int64     `json:"id"`
	IdeaID     int64     `json:"idea_id"`
	Status     string    `json:"status" doc:"What the team calls the stage, else the stage"`
	Stage      string    `json:"stage" enum:"open,under_review,planned,started,shipped,declined"`
	Reason     string    `json:"reason" doc:"Markdown"`
	Language   string    `json:"language,omitempty"`
	Author     Author    `json:"author" doc:"Who decided"`
	At         time.Time `json:"at"`
	Replaces   int64     `json:"replaces,omitempty" doc:"The decision before"`
	ReleaseID  int64     `json:"release_id,omitempty"`
	PromisedAt time.Time `json:"promised_at,omitzero" doc:"The day it promises"`
	ClauseID   int64     `json:"clause_id,omitempty" doc:"Of the charter, that it cites"`
	PurposeID  int64     `json:"purpose_id,omitempty" doc:"The wording of the purpose that it rests on"`
	Override   *Override `json:"override,omitempty" doc:"It is against the charter: what somebody signed"`
}

func (s *service) decisions(ctx context.Context, from ...shape.Decision) ([]Decision, error) {
	ids := make([]int64, len(from))
	for n, d := range from {
		ids[n] = d.By
	}
	people, err := s.People.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	signed, err := s.overridesOf(ctx, from)
	decisions := make([]Decision, len(from))
	for n, d := range from {
		decisions[n] = Decision{d.ID, d.Idea, status(d.Stage, d.Status), string(d.Stage), d.Reason, d.Language,
			s.author(people, d.By, true), d.At, d.Replaces, d.Release, d.PromisedAt, d.Clause, d.Purpose, signed[d.ID]}
	}
	return decisions, err
}

func (s *service) oneDecision(ctx context.Context, d shape.Decision) (*answer[Decision], error) {
	decisions, err := s.decisions(ctx, d)
	if err != nil {
		return nil, err
	}
	return body(decisions[0]), nil
}

// NewDecision is a decision to be made.
type NewDecision struct {
	Status     string      `json:"status" doc:"A stage, or what the team calls one"`
	Reason     string      `json:"reason" doc:"Markdown: everybody who asked reads it, word for word"`
	Language   string      `json:"language,omitempty"`
	PromisedAt string      `json:"promised_at,omitempty" doc:"The day it promises, to its end, as 2026-11-20, or a time (RFC 3339)"`
	ReleaseID  int64       `json:"release_id,omitempty" doc:"shipped: the release that brings it"`
	Release    *NewRelease `json:"release,omitempty" doc:"shipped: the release to make"`

	ClauseID int64        `json:"clause_id,omitempty" doc:"Of the charter, to cite; the idea's own if it is not given"`
	Purpose  bool         `json:"cites_purpose,omitempty" doc:"It rests on the purpose"`
	Override *NewOverride `json:"override,omitempty" doc:"Needed where the decision goes against the charter (422 without); else not looked at"`
}

func (s *service) decide(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body NewDecision
}) (*answer[Decision], error) {
	b := in.Body
	promised, err := s.end(ctx, "promised_at", b.PromisedAt)
	if err != nil {
		return nil, err
	}
	n := shape.NewDecision{Status: b.Status, Reason: b.Reason, Language: b.Language, PromisedAt: promised, Release: b.ReleaseID,
		Clause: b.ClauseID, Purpose: b.Purpose}
	if b.Override != nil {
		n.Override = charter.Signature{Reason: b.Override.Reason, Name: b.Override.Signer}
	}
	if b.Release != nil {
		release, err := s.release(ctx, *b.Release)
		if err != nil {
			return nil, err
		}
		n.NewRelease = &release
	}
	d, err := s.Ideas.Decide(ctx, a.Actor, in.ID, n)
	if err != nil {
		return nil, err
	}
	return s.oneDecision(ctx, d)
}

func (s *service) decisionsList(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Decision]], error) {
	found, err := s.Ideas.Decisions(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	decisions, err := s.decisions(ctx, found...)
	return body(List[Decision]{Items: decisions}), err
}

func (s *service) decisionGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Decision], error) {
	d, err := s.Ideas.Decision(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.oneDecision(ctx, d)
}

// Told counts who was told of a decision, and how.
type Told struct {
	Mail           int  `json:"mail" doc:"Are told by mail"`
	MailSent       int  `json:"mail_sent" doc:"Of them, the mail has left"`
	MailUncertain  int  `json:"mail_uncertain" doc:"Of them, it may have left: somebody has to look"`
	MailFailed     int  `json:"mail_failed" doc:"Of them, it was given up"`
	Task           int  `json:"task" doc:"The decider tells by hand"`
	TaskDone       int  `json:"task_done"`
	None           int  `json:"none" doc:"Nothing reaches them, or they want no mail"`
	Superseded     int  `json:"superseded" doc:"It had not reached them when a later decision was made: they are told of both at once"`
	SupersededTold int  `json:"superseded_told" doc:"Of them, told of both"`
	Waiting        int  `json:"waiting" doc:"Not told yet, but for those whom no mail reached"`
	Complete       bool `json:"complete" doc:"Everybody entitled is counted"`
}

func (s *service) told(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Told], error) {
	t, err := s.Ideas.Told(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(Told(t)), nil
}

// Telling is one person or account that is told of a decision.
type Telling struct {
	ID         int64     `json:"id"`
	PersonID   int64     `json:"person_id,omitempty"`
	AccountID  int64     `json:"account_id,omitempty"`
	Because    string    `json:"because" doc:"proposed, voted, against, commented, followed or quoted"`
	Way        string    `json:"way" doc:"mail, task or none"`
	ThreadID   int64     `json:"thread_id,omitempty" doc:"The task"`
	Mail       string    `json:"mail,omitempty" doc:"Where their mail stands: waiting, sending, sent, uncertain, failed or superseded"`
	DeliveryID int64     `json:"delivery_id,omitempty" doc:"The mail in the outbox"`
	Superseded bool      `json:"superseded,omitempty" doc:"Told together with a later decision"`
	ToldAt     time.Time `json:"told_at,omitzero"`
}

func (s *service) tellings(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Telling]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.Ideas.Tellings(ctx, a.Actor, in.ID, after, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = in.after(len(found) == in.limit(), found[len(found)-1].ID)
	}
	return page(found, next, func(t shape.Telling) Telling {
		return Telling{t.ID, t.Person, t.Account, string(t.Because), string(t.Way), t.Thread, string(t.Mail), t.Delivery, t.Superseded, t.ToldAt}
	}), nil
}

// Release is what changed, and thanks to whom.
type Release struct {
	ID         int64     `json:"id"`
	URL        string    `json:"url" doc:"Its page"`
	Title      string    `json:"title"`
	Body       string    `json:"body" doc:"Markdown"`
	Language   string    `json:"language,omitempty"`
	Author     Author    `json:"author"`
	ReleasedAt time.Time `json:"released_at"`
	CreatedAt  time.Time `json:"created_at"`
	EditedAt   time.Time `json:"edited_at,omitzero"`
	State      string    `json:"state" enum:"visible,hidden,withdrawn"`
	Ideas      []Idea    `json:"ideas" nullable:"false" doc:"Those it brings that the asker may see"`
	Credits    []Credit  `json:"credits" nullable:"false" doc:"Thanks to whom"`
	Voters     int64     `json:"voters" doc:"How many customers voted for its ideas; votes of the team aside"`
}

// Credit is one of those a release came from.
type Credit struct {
	PersonID int64  `json:"person_id,omitempty"`
	Because  string `json:"because" enum:"proposed,voice,comment,tested,made"`
	Name     string `json:"name,omitempty" doc:"As shown; empty for one who left, or has not agreed to be named"`
}

// NewRelease is a release to be made.
type NewRelease struct {
	Title      string      `json:"title"`
	Body       string      `json:"body,omitempty" doc:"Markdown"`
	Language   string      `json:"language,omitempty"`
	ReleasedAt string      `json:"released_at,omitempty" doc:"A day or a time (RFC 3339); now if it is not given"`
	Ideas      []int64     `json:"ideas,omitempty" doc:"Ids of the ideas it brings"`
	Credits    []NewCredit `json:"credits,omitempty" doc:"Thanks beyond those that follow from its ideas"`
}

// NewCredit thanks somebody.
type NewCredit struct {
	PersonID  int64  `json:"person_id,omitempty"`
	AccountID int64  `json:"account_id,omitempty"`
	Because   string `json:"because" enum:"proposed,voice,comment,tested,made"`
}

func (s *service) release(ctx context.Context, b NewRelease) (n shape.NewRelease, err error) {
	n = shape.NewRelease{Title: b.Title, Body: b.Body, Language: b.Language, Ideas: b.Ideas}
	for _, c := range b.Credits {
		n.Credits = append(n.Credits, shape.Credit{Person: c.PersonID, Account: c.AccountID, Because: shape.CreditFor(c.Because)})
	}
	n.ReleasedAt, err = s.moment(ctx, "released_at", b.ReleasedAt)
	return n, err
}

func (s *service) releases(ctx context.Context, a *gate.Asker, from ...shape.Release) ([]Release, error) {
	ids := make([]int64, len(from))
	for n, r := range from {
		ids[n] = r.By
	}
	people, err := s.People.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	releases := make([]Release, len(from))
	for n, r := range from {
		ideas, err := s.ideas(ctx, a, r.Ideas)
		if err != nil {
			return nil, err
		}
		credits := make([]Credit, len(r.Credits))
		for m, c := range r.Credits {
			credits[m] = Credit{c.Person, string(c.Because), c.Name}
		}
		releases[n] = Release{r.ID, s.URL + "/changes/" + strconv.FormatInt(r.ID, 10), r.Title, r.Body, r.Language, s.author(people, r.By, true), r.ReleasedAt, r.CreatedAt, r.EditedAt,
			string(r.State), ideas, credits, r.Voters}
	}
	return releases, nil
}

func (s *service) oneRelease(ctx context.Context, a *gate.Asker, r shape.Release, err error) (*answer[Release], error) {
	if err != nil {
		return nil, err
	}
	releases, err := s.releases(ctx, a, r)
	if err != nil {
		return nil, err
	}
	return body(releases[0]), nil
}

func (s *service) releasesList(ctx context.Context, a *gate.Asker, in *Paged) (*answer[List[Release]], error) {
	found, next, err := s.Ideas.Releases(ctx, a.Actor, in.Cursor, in.limit())
	if err != nil {
		return nil, err
	}
	releases, err := s.releases(ctx, a, found...)
	if err != nil {
		return nil, err
	}
	return body(List[Release]{releases, next}), nil
}

func (s *service) releaseMake(ctx context.Context, a *gate.Asker, in *struct{ Body NewRelease }) (*answer[Release], error) {
	n, err := s.release(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Ideas.MakeRelease(ctx, a.Actor, n)
	return s.oneRelease(ctx, a, r, err)
}

func (s *service) releaseGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Release], error) {
	r, err := s.Ideas.Release(ctx, a.Actor, in.ID)
	return s.oneRelease(ctx, a, r, err)
}

func (s *service) releaseChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body NewRelease
}) (*answer[Release], error) {
	n, err := s.release(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Ideas.EditRelease(ctx, a.Actor, in.ID, n)
	return s.oneRelease(ctx, a, r, err)
}

func (s *service) callRoutes() {
	add(s, "calls", "GET /calls", "listCalls", "Calls for ideas, the latest first", http.StatusOK, s.callsList)
	add(s, "calls", "POST /calls", "openCall", "Call for ideas", http.StatusCreated, s.callOpen)
	add(s, "calls", "GET /calls/{id}", "getCall", "One call for ideas", http.StatusOK, s.callGet)
	add(s, "calls", "PATCH /calls/{id}", "changeCall", "Change a call; its earlier wording is kept", http.StatusOK, s.callChange)
}

// Call is a call for ideas.
type Call struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body" doc:"Markdown"`
	Will      string    `json:"will" doc:"Markdown: what the company will do with the ideas"`
	Gets      string    `json:"gets" doc:"Markdown: what those who help get"`
	Audience  string    `json:"audience" doc:"public, members, staff, or a circle: board:ID, tribe:ID"`
	ClauseID  int64     `json:"clause_id,omitempty" doc:"Of the charter: its ideas fall under it"`
	Open      bool      `json:"open" doc:"Ideas can be proposed for it now"`
	OpensAt   time.Time `json:"opens_at"`
	ClosesAt  time.Time `json:"closes_at,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
}

func (s *service) call(c shape.Call) Call {
	return Call{c.ID, c.Title, c.Body, c.Will, c.Gets, string(c.Audience), c.Clause, c.Open(s.Now()), c.OpensAt, c.ClosesAt, c.CreatedAt, c.EditedAt}
}

func (s *service) callsList(ctx context.Context, a *gate.Asker, in *struct {
	Open bool `query:"open" doc:"Those open now only"`
	Part
}) (*answer[List[Call]], error) {
	calls, err := s.Ideas.Calls(ctx, a.Actor, in.Open)
	if err != nil {
		return nil, err
	}
	return page(calls, "", s.call), nil
}

func (s *service) callGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Call], error) {
	c, err := s.Ideas.Call(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(s.call(c)), nil
}

func (s *service) callOpen(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Title    string `json:"title" doc:"4 to 120 characters"`
		Body     string `json:"body,omitempty"`
		Will     string `json:"will"`
		Gets     string `json:"gets"`
		Audience string `json:"audience,omitempty"`
		ClauseID int64  `json:"clause_id,omitempty" doc:"Of the charter that holds"`
		OpensAt  string `json:"opens_at,omitempty" doc:"A day or a time (RFC 3339); now if it is not given"`
		ClosesAt string `json:"closes_at,omitempty" doc:"A day, to its end, or a time (RFC 3339); never if it is not given"`
	}
}) (*answer[Call], error) {
	b := in.Body
	n := shape.NewCall{Title: b.Title, Body: b.Body, Will: b.Will, Gets: b.Gets, Audience: know.Audience(b.Audience), Clause: b.ClauseID}
	var err error
	if n.OpensAt, err = s.moment(ctx, "opens_at", b.OpensAt); err != nil {
		return nil, err
	}
	if n.ClosesAt, err = s.end(ctx, "closes_at", b.ClosesAt); err != nil {
		return nil, err
	}
	c, err := s.Ideas.OpenCall(ctx, a.Actor, n)
	if err != nil {
		return nil, err
	}
	return body(s.call(c)), nil
}

func (s *service) callChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Title    *string `json:"title,omitempty"`
		Body     *string `json:"body,omitempty"`
		Will     *string `json:"will,omitempty"`
		Gets     *string `json:"gets,omitempty"`
		Audience *string `json:"audience,omitempty"`
		ClauseID *int64  `json:"clause_id,omitempty" doc:"Of the charter that holds; 0: none"`
		OpensAt  *string `json:"opens_at,omitempty"`
		ClosesAt *string `json:"closes_at,omitempty" doc:"A day, to its end, or a time (RFC 3339); empty: it stays open"`
	}
}) (*answer[Call], error) {
	c, err := s.Ideas.Call(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	n := shape.NewCall{Title: or(b.Title, c.Title), Body: or(b.Body, c.Body), Will: or(b.Will, c.Will), Gets: or(b.Gets, c.Gets),
		Audience: know.Audience(or(b.Audience, string(c.Audience))), OpensAt: c.OpensAt, ClosesAt: c.ClosesAt, Clause: or(b.ClauseID, c.Clause)}
	if b.OpensAt != nil {
		if n.OpensAt, err = s.moment(ctx, "opens_at", *b.OpensAt); err != nil {
			return nil, err
		}
	}
	if b.ClosesAt != nil {
		if n.ClosesAt, err = s.end(ctx, "closes_at", *b.ClosesAt); err != nil {
			return nil, err
		}
	}
	if c, err = s.Ideas.EditCall(ctx, a.Actor, in.ID, n); err != nil {
		return nil, err
	}
	return body(s.call(c)), nil
}

// or gives what is said, else what was.
func or[T any](said *T, was T) T {
	if said != nil {
		return *said
	}
	return was
}
