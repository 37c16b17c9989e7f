package loop

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/advocate"
	"tribune/internal/fault"
	"tribune/listen"
	"tribune/measure"
	"tribune/web/page"
)

// overview is all that the loop board shows.
type overview struct {
	measure.Board
	gaps    []measure.Gap
	waits   bool          // the words are being compared
	brought advocate.Came // first purchases, by how sure it is what brought them
	failing []listen.Source
	paused  []listen.Source
	sources int
}

func (l *loop) board(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	back, err := backOf(r)
	if err != nil {
		return err
	}
	b, err := l.Measures.Board(ctx, v.Actor, back)
	if err != nil {
		return err
	}
	o := overview{Board: b}
	if o.gaps, err = l.Measures.Gaps(ctx, v.Actor); err != nil {
		return err
	}
	if o.waits, err = l.Measures.GapWaits(ctx, v.Actor); err != nil {
		return err
	}
	generations, err := l.Advocacy.Generations(ctx, v.Actor, b.From, b.To.Add(-time.Hour))
	if err != nil {
		return err
	}
	o.brought = advocate.CameBy(generations)
	sources, err := l.Radar.Sources(ctx, v.Actor)
	if err != nil {
		return err
	}
	o.sources = len(sources)
	for _, s := range sources {
		switch {
		case back > 0: // they are as they are now
		case s.Paused:
			o.paused = append(o.paused, s)
		case s.Fails():
			o.failing = append(o.failing, s)
		}
	}
	v.Title, v.Section = v.T("Loop"), "loop"
	return l.ShowDesk(w, r, v, boardPage(v, o))
}

// compare has our words and theirs compared anew.
func (l *loop) compare(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := l.Measures.AskGap(r.Context(), v.Actor); err != nil {
		return err
	}
	return page.Back(w, r, "/desk/loop#words")
}

// stepName names a step of the loop. The eight are one text, so that a step is
// free to mean something else on another page: in French, an idea that shipped
// takes another ending than the step.
func stepName(v *page.View, s measure.Step) string {
	if s == measure.StepUntold {
		return v.T("Still to be told")
	}
	names := strings.Split(v.T("Heard, Answered, Taken up, Decided, Shipped, Told, Shared, Found again"), ", ")
	steps := []measure.Step{measure.StepHeard, measure.StepAnswered, measure.StepTaken, measure.StepDecided, measure.StepShipped, measure.StepTold, measure.StepShared}
	if n := slices.Index(steps, s); n >= 0 {
		return names[n]
	}
	return names[len(names)-1]
}

// stepMeans says what a step counts.
func stepMeans(v *page.View, s measure.Step) string {
	switch s {
	case measure.StepHeard:
		return v.T("mentions and letters, copies left out")
	case measure.StepAnswered:
		return v.T("conversations, by their first answer")
	case measure.StepTaken:
		return v.T("voices put behind an idea, and ideas that people proposed")
	case measure.StepDecided:
		return v.T("decisions, each with its reason")
	case measure.StepShipped:
		return v.T("ideas that are there now")
	case measure.StepTold:
		return v.T("people who were told what became of it, by a mail that has left or by hand")
	case measure.StepUntold:
		return v.T("their mail has not left, or nobody has told them by hand yet")
	case measure.StepShared:
		return v.T("share links that somebody opened")
	}
	return v.T("buyers whom somebody brought")
}

// backOf reads which thirteen weeks the address asks for.
func backOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("back")
	if text == "" {
		return 0, nil
	}
	back, err := strconv.Atoi(text)
	if err != nil {
		return 0, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return back, nil
}

// loopURL is an address under the board, of its thirteen weeks.
func loopURL(back int, path string, query ...string) string {
	if back > 0 {
		query = append(query, "back="+strconv.Itoa(back))
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return "/desk/loop" + path
}

// stepURL opens a number to what is behind it; week 0 is all of them.
func stepURL(back int, s measure.Step, week int) string {
	if week > 0 {
		return loopURL(back, "/"+string(s), "week="+strconv.Itoa(week))
	}
	return loopURL(back, "/"+string(s))
}

// until writes the last day of thirteen weeks.
func until(v *page.View, to time.Time) string { return v.Date(to.Add(-noon)) }

// whoName names who speaks of us.
func whoName(v *page.View, w measure.Who) string {
	switch w {
	case measure.Customer:
		return v.T("Customers who bought")
	case measure.Maker:
		return v.T("Makers: credited with a release")
	case measure.Staff:
		return v.T("People who work here")
	}
	return v.T("Others: nothing is known of them")
}

// tall is the height of a week's bar of 30.
func tall(n int64, of []int64) int64 {
	most := int64(1)
	for _, m := range of {
		most = max(most, m)
	}
	if n == 0 {
		return 1
	}
	return max(2, n*30/most)
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

// weekOf is the day a week of the board begins.
func (o overview) weekOf(week int) string {
	return isoDay(o.From.AddDate(0, 0, 7*week))
}

// isoDay writes a day so that days stand in a column.
func isoDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// thousandth writes a share for a drawing of 1000.
func thousandth(p float64) string { return strconv.FormatFloat(1000*p, 'f', 1, 64) }

// interval writes an interval of shares.
func interval(v *page.View, s measure.Share) string {
	return v.T("{low} to {high}\u00a0%", "low", strconv.FormatFloat(100*s.Low, 'f', 0, 64), "high", strconv.FormatFloat(100*s.High, 'f', 0, 64))
}

// again gives how many purchases were not the first of their buyer.
func (o overview) again() int64 { return o.Purchases - o.Firsts }

// part is a share of a whole.
func part(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// monthLayout is how months are written, so that they stand in a column.
const monthLayout = "2006-01"

// monthName writes a numbered month.
func monthName(n int64) string { return measure.Month(n).Format(monthLayout) }

// cohortURL opens the number of those who first bought in a month to those of
// them who bought in another.
func cohortURL(first, month int64) string {
	return "/desk/loop/cohort?first=" + monthName(first) + "&month=" + monthName(month)
}

// whyURL opens a number of first purchases to the buyers, all for "".
func (o overview) whyURL(sure string) string {
	query := url.Values{"since": {o.From.Format(monthLayout)}}
	if o.Back > 0 {
		query.Set("until", o.To.Add(-noon).Format(monthLayout))
	}
	if sure != "" {
		query.Set("sure", sure)
	}
	return "/desk/why?" + query.Encode()
}

// kept writes how many of a cohort bought again so many months after: a share,
// or the number where the cohort is small.
func kept(v *page.View, c measure.Cohort, after int) string {
	if c.Buyers >= measure.Fewest {
		return percent(v, part(c.Back[after], c.Buyers))
	}
	return v.Number(c.Back[after])
}

// longest is the most months that a cohort is followed for.
func (o overview) longest() (n int) {
	for _, c := range o.Cohorts {
		n = max(n, len(c.Back))
	}
	return n
}

// shade sorts shares into five tints.
func shade(p float64) string {
	switch {
	case p >= .5:
		return "s4"
	case p >= .25:
		return "s3"
	case p >= .1:
		return "s2"
	case p > 0:
		return "s1"
	}
	return "s0"
}

// clip shortens words to so many characters.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// noon keeps a day of UTC the same day in most zones.
const noon = 12 * time.Hour

// sinceMonth is the first day of the first month that purchases are counted in.
func (o overview) sinceMonth(v *page.View) string {
	return v.Date(time.Date(o.From.Year(), o.From.Month(), 1, 12, 0, 0, 0, time.UTC))
}

// apart gives the languages in which words set us apart.
func (o overview) apart() (some []measure.Gap) {
	for _, g := range o.gaps {
		if len(g.OurTerms)+len(g.TheirTerms) > 0 {
			some = append(some, g)
		}
	}
	return some
}

// alike names the languages in which none does.
func (o overview) alike(v *page.View) string {
	var names []string
	for _, g := range o.gaps {
		if len(g.OurTerms)+len(g.TheirTerms) == 0 {
			names = append(names, v.Language(g.Language))
		}
	}
	return v.List(names)
}
