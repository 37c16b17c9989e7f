package listen

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Hide takes a mention out of what is public, with a reason for the team. An
// empty reason is refused.
func (r *Radar) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	if reason = plain.Clip(plain.FromText(reason), 2000); reason == "" {
		return fault.New(fault.Invalid, "Say why, for the others of the team.").On("reason")
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update mention set state = 'hidden', state_reason = $1 where id = $2 and state <> 'withdrawn'`, reason, id)
		if err == nil && n == 0 {
			return errNoMention()
		}
		if err != nil {
			return fmt.Errorf("listen: hide %d: %w", id, err)
		}
		return r.events.Append(ctx, tx, event.Event{Kind: MentionHidden, Actor: a.ID, Subject: event.Ref{Kind: "mention", ID: id}, Staff: a.IsStaff()})
	})
}

// Withdraw empties a mention whose author asked for it, or who deleted the
// original. Who copied its words follows "mention.withdrawn".
func (r *Radar) Withdraw(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		return r.withdraw(ctx, tx, id, event.Event{Actor: a.ID, Staff: a.IsStaff()})
	})
}

// withdraw empties one mention: words, addresses, and what could find them. Its
// identity stays, a hash, so that it is not heard anew.
func (r *Radar) withdraw(ctx context.Context, tx *storage.Tx, id int64, fact event.Event) error {
	var state know.TextState
	err := tx.Row(ctx, `select state from mention where id = $1`, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return errNoMention()
	}
	if err != nil || state == know.Withdrawn {
		return err
	}
	if _, err := tx.Exec(ctx, `update mention set state = 'withdrawn', state_reason = $2, text = '', text_hash = 0, url = '', external_id = '', reply_to = '', quotable = ''
		where id = $1`, id, map[int64]string{DeletedThere: Deleted, TimePassed: Forgotten}[fact.N]); err != nil {
		return fmt.Errorf("listen: withdraw %d: %w", id, err)
	}
	if err := storage.DropText(ctx, tx, "mention_search", id); err != nil {
		return err
	}
	if err := r.people.Forget(ctx, tx, event.Ref{Kind: "mention", ID: id}); err != nil {
		return err
	}
	fact.Kind, fact.Subject = MentionWithdrawn, event.Ref{Kind: "mention", ID: id}
	return r.events.Append(ctx, tx, fact)
}

// Quotable notes that the author of a private mention was asked whether it may
// be quoted, or what they said.
func (r *Radar) Quotable(ctx context.Context, a know.Actor, id int64, answer Quotability) error {
	if err := know.Require(a, know.Quote, know.Subject{}); err != nil {
		return err
	}
	if !slices.Contains([]Quotability{Asked, Named, Unnamed, Refused}, answer) {
		return fault.New(fault.Invalid, "The answer is asked, named, unnamed or refused.").On("answer")
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		var public int
		var state know.TextState
		var now Quotability
		err := tx.Row(ctx, `select public, state, quotable from mention where id = $1`, id).Scan(&public, &state, &now)
		switch {
		case errors.Is(err, sql.ErrNoRows) || err == nil && state == know.Withdrawn:
			return errNoMention()
		case err != nil:
			return err
		case public == 1:
			return fault.New(fault.Conflict, "This is public: it may be quoted as it is.")
		case answer == Asked && now != NotAsked:
			return fault.New(fault.Conflict, "The author was asked already; nobody is asked twice.")
		}
		if _, err := tx.Exec(ctx, `update mention set quotable = $1 where id = $2`, string(answer), id); err != nil {
			return fmt.Errorf("listen: quotable %d: %w", id, err)
		}
		return r.events.Append(ctx, tx, event.Event{Kind: MentionQuotable, Actor: a.ID, Subject: event.Ref{Kind: "mention", ID: id}, Staff: a.IsStaff()})
	})
}

// Erase is the follower of "person.left": it withdraws what the person's
// accounts said in private, and all of it if their words go too (n = 1), and
// lets go of what rests of them: nobody has made it a mention. Their names went
// with the accounts. Counts stay.
func (r *Radar) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select m.id from mention m join account a on a.id = m.account_id
			where a.person_id = $1 and a.person_id <> 0 and m.state <> 'withdrawn' and (m.public = 0 or $2 = 1) order by m.id`, f.Subject.ID, f.N)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.withdraw(ctx, tx, id, event.Event{Actor: f.Subject.ID, N: AuthorLeft}); err != nil {
				return err
			}
		}
		if err := r.forgetResting(ctx, tx, f.Subject.ID); err != nil {
			return err
		}
	}
	return nil
}
