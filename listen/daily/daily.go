// Package daily keeps the counts of mentions summed by day, beside those by the
// hour and by five minutes: a year of a page's bars is then some hundred rows
// for each thing that is told apart, not nine thousand.
//
// It stores mention_day, and mention_day_until, which says of which zone the
// days are and up to when they are summed. What always holds: of each such day
// and facet, mention_day has the sum of mention_count; a slot belongs to the
// day on which it begins. Days after that are in mention_count alone, so that
// what is said now costs no row more. Who writes counts calls Add in the same
// transaction; Sum, which goes on to the next day, excludes who writes.
package daily

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"tribune/internal/calendar"
	"tribune/storage"
)

// Summed says which days are summed: those of a zone that ended before Until,
// in Unix seconds. The zero value: none.
type Summed struct {
	Zone  string // IANA
	Until int64
}

// longAgo, in Unix seconds, is before anything was said.
const longAgo = -1 << 40

// Read gives which days are summed.
func Read(ctx context.Context, q storage.Q) (s Summed, err error) {
	err = q.Row(ctx, `select zone, until_at from mention_day_until`).Scan(&s.Zone, &s.Until)
	if errors.Is(err, sql.ErrNoRows) {
		return Summed{}, nil
	}
	return s, err
}

// Part is a stretch of days that are all summed.
type Part struct {
	First, End int64 // days since 1970, up to before End
	From, To   int64 // when they begin and end, in Unix seconds
}

// Part gives the summed days that lie between two moments, in Unix seconds;
// none if they are not of this zone.
func (s Summed) Part(zone *time.Location, since, until int64) (p Part, ok bool) {
	if zone.String() != s.Zone || s.Until <= since {
		return p, false
	}
	begin := calendar.Day(time.Unix(since, 0).In(zone))
	if begin.Unix() < since {
		begin = calendar.After(begin, 1)
	}
	end := calendar.Day(time.Unix(min(until, s.Until), 0).In(zone))
	return Part{number(begin), number(end), begin.Unix(), end.Unix()}, begin.Before(end)
}

// number gives the day that t lies in, in t's own zone, counted since 1970.
func number(t time.Time) int64 {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// Facet is what a mention is counted by, besides its queries and when.
type Facet struct {
	Source                  int64
	Language, Country, Mood string
}

// Change is what is added to one slot of mention_count.
type Change struct {
	Query, At int64 // the slot begins then, in Unix seconds
	Facet     Facet
	N         int64
}

// Add adds changes of the counts to the days that are summed already, in one
// order for all writers. It is called in the transaction that changes them.
func Add(ctx context.Context, tx *storage.Tx, changes []Change) error {
	s, err := Read(ctx, tx)
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c Change) bool { return c.At >= s.Until })
	if len(changes) == 0 {
		return nil
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return err
	}
	days := map[Change]int64{}
	for _, c := range changes {
		n := c.N
		c.At, c.N = number(time.Unix(c.At, 0).In(zone)), 0
		days[c] += n
	}
	var rows [][]any
	for _, c := range slices.SortedFunc(maps.Keys(days), Compare) {
		if n := days[c]; n != 0 {
			rows = append(rows, []any{c.Query, c.At, c.Facet.Source, c.Facet.Language, c.Facet.Country, c.Facet.Mood, n})
		}
	}
	_, err = tx.InsertMany(ctx, `mention_day (query_id, day, source_id, language, country, mood, n)`, rows,
		`on conflict (query_id, day, source_id, language, country, mood) do update set n = mention_day.n + excluded.n`, nil)
	return err
}

// Sum sums the next day that ended before today in now's own zone, and reports
// whether there is more to do. Slots that begin before folded, in Unix seconds,
// are hours. If the days of another zone are summed, it begins anew. Nobody may
// write counts meanwhile.
func Sum(ctx context.Context, tx *storage.Tx, now time.Time, folded int64) (more bool, err error) {
	zone, end := now.Location(), calendar.Day(now).Unix()
	s, err := Read(ctx, tx)
	if err != nil {
		return false, err
	}
	if s.Zone != zone.String() {
		if _, err := tx.Exec(ctx, `delete from mention_day`); err != nil {
			return false, err
		}
		return true, set(ctx, tx, Summed{zone.String(), longAgo})
	}
	if s.Until >= end {
		return false, nil
	}
	next := s.Until
	if s.Until < folded { // days without anything are stepped over
		if err := tx.Row(ctx, `select coalesce(min(at), $2) from mention_count where query_id = 0 and at >= $1 and at < $2`, s.Until, folded).Scan(&next); err != nil {
			return false, err
		}
	}
	day := calendar.Day(time.Unix(next, 0).In(zone))
	until := min(calendar.After(day, 1).Unix(), end)
	if until%3600 != 0 && until > folded {
		return false, nil // some five minutes of an hour that is to be one slot lie in the next day
	}
	if _, err := tx.Exec(ctx, `insert into mention_day (query_id, day, source_id, language, country, mood, n)
		select query_id, cast($1 as bigint), source_id, language, country, mood, sum(n) from mention_count
		where query_id in (select query_id from query_total union select 0) and at >= $2 and at < $3
		group by query_id, source_id, language, country, mood having sum(n) <> 0`, number(day), s.Until, until); err != nil {
		return false, err
	}
	return until < end, set(ctx, tx, Summed{s.Zone, until})
}

// set writes which days are summed.
func set(ctx context.Context, tx *storage.Tx, s Summed) error {
	if _, err := tx.Exec(ctx, `delete from mention_day_until`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into mention_day_until (zone, until_at) values ($1, $2)`, s.Zone, s.Until)
	return err
}

// Compare orders changes by their keys.
func Compare(x, y Change) int {
	f, g := x.Facet, y.Facet
	return cmp.Or(cmp.Compare(x.Query, y.Query), cmp.Compare(x.At, y.At), cmp.Compare(f.Source, g.Source),
		cmp.Compare(f.Language, g.Language), cmp.Compare(f.Country, g.Country), cmp.Compare(f.Mood, g.Mood))
}
