package converse

import (
	"context"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// ownMessage gives a message that the asker wrote and may do v to.
func (i *Inbox) ownMessage(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, v know.Verb) (Message, error) {
	m, err := i.message(ctx, tx, id)
	if err != nil {
		return m, err
	}
	t, err := i.thread(ctx, tx, m.Thread)
	if err != nil {
		return m, err
	}
	if _, ok := m.seenBy(a); !ok || know.Require(a, know.Read, t.seen()) != nil {
		return m, errNoMessage()
	}
	if err := know.Require(a, v, know.Subject{Author: m.Person}); err != nil {
		return m, err
	}
	if m.Mention != 0 {
		return m, fault.New(fault.Conflict, "These words stand elsewhere: change them there.")
	}
	if m.State == know.Withdrawn {
		return m, fault.New(fault.Conflict, "This was withdrawn. Write it anew.")
	}
	return m, nil
}

// Edit changes the asker's own message; earlier wordings are kept. What went
// out by mail stays as it was.
func (i *Inbox) Edit(ctx context.Context, a know.Actor, message int64, body string) (m Message, err error) {
	if body, err = wording(body); err != nil {
		return m, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		if m, err = i.ownMessage(ctx, tx, a, message, know.Edit); err != nil || m.Body == body {
			return err
		}
		if err := i.people.Keep(ctx, tx, event.Ref{Kind: "message", ID: m.ID}, "", m.Body, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update message set body = $1, edited_at = $2 where id = $3`, body, storage.Micros(i.now()), m.ID); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, a, MessageEdited, "message", m.ID, m.Thread); err != nil {
			return err
		}
		m, err = i.message(ctx, tx, m.ID)
		return err
	})
	return m, err
}

// Withdraw takes back the asker's own message. If it was the answer that a
// thread rested on, the thread waits again, for as long as it had.
func (i *Inbox) Withdraw(ctx context.Context, a know.Actor, message int64) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		m, err := i.ownMessage(ctx, tx, a, message, know.Withdraw)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update message set state = 'withdrawn', state_reason = '' where id = $1`, m.ID); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, a, MessageWithdrawn, "message", m.ID, m.Thread); err != nil {
			return err
		}
		return i.unanswered(ctx, tx, a, m)
	})
}

// unanswered makes an answered thread wait again after its last answer went
// away: its clock goes on where it was.
func (i *Inbox) unanswered(ctx context.Context, tx *storage.Tx, a know.Actor, m Message) error {
	if m.Kind != Reply || m.DeliveredAt.IsZero() {
		return nil
	}
	n, err := tx.Exec(ctx, `update thread set state = 'open', state_at = $1,
		answered_at = case when exists (select 1 from message m where m.thread_id = thread.id and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0) then answered_at else 0 end
		where id = $2 and state = 'answered' and not exists (select 1 from message m
			where m.thread_id = thread.id and m.kind = 'answer' and m.state = 'visible' and m.delivered_at >= thread.waits_at)`, storage.Micros(i.now()), m.Thread)
	if err != nil {
		return err
	}
	if n == 0 { // it rests on another answer: that one came first now
		_, err := tx.Exec(ctx, `update thread set answered_at = coalesce((select min(m.delivered_at) from message m
			where m.thread_id = thread.id and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0), answered_at) where id = $1 and answered_at > 0`, m.Thread)
		return err
	}
	return i.fact(ctx, tx, a, ThreadReopened, "thread", m.Thread, m.ID)
}

// HideMessage hides somebody's message from all but its author and the team,
// with a reason that its author sees.
func (i *Inbox) HideMessage(ctx context.Context, a know.Actor, message int64, reason string) error {
	reason = plain.FromText(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 500 {
		return fault.New(fault.Invalid, "Say why you hide this, in at most 500 characters: its author reads it.").On("reason")
	}
	return i.setHidden(ctx, a, message, know.Visible, know.Hidden, reason, MessageHidden)
}

// ShowMessage shows a message again that was hidden.
func (i *Inbox) ShowMessage(ctx context.Context, a know.Actor, message int64) error {
	return i.setHidden(ctx, a, message, know.Hidden, know.Visible, "", MessageShown)
}

func (i *Inbox) setHidden(ctx context.Context, a know.Actor, message int64, from, to know.TextState, reason, fact string) error {
	if err := know.Require(a, know.Hide, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		m, err := i.message(ctx, tx, message)
		if err != nil || m.State == to {
			return err
		}
		n, err := tx.Exec(ctx, `update message set state = $1, state_reason = $2 where id = $3 and state = $4`, string(to), reason, message, string(from))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This was withdrawn by its author: there is nothing left to hide or show.")
		}
		return i.fact(ctx, tx, a, fact, "message", message, m.Thread)
	})
}
