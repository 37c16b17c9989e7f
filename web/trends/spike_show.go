package trends

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/burst"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/web/desk"
	"tribune/web/page"
)

// perPage is how many spikes, or voices, stand on a page.
const perPage = 30

// around is how much of the time before and after a spike its picture shows.
const around = 48 * time.Hour

// mostBars is how many hours a picture shows at most.
const mostBars = 24 * 14

// spikeList is the spikes of one query, or of all.
type spikeList struct {
	spikes  []spike.Spike
	queries []listen.Query
	query   string // as it was asked for
	next    string
	heard   bool // anything at all
}

func (x *trends) spikes(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	v.Title, v.Section = v.T("Spikes"), "radar"
	q := r.URL.Query()
	l := spikeList{query: q.Get("query")}
	f := spike.Filter{Limit: perPage + 1}
	if id, err := strconv.ParseInt(l.query, 10, 64); err == nil {
		f.Query = &id
	} else {
		l.query = ""
	}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	if l.spikes, err = x.Spikes.List(r.Context(), v.Actor, f); err != nil {
		return err
	}
	if len(l.spikes) > perPage {
		l.spikes = l.spikes[:perPage]
		q.Set("before", strconv.FormatInt(l.spikes[perPage-1].ID, 10))
		l.next = "/desk/radar/spikes?" + q.Encode()
	}
	if l.queries, err = x.Radar.Queries(r.Context(), v.Actor); err != nil {
		return err
	}
	some, _, err := x.Radar.Mentions(r.Context(), v.Actor, listen.Filter{Limit: 1})
	l.heard = len(some) > 0
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, spikesPage(v, l))
}

// spikeShown is one spike with its voices.
type spikeShown struct {
	spike.Spike
	name  string
	cause spike.Spike // the narrower one that explains it, if there is one
	causeName,
	also string // in which queries it is seen, too
	bars    []bar
	authors []speaker
	voices  []listen.Mention
	next    string
}

// speaker is one of each author that drove a spike: a mention in it, and how many are theirs.
type speaker struct {
	listen.Mention
	now, before int
}

// bar is one hour of a spike's picture.
type bar struct {
	at     time.Time
	n      int64
	within bool
}

func (x *trends) spike(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, s := r.Context(), spikeShown{}
	if s.Spike, err = x.Spikes.Spike(ctx, v.Actor, id); err != nil {
		return err
	}
	queries, err := x.Radar.Queries(ctx, v.Actor)
	if err != nil {
		return err
	}
	s.name, s.also = about(v, s.Query, queries), alsoIn(v, s.Spike, queries)
	if s.cause, err = x.Spikes.Leading(ctx, v.Actor, id); err != nil {
		return err
	}
	s.causeName = v.T("{kind}: {name}", "kind", kindName(v, s.cause.Kind), "name", about(v, s.cause.Query, queries))
	v.Title, v.Section = v.T("{kind}: {name}", "kind", kindName(v, s.Kind), "name", s.name), "radar"
	hours, err := x.Radar.Volume(ctx, v.Actor, s.Query, s.Start.Add(-around))
	if err != nil {
		return err
	}
	s.bars = bars(hours, s.Spike, x.Now())
	f := listen.Filter{Query: s.Query, Since: s.Start, Until: s.End, Limit: perPage, Cursor: r.URL.Query().Get("cursor")}
	var next string
	if s.voices, next, err = x.Radar.Mentions(ctx, v.Actor, f); err != nil {
		return err
	}
	if next != "" {
		s.next = desk.Link("/desk/radar/spikes/%d", id) + "?" + url.Values{"cursor": {next}}.Encode() + "#voices"
	}
	if s.authors, err = x.speakers(ctx, v, s.Spike); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, spikePage(v, s))
}

// speakers gives a mention of each account that drove a spike, as far as its
// words are still there.
func (x *trends) speakers(ctx context.Context, v *page.View, s spike.Spike) (all []speaker, err error) {
	for _, a := range s.Drove.Authors {
		said, _, err := x.Radar.Mentions(ctx, v.Actor, listen.Filter{Query: s.Query, Since: s.Start, Until: s.End, Accounts: []int64{a.Account}, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(said) > 0 {
			all = append(all, speaker{said[0], a.Now, a.Before})
		}
	}
	return all, nil
}

// phrase asks for words one after the other, and asWritten for them letter for letter.
func phrase(text string) string    { return `"` + strings.ReplaceAll(text, `"`, " ") + `"` }
func asWritten(text string) string { return "=" + phrase(text) }

// bars gives the hours around a spike.
func bars(hours []listen.HourCount, s spike.Spike, now time.Time) []bar {
	from := s.Start.Add(-around).Truncate(time.Hour)
	to := s.End.Add(around)
	if now.Before(to) {
		to = now
	}
	count := min(int(math.Ceil(to.Sub(from).Hours())), mostBars)
	out := make([]bar, max(count, 1))
	start := s.Start.Round(time.Hour) // silences begin and end within one: that of most of its minutes
	for i := range out {
		at := from.Add(time.Duration(i) * time.Hour)
		out[i] = bar{at: at, within: !at.Before(start) && at.Before(s.End.Round(time.Hour))}
	}
	for _, h := range hours {
		if i := int(h.At.Sub(from) / time.Hour); i >= 0 && i < len(out) {
			out[i].n += h.N
		}
	}
	return out
}

// high gives the height of a bar among others, of 64.
func high(n int64, all []bar) string {
	most := int64(1)
	for _, b := range all {
		most = max(most, b.n)
	}
	return strconv.FormatInt((n*64+most-1)/most, 10)
}

func top(n int64, all []bar) string {
	h, _ := strconv.Atoi(high(n, all))
	return strconv.Itoa(64 - h)
}

// about names what a spike is about.
func about(v *page.View, query int64, queries []listen.Query) string {
	for _, q := range queries {
		if q.ID == query {
			return q.Name
		}
	}
	if query != 0 {
		return v.T("a query that was removed")
	}
	return v.T("all that is heard")
}

// alsoIn says in which queries a spike is seen, too; "" if in none.
func alsoIn(v *page.View, s spike.Spike, queries []listen.Query) string {
	var names []string
	for _, query := range s.Also {
		names = append(names, about(v, query, queries))
	}
	if len(names) == 0 {
		return ""
	}
	return v.T("It is seen also in: {names}.", "names", v.List(names))
}

func kindName(v *page.View, k burst.Kind) string {
	switch k {
	case burst.Rise:
		return v.T("Rise")
	case burst.Drop:
		return v.T("Drop")
	}
	return v.T("Silence")
}

// told says in a sentence what is not normal.
func told(v *page.View, s spike.Spike) string {
	peak, expected := int64(math.Round(s.Peak)), v.T("about {n}", "n", v.Number(int64(math.Round(s.Expected))))
	if s.Expected < .5 {
		expected = v.T("hardly any")
	}
	switch s.Kind {
	case burst.Rise:
		return v.N("{n} mention in an hour. Usual then: {expected}.", "{n} mentions in an hour. Usual then: {expected}.", peak, "expected", expected)
	case burst.Drop:
		return v.N("Only {n} mention in an hour. Usual then: {expected}.", "Only {n} mentions in an hour. Usual then: {expected}.", peak, "expected", expected)
	}
	return v.T("Nothing was heard for {time}, which chance hardly explains. Usual in an hour: {expected}.", "time", v.Duration(s.Until(v.Now).Sub(s.Start)), "expected", expected)
}

// span says from when to when a spike is.
func span(v *page.View, s spike.Spike) string {
	end := s.Until(v.Now)
	switch {
	case s.GoingOn:
		return v.T("since {from}", "from", v.DateTime(s.Start))
	case v.Date(s.Start) == v.Date(end):
		clock := func(t time.Time) string { return t.In(v.Zone()).Format("15:04") }
		return v.T("{date}, {from} to {to}", "date", v.Date(s.Start), "from", clock(s.Start), "to", clock(end))
	}
	return v.T("{from} to {to}", "from", v.DateTime(s.Start), "to", v.DateTime(end))
}

// queryOptions are the queries to choose from.
func (l spikeList) queryOptions(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("any")}, {Value: "0", Name: v.T("all that is heard")}}
	for _, q := range l.queries {
		options = append(options, page.Option{Value: strconv.FormatInt(q.ID, 10), Name: q.Name})
	}
	return options
}
