package measure

import (
	"context"
	"fmt"
	"math"
	"time"

	"tribune/know"
	"tribune/storage"
)

// BoardDays is how many days the loop board looks at: thirteen weeks, so that
// each of its weeks is whole.
const BoardDays = 91

// Spans is how many spans of thirteen weeks one can look back: ten years.
const Spans = 40

// Line is a step of the loop, counted: in all, and week by week, the oldest
// first.
type Line struct {
	Step  Step
	N     int64
	Weeks []int64
}

// Share is how much of what is said about us somebody says.
type Share struct {
	Who       Who
	N         int64
	Part      float64 // N of all
	Low, High float64 // 95 % interval
}

// Wilson gives the 95 % score interval of k of n (Wilson 1927): with z = 1.96
// and p = k/n,
//
//	(p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n)
func Wilson(k, n int64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	middle, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, (middle-half)/(1+z*z/m)), min(1, (middle+half)/(1+z*z/m))
}

// Cohort is those who first bought in a month: how many, and how many of them
// bought in each month since, their first included.
type Cohort struct {
	Month  int64 // years * 12 + month
	Buyers int64
	Back   []int64
}

// Deaf is a language that is heard, of which no standing query about us finds
// anything.
type Deaf struct {
	Language string
	Heard    int64
}

// Past is what the steps counted in one of the spans of thirteen weeks.
type Past struct {
	Back     int // 0 is the one that ends today, 1 the one before
	From, To time.Time
	Steps    []int64 // in the order of the board's lines
}

// Board is the loop, counted.
type Board struct {
	Back      int       // how many times thirteen weeks ago
	From, To  time.Time // days of UTC; To is the end of the last one
	Lines     []Line
	Untold    int64  // who is still to be told of what was decided in these weeks
	Over      []Past // all spans in which anything was counted, the latest first
	Shares    []Share
	Said      int64 // about us, in all
	Customers Share // customers and makers together
	Purchases int64 // in the months of the period
	Firsts    int64 // of them, the first of their buyers
	Cohorts   []Cohort
	Deaf      []Deaf
}

// firstDay is the first day that the board looks at, so many spans ago.
func (s *Measures) firstDay(back int) int64 {
	return dayOf(storage.Micros(s.now())) - int64(back+1)*BoardDays + 1
}

// months are the first and the last month of which the board counts purchases.
func (s *Measures) months(back int) (first, last int64) {
	day := s.firstDay(back)
	return monthOf(day * dayLength), monthOf((day + BoardDays - 1) * dayLength)
}

// Board gives the loop of thirteen weeks, for the team: with back 0 the last
// ones, with 1 those before, up to Spans.
func (s *Measures) Board(ctx context.Context, a know.Actor, back int) (b Board, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return b, err
	}
	b.Back = back
	if b.From, b.To, err = s.Span(back, 0); err != nil {
		return b, err
	}
	from := s.firstDay(back)
	for _, read := range []func(context.Context, *Board, int64) error{s.readSteps, s.readFound, s.readOver, s.readShares, s.readCohorts, s.readDeaf} {
		if err := read(ctx, &b, from); err != nil {
			return b, fmt.Errorf("measure: board: %w", err)
		}
	}
	return b, nil
}

// weekly is a row of a table of sums, read by name and week, or by span.
type weekly struct {
	name string
	week int64
	n    int64
}

func scanWeekly(row storage.Scanner) (w weekly, err error) {
	err = row.Scan(&w.name, &w.week, &w.n)
	return w, err
}

// readSteps reads what each step counted.
func (s *Measures) readSteps(ctx context.Context, b *Board, from int64) error {
	at := map[Step]int{}
	steps := []any{string(StepUntold), from, from + BoardDays}
	for i, step := range []Step{StepHeard, StepAnswered, StepTaken, StepDecided, StepShipped, StepTold, StepShared, StepFound} {
		at[step] = i
		b.Lines = append(b.Lines, Line{Step: step, Weeks: make([]int64, BoardDays/7)})
		steps = append(steps, string(step))
	}
	// The steps are named so that the days of each are found by the table's key.
	rows, err := storage.All(ctx, s.db, scanWeekly, `select step, (day - $2) / 7, cast(sum(n) as bigint) from loop_day
		where step in ($1, $4, $5, $6, $7, $8, $9, $10, $11) and day >= $2 and day < $3 group by step, (day - $2) / 7`, steps...)
	if err != nil {
		return err
	}
	for _, w := range rows {
		if Step(w.name) == StepUntold {
			b.Untold += w.n
		}
		if i, ok := at[Step(w.name)]; ok {
			b.Lines[i].N += w.n
			b.Lines[i].Weeks[w.week] += w.n
		}
	}
	return nil
}

// readFound reads the buyers whom somebody brought: those who stand under
// somebody in the tree, which is advocate's and counts them by the day on which
// they first bought.
func (s *Measures) readFound(ctx context.Context, b *Board, from int64) error {
	rows, err := storage.All(ctx, s.db, scanWeekly, `select '', (day - $1) / 7, cast(sum(buyers) as bigint) from referral_day where day >= $1 and day < $2 group by (day - $1) / 7`, from, from+BoardDays)
	if err != nil {
		return err
	}
	found := &b.Lines[len(b.Lines)-1]
	for _, w := range rows {
		found.N += w.n
		found.Weeks[w.week] += w.n
	}
	return nil
}

// overSpans sums what a table counts by day in every span before a day. The days of
// one span lie together in its key: grouped by span, SQLite would sort them all.
func overSpans(ctx context.Context, q storage.Q, sum string, args ...any) ([]weekly, error) {
	return storage.All(ctx, q, scanWeekly, `with recursive span (back) as (select 0 union all select back + 1 from span where back + 1 < $2)
		select '', back, cast(coalesce((`+sum+` and day > $1 - (back + 1) * 91 and day <= $1 - back * 91), 0) as bigint) from span`, args...)
}

// readOver reads what each step counted in every span, from the sums by day:
// some 3,700 rows of each step in ten years.
func (s *Measures) readOver(ctx context.Context, b *Board, _ int64) error {
	today := s.firstDay(0) + BoardDays - 1
	spans, oldest := make([][]weekly, len(b.Lines)), int64(0)
	for i, l := range b.Lines {
		var err error
		if l.Step == StepFound {
			spans[i], err = overSpans(ctx, s.db, `select sum(buyers) from referral_day where true`, today, Spans)
		} else {
			spans[i], err = overSpans(ctx, s.db, `select sum(n) from loop_day where step = $3`, today, Spans, string(l.Step))
		}
		if err != nil {
			return err
		}
		for _, r := range spans[i] {
			if r.n != 0 {
				oldest = max(oldest, r.week)
			}
		}
	}
	for back := range int(oldest) + 1 {
		from := s.firstDay(back)
		b.Over = append(b.Over, Past{Back: back, From: storage.Time(from * dayLength), To: storage.Time((from + BoardDays) * dayLength), Steps: make([]int64, len(b.Lines))})
	}
	for i := range spans {
		for _, r := range spans[i] {
			if r.n != 0 {
				b.Over[r.week].Steps[i] = r.n
			}
		}
	}
	return nil
}

// readShares reads who says what is said about us.
func (s *Measures) readShares(ctx context.Context, b *Board, from int64) error {
	rows, err := storage.All(ctx, s.db, scanWeekly, `select who, 0, cast(sum(n) as bigint) from said_day where day >= $1 and day < $2 group by who`, from, from+BoardDays)
	if err != nil {
		return err
	}
	by := map[Who]int64{}
	for _, r := range rows {
		by[Who(r.name)] = r.n
		b.Said += r.n
	}
	share := func(who Who, n int64) Share {
		sh := Share{Who: who, N: n}
		sh.Low, sh.High = Wilson(n, b.Said)
		if b.Said > 0 {
			sh.Part = float64(n) / float64(b.Said)
		}
		return sh
	}
	for _, who := range Everybody() {
		b.Shares = append(b.Shares, share(who, by[who]))
	}
	b.Customers = share("", by[Customer]+by[Maker])
	return nil
}

// cohortsShown is how many months of first purchases are shown.
const cohortsShown = 6

// readCohorts reads who came back. The period of purchases is by months: those
// that the board's days touch.
func (s *Measures) readCohorts(ctx context.Context, b *Board, _ int64) error {
	since, now := s.months(b.Back)
	err := s.db.Row(ctx, `select cast(coalesce(sum(purchases), 0) as bigint), cast(coalesce(sum(case when first = month then buyers else 0 end), 0) as bigint)
		from cohort where month >= $1 and month <= $2`, since, now).Scan(&b.Purchases, &b.Firsts)
	if err != nil {
		return err
	}
	type cell struct{ first, month, buyers int64 }
	cells, err := storage.All(ctx, s.db, func(row storage.Scanner) (c cell, err error) {
		err = row.Scan(&c.first, &c.month, &c.buyers)
		return c, err
	}, `select first, month, buyers from cohort where first > $1 and first <= $2 and month <= $2 and buyers > 0 order by first, month`, now-cohortsShown, now)
	if err != nil {
		return err
	}
	for _, c := range cells {
		if c.first == c.month {
			b.Cohorts = append(b.Cohorts, Cohort{Month: c.first, Buyers: c.buyers, Back: make([]int64, now-c.first+1)})
		}
		if len(b.Cohorts) > 0 {
			b.Cohorts[len(b.Cohorts)-1].Back[c.month-c.first] = c.buyers
		}
	}
	return nil
}

// readDeaf reads the languages that are heard but not understood.
func (s *Measures) readDeaf(ctx context.Context, b *Board, from int64) (err error) {
	b.Deaf, err = storage.All(ctx, s.db, func(row storage.Scanner) (d Deaf, err error) {
		err = row.Scan(&d.Language, &d.Heard)
		return d, err
	}, `select language, cast(sum(heard) as bigint) as n from heard_language where day >= $1 and day < $2 and language <> '' group by language
		having sum(us) = 0 and sum(heard) > 0 order by n desc, language limit 12`, from, from+BoardDays)
	return err
}
