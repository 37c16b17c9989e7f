package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// withoutScripts makes the page one that runs none.
func withoutScripts(p *Page) {
	p.t.Helper()
	p.do("switch scripts off", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// TestWithoutScripts reads, signs in, proposes, votes, takes the vote back,
// comments, writes and answers on pages that run no script.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	s := Start(t, Options{Env: []string{office.env()}})
	owner := s.Add("Marta Lindqvist", "marta@oriflamme.example", "owner")
	b := Open(t)
	p := b.Page(390, false)
	withoutScripts(p)
	p.Go(s.URL)
	p.Follow("header a.button")
	p.Type("[name=email]", "jo@example.org")
	p.Follow("main form button")
	p.Go(office.wait("jo@example.org", 0).link(t, s.URL+"/signin/"))
	p.Type("[name=name]", "Jo Carter")
	p.Follow("main form button[type=submit]")

	p.Go(s.URL + "/ideas/new")
	p.Type("[name=title]", "Dotted pages")
	p.Type("[name=body]", "To draw and write on the same page.")
	p.Follow("main form .primary")
	says(p, "Dotted pages", "To draw and write on the same page.")
	idea := p.Location()
	before := p.Text(".idea-by .vote .n")
	p.Follow(".idea-by .vote")
	after := p.Text(".idea-by .vote .n")
	if p.Location() != idea || before == after {
		t.Errorf("at %s: %s votes, then %s", p.Location(), before, after)
	}
	p.Follow(".idea-by .vote")
	if again := p.Text(".idea-by .vote .n"); again != before {
		t.Errorf("%s votes, then %s, then %s", before, after, again)
	}
	p.Type("#comment textarea", "Five millimetres, please.")
	p.Follow("#comment button.primary")
	says(p, "Five millimetres, please.")
	p.Keep("plain-idea")
	p.Go(s.URL + "/ideas")
	p.Type("#q", "dotted")
	p.Follow(".ideas-search button")
	says(p, "Dotted pages")

	p.Go(s.URL + "/me/letters/new")
	p.Type("[name=subject]", "Where do you buy paper?")
	p.Type("[name=body]", "I would like to know the mill.")
	p.Follow("main form .primary")
	letter := p.Location()

	desk := b.Another().Page(1280, false)
	withoutScripts(desk)
	enter(desk, owner)
	desk.Go(s.URL + "/desk/inbox")
	desk.Follow("a.thread")
	desk.Follow("form[action*='/take'] button")
	desk.Type("#reply", "In the **Vosges**, since 1963.")
	desk.Follow("button[name=as][value=answer]")
	says(desk, "In the Vosges, since 1963.")
	desk.Keep("plain-thread")

	p.Go(letter)
	says(p, "In the Vosges, since 1963.", "Marta Lindqvist")
	p.Keep("plain-letter")
	if mail := office.wait("jo@example.org", 1); mail.subject() == "" {
		t.Error("the answer's mail has no subject")
	}
}
