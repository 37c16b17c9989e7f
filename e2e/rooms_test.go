package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// eachLook runs f at both widths, light and dark.
func eachLook(b *Browser, f func(p *Page, name string)) {
	for _, width := range []int{1280, 390} {
		for _, dark := range []bool{false, true} {
			f(b.Page(width, dark), fmt.Sprintf("%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark]))
		}
	}
}

// TestFirstDay is an owner's: the link from the terminal, the first words, a
// colleague invited, the settings looked through.
func TestFirstDay(t *testing.T) {
	s := Start(t, Options{})
	b := Open(t)
	p := b.Page(1280, false)
	p.Go(s.SignIn())
	p.Check()
	p.Keep("signin-link")
	p.Follow("main form button[type=submit]")
	if p.Location() != s.URL+"/desk/welcome" {
		t.Fatalf("the owner begins at %s", p.Location())
	}
	eachLook(b, func(p *Page, name string) {
		p.Go(s.URL + "/desk/welcome")
		p.Check()
		p.Keep("welcome-" + name)
	})
	if zone := Eval[string](p, "document.querySelector('[name=zone]').value"); zone == "" {
		t.Error("no time zone is offered")
	}
	before := Eval[string](p, "getComputedStyle(document.querySelector('.set-swatch .button')).backgroundColor")
	Eval[bool](p, `(() => { const f = document.querySelector('[name=accent]'); f.value = '#1a56b0'; f.dispatchEvent(new Event('input', {bubbles: true})); return true })()`)
	p.Settle()
	Eval[bool](p, "new Promise(r => setTimeout(() => r(true), 600))")
	if after := Eval[string](p, "getComputedStyle(document.querySelector('.set-swatch .button')).backgroundColor"); after == before {
		t.Errorf("choosing another colour left the page in %s", before)
	}
	p.Type("[name=brand]", "Oriflamme")
	p.Type("[name=purpose]", "We make notebooks for people who think on paper.")
	p.Type("[name=name]", "Marta Lindqvist")
	p.Type("[name=title]", "Founder")
	p.Type("[name=email]", "marta@oriflamme.example")
	p.Follow("main form button")
	if strings.HasSuffix(p.Location(), "/desk/welcome") {
		t.Fatalf("the first words were not taken: %s", p.Text("main"))
	}
	p.Go(s.URL + "/desk/settings/team")
	p.Type("[name=name]", "Paul-Henri de La Rochefoucauld-Montbazon")
	p.Type("[name=email]", "ph@oriflamme.example")
	p.Follow("form[action='/desk/settings/team'] button")
	p.Check()
	p.Keep("team-invited")
	link := p.Text(".set-note code")
	eachLook(b, func(p *Page, name string) {
		for _, path := range []string{"/desk/settings", "/desk/settings/team", "/desk/settings/mail", "/desk/settings/rules", "/desk/settings/audit", "/desk/outbox",
			"/people", "/people/1", "/me", "/me/settings", "/me/leave", "/me/letters/new"} {
			p.Go(s.URL + path)
			p.Check()
			p.Keep(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-") + "-" + name)
		}
	})
	other := b.Another()
	eachLook(other, func(p *Page, name string) {
		p.Go(link)
		p.Check()
		p.Keep("invitation-" + name)
		p.Go(s.URL + "/signin")
		p.Check()
		p.Keep("signin-" + name)
	})
	q := other.Page(390, true)
	q.Go(link)
	q.Follow("main form button[type=submit]")
	if q.Location() != s.URL+"/desk" {
		t.Errorf("the colleague begins at %s", q.Location())
	}
	q.Go(s.URL + "/desk/settings")
	q.Check()
	q.Keep("settings-staff")
}

// TestMailWaits asks for a link on a site without a mail server: it waits in
// the outbox, where the owner opens it.
func TestMailWaits(t *testing.T) {
	s := Start(t, Options{})
	owner := s.Add("Marta Lindqvist", "marta@oriflamme.example", "owner")
	b := Open(t)
	visitor := b.Another().Page(390, false)
	visitor.Go(s.URL + "/signin")
	visitor.Type("[name=email]", "jo@example.org")
	visitor.Follow("main form button")
	visitor.Check()
	visitor.Keep("signin-sent")
	p := b.Page(1280, false)
	p.Go(owner)
	p.Follow("main form button[type=submit]")
	eachLook(b, func(p *Page, name string) {
		p.Go(s.URL + "/desk/outbox")
		p.Check()
		p.Keep("outbox-" + name)
		p.Follow(".outbox a")
		p.Check()
		p.Keep("mail-" + name)
	})
	p.Go(s.URL + "/desk/outbox")
	p.Follow(".outbox a")
	if strings.Contains(p.Text("main"), "/signin/") {
		t.Error("the mail shows its link without being asked")
	}
	p.Follow(".outbox-again button")
	link := p.Text(".outbox-link code")
	p.Go(s.URL + "/desk/settings/audit")
	if !strings.Contains(p.Text("main"), "opened the one-time link of") {
		t.Error("the audit page does not tell that the link was opened")
	}
	visitor.Go(link)
	visitor.Check()
	visitor.Keep("signin-new")
	visitor.Type("[name=name]", "Jo")
	visitor.Follow("main form button[type=submit]")
	visitor.Go(s.URL + "/me")
	visitor.WaitText("h1", "Jo")
	visitor.Check()
	visitor.Expect(`status 410`)
	visitor.Go(link)
	visitor.Check()
	visitor.Keep("signin-gone")
}
