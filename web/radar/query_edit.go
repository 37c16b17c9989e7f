package radar

import (
	"net/http"
	"slices"
	"strconv"

	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/listen"
	"tribune/listen/volume"
	"tribune/web/desk"
	"tribune/web/page"
)

// sparkDays is how far back the little charts of queries look.
const sparkDays = 30

// standing is a standing query in the list.
type standing struct {
	listen.Query
	days []day
}

func (x *radar) queries(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	v.Title, v.Section = v.T("Standing queries"), "radar"
	all, err := x.Radar.Queries(ctx, v.Actor)
	if err != nil {
		return err
	}
	list := make([]standing, len(all))
	for i, q := range all {
		d, err := x.spark(r, v, q.ID)
		if err != nil {
			return err
		}
		list[i] = standing{q, d}
	}
	return x.ShowDesk(w, r, v, queriesPage(v, list))
}

func (x *radar) spark(r *http.Request, v *page.View, id int64) ([]day, error) {
	today := x.Now().In(v.Zone())
	points, err := x.Counts.Over(r.Context(), v.Actor, volume.Filter{Query: id, Since: calendar.After(today, 1-sparkDays), Until: calendar.After(today, 1), Zone: v.Zone()}, volume.Day)
	out := make([]day, len(points))
	for i, p := range points {
		out[i] = day{p.At, p.N}
	}
	return out, err
}

// queryForm is a standing query being written.
type queryForm struct {
	id      int64 // 0: a new one
	typed   listen.NewQuery
	sources []listen.Source
	wrong   page.Wrong
	trial   *listen.Trial
	warned  []*fault.Error // of what is saved
	parsed  *query.Query   // what is tried
	days    []day
	count   int64
	// progress is how much of what was heard before was looked through, in
	// hundredths.
	progress int64
}

func (x *radar) newQuery(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showQuery(w, r, v, queryForm{typed: listen.NewQuery{Text: r.URL.Query().Get("text"), Purpose: listen.Us}})
}

func (x *radar) query(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	q, err := x.Radar.Query(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return x.showQuery(w, r, v, queryForm{id: id, typed: listen.NewQuery{Name: q.Name, Text: q.Text, Purpose: q.Purpose, Sources: q.Sources}})
}

func (x *radar) showQuery(w http.ResponseWriter, r *http.Request, v *page.View, f queryForm) (err error) {
	v.Title, v.Section = v.T("A standing query"), "radar"
	if f.sources, err = x.Radar.Sources(r.Context(), v.Actor); err != nil {
		return err
	}
	if f.id != 0 {
		q, err := x.Radar.Query(r.Context(), v.Actor, f.id)
		if err != nil {
			return err
		}
		f.count = q.Mentions
		if parsed, err := x.Radar.Parse(r.Context(), v.Actor, q.Text); err == nil && f.trial == nil {
			f.warned = parsed.Warnings()
		}
		if deaf := q.Deafness(); deaf != nil {
			f.warned = append(f.warned, deaf)
		}
		if f.progress, err = x.Radar.Progress(r.Context(), v.Actor, q); err != nil {
			return err
		}
		if f.days, err = x.spark(r, v, f.id); err != nil {
			return err
		}
	}
	return x.ShowDesk(w, r, v, queryPage(v, f))
}

func (x *radar) addQuery(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.saveQuery(w, r, v, 0)
}

func (x *radar) changeQuery(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.saveQuery(w, r, v, id)
}

// saveQuery tries a query or keeps it: the button tells which.
func (x *radar) saveQuery(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	ctx, a := r.Context(), v.Actor
	f := queryForm{id: id, typed: listen.NewQuery{Name: r.PostForm.Get("name"), Text: r.PostForm.Get("text"), Purpose: listen.Purpose(r.PostForm.Get("purpose"))}}
	for _, s := range r.PostForm["source"] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			f.typed.Sources = append(f.typed.Sources, n)
		}
	}
	var err error
	var found int
	switch {
	case r.PostForm.Get("do") == "try":
		var t listen.Trial
		if t, err = x.Radar.Try(ctx, a, f.typed.Text, f.typed.Sources); err == nil {
			f.trial = &t
			f.parsed, _ = x.Radar.Parse(ctx, a, f.typed.Text) // it was tried, so it can be read
			return x.showQuery(w, r, v, f)
		}
	case id == 0:
		var q listen.Query
		q, found, err = x.Radar.AddQuery(ctx, a, f.typed)
		id = q.ID
	default:
		_, found, err = x.Radar.ChangeQuery(ctx, a, id, f.typed)
	}
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		if f.wrong.Field == "" {
			f.wrong.Field = "text" // what is wrong with a query is wrong with its text
		}
		return x.showQuery(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	parsed, err := x.Radar.Parse(ctx, a, f.typed.Text)
	if err == nil && len(parsed.Warnings()) > 0 { // its page says so
		return page.Back(w, r, desk.Link("/desk/radar/queries/%d", id))
	}
	if q, err := x.Radar.Query(ctx, a, id); err == nil && !q.Filled {
		return page.Back(w, r, desk.Link("/desk/radar/queries/%d", id))
	}
	if found > 0 {
		return page.Back(w, r, streamHref("query", id))
	}
	return page.Back(w, r, "/desk/radar/queries")
}

func (x *radar) removeQuery(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := x.Radar.RemoveQuery(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/desk/radar/queries")
}

func (f queryForm) action() string {
	if f.id == 0 {
		return "/desk/radar/queries/new"
	}
	return desk.Link("/desk/radar/queries/%d", f.id)
}

func (f queryForm) limited(source int64) bool {
	for _, s := range f.typed.Sources {
		if s == source {
			return true
		}
	}
	return false
}

func purposes(v *page.View) []page.Option {
	return []page.Option{
		{Value: string(listen.Us), Name: v.T("about us: to read, and to answer")},
		{Value: string(listen.Rival), Name: v.T("about a rival: to read, not to answer")},
		{Value: string(listen.Topic), Name: v.T("about a topic: what people talk about")},
	}
}

// most gives the highest count of a day.
func most(days []day) int64 {
	var n int64
	for _, d := range days {
		n = max(n, d.n)
	}
	return n
}

// total gives the count of all days.
func total(days []day) int64 {
	var n int64
	for _, d := range days {
		n += d.n
	}
	return n
}

// bar gives the height of a day's bar, in units of a chart 24 high: nothing is
// a hair, anything is seen.
func bar(n, most int64) int64 {
	if n == 0 {
		return 1
	}
	return max(3, n*24/max(most, 1))
}

// termSays says what one term of a query adds or costs.
func termSays(v *page.View, t listen.TermTrial) string {
	switch {
	case t.Needed:
		return v.T("no query would be left")
	case t.Adds > 0 && t.Costs > 0:
		return v.T("{lost} fewer and {won} others", "lost", v.Number(int64(t.Adds)), "won", v.Number(int64(t.Costs)))
	case t.Adds > 0:
		return v.N("{n} fewer found", "{n} fewer found", int64(t.Adds))
	case t.Costs > 0:
		return v.N("{n} more found", "{n} more found", int64(t.Costs))
	}
	return v.T("nothing would change")
}

// mostOf gives the highest count.
func mostOf(days []int) int64 { return int64(slices.Max(days)) }

// inDays gives how many a trial finds in its days.
func inDays(t *listen.Trial) (sum int64) {
	for _, n := range t.Days {
		sum += int64(n)
	}
	return sum
}
