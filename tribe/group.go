package tribe

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Group is people who are tied to each other more than chance would have it,
// as the last look found them. It is a suggestion and no fact about people:
// staff see it, and each of those in it; they may take it or refuse it.
type Group struct {
	ID      int64
	Size    int64
	Tribe   Tribe    // what this group is already, or became; the zero Tribe if none
	Words   []string // that mark off what they say from what the others say
	First   []string // names of some of them, by which staff know which group it is; none for others
	FirstAt time.Time
	SeenAt  time.Time
	Joined  int64 // of them, those who took it; for staff
	Refused int64 // of them, those who refused it; for staff
}

func readWords(text string) (words []string, err error) {
	err = json.Unmarshal([]byte(text), &words)
	return words, err
}

func writeWords(words []string) string {
	if len(words) == 0 {
		return "[]"
	}
	b, err := json.Marshal(words)
	if err != nil { // strings can always be written
		return "[]"
	}
	return string(b)
}

const selectGroup = `select g.id, g.size, g.tribe_id, g.words, g.first_at, g.seen_at,
	(select count(*) from tribe_group_member m where m.group_id = g.id and m.present = 1 and m.answer = 'taken'),
	(select count(*) from tribe_group_member m where m.group_id = g.id and m.present = 1 and m.answer = 'refused') from tribe_group g`

func scanGroup(row storage.Scanner) (g Group, err error) {
	var words string
	var first, seen int64
	if err = row.Scan(&g.ID, &g.Size, &g.Tribe.ID, &words, &first, &seen, &g.Joined, &g.Refused); err != nil {
		return g, err
	}
	g.FirstAt, g.SeenAt = storage.Time(first), storage.Time(seen)
	g.Words, err = readWords(words)
	return g, err
}

// Groups gives the groups of the last look, the largest first, at most 200.
func (s *Tribes) Groups(ctx context.Context, a know.Actor) ([]Group, error) {
	if err := know.Require(a, know.Know, know.Subject{}); err != nil {
		return nil, err
	}
	groups, err := storage.All(ctx, s.db, scanGroup, selectGroup+` where g.size > 0 order by g.size desc, g.id limit 200`)
	if err != nil {
		return nil, fmt.Errorf("tribe: groups: %w", err)
	}
	for n := range groups {
		if groups[n].First, err = s.firstOf(ctx, groups[n].ID); err != nil {
			return nil, err
		}
	}
	return groups, s.addTribes(ctx, groups)
}

// firstOf names three of a group, those with most ties to the others.
func (s *Tribes) firstOf(ctx context.Context, group int64) ([]string, error) {
	return storage.All(ctx, s.db, storage.Scalar[string], `select p.name from tribe_group_member m join person p on p.id = m.person_id and p.name <> ''
		where m.group_id = $1 and m.present = 1 order by (select coalesce(sum(t.n), 0) from tie t where t.a = m.person_id and t.kind = 'reply') desc, m.person_id limit 3`, group)
}

// Group gives one group with who is in it, at most 200 of them: for staff.
func (s *Tribes) Group(ctx context.Context, a know.Actor, id int64) (g Group, members []know.Person, err error) {
	if err := know.Require(a, know.Know, know.Subject{}); err != nil {
		return g, nil, err
	}
	if g, err = s.group(ctx, s.db, id); err != nil {
		return g, nil, err
	}
	if g.First, err = s.firstOf(ctx, id); err != nil {
		return g, nil, err
	}
	ids, err := storage.All(ctx, s.db, storage.Scalar[int64], `select person_id from tribe_group_member where group_id = $1 and present = 1 order by person_id limit 200`, id)
	if err != nil {
		return g, nil, err
	}
	people, err := s.people.People(ctx, ids)
	for _, person := range ids {
		if p, ok := people[person]; ok && !p.Left() {
			members = append(members, p)
		}
	}
	one := []Group{g}
	if err == nil {
		err = s.addTribes(ctx, one)
	}
	return one[0], members, err
}

func (s *Tribes) group(ctx context.Context, q storage.Q, id int64) (Group, error) {
	g, err := scanGroup(q.Row(ctx, selectGroup+` where g.id = $1 and g.size > 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return g, fault.New(fault.NotFound, "This group is no longer there: people do other things with each other now.")
	}
	return g, err
}

// addTribes puts the tribes in place that groups became; one that is out of
// sight, or that nobody is left in, is none.
func (s *Tribes) addTribes(ctx context.Context, groups []Group) error {
	var ids []int64
	for _, g := range groups {
		if g.Tribe.ID != 0 {
			ids = append(ids, g.Tribe.ID)
		}
	}
	tribes, err := s.ByID(ctx, know.Actor{}, ids)
	for n := range groups {
		t := tribes[groups[n].Tribe.ID]
		if t.Members == 0 {
			t = Tribe{}
		}
		groups[n].Tribe = t
	}
	return err
}

// Suggested is a group suggested to the one who asks.
type Suggested struct {
	Group Group
	With  []know.Person // those in it whom they spoke with in public, most often first
}

// Suggestions gives the groups that the asker belongs to by what they do, has
// not answered, and has not joined already.
func (s *Tribes) Suggestions(ctx context.Context, a know.Actor) ([]Suggested, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	groups, err := storage.All(ctx, s.db, scanGroup, selectGroup+` join tribe_group_member me on me.group_id = g.id and me.person_id = $1 and me.present = 1 and me.answer = ''
		where g.size > 0 and not exists (select 1 from membership m where m.person_id = $1 and m.tribe_id = g.tribe_id and m.left_at = 0)
		order by g.size desc, g.id`, a.ID)
	if err != nil {
		return nil, fmt.Errorf("tribe: suggestions to %d: %w", a.ID, err)
	}
	if err := s.addTribes(ctx, groups); err != nil {
		return nil, err
	}
	list := make([]Suggested, len(groups))
	for n, g := range groups {
		g.Joined, g.Refused = 0, 0 // what others answered is theirs
		list[n].Group = g
		with, err := storage.All(ctx, s.db, storage.Scalar[int64], `select other from (
				select b as other, n from tie where a = $1 and kind = 'reply' union all select a as other, n from tie where b = $1 and kind = 'reply') t
			where other in (select person_id from tribe_group_member where group_id = $2 and present = 1)
			group by other order by sum(n) desc, other limit 5`, a.ID, g.ID)
		if err != nil {
			return nil, err
		}
		people, err := s.people.People(ctx, with)
		if err != nil {
			return nil, err
		}
		for _, person := range with {
			if p, ok := people[person]; ok && !p.Left() {
				list[n].With = append(list[n].With, p)
			}
		}
	}
	return list, nil
}

// Take makes a tribe of a group that is suggested to the asker: they join the
// tribe it is already, or start one under the name they give.
func (s *Tribes) Take(ctx context.Context, a know.Actor, group int64, n NewTribe) (t Tribe, err error) {
	person := s.notAPerson(ctx, n.Name)
	err = s.answer(ctx, a, group, func(tx *storage.Tx, g Group) (int64, error) {
		if g.Tribe.ID != 0 {
			if t, err = s.lock(ctx, tx, a, g.Tribe.ID); err != nil {
				return 0, err
			}
			if err := know.Require(a, know.Follow, t.Subject()); err != nil {
				return 0, err
			}
			return t.ID, s.join(ctx, tx, a, t.ID, n.Shown)
		}
		if err := know.Require(a, know.Propose, know.Subject{}); err != nil {
			return 0, err
		}
		if t, err = s.start(ctx, tx, a, n, person); err != nil {
			return 0, err
		}
		_, err := tx.Exec(ctx, `update tribe_group set tribe_id = $1 where id = $2`, t.ID, group)
		return t.ID, err
	}, "taken")
	return t, err
}

// Refuse keeps a group from being suggested to the asker again.
func (s *Tribes) Refuse(ctx context.Context, a know.Actor, group int64) error {
	return s.answer(ctx, a, group, func(*storage.Tx, Group) (int64, error) { return 0, nil }, "refused")
}

// answer notes what the asker makes of a suggestion, once f has done it.
func (s *Tribes) answer(ctx context.Context, a know.Actor, group int64, f func(tx *storage.Tx, g Group) (tribe int64, err error), answer string) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update tribe_group set id = id where id = $1`, group); err != nil { // two who take it at once make one tribe
			return err
		}
		g, err := s.group(ctx, tx, group)
		if err != nil {
			return err
		}
		if g.Tribe.ID != 0 {
			t, err := read(ctx, tx, g.Tribe.ID)
			if err != nil {
				return err
			}
			if t.State != know.Visible || t.Members == 0 {
				t.ID = 0
			}
			g.Tribe = t
		}
		var in int
		if err := tx.Row(ctx, `select count(*) from tribe_group_member where group_id = $1 and person_id = $2 and present = 1`, group, a.ID).Scan(&in); err != nil {
			return err
		}
		if in == 0 {
			return fault.New(fault.NotFound, "This group is no longer there: people do other things with each other now.")
		}
		tribe, err := f(tx, g)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update tribe_group_member set answer = $1, at = $2 where group_id = $3 and person_id = $4`, answer, storage.Micros(s.now()), group, a.ID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: Answered, Actor: a.ID, Subject: event.Ref{Kind: "group", ID: group}, Other: tribe})
	})
}
