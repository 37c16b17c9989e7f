package converse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// open writes a new thread and its fact. It gives 0 if what opens it has one
// already.
func (i *Inbox) open(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread) (id int64, err error) {
	now := i.now()
	if t.WaitsAt.IsZero() || t.WaitsAt.After(now) {
		t.WaitsAt = now
	}
	if t.Audience == "" {
		t.Audience = know.Team
	}
	err = tx.Row(ctx, `insert into thread (kind, account_id, person_id, mention_id, decision_id, subject, why, owner_id, waits_at, opened_at, state_at, audience, to_id, asked_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $12) on conflict do nothing returning id`,
		string(t.Kind), t.Account, t.Person, t.Mention, t.Decision, t.Subject, string(t.Why), t.Owner,
		storage.Micros(t.WaitsAt), storage.Micros(now), string(t.Audience), t.To).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("converse: open a thread: %w", err)
	}
	return id, i.fact(ctx, tx, a, ThreadOpened, "thread", id, t.Mention+t.Decision)
}

// Open opens a thread on a mention by hand, where the rule opened none. It is
// then the asker's.
func (i *Inbox) Open(ctx context.Context, a know.Actor, mention int64) (t Thread, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return t, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		var account, published int64
		var state know.TextState
		err := tx.Row(ctx, `select account_id, published_at, state from mention where id = $1`, mention).Scan(&account, &published, &state)
		if errors.Is(err, sql.ErrNoRows) || err == nil && state == know.Withdrawn {
			return fault.New(fault.NotFound, "There is no such mention, or its author took it back.")
		}
		if err != nil {
			return err
		}
		if id, err := threadOfMention(ctx, tx, mention); err != nil || id != 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "This is in a conversation already, number {id}. Open it from the inbox.", "id", id)
			}
			return err
		}
		id, err := i.open(ctx, tx, a, Thread{Kind: OfHand, Account: account, Mention: mention, Why: ByHand, Owner: a.ID, WaitsAt: storage.Time(published)})
		if err != nil {
			return err
		}
		if _, err := i.put(ctx, tx, Message{Thread: id, Kind: Said, Account: account, Mention: mention, CreatedAt: i.now()}); err != nil {
			return err
		}
		t, err = i.thread(ctx, tx, id)
		return err
	})
	return t, err
}

// ThreadsOfMentions gives the thread that each mention stands in, by mention;
// those in none are left out.
func (i *Inbox) ThreadsOfMentions(ctx context.Context, a know.Actor, mentions []int64) (map[int64]int64, error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	threads := map[int64]int64{}
	holes, args := storage.Holes(1, mentions)
	_, err := storage.All(ctx, i.db, func(row storage.Scanner) (struct{}, error) {
		var mention, thread int64
		err := row.Scan(&mention, &thread)
		threads[mention] = thread
		return struct{}{}, err
	}, `select mention_id, thread_id from message where mention_id <> 0 and mention_id in (`+holes+`)`, args...)
	return threads, err
}

// threadOfMention gives the thread that a mention stands in, 0 if none.
func threadOfMention(ctx context.Context, q storage.Q, mention int64) (id int64, err error) {
	err = q.Row(ctx, `select thread_id from message where mention_id = $1 and mention_id <> 0 order by id limit 1`, mention).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// OpenTell opens a tell task in its owner's inbox: somebody who is to hear of
// a decision cannot be reached by us. The same one again gives the same thread.
func (i *Inbox) OpenTell(ctx context.Context, tx *storage.Tx, t Tell) (thread int64, err error) {
	id, err := i.open(ctx, tx, know.Actor{}, Thread{Kind: OfTell, Account: t.Account, Person: t.Person, Decision: t.Decision, Why: ToTell, Owner: t.Owner})
	if err != nil || id != 0 {
		return id, err
	}
	err = tx.Row(ctx, `select id from thread where decision_id = $1 and account_id = $2 and person_id = $3`, t.Decision, t.Account, t.Person).Scan(&id)
	return id, err
}

// Outdate closes the tell tasks of these decisions that still wait: a later
// decision is told in their place.
func (i *Inbox) Outdate(ctx context.Context, tx *storage.Tx, decisions []int64) error {
	if len(decisions) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, decisions)
	waiting, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from thread where decision_id <> 0 and decision_id in (`+holes+`) and kind = 'tell' and state = 'open' order by id`, args...)
	if err != nil {
		return fmt.Errorf("converse: outdate tell tasks: %w", err)
	}
	for _, id := range waiting {
		if err := i.stand(ctx, tx, id, Closed, Outdated); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, know.Actor{}, ThreadClosed, "thread", id, 0); err != nil {
			return err
		}
	}
	return nil
}

// Take makes a thread the asker's own. One that somebody else took stays
// theirs: it can be given.
func (i *Inbox) Take(ctx context.Context, a know.Actor, id int64) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.staffThread(ctx, tx, a, id, know.Answer)
		if err != nil || t.Owner == a.ID {
			return err
		}
		if t.Owner != 0 {
			var name string
			if err := tx.Row(ctx, `select name from person where id = $1`, t.Owner).Scan(&name); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "{name} took this. Ask them, or give it to yourself.", "name", name)
		}
		return i.own(ctx, tx, a, t, a.ID)
	})
}

// Give makes a thread somebody's, whoever had it.
func (i *Inbox) Give(ctx context.Context, a know.Actor, id, person int64) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.staffThread(ctx, tx, a, id, know.Answer)
		if err != nil {
			return err
		}
		return i.own(ctx, tx, a, t, person)
	})
}

// Release makes a thread nobody's.
func (i *Inbox) Release(ctx context.Context, a know.Actor, id int64) error {
	return i.Give(ctx, a, id, 0)
}

// own sets who of us has a thread, 0 for nobody. Whoever gives it to somebody
// else asks them by name; with nobody, it is asked as its writer did.
func (i *Inbox) own(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread, person int64) error {
	if t.Owner == person {
		return nil
	}
	if person != 0 {
		var there int
		if err := tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0 and role in ('staff', 'owner')`, person).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			return fault.New(fault.Invalid, "Only somebody of the team can have a conversation.").On("owner_id")
		}
	}
	asked, by := t.Asked, t.HandedBy
	switch person {
	case 0:
		asked, by = t.To, 0
	case a.ID:
	default:
		asked, by = person, a.ID
	}
	if _, err := tx.Exec(ctx, `update thread set owner_id = $1, asked_id = $2, handed_by = $3 where id = $4`, person, asked, by, t.ID); err != nil {
		return err
	}
	return i.fact(ctx, tx, a, ThreadTaken, "thread", t.ID, person)
}

// Dismiss closes a thread that will not be answered, with the reason: the rule
// was wrong, or it cannot be answered.
func (i *Inbox) Dismiss(ctx context.Context, a know.Actor, id int64, reason string) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.staffThread(ctx, tx, a, id, know.Answer)
		if err != nil {
			return err
		}
		return i.dismiss(ctx, tx, a, t, reason)
	})
}

func (i *Inbox) dismiss(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread, reason string) error {
	reason = plain.FromText(reason)
	switch {
	case reason == "":
		return fault.New(fault.Invalid, "Say why this is not answered: the team reads it later.").On("reason")
	case utf8.RuneCountInString(reason) > 500:
		return fault.New(fault.Invalid, "A reason has at most 500 characters.").On("reason")
	case t.State == Closed:
		return nil
	}
	if err := i.stand(ctx, tx, t.ID, Closed, reason); err != nil {
		return err
	}
	return i.fact(ctx, tx, a, ThreadClosed, "thread", t.ID, t.Decision)
}

// stand sets a thread's state.
func (i *Inbox) stand(ctx context.Context, tx *storage.Tx, id int64, s State, reason string) error {
	_, err := tx.Exec(ctx, `update thread set state = $1, state_reason = $2, state_at = $3 where id = $4`, string(s), reason, storage.Micros(i.now()), id)
	return err
}

// Reopen makes a thread wait again, from now on.
func (i *Inbox) Reopen(ctx context.Context, a know.Actor, id int64) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.staffThread(ctx, tx, a, id, know.Answer)
		if err != nil {
			return err
		}
		return i.reopen(ctx, tx, a, t)
	})
}

func (i *Inbox) reopen(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread) error {
	switch {
	case t.State == Waiting:
		return nil
	case t.Kind == OfTell && t.State == Closed && t.StateReason == Outdated:
		return fault.New(fault.Conflict, "A later decision on this idea is told in its place. Look for that task in the inbox.")
	}
	if _, err := i.wake(ctx, tx, t.ID, i.now()); err != nil {
		return err
	}
	return i.fact(ctx, tx, a, ThreadReopened, "thread", t.ID, 0)
}

// wake makes a thread wait since at, unless it waits already: then it has
// waited for longer.
func (i *Inbox) wake(ctx context.Context, tx *storage.Tx, id int64, at time.Time) (woken bool, err error) {
	n, err := tx.Exec(ctx, `update thread set state = 'open', state_reason = '', waits_at = $1, state_at = $2 where id = $3 and state <> 'open'`,
		storage.Micros(at), storage.Micros(i.now()), id)
	return n == 1, err
}

// Change does what PATCH of a thread says, all of it or nothing.
func (i *Inbox) Change(ctx context.Context, a know.Actor, id int64, c Change) (t Thread, err error) {
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err = i.staffThread(ctx, tx, a, id, know.Answer)
		if err != nil {
			return err
		}
		if c.Owner != nil {
			if err := i.own(ctx, tx, a, t, *c.Owner); err != nil {
				return err
			}
		}
		if c.State != nil && *c.State != t.State {
			if err := i.changeState(ctx, tx, a, t, *c.State, c.Reason); err != nil {
				return err
			}
		}
		t, err = i.thread(ctx, tx, id)
		return err
	})
	return t, err
}

func (i *Inbox) changeState(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread, s State, reason string) error {
	switch s {
	case Closed:
		return i.dismiss(ctx, tx, a, t, reason)
	case Waiting:
		return i.reopen(ctx, tx, a, t)
	case Answered:
		var message int64
		err := tx.Row(ctx, `select id from message where thread_id = $1 and kind = 'answer' and way = 'copy' and state = 'visible'
			and delivered_at = 0 and person_id = $2 order by id desc limit 1`, t.ID, a.ID).Scan(&message)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "Nothing was answered yet. Write an answer under your own name first.").On("state")
		}
		if err != nil {
			return err
		}
		return i.posted(ctx, tx, a, message, "")
	}
	return fault.New(fault.Invalid, "A conversation is open, answered or closed.").On("state")
}
