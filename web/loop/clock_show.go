package loop

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/listen"
	"tribune/measure"
	"tribune/web/page"
)

// shown is all that the page of the answer clock shows.
type shown struct {
	measure.Clock
	places []place
	bands  []band
}

// place is the clock of a channel under the name everybody may know.
type place struct {
	measure.ClockChannel
	name, url string
}

// band counts the questions whose first answer took so long.
type band struct {
	class, name string
	n           int64
	x, width    string // of the bar, in thousandths
}

func (l *loop) clock(w http.ResponseWriter, r *http.Request, v *page.View) error {
	days := 90
	if asked := r.URL.Query().Get("days"); asked != "" {
		days, _ = strconv.Atoi(asked)
	}
	c, err := l.Measures.Clock(r.Context(), days)
	if err != nil {
		return err
	}
	places, err := l.Radar.Places(r.Context())
	if err != nil {
		return err
	}
	s := shown{Clock: c, places: named(v, c, places), bands: bands(v, c.Took)}
	v.Title, v.Section = v.T("Answer clock"), "clock"
	v.About = Sentence(v, c)
	return l.Show(w, r, v, clockPage(v, s))
}

// Sentence says in one sentence how fast people get an answer here, "" if
// nobody has asked anything. c is the clock of the last 90 days.
func Sentence(v *page.View, c measure.Clock) string {
	if c.Asked() == 0 && c.Waits == 0 {
		return ""
	}
	questions := v.N("{n} question", "{n} questions", c.Asked())
	waiting := v.T("nobody waits")
	if c.Waits > 0 {
		waiting = v.N("{n} waits", "{n} wait", c.Waits)
		if c.Late > 0 {
			waiting = v.T("{waiting}, {late} over three days", "waiting", waiting, "late", v.Number(c.Late))
		}
	}
	median, reached, ok := c.Within(.5)
	switch {
	case !ok:
		return v.N("Of the last {days} days’ {questions}, {n} has an answer; {waiting}.", "Of the last {days} days’ {questions}, {n} have an answer; {waiting}.",
			c.Answered, "days", c.Days, "questions", questions, "waiting", waiting)
	case !reached:
		return v.T("Of the last {days} days’ {questions}, fewer than half have an answer yet; {waiting}.", "days", c.Days, "questions", questions, "waiting", waiting)
	}
	return v.T("Of the last {days} days’ {questions}, half were answered within {time}; {waiting}.", "days", c.Days, "questions", questions, "time", About(v, median), "waiting", waiting)
}

// About writes a duration as roughly as it is known: to the hour from half a
// day on, and to the day from ten days on.
func About(v *page.View, d time.Duration) string {
	switch {
	case d >= 10*24*time.Hour:
		d = d.Round(24 * time.Hour)
	case d >= 5*time.Hour:
		d = d.Round(time.Hour)
	case d >= time.Hour:
		d = d.Round(5 * time.Minute)
	case d >= time.Minute:
		d = d.Round(time.Minute)
	}
	return v.Duration(d)
}

// within writes a percentile, or why there is none.
func within(v *page.View, t measure.Took, share float64) string {
	d, reached, ok := t.Within(share)
	switch {
	case !ok:
		return "–"
	case !reached:
		return v.T("not yet")
	}
	return About(v, d)
}

// bands sorts questions by how long their first answer took.
func bands(v *page.View, t measure.Took) []band {
	all := []band{{class: "b1", name: v.T("within an hour"), n: t.Below(time.Hour)}}
	below := all[0].n
	for _, b := range []struct {
		class, name string
		d           time.Duration
	}{{"b2", v.T("within a day"), 24 * time.Hour}, {"b3", v.T("within three days"), 3 * 24 * time.Hour}, {"b4", v.T("within a week"), 7 * 24 * time.Hour}} {
		n := t.Below(b.d)
		all = append(all, band{class: b.class, name: b.name, n: n - below})
		below = n
	}
	all = append(all, band{class: "b5", name: v.T("later"), n: t.Answered - below}, band{class: "b6", name: v.T("no answer yet"), n: t.Waiting})
	at := int64(0)
	for i := range all {
		all[i].x, all[i].width = thousandths(at, t.Asked()), thousandths(all[i].n, t.Asked())
		at += all[i].n
	}
	return all
}

// thousandths gives a part of a whole, in thousandths.
func thousandths(n, of int64) string {
	if of == 0 {
		return "0"
	}
	return strconv.FormatFloat(1000*float64(n)/float64(of), 'f', 1, 64)
}

// percent writes a share.
func percent(v *page.View, p float64) string {
	return v.T("{n}\u00a0%", "n", strconv.FormatFloat(100*p, 'f', 0, 64))
}

// named gives the channels with their names. Those that have no public name of
// their own are one with all of their kind.
func named(v *page.View, c measure.Clock, places map[int64]listen.Place) []place {
	var all []place
	at := map[string]int{}
	for _, of := range c.Channels {
		p := place{ClockChannel: of, name: v.T("This site")}
		if of.Source != 0 {
			x := places[of.Source]
			p.name, p.url = cmp.Or(x.Name, kindName(v, x.Kind)), x.URL
		}
		if i, ok := at[p.name]; ok {
			all[i].Merge(of)
			continue
		}
		at[p.name] = len(all)
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.Asked(), a.Asked()), cmp.Compare(b.Waits, a.Waits), cmp.Compare(b.Heard, a.Heard))
	})
	return all
}

// kindName names places that have no public name of their own.
func kindName(v *page.View, k listen.SourceKind) string {
	switch k {
	case listen.ImportSource:
		return v.T("Files we were given")
	case listen.FormSource:
		return v.T("Forms on our own pages")
	case listen.MailSource:
		return v.T("Letters to us")
	case listen.APISource:
		return v.T("Other programs of ours")
	}
	return v.T("A feed")
}

// reason is why questions are not answered, and how many.
type reason struct {
	name string
	n    int64
}

// reasons lists why questions of the period have no answer, and will have none.
func (s shown) reasons(v *page.View) (all []reason) {
	for _, o := range measure.Unanswered() {
		if n := s.Closed[o]; n > 0 {
			all = append(all, reason{outcome(v, o), n})
		}
	}
	return all
}

// outcome says why a question is not answered.
func outcome(v *page.View, o measure.Outcome) string {
	switch o {
	case measure.NoWay:
		return v.T("There is nowhere to write to them.")
	case measure.Elsewhere:
		return v.T("One of us answered it elsewhere.")
	case measure.TakenBack:
		return v.T("Its author took the words back.")
	case measure.HasLeft:
		return v.T("The person who wrote this has left.")
	case measure.Abuse:
		return v.T("It is an advertisement, or abuse.")
	case measure.NoQuestion:
		return v.T("It asks nothing of us: the rule was wrong.")
	}
	return v.T("Another reason, in the team’s own words. They stay with the team, for they may speak of who asked.")
}

// silent counts what was heard in the period and asked nothing.
func (p place) silent() int64 { return max(0, p.Heard-p.Asked()) }

// quiet counts what was heard anywhere and asked nothing.
func (s shown) quiet() (n int64) {
	for _, p := range s.places {
		if p.Source != 0 {
			n += p.silent()
		}
	}
	return n
}

// phrases are those of the rule, as one line.
func phrases(all []string) string { return strings.Join(all, " · ") }

func complaints() string { c, _ := listen.AskRule(); return phrases(c) }
func requests() string   { _, r := listen.AskRule(); return phrases(r) }
