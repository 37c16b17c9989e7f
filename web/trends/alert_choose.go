package trends

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/web/page"
)

// alertForm is what somebody wants to be told of, as typed.
type alertForm struct {
	rows        []alertRow
	needs       bool
	from, until string
	zone        string
	wrong       page.Wrong
}

// alertRow is one standing query of the form.
type alertRow struct {
	id     int64
	name   string
	spikes bool
	reach  string
}

func (x *trends) alerts(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showChosen(w, r, v, webhookForm{}, nil)
}

// showChosen shows what the reader chose, a webhook as it was typed, and when a
// digest is to come, as typed if own is not nil.
func (x *trends) showChosen(w http.ResponseWriter, r *http.Request, v *page.View, hook webhookForm, own *digestForm) error {
	wishes, err := x.Alerts.Wishes(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	f := alertForm{needs: wishes.Needs, zone: wishes.Zone}
	if wishes.QuietFrom != wishes.QuietUntil {
		f.from, f.until = clock(wishes.QuietFrom), clock(wishes.QuietUntil)
	}
	chosen := map[int64]alert.Choice{}
	for _, c := range wishes.Choices {
		chosen[c.Query] = c
	}
	return x.showAlerts(w, r, v, f, hook, own, func(row *alertRow) {
		c := chosen[row.id]
		row.spikes = c.Spikes
		if c.Reach > 0 {
			row.reach = strconv.FormatInt(c.Reach, 10)
		}
	})
}

// showAlerts shows the form, a row for each standing query, filled by fill.
func (x *trends) showAlerts(w http.ResponseWriter, r *http.Request, v *page.View, f alertForm, hook webhookForm, own *digestForm, fill func(row *alertRow)) error {
	v.Title, v.Section = v.T("Alerts"), "radar"
	queries, err := x.Radar.Queries(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, q := range append([]listen.Query{{Name: v.T("all that is heard")}}, queries...) {
		row := alertRow{id: q.ID, name: q.Name}
		fill(&row)
		f.rows = append(f.rows, row)
	}
	if f.zone == "" {
		f.zone = v.Site.Zone
	}
	hooks, err := x.webhooks(r.Context(), v, queries, hook)
	if err != nil {
		return err
	}
	if own == nil {
		chosen, err := x.digestChosen(r.Context(), v)
		if err != nil {
			return err
		}
		own = &chosen
	}
	return x.ShowDesk(w, r, v, alertsPage(v, f, *own, hooks))
}

func (x *trends) chooseAlerts(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := alertForm{needs: r.PostForm.Get("needs") == "1", from: r.PostForm.Get("from"), until: r.PostForm.Get("until"), zone: strings.TrimSpace(r.PostForm.Get("zone"))}
	wishes := alert.Wishes{Needs: f.needs, Zone: f.zone}
	wishes.QuietFrom, wishes.QuietUntil = minutes(f.from), minutes(f.until)
	queries, err := x.Radar.Queries(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, q := range append([]listen.Query{{}}, queries...) {
		wishes.Choices = append(wishes.Choices, alert.Choice{Query: q.ID, Spikes: r.PostForm.Get(spikesField(q.ID)) == "1", Reach: count(r.PostForm.Get(reachField(q.ID)))})
	}
	if (f.from == "") != (f.until == "") {
		err = fault.New(fault.Invalid, "Say from when to when it is to be quiet, or leave both empty.").On("quiet")
	} else {
		err = x.Alerts.Wish(r.Context(), v.Actor, wishes)
	}
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showAlerts(w, r, v, f, webhookForm{}, nil, func(row *alertRow) {
			row.spikes, row.reach = r.PostForm.Get(spikesField(row.id)) == "1", r.PostForm.Get(reachField(row.id))
		})
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/radar/alerts")
}

func spikesField(id int64) string { return fmt.Sprintf("spikes-%d", id) }
func reachField(id int64) string  { return fmt.Sprintf("reach-%d", id) }

// clock writes minutes after midnight as a time.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutes reads a time; −1 is none that can be read.
func minutes(text string) int {
	if text == "" {
		return 0
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// count reads a number, 0 if there is none; −1 is none that can be read.
func count(text string) int64 {
	if text = strings.TrimSpace(text); text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
