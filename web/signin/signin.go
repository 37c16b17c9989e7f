// Package signin is how somebody comes in without a password: they ask for a
// one-time link, and confirm it with a button. A mail scanner that opens the
// link uses nothing up, because only the button does.
package signin

import (
	"embed"
	"net/http"
	"net/url"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/mail"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// door is the handlers of this folder.
type door struct{ *page.Kit }

// Routes serves sign-in and sign-out.
func Routes(mux *http.ServeMux, k *page.Kit) {
	d := door{k}
	mux.Handle("GET /signin", k.Handle(d.ask))
	mux.Handle("POST /signin", k.Handle(d.start))
	mux.Handle("GET /signin/sent", k.Handle(d.sent))
	mux.Handle("GET /signin/{secret}", k.Handle(d.look))
	mux.Handle("POST /signin/{secret}", k.Handle(d.use))
	mux.Handle("POST /signout", k.Handle(d.out))
}

// askForm is what was typed to ask for a link.
type askForm struct {
	email, next string
	errand      errand
	wrong       page.Wrong
}

func (d door) ask(w http.ResponseWriter, r *http.Request, v *page.View) error {
	next := know.SafeNext(r.URL.Query().Get("next"))
	e, err := d.errandIn(r.Context(), v, next)
	if err != nil {
		return err
	}
	v.Title, v.NoIndex = v.T("Sign in"), true
	switch {
	case v.Actor.ID == 0:
		return d.Show(w, r, v, askPage(v, askForm{next: page.Along(r, next), errand: e}))
	case e.Do != "" && e.Kept == "":
		return d.Show(w, r, v, errandPage(v, e))
	case e.Do != "":
		next = e.Landing()
	}
	return page.Back(w, r, after(v, v.Actor.Role, next))
}

// start sends a link. What it answers is the same for an address that is known
// and one that is not.
func (d door) start(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	form := askForm{email: r.PostForm.Get("email"), next: know.SafeNext(r.PostForm.Get("next"))}
	e, err := d.errandIn(r.Context(), v, form.next)
	if err != nil {
		return err
	}
	form.errand = e
	err = d.Gate.SignInAllowed(gate.From(r.Context()).Address)
	if err == nil {
		err = d.People.StartSignIn(r.Context(), form.email, form.next, v.Lang())
	}
	if err == nil {
		return page.Back(w, r, withNext("/signin/sent", form.next))
	}
	if err := v.Wrong(err, &form.wrong); err != nil {
		return err
	}
	if fault.Is(err, fault.Limited) {
		v.Status = http.StatusTooManyRequests
	}
	v.Title, v.NoIndex = v.T("Sign in"), true
	return d.Show(w, r, v, askPage(v, form))
}

// sent says what becomes of the link: the same for every address.
func (d door) sent(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title, v.NoIndex = v.T("Look in your mail"), true
	stuck, err := d.Events.Stuck(r.Context())
	if err != nil {
		return err
	}
	next := know.SafeNext(r.URL.Query().Get("next"))
	return d.Show(w, r, v, sentPage(v, mail.Set(d.Kit, v.Site), stuck, withNext("/signin", next)))
}

// withNext gives an address of this folder with where to go afterwards.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// secretly keeps a link's address out of caches and out of what other pages
// learn. "no-referrer" would also take the Origin from the form's request,
// and with it the proof that it comes from here.
func secretly(w http.ResponseWriter, v *page.View) {
	w.Header().Set("Referrer-Policy", "strict-origin")
	w.Header().Set("Cache-Control", "no-store")
	v.NoIndex = true
	v.Path = "/signin" // links on the page do not repeat the secret
}

// useForm is a link's confirm page.
type useForm struct {
	secret, name string
	link         know.Link
	by           know.Person // who invited
	errand       errand
	wrong        page.Wrong
}

// newcomer reports whether the link makes a member, who says their name. The
// first owner says it when they set the site up.
func (f useForm) newcomer() bool { return f.link.Person == 0 && !f.link.Founds() }

func (d door) look(w http.ResponseWriter, r *http.Request, v *page.View) error {
	secretly(w, v)
	form := useForm{secret: r.PathValue("secret")}
	return d.confirm(w, r, v, form)
}

func (d door) confirm(w http.ResponseWriter, r *http.Request, v *page.View, form useForm) (err error) {
	if form.link, err = d.People.Look(r.Context(), form.secret); err != nil {
		return d.gone(w, r, v, err)
	}
	if form.link.Purpose == know.Confirmation {
		v.Title = v.T("Is this address yours?")
		return d.Show(w, r, v, addressPage(v, form))
	}
	if form.link.Purpose == know.Invitation && form.link.By != 0 {
		if form.by, err = d.People.Person(r.Context(), form.link.By); err != nil {
			return err
		}
	}
	if form.errand, err = d.errandIn(r.Context(), v, form.link.Next); err != nil {
		return err
	}
	v.Title = v.T("Welcome to {brand}", "brand", v.Site.Brand)
	return d.Show(w, r, v, confirmPage(v, form))
}

// gone answers for a link that was used or has ended, with a way to a new one
// that leads where this one would have.
func (d door) gone(w http.ResponseWriter, r *http.Request, v *page.View, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	next, err2 := d.People.NextOf(r.Context(), r.PathValue("secret"))
	if err2 != nil {
		return err2
	}
	v.Title, v.Status = v.T("This link has ended"), http.StatusGone
	return d.Show(w, r, v, gonePage(v, v.Fault(err), next))
}

func (d door) use(w http.ResponseWriter, r *http.Request, v *page.View) error {
	secretly(w, v)
	if err := page.Form(w, r); err != nil {
		return err
	}
	form := useForm{secret: r.PathValue("secret"), name: r.PostForm.Get("name")}
	if link, err := d.People.Look(r.Context(), form.secret); err == nil && link.Purpose == know.Confirmation {
		next, err := d.People.Confirm(r.Context(), v.Actor, form.secret)
		if err == nil {
			page.Flash(w, r, "saved")
			return page.Back(w, r, next)
		}
		if err := v.Wrong(err, &form.wrong); err != nil {
			return err
		}
		return d.confirm(w, r, v, form)
	}
	session, person, next, err := d.People.Use(r.Context(), form.secret, form.name, r.UserAgent())
	if fault.Is(err, fault.NotFound) {
		return d.gone(w, r, v, err)
	}
	if err != nil {
		if err := v.Wrong(err, &form.wrong); err != nil {
			return err
		}
		return d.confirm(w, r, v, form)
	}
	d.Gate.SignIn(w, session)
	if err := d.Advocacy.Joined(r.Context(), person, page.Code(next)); err != nil {
		d.Log.Error("it was not noted through whose link somebody came", "person", person, "error", err)
	}
	if err := d.People.NoteLanguage(r.Context(), person, v.Lang()); err != nil { // mails come in the language they signed in in
		return err
	}
	return d.welcome(w, r, v, person, page.Without(next))
}

// after gives where to go once signed in: an owner of a fresh site sets it up.
func after(v *page.View, role know.Role, next string) string {
	switch {
	case role == know.Owner && !v.Site.SetUp:
		return "/desk/welcome"
	case next != "":
		return next
	}
	return "/"
}

func (d door) out(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if v.Session != "" {
		if err := d.People.SignOut(r.Context(), v.Session); err != nil {
			return err
		}
	}
	d.Gate.SignOut(w)
	page.Flash(w, r, "signed-out")
	return page.Back(w, r, "/")
}
