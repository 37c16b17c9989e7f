package radar

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tribune/listen"
	"tribune/listen/volume"
	"tribune/web/chart"
	"tribune/web/page"
)

// shares is the share of voice of some standing queries.
type shares struct {
	filter
	days    int
	chosen  []int64
	queries []listen.Query
	sources []listen.Source
	voices  volume.Voices
	heard   volume.Unheard
	checked listen.Checked
	wrong   page.Wrong
}

func (x *radar) share(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	v.Title, v.Section = v.T("Share of voice"), "radar"
	q := r.URL.Query()
	s := shares{filter: filterOf(q)}
	s.query = 0
	if s.queries, err = x.Radar.Queries(ctx, v.Actor); err != nil {
		return err
	}
	if s.sources, err = x.Radar.Sources(ctx, v.Actor); err != nil {
		return err
	}
	if s.checked, err = x.Radar.Checks(ctx, v.Actor, "mood"); err != nil {
		return err
	}
	for _, id := range q["query"] {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			s.chosen = append(s.chosen, n)
		}
	}
	if !q.Has("since") && len(s.chosen) == 0 {
		s.chosen = usAndRivals(s.queries)
	}
	f := volumes{filter: s.filter}
	s.days, f.from, f.to = x.span(s.since, v.Zone())
	if s.heard, err = x.Counts.Unheard(ctx, v.Actor, f.counted()); err == nil && len(s.chosen) >= 2 { // else the page says what to choose
		s.voices, err = x.Counts.Compare(ctx, v.Actor, s.chosen, f.counted())
	}
	if err != nil {
		if err := v.Wrong(err, &s.wrong); err != nil {
			return err
		}
	}
	return x.ShowDesk(w, r, v, sharesPage(v, s))
}

// usAndRivals are the queries that are compared at first.
func usAndRivals(all []listen.Query) []int64 {
	var ids []int64
	for _, q := range all {
		if q.Purpose != listen.Topic && len(ids) < 12 {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

func (s shares) has(query int64) bool { return slices.Contains(s.chosen, query) }

// opens gives where the number of a query opens to.
func (s shares) opens(query int64, mood listen.Mood, from, until time.Time) string {
	f := s.filter
	f.query, f.mood = query, string(mood)
	if from.Before(s.voices.Since) {
		from = s.voices.Since
	}
	if until.After(s.voices.Until) {
		until = s.voices.Until
	}
	if f.source, f.among = 0, s.voices.Sources; len(f.among) == 1 {
		f.source, f.among = f.among[0], nil
	}
	return f.counted(from, until).href()
}

// tone lets us stand out among rivals.
func tone(q listen.Query) string {
	if q.Purpose == listen.Us {
		return "accent"
	}
	return "quiet"
}

// bars is the picture of the shares.
func (s shares) bars(v *page.View) chart.Picture {
	p := chart.Picture{Kind: chart.Shares, Says: v.N("the shares of {n} query", "the shares of {n} queries", int64(len(s.voices.Shares)))}
	for _, one := range s.voices.Shares {
		p.Series = append(p.Series, chart.Series{Name: one.Query.Name, Tone: tone(one.Query), Data: []float64{one.Part}, Low: []float64{one.Low}, High: []float64{one.High},
			Hrefs: []string{s.opens(one.Query.ID, "", s.voices.Since, s.voices.Until)}})
	}
	return p
}

// lines is the picture of how much is said of each, over time.
func (s shares) lines(v *page.View) chart.Picture {
	shown := s.voices.Shares[:min(len(s.voices.Shares), mostLines)]
	p := chart.Picture{Kind: chart.Lines, Says: v.N("{n} line over the same time", "{n} lines over the same time", int64(len(shown))), Step: string(s.voices.Step)}
	for _, one := range shown {
		p.Times = stamps(one.Points)
		c := chart.Series{Name: one.Query.Name}
		for _, at := range one.Points {
			c.Data, c.Hrefs = append(c.Data, float64(at.N)), append(c.Hrefs, s.opens(one.Query.ID, "", at.At, s.voices.Step.Next(at.At)))
		}
		p.Series = append(p.Series, c)
	}
	return p
}

// alike says with what filters the queries are compared, for each the same.
func (s shares) alike(v *page.View) []string {
	var all []string
	all = append(all, v.T("from {from} to {until}", "from", v.Date(s.voices.Since), "until", v.Date(s.voices.Until.Add(-time.Second))))
	switch {
	case len(s.voices.Sources) == 0:
		all = append(all, v.T("all sources"))
	default:
		var names []string
		for _, src := range s.sources {
			if slices.Contains(s.voices.Sources, src.ID) {
				names = append(names, src.Name)
			}
		}
		all = append(all, v.T("only {list}", "list", v.List(names)))
	}
	if s.language != "" {
		all = append(all, languageName(v, s.language))
	}
	if s.country != "" {
		all = append(all, countryName(v, s.country))
	}
	return all
}
