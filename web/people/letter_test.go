package people_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/know"
	"tribune/web/people"
	"tribune/web/webtest"
)

// TestStranger writes to one of us without an account: their letter is read by
// nobody before its address is confirmed, and answered where they read it.
func TestStranger(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes})
	marta := s.Person("Marta Lindqvist", know.Owner)
	v := s.Visitor()
	write := "/people/" + strconv.FormatInt(marta.ID, 10) + "/write"
	v.Get(write).Want(t, 200, "Write to Marta Lindqvist", "works at", "Who may read your letter")
	v.Post(write, "subject", "Peru", "body", "Do you **ship** to Peru?", "name", "Rosa Quispe", "email", "rosa@example.org").
		Want(t, 422, "Choose who may read your letter.", "Rosa Quispe", "Do you **ship**")
	v.Post(write, "who", "public", "subject", "Peru", "body", "x", "name", "The Support Team", "email", "rosa@example.org").
		Want(t, 422, "Write your first and last name")
	for _, address := range []string{"rosa@example.org", "marta.lindqvist@example.org"} { // nobody's, and somebody's: no difference
		a := v.Post(write, "who", "private", "subject", "Peru", "body", "Do you **ship** to Peru?", "name", "Rosa Quispe", "email", address)
		if a.Want(t, 303); a.Header.Get("Location") != "/letter/sent" {
			t.Errorf("%s: %s", address, a.Header.Get("Location"))
		}
	}
	v.Get("/letter/sent").Want(t, 200)
	secret, err := s.Inbox.ArmLetter(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // to look uses nothing up
		a := v.Get("/letter/"+secret).Want(t, 200, "Send this letter?", "<strong>ship</strong>", "Rosa Quispe")
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Error("the page of a secret is kept")
		}
	}
	if open, _, err := s.Inbox.Threads(t.Context(), marta.Actor, converse.Filter{}); err != nil || len(open) != 0 {
		t.Fatalf("sent before it was confirmed: %v %v", open, err)
	}
	a := v.Post("/letter/"+secret).Want(t, 303)
	key := a.Header.Get("Location")
	if !regexp.MustCompile(`^/letters/\d+/key/`).MatchString(key) {
		t.Fatal(key)
	}
	if again := v.Get("/letter/" + secret); again.Header.Get("Location") != key {
		t.Errorf("the link again: %d %s", again.Status, again.Header.Get("Location"))
	}
	v.Get(key).Want(t, 200, "Peru", "Say more")
	plain := key[:strings.Index(key, "/key/")]
	v.Get(plain).Want(t, 404)
	if a := marta.Get(plain); a.Status != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/desk/inbox/") {
		t.Errorf("one of us is led to %d %s", a.Status, a.Header.Get("Location"))
	}
	marta.Post(plain, "body", "We do.").Want(t, 303)
	v.Get(key).Want(t, 200, "We do.", "works at")
	v.Post(key, "body", "Thank you!").Want(t, 303)
	v.Get(key+"x").Want(t, 404)
	v.Post(key+"/withdraw").Want(t, 303)
	v.Get(key).Want(t, 200, "withdrawn by its writer").Without(t, "Thank you!")
}

// TestPublic shows a public letter to everybody, with who was asked to answer.
func TestPublic(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes})
	marta, nils, jo, eve := s.Person("Marta Lindqvist", know.Owner), s.Person("Nils Berg", know.Staff), s.Person("Jo Carter", know.Member), s.Person("Eve Other", know.Member)
	id := strconv.FormatInt(marta.ID, 10)
	if err := s.People.SetProfile(t.Context(), marta.Actor, know.Profile{Name: "Marta Lindqvist", Title: "Founder", Languages: []string{"sv", "en"}, ClockShown: true}); err != nil {
		t.Fatal(err)
	}
	a := jo.Post("/people/"+id+"/write", "who", "public", "subject", "Thin paper", "body", "Why is it so thin?").Want(t, 303)
	at := a.Header.Get("Location")
	v := s.Visitor()
	v.Get(at).Want(t, 200, "Thin paper", "Why is it so thin?", "Jo Carter", "Founder").Without(t, "Say more", "Hide this letter", "Withdraw your letter")
	v.Get("/people/"+id).Want(t, 200, "Asked in public", "Thin paper", "Swedish")
	thread, _ := strconv.ParseInt(strings.TrimPrefix(at, "/letters/"), 10, 64)
	if err := s.Inbox.Give(t.Context(), marta.Actor, thread, nils.ID); err != nil {
		t.Fatal(err)
	}
	s.Pass(3 * time.Hour)
	nils.Post(at, "body", "It is made for airmail.").Want(t, 303)
	v.Get(at).Want(t, 200, "Marta Lindqvist (Tribune) asked Nils Berg (Tribune) to answer", "It is made for airmail.")
	v.Get("/people/"+strconv.FormatInt(nils.ID, 10)).Want(t, 200, "Answered in public", "made for airmail")
	jo.Get(at).Want(t, 200, "Say more", "Withdraw your letter")
	eve.Post(at, "body", "Me, too.").Want(t, 403)
	jo.Post(at, "body", "And the blue one?").Want(t, 303)
	eve.Post(at+"/hide", "reason", "No.").Want(t, 404)
	marta.Post(at+"/hide", "reason", " ").Want(t, 422, "Say why you hide this")
	marta.Post(at+"/hide", "reason", "It names somebody.").Want(t, 303)
	v.Get(at).Want(t, 404)
	jo.Get(at).Want(t, 200, "It names somebody.")
	marta.Post(at+"/show").Want(t, 303)
	v.Get(at).Want(t, 200)
	eve.Post(at+"/withdraw").Want(t, 403)
	jo.Post(at+"/withdraw").Want(t, 303)
	v.Get(at).Want(t, 404)
}

// TestClockShown says how long somebody lets people wait, once they agreed and
// answered five times.
func TestClockShown(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes})
	marta, jo := s.Person("Marta Lindqvist", know.Owner), s.Person("Jo Carter", know.Member)
	for range 5 {
		letter, err := s.Inbox.Letter(t.Context(), jo.Actor, "Paper", "Why?")
		if err != nil {
			t.Fatal(err)
		}
		s.Pass(4 * time.Hour)
		if _, err := s.Inbox.Answer(t.Context(), marta.Actor, letter.ID, "So."); err != nil {
			t.Fatal(err)
		}
	}
	v := s.Visitor()
	v.Get("/people").Want(t, 200).Without(t, "half the time within")
	if err := s.People.SetProfile(t.Context(), marta.Actor, know.Profile{Name: "Marta Lindqvist", ClockShown: true}); err != nil {
		t.Fatal(err)
	}
	v.Get("/people").Want(t, 200, "half the time within 4\u00a0h")
	v.Get("/people/"+strconv.FormatInt(marta.ID, 10)).Want(t, 200, "half the time within 4\u00a0h")
}
