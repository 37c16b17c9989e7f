package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"tribune/converse"
	"tribune/gate"
	"tribune/know"
)

func (s *service) letterRoutes() {
	add(s, "people", "POST /letters", "writeLetter", "Write to one of us without an account", http.StatusAccepted, s.letterWrite,
		tells("A link goes to the address; the letter is sent once it was opened and confirmed, within 72 hours. The answer is the same for every address."))
	add(s, "people", "GET /people/{id}/answers", "publicAnswers", "What somebody answered to public letters, newest first", http.StatusOK, s.answersBy)
}

// Deposited says what becomes of a letter that waits to be confirmed.
type Deposited struct {
	ConfirmWithinHours int `json:"confirm_within_hours" doc:"After that it is thrown away, unread"`
}

func (s *service) letterWrite(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		ToID    int64  `json:"to_id,omitempty" doc:"Who of us it is for"`
		Public  bool   `json:"public" doc:"Everybody may read it, and the answers"`
		Name    string `json:"name" doc:"First and last: the letter is signed with it"`
		Email   string `json:"email"`
		Subject string `json:"subject"`
		Body    string `json:"body" doc:"Markdown"`
	}
}) (*answer[Deposited], error) {
	if err := s.Gate.SignInAllowed(a.Address); err != nil {
		return nil, err
	}
	b := in.Body
	err := s.Inbox.Deposit(ctx, a.Actor, converse.Unsigned{Name: b.Name, Email: b.Email,
		NewLetter: converse.NewLetter{To: b.ToID, Public: b.Public, Subject: b.Subject, Body: b.Body, Language: a.Lang}})
	if err != nil {
		return nil, err
	}
	return body(Deposited{ConfirmWithinHours: 72}), nil
}

// letterChange hides or shows a public letter, or withdraws the asker's own.
func (s *service) letterChange(ctx context.Context, a *gate.Asker, id int64, to know.TextState, reason string) (*answer[Thread], error) {
	var err error
	switch to {
	case know.Hidden:
		err = s.Inbox.HideLetter(ctx, a.Actor, id, reason)
	case know.Visible:
		err = s.Inbox.ShowLetter(ctx, a.Actor, id)
	default:
		err = s.Inbox.WithdrawLetter(ctx, a.Actor, id)
	}
	if err != nil {
		return nil, err
	}
	t, _, err := s.Inbox.Thread(ctx, a.Actor, id)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, t)
	if err != nil {
		return nil, err
	}
	return body(threads[0]), nil
}

// PublicAnswer is what one of us answered to a public letter.
type PublicAnswer struct {
	ID       int64     `json:"id" doc:"Of the message"`
	ThreadID int64     `json:"thread_id"`
	Subject  string    `json:"subject" doc:"Of the letter"`
	WriterID int64     `json:"writer_id" doc:"Of the letter"`
	Body     string    `json:"body" doc:"Markdown"`
	Language string    `json:"language,omitempty"`
	At       time.Time `json:"at"`
	URL      string    `json:"url"`
}

func (s *service) answersBy(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[PublicAnswer]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	if _, err := s.People.Person(ctx, in.ID); err != nil {
		return nil, err
	}
	found, err := s.Inbox.AnswersBy(ctx, a.Actor, in.ID, before, in.limit()+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if full := len(found) > in.limit(); full {
		found = found[:in.limit()]
		next = in.after(full, found[len(found)-1].Message)
	}
	return page(found, next, func(p converse.PublicAnswer) PublicAnswer {
		return PublicAnswer{p.Message, p.Thread, p.Subject, p.Writer, p.Body, p.Lang, p.At, fmt.Sprintf("%s/letters/%d#m%d", s.URL, p.Thread, p.Message)}
	}), nil
}
