package charter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

const selectVersion = `select id, number, preface, default_name, language, edits, drafted_by, published_by, created_at, edited_at, published_at from charter`

func scanVersion(row storage.Scanner) (v Version, err error) {
	var created, edited, published int64
	err = row.Scan(&v.ID, &v.Number, &v.Preface, &v.Default, &v.Language, &v.Edits, &v.DraftedBy, &v.PublishedBy, &created, &edited, &published)
	v.CreatedAt, v.EditedAt, v.PublishedAt = storage.Time(created), storage.Time(edited), storage.Time(published)
	return v, err
}

const selectClause = `select c.id, c.charter_id, v.number, c.place, c.name, c.mode, c.title, c.body, c.votes, c.within_days, c.answer_days, c.overrides
	from clause c join charter v on v.id = c.charter_id`

func scanClause(row storage.Scanner) (c Clause, err error) {
	err = row.Scan(&c.ID, &c.Charter, &c.Number, &c.Place, &c.Name, &c.Mode, &c.Title, &c.Body, &c.Votes, &c.Within, &c.Answer, &c.Overrides)
	return c, err
}

// fill reads the clauses of a version.
func fill(ctx context.Context, q storage.Q, v Version, err error) (Version, error) {
	if err != nil {
		return v, err
	}
	v.Clauses, err = storage.All(ctx, q, scanClause, selectClause+` where c.charter_id = $1 order by c.place, c.id`, v.ID)
	if err != nil {
		return v, fmt.Errorf("charter: clauses of %d: %w", v.ID, err)
	}
	return v, nil
}

func noVersion() error {
	return fault.New(fault.NotFound, "There is no such version of the charter.")
}

// Current gives the version that holds; the zero Version if none was ever
// published: then advice is the default.
func (s *Charter) Current(ctx context.Context) (Version, error) { return current(ctx, s.db) }

func current(ctx context.Context, q storage.Q) (Version, error) {
	v, err := scanVersion(q.Row(ctx, selectVersion+` where number > 0 order by number desc limit 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, nil
	}
	return fill(ctx, q, v, err)
}

// Number gives a published version by its number.
func (s *Charter) Number(ctx context.Context, number int64) (Version, error) {
	v, err := scanVersion(s.db.Row(ctx, selectVersion+` where number = $1 and number > 0`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, noVersion()
	}
	return fill(ctx, s.db, v, err)
}

// Version gives a version by its id; drafts are for staff.
func (s *Charter) Version(ctx context.Context, a know.Actor, id int64) (Version, error) {
	return readVersion(ctx, s.db, a, id)
}

func readVersion(ctx context.Context, q storage.Q, a know.Actor, id int64) (Version, error) {
	v, err := scanVersion(q.Row(ctx, selectVersion+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && v.Draft() && !a.IsStaff() {
		return Version{}, noVersion()
	}
	return fill(ctx, q, v, err)
}

// Versions gives all versions without their clauses, the latest first; to
// staff, drafts before them. At most 500.
func (s *Charter) Versions(ctx context.Context, a know.Actor) ([]Version, error) {
	return storage.All(ctx, s.db, scanVersion, selectVersion+` where number > 0 or $1 = 1
		order by case when number = 0 then 1 else 0 end desc, number desc, id desc limit 500`, storage.Bit(a.IsStaff()))
}

// Clause gives a clause of a published version; the zero Clause for 0.
func (s *Charter) Clause(ctx context.Context, id int64) (Clause, error) {
	return ReadClause(ctx, s.db, id)
}

// ReadClause is Clause within a transaction.
func ReadClause(ctx context.Context, q storage.Q, id int64) (Clause, error) {
	if id == 0 {
		return Clause{}, nil
	}
	c, err := scanClause(q.Row(ctx, selectClause+` where c.id = $1 and v.number > 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "There is no such clause in the charter.").On("clause_id")
	}
	return c, err
}

// Clauses gives the clauses with these ids, by id.
func (s *Charter) Clauses(ctx context.Context, ids []int64) (map[int64]Clause, error) {
	found := map[int64]Clause{}
	if len(ids) == 0 {
		return found, nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scanClause, selectClause+` where v.number > 0 and c.id in (`+holes+`)`, args...)
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

// Citable gives the id of a clause that can be cited now: one of the version
// that holds, or the one that is cited already. 0 is none.
func Citable(ctx context.Context, q storage.Q, id, now int64) (int64, error) {
	if id == 0 || id == now {
		return id, nil
	}
	c, err := ReadClause(ctx, q, id)
	if err != nil {
		return 0, err
	}
	var newest int64
	if err := q.Row(ctx, `select coalesce(max(number), 0) from charter`).Scan(&newest); err != nil {
		return 0, err
	}
	if c.Number != newest {
		return 0, fault.New(fault.Conflict, "This clause is of an earlier version. Cite the charter that holds now.").On("clause_id")
	}
	return id, nil
}

// Default gives the clause that an idea falls under when nobody says; 0 if the
// charter that holds names none, or there is no charter.
func Default(ctx context.Context, q storage.Q) (id int64, err error) {
	err = q.Row(ctx, `select c.id from charter v join clause c on c.charter_id = v.id and c.name = v.default_name
		where v.number > 0 and v.number = (select max(number) from charter)`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}
