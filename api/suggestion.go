package api

import (
	"context"
	"net/http"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/know"
)

func (s *service) suggestionRoutes() {
	add(s, "tribune", "GET /posts/{id}/history", "postHistory", "What a post said before, the first wording first, and whose suggestion each next one was", http.StatusOK, s.postHistory)
	add(s, "tribune", "GET /posts/{id}/suggestions", "listSuggestions", "Suggested wordings, the latest first: all for the author and staff, else the asker's own", http.StatusOK, s.suggestionsList)
	add(s, "tribune", "POST /posts/{id}/suggestions", "suggestWording", "Suggest another wording to the author of a post", http.StatusCreated, s.suggestionAdd,
		tells("One at a time: a second one is refused until the author has answered, or the first is withdrawn."))
	add(s, "tribune", "GET /suggestions/{id}", "getSuggestion", "One suggested wording, and what taking it would make of the text", http.StatusOK, s.suggestionGet)
	add(s, "tribune", "POST /suggestions/{id}/take", "takeSuggestion", "Make a suggested wording one's own; may be repeated", http.StatusOK, s.suggestionTake,
		tells("Refused if the text has changed since the version given (that of the suggestion, if none is given). Without title and body, the suggestion is put together with what changed meanwhile; refused if both touch the same words."))
	add(s, "tribune", "POST /suggestions/{id}/leave", "leaveSuggestion", "Leave one's text as it is", http.StatusOK, s.suggestionLeave)
	add(s, "tribune", "POST /suggestions/{id}/withdraw", "withdrawSuggestion", "Take one's own suggestion back", http.StatusOK, s.suggestionWithdraw)
}

// Wording is what a post said until it was changed.
type Wording struct {
	Version     int64     `json:"version"`
	Title       string    `json:"title"`
	Body        string    `json:"body" doc:"Markdown"`
	Until       time.Time `json:"until"`
	Machine     bool      `json:"machine,omitempty" doc:"Its author said that a machine drafted it"`
	SuggestedBy *Author   `json:"suggested_by,omitempty" doc:"Whose suggestion this wording was; else the author's own"`
}

func (s *service) postHistory(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Wording]], error) {
	if _, err := s.Posts.Post(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	before, err := s.People.Revisions(ctx, event.Ref{Kind: "post", ID: in.ID})
	if err != nil {
		return nil, err
	}
	taken, err := s.Posts.TakenFor(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	var who []int64
	for _, e := range taken {
		who = append(who, e.Person)
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	version := int64(0)
	return page(before, "", func(r know.Revision) Wording {
		version++
		w := Wording{Version: version, Title: r.Title, Body: r.Body, Until: r.At, Machine: r.Machine}
		if e, ok := taken[version]; ok {
			by := s.author(people, e.Person, e.Staff)
			w.SuggestedBy = &by
		}
		return w
	}), nil
}

// Suggestion is another wording that somebody suggests.
type Suggestion struct {
	ID          int64     `json:"id"`
	PostID      int64     `json:"post_id"`
	Author      Author    `json:"author" doc:"Who suggests it"`
	Title       string    `json:"title"`
	Body        string    `json:"body" doc:"Markdown"`
	Note        string    `json:"note,omitempty" doc:"Why"`
	BaseVersion int64     `json:"base_version" doc:"The version of the post that it changes"`
	BaseTitle   string    `json:"base_title"`
	BaseBody    string    `json:"base_body"`
	State       string    `json:"state" enum:"open,taken,left,withdrawn"`
	Answer      string    `json:"answer,omitempty" doc:"The author's word on it"`
	Version     int64     `json:"version,omitempty" doc:"The version that came of it"`
	CreatedAt   time.Time `json:"created_at"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	Now         *Merging  `json:"now,omitempty" doc:"Given with one suggestion that waits, not in lists"`
}

// Merging is what taking a suggestion would make of the text as it is now.
type Merging struct {
	Version int64  `json:"version" doc:"Of the post now"`
	Changed bool   `json:"changed" doc:"The text has changed since it was suggested"`
	Clash   bool   `json:"clash" doc:"And in the same words: title and body have to be given to take it"`
	Title   string `json:"title,omitempty" doc:"Both put together, unless they clash"`
	Body    string `json:"body,omitempty"`
}

func (s *service) suggestions(ctx context.Context, from []post.Suggestion, next string) (*answer[List[Suggestion]], error) {
	who := make([]int64, len(from))
	for n, e := range from {
		who[n] = e.Person
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	return page(from, next, func(e post.Suggestion) Suggestion {
		return Suggestion{ID: e.ID, PostID: e.Post, Author: s.author(people, e.Person, e.Staff), Title: e.Title, Body: e.Body, Note: e.Note,
			BaseVersion: e.Base, BaseTitle: e.BaseTitle, BaseBody: e.BaseBody, State: string(e.State), Answer: e.Answer, Version: e.Version,
			CreatedAt: e.CreatedAt, AnsweredAt: e.AnsweredAt}
	}), nil
}

func (s *service) suggestionsList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Suggestion]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	found, err := s.Posts.Suggestions(ctx, a.Actor, in.ID, before, limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = in.after(len(found) == limit, found[len(found)-1].ID)
	}
	return s.suggestions(ctx, found, next)
}

func (s *service) suggestionAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Title   string `json:"title"`
		Body    string `json:"body" doc:"Markdown"`
		Note    string `json:"note,omitempty" doc:"Why, at most 1,000 characters"`
		Version int64  `json:"version,omitempty" doc:"Of the post that it changes: refused if it is another now"`
	}
}) (*answer[Suggestion], error) {
	b := in.Body
	e, err := s.Posts.Suggest(ctx, a.Actor, in.ID, post.NewSuggestion{Title: b.Title, Body: b.Body, Note: b.Note, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return s.suggestionGet(ctx, a, &ByID{e.ID})
}

func (s *service) suggestionGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Suggestion], error) {
	e, p, err := s.Posts.Suggestion(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.suggestions(ctx, []post.Suggestion{e}, "")
	if err != nil {
		return nil, err
	}
	one := list.Body.Items[0]
	if e.State == post.Waits {
		title, text, ok := post.Merged(e, p)
		one.Now = &Merging{Version: p.Version, Changed: e.Base != p.Version, Clash: !ok, Title: title, Body: text}
		if !ok {
			one.Now.Title, one.Now.Body = "", ""
		}
	}
	return body(one), nil
}

func (s *service) suggestionTake(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body *struct {
		Version int64   `json:"version,omitempty" doc:"Of the post that the author has read"`
		Title   *string `json:"title,omitempty" doc:"As the author will have it"`
		Body    *string `json:"body,omitempty"`
		Answer  string  `json:"answer,omitempty" doc:"A word to who suggested it"`
	}
}) (*answer[Suggestion], error) {
	var take post.Take
	if b := in.Body; b != nil {
		take = post.Take{Version: b.Version, Title: b.Title, Body: b.Body, Answer: b.Answer}
	}
	if err := s.Posts.TakeSuggestion(ctx, a.Actor, in.ID, take); err != nil {
		return nil, err
	}
	return s.suggestionGet(ctx, a, &in.ByID)
}

func (s *service) suggestionLeave(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body *struct {
		Answer string `json:"answer,omitempty" doc:"A word to who suggested it"`
	}
}) (*answer[Suggestion], error) {
	word := ""
	if in.Body != nil {
		word = in.Body.Answer
	}
	if err := s.Posts.LeaveSuggestion(ctx, a.Actor, in.ID, word); err != nil {
		return nil, err
	}
	return s.suggestionGet(ctx, a, &in.ByID)
}

func (s *service) suggestionWithdraw(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Suggestion], error) {
	if err := s.Posts.WithdrawSuggestion(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	return s.suggestionGet(ctx, a, in)
}
