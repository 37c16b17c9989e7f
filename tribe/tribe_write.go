package tribe

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Start starts a tribe, whose first member the asker is. A name like another
// tribe's is a conflict that says which.
func (s *Tribes) Start(ctx context.Context, a know.Actor, n NewTribe) (t Tribe, err error) {
	if err := know.Require(a, know.Propose, know.Subject{}); err != nil {
		return t, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err = s.start(ctx, tx, a, n)
		return err
	})
	return t, err
}

func (s *Tribes) start(ctx context.Context, tx *storage.Tx, a know.Actor, n NewTribe) (t Tribe, err error) {
	called, folded, unnamed := name(n.Name)
	words, long := stands(n.Stands)
	if unnamed == nil {
		unnamed = s.people.MayBeTribe(ctx, tx, called)
	}
	if err := fault.All(unnamed, long); err != nil {
		return t, err
	}
	if n.Language == "" {
		n.Language = a.Language
	}
	if err := s.free(ctx, tx, called, 0); err != nil {
		return t, err
	}
	id, err := tx.Insert(ctx, `insert into tribe (name, folded, stands, language, by_id, created_at) values ($1, $2, $3, $4, $5, $6) on conflict (folded) do nothing returning id`,
		called, folded, words, n.Language, a.ID, storage.Micros(s.now()))
	if errors.Is(err, sql.ErrNoRows) { // another began at the same time
		return t, fault.New(fault.Conflict, "This name cannot be had. Choose another one.").On("name")
	}
	if err != nil {
		return t, fmt.Errorf("tribe: start: %w", err)
	}
	if err := s.fact(ctx, tx, a, Started, id, 0, 0, false); err != nil {
		return t, err
	}
	if err := s.join(ctx, tx, a, id, n.Shown); err != nil {
		return t, err
	}
	return read(ctx, tx, id)
}

// Change renames a tribe, or says anew what it stands for. Members of some
// standing may; what was is kept, with who wrote it.
func (s *Tribes) Change(ctx context.Context, a know.Actor, id int64, e Edit) (t Tribe, err error) {
	called, folded, unnamed := name(e.Name)
	words, long := stands(e.Stands)
	err = s.change(ctx, a, id, func(tx *storage.Tx, was Tribe) error {
		if ok, err := hasStanding(ctx, tx, id, a.ID, s.now()); err != nil {
			return err
		} else if !ok {
			return tooNew()
		}
		if unnamed == nil && called != was.Name {
			unnamed = s.people.MayBeTribe(ctx, tx, called)
		}
		if err := fault.All(unnamed, long); err != nil {
			return err
		}
		if e.Version != 0 && e.Version != was.Version {
			return fault.New(fault.Conflict, "Somebody of the tribe changed it while you wrote. Look at what it says now; what you typed is still here.")
		}
		if called == was.Name && words == was.Stands {
			t = was
			return nil
		}
		if called != was.Name {
			if err := s.free(ctx, tx, called, id); err != nil {
				return err
			}
		}
		now := storage.Micros(s.now())
		ended, err := tx.Insert(ctx, `insert into tribe_wording (tribe_id, name, stands, by_id, at) values ($1, $2, $3, $4, $5) returning id`, id, was.Name, was.Stands, was.By, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update tribe set name = $1, folded = $2, stands = $3, by_id = $4, version = version + 1, edited_at = $5 where id = $6`,
			called, folded, words, a.ID, now, id); err != nil {
			return fmt.Errorf("tribe: change %d: %w", id, err)
		}
		if called != was.Name {
			if err := s.renamed(ctx, tx, a, id, ended); err != nil {
				return err
			}
		}
		if t, err = read(ctx, tx, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Edited, id, 0, 0, false)
	})
	return t, err
}

// change runs f over a tribe, which is locked, for one of its members.
func (s *Tribes) change(ctx context.Context, a know.Actor, id int64, f func(tx *storage.Tx, t Tribe) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := s.lock(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Comment, t.Subject()); err != nil {
			return err
		}
		if in, _, err := member(ctx, tx, id, a.ID); err != nil {
			return err
		} else if !in {
			return notIn()
		}
		return f(tx, t)
	})
}

// lock gives a tribe that the asker may see, and keeps others from changing it
// until the transaction ends.
func (s *Tribes) lock(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) (Tribe, error) {
	if _, err := tx.Exec(ctx, `update tribe set id = id where id = $1`, id); err != nil {
		return Tribe{}, err
	}
	t, err := read(ctx, tx, id)
	if err != nil {
		return t, err
	}
	return t, s.mayRead(ctx, tx, a, t)
}

// Hide takes a tribe out of sight; its members and staff still see it, with
// the reason.
func (s *Tribes) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	reason = plain.Line(reason)
	var wrong error
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		wrong = fault.New(fault.Invalid, "Say why in 1 to {most} characters: its author reads it.", "most", maxReason).On("reason")
	}
	return s.setState(ctx, a, id, know.Hidden, reason, Hidden, wrong)
}

// Show brings a hidden tribe back.
func (s *Tribes) Show(ctx context.Context, a know.Actor, id int64) error {
	return s.setState(ctx, a, id, know.Visible, "", Shown, nil)
}

func (s *Tribes) setState(ctx context.Context, a know.Actor, id int64, to know.TextState, reason, kind string, wrong error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := s.lock(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		if t.State == know.Withdrawn || t.State == to {
			return nil
		}
		if _, err := tx.Exec(ctx, `update tribe set state = $1, state_reason = $2 where id = $3`, string(to), reason, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, kind, id, 0, 0, true)
	})
}
