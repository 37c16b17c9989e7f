package carry_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/carry"
	"tribune/web/changes"
	"tribune/web/ideas"
	"tribune/web/me"
	pg "tribune/web/page"
	"tribune/web/people"
	"tribune/web/signin"
	"tribune/web/webtest"
)

func open(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: carry.Files, Routes: carry.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes},
		webtest.Folder{Files: changes.Files, Routes: changes.Routes}, webtest.Folder{Files: me.Files, Routes: me.Routes},
		webtest.Folder{Files: people.Files, Routes: people.Routes}, webtest.Folder{Files: signin.Files, Routes: signin.Routes},
		webtest.Folder{Files: advocate.Texts, Routes: func(*http.ServeMux, *pg.Kit) {}})
}

// TestCarriedOn goes from a maker's page to a stranger who becomes a member.
func TestCarriedOn(t *testing.T) {
	s := open(t)
	anna, ben, v := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member), s.Visitor()
	idea, err := s.Ideas.Propose(t.Context(), anna.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	if err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/ideas/%d", idea.ID)
	anna.Get(page).Want(t, 200).Without(t, "You helped to make this", "Carry it on") // nothing is made yet
	anna.Post("/shares", "kind", "idea", "id", fmt.Sprint(idea.ID)).Want(t, 403, "comes with the credit line")
	if _, err := s.Ideas.Decide(t.Context(), s.Person("Marta Lindqvist", know.Owner).Actor, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "The mill makes it now."}); err != nil {
		t.Fatal(err)
	}
	anna.Get(page).Want(t, 200, "You helped to make this", "you proposed it", "Carry it on").Without(t, "/s/")
	ben.Get(page).Want(t, 200, "Say thank you").Without(t, "You helped to make this")
	v.Get(page).Want(t, 200, "Say thank you").Without(t, "You helped to make this")
	ben.Post("/shares", "kind", "idea", "id", fmt.Sprint(idea.ID)).Want(t, 403, "comes with the credit line")
	anna.Post("/shares", "kind", "idea", "id", fmt.Sprint(idea.ID)).Want(t, 303)
	code := regexp.MustCompile(`/s/([a-z0-9]+)"`).FindStringSubmatch(anna.Get(page).Want(t, 200, webtest.URL+"/s/").Body)[1]

	stranger := func(path, referer string) webtest.Answer {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140")
		if referer != "" {
			r.Header.Set("Referer", "http://"+r.Host+referer)
		}
		return v.Do(r)
	}
	led := stranger("/s/"+code, "").Want(t, 303).Header.Get("Location")
	if want := page + "?via=" + code; led != want {
		t.Fatalf("led to %s, want %s", led, want)
	}
	if c := stranger("/s/"+code, "").Header.Get("Set-Cookie"); c != "" {
		t.Errorf("a cookie was set: %s", c)
	}
	anna.Get("/me").Want(t, 200, "Carried on by me", "opened a few times", "Paper for fountain pens")

	// The code goes along through signing in.
	next := regexp.MustCompile(`name="next" value="([^"]*)"`).FindStringSubmatch(stranger("/signin?next="+url.QueryEscape(page), led).Want(t, 200).Body)[1]
	if next != led {
		t.Fatalf("after signing in one goes to %q, want %q", next, led)
	}
	v.Post("/signin", "email", "carla@example.org", "next", next).Want(t, 303)
	var link int64
	if err := s.DB.Row(t.Context(), `select max(id) from signin_link`).Scan(&link); err != nil {
		t.Fatal(err)
	}
	secret, err := s.People.Arm(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	to := v.Post("/signin/"+secret, "name", "Carla Neu").Want(t, 303).Header.Get("Location")
	if to != page {
		t.Errorf("then one is at %s, want %s", to, page)
	}
	anna.Get("/me").Want(t, 200, "1 person joined by it")

	anna.Post("/shares/"+code+"/end").Want(t, 303)
	stranger("/s/"+code, "").Want(t, 410, "This link has ended", page)
	anna.Get("/me").Want(t, 200, "ended")
}

// TestCodeLastsAVisit has a stranger look around before they sign in: the code
// is in every link they follow, and on nobody else's pages.
func TestCodeLastsAVisit(t *testing.T) {
	s := open(t)
	anna, v := s.Person("Anna Blum", know.Member), s.Visitor()
	var ids []int64
	for _, title := range []string{"Paper for fountain pens", "A lid that stays on"} {
		idea, err := s.Ideas.Propose(t.Context(), anna.Actor, shape.NewIdea{Title: title})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, idea.ID)
	}
	if _, err := s.Ideas.MakeRelease(t.Context(), s.Person("Marta Lindqvist", know.Staff).Actor, shape.NewRelease{Title: "New paper", Ideas: ids}); err != nil {
		t.Fatal(err)
	}
	link, err := s.Advocacy.MakeShare(t.Context(), anna.Actor, event.Ref{Kind: "idea", ID: ids[0]})
	if err != nil {
		t.Fatal(err)
	}
	asks := "?via=" + link.Code
	for range 2 { // made, and kept
		landing := v.Get(fmt.Sprintf("/ideas/%d%s", ids[0], asks)).Want(t, 200, `href="/ideas`+asks, `href="/signin`)
		for _, a := range regexp.MustCompile(`<a\s[^>]*href="(/[^"]*)"`).FindAllStringSubmatch(landing.Body, -1) {
			if !strings.Contains(a[1], "via="+link.Code) && !strings.Contains(a[1], ".") {
				t.Errorf("%s leads on without the code", a[1])
			}
		}
		if landing.Header.Get("X-Robots-Tag") == "" {
			t.Error("search engines are led on with the code")
		}
		v.Get("/ideas"+asks).Want(t, 200, fmt.Sprintf(`href="/ideas/%d%s`, ids[1], asks), `<input type="hidden" name="via" value="`+link.Code+`">`)
		v.Get("/ideas").Without(t, "via=", link.Code)
		v.Get(fmt.Sprintf("/ideas/%d", ids[0])).Without(t, "via=", link.Code)
		anna.Get("/ideas"+asks).Without(t, "via=")
		anna.Get(fmt.Sprintf("/ideas/%d%s", ids[1], asks)).Without(t, `href="/ideas`+asks)
	}
	v.Get("/ideas?via="+url.QueryEscape(`"><script>alert(1)</script>`)).Want(t, 200).Without(t, "via=", "<script>alert")
	v.Get("/ideas?via="+strings.Repeat("a", 41)).Want(t, 200).Without(t, "via=")

	second := v.Get(fmt.Sprintf("/ideas/%d%s", ids[1], asks)).Want(t, 200)
	door := regexp.MustCompile(`href="(/signin[^"]*)"`).FindStringSubmatch(second.Body)[1]
	next := regexp.MustCompile(`name="next" value="([^"]*)"`).FindStringSubmatch(v.Get(html.UnescapeString(door)).Want(t, 200).Body)[1]
	if pg.Code(html.UnescapeString(next)) != link.Code {
		t.Fatalf("the door %s leads to %s", door, next)
	}
	v.Post("/signin", "email", "carla@example.org", "next", html.UnescapeString(next)).Want(t, 303)
	var id int64
	if err := s.DB.Row(t.Context(), `select max(id) from signin_link`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	secret, err := s.People.Arm(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	v.Post("/signin/"+secret, "name", "Carla Neu").Want(t, 303)
	anna.Get("/me").Want(t, 200, "1 person joined by it")
}

// TestThanked shows thanks beside what they are for, and on the page of who is thanked.
func TestThanked(t *testing.T) {
	s := open(t)
	anna, ben, owner, v := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member), s.Person("Marta Lindqvist", know.Owner), s.Visitor()
	idea, err := s.Ideas.Propose(t.Context(), anna.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Ideas.Comment(t.Context(), ben.Actor, idea.ID, "Mind the margins.", "en")
	if err != nil {
		t.Fatal(err)
	}
	page, id := fmt.Sprintf("/ideas/%d", idea.ID), fmt.Sprint(c.ID)
	ask := "/thanks?kind=comment&id=" + id
	v.Get(ask).Want(t, 200, "You will be asked to sign in", "Ben Okoye")
	anna.Post("/thanks", "kind", "comment", "id", id, "reason", "").Want(t, 422, "Say in a few words what for")
	anna.Post("/thanks", "kind", "comment", "id", id, "reason", "It saved me <b>a week</b>.").Want(t, 303)
	v.Get(page).Want(t, 200, "It saved me &lt;b&gt;a week&lt;/b&gt;.", "Anna Blum says thank you")
	v.Get(fmt.Sprintf("/people/%d", ben.ID)).Want(t, 200, "It saved me", "for a comment")
	ben.Post("/thanks", "kind", "comment", "id", id, "reason", "I am good.").Want(t, 409, "your own words")
	var thanks int64
	if err := s.DB.Row(t.Context(), `select id from thanks`).Scan(&thanks); err != nil {
		t.Fatal(err)
	}
	act := func(name string) string { return fmt.Sprintf("/thanks/%d/%s", thanks, name) }
	owner.Post(act("hide"), "reason", "An advertisement.").Want(t, 303)
	v.Get(page).Without(t, "It saved me")
	anna.Get(ask).Want(t, 200, "An advertisement.")
	owner.Post(act("show")).Want(t, 303)

	// What lasted: thanked by who asked.
	if err := s.Events.CatchUp(t.Context(), "advocate.effects", s.Advocacy.FollowEffects, advocate.EffectKinds()...); err != nil {
		t.Fatal(err)
	}
	if err := s.Advocacy.LastAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	of := fmt.Sprintf("/people/%d", ben.ID)
	v.Get(of).Want(t, 200, "What lasted", "Helped by a comment, under", "Paper for fountain pens")
	ben.Get("/me/settings").Want(t, 200, "not named until you say so", "Show my name", "Do not name me")
	ben.Post("/me/credit", "credit", "no").Want(t, 303)
	v.Get(of).Want(t, 404)
	ben.Post("/me/credit", "credit", "1").Want(t, 422)
	ben.Post("/me/credit", "credit", "yes").Want(t, 303)
	ben.Get("/me/settings").Want(t, 200, "Your name stands where something came of what you did", "Take my name back")
	v.Get(of).Want(t, 200, "What lasted")
	anna.Post(act("withdraw")).Want(t, 303)
	v.Get(page).Without(t, "It saved me")
	if at, err := s.Advocacy.ThanksAt(t.Context(), event.Ref{Kind: "idea", ID: idea.ID}); err != nil || len(at) != 0 {
		t.Errorf("still there: %v, %v", at, err)
	}
}

// TestAlong takes no code of another site along, and nothing that leads away.
func TestAlong(t *testing.T) {
	for _, c := range []struct{ path, referer, next, want string }{
		{"/signin?via=abc", "", "", "/?via=abc"},
		{"/signin", "http://example.com/ideas/1?via=abc", "/ideas/2", "/ideas/2?via=abc"},
		{"/signin", "http://evil.example/ideas/1?via=abc", "/ideas/2", "/ideas/2"},
		{"/signin", "http://example.com/ideas/1?via=abc", "/ideas/2?via=first", "/ideas/2?via=first"},
		{"/signin?via=" + strings.Repeat("x", 50), "", "/", "/"},
		{"/signin", "", "/me", "/me"},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Referer", c.referer)
		if got := pg.Along(r, c.next); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := pg.Without("/ideas/2?a=b&via=x"); got != "/ideas/2?a=b" {
		t.Errorf("without: %q", got)
	}
}

// TestShowMyName: beside what changed stands who agreed, and who proposed an
// idea in public; the others count, and one button shows them.
func TestShowMyName(t *testing.T) {
	s := open(t)
	anna, ben, cem, v := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member), s.Person("Cem Arslan", know.Member), s.Visitor()
	idea, err := s.Ideas.Propose(t.Context(), anna.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Ideas.MakeRelease(t.Context(), s.Person("Marta Lindqvist", know.Staff).Actor, shape.NewRelease{Title: "New paper", Ideas: []int64{idea.ID},
		Credits: []shape.Credit{{Person: ben.ID, Because: shape.ForTesting}, {Person: cem.ID, Because: shape.ForTesting}}})
	if err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/changes/%d", r.ID)
	v.Get(page).Want(t, 200, "Anna Blum", "2 people who are not named").Without(t, "Ben Okoye", "Cem Arslan", "Show my name")
	ben.Get(page).Want(t, 200, "You helped to make this", "not named until you say so", "Show my name", "Do not name me", "Carry it on")
	if to := ben.Post("/me/credit", "credit", "yes", "next", page+"#share").Want(t, 303).Header.Get("Location"); to != page+"#share" {
		t.Errorf("led to %s", to)
	}
	if to := ben.Post("/me/credit", "credit", "yes", "next", "//evil.example/").Want(t, 303).Header.Get("Location"); to != "/me/settings#credit" {
		t.Errorf("led to %s", to)
	}
	v.Get(page).Want(t, 200, "Ben Okoye and 1 more person")
	ben.Get(page).Want(t, 200, "Take my name back").Without(t, "Show my name")
	ben.Post("/me/credit", "credit", "no").Want(t, 303)
	v.Get(page).Want(t, 200, "2 people who are not named")
}

// An answer that helped is told with what it answered if that was said in
// public; those in private are told together, in one sentence.
func TestAnswersThatLasted(t *testing.T) {
	s := open(t)
	marta := s.Person("Marta Lindqvist", know.Staff)
	ctx := t.Context()
	for n, words := range []string{"Which paper takes <ink>?", "My spine broke.", "My spine broke as well."} {
		public := n == 0
		p := listen.Post{Source: "Anywhere", ExternalID: words, Text: words, Public: &public, Author: listen.Author{Name: fmt.Sprint("Jo ", n)}}
		if public {
			p.URL = "https://forum.example/7"
		}
		heard, err := s.Radar.Hear(ctx, marta.Actor, []listen.Post{p})
		if err != nil || heard[0].Err != nil {
			t.Fatal(err, heard)
		}
		thread, err := s.Inbox.Open(ctx, marta.Actor, heard[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Inbox.Take(ctx, marta.Actor, thread.ID); err != nil {
			t.Fatal(err)
		}
		said, err := s.Inbox.Answer(ctx, marta.Actor, thread.ID, "Ours does.")
		if err == nil {
			err = s.Inbox.Posted(ctx, marta.Actor, said.ID, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Pass(31 * 24 * time.Hour)
	if err := s.Events.CatchUp(ctx, "advocate.effects", s.Advocacy.FollowEffects, advocate.EffectKinds()...); err != nil {
		t.Fatal(err)
	}
	if err := s.Advocacy.LastAll(ctx); err != nil {
		t.Fatal(err)
	}
	for _, who := range []*webtest.Reader{s.Visitor(), marta} {
		page := who.Get(fmt.Sprintf("/people/%d", marta.ID))
		page.Want(t, 200, "Answered what was said elsewhere, and it helped:", `href="https://forum.example/7"`, "Which paper takes &lt;ink&gt;?", "Answered in private, and it helped.").Without(t, "spine")
		if n := strings.Count(page.Body, "Answered in private"); n != 1 {
			t.Errorf("said %d times", n)
		}
	}
}
