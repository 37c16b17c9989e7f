package volume

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/internal/sentiment"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Share is the part that one of several queries has in what is said of all of
// them.
type Share struct {
	Query listen.Query
	Count
	Part, Low, High float64 // the true part lies between Low and High with a probability of 95 %
	Points          []Point
}

// Voices is a comparison of queries with like for like: the same span,
// sources, languages and countries for each.
type Voices struct {
	Since, Until time.Time
	Step         Step
	Sources      []int64 // empty: all
	Shares       []Share // the largest first
	All          int64   // the sum; a mention that several queries match is counted for each

	Asked    time.Time // from when on it was asked for, where Since is later
	Youngest string    // then the query because of which it is
	Limited  []string  // queries that listen to some sources only, because of which the others are left out
}

// mostCompared is how many queries are compared at once.
const mostCompared = 12

// Compare gives the share of voice of standing queries. What one of them could
// not hear is left out for all: sources that it does not listen to, and days
// before it was there, of which open sources kept seven.
func (c *Counts) Compare(ctx context.Context, a know.Actor, queries []int64, f Filter) (Voices, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Voices{}, err
	}
	queries = slices.Compact(slices.Sorted(slices.Values(queries)))
	if len(queries) < 2 || len(queries) > mostCompared {
		return Voices{}, fault.New(fault.Invalid, "Choose 2 to {limit} standing queries to compare.", "limit", mostCompared).On("queries")
	}
	if err := f.check(); err != nil {
		return Voices{}, err
	}
	v := Voices{Since: f.Since, Until: f.Until, Sources: f.Sources}
	for _, id := range queries {
		q, err := c.radar.Query(ctx, a, id)
		if err != nil {
			return v, err
		}
		v.Shares = append(v.Shares, Share{Query: q})
		v.limit(q)
	}
	if err := c.young(ctx, &v, f.zone()); err != nil {
		return v, err
	}
	if len(v.Limited) > 0 && len(v.Sources) == 0 {
		return v, fault.New(fault.Invalid, "These queries listen to no source together, so that they cannot be compared. Choose others, or let them listen to the same.").On("queries")
	}
	v.Step = StepFor(v.Since, v.Until)
	if !v.Since.Before(v.Until) {
		return v, fault.New(fault.Invalid, "All of that was said before the query “{name}” was there. Choose a later span.", "name", v.Youngest).On("since")
	}
	f.Since, f.Sources = v.Since, v.Sources
	days := make([][]Point, len(v.Shares))
	for i := range v.Shares {
		f.Query = v.Shares[i].Query.ID
		var err error
		if days[i], err = c.Over(ctx, a, f, Day); err != nil {
			return v, err
		}
		v.Shares[i].Points = regroup(days[i], v.Step)
		for _, p := range days[i] {
			v.Shares[i].Count.N += p.N
			v.Shares[i].Positive += p.Positive
			v.Shares[i].Negative += p.Negative
		}
		v.All += v.Shares[i].N
	}
	for i := range v.Shares {
		s := &v.Shares[i]
		s.Part, s.Low, s.High = interval(days, i)
	}
	slices.SortStableFunc(v.Shares, func(x, y Share) int { return int(y.N - x.N) })
	return v, nil
}

// young takes the days out of the comparison of which something was not kept
// that a query, because it is young, might have found. Only open sources let go
// of anything; of what is stored, a new query finds all.
func (c *Counts) young(ctx context.Context, v *Voices, zone *time.Location) error {
	type open struct{ id, since int64 }
	letGo, err := storage.All(ctx, c.db, func(row storage.Scanner) (o open, err error) {
		return o, row.Scan(&o.id, &o.since)
	}, `select id, created_at from source where addressed = 0 and items > mentions`)
	if err != nil {
		return err
	}
	for _, s := range v.Shares {
		heard := s.Query.HeardFrom()
		day := calendar.Day(heard.In(zone))
		if !day.After(v.Since) || !slices.ContainsFunc(letGo, func(o open) bool {
			return o.since < storage.Micros(heard) && (len(v.Sources) == 0 || slices.Contains(v.Sources, o.id))
		}) {
			continue
		}
		if v.Asked.IsZero() {
			v.Asked = v.Since
		}
		v.Since, v.Youngest = day, s.Query.Name
	}
	return nil
}

// limit takes out of the comparison the sources that q does not listen to.
func (v *Voices) limit(q listen.Query) {
	if len(q.Sources) == 0 {
		return
	}
	if len(v.Sources) == 0 && len(v.Limited) == 0 {
		v.Sources = slices.Clone(q.Sources)
	} else {
		v.Sources = slices.DeleteFunc(slices.Clone(v.Sources), func(s int64) bool { return !slices.Contains(q.Sources, s) })
	}
	v.Limited = append(v.Limited, q.Name)
}

// regroup makes days of a coarser step.
func regroup(days []Point, step Step) []Point {
	if step == Hour {
		step = Day
	}
	var out []Point
	for _, p := range days {
		at := step.begin(p.At)
		if len(out) == 0 || !out[len(out)-1].At.Equal(at) {
			out = append(out, Point{At: at})
		}
		last := &out[len(out)-1]
		last.N, last.Positive, last.Negative = last.N+p.N, last.Positive+p.Positive, last.Negative+p.Negative
	}
	return out
}

// interval gives the part that one of several has in all days together, and
// where the true part lies with a probability of 95 %: by Wilson (1927), with
// as many mentions as they are worth (Kish 1965). What is said comes in waves,
// so a mention is worth less than one of its own: how much less is told by how
// the part varies from day to day, the variance of a ratio (Cochran 1977,
// Sampling Techniques, section 6.3).
func interval(days [][]Point, which int) (part, low, high float64) {
	var x, n, days0 float64
	for d := range days[0] {
		all := 0.0
		for i := range days {
			all += float64(days[i][d].N)
		}
		if all > 0 {
			days0++
		}
		x, n = x+float64(days[which][d].N), n+all
	}
	if n == 0 {
		return 0, 0, 1
	}
	part = x / n
	worth := n
	if days0 > 1 && part > 0 && part < 1 {
		varies := 0.0
		for d := range days[0] {
			all := 0.0
			for i := range days {
				all += float64(days[i][d].N)
			}
			off := float64(days[which][d].N) - part*all
			varies += off * off
		}
		varies *= days0 / (days0 - 1) / (n * n)
		worth = min(n, max(1, part*(1-part)/varies))
	}
	const z = 1.959964
	middle := (part + z*z/(2*worth)) / (1 + z*z/worth)
	half := z / (1 + z*z/worth) * math.Sqrt(part*(1-part)/worth+z*z/(4*worth*worth))
	return part, max(0, middle-half), min(1, middle+half)
}

// Unheard is what of the counts is not known, or not heard.
type Unheard struct {
	Count
	NoCountry, NoLanguage int64
	Unjudged              int64               // in known languages whose moods are not told
	Quiet                 []listen.Source     // that are paused, or cannot be read now
	Kinds                 []listen.SourceKind // of places that nothing is connected to
	Deaf                  []listen.Query      // that hear nothing, for their sources were removed
}

// Unheard tells what a filter's counts leave out.
func (c *Counts) Unheard(ctx context.Context, a know.Actor, f Filter) (u Unheard, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return u, err
	}
	parts, err := c.stretches(ctx, f)
	for _, s := range parts {
		if err != nil {
			break
		}
		where, args := f.where(s, false)
		// days, sources and languages lie in this order: summed so first, little is sorted
		err = storage.Each(ctx, c.db, u.scan, `select language, cast(sum(n) as bigint), cast(sum(positive) as bigint), cast(sum(negative) as bigint), cast(sum(nowhere) as bigint) from (
			select `+s.day+`, source_id, language, sum(n) as n, sum(case mood when 'positive' then n else 0 end) as positive, sum(case mood when 'negative' then n else 0 end) as negative,
				sum(case country when '' then n else 0 end) as nowhere from `+s.table+` where `+where+` group by 1, 2, 3) days group by 1 having sum(n) > 0`, args...)
	}
	if err != nil {
		return u, fmt.Errorf("volume: what is not heard: %w", err)
	}
	queries, err := c.radar.Queries(ctx, a)
	if err != nil {
		return u, err
	}
	u.Deaf = slices.DeleteFunc(queries, func(q listen.Query) bool { return !q.Deaf || f.Query != 0 && f.Query != q.ID })
	sources, err := c.radar.Sources(ctx, a)
	if err != nil {
		return u, err
	}
	there := map[listen.SourceKind]bool{}
	for _, s := range sources {
		there[s.Kind] = true
		if s.Paused || s.Fails() {
			u.Quiet = append(u.Quiet, s)
		}
	}
	for _, k := range []listen.SourceKind{listen.FeedSource, listen.SitemapSource, listen.MastodonSource, listen.BlueskySource, listen.HackerNewsSource, listen.WebmentionSource, listen.MailboxSource, listen.WebhookSource} {
		if !there[k] {
			u.Kinds = append(u.Kinds, k)
		}
	}
	return u, nil
}

// scan adds the mentions of a language, and how many of them have no country.
func (u *Unheard) scan(row storage.Scanner) error {
	var language string
	var n Count
	var nowhere int64
	if err := row.Scan(&language, &n.N, &n.Positive, &n.Negative, &nowhere); err != nil {
		return err
	}
	u.add(n)
	u.NoCountry += nowhere
	if language == "" {
		u.NoLanguage += n.N
	}
	if language != "" && !sentiment.Learnt(base(language)) {
		u.Unjudged += n.N
	}
	return nil
}

// base gives a language tag without its region.
func base(tag string) string {
	tag, _, _ = strings.Cut(tag, "-")
	return tag
}

// ID gives the id that a series told apart by query or source is of, 0 if it
// is none.
func (s Series) ID() int64 {
	id, err := strconv.ParseInt(s.Key, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
