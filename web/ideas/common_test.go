package ideas_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
	"tribune/web/webtest"
)

// A page rendered for all members and filled in for one is, to the letter, the
// page rendered for that one, whatever happened between.
func TestCommonPage(t *testing.T) {
	s := site(t)
	ana, bo, cleo, marta := s.Person("Ana Blum", know.Member), s.Person("Bo", know.Member), s.Person("Cleo", know.Member), s.Person("Marta", know.Staff)
	readers := map[string]*webtest.Reader{"proposer": ana, "voter": bo, "third": cleo, "staff": marta}
	first, second := propose(t, s, ana, "Thread, not glue"), propose(t, s, ana, "A pocket")
	own := func(r *webtest.Reader, path string) webtest.Answer { // who was just told something is given a page of their own
		req := httptest.NewRequest("GET", path, nil)
		req.AddCookie(&http.Cookie{Name: "__Host-done", Value: "nothing"})
		return r.Do(req)
	}
	check := func(when string) {
		t.Helper()
		for name, r := range readers {
			for _, path := range []string{"/ideas", "/ideas?sort=new", "/ideas?q=pocket", page.IdeaURL(first.ID), page.IdeaURL(second.ID)} {
				want, got := own(r, path), r.Get(path)
				if want.Status == got.Status && got.Status == http.StatusNotFound {
					continue // it names the request
				}
				if diff := cmp.Diff(want.Alike(), got.Alike()); diff != "" {
					t.Fatalf("%s, %s, %s: %s", when, name, path, diff)
				}
			}
		}
	}
	do := func(when string, act func() error) {
		t.Helper()
		if err := act(); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		check(when)
	}
	check("at first")
	vote := func(r *webtest.Reader, id int64, on bool) func() error {
		return func() error { _, err := s.Ideas.Vote(t.Context(), r.Actor, id, on); return err }
	}
	do("a vote", vote(bo, first.ID, true))
	do("another", vote(cleo, second.ID, true))
	do("that lifts it", vote(bo, second.ID, true))
	do("one taken back", vote(bo, first.ID, false))
	against := func(r *webtest.Reader, id int64, on bool) func() error {
		return func() error { _, err := s.Ideas.VoteAgainst(t.Context(), r.Actor, id, on); return err }
	}
	do("one against", against(bo, first.ID, true))
	do("another turns", against(cleo, second.ID, true))
	do("and back", against(bo, first.ID, false))
	do("a follower", func() error { return s.Ideas.Follow(t.Context(), bo.Actor, first.ID, true) })
	do("a voice", func() error {
		_, err := s.Ideas.AddVoice(t.Context(), bo.Actor, first.ID, shape.VoiceFrom{Words: "It would last for years."})
		return err
	})
	var c shape.Comment
	do("a comment", func() (err error) {
		c, err = s.Ideas.Comment(t.Context(), cleo.Actor, first.ID, "So it is.", "")
		return err
	})
	do("hidden", func() error { return s.Ideas.HideComment(t.Context(), marta.Actor, c.ID, "Not here.") })
	do("an idea hidden", func() error { return s.Ideas.Hide(t.Context(), marta.Actor, second.ID, "Nor this.") })
	do("and shown", func() error { return s.Ideas.Show(t.Context(), marta.Actor, second.ID) })
	ana.Get(page.IdeaURL(first.ID)).Want(t, 200, ">Edit</a>")
	bo.Get(page.IdeaURL(first.ID)).Want(t, 200, "Stop following", "Take your words back")
	cleo.Get(page.IdeaURL(first.ID)).Want(t, 200, "Not here.")
}
