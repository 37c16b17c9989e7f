package tribe

import (
	"context"
	"fmt"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Membership is somebody's place in a tribe.
type Membership struct {
	Tribe    Tribe
	Shown    bool // lets everybody see it
	JoinedAt time.Time
}

// maxTribes is how many tribes one person can be in at a time.
const maxTribes = 200

// Join makes the asker a member; shown lets everybody see it. It may be
// repeated, which changes shown alone.
func (s *Tribes) Join(ctx context.Context, a know.Actor, id int64, shown bool) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := s.lock(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Follow, t.Subject()); err != nil {
			return err
		}
		return s.join(ctx, tx, a, id, shown)
	})
}

func (s *Tribes) join(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, shown bool) error {
	in, was, err := member(ctx, tx, id, a.ID)
	if err != nil {
		return err
	}
	if in {
		if was == shown {
			return nil
		}
		return s.appear(ctx, tx, a, id, shown)
	}
	var n int
	if err := tx.Row(ctx, `select count(*) from membership where person_id = $1 and left_at = 0`, a.ID).Scan(&n); err != nil {
		return err
	}
	if n >= maxTribes {
		return fault.New(fault.Conflict, "You are in {most} tribes, and nobody can be in more. Leave one first.", "most", maxTribes)
	}
	if _, err := tx.Exec(ctx, `insert into membership (tribe_id, person_id, shown, joined_at) values ($1, $2, $3, $4)
		on conflict (tribe_id, person_id) do update set shown = excluded.shown, joined_at = excluded.joined_at, left_at = 0`,
		id, a.ID, storage.Bit(shown), storage.Micros(s.now())); err != nil {
		return fmt.Errorf("tribe: join %d: %w", id, err)
	}
	if err := counts(ctx, tx, id, 1, storage.Bit(shown)); err != nil {
		return err
	}
	if err := s.people.Admit(ctx, tx, a, know.CircleOf("tribe", id), a.ID); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, Joined, id, 0, 0, false)
}

func counts(ctx context.Context, tx *storage.Tx, tribe int64, members, shown int) error {
	_, err := tx.Exec(ctx, `update tribe set members = members + $1, shown = shown + $2 where id = $3`, members, shown, tribe)
	return err
}

// Leave takes the asker out of a tribe. It may be repeated, and is always open:
// also out of a tribe that is hidden. The words they chose for it go with them.
func (s *Tribes) Leave(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.lock(ctx, tx, a, id); err != nil {
			return err
		}
		in, shown, err := member(ctx, tx, id, a.ID)
		if err != nil || !in {
			return err
		}
		if _, err := tx.Exec(ctx, `update membership set left_at = $1, shown = 0 where tribe_id = $2 and person_id = $3`, storage.Micros(s.now()), id, a.ID); err != nil {
			return err
		}
		if err := counts(ctx, tx, id, -1, -storage.Bit(shown)); err != nil {
			return err
		}
		if err := unchoose(ctx, tx, a.ID, id); err != nil {
			return err
		}
		if err := s.people.Dismiss(ctx, tx, a, know.CircleOf("tribe", id), a.ID); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Left, id, 0, 0, false)
	})
}

// Appear lets everybody see that the asker is in a tribe, or no longer.
func (s *Tribes) Appear(ctx context.Context, a know.Actor, id int64, shown bool) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.lock(ctx, tx, a, id); err != nil {
			return err
		}
		in, was, err := member(ctx, tx, id, a.ID)
		if err != nil {
			return err
		}
		if !in {
			return notIn()
		}
		if was == shown {
			return nil
		}
		return s.appear(ctx, tx, a, id, shown)
	})
}

func (s *Tribes) appear(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, shown bool) error {
	if _, err := tx.Exec(ctx, `update membership set shown = $1 where tribe_id = $2 and person_id = $3`, storage.Bit(shown), id, a.ID); err != nil {
		return err
	}
	if err := counts(ctx, tx, id, 0, 2*storage.Bit(shown)-1); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, Appeared, id, 0, int64(storage.Bit(shown)), false)
}

// Mine tells whether the asker is in a tribe, and shown as a member.
func (s *Tribes) Mine(ctx context.Context, a know.Actor, id int64) (in, shown bool, err error) {
	return s.isIn(ctx, a, id)
}

// Members gives a page of those members of a tribe whom everybody may see, in
// the order they joined; after is the last one of the page before, nil for the
// first.
func (s *Tribes) Members(ctx context.Context, a know.Actor, id int64, after int64, limit int) ([]know.Person, error) {
	if _, err := s.Tribe(ctx, a, id); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > 200 {
		limit = perPage
	}
	since := int64(0)
	if after != 0 {
		if err := s.db.Row(ctx, `select coalesce(max(joined_at), 0) from membership where tribe_id = $1 and person_id = $2`, id, after).Scan(&since); err != nil {
			return nil, err
		}
	}
	ids, err := storage.All(ctx, s.db, storage.Scalar[int64], `select person_id from membership where tribe_id = $1 and left_at = 0 and shown = 1
		and (joined_at, person_id) > ($2, $3) order by joined_at, person_id limit $4`, id, since, after, limit)
	if err != nil {
		return nil, fmt.Errorf("tribe: members of %d: %w", id, err)
	}
	people, err := s.people.People(ctx, ids)
	members := make([]know.Person, 0, len(ids))
	for _, person := range ids {
		if p, ok := people[person]; ok && !p.Left() {
			members = append(members, p)
		}
	}
	return members, err
}

// Of gives the tribes that the asker is in, in the order they joined.
func (s *Tribes) Of(ctx context.Context, a know.Actor) ([]Membership, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return s.memberships(ctx, a.ID, false)
}

// ShownOf gives the tribes that everybody may see a person is in.
func (s *Tribes) ShownOf(ctx context.Context, a know.Actor, person int64) ([]Membership, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	return s.memberships(ctx, person, true)
}

func (s *Tribes) memberships(ctx context.Context, person int64, shown bool) ([]Membership, error) {
	type row struct {
		tribe, shown, joined int64
	}
	rows, err := storage.All(ctx, s.db, func(r storage.Scanner) (m row, err error) {
		err = r.Scan(&m.tribe, &m.shown, &m.joined)
		return m, err
	}, `select tribe_id, shown, joined_at from membership where person_id = $1 and left_at = 0 order by joined_at, tribe_id`, person)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for n, r := range rows {
		ids[n] = r.tribe
	}
	holes, args := storage.Holes(1, ids)
	tribes, err := storage.All(ctx, s.db, scanTribe, selectTribe+` where id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	byID := map[int64]Tribe{}
	for _, t := range tribes {
		byID[t.ID] = t
	}
	var list []Membership
	for _, r := range rows {
		t := byID[r.tribe]
		if shown && (r.shown == 0 || t.State != know.Visible) {
			continue
		}
		list = append(list, Membership{Tribe: t, Shown: r.shown == 1, JoinedAt: storage.Time(r.joined)})
	}
	return list, nil
}
