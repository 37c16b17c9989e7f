package radar

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tribune/listen"
	"tribune/web/desk"
	"tribune/web/page"
)

// sourceForm is a source being added or changed.
type sourceForm struct {
	url, kind, name, shown, every string // every in minutes
	keeps                         string // keepsFound, keepsAll, keepsForGood; "": nobody chose
	changing, open                bool   // open: anybody can read it
	public                        bool   // something of it can be public
	blank                         bool   // nothing of it was typed: it says what is
	wrong                         page.Wrong

	hook    hookForm
	mailbox mailboxForm
	secret  string // of a webhook, made just now
}

// What is kept of what a source delivers, as its form asks.
const (
	keepsFound   = "found"    // what a standing query looks for, for a time
	keepsAll     = "all"      // it speaks to us; what strangers said in public there, for a time
	keepsForGood = "for-good" // it speaks to us, on purpose
)

// keepsOf says what is kept of a source.
func keepsOf(s listen.Source) string {
	switch {
	case !s.Addressed:
		return keepsFound
	case s.Forgets || !speaksInPublic(s.Kind):
		return keepsAll
	}
	return keepsForGood
}

// meant gives what a choice means for a source; nil leaves what there is.
func meant(keeps string) (addressed, forgets *bool) {
	switch keeps {
	case keepsFound:
		return new(false), nil
	case keepsAll:
		return new(true), new(true)
	case keepsForGood:
		return new(true), new(false)
	}
	return nil, nil
}

// opened reports whether something was chosen beside the address.
func (f sourceForm) opened() bool {
	return f.kind+f.name+f.every != "" || f.keeps != keepsFound || f.wrong.On("name")+f.wrong.On("every_minutes")+f.wrong.On("kind")+f.wrong.On("token") != ""
}

func (x *radar) sources(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showSources(w, r, v, sourceForm{keeps: keepsFound, hook: hookForm{keeps: keepsAll}})
}

func (x *radar) showSources(w http.ResponseWriter, r *http.Request, v *page.View, f sourceForm) error {
	v.Title, v.Section = v.T("Sources"), "radar"
	list, err := x.Radar.Sources(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	told, err := x.Linkbacks.Recent(r.Context(), v.Actor, toldShown)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, sourcesPage(v, list, told, f))
}

// typedSource reads the form of a source.
func typedSource(r *http.Request) sourceForm {
	return sourceForm{url: strings.TrimSpace(r.PostForm.Get("url")), kind: r.PostForm.Get("kind"), name: r.PostForm.Get("name"), shown: r.PostForm.Get("shown"), every: r.PostForm.Get("every_minutes"), keeps: r.PostForm.Get("keeps")}
}

// inMinutes has what the capability says of its seconds stand beside the form's
// minutes.
func inMinutes(w page.Wrong) page.Wrong {
	if w.Field == "every_seconds" {
		w.Field = "every_minutes"
	}
	for i, more := range w.More {
		w.More[i] = inMinutes(more)
	}
	return w
}

// interval gives the chosen interval, 0 if none was chosen; a number that is
// none is far too short, so that the capability says what is wrong.
func (f sourceForm) interval() time.Duration {
	if f.every == "" {
		return 0
	}
	minutes, err := strconv.Atoi(f.every)
	if err != nil || minutes < 1 || minutes > 1e6 {
		return time.Second
	}
	return time.Duration(minutes) * time.Minute
}

func (x *radar) addSource(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := typedSource(r)
	_, address := listen.Recognise(f.url)
	addressed, forgets := meant(f.keeps)
	s, err := x.Radar.AddSource(r.Context(), v.Actor, listen.NewSource{Name: f.name, Kind: listen.SourceKind(f.kind), URL: address, Every: f.interval(),
		Addressed: addressed != nil && *addressed, Forgets: forgets, Token: r.PostForm.Get("token")})
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		if f.wrong = inMinutes(f.wrong); f.wrong.Field == "" {
			f.wrong.Field = "url" // what cannot be read
		}
		f.keeps, f.hook.keeps = cmp.Or(f.keeps, keepsFound), keepsAll
		return x.showSources(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/radar/sources/%d", s.ID))
}

func (x *radar) source(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.showSource(w, r, v, id, nil)
}

func (x *radar) showSource(w http.ResponseWriter, r *http.Request, v *page.View, id int64, f *sourceForm) error {
	s, err := x.Radar.Source(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	if f == nil {
		f = &sourceForm{blank: true}
	}
	if f.blank {
		*f = sourceForm{wrong: f.wrong, name: s.Name, shown: s.Shown, changing: true, every: strconv.Itoa(int(s.Every / time.Minute)), secret: f.secret}
	}
	f.keeps = cmp.Or(f.keeps, keepsOf(s))
	f.open, f.public = s.Kind.IsOpen(), speaksInPublic(s.Kind)
	queries, err := x.Radar.Queries(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	var h hookShown
	if s.Kind == listen.WebhookSource {
		if h, err = x.shownHook(r.Context(), v, s, f.secret); err != nil {
			return err
		}
	}
	v.Title, v.Section = s.Name, "radar"
	return x.ShowDesk(w, r, v, sourcePage(v, s, h, *f, len(queries) == 0))
}

// speaksInPublic reports whether what comes from a kind can be public: of the
// others nothing is forgotten, and nobody is asked.
func speaksInPublic(k listen.SourceKind) bool {
	return k != listen.FormSource && k != listen.MailSource && k != listen.MailboxSource
}

func (x *radar) changeSource(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := typedSource(r)
	c := listen.SourceChange{Name: &f.name, Shown: &f.shown}
	c.Addressed, c.Forgets = meant(f.keeps)
	if f.every != "" {
		every := f.interval()
		c.Every = &every
	}
	if _, err := x.Radar.ChangeSource(r.Context(), v.Actor, id, c); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		f.wrong, f.changing = inMinutes(f.wrong), true
		return x.showSource(w, r, v, id, &f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/radar/sources/%d", id))
}

// changeToken gives a source another password or access token, once the other
// side took it. What was read stays read.
func (x *radar) changeToken(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	token, f := r.PostForm.Get("token"), sourceForm{blank: true}
	if _, err := x.Radar.ChangeSource(r.Context(), v.Actor, id, listen.SourceChange{Token: &token}); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showSource(w, r, v, id, &f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/radar/sources/%d", id))
}

func (x *radar) pauseSource(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onSource(w, r, func(id int64) (to string, err error) {
		paused := r.PostForm.Get("paused") == "1"
		_, err = x.Radar.ChangeSource(r.Context(), v.Actor, id, listen.SourceChange{Paused: &paused})
		return desk.Link("/desk/radar/sources/%d", id), err
	})
}

func (x *radar) pollSource(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onSource(w, r, func(id int64) (to string, err error) {
		_, err = x.Radar.PollNow(r.Context(), v.Actor, id)
		return desk.Link("/desk/radar/sources/%d", id), err
	})
}

func (x *radar) removeSource(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onSource(w, r, func(id int64) (to string, err error) {
		if err := x.Radar.RemoveSource(r.Context(), v.Actor, id); err != nil {
			return "", err
		}
		page.Flash(w, r, "removed")
		return "/desk/radar/sources", nil
	})
}

// onSource runs what a button asks of a source, and goes where do says.
func (x *radar) onSource(w http.ResponseWriter, r *http.Request, do func(id int64) (to string, err error)) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	to, err := do(id)
	if err != nil {
		return err
	}
	return page.Back(w, r, to)
}

// kindOptions are the kinds that can be added by an address.
func kindOptions(v *page.View) []page.Option {
	all := []page.Option{{Value: "", Name: v.T("whatever the address says")}}
	for _, k := range []listen.SourceKind{listen.FeedSource, listen.SitemapSource, listen.MastodonSource, listen.BlueskySource, listen.HackerNewsSource} {
		all = append(all, page.Option{Value: string(k), Name: kindName(v, k)})
	}
	return append(all, page.Option{Value: string(listen.WebmentionSource), Name: kindName(v, listen.WebmentionSource)})
}

// kindName names by what road a source delivers.
// keptOf says how much of what a source delivered became mentions.
func keptOf(v *page.View, s listen.Source) string {
	if s.Mentions > 0 && s.Mentions == s.Items {
		return v.T("all of the {n}", "n", v.Number(s.Items))
	}
	return v.T("{mentions} of {items}", "mentions", v.Number(s.Mentions), "items", v.Number(s.Items))
}

func kindName(v *page.View, k listen.SourceKind) string {
	switch k {
	case listen.FeedSource:
		return v.T("feed")
	case listen.SitemapSource:
		return v.T("sitemap")
	case listen.MastodonSource:
		return v.T("fediverse")
	case listen.BlueskySource:
		return "Bluesky"
	case listen.HackerNewsSource:
		return "Hacker News"
	case listen.ImportSource:
		return v.T("import")
	case listen.FormSource:
		return v.T("form")
	case listen.MailSource:
		return v.T("mail")
	case listen.MailboxSource:
		return v.T("mailbox")
	case listen.WebhookSource:
		return v.T("webhook")
	case listen.WebmentionSource:
		return "Webmention"
	}
	return v.T("program")
}

// said gives a kept sentence in the reader's language.
func said(v *page.View, s listen.Said) string { return s.In(v.T) }
