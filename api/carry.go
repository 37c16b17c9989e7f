package api

import (
	"context"
	"net/http"
	"time"

	"tribune/advocate"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

func (s *service) carryRoutes() {
	add(s, "carry", "GET /me/shares", "myShares", "My links to what I helped to make, the latest first", http.StatusOK, s.myShares)
	add(s, "carry", "POST /shares", "makeShare", "Make my link to something I helped to make; asked again, it is the same", http.StatusCreated, s.shareMake,
		tells("It comes with the credit line, never before: for who is credited on a release, or on one that has the idea; for who wrote a post, or whose wording its author took. Who else asks gets 403."))
	add(s, "carry", "DELETE /shares/{code}", "endShare", "End a link of mine: who opens it is told so, and led on", http.StatusNoContent, s.shareEnd)
	add(s, "carry", "GET /thanks", "listThanks", "Thanks for one thing, the latest first", http.StatusOK, s.thanksList)
	add(s, "carry", "POST /thanks", "thank", "Thank somebody for something they said or did; said again, it has the new reason", http.StatusCreated, s.thank)
	add(s, "carry", "PATCH /thanks/{id}", "changeThanks", "Withdraw, hide or show thanks", http.StatusOK, s.thanksChange,
		tells("Who gave them withdraws them; staff hide them with a reason, and show them again. It answers nothing but success."))
	add(s, "carry", "GET /people/{id}/thanks", "thanksTo", "Thanks to a person, the latest first", http.StatusOK, s.thanksTo)
	add(s, "carry", "GET /people/{id}/lasted", "whatLasted", "What lasted of what a person did, the latest first, at most 50", http.StatusOK, s.lasted,
		tells("Empty for who would rather not be named. There are no counts, ranks or points."))
	add(s, "carry", "PUT /me/credit", "showCredit", "Say whether I am named in credit lines, and what lasted of what I did is shown", http.StatusOK, s.creditShow,
		tells("Until I say so I am counted in credit lines and not named, but as who proposed an idea that everybody sees; what lasted is shown until I say no. GET /me has what I said."))
}

// Share is one's link to something one helped to make.
type Share struct {
	Code    string    `json:"code"`
	URL     string    `json:"url"`
	Subject Subject   `json:"subject" doc:"An idea, post or release"`
	Title   string    `json:"title,omitempty"`
	Opened  int64     `json:"opened" doc:"About how often, once per reader and day: rounded, and 1 for a few"`
	Joined  int64     `json:"joined" doc:"How many became members through it"`
	MadeAt  time.Time `json:"made_at"`
	EndedAt time.Time `json:"ended_at,omitzero"`
}

func (s *service) shareOf(l advocate.Share) Share {
	return Share{l.Code, s.URL + l.Path(), Subject{l.Subject.Kind, l.Subject.ID}, l.Title, advocate.Roughly(l.Opened), l.Joined, l.MadeAt, l.EndedAt}
}

func (s *service) myShares(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Share]], error) {
	links, err := s.Advocacy.Shares(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(links, "", s.shareOf), nil
}

func (s *service) shareMake(ctx context.Context, a *gate.Asker, in *struct{ Body Subject }) (*answer[Share], error) {
	l, err := s.Advocacy.MakeShare(ctx, a.Actor, event.Ref{Kind: in.Body.Kind, ID: in.Body.ID})
	if err != nil {
		return nil, err
	}
	return body(s.shareOf(l)), nil
}

func (s *service) shareEnd(ctx context.Context, a *gate.Asker, in *struct {
	Code string `path:"code"`
}) (*none, error) {
	return nil, s.Advocacy.EndShare(ctx, a.Actor, in.Code)
}

// Thanks is one person's to another.
type Thanks struct {
	ID          int64     `json:"id"`
	By          Author    `json:"by"`
	PersonID    int64     `json:"person_id,omitempty" doc:"Who is thanked; absent for an account nobody has claimed"`
	For         Subject   `json:"for" doc:"An answer, comment, voice, idea, post, reply, decision or release"`
	Reason      string    `json:"reason"`
	Language    string    `json:"language,omitempty" doc:"BCP 47"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
}

func (s *service) thanksOf(ctx context.Context, from []advocate.Thanks) ([]Thanks, error) {
	who := make([]int64, len(from))
	for n, t := range from {
		who[n] = t.By
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	all := make([]Thanks, len(from))
	for n, t := range from {
		all[n] = Thanks{t.ID, s.author(people, t.By, t.Staff), t.To, Subject{t.Subject.Kind, t.Subject.ID}, t.Reason, t.Language, string(t.State), t.StateReason, t.CreatedAt}
	}
	return all, nil
}

func (s *service) thanksPage(ctx context.Context, found []advocate.Thanks, limit int, err error) (*answer[List[Thanks]], error) {
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = Paged{}.after(len(found) == limit, found[len(found)-1].ID)
	}
	all, err := s.thanksOf(ctx, found)
	if err != nil {
		return nil, err
	}
	return page(all, next, func(t Thanks) Thanks { return t }), nil
}

func (s *service) thanksList(ctx context.Context, a *gate.Asker, in *struct {
	Kind string `query:"kind" required:"true" enum:"answer,comment,voice,idea,post,reply,decision,release"`
	ID   int64  `query:"id" required:"true"`
	Paged
}) (*answer[List[Thanks]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.Advocacy.ThanksOf(ctx, a.Actor, event.Ref{Kind: in.Kind, ID: in.ID}, before, in.limit())
	return s.thanksPage(ctx, found, in.limit(), err)
}

func (s *service) thanksTo(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Thanks]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.Advocacy.ThanksTo(ctx, a.Actor, in.ID, before, in.limit())
	return s.thanksPage(ctx, found, in.limit(), err)
}

func (s *service) thank(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Kind     string `json:"kind" enum:"answer,comment,voice,idea,post,reply,decision,release"`
		ID       int64  `json:"id"`
		Reason   string `json:"reason" doc:"In a few words, what for"`
		Language string `json:"language,omitempty" doc:"BCP 47"`
	}
}) (*answer[Thanks], error) {
	t, err := s.Advocacy.Thank(ctx, a.Actor, advocate.NewThanks{Subject: event.Ref{Kind: in.Body.Kind, ID: in.Body.ID}, Reason: in.Body.Reason, Language: in.Body.Language})
	if err != nil {
		return nil, err
	}
	all, err := s.thanksOf(ctx, []advocate.Thanks{t})
	if err != nil {
		return nil, err
	}
	return body(all[0]), nil
}

func (s *service) thanksChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body StateChange
}) (*answer[StateChange], error) {
	if in.Body.State == "" {
		return nil, fault.New(fault.Invalid, "Say what the state is to be: visible, hidden or withdrawn.").On("state")
	}
	set := func(to know.TextState, reason string) error {
		return s.Advocacy.ChangeThanks(ctx, a.Actor, in.ID, to, reason)
	}
	err := in.Body.apply(
		func() error { return set(know.Visible, "") },
		func() error { return set(know.Withdrawn, "") },
		func(reason string) error { return set(know.Hidden, reason) })
	if err != nil {
		return nil, err
	}
	return body(in.Body), nil
}

// Lasted is something a person did that lasted.
type Lasted struct {
	Kind  string    `json:"kind" enum:"helped,shipped,edit,friend" doc:"An answer helped, an idea shipped, an author took their wording, a friend stayed"`
	Title string    `json:"title,omitempty" doc:"Of the thing itself, if the asker may see it"`
	URL   string    `json:"url,omitempty" doc:"Here, or where the words that were answered were said in public elsewhere"`
	At    time.Time `json:"at"`
}

func (s *service) lasted(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Lasted]], error) {
	found, err := s.Advocacy.Effects(ctx, a.Actor, in.ID, 50)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(e advocate.Effect) Lasted {
		l := Lasted{Kind: string(e.Kind), Title: e.Title, At: e.At}
		switch {
		case e.Said != "":
			l.URL = e.Said
		case e.To != "":
			l.URL = s.URL + e.To
		}
		return l
	}), nil
}

// CreditChoice is whether somebody is named.
type CreditChoice struct {
	Shown bool `json:"shown"`
}

func (s *service) creditShow(ctx context.Context, a *gate.Asker, in *struct{ Body CreditChoice }) (*answer[CreditChoice], error) {
	choice := advocate.NotNamed
	if in.Body.Shown {
		choice = advocate.Named
	}
	if err := s.Advocacy.ChooseCredit(ctx, a.Actor, choice); err != nil {
		return nil, err
	}
	return body(in.Body), nil
}
