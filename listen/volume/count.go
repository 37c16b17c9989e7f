package volume

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/daily"
	"tribune/storage"
)

// Filter says what is counted. Lists that are empty mean any.
type Filter struct {
	Query     int64 // a standing query, 0: all mentions
	Sources   []int64
	Languages []string       // as mentions have them; listen.UnknownLanguage is those of unknown language
	Countries []string       // the same
	Since     time.Time      // said on this day or later
	Until     time.Time      // said before this day
	Zone      *time.Location // whose days are counted; nil is UTC
}

func (f Filter) zone() *time.Location { return cmp.Or(f.Zone, time.UTC) }

// Count is a number of mentions and how they sound; the rest is neutral,
// unclear or not judged.
type Count struct{ N, Positive, Negative int64 }

// Unclear gives how many are neither positive nor negative.
func (c Count) Unclear() int64 { return c.N - c.Positive - c.Negative }

func (c *Count) add(more Count) {
	c.N, c.Positive, c.Negative = c.N+more.N, c.Positive+more.Positive, c.Negative+more.Negative
}

// sums are the three numbers of a Count, in SQL: grouping by mood as well would sort
// what is in order already.
const sums = `cast(sum(n) as bigint), cast(sum(case mood when 'positive' then n else 0 end) as bigint), cast(sum(case mood when 'negative' then n else 0 end) as bigint)`

// Step is how long each point of a series is.
type Step string

// The steps.
const (
	Hour  Step = "hour"
	Day   Step = "day"
	Week  Step = "week"
	Month Step = "month"
)

// begin gives the beginning of the step that t lies in, in t's own zone.
func (s Step) begin(t time.Time) time.Time {
	switch s {
	case Hour:
		return t.Truncate(time.Hour)
	case Month:
		return calendar.Month(t)
	case Week:
		return calendar.After(t, -(int(t.Weekday())+6)%7)
	}
	return calendar.Day(t)
}

// Next gives the end of the step that begins at t, in t's own zone.
func (s Step) Next(t time.Time) time.Time {
	switch s {
	case Hour:
		return t.Add(time.Hour)
	case Month:
		return calendar.Month(calendar.After(t, 31))
	case Week:
		return calendar.After(t, 7)
	}
	return calendar.After(t, 1)
}

// StepFor gives the step in which a span has a readable number of points.
func StepFor(since, until time.Time) Step {
	switch days := until.Sub(since).Hours() / 24; {
	case days <= 3:
		return Hour
	case days <= 100:
		return Day
	case days <= 740:
		return Week
	}
	return Month
}

// mostPoints is how many points a series can have: a year of hours.
const mostPoints = 24 * 366

// Point is one step of a series, from At on.
type Point struct {
	At time.Time
	Count
}

// Over gives the counts step by step, oldest first, with those of nothing; the
// first and the last step can reach beyond the filter's span.
func (c *Counts) Over(ctx context.Context, a know.Actor, f Filter, step Step) ([]Point, error) {
	all, err := c.OverBy(ctx, a, f, step, "")
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0].Points, nil
}

// Series is the counts of one thing, step by step.
type Series struct {
	Key    string // the id of a query or a source, a language, a country; empty where nothing is told apart, or unknown
	Total  Count
	Points []Point
}

// The things that counts are told apart by.
const (
	ByQuery    = "query"
	BySource   = "source"
	ByLanguage = "language"
	ByCountry  = "country"
)

// columns are what counts are told apart by, in SQL.
var columns = map[string]string{"": `''`, ByQuery: `cast(query_id as text)`, BySource: `cast(source_id as text)`, ByLanguage: `language`, ByCountry: `country`}

// OverBy gives the counts step by step, told apart by what: query, source,
// language or country; the one of which there is most comes first. Told apart
// by query, the filter's query does not count, and a mention that several match
// is counted for each.
func (c *Counts) OverBy(ctx context.Context, a know.Actor, f Filter, step Step, what string) ([]Series, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	column, ok := columns[what]
	if !ok {
		return nil, fault.New(fault.Invalid, "Counts can be told apart by query, source, language or country.").On("by")
	}
	if !f.Since.Before(f.Until) {
		return nil, fault.New(fault.Invalid, "The span ends before it begins. Choose a later end.").On("until")
	}
	var empty []Point
	for at := step.begin(f.Since.In(f.zone())); at.Before(f.Until); at = step.Next(at) {
		if empty = append(empty, Point{At: at}); len(empty) > mostPoints {
			return nil, fault.New(fault.Invalid, "That is too long to be shown so finely. Choose days, weeks or months.").On("step")
		}
	}
	zone, by := f.zone(), map[string]*Series{}
	if what == "" {
		by[""] = &Series{Points: slices.Clone(empty)}
	}
	add := func(row storage.Scanner) error {
		var at int64
		var key string
		var n Count
		if err := row.Scan(&at, &key, &n.N, &n.Positive, &n.Negative); err != nil {
			return err
		}
		s := by[key]
		if s == nil {
			s = &Series{Key: key, Points: slices.Clone(empty)}
			by[key] = s
		}
		var begin time.Time
		if step == Hour {
			begin = time.Unix(at*3600, 0)
		} else { // the noon of its day: midnight may be left out
			begin = step.begin(localNoon(at, zone))
		}
		i, found := slices.BinarySearchFunc(s.Points, begin, func(p Point, at time.Time) int { return p.At.Compare(at) })
		if found {
			s.Points[i].add(n)
			s.Total.add(n)
		}
		return nil
	}
	parts := []stretch{{`mention_count`, `at`, f.Since.Unix(), f.Until.Unix(), `at / 3600`}}
	groups := `1`
	if what != "" {
		groups = `1, 2`
	}
	var err error
	if step != Hour {
		parts, err = c.stretches(ctx, f)
	}
	for _, s := range parts {
		if err != nil {
			break
		}
		where, args := f.where(s, what == ByQuery)
		err = storage.Each(ctx, c.db, add, `select `+s.day+`, `+column+`, `+sums+` from `+s.table+` where `+where+` group by `+groups+` having sum(n) > 0`, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("volume: count by %q: %w", what, err)
	}
	all := make([]Series, 0, len(by))
	for _, s := range by {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(x, y Series) int { return cmp.Or(cmp.Compare(y.Total.N, x.Total.N), cmp.Compare(x.Key, y.Key)) })
	return all, nil
}

// stretch is a part of a filter's span that is read from one table.
type stretch struct {
	table, at string // the table, and its column of time
	from, to  int64  // of that column
	day       string // in SQL, the day since 1970
}

// stretches gives what to read for a filter: what was summed by day, and slots
// before and after that.
func (c *Counts) stretches(ctx context.Context, f Filter) ([]stretch, error) {
	since, until := f.Since.Unix(), f.Until.Unix()
	slots := func(from, to int64) stretch { return stretch{`mention_count`, `at`, from, to, f.days()} }
	summed, err := daily.Read(ctx, c.db)
	if err != nil {
		return nil, err
	}
	days, ok := summed.Part(f.zone(), since, until)
	if !ok {
		return []stretch{slots(since, until)}, nil
	}
	all := []stretch{slots(since, days.From), {`mention_day`, `day`, days.First, days.End, `day`}, slots(days.To, until)}
	return slices.DeleteFunc(all, func(s stretch) bool { return s.from == s.to }), nil
}

// days gives in SQL the number of the day, since 1970, that a slot begins on in
// the filter's zone. In a zone that is half an hour off, hours that were folded
// belong to the day they begin on.
func (f Filter) days() string {
	var offsets strings.Builder
	at := f.Since.In(f.zone())
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		if end.IsZero() || !end.Before(f.Until) {
			fmt.Fprintf(&offsets, ` else %d end`, offset)
			break
		}
		fmt.Fprintf(&offsets, ` when at < %d then %d`, end.Unix(), offset)
		at = end
	}
	if text, constant := strings.CutPrefix(offsets.String(), ` else `); constant {
		return `(at + ` + strings.TrimSuffix(text, ` end`) + `) / 86400`
	}
	return `(at + case` + offsets.String() + `) / 86400`
}

// localNoon gives the noon of a day, counted since 1970.
func localNoon(day int64, zone *time.Location) time.Time {
	return time.Date(1970, 1, 1+int(day), 12, 0, 0, 0, zone)
}

// where gives the condition of a filter within a stretch; anyQuery leaves its
// query out.
func (f Filter) where(s stretch, anyQuery bool) (string, []any) {
	args := []any{s.from, s.to}
	parts := []string{s.at + ` >= $1 and ` + s.at + ` < $2`}
	if anyQuery {
		parts = append(parts, `query_id <> 0`)
	} else {
		args = append(args, f.Query)
		parts = append(parts, `query_id = $3`)
	}
	in := func(column, holes string, more []any) {
		if len(more) > 0 {
			args = append(args, more...)
			parts = append(parts, column+` in (`+holes+`)`)
		}
	}
	holes, more := storage.Holes(len(args)+1, f.Sources)
	in(`source_id`, holes, more)
	holes, more = storage.Holes(len(args)+1, known(f.Languages, listen.UnknownLanguage))
	in(`language`, holes, more)
	holes, more = storage.Holes(len(args)+1, known(f.Countries, listen.UnknownCountry))
	in(`country`, holes, more)
	return strings.Join(parts, ` and `), args
}

// known gives tags as mentions have them: that of the unknown is empty there.
func known(tags []string, unknown string) []string {
	out := slices.Clone(tags)
	for i, tag := range out {
		if tag == unknown {
			out[i] = ""
		}
	}
	return out
}
