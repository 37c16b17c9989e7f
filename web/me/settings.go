package me

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"tribune/advocate"
	"tribune/gate"
	"tribune/know"
	"tribune/web/page"
)

// facePixels is the longer side of a portrait as it is kept.
const facePixels = 512

// whoami is who a person is here, as their settings show it.
type whoami struct {
	person   know.Person
	profile  know.Profile
	typed    bool // the profile is what was typed, and cannot be kept so
	accounts []know.Account
	sessions []know.Session
	tokens   []know.Token
	wants    map[know.MailKind]bool
	credit   advocate.CreditChoice
	email    string // to be added
	token    string // made just now, shown once
	wrong    page.Wrong
}

func (o own) settings(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return o.showSettings(w, r, v, whoami{})
}

// showSettings fills in what the form does not hold.
func (o own) showSettings(w http.ResponseWriter, r *http.Request, v *page.View, me whoami) (err error) {
	ctx := r.Context()
	if me.person, err = o.People.Person(ctx, v.Actor.ID); err != nil {
		return err
	}
	if !me.typed {
		p := me.person
		me.profile = know.Profile{Name: p.Name, Title: p.Title, About: p.About, Country: p.Country, Language: p.ChosenLanguage(), VotesShown: p.VotesShown,
			Languages: p.Languages, ClockShown: p.ClockShown}
	}
	if me.accounts, err = o.People.AccountsOf(ctx, v.Actor.ID); err != nil {
		return err
	}
	if me.sessions, err = o.People.Sessions(ctx, v.Actor, v.Session); err != nil {
		return err
	}
	if me.tokens, err = o.People.Tokens(ctx, v.Actor); err != nil {
		return err
	}
	if me.wants, err = o.People.MailChoices(ctx, v.Actor); err != nil {
		return err
	}
	if me.credit, err = o.Advocacy.Credit(ctx, v.Actor); err != nil {
		return err
	}
	v.Title = v.T("You, here")
	return o.Show(w, r, v, settingsPage(v, me))
}

func (o own) profile(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := r.PostForm
	me := whoami{typed: true, profile: know.Profile{Name: f.Get("name"), Title: f.Get("title"), About: f.Get("about"), Country: f.Get("country"),
		Language: f.Get("language"), VotesShown: f.Get("votes") == "1", Languages: f["languages"], ClockShown: f.Get("clock") == "1"}}
	if err := o.People.SetProfile(r.Context(), v.Actor, me.profile); err != nil {
		if err := v.Wrong(err, &me.wrong); err != nil {
			return err
		}
		return o.showSettings(w, r, v, me)
	}
	// What a cookie says about the language of pages would outweigh the choice.
	gate.Keep(w, r, "lang", "", -time.Second)
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me/settings")
}

func (o own) photo(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.BigForm(w, r); err != nil {
		return err
	}
	data, contentType, err := o.Picture(r, "photo", facePixels)
	if err == nil && (len(data) > 0 || r.FormValue("remove") == "1") {
		err = o.People.SetPhoto(r.Context(), v.Actor, data, contentType)
	}
	if err != nil {
		var me whoami
		if err := v.Wrong(err, &me.wrong); err != nil {
			return err
		}
		return o.showSettings(w, r, v, me)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me/settings")
}

// address adds a mail address, once whoever reads it has confirmed it.
func (o own) address(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	me := whoami{email: r.PostForm.Get("email")}
	var confirmed bool
	err := o.Gate.SignInAllowed(gate.From(r.Context()).Address)
	if err == nil {
		confirmed, err = o.People.AddAddress(r.Context(), v.Actor, me.email)
	}
	if err != nil {
		if err := v.Wrong(err, &me.wrong); err != nil {
			return err
		}
		return o.showSettings(w, r, v, me)
	}
	page.Flash(w, r, "sent")
	if confirmed {
		page.Flash(w, r, "saved")
	}
	return page.Back(w, r, "/me/settings#addresses")
}

// removeAccount takes an address or account off its person.
func (o own) removeAccount(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := o.People.RemoveAccount(r.Context(), v.Actor, id); err != nil {
		var me whoami
		if err := v.Wrong(err, &me.wrong); err != nil {
			return err
		}
		return o.showSettings(w, r, v, me)
	}
	if v.Actor.Account == id { // by which they came in
		o.Gate.SignOut(w)
		page.Flash(w, r, "signed-out")
		return page.Back(w, r, "/signin?next=/me/settings")
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/me/settings#addresses")
}

// accountName is what an account is called: a mail address, or the name that
// stands beside what was said.
func accountName(a know.Account) string {
	if a.Kind == know.Mail {
		return a.Address
	}
	return cmp.Or(a.Name, a.Address)
}

// accountPlace is where an account called by a name speaks: what tells it from
// another of the same name. It is empty if the name already says it, and for a
// bare name, whose address is a number of ours.
func accountPlace(a know.Account) string {
	if a.Kind == know.NameOnly || accountName(a) == a.Address {
		return ""
	}
	return a.Address
}

// needed reports whether an address is the only confirmed one, by which its
// person signs in.
func (me whoami) needed(a know.Account) bool {
	return a.Kind == know.Mail && a.Holder() != 0 && !slices.ContainsFunc(me.accounts, func(b know.Account) bool {
		return b.ID != a.ID && b.Kind == know.Mail && !b.ConfirmedAt.IsZero()
	})
}

func (o own) mails(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	for _, kind := range mailKinds(v) {
		if err := o.People.ChooseMail(r.Context(), v.Actor.ID, kind, r.PostForm.Get(string(kind)) == "1"); err != nil {
			return err
		}
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me/settings#mails")
}

func (o own) endSession(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := o.People.EndSession(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/me/settings#sessions")
}

// newToken makes a token and shows it, this once.
func (o own) newToken(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	name := strings.Join(strings.Fields(r.PostForm.Get("token-name")), " ")
	token, err := o.People.NewToken(r.Context(), v.Actor, name)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return o.showSettings(w, r, v, whoami{token: token})
}

func (o own) endToken(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := o.People.EndToken(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/me/settings#tokens")
}

func languages(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("As my browser says")}, {Value: "en", Name: v.Language("en")}, {Value: "fr", Name: v.Language("fr")}}
}

// spokenChoices lists the languages that somebody may speak with people, those
// chosen first.
func spokenChoices(v *page.View, chosen []string) (all []page.Option) {
	for _, tag := range chosen {
		all = append(all, page.Option{Value: tag, Name: v.Language(tag)})
	}
	for _, o := range v.Languages("") {
		if !slices.Contains(chosen, o.Value) {
			all = append(all, o)
		}
	}
	return all
}

// mailKinds gives those that somebody may get: alerts and digests are for the team.
func mailKinds(v *page.View) []know.MailKind {
	return slices.DeleteFunc(know.MailKinds(), func(k know.MailKind) bool {
		return (k == know.MailAlerts || k == know.MailDigest) && !v.Actor.IsStaff()
	})
}

// mailKind says what a kind of mail brings.
func mailKind(v *page.View, kind know.MailKind) string {
	switch kind {
	case know.MailDecisions:
		return v.T("What became of what I asked for: one mail per decision")
	case know.MailAnswers:
		return v.T("Somebody of the team answered me")
	case know.MailReplies:
		return v.T("Somebody replied to what I publish, or suggests another wording")
	case know.MailThanks:
		return v.T("Somebody thanked me for something I said or did")
	case know.MailBoards:
		return v.T("Boards: I am invited or drawn, the board is asked something, a result is there")
	case know.MailTribes:
		return v.T("A tribe that I am in was renamed")
	case know.MailWhy:
		return v.T("One question, once, about what brought me; and whether it may be said that I brought somebody")
	case know.MailAlerts:
		return v.T("Alerts from the radar, as I chose them there")
	case know.MailDigest:
		return v.T("The digest of what was heard, as I chose it there")
	case know.MailComments:
		return v.T("New comments on ideas I follow")
	}
	return string(kind)
}

// browser names a session's browser in a few words.
func browser(v *page.View, agent string) string {
	system, name := "", ""
	for _, s := range []struct{ sign, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s.sign) {
			system = s.name
			break
		}
	}
	for _, b := range []struct{ sign, name string }{{"Firefox", "Firefox"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}} {
		if strings.Contains(agent, b.sign) {
			name = b.name
			break
		}
	}
	switch {
	case name != "" && system != "":
		return v.T("{browser} on {system}", "browser", name, "system", system)
	case name+system != "":
		return name + system
	case agent != "":
		return agent
	}
	return v.T("A browser")
}
