package shape

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

// TellWay is how somebody is told of a decision.
type TellWay string

// The ways of telling.
const (
	TellByMail TellWay = "mail"
	TellByTask TellWay = "task" // the decider tells them where they asked
	TellNobody TellWay = "none" // opted out, left, or nowhere to tell
)

// Because is why somebody is told of a decision. Who has several reasons is
// told once, for the first of them in this order.
type Because string

// The reasons to be told.
const (
	Proposed  Because = "proposed"
	Voted     Because = "voted"
	Opposed   Because = "against"
	Commented Because = "commented"
	Followed  Because = "followed"
	Quoted    Because = "quoted"
)

// Told counts who was told of a decision, and how. Everybody found so far is
// in one of Mail, Task, None and Superseded.
type Told struct {
	Mail           int  // those who are told by mail
	MailSent       int  // of them: the mail has left
	MailUncertain  int  // of them: it may have left, and a person decides
	MailFailed     int  // of them: it was given up
	Task           int  // those whom the decider tells by hand
	TaskDone       int  // of them: done
	None           int  // those whom nothing reaches
	Superseded     int  // those whom it had not reached when a later decision was made: they hear of both at once
	SupersededTold int  // of them: told of both
	Waiting        int  // not told yet; whom no mail reached, none and superseded aside
	Complete       bool // everybody entitled is counted
}

// Telling is one person or account that is to be told of a decision.
type Telling struct {
	ID         int64
	Decision   int64
	Person     int64
	Account    int64 // a quoted author without a person
	Because    Because
	Way        TellWay
	Thread     int64       // the tell task
	Mail       event.State // of their mail: where it stands in the outbox
	Delivery   int64       // its row there
	Superseded bool        // told together with a later decision
	ToldAt     time.Time   // zero: waits
}

// TellTask is what a tell thread's page shows: what is to be told, and the
// words that it answers.
type TellTask struct {
	Decision Decision
	Earlier  []Decision // those before it of which they have not been told, in order
	Idea     Idea
	Voice    Voice // whose original to open; the zero Voice if it was withdrawn
}

// Roadmap is the ideas of each stage, most votes first, at most 50 a stage.
type Roadmap map[Stage][]Idea

// HeldVoice is a voice, as the export of what is held about a person has it.
type HeldVoice struct {
	ID     int64          `json:"id"`
	Idea   int64          `json:"idea_id"`
	Words  string         `json:"words"`
	Place  string         `json:"place"`
	URL    string         `json:"url,omitempty"`
	SaidAt time.Time      `json:"said_at"`
	State  know.TextState `json:"state"`
}

// answerLife is how long the mail of a decision can be answered by its link.
const answerLife = 90 * 24 * time.Hour

func answerText(decision, person int64) string {
	return fmt.Sprintf("decision:%d:%d", decision, person)
}

// AnswerKey gives the code by which somebody who was told of a decision answers
// it without signing in. It stands in the mail to them alone. It is "" for the
// team, who sign in.
func (s *Ideas) AnswerKey(ctx context.Context, decision, person int64) (string, error) {
	p, err := s.people.Person(ctx, person)
	if err != nil || p.Left() || p.Role.AtLeast(know.Staff) {
		return "", err
	}
	return s.people.Sign(ctx, answerText(decision, person))
}

// AnswererBy gives who answers a decision by the code in their mail, and the
// decision. Three months later, they sign in.
func (s *Ideas) AnswererBy(ctx context.Context, decision, person int64, code string) (a know.Actor, d Decision, err error) {
	right, err := s.people.Signed(ctx, answerText(decision, person), code)
	if err != nil {
		return a, d, err
	}
	if !right {
		return a, d, fault.New(fault.NotFound, "This link is not whole. Open it again from the mail.")
	}
	if a, err = s.people.Actor(ctx, person); err != nil {
		return a, d, err
	}
	if d, err = s.Decision(ctx, a, decision); err != nil {
		return a, d, err
	}
	if a.IsStaff() || s.now().Sub(d.At) > answerLife {
		return know.Actor{}, d, fault.New(fault.Unauthorised, "This link has ended. Sign in with the address it was sent to, and say under the idea what you think.")
	}
	return a, d, nil
}
