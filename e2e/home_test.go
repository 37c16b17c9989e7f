package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestHome opens the square of a fresh site as a visitor, at both widths, light
// and dark. With TRIBUNE_SHOTS=folder in the environment it leaves pictures.
func TestHome(t *testing.T) {
	s := Start(t, Options{})
	b := Open(t)
	for _, width := range []int{1280, 390} {
		for _, dark := range []bool{false, true} {
			p := b.Page(width, dark)
			p.Go(s.URL + "/")
			p.Wait("main h1")
			p.Check()
			p.Keep(fmt.Sprintf("home-%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark]))
		}
	}
	member := b.Another().Page(1280, false)
	member.Go(s.Add("Jo Beck", "jo@example.org", "member"))
	member.Follow("main form button[type=submit]")
	member.Go(s.URL + "/ideas/new")
	member.Set("[name=title]", "One word: "+strings.Repeat("notebook", 13))
	member.Set("[name=body]", "https://example.org/"+strings.Repeat("long", 100)+" says it all.")
	member.Follow("main form button.primary")
	for _, width := range []int{1280, 390} {
		p := b.Page(width, false)
		for _, path := range []string{"/", "/ideas", "/ideas/1"} {
			p.Go(s.URL + path)
			if wide := p.tooWide(); wide != "" {
				t.Errorf("one long word makes %s %s", path, wide)
			}
		}
	}
}

// TestOwnerSignsIn follows the link that the program prints.
func TestOwnerSignsIn(t *testing.T) {
	s := Start(t, Options{})
	p := Open(t).Page(1280, false)
	p.Go(s.SignIn())
	p.Check()
	p.Follow("main form button[type=submit]") // signing in takes a button, so that mail scanners do not use the link up
	p.Check()
	p.Go(s.URL + "/me")
	if p.Location() != s.URL+"/me" {
		t.Errorf("after signing in, /me leads to %s", p.Location())
	}
}
