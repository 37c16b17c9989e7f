package roadmap_test

import (
	"os"
	"testing"
	"time"

	"tribune/internal/i18n"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
	"tribune/web/roadmap"
	"tribune/web/webtest"
)

func TestRoadmap(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: roadmap.Files, Routes: roadmap.Routes})
	ctx := t.Context()
	marta, ana, visitor := s.Person("Marta Lindqvist", know.Staff), s.Person("Ana", know.Member), s.Visitor()
	visitor.Get("/roadmap").Want(t, 200, "Nothing has been taken up yet")
	for title, audience := range map[string]know.Audience{"Sewn & <b>flat</b>": know.Public, "Members alone": know.Members} {
		idea, err := s.Ideas.Propose(ctx, ana.Actor, shape.NewIdea{Title: title, Body: "x", Audience: audience})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ideas.Decide(ctx, marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "The binder has a machine for it.",
			PromisedAt: s.Clock().Add(48 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	visitor.Get("/roadmap").Want(t, 200, "Sewn &amp; &lt;b&gt;flat&lt;/b&gt;", "Promised for 22 November 2026", "Nothing is being looked at just now").
		Without(t, "Members alone", "Nothing is planned yet")
	ana.Get("/roadmap").Want(t, 200, "Members alone")
	ana.Lang = "fr"
	ana.Get("/roadmap").Want(t, 200, "Promis pour le 22 novembre 2026").Without(t, "Planned", "Promised")
}

func TestFrench(t *testing.T) {
	words, err := i18n.Load(roadmap.Files, page.Files)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(os.DirFS("."), words)
	if err != nil || len(missing) > 0 {
		t.Errorf("without French: %v %q", err, missing)
	}
}
