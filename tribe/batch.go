package tribe

import (
	"context"
	"time"

	"tribune/event"
	"tribune/storage"
)

// batch counts some facts in memory and writes what they come to at once. What
// it reads from the tables it counts in is right after flush alone.
type batch struct {
	tx     *storage.Tx
	window int

	days   map[int64]int64   // by person: when they last voted, of those in these facts
	tribes map[int64][]int64 // by person: which tribes count them
	recent map[int64]*recent // by idea: who voted last

	ties    map[tieKey]tieChange
	support map[[2]int64]ballots // by idea and tribe
	active_ map[[2]int64]int64   // by tribe and day
	voters  map[int64]int64      // day to be written
	weeks   map[[2]int64]bool    // person and week
}

type tieKey struct {
	a, b int64
	kind Kind
}

type tieChange struct {
	n      int64
	lastAt int64
}

// recent is the last voters of an idea, the latest first, and the number of the
// latest one's vote.
type recent struct {
	seq    int64
	voters []int64
}

// begin makes a batch with what is known of those who act in facts.
func (s *Tribes) begin(ctx context.Context, tx *storage.Tx, facts []event.Event) (*batch, error) {
	b := &batch{tx: tx, window: s.window, days: map[int64]int64{}, tribes: map[int64][]int64{}}
	b.clear()
	seen := map[int64]bool{}
	var people []int64
	for _, f := range facts {
		for _, p := range []int64{f.Actor, f.Subject.ID} {
			if (p == f.Actor || f.Kind == "person.left") && p != 0 && !seen[p] {
				seen[p] = true
				people = append(people, p)
			}
		}
	}
	if len(people) == 0 {
		return b, nil
	}
	return b, b.know(ctx, people)
}

// know reads what is known of people.
func (b *batch) know(ctx context.Context, people []int64) error {
	type pair struct{ person, n int64 }
	two := func(row storage.Scanner) (p pair, err error) {
		err = row.Scan(&p.person, &p.n)
		return p, err
	}
	holes, args := storage.Holes(1, people)
	days, err := storage.All(ctx, b.tx, two, `select person_id, day from tribe_voter where person_id in (`+holes+`)`, args...)
	if err != nil {
		return err
	}
	for _, d := range days {
		b.days[d.person] = d.n
	}
	in, err := storage.All(ctx, b.tx, two, `select person_id, tribe_id from membership where counted = 1 and person_id in (`+holes+`) order by tribe_id`, args...)
	if err != nil {
		return err
	}
	for _, p := range people {
		b.tribes[p] = nil
	}
	for _, m := range in {
		b.tribes[m.person] = append(b.tribes[m.person], m.n)
	}
	return nil
}

// tribesOf gives the tribes that count somebody's votes as theirs.
func (b *batch) tribesOf(ctx context.Context, person int64) ([]int64, error) {
	if _, ok := b.tribes[person]; !ok {
		if err := b.know(ctx, []int64{person}); err != nil {
			return nil, err
		}
	}
	return b.tribes[person], nil
}

func (b *batch) clear() {
	b.recent = map[int64]*recent{}
	b.ties, b.support, b.active_ = map[tieKey]tieChange{}, map[[2]int64]ballots{}, map[[2]int64]int64{}
	b.voters, b.weeks = map[int64]int64{}, map[[2]int64]bool{}
}

// tie counts n more of what ties two people.
func (b *batch) tie(kind Kind, from, to, n int64, at time.Time) {
	if kind == Vote && from > to {
		from, to = to, from
	}
	k := tieKey{from, to, kind}
	c := b.ties[k]
	b.ties[k] = tieChange{c.n + n, max(c.lastAt, storage.Micros(at))}
}

// day counts n more of a tribe who last voted on a day.
func (b *batch) day(tribe, day, n int64) { b.active_[[2]int64{tribe, day}] += n }

// active notes that somebody did something this week.
func (b *batch) active(f event.Event) {
	if f.Actor != 0 {
		b.weeks[[2]int64{f.Actor, weekOf(f.At)}] = true
	}
}

const aDay = 24 * time.Hour

// dayOf gives the day since 1970, in UTC.
func dayOf(t time.Time) int64 { return t.Unix() / 86400 }

// weekOf gives the week since 1970, from Monday on: 1970 began on a Thursday.
func weekOf(t time.Time) int64 { return (dayOf(t) + 3) / 7 }

// mondayOf gives the Monday that a week begins with.
func mondayOf(week int64) time.Time { return time.Unix((week*7-3)*86400, 0).UTC() }

// flush writes what was counted.
func (b *batch) flush(ctx context.Context) error {
	var rows [][]any
	var gone []tieKey
	for k, c := range b.ties {
		if c.n == 0 {
			continue
		}
		rows = append(rows, []any{k.a, k.b, string(k.kind), c.n, c.lastAt})
		if c.n < 0 {
			gone = append(gone, k)
		}
	}
	if err := b.put(ctx, rows, `tie (a, b, kind, n, last_at)`, `on conflict (a, b, kind) do update set n = tie.n + excluded.n,
		last_at = case when excluded.last_at > tie.last_at then excluded.last_at else tie.last_at end`); err != nil {
		return err
	}
	for _, k := range gone {
		if _, err := b.tx.Exec(ctx, `delete from tie where a = $1 and b = $2 and kind = $3 and n <= 0`, k.a, k.b, string(k.kind)); err != nil {
			return err
		}
	}
	if err := b.flushSupport(ctx); err != nil {
		return err
	}
	if err := b.flushPairs(ctx, b.active_, `tribe_day (tribe_id, day, n)`, `on conflict (tribe_id, day) do update set n = tribe_day.n + excluded.n`,
		`delete from tribe_day where tribe_id = $1 and day = $2 and n <= 0`); err != nil {
		return err
	}
	rows = nil
	for person, day := range b.voters {
		rows = append(rows, []any{person, day})
	}
	if err := b.put(ctx, rows, `tribe_voter (person_id, day)`, `on conflict (person_id) do update set day = excluded.day`); err != nil {
		return err
	}
	rows = nil
	for w := range b.weeks {
		rows = append(rows, []any{w[0], w[1]})
	}
	if err := b.put(ctx, rows, `tribe_week (person_id, week)`, `on conflict (person_id, week) do nothing`); err != nil {
		return err
	}
	b.clear()
	return nil
}

func (b *batch) flushSupport(ctx context.Context) error {
	var rows [][]any
	for k, n := range b.support {
		if n != (ballots{}) {
			rows = append(rows, []any{k[0], k[1], n.votes, n.against})
		}
	}
	if err := b.put(ctx, rows, `tribe_support (idea_id, tribe_id, votes, against)`, `on conflict (idea_id, tribe_id) do update set
		votes = tribe_support.votes + excluded.votes, against = tribe_support.against + excluded.against`); err != nil {
		return err
	}
	for k, n := range b.support {
		if n.votes < 0 || n.against < 0 {
			if _, err := b.tx.Exec(ctx, `delete from tribe_support where idea_id = $1 and tribe_id = $2 and votes <= 0 and against <= 0`, k[0], k[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) flushPairs(ctx context.Context, counts map[[2]int64]int64, into, then, empty string) error {
	var rows [][]any
	var less [][2]int64
	for k, n := range counts {
		if n != 0 {
			rows = append(rows, []any{k[0], k[1], n})
		}
		if n < 0 {
			less = append(less, k)
		}
	}
	if err := b.put(ctx, rows, into, then); err != nil {
		return err
	}
	for _, k := range less {
		if _, err := b.tx.Exec(ctx, empty, k[0], k[1]); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) put(ctx context.Context, rows [][]any, into, then string) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := b.tx.InsertMany(ctx, into, rows, then, nil)
	return err
}
