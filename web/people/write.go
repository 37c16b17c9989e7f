package people

import (
	"net/http"
	"net/url"
	"strings"

	"tribune/converse"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/mail"
	"tribune/web/page"
)

// letterForm is a letter as it was typed.
type letterForm struct {
	to      know.Person
	private bool // "" of neither is public: that is what the form begins with
	chosen  bool
	subject string
	body    string
	name    string
	email   string
	kept    string // ticket of these words, if they were kept over a sign-in
	wrong   page.Wrong
}

// typed reads a letter as its form sends it.
func typed(to know.Person, q url.Values) letterForm {
	return letterForm{to: to, chosen: q.Get("who") != "", private: q.Get("who") != "public", subject: q.Get("subject"), body: q.Get("body"),
		name: q.Get("name"), email: q.Get("email"), kept: q.Get("kept")}
}

// addressee gives the person in the path, who has to be of the team and here.
func (f faces) addressee(r *http.Request) (know.Person, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return know.Person{}, err
	}
	p, err := f.People.Person(r.Context(), id)
	if err == nil && (p.Left() || p.Name == "" || !p.Role.AtLeast(know.Staff)) {
		err = fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	return p, err
}

// writing shows the form of a letter to one of us.
func (f faces) writing(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	var form letterForm
	ticket, words, err := f.KeptWords(r)
	if err != nil {
		return err
	}
	if form.to, err = f.addressee(r); err != nil {
		return err
	}
	if ticket != "" {
		form = typed(form.to, words)
		form.kept = ticket
	}
	if v.Actor.ID == form.to.ID { // nobody writes to themselves
		return page.Back(w, r, string(page.PersonURL(form.to.ID)))
	}
	if err := know.Require(v.Actor, know.Write, know.Subject{}); err != nil {
		return err
	}
	return f.showWriting(w, r, v, form)
}

func (f faces) showWriting(w http.ResponseWriter, r *http.Request, v *page.View, form letterForm) error {
	v.Title, v.Section, v.NoIndex = v.T("Write to {name}", "name", form.to.Name), "people", true
	return f.Show(w, r, v, writePage(v, form))
}

// write sends a letter. Of somebody who is not signed in it is kept until they
// have confirmed their address; what that answers is the same whoever has it.
func (f faces) write(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	to, err := f.addressee(r)
	if err != nil {
		return err
	}
	q := r.PostForm
	form := typed(to, q)
	if v.Actor.ID == 0 && q.Get("signin") != "" {
		if strings.TrimSpace(form.body) == "" { // nothing to keep yet
			return page.ToSignIn(w, r, writeURL(to.ID))
		}
		fields := url.Values{"who": {q.Get("who")}, "subject": {form.subject}, "body": {form.body}, "language": {v.Lang()}}
		if done, err := f.KeepOver(w, r, page.Errand{Do: page.ToWrite, ID: to.ID}, fields); done || err != nil {
			return err
		}
		page.SignInFirst(v, fault.New(fault.Unauthorised, "Sign in first, so that we can answer you. What you typed is kept."), &form.wrong)
		return f.showWriting(w, r, v, form)
	}
	letter := converse.NewLetter{To: to.ID, Public: !form.private, Subject: form.subject, Body: form.body, Language: v.Lang()}
	if q.Get("who") == "" {
		err = fault.New(fault.Invalid, "Choose who may read your letter.").On("who")
	} else if v.Actor.ID != 0 {
		var t converse.Thread
		if t, err = f.Inbox.WriteTo(r.Context(), v.Actor, letter); err == nil {
			if err := f.People.DropWords(r.Context(), form.kept); err != nil {
				return err
			}
			page.Flash(w, r, "sent")
			return page.Back(w, r, page.LetterURL(t))
		}
	} else {
		err = f.Gate.SignInAllowed(gate.From(r.Context()).Address)
		if err == nil {
			err = f.Inbox.Deposit(r.Context(), v.Actor, converse.Unsigned{NewLetter: letter, Name: form.name, Email: form.email})
		}
		if err == nil {
			return page.Back(w, r, "/letter/sent")
		}
	}
	if err := v.Wrong(err, &form.wrong); err != nil {
		return err
	}
	return f.showWriting(w, r, v, form)
}

func (f faces) sent(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title, v.NoIndex = v.T("Look in your mail"), true
	return f.Show(w, r, v, sentPage(v, mail.Set(f.Kit, v.Site)))
}

// secretly keeps a link's address out of caches and out of what other pages
// learn; the form on it still proves that it comes from here.
func secretly(w http.ResponseWriter, v *page.View, path string) {
	w.Header().Set("Referrer-Policy", "strict-origin")
	w.Header().Set("Cache-Control", "no-store")
	v.NoIndex, v.Path = true, path // links on the page do not repeat the secret
}

// look shows a letter to whoever has the link to confirm it. Nothing is sent
// before they press the button: programs open links, too.
func (f faces) look(w http.ResponseWriter, r *http.Request, v *page.View) error {
	secretly(w, v, "/people")
	l, err := f.Inbox.LetterBy(r.Context(), r.PathValue("secret"))
	if err != nil {
		return f.gone(w, r, v, err)
	}
	if l.Thread != 0 {
		return f.toLetter(w, r, l.Thread)
	}
	var to know.Person
	if l.To != 0 {
		if to, err = f.People.Person(r.Context(), l.To); err != nil {
			return err
		}
	}
	v.Title = v.T("Send this letter?")
	return f.Show(w, r, v, confirmPage(v, l, to, r.PathValue("secret")))
}

// gone answers for a link that has ended.
func (f faces) gone(w http.ResponseWriter, r *http.Request, v *page.View, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	v.Title, v.Status = v.T("This link has ended"), http.StatusGone
	return f.Show(w, r, v, gonePage(v, v.Fault(err)))
}

func (f faces) confirm(w http.ResponseWriter, r *http.Request, v *page.View) error {
	secretly(w, v, "/people")
	l, err := f.Inbox.Confirm(r.Context(), r.PathValue("secret"))
	if err != nil {
		return f.gone(w, r, v, err)
	}
	page.Flash(w, r, "sent")
	return f.toLetter(w, r, l.Thread)
}

// toLetter leads the writer of a letter to it: by its key, as long as they have
// no account.
func (f faces) toLetter(w http.ResponseWriter, r *http.Request, thread int64) error {
	key, err := f.Inbox.LetterKey(r.Context(), thread)
	if err != nil {
		return err
	}
	if key == "" {
		return page.Back(w, r, letterURL(thread))
	}
	return page.Back(w, r, letterURL(thread)+"/key/"+key)
}
