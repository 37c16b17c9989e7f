package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestDoor comes in by mail, with a mail scanner in between.
func TestDoor(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	s := Start(t, Options{Env: []string{office.env()}})
	b := Open(t)
	p := b.Page(390, false)
	p.Go(s.URL + "/signin")
	p.Expect("status 422 .*/signin")
	Eval[bool](p, "document.querySelector('main form').noValidate = true")
	p.Type("[name=email]", "jo at example.org")
	p.Follow("main form button")
	if got := Eval[string](p, "document.querySelector('[name=email]').value"); got != "jo at example.org" {
		t.Errorf("what was typed is gone: %q", got)
	}
	p.Wait("[name=email][aria-invalid=true]")
	look(p, "door-wrong-address")
	fill(p, "[name=email]", "jo@example.org")
	p.Follow("main form button")
	link := office.wait("jo@example.org", 0).link(t, s.URL+"/signin/")
	for range 3 { // a scanner reads every link of a mail, some more than once
		answer, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("the scanner is answered %s", answer.Status)
		}
	}
	p.Go(link)
	p.Type("[name=name]", "Jo Carter")
	p.Follow("main form button[type=submit]")
	p.Go(s.URL + "/me")
	p.WaitText("h1", "Jo Carter")

	other := b.Another().Page(390, false)
	other.Expect("status 410")
	other.Go(link)
	look(other, "door-used")
	other.Type("[name=email]", "jo@example.org") // the way to another link is on the page
	other.Follow("main form button")
	enter(other, office.wait("jo@example.org", 1).link(t, s.URL+"/signin/"))
	other.Go(s.URL + "/me")
	other.WaitText("h1", "Jo Carter")

	answer, err := http.PostForm(link, url.Values{"name": {"Mallory"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusGone || len(answer.Cookies()) > 0 {
		t.Errorf("the used link answers %s with %d cookies", answer.Status, len(answer.Cookies()))
	}
}

// TestWrongInput sends forms that are wrong: what was typed is kept, and what
// is wrong stands beside its field.
func TestWrongInput(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	link := s.Add("Jo Carter", "jo@example.org", "member")
	owner := s.Add("Marta Lindqvist", "marta@oriflamme.example", "owner")
	b := Open(t)
	p := b.Page(390, true)
	enter(p, link)
	p.Go(s.URL + "/ideas/new")
	p.Expect("status 422")
	p.Type("[name=title]", "Abc")
	p.Type("[name=body]", "Because **paper** matters.")
	p.Type("[name=tags]", "paper, ink")
	p.Follow("main form .primary")
	for field, want := range map[string]string{"title": "Abc", "body": "Because **paper** matters.", "tags": "paper, ink"} {
		if got := Eval[string](p, fmt.Sprintf("document.querySelector('[name=%s]').value", field)); got != want {
			t.Errorf("%s holds %q, want %q", field, got, want)
		}
	}
	p.Wait("[name=title][aria-invalid=true]")
	if about := Eval[string](p, "document.getElementById(document.querySelector('[name=title]').getAttribute('aria-describedby').split(' ')[0]).innerText"); !strings.Contains(about, "4") {
		t.Errorf("beside the title stands %q", about)
	}
	look(p, "wrong-idea")
	fill(p, "[name=title]", "Abcd")
	p.Follow("main form .primary")
	says(p, "Abcd", "Because paper matters.")

	q := b.Another().Page(1280, false)
	enter(q, owner)
	q.Expect("status 422")
	q.Go(s.URL + "/desk/radar/queries/new")
	q.Type("#query-text", "NOT rain")
	q.Follow("button[name=do][value=save]")
	q.Wait("#query-text[aria-invalid=true]")
	if got := Eval[string](q, "document.querySelector('#query-text').value"); got != "NOT rain" {
		t.Errorf("the query that was typed is now %q", got)
	}
	look(q, "wrong-query")
	q.Go(s.URL + "/desk/radar/sources")
	q.Type("#source-url", s.URL) // it is on this machine, so it is not fetched
	q.Follow("form[action='/desk/radar/sources'] button.primary")
	q.Wait("#source-url[aria-invalid=true]")
	look(q, "wrong-source")
}
