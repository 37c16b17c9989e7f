package tribe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/community"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// What a look takes and gives.
const (
	seed       = 1                    // of the search for communities: the same ties give the same groups
	tiesOf     = 365 * 24 * time.Hour // ties that nothing was added to for longer are over
	leastGroup = 4                    // fewer would only tell people whom they talk with
	sameGroup  = 0.3                  // the Jaccard overlap from which on two groups are one: Greene, Doyle and Cunningham, "Tracking the evolution of communities in dynamic social networks", ASONAM 2010
)

// Run is what a look found.
type Run struct {
	At         time.Time // zero: none was taken yet
	People     int64
	Ties       int64 // pairs
	Groups     int64
	Modularity float64
}

// LastLook gives what the last look found: for staff.
func (s *Tribes) LastLook(ctx context.Context, a know.Actor) (r Run, err error) {
	if err := know.Require(a, know.Know, know.Subject{}); err != nil {
		return r, err
	}
	var at, modularity int64
	err = s.db.Row(ctx, `select coalesce(max(ran_at), 0), coalesce(max(people), 0), coalesce(max(ties), 0), coalesce(max(found), 0), coalesce(max(modularity), 0)
		from tribe_run where name = 'look'`).Scan(&at, &r.People, &r.Ties, &r.Groups, &modularity)
	r.At, r.Modularity = storage.Time(at), float64(modularity)/1e6
	return r, err
}

// Look looks for groups in the ties, and takes the strength of all tribes, at
// the request of staff.
func (s *Tribes) Look(ctx context.Context, a know.Actor) error {
	if err := know.Require(a, know.Know, know.Subject{}); err != nil {
		return err
	}
	held, err := s.lease(ctx, "look")
	if err != nil {
		return err
	}
	if !held {
		return fault.New(fault.Conflict, "Somebody is looking just now. Come back in a minute.")
	}
	return s.lookNow(ctx)
}

// lookNow looks while this process holds the lease.
func (s *Tribes) lookNow(ctx context.Context) error {
	r, err := s.findGroups(ctx)
	if err == nil {
		err = s.takeStrength(ctx)
	}
	done := s.now()
	if err != nil {
		done = time.Time{}
	}
	ended := s.db.Update(context.WithoutCancel(ctx), func(tx *storage.Tx) error {
		if err != nil {
			_, err := tx.Exec(ctx, `update tribe_run set leased_until = 0 where name = 'look' and leased_by = $1`, s.events.Worker())
			return err
		}
		if _, err := tx.Exec(ctx, `update tribe_run set ran_at = $1, people = $2, ties = $3, found = $4, modularity = $5, leased_until = 0 where name = 'look'`,
			storage.Micros(done), r.People, r.Ties, r.Groups, int64(r.Modularity*1e6)); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: Looked, N: r.Groups})
	})
	if err != nil {
		return fmt.Errorf("tribe: look: %w", err)
	}
	return ended
}

// graph is the ties as the search for communities takes them.
func (s *Tribes) graph(ctx context.Context) (people []int64, ties []community.Tie, err error) {
	team, err := s.people.Team(ctx)
	if err != nil {
		return nil, nil, err
	}
	ours := map[int64]bool{} // they answer everybody, and would join all groups to one
	for _, p := range team {
		ours[p.ID] = true
	}
	type pair struct{ a, b int64 }
	weights, index := map[pair]float64{}, map[int64]int32{}
	rows, err := s.db.Query(ctx, `select a, b, kind, n from tie where last_at >= $1 order by a, b, kind`, storage.Micros(s.now().Add(-tiesOf)))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var order []pair
	for rows.Next() {
		var a, b, n int64
		var kind Kind
		if err := rows.Scan(&a, &b, &kind, &n); err != nil {
			return nil, nil, err
		}
		if ours[a] || ours[b] {
			continue
		}
		p := pair{min(a, b), max(a, b)}
		if _, ok := weights[p]; !ok {
			order = append(order, p)
		}
		weights[p] += kind.Weight() * float64(n)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(order, func(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	for _, p := range order {
		for _, person := range []int64{p.a, p.b} {
			if _, ok := index[person]; !ok {
				index[person] = int32(len(people))
				people = append(people, person)
			}
		}
		ties = append(ties, community.Tie{A: index[p.a], B: index[p.b], Weight: weights[p]})
	}
	return people, ties, nil
}

// findGroups finds the groups of now and stores them, each under the id it had
// at the last look.
func (s *Tribes) findGroups(ctx context.Context) (r Run, err error) {
	people, ties, err := s.graph(ctx)
	if err != nil {
		return r, err
	}
	g, err := community.New(len(people), ties)
	if err != nil {
		return r, err
	}
	found, err := g.Leiden(community.Options{Seed: seed})
	if err != nil {
		return r, err
	}
	var groups [][]int64
	for _, members := range found.Members() {
		if len(members) < leastGroup {
			break // the largest come first
		}
		group := make([]int64, len(members))
		for n, m := range members {
			group[n] = people[m]
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	r = Run{People: int64(len(people)), Ties: int64(g.Ties()), Groups: int64(len(groups)), Modularity: found.Modularity}
	said, err := s.publicWords(ctx)
	if err != nil {
		return r, err
	}
	return r, s.keepGroups(ctx, groups, said)
}

// known is the groups of all looks, as they were last seen.
type known struct {
	members map[int64]map[int64]bool // by group: who is in it
	refused map[int64]map[int64]bool // by group: who refused it
	taken   map[int64]map[int64]bool // by group: who took it
	of      map[int64][]int64        // by person: which groups they were last seen in
	tribe   map[int64]int64
}

func (s *Tribes) known(ctx context.Context) (k known, err error) {
	k = known{map[int64]map[int64]bool{}, map[int64]map[int64]bool{}, map[int64]map[int64]bool{}, map[int64][]int64{}, map[int64]int64{}}
	type row struct {
		group, person, present int64
		answer                 string
	}
	rows, err := storage.All(ctx, s.db, func(r storage.Scanner) (m row, err error) {
		err = r.Scan(&m.group, &m.person, &m.present, &m.answer)
		return m, err
	}, `select group_id, person_id, present, answer from tribe_group_member order by group_id, person_id`)
	for _, m := range rows {
		if k.members[m.group] == nil {
			k.members[m.group], k.refused[m.group], k.taken[m.group] = map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
		}
		if m.present == 1 {
			k.members[m.group][m.person] = true
			k.of[m.person] = append(k.of[m.person], m.group)
		}
		switch m.answer {
		case "refused":
			k.refused[m.group][m.person] = true
		case "taken":
			k.taken[m.group][m.person] = true
		}
	}
	if err != nil {
		return k, err
	}
	tribes, err := storage.All(ctx, s.db, func(r storage.Scanner) (m row, err error) {
		err = r.Scan(&m.group, &m.person)
		return m, err
	}, `select id, tribe_id from tribe_group`)
	for _, t := range tribes {
		k.tribe[t.group] = t.person
	}
	return k, err
}

// alikeTo is how much a group overlaps with a known one.
type alikeTo struct {
	group   int // of those found now
	id      int64
	overlap float64
}

// match gives each group the known one it is most alike, each known one once,
// the most alike first; and all that are alike.
func (k known) match(groups [][]int64) (ids []int64, all []alikeTo) {
	for n, group := range groups {
		both := map[int64]int{}
		for _, person := range group {
			for _, id := range k.of[person] {
				both[id]++
			}
		}
		for id, common := range both {
			if j := float64(common) / float64(len(group)+len(k.members[id])-common); j >= sameGroup {
				all = append(all, alikeTo{n, id, j})
			}
		}
	}
	slices.SortFunc(all, func(a, b alikeTo) int {
		return cmp.Or(cmp.Compare(b.overlap, a.overlap), cmp.Compare(a.id, b.id), cmp.Compare(a.group, b.group))
	})
	ids = make([]int64, len(groups))
	used := map[int64]bool{}
	for _, c := range all {
		if ids[c.group] == 0 && !used[c.id] {
			ids[c.group], used[c.id] = c.id, true
		}
	}
	return ids, all
}

// keepGroups stores what was found. Each group is written on its own, so that
// nobody waits for long; a look that is cut off is simply taken again.
func (s *Tribes) keepGroups(ctx context.Context, groups [][]int64, said *spoken) error {
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	ids, all := k.match(groups)
	for n, group := range groups {
		refused := map[int64]bool{} // a group one refused may come back under another id, or in another one
		for _, c := range all {
			if c.group == n {
				for person := range k.refused[c.id] {
					refused[person] = true
				}
			}
		}
		tribe, err := s.tribeLike(ctx, group, k.tribe[ids[n]], k.taken[ids[n]])
		if err != nil {
			return err
		}
		var words []string
		if n < markedGroups {
			words = said.marks(group)
		}
		if ids[n], err = s.keepGroup(ctx, k, ids[n], group, refused, tribe, words); err != nil {
			return err
		}
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		for id := range k.members {
			if !slices.Contains(ids, id) {
				if _, err := tx.Exec(ctx, `update tribe_group set size = 0 where id = $1`, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keepGroup writes what changed of one group, and gives its id.
func (s *Tribes) keepGroup(ctx context.Context, k known, id int64, group []int64, refused map[int64]bool, tribe int64, words []string) (int64, error) {
	now := storage.Micros(s.now())
	here := make(map[int64]bool, len(group))
	var come [][]any
	for _, person := range group {
		here[person] = true
		answer := ""
		if refused[person] {
			answer = "refused"
		}
		if !k.members[id][person] || refused[person] && !k.refused[id][person] {
			come = append(come, []any{int64(0), person, answer, now})
		}
	}
	of := id
	err := s.db.Update(ctx, func(tx *storage.Tx) (err error) {
		of = id
		if of == 0 {
			of, err = tx.Insert(ctx, `insert into tribe_group (size, tribe_id, words, first_at, seen_at) values ($1, $2, $3, $4, $4) returning id`, len(group), tribe, writeWords(words), now)
		} else {
			_, err = tx.Exec(ctx, `update tribe_group set size = $1, tribe_id = $2, words = $3, seen_at = $4 where id = $5`, len(group), tribe, writeWords(words), now, of)
		}
		if err != nil {
			return err
		}
		for person := range k.members[id] {
			if !here[person] {
				if _, err := tx.Exec(ctx, `update tribe_group_member set present = 0 where group_id = $1 and person_id = $2`, of, person); err != nil {
					return err
				}
			}
		}
		for _, row := range come {
			row[0] = of
		}
		if len(come) == 0 {
			return nil
		}
		if _, err := tx.InsertMany(ctx, `tribe_group_member (group_id, person_id, answer, at)`, come, `on conflict (group_id, person_id) do update set present = 1,
			answer = case when excluded.answer <> '' then excluded.answer else tribe_group_member.answer end`, nil); err != nil {
			return err
		}
		// Who left since the ties were read is not put back.
		_, err = tx.Exec(ctx, `delete from tribe_group_member where group_id = $1 and person_id in (select id from person where left_at > 0)`, of)
		return err
	})
	if err != nil {
		return of, fmt.Errorf("tribe: keep group %d: %w", id, err)
	}
	return of, nil
}

// tribeLike gives the tribe that a group is already: the one it became, while
// somebody of it who took it is a member, else one whose members are largely the
// same. A group keeps its id while others come and go, until it may be of other
// people altogether: what it was is no reason.
func (s *Tribes) tribeLike(ctx context.Context, group []int64, was int64, taken map[int64]bool) (int64, error) {
	both, became := map[int64]int64{}, false
	for chunk := range slices.Chunk(group, 500) {
		holes, args := storage.Holes(1, chunk)
		rows, err := storage.All(ctx, s.db, func(r storage.Scanner) (m [2]int64, err error) {
			err = r.Scan(&m[0], &m[1])
			return m, err
		}, `select tribe_id, person_id from membership where left_at = 0 and person_id in (`+holes+`)`, args...)
		if err != nil {
			return 0, err
		}
		for _, m := range rows {
			both[m[0]]++
			became = became || m[0] == was && taken[m[1]]
		}
	}
	var ids []int64
	for id := range both {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	best, most := int64(0), sameGroup
	for chunk := range slices.Chunk(ids, 200) {
		tribes, err := s.ByID(ctx, know.Actor{}, chunk)
		if err != nil {
			return 0, err
		}
		for _, id := range chunk {
			t := tribes[id]
			if t.ID == 0 || t.Members == 0 {
				continue
			}
			if id == was && became {
				return was, nil
			}
			if j := float64(both[id]) / float64(int64(len(group))+t.Members-both[id]); j >= most {
				best, most = id, j
			}
		}
	}
	return best, nil
}
