package loop_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/measure"
	"tribune/shape"
	"tribune/web/loop"
	"tribune/web/page"
	"tribune/web/webtest"
)

func open(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: loop.Files, Routes: func(mux *http.ServeMux, k *page.Kit) { loop.Routes(mux, k) }})
}

// settle counts what happened.
func settle(t *testing.T, s *webtest.Site) {
	t.Helper()
	ctx := t.Context()
	for _, err := range []error{
		s.Events.CatchUp(ctx, "converse.attend", s.Inbox.Attend, listen.MentionsStored),
		s.Events.CatchUp(ctx, "measure.count", s.Measures.Count, measure.CountKinds()...),
		s.Measures.SweepAll(ctx),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func must[T any](t *testing.T) func(x T, err error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

// TestEmptySite: nothing was asked, and nothing is claimed.
func TestEmptySite(t *testing.T) {
	s := open(t)
	a := s.Visitor().Get("/clock").Want(t, 200, "Nobody has asked us anything yet", "Nobody waits", "The words of the rule")
	if strings.Contains(a.Body, "half were answered") || strings.Contains(a.Body, "NaN") {
		t.Error("an empty clock claims something")
	}
	marta := s.Person("Marta Lind", know.Staff)
	marta.Get("/desk/loop").Want(t, 200, "Heard", "No first purchase is known", "Nothing was heard about us", "have not been compared yet", "No source is listened to yet")
	for _, path := range []string{"heard", "answered", "taken", "decided", "shipped", "told", "found", "said", "said?who=maker"} {
		marta.Get("/desk/loop/"+path).Want(t, 200, "Nothing is behind this number")
	}
	marta.Get("/desk/loop/nothing").Want(t, 404)
	marta.Get("/desk/loop/words?term=7").Want(t, 404, `<a class="button" href="/desk/loop">Back to the loop</a>`).Without(t, "To the square")
	marta.Get("/desk/loop/nowhere").Want(t, 404, "Back to the loop")
	s.Visitor().Get("/clock?days=8").Want(t, 422)
}

// TestSentence says of few questions how many have an answer.
func TestSentence(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	marta, ada := s.Person("Marta Lind", know.Owner), s.Person("Ada Byrne", know.Member)
	french := s.Visitor()
	french.Lang = "fr"
	var asked []converse.Thread
	for _, body := range []string{"Do you ship there?", "And to Chile?"} {
		asked = append(asked, must[converse.Thread](t)(s.Inbox.Letter(ctx, ada.Actor, "Peru", body)))
	}
	for n, want := range [][2]string{
		{"days’ 2 questions, 1 has an answer; 1 waits.", "derniers jours, 1 a reçu une réponse"},
		{"days’ 2 questions, 2 have an answer; nobody waits.", "derniers jours, 2 ont reçu une réponse"},
	} {
		must[converse.Message](t)(s.Inbox.Answer(ctx, marta.Actor, asked[n].ID, "Yes."))
		settle(t, s)
		s.Visitor().Get("/clock").Want(t, 200, want[0])
		french.Get("/clock").Want(t, 200, want[1])
	}
}

// TestNumbersOpen: each number of the board leads to what it counts.
func TestNumbersOpen(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	marta, ada := s.Person("Marta Lind", know.Owner), s.Person("Ada Byrne", know.Member)
	if _, _, err := s.Radar.AddQuery(ctx, marta.Actor, listen.NewQuery{Name: "us", Text: "linde", Purpose: listen.Us}); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		must[[]listen.Heard](t)(s.Radar.Hear(ctx, marta.Actor, []listen.Post{{Source: "Shop", Kind: listen.KindReview, ExternalID: fmt.Sprint(i), URL: fmt.Sprintf("https://b.example/%d", i),
			Author: listen.Author{Name: fmt.Sprint("Nora ", i)}, Text: fmt.Sprintf("The linde is review number %d", i), Language: "en", PublishedAt: s.Clock().Add(-time.Duration(i) * time.Hour)}}))
	}
	for range 6 {
		x := must[converse.Thread](t)(s.Inbox.Letter(ctx, ada.Actor, "Peru", "Do you ship there?"))
		must[converse.Message](t)(s.Inbox.Answer(ctx, marta.Actor, x.ID, "Yes."))
	}
	idea := must[shape.Idea](t)(s.Ideas.Propose(ctx, ada.Actor, shape.NewIdea{Title: "Left-handed notebooks"}))
	must[shape.Decision](t)(s.Ideas.Decide(ctx, marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "In spring."}))
	must[[]purchase.Stored](t)(s.Purchases.Store(ctx, marta.Actor, []purchase.Order{{ExternalID: "1", At: s.Clock(), Email: "ada@example.org", AmountMinor: 5, Currency: "EUR"}}))
	settle(t, s)
	s.Visitor().Get("/clock").Want(t, 200, "half were answered within", "nobody waits", "This site", "Other programs of ours")
	sources := must[[]listen.Source](t)(s.Radar.Sources(ctx, marta.Actor))
	shown := "Reviews in our shop"
	must[listen.Source](t)(s.Radar.ChangeSource(ctx, marta.Actor, sources[0].ID, listen.SourceChange{Shown: &shown}))
	if a := s.Visitor().Get("/clock").Want(t, 200, shown); strings.Contains(a.Body, "Other programs of ours") {
		t.Error("the clock does not call the place what the team shows it as")
	}
	marta.Get("/desk/loop").Want(t, 200, `href="/desk/loop/heard"`, "36", "30 mentions", `<a href="/desk/loop/purchases">1</a>`, `href="/desk/loop/said?who=other"`)
	first := marta.Get("/desk/loop/heard").Want(t, 200, "rel=\"next\"")
	if n := strings.Count(first.Body, `class="loop-words"`); n != 25 {
		t.Errorf("the first page lists %d", n)
	}
	marta.Get("/desk/loop/answered").Want(t, 200, "Peru", "/desk/inbox/")
	marta.Get("/desk/loop/taken").Want(t, 200, "Left-handed notebooks")
	marta.Get("/desk/loop/decided?week=13").Want(t, 200, "In spring.")
	marta.Get("/desk/loop/decided?week=1").Want(t, 200, "Nothing is behind this number")
	marta.Get("/desk/loop/said?who=other").Want(t, 200, "review number")
	marta.Get("/desk/loop/heard?cursor=x").Want(t, 422)
	marta.Get("/desk/loop/heard?week=99").Want(t, 422)
	marta.Post("/desk/loop/words").Want(t, 303)
	marta.Get("/desk/loop").Want(t, 200, "The words are being compared")
}
