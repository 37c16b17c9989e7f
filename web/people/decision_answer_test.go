package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/people"
	"tribune/web/webtest"
)

// TestDecisionIsAnsweredWithoutAnAccount takes the link of a decision's mail,
// signed out, to a letter to who decided.
func TestDecisionIsAnsweredWithoutAnAccount(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes})
	marta, jo, ann := s.Person("Marta Lindqvist", know.Owner), s.Person("Jo Beck", know.Member), s.Person("Ann Ode", know.Member)
	idea, err := s.Ideas.Propose(t.Context(), jo.Actor, shape.NewIdea{Title: "Thread, not glue", Body: "It would last."})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Ideas.Decide(t.Context(), marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Declined, Reason: "Our binder *cannot*."})
	if err != nil {
		t.Fatal(err)
	}
	var guest int64 // known by a confirmed address, without having signed in
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		account, err := s.People.EnsureAccount(t.Context(), tx, know.Account{Kind: know.Mail, Address: "rosa@example.org"})
		if err == nil {
			guest, err = s.People.ClaimGuest(t.Context(), tx, account, "Rosa Quispe", "en")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	path := func(person int64) string {
		key, err := s.Ideas.AnswerKey(t.Context(), d.ID, person)
		if err != nil || key == "" {
			t.Fatalf("key of %d: %q, %v", person, key, err)
		}
		return fmt.Sprintf("/decisions/%d/answer/%d/%s", d.ID, person, key)
	}
	out, jos := s.Visitor(), path(jo.ID)
	page := out.Get(jos).Want(t, 200, "You answer as Jo Beck", "Answer Marta Lindqvist", "Thread, not glue", "<em>cannot</em>")
	if page.Header.Get("Cache-Control") != "no-store" || page.Header.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("the link may be told on: %v", page.Header)
	}
	out.Post(jos, "who", "private", "body", " ").Want(t, 422, "You answer as Jo Beck")
	out.Post(jos, "body", "Kept words").Want(t, 422, "Choose who may read", "Kept words")
	out.Post(jos, "who", "private", "body", "Then ask another binder.").Want(t, 303)
	if a := out.Post(path(guest), "who", "private", "body", "Me, too."); !strings.Contains(a.Header.Get("Location"), "/key/") {
		t.Errorf("a guest is led to %d %s", a.Status, a.Header.Get("Location"))
	}
	threads, err := s.Inbox.ThreadsOf(t.Context(), marta.Actor, jo.ID, nil)
	if err != nil || len(threads) != 1 || threads[0].To != marta.ID || threads[0].Person != jo.ID || threads[0].IsPublic() || threads[0].State != converse.Waiting ||
		!strings.Contains(threads[0].Subject, "Thread, not glue") || threads[0].Last != "Then ask another binder." {
		t.Errorf("threads: %+v, %v", threads, err)
	}

	// Nobody answers as somebody else, and nothing else opens by it.
	josKey := jos[strings.LastIndexByte(jos, '/')+1:]
	out.Get(fmt.Sprintf("/decisions/%d/answer/%d/%s", d.ID, ann.ID, josKey)).Want(t, 404)
	out.Post(fmt.Sprintf("/decisions/%d/answer/%d/%s", d.ID, marta.ID, josKey), "who", "private", "body", "x").Want(t, 404)
	if key, err := s.Ideas.AnswerKey(t.Context(), d.ID, marta.ID); err != nil || key != "" {
		t.Errorf("one of us has a key: %q, %v", key, err)
	}

	s.Pass(91 * 24 * time.Hour)
	if a := out.Get(jos).Want(t, 303); !strings.HasPrefix(a.Header.Get("Location"), "/signin?next=") {
		t.Errorf("three months later: %v", a.Header)
	}
	out.Post(jos, "who", "private", "body", "x").Want(t, 401)
	if err := s.People.Leave(t.Context(), jo.Actor, true); err != nil {
		t.Fatal(err)
	}
	out.Get(jos).Want(t, 404)
}
