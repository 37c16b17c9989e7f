package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/shape"
	"tribune/shape/charter"
)

func (s *service) charterRoutes() {
	add(s, "charter", "GET /purpose", "getPurpose", "What the site is for, in more words than one sentence", http.StatusOK, s.purposeGet)
	add(s, "charter", "PUT /purpose", "setPurpose", "Say anew what the site is for", http.StatusOK, s.purposeSet,
		tells("Owners do, under their own name. What was said before stays to be read."))
	add(s, "charter", "GET /purposes", "listPurposes", "All wordings of the purpose, the latest first", http.StatusOK, s.purposesList)
	add(s, "charter", "GET /charter", "getCharter", "The charter that holds: what customers decide, co-decide and advise on", http.StatusOK, s.charterNow,
		tells("404 where none was ever published: then advice is the default."))
	add(s, "charter", "GET /charters", "listCharters", "All versions of the charter, the latest first; to staff, drafts before them", http.StatusOK, s.chartersList)
	add(s, "charter", "POST /charters", "draftCharter", "Begin a draft: a copy of the version that holds", http.StatusCreated, s.charterDraft)
	add(s, "charter", "GET /charters/{id}", "getCharterVersion", "One version", http.StatusOK, s.charterGet)
	add(s, "charter", "PUT /charters/{id}", "saveCharter", "Say anew what a draft says", http.StatusOK, s.charterSave)
	add(s, "charter", "DELETE /charters/{id}", "discardCharter", "Throw a draft away", http.StatusNoContent, s.charterDiscard)
	add(s, "charter", "POST /charters/{id}/publish", "publishCharter", "Publish a draft; it is never changed after that", http.StatusOK, s.charterPublish)
	add(s, "charter", "GET /overrides", "listOverrides", "Decisions against the charter, the latest first", http.StatusOK, s.overridesList)
	add(s, "ideas", "PUT /ideas/{id}/clause", "citeClause", "Put an idea under a clause of the charter", http.StatusOK, s.ideaCite,
		tells("Once the votes that a clause asks for are there, the idea stays under it (409)."))
}

// Purpose is a wording of what the site is for.
type Purpose struct {
	ID       int64     `json:"id"`
	Body     string    `json:"body" doc:"Markdown"`
	Language string    `json:"language,omitempty"`
	Author   Author    `json:"author"`
	At       time.Time `json:"at"`
}

// Charter is a version of the charter.
type Charter struct {
	ID          int64     `json:"id"`
	Number      int64     `json:"number" doc:"0: a draft"`
	Preface     string    `json:"preface" doc:"Markdown"`
	Default     string    `json:"default,omitempty" doc:"The name of the clause that ideas fall under when nobody says"`
	Language    string    `json:"language,omitempty"`
	Edits       int64     `json:"edits" doc:"Of a draft: send it back with a change, and nobody else's is lost"`
	DraftedBy   Author    `json:"drafted_by"`
	PublishedBy *Author   `json:"published_by,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	Clauses     []Clause  `json:"clauses" nullable:"false" doc:"Not given in lists"`
}

// Clause is one promise of a charter.
type Clause struct {
	ID         int64  `json:"id"`
	URL        string `json:"url" doc:"Where it stands, in its version"`
	Name       string `json:"name" doc:"What it is called in every version"`
	Mode       string `json:"mode" enum:"decide,codecide,advise"`
	Title      string `json:"title"`
	Body       string `json:"body" doc:"Markdown"`
	Votes      int64  `json:"votes,omitempty" doc:"Of customers, from which on it is promised"`
	WithinDays int64  `json:"within_days,omitempty" doc:"Of the proposal, in which they come; 0: whenever"`
	AnswerDays int64  `json:"answer_days,omitempty" doc:"From then on, within which it is decided; 0: not promised"`
	Overrides  int64  `json:"overrides" doc:"How many decisions went against it"`
}

// NewClause is a clause of a draft.
type NewClause struct {
	Name       string `json:"name,omitempty" doc:"Letters, digits and hyphens; made of the title if it is not given"`
	Mode       string `json:"mode" doc:"decide, codecide or advise"`
	Title      string `json:"title"`
	Body       string `json:"body,omitempty" doc:"Markdown"`
	Votes      int64  `json:"votes,omitempty"`
	WithinDays int64  `json:"within_days,omitempty"`
	AnswerDays int64  `json:"answer_days,omitempty"`
}

// Override is a decision against the charter, with what somebody signed.
type Override struct {
	ID         int64     `json:"id"`
	DecisionID int64     `json:"decision_id"`
	IdeaID     int64     `json:"idea_id"`
	Clause     Clause    `json:"clause"`
	Breaches   []string  `json:"breaches" nullable:"false" doc:"declined, putoff (set back), late"`
	Votes      int64     `json:"votes" doc:"Of customers then"`
	Reason     string    `json:"reason" doc:"Markdown; empty once its signer left and took their words"`
	Language   string    `json:"language,omitempty"`
	Signer     string    `json:"signer" doc:"As typed; empty once they left"`
	Author     Author    `json:"author"`
	At         time.Time `json:"at"`
}

// NewOverride signs for a decision against the charter.
type NewOverride struct {
	Reason string `json:"reason" doc:"Markdown, 10 to 5000 characters: everybody who voted is told"`
	Signer string `json:"signer" doc:"The asker's own name"`
}

func (s *service) clause(c charter.Clause) Clause {
	return Clause{c.ID, s.URL + "/charter/" + strconv.FormatInt(c.Number, 10) + "#" + c.Name, c.Name, string(c.Mode), c.Title, c.Body, c.Votes, c.Within, c.Answer, c.Overrides}
}

func (s *service) overrides(ctx context.Context, from []charter.Override) ([]Override, error) {
	ids := make([]int64, len(from))
	for n, o := range from {
		ids[n] = o.By
	}
	people, err := s.People.People(ctx, ids)
	all := make([]Override, len(from))
	for n, o := range from {
		breaches := make([]string, len(o.Breaches))
		for i, b := range o.Breaches {
			breaches[i] = string(b)
		}
		all[n] = Override{o.ID, o.Decision, o.Idea, s.clause(o.Clause), breaches, o.Votes, o.Reason, o.Language, o.Signer, s.author(people, o.By, true), o.At}
	}
	return all, err
}

// overridesOf gives the overrides of decisions, by decision.
func (s *service) overridesOf(ctx context.Context, made []shape.Decision) (map[int64]*Override, error) {
	ids := make([]int64, len(made))
	for n, d := range made {
		ids[n] = d.ID
	}
	found, err := s.Charter.OverridesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []charter.Override
	for _, id := range ids {
		if o, ok := found[id]; ok {
			list = append(list, o)
		}
	}
	all, err := s.overrides(ctx, list)
	by := make(map[int64]*Override, len(all))
	for n := range all {
		by[all[n].DecisionID] = &all[n]
	}
	return by, err
}

func (s *service) overridesList(ctx context.Context, a *gate.Asker, in *struct {
	Paged
	Clause string `query:"clause" doc:"The name of a clause, in whichever version"`
}) (*answer[List[Override]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.Charter.Overrides(ctx, a.Actor, in.Clause, before, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = in.after(len(found) == in.limit(), found[len(found)-1].ID)
	}
	all, err := s.overrides(ctx, found)
	return body(List[Override]{all, next}), err
}

func (s *service) purposes(ctx context.Context, from ...charter.Purpose) ([]Purpose, error) {
	ids := make([]int64, len(from))
	for n, p := range from {
		ids[n] = p.By
	}
	people, err := s.People.People(ctx, ids)
	all := make([]Purpose, len(from))
	for n, p := range from {
		all[n] = Purpose{p.ID, p.Body, p.Language, s.author(people, p.By, true), p.At}
	}
	return all, err
}

func (s *service) onePurpose(ctx context.Context, p charter.Purpose, err error) (*answer[Purpose], error) {
	if err != nil {
		return nil, err
	}
	if p.ID == 0 {
		return nil, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	all, err := s.purposes(ctx, p)
	if err != nil {
		return nil, err
	}
	return body(all[0]), nil
}

func (s *service) purposeGet(ctx context.Context, _ *gate.Asker, _ *none) (*answer[Purpose], error) {
	p, err := s.Charter.Purpose(ctx)
	return s.onePurpose(ctx, p, err)
}

func (s *service) purposeSet(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Body     string `json:"body" doc:"Markdown, 1 to 10000 characters"`
		Language string `json:"language,omitempty"`
	}
}) (*answer[Purpose], error) {
	p, err := s.Charter.SetPurpose(ctx, a.Actor, in.Body.Body, in.Body.Language)
	return s.onePurpose(ctx, p, err)
}

func (s *service) purposesList(ctx context.Context, _ *gate.Asker, _ *Part) (*answer[List[Purpose]], error) {
	found, err := s.Charter.Purposes(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.purposes(ctx, found...)
	return body(List[Purpose]{Items: all}), err
}

func (s *service) charters(ctx context.Context, from ...charter.Version) ([]Charter, error) {
	var ids []int64
	for _, v := range from {
		ids = append(ids, v.DraftedBy, v.PublishedBy)
	}
	people, err := s.People.People(ctx, ids)
	all := make([]Charter, len(from))
	for n, v := range from {
		c := Charter{v.ID, v.Number, v.Preface, v.Default, v.Language, v.Edits, s.author(people, v.DraftedBy, true), nil, v.CreatedAt, v.PublishedAt, make([]Clause, len(v.Clauses))}
		if v.PublishedBy != 0 {
			by := s.author(people, v.PublishedBy, true)
			c.PublishedBy = &by
		}
		for i, one := range v.Clauses {
			c.Clauses[i] = s.clause(one)
		}
		all[n] = c
	}
	return all, err
}

func (s *service) oneCharter(ctx context.Context, v charter.Version, err error) (*answer[Charter], error) {
	if err != nil {
		return nil, err
	}
	all, err := s.charters(ctx, v)
	if err != nil {
		return nil, err
	}
	return body(all[0]), nil
}

func (s *service) charterNow(ctx context.Context, _ *gate.Asker, _ *none) (*answer[Charter], error) {
	v, err := s.Charter.Current(ctx)
	if err == nil && v.ID == 0 {
		return nil, fault.New(fault.NotFound, "There is no such version of the charter.")
	}
	return s.oneCharter(ctx, v, err)
}

func (s *service) chartersList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Charter]], error) {
	found, err := s.Charter.Versions(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	all, err := s.charters(ctx, found...)
	return body(List[Charter]{Items: all}), err
}

func (s *service) charterDraft(ctx context.Context, a *gate.Asker, _ *none) (*answer[Charter], error) {
	v, err := s.Charter.Draft(ctx, a.Actor)
	return s.oneCharter(ctx, v, err)
}

func (s *service) charterGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Charter], error) {
	v, err := s.Charter.Version(ctx, a.Actor, in.ID)
	return s.oneCharter(ctx, v, err)
}

func (s *service) charterSave(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Preface  string      `json:"preface,omitempty" doc:"Markdown"`
		Default  string      `json:"default,omitempty"`
		Language string      `json:"language,omitempty"`
		Edits    *int64      `json:"edits,omitempty" doc:"The draft's when it was read: 409 if somebody changed it since"`
		Clauses  []NewClause `json:"clauses" nullable:"false" doc:"In their order"`
	}
}) (*answer[Charter], error) {
	e := charter.Edit{Preface: in.Body.Preface, Default: in.Body.Default, Language: in.Body.Language, Edits: -1}
	if in.Body.Edits != nil {
		e.Edits = *in.Body.Edits
	}
	for n, c := range in.Body.Clauses {
		e.Clauses = append(e.Clauses, charter.Clause{Place: int64(n), Name: c.Name, Mode: charter.Mode(c.Mode), Title: c.Title, Body: c.Body, Votes: c.Votes, Within: c.WithinDays, Answer: c.AnswerDays})
	}
	v, err := s.Charter.Save(ctx, a.Actor, in.ID, e)
	return s.oneCharter(ctx, v, err)
}

func (s *service) charterDiscard(ctx context.Context, a *gate.Asker, in *ByID) (*struct{}, error) {
	return nil, s.Charter.Discard(ctx, a.Actor, in.ID)
}

func (s *service) charterPublish(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Charter], error) {
	v, err := s.Charter.Publish(ctx, a.Actor, in.ID)
	return s.oneCharter(ctx, v, err)
}

func (s *service) ideaCite(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		ClauseID int64 `json:"clause_id" doc:"Of the charter that holds; 0: none"`
	}
}) (*answer[Idea], error) {
	i, err := s.Ideas.Cite(ctx, a.Actor, in.ID, in.Body.ClauseID)
	if err != nil {
		return nil, err
	}
	return s.oneIdea(ctx, a, i)
}
