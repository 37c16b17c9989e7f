package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
	"tribune/web/signin"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: signin.Files, Routes: signin.Routes})
}

// linkFor asks for a link and opens its mail.
func linkFor(t *testing.T, s *webtest.Site, address, next string) string {
	t.Helper()
	s.Visitor().Post("/signin", "email", address, "next", next).Want(t, http.StatusSeeOther)
	rows, err := s.Events.Deliveries(t.Context(), event.Waiting, 0, 1)
	if err != nil || len(rows) != 1 {
		t.Fatalf("the outbox has %v, %v", rows, err)
	}
	secret, err := s.People.Arm(t.Context(), rows[0].Subject.ID)
	if err != nil {
		t.Fatal(err)
	}
	return "/signin/" + secret
}

// TestScanner opens a link again and again without using it up; the button
// uses it up.
func TestScanner(t *testing.T) {
	s := site(t)
	link := linkFor(t, s, "jo@example.org", "/ideas/7")
	for range 3 {
		got := s.Visitor().Get(link).Want(t, 200, "jo@example.org", "Become a member", "<title>Welcome to Tribune</title>")
		if p, c := got.Header.Get("Referrer-Policy"), got.Header.Get("Cache-Control"); p != "strict-origin" || c != "no-store" {
			t.Errorf("Referrer-Policy %q, Cache-Control %q", p, c)
		}
	}
	s.Visitor().Post(link).Want(t, 422, "Say your name")
	got := s.Visitor().Post(link, "name", "Jo").Want(t, 303)
	if to := got.Header.Get("Location"); to != "/ideas/7" {
		t.Errorf("afterwards at %s", to)
	}
	if c := got.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-tribune=") || !strings.Contains(c, "Secure") || !strings.Contains(c, "HttpOnly") {
		t.Errorf("the cookie is %s", c)
	}
	s.Visitor().Post(link, "name", "Jo").Want(t, 410, "Send me the link")
	s.Visitor().Get(link).Want(t, 410)
	s.Visitor().Get("/signin/nonsense").Want(t, 410)
}

// TestOwnAddress lets nobody in by the link that confirms an added address: who
// added it may have mistyped it. It is confirmed where they are signed in.
func TestOwnAddress(t *testing.T) {
	s := site(t)
	jo, sam := s.Person("Jo Berg", know.Member), s.Person("Sam Okoye", know.Member)
	if _, err := s.People.AddAddress(t.Context(), jo.Actor, "jo@work.example"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Events.DeliveriesTo(t.Context(), jo.ID)
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	secret, err := s.People.Arm(t.Context(), rows[0].Subject.ID)
	if err != nil {
		t.Fatal(err)
	}
	link := "/signin/" + secret
	for _, other := range []*webtest.Reader{s.Visitor(), sam} {
		other.Get(link).Want(t, 200, "Somebody asked to sign in", "jo@work.example").Without(t, "Jo Berg", `action="`+link)
		if got := other.Post(link).Want(t, 403, "Sign in first"); got.Header.Get("Set-Cookie") != "" {
			t.Errorf("a stranger is given %q", got.Header.Get("Set-Cookie"))
		}
	}
	jo.Get(link).Want(t, 200, "You asked to sign in", "Yes, it is mine")
	got := jo.Post(link).Want(t, 303)
	if to := got.Header.Get("Location"); to != "/me/settings" || strings.Contains(got.Header.Get("Set-Cookie"), "__Host-tribune=") {
		t.Errorf("led to %s with %q", to, got.Header.Get("Set-Cookie"))
	}
	jo.Get(link).Want(t, 410)
}

// TestTooOld says plainly of a link that is older than a quarter of an hour that
// it has ended, in the reader's language, and sends a new one from that page.
func TestTooOld(t *testing.T) {
	for lang, says := range map[string][]string{
		"en": {`<html lang="en"`, "<h1>This link has ended</h1>", "This link was used already, is older than it may be, or a newer one was asked for.", "Send me the link"},
		"fr": {`<html lang="fr"`, "<h1>Ce lien a expiré</h1>", "Ce lien a déjà servi, a expiré, ou un plus récent a été demandé.", "Envoyez-moi le lien"},
	} {
		t.Run(lang, func(t *testing.T) {
			s := site(t)
			link := linkFor(t, s, "jo@example.org", "")
			jo := s.Visitor()
			jo.Lang = lang
			s.Pass(15 * time.Minute)
			jo.Get(link).Want(t, 200, "jo@example.org")
			s.Pass(time.Second)
			form := []string{`action="/signin"`, `name="email"`}
			for _, got := range []webtest.Answer{jo.Get(link), jo.Post(link, "name", "Jo")} {
				got.Want(t, 410, append(form, says...)...)
				if got.Header.Get("Set-Cookie") != "" || strings.Contains(got.Body, link) {
					t.Errorf("a link that has ended signs in, or is repeated:\n%s", got.Body)
				}
			}
			jo.Post("/signin", "email", "jo@example.org").Want(t, 303)
			rows, err := s.Events.Deliveries(t.Context(), event.Waiting, 0, 9)
			if err != nil || len(rows) != 1 {
				t.Fatalf("the outbox has %v, %v", rows, err)
			}
			secret, err := s.People.Arm(t.Context(), rows[0].Subject.ID)
			if err != nil {
				t.Fatal(err)
			}
			jo.Get("/signin/"+secret).Want(t, 200, "jo@example.org")
		})
	}
}

// TestNobodyLearns answers the same for an address that is known and one that
// is not, and says what is wrong with one that is none.
func TestNobodyLearns(t *testing.T) {
	s := site(t)
	s.Person("Anna", know.Member)
	known := s.Visitor().Post("/signin", "email", "anna@example.org").Want(t, 303)
	unknown := s.Visitor().Post("/signin", "email", "nobody@example.org").Want(t, 303)
	if known.Header.Get("Location") != unknown.Header.Get("Location") || known.Body != unknown.Body {
		t.Errorf("%v and %v differ", known, unknown)
	}
	s.Visitor().Post("/signin", "email", "not an address").Want(t, 422, "This is not a mail address", `value="not an address"`)
}

// TestSent promises no mail that will not come, and says the same of every
// address.
func TestSent(t *testing.T) {
	s := site(t)
	jo := s.Visitor()
	jo.Get("/signin/sent").Want(t, 200, "This site has no mail server yet")
	s.SMTP = "smtp://127.0.0.1:1"
	jo.Post("/signin", "email", "jo@example.org").Want(t, 303)
	jo.Get("/signin/sent").Want(t, 200, "We are sending a link")
	err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update outbox set attempts = 1, error = '550 no such box: jo@example.org'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	jo.Get("/signin/sent").Want(t, 200, "The last mails of this site did not get out").Without(t, "jo@example.org")
	jo.Lang = "fr"
	jo.Get("/signin/sent").Want(t, 200, "Les derniers e-mails de ce site ne sont pas partis")
}

// TestLimits holds back who asks too often, for one address and from one.
func TestLimits(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: signin.Files, Routes: signin.Routes})
	for range 5 {
		s.Visitor().Post("/signin", "email", "jo@example.org").Want(t, 303)
	}
	s.Visitor().Post("/signin", "email", "jo@example.org").Want(t, 429, "within the hour")
}

// TestElsewhere sends nobody to another site after signing in.
func TestElsewhere(t *testing.T) {
	s := site(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`} {
		link := linkFor(t, s, "jo@example.org", next)
		s.Visitor().Get(link)
		got := s.Visitor().Post(link, "name", "Jo").Want(t, 303)
		if to := got.Header.Get("Location"); to != "/" {
			t.Errorf("%s leads to %s", next, to)
		}
	}
}

// TestSetUp leads the owner of a fresh site to its first words.
func TestSetUp(t *testing.T) {
	s := site(t)
	secret, needed, err := s.People.OwnerLink(t.Context())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	s.Visitor().Get("/signin/"+secret).Want(t, 200, "owner of this site")
	got := s.Visitor().Post("/signin/"+secret).Want(t, 303)
	if to := got.Header.Get("Location"); to != "/desk/welcome" {
		t.Errorf("the owner begins at %s", to)
	}
}

// TestSignOut ends the session, here and in the database.
func TestSignOut(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo", know.Member)
	jo.Post("/signout").Want(t, 303)
	if left, err := s.People.Sessions(t.Context(), jo.Actor, ""); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestLanguageFollowsTheBrowser shows pages to a member as their browser asks
// for them, whatever it said when they signed in, until they choose a language.
func TestLanguageFollowsTheBrowser(t *testing.T) {
	s := site(t)
	_, secret, err := s.People.AddPerson(t.Context(), "Jo", "jo@example.org", know.Member)
	if err != nil {
		t.Fatal(err)
	}
	jo := s.Use(secret)
	note := func(lang string) { // by signing in
		t.Helper()
		other := s.Visitor()
		other.Lang = lang
		other.Post(linkFor(t, s, "jo@example.org", "")).Want(t, 303)
	}
	sees := func(browser, want string) {
		t.Helper()
		jo.Lang = browser
		jo.Get("/signin/sent").Want(t, 200, `<html lang="`+want+`"`)
	}
	note("en")
	sees("fr-FR,fr;q=0.9", "fr")
	sees("en", "en")
	note("fr")
	sees("", "fr")
	a, err := s.People.Actor(t.Context(), jo.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.People.SetLanguage(t.Context(), a, "fr"); err != nil {
		t.Fatal(err)
	}
	note("en")
	sees("en", "fr")
	if err := s.People.SetProfile(t.Context(), a, know.Profile{Name: "Jo"}); err != nil {
		t.Fatal(err)
	}
	sees("en", "en")
	sees("fr", "fr")
}

// TestLinkIsMailedInThePagesLanguage keeps the language in which it was asked for.
func TestLinkIsMailedInThePagesLanguage(t *testing.T) {
	s := site(t)
	reader := s.Visitor()
	reader.Lang = "fr"
	reader.Post("/signin", "email", "new@example.org").Want(t, 303)
	rows, err := s.Events.Deliveries(t.Context(), event.Waiting, 0, 1)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	if lang, err := s.People.LinkLanguage(t.Context(), rows[0].Subject.ID); err != nil || lang != "fr" {
		t.Errorf("it is kept as %q, %v", lang, err)
	}
}
