package radar

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tribune/internal/query"
	"tribune/listen"
	"tribune/web/page"
)

// stream is the list of mentions, and how it is filtered.
type stream struct {
	text, language, since string
	query, source         int64
	mentions              []listen.Mention
	next                  string
	threads               map[int64]int64
	queries               []listen.Query
	sources               []listen.Source
	light                 *query.Query // what is lit up in the words, nil for nothing
	filtered              bool
	resting               int64 // where nothing was heard
}

func (x *radar) stream(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	v.Title, v.Section = v.T("What is said"), "radar"
	q := r.URL.Query()
	s := stream{text: q.Get("q"), language: q.Get("language"), since: q.Get("since")}
	s.query, _ = strconv.ParseInt(q.Get("query"), 10, 64)
	s.source, _ = strconv.ParseInt(q.Get("source"), 10, 64)
	f := listen.Filter{Text: s.text, Query: s.query, Source: s.source, Language: s.language, Cursor: q.Get("cursor"), Limit: 30}
	if days, err := strconv.Atoi(s.since); err == nil && days > 0 {
		f.Since = x.Now().AddDate(0, 0, -days)
	} else {
		s.since = ""
	}
	s.filtered = s.text+s.language+s.since != "" || s.query+s.source != 0
	var err error
	var next string
	if s.mentions, next, err = x.Radar.Mentions(ctx, v.Actor, f); err != nil {
		return err
	}
	if len(s.mentions) == 0 && !s.filtered {
		if s.resting, err = x.Radar.Resting(ctx, v.Actor); err != nil {
			return err
		}
	}
	if next != "" {
		q.Set("cursor", next)
		s.next = "/desk/radar?" + q.Encode()
	}
	ids := make([]int64, len(s.mentions))
	for i, m := range s.mentions {
		ids[i] = m.ID
	}
	if s.threads, err = x.Inbox.ThreadsOfMentions(ctx, v.Actor, ids); err != nil {
		return err
	}
	if s.queries, err = x.Radar.Queries(ctx, v.Actor); err != nil {
		return err
	}
	if s.sources, err = x.Radar.Sources(ctx, v.Actor); err != nil {
		return err
	}
	s.light = light(s.text, s.query, s.queries)
	return x.ShowDesk(w, r, v, streamPage(v, s))
}

// light gives what to light up: the words looked for, else the standing query.
func light(text string, id int64, queries []listen.Query) *query.Query {
	for _, q := range queries {
		if q.ID == id && text == "" {
			text = q.Text
		}
	}
	if text == "" {
		return nil
	}
	parsed, err := query.Parse(text)
	if err != nil {
		return nil // words that are no query are still found; they are not lit
	}
	words, _ := parsed.WordsOnly()
	return words
}

// span is a piece of a text, lit or not.
type span struct {
	text string
	lit  bool
}

// spans cuts a text where a query matches it.
func spans(text string, q *query.Query) []span {
	if q == nil {
		return []span{{text, false}}
	}
	var out []span
	at := 0
	for _, s := range q.Explain(query.Tokenize(text)) {
		out = append(out, span{text[at:s.Start], false}, span{text[s.Start:s.End], true})
		at = s.End
	}
	return append(out, span{text[at:], false})
}

// languages lists the languages of mentions to choose from: the reader's
// names for the ones people are most likely to write in.
func languages(v *page.View, chosen string) []page.Option {
	tags := []string{"ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"}
	if chosen != "" && !slices.Contains(tags, chosen) {
		tags = append(tags, chosen)
	}
	var options []page.Option
	for _, t := range tags {
		options = append(options, page.Option{Value: t, Name: v.Language(t)})
	}
	slices.SortFunc(options, func(a, b page.Option) int { return cmp.Compare(a.Name, b.Name) })
	return append([]page.Option{{Value: "", Name: v.T("any language")}}, options...)
}

func (s stream) queryOptions(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("all that is heard")}}
	for _, q := range s.queries {
		options = append(options, page.Option{Value: strconv.FormatInt(q.ID, 10), Name: q.Name})
	}
	return options
}

func (s stream) sourceOptions(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("any source")}}
	for _, src := range s.sources {
		options = append(options, page.Option{Value: strconv.FormatInt(src.ID, 10), Name: src.Name})
	}
	return options
}

func sinceOptions(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("any time")}, {Value: "1", Name: v.T("since yesterday")},
		{Value: "7", Name: v.T("the last 7 days")}, {Value: "30", Name: v.T("the last 30 days")}, {Value: "90", Name: v.T("the last 90 days")}}
}

// number writes an id for a form, "" for none.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// day is one bar of a spark.
type day struct {
	at time.Time
	n  int64
}

// days adds hours up to the days that end now, oldest first.
func days(hours []listen.HourCount, now time.Time, count int) []day {
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-count)
	out := make([]day, count)
	for i := range out {
		out[i].at = first.AddDate(0, 0, i)
	}
	for _, h := range hours {
		if i := int(h.At.Sub(first) / (24 * time.Hour)); i >= 0 && i < count && !h.At.Before(first) {
			out[i].n += h.N
		}
	}
	return out
}

// streamHref leads to the mentions of a query or a source.
func streamHref(name string, id int64) string {
	return "/desk/radar?" + url.Values{name: {strconv.FormatInt(id, 10)}}.Encode()
}
