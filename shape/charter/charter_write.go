package charter

import (
	"cmp"
	"context"
	"slices"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Draft begins a version: a copy of the one that holds, or an empty one.
func (s *Charter) Draft(ctx context.Context, a know.Actor) (v Version, err error) {
	if err := know.Require(a, know.Decide, know.Subject{}); err != nil {
		return v, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := current(ctx, tx)
		if err != nil {
			return err
		}
		now := storage.Micros(s.now())
		id, err := tx.Insert(ctx, `insert into charter (preface, default_name, language, drafted_by, created_at, edited_at) values ($1, $2, $3, $4, $5, $5) returning id`,
			was.Preface, was.Default, was.Language, a.ID, now)
		if err != nil {
			return err
		}
		if err := putClauses(ctx, tx, id, was.Clauses); err != nil {
			return err
		}
		v, err = readVersion(ctx, tx, a, id)
		return err
	})
	return v, err
}

func putClauses(ctx context.Context, tx *storage.Tx, version int64, all []Clause) error {
	for n, c := range all {
		if _, err := tx.Exec(ctx, `insert into clause (charter_id, place, name, mode, title, body, votes, within_days, answer_days) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			version, n+1, c.Name, string(c.Mode), c.Title, c.Body, c.Votes, c.Within, c.Answer); err != nil {
			return err
		}
	}
	return nil
}

// lockDraft gives a draft, and keeps others from changing it meanwhile.
func lockDraft(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) (Version, error) {
	if _, err := tx.Exec(ctx, `update charter set edits = edits where id = $1`, id); err != nil {
		return Version{}, err
	}
	v, err := readVersion(ctx, tx, a, id)
	if err == nil && !v.Draft() {
		return v, fault.New(fault.Conflict, "This version is published and is never changed. Draft another one.")
	}
	return v, err
}

// Save puts another wording in the place of a draft's.
func (s *Charter) Save(ctx context.Context, a know.Actor, id int64, e Edit) (v Version, err error) {
	if err := know.Require(a, know.Decide, know.Subject{}); err != nil {
		return v, err
	}
	e.Clauses = slices.Clone(e.Clauses)
	slices.SortStableFunc(e.Clauses, func(x, y Clause) int { return cmp.Compare(x.Place, y.Place) })
	if err := e.check(a); err != nil {
		return v, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := lockDraft(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if e.Edits >= 0 && e.Edits != was.Edits {
			return fault.New(fault.Conflict, "Somebody changed this draft while you did. Open it again in another window and put both together.")
		}
		if _, err := tx.Exec(ctx, `update charter set preface = $1, default_name = $2, language = $3, edits = edits + 1, edited_at = $4 where id = $5`,
			e.Preface, e.Default, e.Language, storage.Micros(s.now()), id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from clause where charter_id = $1`, id); err != nil {
			return err
		}
		if err := putClauses(ctx, tx, id, e.Clauses); err != nil {
			return err
		}
		v, err = readVersion(ctx, tx, a, id)
		return err
	})
	return v, err
}

// Discard throws a draft away.
func (s *Charter) Discard(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Decide, know.Subject{}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := lockDraft(ctx, tx, a, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from clause where charter_id = $1`, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from charter where id = $1`, id)
		return err
	})
}

// Publish makes a draft the version that holds, under the asker's name. It is
// never changed after that. Owners publish.
func (s *Charter) Publish(ctx context.Context, a know.Actor, id int64) (v Version, err error) {
	if err := know.Require(a, know.Configure, know.Subject{}); err != nil {
		return v, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		// Whoever publishes at the same moment waits here, so that both numbers differ.
		if _, err := tx.Exec(ctx, `update charter set edits = edits where id = (select min(id) from charter)`); err != nil {
			return err
		}
		was, err := lockDraft(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if len(was.Clauses) == 0 {
			return fault.New(fault.Invalid, "A charter without a clause promises nothing. Write one first.").On("clauses")
		}
		var number int64
		if err := tx.Row(ctx, `select coalesce(max(number), 0) + 1 from charter`).Scan(&number); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update charter set number = $1, published_by = $2, published_at = $3 where id = $4 and number = 0`,
			number, a.ID, storage.Micros(s.now()), id); err != nil {
			return err
		}
		if v, err = readVersion(ctx, tx, a, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Published, event.Ref{Kind: "charter", ID: id}, 0, number)
	})
	return v, err
}
