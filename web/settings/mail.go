package settings

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/mail"
	"tribune/web/page"
)

// mailView is the mail server as it was typed, and how a test went.
type mailView struct {
	server, from string
	fixed        bool   // the environment says the server
	fixedFrom    bool   // and the sender
	standard     string // the sender if nobody says one
	set          bool
	waiting      int64
	tested       bool
	okServer     string // the test was accepted: by which server, for which address
	okAddress    string
	failed       string // or the exact words of what failed
	wrong        page.Wrong
}

// hiddenPassword stands in place of a password that is kept.
const hiddenPassword = ":•••@"

// masked gives a mail server's address without its password.
func masked(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.User == nil {
		return server
	}
	return strings.Replace(server, passwordOf(u), hiddenPassword, 1)
}

// unmasked puts a password back that was not typed anew.
func unmasked(typed, kept string) string {
	u, err := url.Parse(kept)
	if err != nil || u.User == nil {
		return typed
	}
	return strings.Replace(typed, hiddenPassword, passwordOf(u), 1)
}

// passwordOf gives the password as it stands in an address, with what is
// around it.
func passwordOf(u *url.URL) string {
	_, password, _ := strings.Cut(u.User.String(), ":")
	return ":" + password + "@"
}

func (p panel) mailNow(v *page.View) mailView {
	m := mailView{server: masked(v.Site.MailURL), from: v.Site.MailFrom, standard: mail.DefaultFrom(p.URL), set: mail.Set(p.Kit, v.Site)}
	if p.SMTP != "" {
		m.server, m.fixed = masked(p.SMTP), true
	}
	if p.MailFrom != "" {
		m.from, m.fixedFrom = p.MailFrom, true
	}
	return m
}

func (p panel) mail(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return p.showMail(w, r, v, p.mailNow(v))
}

func (p panel) showMail(w http.ResponseWriter, r *http.Request, v *page.View, m mailView) error {
	states, err := p.People.OutboxStates(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	m.waiting = states["waiting"]
	v.Title = v.T("Mail")
	return p.ShowDesk(w, r, v, mailPage(v, m))
}

func (p panel) setMail(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	m := p.mailNow(v)
	typed, from := strings.TrimSpace(r.PostForm.Get("mail_url")), strings.TrimSpace(r.PostForm.Get("mail_from"))
	err := p.People.Change(r.Context(), v.Actor, func(s *know.Site) error {
		if !m.fixed {
			s.MailURL = unmasked(typed, s.MailURL)
		}
		if !m.fixedFrom {
			s.MailFrom = from
		}
		return nil
	})
	if err != nil {
		m.server, m.from = typed, from
		if err := v.Wrong(err, &m.wrong); err != nil {
			return err
		}
		return p.showMail(w, r, v, m)
	}
	p.Events.Wake() // what waits may leave now
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/settings/mail")
}

// testMail sends a mail to the asker now and shows how it went.
func (p panel) testMail(w http.ResponseWriter, r *http.Request, v *page.View) error {
	m := p.mailNow(v)
	m.tested = true
	var err error
	if m.okServer, m.okAddress, err = p.mailer.Test(r.Context(), v.Actor.ID); err != nil {
		m.failed = err.Error()
		if f, ok := errors.AsType[*fault.Error](err); ok {
			m.failed = v.T(f.Text, f.Args...)
		}
	}
	return p.showMail(w, r, v, m)
}
