package board_test

import (
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestTalks checks who reads and writes inside a board.
func TestTalks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 2)
		all := s.crowd(t, b, 2, "NO")
		b = s.drawn(t, b)
		for n := range all {
			if err := s.Accept(ctx, all[n], b.ID, n == 0); err != nil {
				t.Fatal(err)
			}
			all[n] = s.actor(t, all[n].ID)
		}
		staff := s.actor(t, s.staff.ID)
		for _, a := range []know.Actor{{}, s.ada} {
			if _, _, err := s.Talks(ctx, a, b.ID, "", 10); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q reads: %v", a.Role, err)
			}
			if _, err := s.OpenTalk(ctx, a, b.ID, "A title", "Words"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q writes: %v", a.Role, err)
			}
		}
		talk, err := s.OpenTalk(ctx, all[0], b.ID, "Which paper?", "Thick or thin?")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Say(ctx, s.ada, b.ID, talk.ID, "Me!"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger speaks: %v", err)
		}
		s.at = s.at.Add(time.Second)
		said, err := s.Say(ctx, staff, b.ID, talk.ID, "Thin, I say.")
		if err != nil || !said.Staff {
			t.Fatalf("%+v, %v", said, err)
		}
		other, err := s.OpenTalk(ctx, all[1], b.ID, "The other one", "Ink?")
		if err != nil {
			t.Fatal(err)
		}
		talks, next, err := s.Talks(ctx, all[1], b.ID, "", 1)
		if err != nil || len(talks) != 1 || next == "" {
			t.Fatalf("%+v, %q, %v", talks, next, err)
		}
		later, last, err := s.Talks(ctx, all[1], b.ID, next, 1)
		if err != nil || len(later) != 1 || later[0].ID == talks[0].ID || last != "" {
			t.Errorf("%+v, %q, %v", later, last, err)
		}
		if _, err := s.EditSaid(ctx, all[0], b.ID, said.ID, "Mine."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another's words: %v", err)
		}
		if _, err := s.EditSaid(ctx, staff, b.ID, said.ID, "Thick, I say."); err != nil {
			t.Error(err)
		}
		if err := s.HideSaid(ctx, all[0], b.ID, said.ID, "no"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member hides: %v", err)
		}
		_, words, err := s.Talk(ctx, staff, b.ID, other.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.HideSaid(ctx, staff, b.ID, words[0].ID, "Off the point."); err != nil {
			t.Fatal(err)
		}
		hidden, words, err := s.Talk(ctx, all[0], b.ID, other.ID, 0, 10)
		if err != nil || hidden.Title != "" || words[0].Body != "" {
			t.Errorf("hidden words are shown: %+v, %+v, %v", hidden, words, err)
		}
		if err := s.WithdrawSaid(ctx, all[1], b.ID, words[0].ID); err != nil {
			t.Error(err)
		}
		if err := s.ShowSaid(ctx, staff, b.ID, words[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("what was taken back is shown again: %v", err)
		}
		s.at = b.To
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Talks(ctx, s.actor(t, all[0].ID), b.ID, "", 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member reads on after the term: %v", err)
		}
		if _, _, err := s.Talks(ctx, s.actor(t, s.staff.ID), b.ID, "", 10); err != nil {
			t.Errorf("staff read no more after the term: %v", err)
		}
		if b, err = s.Board(ctx, know.Actor{}, b.ID); err != nil || b.State != board.Ended {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
