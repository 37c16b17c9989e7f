package wire_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// promise publishes a charter of one clause, and gives an idea under it that
// has the votes.
func (s *site) promise(t *testing.T, audience know.Audience) shape.Idea {
	t.Helper()
	ctx := t.Context()
	v, err := s.Charter.Draft(ctx, s.owner)
	if err != nil {
		t.Fatal(err)
	}
	v, err = s.Charter.Save(ctx, s.owner, v.ID, charter.Edit{Edits: -1, Default: "colours", Preface: "Who uses it *decides*.",
		Clauses: []charter.Clause{{Name: "colours", Title: "Colours <& covers>", Mode: charter.Decide, Votes: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Charter.Publish(ctx, s.owner, v.ID); err != nil {
		t.Fatal(err)
	}
	idea, err := s.Ideas.Propose(ctx, s.ana, shape.NewIdea{Title: "A deep green", Audience: audience})
	if err != nil {
		t.Fatal(err)
	}
	s.at = s.at.Add(time.Hour)
	return idea
}

// overrule decides against the charter.
func (s *site) overrule(t *testing.T, idea int64, n shape.NewDecision) {
	t.Helper()
	n.Override = charter.Signature{Reason: "There is *no* such <script>dye</script>.", Name: "Marta Lindqvist"}
	if _, err := s.Ideas.Decide(t.Context(), s.owner, idea, n); err != nil {
		t.Fatal(err)
	}
	s.at = s.at.Add(time.Hour)
}

// TestOverridesInFeeds: a decision against the charter says so in each feed of
// decisions, with the reason that was signed; the feed of the charter keeps it
// when another decision followed, and when the idea is not shown any more.
func TestOverridesInFeeds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		idea := s.promise(t, know.Public)
		s.overrule(t, idea.ID, shape.NewDecision{Stage: shape.Declined, Reason: "We cannot get it."})
		own := fmt.Sprintf("/ideas/%d/feed.atom", idea.ID)
		tells := func(path, title string, has bool) {
			t.Helper()
			for _, e := range s.feedAt(t, path).Entries {
				if e.Title != title {
					continue
				}
				for _, want := range []string{`<a href="` + siteURL + `/charter/1#colours">`, "“Colours &lt;&amp; covers&gt;”: it declines what the votes had decided.", "The reason that Marta Lindqvist signed for:", "<em>no</em>"} {
					if !strings.Contains(e.Content, want) {
						t.Errorf("%s: %q lacks %q: %s", path, title, want, e.Content)
					}
				}
				if strings.Contains(e.Content, "<script") || len(e.Author) != 1 || !strings.HasPrefix(e.Author[0], "Marta Lindqvist, ") {
					t.Errorf("%s: %+v", path, e)
				}
				if !has {
					t.Errorf("%s still has %q", path, title)
				}
				return
			}
			if has {
				t.Errorf("%s has no entry %q", path, title)
			}
		}
		tells("/roadmap.atom", "Declined: A deep green (against the charter)", true)
		tells(own, "Declined: A deep green (against the charter)", true)
		tells("/charter.atom", "Decided against the charter: A deep green", true)
		if all := s.feedAt(t, "/charter.atom").Entries; len(all) != 2 || all[1].Title != "Version 1 of the charter" || !strings.Contains(all[1].Content, "<em>decides</em>") {
			t.Errorf("the charter's feed: %+v", all)
		}

		if _, err := s.Ideas.Decide(t.Context(), s.owner, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "We found it."}); err != nil {
			t.Fatal(err)
		}
		tells("/roadmap.atom", "Declined: A deep green (against the charter)", false)
		tells(own, "Declined: A deep green (against the charter)", true)
		tells("/charter.atom", "Decided against the charter: A deep green", true)
		if got := s.feedAt(t, "/roadmap.atom").Entries; len(got) != 1 || got[0].Title != "Planned: A deep green" || strings.Contains(got[0].Content, "charter") {
			t.Errorf("the decision that keeps to it: %+v", got)
		}
		if err := s.Ideas.Hide(t.Context(), s.owner, idea.ID, "It was proposed twice."); err != nil {
			t.Fatal(err)
		}
		tells("/charter.atom", "Decided against the charter: An idea that is not shown any more", true)
		if body := s.get(t, "/charter.atom").Body.String(); strings.Contains(body, "A deep green") {
			t.Error("the charter's feed names a hidden idea")
		}
	})
}

// TestOverridesAmongMembers: what was decided among members is in no feed.
func TestOverridesAmongMembers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		idea := s.promise(t, know.Members)
		s.overrule(t, idea.ID, shape.NewDecision{Stage: shape.Declined, Reason: "We cannot get it."})
		for _, path := range []string{"/roadmap.atom", "/charter.atom"} {
			if w := s.get(t, path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "deep green") || strings.Contains(w.Body.String(), "such") {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}
