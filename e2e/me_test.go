package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestOwnPages is a member's care for what is theirs: mails, sessions, tokens,
// the copy of all that is held about them, and leaving.
func TestOwnPages(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	s := Start(t, Options{Env: []string{office.env()}})
	const name, address = "Paul-Henri de La Rochefoucauld-Montbazon", "ph@example.org"
	b := Open(t)
	owner := b.Another().Page(1280, false)
	enter(owner, s.Add("Marta Lindqvist", "marta@oriflamme.example", "owner"))
	p := b.Page(390, false)
	enter(p, s.Add(name, address, "member"))

	p.Go(s.URL + "/ideas/new")
	p.Type("[name=title]", "Dotted pages")
	p.Type("[name=body]", "To draw and write on the same page.")
	p.Follow("main form .primary")
	idea := p.Location()
	p.Type("#comment textarea", "Five millimetres, please.")
	p.Follow("#comment button.primary")
	p.Go(s.URL + "/me")
	says(p, "Dotted pages", "Five millimetres, please.")
	look(p, "me-some")

	mails(t, p, s.URL)
	unsubscribe(t, s, office, owner, p, address)
	sessions(t, s, office, b, p, address)
	token(t, s, p, name)

	held := Eval[map[string]any](p, "fetch('/me/export.json').then(r => r.json())")
	text, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{name, address, "Dotted pages", "Five millimetres, please.", "Where do you buy paper?"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the copy of what is held does not have %q", want)
		}
	}
	leave(t, s, b, p, idea, name, address)
}

// unasked are the kinds of mail that somebody gets who has not chosen.
const unasked = "decisions answers replies thanks boards tribes why"

// wished gives the kinds of mail that are ticked, as they are kept.
func wished(p *Page, site string) string {
	p.t.Helper()
	p.Go(site + "/me/settings")
	return Eval[string](p, "[...document.querySelectorAll('#mails :checked')].map(e => e.name).join(' ')")
}

// mails wants one more kind of mail, and ends it again.
func mails(t *testing.T, p *Page, site string) {
	t.Helper()
	for _, want := range []string{"", unasked + " comments", unasked} {
		if want != "" {
			p.Click("#mails [name=comments]")
			p.Follow("#mails button")
		} else {
			want = unasked
		}
		if got := wished(p, site); got != want {
			t.Errorf("wished are %q, want %q", got, want)
		}
	}
	look(p, "me-settings-mails")
}

// unsubscribe writes a letter, gets its answer by mail, and ends such mails as
// a mail program's button does: one POST, no cookie (RFC 8058).
func unsubscribe(t *testing.T, s *Server, office *postOffice, owner, p *Page, address string) {
	t.Helper()
	p.Go(s.URL + "/me/letters/new")
	p.Type("[name=subject]", "Where do you buy paper?")
	p.Type("[name=body]", "I would like to know the mill.")
	p.Follow("main form .primary")
	owner.Go(s.URL + "/desk/inbox")
	owner.Follow("a.thread")
	owner.Type("#reply", "In the Vosges.")
	owner.Follow("button[name=as][value=answer]")
	mail := office.wait(address, 0)
	link := strings.Trim(mail.header.Get("List-Unsubscribe"), "<>")
	shown, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = shown.Body.Close()
	if got := wished(p, s.URL); got != unasked {
		t.Errorf("reading the link left %q", got)
	}
	done, err := http.PostForm(link, url.Values{"List-Unsubscribe": {"One-Click"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = done.Body.Close()
	if done.StatusCode != http.StatusOK {
		t.Errorf("one click is answered %s", done.Status)
	}
	if got := wished(p, s.URL); got != strings.Replace(unasked, " answers", "", 1) {
		t.Errorf("one click left %q", got)
	}
	p.Go(link)
	look(p, "unsubscribe")
	p.Follow("main form button")
	look(p, "unsubscribed")
}

// sessions ends a second browser's session from the first.
func sessions(t *testing.T, s *Server, office *postOffice, b *Browser, p *Page, address string) {
	t.Helper()
	other := b.Another().Page(1280, false)
	other.Go(s.URL + "/signin")
	other.Type("[name=email]", address)
	other.Follow("main form button")
	enter(other, office.wait(address, 1).link(t, s.URL+"/signin/"))
	p.Go(s.URL + "/me/settings")
	if n := Eval[int](p, "document.querySelectorAll('#sessions li').length"); n != 2 {
		t.Errorf("%d sessions are listed, want 2", n)
	}
	theirs := Eval[string](p, "[...document.querySelectorAll('#sessions li')].find(li => !li.innerText.includes('this browser')).querySelector('form').getAttribute('action')")
	p.Follow("form[action='" + theirs + "'] button")
	p.Go(s.URL + "/me/settings")
	if n := Eval[int](p, "document.querySelectorAll('#sessions li').length"); n != 1 {
		t.Errorf("%d sessions are listed, want 1", n)
	}
	other.Go(s.URL + "/me")
	if !strings.HasPrefix(other.Location(), s.URL+"/signin?next=") {
		t.Errorf("whose session was ended is at %s", other.Location())
	}
}

// token makes an API token, uses it and ends it.
func token(t *testing.T, s *Server, p *Page, name string) {
	t.Helper()
	p.Go(s.URL + "/me/settings")
	p.Type("[name=token-name]", "A script of mine")
	p.Follow("form[action='/me/tokens'] button")
	secret := p.Text(".me-token code")
	look(p, "me-token")
	ask := func() (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+secret)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if status, body := ask(); status != http.StatusOK || !strings.Contains(body, name) {
		t.Errorf("the token is answered %d: %s", status, body)
	}
	p.Go(s.URL + "/me/settings")
	if strings.Contains(p.Text("main"), secret) {
		t.Error("the token is shown twice")
	}
	p.Follow("#tokens li form button")
	if status, _ := ask(); status != http.StatusUnauthorized {
		t.Errorf("the ended token is answered %d", status)
	}
}

// leave leaves for good and leaves the words: the name is nowhere any more.
func leave(t *testing.T, s *Server, b *Browser, p *Page, idea, name, address string) {
	t.Helper()
	p.Go(s.URL + "/me/leave")
	p.Expect("status 422 .*/me/leave")
	p.Follow("main form .danger") // not sure yet
	p.Wait("main form .wrong")
	look(p, "leave-not-sure")
	p.Click("[name=sure]")
	p.Follow("main form .danger")
	p.Go(s.URL + "/me")
	if !strings.HasPrefix(p.Location(), s.URL+"/signin") {
		t.Errorf("who left is at %s", p.Location())
	}
	visitor := b.Another().Page(1280, true)
	for _, at := range []string{"/", "/ideas", strings.TrimPrefix(idea, s.URL), "/people", "/ideas.atom", "/changes"} {
		answer, err := http.Get(s.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "Montbazon") || strings.Contains(string(body), address) {
			t.Errorf("%s still names who left", at)
		}
	}
	visitor.Go(idea)
	says(visitor, "To draw and write on the same page.", "Five millimetres, please.")
	look(visitor, "idea-left")
	if strings.Contains(visitor.Text("main"), name) {
		t.Error("the idea still names who left")
	}
}
