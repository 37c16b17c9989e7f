package radar

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/listen"
	"tribune/web/page"
)

// stream is the list of mentions, and how it is filtered.
type stream struct {
	filter
	mentions    []listen.Mention
	next        string
	threads     map[int64]int64
	corrections map[int64][]listen.Correction
	queries     []listen.Query
	sources     []listen.Source
	parsed      map[int64]*query.Query // the standing queries, and at 0 the words looked for
	wrong       page.Wrong
	resting     int64  // where nothing was heard
	live        string // data-live: what comes after it was read, and would stand on it
}

func (x *radar) stream(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	v.Title, v.Section = v.T("What is said"), "radar"
	s := stream{filter: filterOf(r.URL.Query())}
	f := s.filter.listen(x.Now(), v.Zone())
	f.Cursor, f.Limit = r.URL.Query().Get("cursor"), 30
	last, err := x.Radar.LastMention(ctx) // before the list is read: what comes between is on it
	if err != nil {
		return err
	}
	here, err := x.Events.Here(ctx)
	if err != nil {
		return err
	}
	var next string
	if s.mentions, next, err = x.Radar.Mentions(ctx, v.Actor, f); err != nil {
		if err := v.Wrong(err, &s.wrong); err != nil {
			return err
		}
	} else if f.Cursor == "" {
		s.live = s.follow(last, here, next != "")
	}
	if len(s.mentions) == 0 && !s.filtered() {
		if s.resting, err = x.Radar.Resting(ctx, v.Actor); err != nil {
			return err
		}
	}
	if next != "" {
		q := s.values()
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
	if s.corrections, err = x.Radar.Corrections(ctx, v.Actor, ids...); err != nil {
		return err
	}
	if s.queries, err = x.Radar.Queries(ctx, v.Actor); err != nil {
		return err
	}
	if s.sources, err = x.Radar.Sources(ctx, v.Actor); err != nil {
		return err
	}
	s.parsed = x.parseAll(ctx, v, s.text, s.queries)
	return x.ShowDesk(w, r, v, streamPage(v, s))
}

// follow is the data-live of the page: mentions stored after it was read, but
// those that would stand behind its end. here is where the log was read up to: a
// mention that was being stored then may have a lower id than those on the page.
func (s stream) follow(last int64, here string, full bool) string {
	q := url.Values{"radar": {s.values().Encode()}, "here": {here}}
	var on []string
	for _, m := range s.mentions {
		last = max(last, m.ID)
		on = append(on, strconv.FormatInt(m.ID, 10))
	}
	q.Set("on", strings.Join(on, ","))
	q.Set("after", strconv.FormatInt(last, 10))
	if n := len(s.mentions); full && n > 0 {
		q.Set("from", strconv.FormatInt(s.mentions[n-1].PublishedAt.UnixMicro(), 10))
	}
	return q.Encode()
}

// sourceName names one of several sources that are filtered by.
func (s stream) sourceName(v *page.View, id int64) string {
	if i := slices.IndexFunc(s.sources, func(x listen.Source) bool { return x.ID == id }); i >= 0 {
		return v.T("in {source}", "source", s.sources[i].Name)
	}
	return v.T("a source that was removed")
}

// notes says what of the words looked for most likely means something else.
func (s stream) notes() []*fault.Error {
	if q := s.parsed[0]; q != nil && s.text != "" {
		return q.Notes()
	}
	return nil
}

func (s stream) filtered() bool { return len(s.values()) > 0 }

// parseAll reads the words looked for, and the standing queries. What cannot
// be read is left out: it finds nothing.
func (x *radar) parseAll(ctx context.Context, v *page.View, text string, queries []listen.Query) map[int64]*query.Query {
	parsed := map[int64]*query.Query{}
	if q, err := x.Radar.Parse(ctx, v.Actor, text); err == nil {
		parsed[0] = q
	}
	for _, one := range queries {
		if q, err := x.Radar.Parse(ctx, v.Actor, one.Text); err == nil {
			parsed[one.ID] = q
		}
	}
	return parsed
}

// cause is a query that a mention was found by, and the parts of it that found
// something.
type cause struct {
	query listen.Query
	parts []string
}

// causes says why a mention was heard: the standing queries that match it, and
// what of each it fulfils.
func causes(m listen.Mention, queries []listen.Query, parsed map[int64]*query.Query) []cause {
	var all []cause
	var doc query.Doc
	for _, id := range m.Queries {
		for _, q := range queries {
			if q.ID != id {
				continue
			}
			c := cause{query: q}
			if p := parsed[id]; p != nil {
				if doc.Tokens == nil {
					doc = m.Post().Tokenize()
				}
				for _, reason := range p.Why(doc) {
					c.parts = append(c.parts, reason.Part)
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// light gives what to light up in a mention: the words looked for, else those
// of the standing query that was chosen, else those of all that match.
func (s stream) light(m listen.Mention) []*query.Query {
	if s.text != "" {
		return []*query.Query{s.parsed[0]}
	}
	if s.query != 0 {
		return []*query.Query{s.parsed[s.query]}
	}
	var all []*query.Query
	for _, id := range m.Queries {
		all = append(all, s.parsed[id])
	}
	return all
}

// span is a piece of a text, lit or not.
type span struct {
	text string
	lit  bool
}

// spans cuts the text of a mention where queries match it.
func spans(m listen.Mention, queries []*query.Query) []span {
	doc := m.Post().Tokenize()
	lit := make([]bool, len(m.Text))
	for _, q := range queries {
		if q == nil {
			continue
		}
		for _, s := range q.Explain(doc) {
			for i := s.Start; i < s.End; i++ {
				lit[i] = true
			}
		}
	}
	var out []span
	for from, i := 0, 1; i <= len(lit); i++ {
		if i == len(lit) || lit[i] != lit[from] {
			out = append(out, span{m.Text[from:i], lit[from]})
			from = i
		}
	}
	return out
}

// judged says how a mention sounds, and how sure that is.
func judged(v *page.View, m listen.Mention, corrections []listen.Correction) string {
	for _, c := range corrections {
		if c.What == "mood" {
			return v.T("{mood}, says the team", "mood", moodWord(v, m.Mood))
		}
	}
	switch m.Mood {
	case listen.Positive:
		return v.T("sounds positive, {p} % sure", "p", sure(v, m.Positive))
	case listen.Negative:
		return v.T("sounds negative, {p} % sure", "p", sure(v, m.Negative))
	case listen.Unclear:
		return v.T("neutral or unclear")
	}
	return v.T("mood not judged yet")
}

func moodWord(v *page.View, mood listen.Mood) string {
	switch mood {
	case listen.Positive:
		return v.T("positive")
	case listen.Negative:
		return v.T("negative")
	case listen.Unclear:
		return v.T("neutral or unclear")
	}
	return v.T("not judged")
}

// sure writes a likelihood, in thousandths, for "{p} % sure". A machine is
// never wholly sure.
func sure(v *page.View, p int64) string {
	if p > 990 {
		return v.T("over 99")
	}
	return v.Number(p / 10)
}

// tongue names the language of a mention, and how sure that is.
func tongue(v *page.View, m listen.Mention) string {
	switch {
	case m.Language == "":
		return v.T("language not known")
	case m.LanguageP > 0:
		return v.T("{language}, {p} % sure", "language", v.Language(m.Language), "p", sure(v, m.LanguageP))
	}
	return v.Language(m.Language)
}

// tongues are the languages that a mention may be said to be in. Of one whose
// language is not known none is chosen, so that none is said by one click.
func tongues(v *page.View, m listen.Mention) []page.Option {
	options := v.Languages(m.Language)
	if m.Language == "" {
		options = append([]page.Option{{Value: "", Name: v.T("choose …")}}, options...)
	}
	return options
}

// day is one bar of a spark.
type day struct {
	at time.Time
	n  int64
}

// anchor leads to a mention in the stream.
func (s stream) anchor(m listen.Mention) string { return s.href() + "#m" + strconv.FormatInt(m.ID, 10) }
