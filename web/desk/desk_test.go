package desk_test

import (
	"os"
	"testing"
	"time"

	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/webtest"
)

func open(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes})
}

func TestFreshSiteSaysWhereToBegin(t *testing.T) {
	s := open(t)
	marta := s.Person("Marta Lindqvist", know.Staff)
	marta.Get("/desk").Want(t, 200, "Three steps to begin", "/desk/radar/sources", "/desk/radar/queries/new", "/desk/calls/new")
	s.Person("Anna", know.Member).Get("/desk").Want(t, 404)
	if a := s.Visitor().Get("/desk"); a.Status != 303 || a.Header.Get("Location") != "/signin?next=%2Fdesk" {
		t.Errorf("a visitor gets %d, %s", a.Status, a.Header.Get("Location"))
	}
}

func TestTodayShowsWhatWaits(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	marta, anna := s.Person("Marta Lindqvist", know.Owner), s.Person("Anna Morel", know.Member)
	if _, err := s.Inbox.Letter(ctx, anna.Actor, "Refills", "Are there refills without a cover?"); err != nil {
		t.Fatal(err)
	}
	idea, err := s.Ideas.Propose(ctx, anna.Actor, shape.NewIdea{Title: "A squared A6", Body: "Small."})
	if err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Want(t, 200, "Anna Morel", "Are there refills without a cover?", `class="clock `, "A squared A6", "Ideas without a decision")
	s.Pass(4 * 24 * time.Hour)
	marta.Get("/desk").Want(t, 200, `class="clock late"`, "4\u00a0d", "(late)")
	if _, err := s.Ideas.Decide(ctx, marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "We have the paper for it.", PromisedAt: s.Clock().Add(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Want(t, 200, "Promises due", "promised for 26 November 2026")
	s.Pass(72 * time.Hour)
	marta.Get("/desk").Want(t, 200, "promised for 26 November 2026, passed")
	if _, err := s.Ideas.Decide(ctx, marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Declined, Reason: "The mill has closed for good."}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Without(t, "Promises due", "Ideas without a decision")
}

// TestTodayShowsVisitorsWords shows what visitors wrote and nobody has looked at,
// and the count beside Ideas, until one of us has.
func TestTodayShowsVisitorsWords(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	marta, anna := s.Person("Marta Lindqvist", know.Owner), s.Person("Anna Morel", know.Member)
	idea, err := s.Ideas.Propose(ctx, anna.Actor, shape.NewIdea{Title: "A squared A6", Body: "Small."})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.People.Change(ctx, marta.Actor, func(site *know.Site) error { site.SetUp = true; return nil }); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Want(t, 200).Without(t, "words to look at", `data-count="unread">`)
	voice, err := s.Ideas.AddVoice(ctx, know.Actor{}, idea.ID, shape.VoiceFrom{Words: "It fits my <i>pocket</i>."})
	if err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Want(t, 200, "Visitors’ words to look at", "It fits my", "A squared A6", `data-count="unread">1</span>`)
	if err := s.Ideas.ShowVoice(ctx, marta.Actor, voice.ID); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk").Want(t, 200).Without(t, "words to look at", `data-count="unread">`)
}

func TestUrgency(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for waited, want := range map[time.Duration]string{time.Hour: "", 25 * time.Hour: "soon", 71 * time.Hour: "soon", 73 * time.Hour: "late"} {
		if got := desk.Urgency(now.Add(-waited), now); got != want {
			t.Errorf("after %s the clock is %q, want %q", waited, got, want)
		}
	}
}

// TestFrench fails for a text of the desk's folders that has no French.
func TestFrench(t *testing.T) {
	for _, dir := range []string{".", "../inbox", "../radar", "../workshop", "../persons"} {
		own := os.DirFS(dir)
		words, err := i18n.Load(own, listen.Texts)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := i18n.Untranslated(own, words)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range missing {
			t.Errorf("%s/%s", dir, m)
		}
	}
}
