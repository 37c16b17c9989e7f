package trends

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/relay"
	"tribune/web/desk"
	"tribune/web/page"
)

// webhookForm is where alerts are to be sent, as typed.
type webhookForm struct {
	name, url, query   string
	spikes, needs      bool
	reach, from, until string
	zone               string
	queries            []page.Option
	wrong              page.Wrong
}

// webhooks is that part of the page of alerts.
type webhooks struct {
	may  bool
	list []relay.Relay
	sent []relay.Try
	form webhookForm
}

// sentShown is how many of the newest requests a page shows.
const sentShown = 20

// webhookShown is an address as its page shows it.
type webhookShown struct {
	relay.Relay
	about  string // the standing query
	secret string // made just now, shown once
	sent   []relay.Try
	form   webhookForm
}

// typed reads the form, and gives what is wished.
func typed(r *http.Request) (f webhookForm, w relay.Wish, err error) {
	form := r.PostForm
	f = webhookForm{name: form.Get("name"), url: form.Get("url"), query: form.Get("query"), spikes: form.Get("spikes") == "1", needs: form.Get("needs") == "1",
		reach: form.Get("reach"), from: form.Get("from"), until: form.Get("until"), zone: strings.TrimSpace(form.Get("zone"))}
	w = relay.Wish{Name: f.name, URL: f.url, Query: count(f.query), Spikes: f.spikes, Needs: f.needs, Reach: count(f.reach),
		Quiet: alert.Hours{From: minutes(f.from), Until: minutes(f.until), Zone: f.zone}}
	if (f.from == "") != (f.until == "") {
		err = fault.New(fault.Invalid, "Say from when to when it is to be quiet, or leave both empty.").On("quiet")
	}
	return f, w, err
}

// formOf fills the form with what is wished.
func formOf(w relay.Wish) webhookForm {
	f := webhookForm{name: w.Name, url: w.URL, query: strconv.FormatInt(w.Query, 10), spikes: w.Spikes, needs: w.Needs, zone: w.Quiet.Zone}
	if w.Reach > 0 {
		f.reach = strconv.FormatInt(w.Reach, 10)
	}
	if w.Quiet.From != w.Quiet.Until {
		f.from, f.until = clock(w.Quiet.From), clock(w.Quiet.Until)
	}
	return f
}

// complete adds what can be chosen.
func (f *webhookForm) complete(v *page.View, queries []listen.Query) {
	f.queries = []page.Option{{Value: "0", Name: v.T("any, and all that is heard")}}
	for _, q := range queries {
		f.queries = append(f.queries, page.Option{Value: strconv.FormatInt(q.ID, 10), Name: q.Name})
	}
	if !slices.ContainsFunc(f.queries, func(o page.Option) bool { return o.Value == f.query }) && f.query != "" {
		f.queries = append(f.queries, page.Option{Value: f.query, Name: v.T("one that was removed")})
	}
	if f.zone == "" {
		f.zone = v.Site.Zone
	}
}

// webhooks reads that part of the page of alerts.
func (x *trends) webhooks(ctx context.Context, v *page.View, queries []listen.Query, f webhookForm) (w webhooks, err error) {
	if w.may = know.May(v.Actor, know.Tune, know.Subject{}); !w.may {
		return w, nil
	}
	if w.list, err = x.Relays.List(ctx, v.Actor); err != nil {
		return w, err
	}
	w.sent, err = x.Relays.Tries(ctx, v.Actor, 0, 0, sentShown)
	f.complete(v, queries)
	w.form = f
	return w, err
}

func (x *trends) addWebhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f, wish, err := typed(r)
	var made relay.Relay
	var secret string
	if err == nil {
		made, secret, err = x.Relays.Add(r.Context(), v.Actor, wish)
	}
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showChosen(w, r, v, f, nil)
	}
	return x.showSecret(w, r, v, made, secret)
}

func (x *trends) webhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		return x.showWebhook(w, r, v, webhookShown{Relay: o, form: formOf(o.Wish)})
	})
}

// showSecret shows a secret that was made just now, this once.
func (x *trends) showSecret(w http.ResponseWriter, r *http.Request, v *page.View, o relay.Relay, secret string) error {
	w.Header().Set("Cache-Control", "no-store")
	return x.showWebhook(w, r, v, webhookShown{Relay: o, secret: secret, form: formOf(o.Wish)})
}

func (x *trends) showWebhook(w http.ResponseWriter, r *http.Request, v *page.View, o webhookShown) error {
	v.Title, v.Section = o.Name, "radar"
	queries, err := x.Radar.Queries(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if o.sent, err = x.Relays.Tries(r.Context(), v.Actor, o.ID, 0, sentShown); err != nil {
		return err
	}
	o.form.complete(v, queries)
	for _, q := range queries {
		if q.ID == o.Query {
			o.about = q.Name
		}
	}
	return x.ShowDesk(w, r, v, webhookPage(v, o))
}

func (x *trends) changeWebhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		f, wish, err := typed(r)
		if err == nil {
			err = x.Relays.Change(r.Context(), v.Actor, o.ID, wish)
		}
		if err != nil {
			if err := v.Wrong(err, &f.wrong); err != nil {
				return err
			}
			return x.showWebhook(w, r, v, webhookShown{Relay: o, form: f})
		}
		page.Flash(w, r, "saved")
		return page.Back(w, r, webhookURL(o.ID))
	})
}

// testWebhook sends a trial now. What was answered stands on the page.
func (x *trends) testWebhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		err := x.Relays.Test(r.Context(), v.Actor, o.ID)
		if _, ok := errors.AsType[*fault.Error](err); err != nil && !ok {
			return err
		}
		if err == nil {
			page.Flash(w, r, "sent")
		}
		return page.Back(w, r, webhookURL(o.ID))
	})
}

func (x *trends) pauseWebhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		do := x.Relays.Pause
		if r.PostForm.Get("paused") == "0" {
			do = x.Relays.Resume
		}
		if err := do(r.Context(), v.Actor, o.ID); err != nil {
			return err
		}
		return page.Back(w, r, webhookURL(o.ID))
	})
}

func (x *trends) newSecret(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		secret, err := x.Relays.NewSecret(r.Context(), v.Actor, o.ID)
		if err != nil {
			return err
		}
		if o, err = x.Relays.Relay(r.Context(), v.Actor, o.ID); err != nil {
			return err
		}
		return x.showSecret(w, r, v, o, secret)
	})
}

func (x *trends) removeWebhook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onWebhook(w, r, v, func(o relay.Relay) error {
		if err := x.Relays.Remove(r.Context(), v.Actor, o.ID); err != nil {
			return err
		}
		page.Flash(w, r, "removed")
		return page.Back(w, r, "/desk/radar/alerts")
	})
}

// onWebhook reads a form, if there is one, and the address that it is about.
func (x *trends) onWebhook(w http.ResponseWriter, r *http.Request, v *page.View, do func(o relay.Relay) error) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if err := page.Form(w, r); err != nil {
			return err
		}
	}
	o, err := x.Relays.Relay(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return do(o)
}

func webhookURL(id int64) string { return desk.Link("/desk/radar/webhooks/%d", id) }

// goes says what an address is sent.
func (o webhookShown) goes(v *page.View) string { return goes(v, o.Wish, o.about) }

func goes(v *page.View, w relay.Wish, about string) string {
	var all []string
	if w.Spikes {
		all = append(all, v.T("spikes"))
	}
	if w.Needs {
		all = append(all, v.T("unmet needs"))
	}
	if w.Reach > 0 {
		all = append(all, v.T("mentions that reach {n}", "n", v.Number(w.Reach)))
	}
	if about != "" {
		return fmt.Sprintf("%s · %s", v.List(all), about)
	}
	return v.List(all)
}

// alertOf names what an alert told, and gives where it stands.
func alertOf(v *page.View, t relay.Try) (name, address string) {
	switch t.Kind {
	case "spike":
		return v.T("a spike"), desk.Link("/desk/radar/spikes/%d", t.Subject)
	case "need":
		return v.T("an unmet need"), desk.Link("/desk/radar/rising/%d", t.Subject)
	case "reach":
		return v.T("a mention that reaches many"), desk.Link("/desk/mentions/%d", t.Subject)
	}
	return v.T("a test"), ""
}
