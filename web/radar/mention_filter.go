package radar

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/calendar"
	"tribune/listen"
	"tribune/web/page"
)

// filter is what the stream is filtered by, as its address says it.
type filter struct {
	text, language, mood, country, author, has string
	since                                      string // days back, or empty
	from, until                                string // days of the site's zone, both in it; or moments, until is not in it
	query, source, account, reach              int64
	among                                      []int64 // sources, if there are several
	once                                       bool    // copies left out, as counts do
}

func filterOf(q url.Values) filter {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(q.Get(name), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	f := filter{text: q.Get("q"), language: q.Get("language"), mood: q.Get("mood"), country: q.Get("country"), author: q.Get("author"), has: q.Get("has"),
		query: number("query"), source: number("source"), account: number("account"), reach: number("reach"), once: q.Get("once") != ""}
	for _, s := range q["source"] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && !slices.Contains(f.among, n) && len(f.among) < 100 {
			f.among = append(f.among, n)
		}
	}
	if f.source = 0; len(f.among) == 1 {
		f.source = f.among[0]
	}
	if len(f.among) < 2 {
		f.among = nil
	}
	if n := number("since"); n > 0 && n < 100_000 {
		f.since = q.Get("since")
	}
	if _, _, err := bound(q.Get("from"), time.UTC); err == nil {
		f.from = q.Get("from")
	}
	if _, _, err := bound(q.Get("until"), time.UTC); err == nil {
		f.until = q.Get("until")
	}
	if !slices.Contains([]string{"link", "image", "question"}, f.has) {
		f.has = ""
	}
	if !slices.Contains([]listen.Mood{listen.Positive, listen.Negative, listen.Unclear}, listen.Mood(f.mood)) {
		f.mood = ""
	}
	return f
}

// How a moment stands in an address, and in a field of a form, which knows no zones.
const (
	moment      = "2006-01-02T15:04Z07:00"
	fieldMoment = "2006-01-02T15:04"
)

// bound reads a day, which gives its first moment in the site's zone, or a moment.
func bound(text string, zone *time.Location) (at time.Time, day bool, err error) {
	if at, err = calendar.Parse(text, zone); err == nil {
		return at, true, nil
	}
	if at, err = time.Parse(moment, text); err != nil {
		at, err = time.ParseInLocation(fieldMoment, text, zone)
	}
	return at, false, err
}

// field gives the type of a field that holds a day or a moment, and its value.
func field(text string, zone *time.Location) (kind, value string) {
	at, day, err := bound(text, zone)
	if day || err != nil {
		return "date", text
	}
	return "datetime-local", at.In(zone).Format(fieldMoment)
}

// counted gives the filter of what is counted from one moment to before another.
func (f filter) counted(from, until time.Time) filter {
	f.since, f.once = "", true
	if calendar.Day(from).Equal(from) && calendar.Day(until).Equal(until) {
		f.from, f.until = dayText(from), dayText(until.Add(-time.Second))
	} else {
		f.from, f.until = from.Format(moment), until.Format(moment)
	}
	return f
}

// Counted leads to what a query found from one moment to before another, copies left
// out: of it what text finds in the language of queries, and what one account said,
// if they are given.
func Counted(query int64, from, until time.Time, text string, account int64) string {
	return filter{query: query, text: text, account: account}.counted(from, until).href()
}

// values gives the filter as an address says it.
func (f filter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.text, "language": f.language, "mood": f.mood, "country": f.country, "author": f.author, "has": f.has,
		"since": f.since, "from": f.from, "until": f.until, "query": number(f.query), "source": number(f.source), "account": number(f.account), "reach": number(f.reach)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for _, source := range f.among {
		q.Add("source", number(source))
	}
	if f.once {
		q.Set("once", "1")
	}
	return q
}

// FilterOf reads what a stream is filtered by, as its address says it.
func FilterOf(q url.Values, now time.Time, zone *time.Location) listen.Filter {
	return filterOf(q).listen(now, zone)
}

// href leads to the stream, so filtered.
func (f filter) href() string {
	if q := f.values(); len(q) > 0 {
		return "/desk/radar?" + q.Encode()
	}
	return "/desk/radar"
}

// folded reports whether something is filtered by that stands in the closed
// part of the form.
func (f filter) folded() bool {
	f.text, f.query, f.since = "", 0, ""
	return len(f.values()) > 0
}

// listen gives the filter as the radar takes it; zone is the site's.
func (f filter) listen(now time.Time, zone *time.Location) listen.Filter {
	l := listen.Filter{Text: f.text, Query: f.query, Source: f.source, Sources: f.among, Language: f.language, Mood: listen.Mood(f.mood), Country: f.country, Author: f.author,
		Has: f.has, Reach: f.reach, Once: f.once}
	if days, err := strconv.Atoi(f.since); err == nil {
		l.Since = now.AddDate(0, 0, -days)
	}
	if at, _, err := bound(f.from, zone); err == nil && at.After(l.Since) {
		l.Since = at
	}
	if at, day, err := bound(f.until, zone); err == nil {
		if l.Until = at; day {
			l.Until = calendar.After(at, 1)
		}
	}
	if f.account != 0 {
		l.Accounts = []int64{f.account}
	}
	return l
}

// languages lists the languages of mentions to choose from: the reader's
// names for the ones people are most likely to write in.
func languages(v *page.View, chosen string) []page.Option {
	tags := []string{"ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"}
	if chosen != "" && chosen != listen.UnknownLanguage && !slices.Contains(tags, chosen) {
		tags = append(tags, chosen)
	}
	var options []page.Option
	for _, t := range tags {
		options = append(options, page.Option{Value: t, Name: v.Language(t)})
	}
	slices.SortFunc(options, func(a, b page.Option) int { return cmp.Compare(a.Name, b.Name) })
	return append([]page.Option{{Value: "", Name: v.T("any language")}, {Value: listen.UnknownLanguage, Name: v.T("not known")}}, options...)
}

func queryOptions(queries []listen.Query, all string) []page.Option {
	options := []page.Option{{Value: "", Name: all}}
	for _, q := range queries {
		options = append(options, page.Option{Value: strconv.FormatInt(q.ID, 10), Name: q.Name})
	}
	return options
}

func sourceOptions(v *page.View, sources []listen.Source) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("any source")}}
	for _, src := range sources {
		options = append(options, page.Option{Value: strconv.FormatInt(src.ID, 10), Name: src.Name})
	}
	return options
}

// languageName names a language that is filtered by.
func languageName(v *page.View, tag string) string {
	if tag == listen.UnknownLanguage {
		return v.T("language not known")
	}
	return v.Language(tag)
}

// countryName names a country that is filtered by.
func countryName(v *page.View, code string) string {
	if code == listen.UnknownCountry {
		return v.T("country not known")
	}
	return v.Country(code)
}

func countryOptions(v *page.View) []page.Option {
	return append([]page.Option{{Value: "", Name: v.T("any country")}, {Value: listen.UnknownCountry, Name: v.T("unknown")}}, slices.DeleteFunc(page.Countries(v), func(o page.Option) bool { return o.Value == "" })...)
}

func moodOptions(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("any mood")}, {Value: string(listen.Positive), Name: v.T("positive")},
		{Value: string(listen.Negative), Name: v.T("negative")}, {Value: string(listen.Unclear), Name: v.T("neutral or unclear")}}
}

func hasOptions(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("anything")}, {Value: "link", Name: v.T("a link")},
		{Value: "image", Name: v.T("a picture")}, {Value: "question", Name: v.T("a question")}}
}

func sinceOptions(v *page.View, chosen string) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("any time")}, {Value: "1", Name: v.T("since yesterday")},
		{Value: "7", Name: v.T("the last 7 days")}, {Value: "30", Name: v.T("the last 30 days")}, {Value: "90", Name: v.T("the last 90 days")}}
	if chosen != "" && !slices.ContainsFunc(options, func(o page.Option) bool { return o.Value == chosen }) {
		days, _ := strconv.ParseInt(chosen, 10, 64)
		options = append(options, page.Option{Value: chosen, Name: v.N("the last {n} day", "the last {n} days", days)})
	}
	return options
}

// number writes an id for a form, "" for none.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// streamHref leads to the mentions of a query or a source.
func streamHref(name string, id int64) string {
	return "/desk/radar?" + url.Values{name: {strconv.FormatInt(id, 10)}}.Encode()
}

// back is where a form of the stream leads to again: the stream, so filtered,
// or what is given otherwise.
func back(to, otherwise string) string {
	if to == "/desk/radar" || strings.HasPrefix(to, "/desk/radar?") {
		return to
	}
	return otherwise
}
