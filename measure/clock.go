package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/storage"
)

// Fewest is how many questions a percentile needs: of fewer it would say more
// about chance than about us.
const Fewest = 5

// Periods are the lengths in days that a clock is shown for.
func Periods() []int { return []int{7, 30, 90} }

// Took counts questions by how long their first answer took, those that wait
// being longer than any.
type Took struct {
	Answered int64
	Waiting  int64
	counts   map[int64]int64 // by bucket
}

// Asked is how many questions these are.
func (t Took) Asked() int64 { return t.Answered + t.Waiting }

// Within gives the time within which a share of the questions was answered. ok
// is false for fewer than Fewest; reached is false if fewer than that share
// have been answered yet. It is at most 2.2 % off.
func (t Took) Within(share float64) (d time.Duration, reached, ok bool) {
	n := t.Asked()
	if n < Fewest {
		return 0, false, false
	}
	rank := int64(math.Ceil(share * float64(n)))
	if rank > t.Answered {
		return 0, false, true
	}
	var seen int64
	for _, b := range t.buckets() {
		if seen += t.counts[b]; seen >= rank {
			return time.Duration(inBucket(b) * float64(time.Second)), true, true
		}
	}
	return 0, false, true
}

func (t Took) buckets() []int64 {
	all := make([]int64, 0, len(t.counts))
	for b := range t.counts {
		all = append(all, b)
	}
	slices.Sort(all)
	return all
}

// Below counts the questions answered in less than a time.
func (t Took) Below(d time.Duration) (n int64) {
	for b, some := range t.counts {
		if inBucket(b) < d.Seconds() {
			n += some
		}
	}
	return n
}

func (t *Took) add(outcome Outcome, bucket, n int64) {
	switch outcome {
	case Answered:
		if t.counts == nil {
			t.counts = map[int64]int64{}
		}
		t.Answered += n
		t.counts[bucket] += n
	case Waits:
		t.Waiting += n
	}
}

// ClockChannel is the clock of one place. Source 0 is this site.
type ClockChannel struct {
	Source int64
	Took
	Heard  int64 // mentions from there in the period, questions included
	Mute   int64 // questions with no address to answer at
	Closed map[Outcome]int64
	Waits  int64 // now, whenever they were asked
	Late   int64 // of them for longer than three days
}

// Clock is the answer clock over some days.
type Clock struct {
	Days int
	Took
	Mute     int64             // questions with no address to answer at
	Closed   map[Outcome]int64 // questions of the period that are not answered, by why
	Waits    int64             // now, whenever they were asked
	Late     int64             // of them for longer than three days
	Oldest   time.Time         // since when the longest waits; zero if none does
	Channels []ClockChannel    // the most asked first
}

// heldClock is a clock in memory: the marks of the log say when it is old.
type heldClock struct {
	mark  uint64
	at    time.Time
	clock Clock
}

// heldFor is how long a clock is held although nothing happened: what waits
// grows late. The follower writes a moment after the fact, so it is short.
const heldFor = 15 * time.Second

// Clock gives the answer clock of the last days: 7, 30 or 90. It is public.
func (s *Measures) Clock(ctx context.Context, days int) (Clock, error) {
	if !slices.Contains(Periods(), days) {
		return Clock{}, fault.New(fault.Invalid, "The clock is told for 7, 30 or 90 days.").On("days")
	}
	mark, now := s.events.Mark("thread", "mentions"), s.now()
	s.mu.Lock()
	held, ok := s.clocks[days]
	s.mu.Unlock()
	if ok && held.mark == mark && now.Sub(held.at).Abs() < heldFor {
		return held.clock, nil
	}
	c, err := s.clock(ctx, days)
	if err != nil {
		return c, fmt.Errorf("measure: clock: %w", err)
	}
	s.mu.Lock()
	s.clocks[days] = heldClock{mark, now, c}
	s.mu.Unlock()
	return c, nil
}

// clock reads it.
func (s *Measures) clock(ctx context.Context, days int) (Clock, error) {
	c := Clock{Days: days, Closed: map[Outcome]int64{}}
	from := dayOf(storage.Micros(s.now())) - int64(days) + 1
	channels := map[int64]*ClockChannel{}
	channel := func(source int64) *ClockChannel {
		if channels[source] == nil {
			channels[source] = &ClockChannel{Source: source, Closed: map[Outcome]int64{}}
		}
		return channels[source]
	}
	if err := s.readClock(ctx, &c, from, channel); err != nil {
		return c, err
	}
	type pair struct{ source, a, b, c int64 }
	scan := func(row storage.Scanner) (p pair, err error) {
		err = row.Scan(&p.source, &p.a, &p.b, &p.c)
		return p, err
	}
	heard, err := storage.All(ctx, s.db, scan, `select source_id, cast(sum(n) as bigint), 0, 0 from heard_source where day >= $1 group by source_id having sum(n) > 0`, from)
	if err != nil {
		return c, err
	}
	for _, p := range heard {
		channel(p.source).Heard = p.a
	}
	waits, err := storage.All(ctx, s.db, scan, `select source_id, count(*), coalesce(sum(case when waits_at < $1 then 1 else 0 end), 0), min(waits_at) from clock_row where waits_at > 0 group by source_id`,
		storage.Micros(s.now().Add(-converse.Late)))
	if err != nil {
		return c, err
	}
	for _, p := range waits {
		of := channel(p.source)
		of.Waits, of.Late = p.a, p.b
		c.Waits, c.Late = c.Waits+p.a, c.Late+p.b
		if at := storage.Time(p.c); c.Oldest.IsZero() || at.Before(c.Oldest) {
			c.Oldest = at
		}
	}
	for _, of := range channels {
		c.Channels = append(c.Channels, *of)
	}
	slices.SortFunc(c.Channels, func(a, b ClockChannel) int {
		return cmp.Or(cmp.Compare(b.Asked(), a.Asked()), cmp.Compare(b.Heard, a.Heard), cmp.Compare(a.Source, b.Source))
	})
	return c, nil
}

// readClock adds up the days.
func (s *Measures) readClock(ctx context.Context, c *Clock, from int64, channel func(int64) *ClockChannel) error {
	rows, err := s.db.Query(ctx, `select source_id, outcome, mute, bucket, cast(sum(n) as bigint) from clock_day where day >= $1 group by source_id, outcome, mute, bucket having sum(n) <> 0`, from)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var source, mute, bucket, n int64
		var outcome Outcome
		if err := rows.Scan(&source, &outcome, &mute, &bucket, &n); err != nil {
			return err
		}
		of := channel(source)
		of.add(outcome, bucket, n)
		c.add(outcome, bucket, n)
		if outcome != Answered && outcome != Waits {
			of.Closed[outcome] += n
			c.Closed[outcome] += n
		}
		if mute == 1 {
			of.Mute += n
			c.Mute += n
		}
	}
	return rows.Err()
}

// Merge adds another place's clock to this one: places that are shown as one.
func (c *ClockChannel) Merge(other ClockChannel) {
	counts := make(map[int64]int64, len(c.counts))
	for _, of := range []map[int64]int64{c.counts, other.counts} {
		for b, n := range of {
			counts[b] += n
		}
	}
	closed := make(map[Outcome]int64, len(c.Closed))
	for _, of := range []map[Outcome]int64{c.Closed, other.Closed} {
		for o, n := range of {
			closed[o] += n
		}
	}
	c.counts, c.Closed = counts, closed
	c.Answered, c.Waiting = c.Answered+other.Answered, c.Waiting+other.Waiting
	c.Heard, c.Mute, c.Waits, c.Late = c.Heard+other.Heard, c.Mute+other.Mute, c.Waits+other.Waits, c.Late+other.Late
}
