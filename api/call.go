package api

import (
	"context"
	"net/http"
	"time"

	"tribune/gate"
	"tribune/know"
	"tribune/shape"
)

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
