package radar

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tribune/internal/calendar"
	"tribune/listen"
	"tribune/listen/volume"
	"tribune/web/chart"
	"tribune/web/page"
)

// spans that counts are shown over, in days; the first is shown at first.
var spansShown = []int{30, 7, 90, 365, 1095}

// mostLines is how many things a picture tells apart.
const mostLines = 6

// volumes is how much is said and mood over time.
type volumes struct {
	filter
	by       string
	days     int
	step     volume.Step
	total    volume.Count
	points   []volume.Point
	parts    []part
	more     int // parts that the picture leaves out
	heard    volume.Unheard
	checked  listen.Checked
	queries  []listen.Query
	sources  []listen.Source
	wrong    page.Wrong
	from, to time.Time // the span; to is not in it
}

// part is one of the things that counts are told apart by.
type part struct {
	name string
	filter
	volume.Series
}

func (x *radar) volume(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	v.Title, v.Section = v.T("Volume and mood"), "radar"
	q := r.URL.Query()
	t := volumes{filter: filterOf(q), by: q.Get("by")}
	if !slices.Contains([]string{volume.ByQuery, volume.BySource, volume.ByLanguage, volume.ByCountry}, t.by) {
		t.by = volume.ByLanguage
	}
	if t.queries, err = x.Radar.Queries(ctx, v.Actor); err != nil {
		return err
	}
	if t.sources, err = x.Radar.Sources(ctx, v.Actor); err != nil {
		return err
	}
	t.days, t.from, t.to = x.span(t.since, v.Zone())
	t.step = volume.StepFor(t.from, t.to)
	f := t.counted()
	err = func() error {
		series, err := x.Counts.OverBy(ctx, v.Actor, f, t.step, t.by)
		if err != nil {
			return err
		}
		if t.by == volume.ByQuery || len(series) == 0 { // else all of it is in one of the parts
			t.points, err = x.Counts.Over(ctx, v.Actor, f, t.step)
		} else {
			t.points = together(series)
		}
		if err != nil {
			return err
		}
		t.parts = t.named(v, series)
		t.more = max(0, len(t.parts)-mostLines)
		t.heard, err = x.Counts.Unheard(ctx, v.Actor, f)
		return err
	}()
	if err != nil {
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
	}
	for _, p := range t.points {
		t.total.N, t.total.Positive, t.total.Negative = t.total.N+p.N, t.total.Positive+p.Positive, t.total.Negative+p.Negative
	}
	if t.checked, err = x.Radar.Checks(ctx, v.Actor, "mood"); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, volumePage(v, t))
}

// together adds series up, step by step.
func together(all []volume.Series) []volume.Point {
	sum := slices.Clone(all[0].Points)
	for _, s := range all[1:] {
		for i, p := range s.Points {
			sum[i].N, sum[i].Positive, sum[i].Negative = sum[i].N+p.N, sum[i].Positive+p.Positive, sum[i].Negative+p.Negative
		}
	}
	return sum
}

// span gives the days that are shown: so many up to today, or those up to
// which counts are shown at first.
func (x *radar) span(since string, zone *time.Location) (days int, from, to time.Time) {
	days, err := strconv.Atoi(since)
	if err != nil || days < 1 || days > spansShown[len(spansShown)-1] {
		days = spansShown[0]
	}
	today := x.Now().In(zone)
	return days, calendar.After(today, 1-days), calendar.After(today, 1)
}

// counted gives the filter as counts are asked.
func (t volumes) counted() volume.Filter {
	f := volume.Filter{Query: t.query, Since: t.from, Until: t.to, Zone: t.to.Location()}
	if t.source != 0 {
		f.Sources = []int64{t.source}
	}
	if t.language != "" {
		f.Languages = []string{t.language}
	}
	if t.country != "" {
		f.Countries = []string{t.country}
	}
	return f
}

// named gives names, and where they open to, to what counts are told apart by.
func (t volumes) named(v *page.View, all []volume.Series) []part {
	var parts []part
	for _, s := range all {
		p := part{Series: s, filter: t.filter}
		switch t.by {
		case volume.ByQuery:
			i := slices.IndexFunc(t.queries, func(q listen.Query) bool { return q.ID == s.ID() })
			if i < 0 {
				continue // it was removed
			}
			p.name, p.query = t.queries[i].Name, s.ID()
		case volume.BySource:
			p.name, p.source = v.T("a source that was removed"), s.ID()
			if i := slices.IndexFunc(t.sources, func(x listen.Source) bool { return x.ID == s.ID() }); i >= 0 {
				p.name = t.sources[i].Name
			}
		case volume.ByLanguage:
			p.language = cmp.Or(s.Key, listen.UnknownLanguage)
			p.name = languageName(v, p.language)
		case volume.ByCountry:
			p.country = cmp.Or(s.Key, listen.UnknownCountry)
			p.name = countryName(v, p.country)
		}
		parts = append(parts, p)
	}
	return parts
}

// dayText writes the day of t, in its own zone, as addresses have it.
func dayText(t time.Time) string { return t.Format(time.DateOnly) }

// opens gives where a step of a picture opens to, as far as it lies in the span: of
// what, and of a mood or "" for all.
func (t volumes) opens(of filter, at time.Time, mood listen.Mood) string {
	next := t.step.Next(at)
	if at.Before(t.from) {
		at = t.from
	}
	if next.After(t.to) {
		next = t.to
	}
	of.mood = string(mood)
	return of.counted(at, next).href()
}

// opensAll gives where all of the span opens to.
func (t volumes) opensAll(of filter, mood listen.Mood) string {
	of.mood = string(mood)
	return of.counted(t.from, t.to).href()
}

// stamps are the times of points, as pictures take them: what the clocks of the
// site's zone show, written as if it were UTC.
func stamps(points []volume.Point) []string {
	out := make([]string, len(points))
	for i, p := range points {
		out[i] = p.At.Format("2006-01-02T15:04:05") + "Z"
	}
	return out
}

// moods is the picture of how much is said, and how it sounds.
func (t volumes) moods(v *page.View) chart.Picture {
	p := chart.Picture{Kind: chart.Stack, Says: v.N("{n} mention, {positive} positive and {negative} negative", "{n} mentions, {positive} positive and {negative} negative", t.total.N,
		"positive", v.Number(t.total.Positive), "negative", v.Number(t.total.Negative)), Step: string(t.step), Times: stamps(t.points)}
	for _, m := range []struct {
		mood listen.Mood
		tone string
		of   func(volume.Count) int64
	}{{listen.Positive, "good", func(c volume.Count) int64 { return c.Positive }}, {listen.Unclear, "quiet", volume.Count.Unclear},
		{listen.Negative, "bad", func(c volume.Count) int64 { return c.Negative }}} {
		s := chart.Series{Name: moodWord(v, m.mood), Tone: m.tone}
		for _, at := range t.points {
			s.Data, s.Hrefs = append(s.Data, float64(m.of(at.Count))), append(s.Hrefs, t.opens(t.filter, at.At, m.mood))
		}
		p.Series = append(p.Series, s)
	}
	return p
}

// drawn are the parts that the picture tells apart.
func (t volumes) drawn() []part { return t.parts[:min(len(t.parts), mostLines)] }

// lines is the picture of what counts are told apart by.
func (t volumes) lines(v *page.View) chart.Picture {
	shown := t.drawn()
	p := chart.Picture{Kind: chart.Lines, Says: v.N("{n} line over the same time", "{n} lines over the same time", int64(len(shown))), Step: string(t.step), Times: stamps(t.points)}
	for _, one := range shown {
		s := chart.Series{Name: one.name}
		for _, at := range one.Points {
			s.Data, s.Hrefs = append(s.Data, float64(at.N)), append(s.Hrefs, t.opens(one.filter, at.At, ""))
		}
		p.Series = append(p.Series, s)
	}
	return p
}

// stepName says what a point of the table is.
func stepName(v *page.View, step volume.Step, at time.Time) string {
	switch step {
	case volume.Hour:
		return v.DateTime(at)
	case volume.Week:
		return v.T("week of {date}", "date", v.Date(at))
	case volume.Month:
		return v.T("month from {date}", "date", v.Date(at))
	}
	return v.Date(at)
}

func spanOptions(v *page.View) []page.Option {
	options := make([]page.Option, len(spansShown))
	for i, days := range spansShown {
		options[i] = page.Option{Value: strconv.Itoa(days), Name: v.N("the last {n} day", "the last {n} days", int64(days))}
	}
	return options
}

func byOptions(v *page.View) []page.Option {
	return []page.Option{{Value: volume.ByLanguage, Name: v.T("by language")}, {Value: volume.ByQuery, Name: v.T("by standing query")},
		{Value: volume.BySource, Name: v.T("by source")}, {Value: volume.ByCountry, Name: v.T("by country")}}
}

// checkedText says how far moods can be trusted here.
func checkedText(v *page.View, c listen.Checked) string {
	if c.All == 0 {
		return v.T("Nobody has checked moods by hand here yet: say of some mentions of the stream whether their mood is right, and this line says how far the picture can be trusted.")
	}
	part, low, high := c.Share()
	return v.T("Checked by hand: {n}, right {p} % (between {low} and {high} %, with 95\u00a0% confidence).", "n", v.Number(c.All),
		"p", percent(v, part), "low", percent(v, low), "high", percent(v, high))
}

// percent writes a part of one in hundredths.
func percent(v *page.View, part float64) string { return v.Number(int64(part*100 + .5)) }

// shareOf is percent of two counts, "<1" of a few among many.
func shareOf(v *page.View, n, of int64) string {
	if of == 0 {
		return percent(v, 0)
	}
	if 0 < n && 200*n < of {
		return "<\u202f" + v.Number(1)
	}
	return percent(v, float64(n)/float64(of))
}

func kindNames(v *page.View, kinds []listen.SourceKind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = kindName(v, k)
	}
	return names
}
