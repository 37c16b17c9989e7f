package settings

import (
	"net/http"
	"slices"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

// The longer sides of pictures as they are kept.
const (
	logoPixels = 256
	facePixels = 512
)

// lookForm is the words and the look as they were typed, and on the first day
// the owner, too.
type lookForm struct {
	brand, purpose, accent string
	language, zone         string
	logo                   string
	name, title, email     string
	photo                  string
	hue, chroma            int // as the preview shows them
	hasEmail               bool
	wrong                  page.Wrong
}

func formOf(s know.Site) lookForm {
	return lookForm{brand: s.Brand, purpose: s.Purpose, accent: hex(s.Hue, s.Chroma), language: s.Language, zone: s.Zone, logo: s.Logo,
		hue: s.Hue, chroma: s.Chroma}
}

// read takes what was typed.
func (f *lookForm) read(r *http.Request) {
	f.brand, f.purpose = r.FormValue("brand"), r.FormValue("purpose")
	if r.Form.Has("accent") {
		f.accent = r.FormValue("accent")
	}
	f.language, f.zone = r.FormValue("language"), strings.TrimSpace(r.FormValue("zone"))
	f.name, f.title, f.email = r.FormValue("name"), r.FormValue("title"), r.FormValue("email")
	// An accent that nobody touched stays exactly what it was: a colour in
	// eight bits is not quite the hue it came from.
	if h, c, ok := accentOf(f.accent); ok && f.accent != hex(f.hue, f.chroma) {
		f.hue, f.chroma = h, c
	}
}

func (f lookForm) apply(s *know.Site) (err error) {
	if _, _, ok := accentOf(f.accent); !ok {
		err = fault.New(fault.Invalid, "This is not a colour. Write it as #1a56b0, or pick one.").On("accent")
	}
	s.Brand, s.Purpose, s.Hue, s.Chroma, s.Language, s.Zone, s.SetUp = f.brand, f.purpose, f.hue, f.chroma, f.language, f.zone, true
	return err
}

// look is the first of the settings; who may not change it is shown what they
// may see.
func (p panel) look(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title = v.T("Settings")
	if may(v, know.Configure) {
		return p.ShowDesk(w, r, v, lookPage(v, formOf(v.Site)))
	}
	if may(v, know.Inspect) {
		return page.Back(w, r, "/desk/settings/audit")
	}
	team, err := p.People.Team(r.Context())
	if err != nil {
		return err
	}
	return p.ShowDesk(w, r, v, closedPage(v, team))
}

func (p panel) setLook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.BigForm(w, r); err != nil {
		return err
	}
	f := formOf(v.Site)
	f.read(r)
	if err := p.saveLook(r, v, f); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		v.Title = v.T("Settings")
		return p.ShowDesk(w, r, v, lookPage(v, f))
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/settings")
}

// saveLook stores the words, the look and the logo.
func (p panel) saveLook(r *http.Request, v *page.View, f lookForm) error {
	logo, kind, unread := p.Picture(r, "logo", logoPixels)
	err := p.People.Change(r.Context(), v.Actor, func(s *know.Site) error {
		// A logo that cannot be read leaves everything as it was, too.
		return fault.All(f.apply(s), s.Check(), unread)
	})
	if err != nil {
		return err
	}
	if len(logo) > 0 || r.FormValue("no-logo") == "1" {
		return p.People.SetLogo(r.Context(), v.Actor, logo, kind)
	}
	return nil
}

// accent shows the page in the colour that is being chosen.
func (p panel) accent(w http.ResponseWriter, r *http.Request, v *page.View) error {
	f := formOf(v.Site)
	f.read(r)
	return p.Fragment(w, r, v, swatch(v, f.hue, f.chroma))
}

func (p panel) welcome(w http.ResponseWriter, r *http.Request, v *page.View) error {
	f, err := p.first(r, v)
	if err != nil {
		return err
	}
	v.Title = v.T("Welcome")
	return p.ShowDesk(w, r, v, welcomePage(v, f))
}

// first gives the form of the first day, filled with what is known.
func (p panel) first(r *http.Request, v *page.View) (lookForm, error) {
	f := formOf(v.Site)
	if !v.Site.SetUp {
		f.brand, f.language = "", v.Lang()
	}
	me, err := p.People.Person(r.Context(), v.Actor.ID)
	if err != nil {
		return f, err
	}
	f.name, f.title, f.photo = me.Name, me.Title, me.Photo
	accounts, err := p.People.AccountsOf(r.Context(), v.Actor.ID)
	for _, a := range accounts {
		f.hasEmail = f.hasEmail || a.Kind == know.Mail
	}
	return f, err
}

func (p panel) begin(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.BigForm(w, r); err != nil {
		return err
	}
	f, err := p.first(r, v)
	if err != nil {
		return err
	}
	f.read(r)
	if err := p.saveFirst(r, v, &f); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		v.Title = v.T("Welcome")
		return p.ShowDesk(w, r, v, welcomePage(v, f))
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk")
}

// saveFirst stores who the owner is and what the site is, all of it or nothing.
// Pictures that can be read are kept at once: a browser does not send a file
// again with what is mended.
func (p panel) saveFirst(r *http.Request, v *page.View, f *lookForm) error {
	ctx := r.Context()
	pictures := fault.All(p.firstPhoto(r, v, f), p.firstLogo(r, v, f))
	me, err := p.People.Person(ctx, v.Actor.ID)
	if err != nil {
		return err
	}
	b := know.Beginning{Profile: know.Profile{Name: f.name, Title: f.title, About: me.About, Country: me.Country, Language: me.ChosenLanguage(),
		VotesShown: me.VotesShown, Languages: me.Languages, ClockShown: me.ClockShown}, Site: func(s *know.Site) error { return fault.All(f.apply(s), s.Check(), pictures) }}
	if !f.hasEmail {
		b.Email = &f.email
	}
	return p.People.SetUp(ctx, v.Actor, b)
}

// firstPhoto keeps the picture of the owner that the first form brings.
func (p panel) firstPhoto(r *http.Request, v *page.View, f *lookForm) error {
	data, kind, err := p.Picture(r, "photo", facePixels)
	if err != nil || len(data) == 0 {
		return err
	}
	if err := p.People.SetPhoto(r.Context(), v.Actor, data, kind); err != nil {
		return err
	}
	me, err := p.People.Person(r.Context(), v.Actor.ID)
	f.photo = me.Photo
	return err
}

// firstLogo keeps the logo that the first form brings.
func (p panel) firstLogo(r *http.Request, v *page.View, f *lookForm) error {
	data, kind, err := p.Picture(r, "logo", logoPixels)
	if err != nil || len(data) == 0 {
		return err
	}
	if err := p.People.SetLogo(r.Context(), v.Actor, data, kind); err != nil {
		return err
	}
	site, err := p.People.Site(r.Context())
	f.logo = site.Logo
	return err
}

func languages(v *page.View) []page.Option {
	return []page.Option{{Value: "en", Name: v.Language("en")}, {Value: "fr", Name: v.Language("fr")}}
}

// zoneOptions are the time zones to choose from, with the one in force; a browser
// adds its own (settings.js), and any other of the tz database is taken, too.
func zoneOptions(now string) []page.Option {
	names := zones()
	if now != "" && !slices.Contains(names, now) {
		names = append(names, now)
	}
	options := make([]page.Option, len(names))
	for i, name := range names {
		options[i] = page.Option{Value: name, Name: strings.ReplaceAll(name, "_", " ")}
	}
	return options
}

func zones() []string {
	return strings.Fields(`Africa/Abidjan Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi Africa/Tunis
		America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Chicago America/Denver America/Halifax America/Lima
		America/Los_Angeles America/Mexico_City America/Montreal America/New_York America/Santiago America/Sao_Paulo America/Toronto
		Asia/Bangkok Asia/Dubai Asia/Hong_Kong Asia/Istanbul Asia/Jakarta Asia/Jerusalem Asia/Karachi Asia/Kolkata Asia/Manila
		Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tokyo Atlantic/Reykjavik Australia/Melbourne Australia/Perth
		Australia/Sydney Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Brussels Europe/Bucharest Europe/Budapest
		Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv Europe/Lisbon Europe/London Europe/Luxembourg
		Europe/Madrid Europe/Oslo Europe/Paris Europe/Prague Europe/Rome Europe/Stockholm Europe/Vienna Europe/Warsaw Europe/Zurich
		Pacific/Auckland Pacific/Honolulu Pacific/Noumea UTC`)
}
