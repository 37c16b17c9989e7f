package board_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestTask asks, answers, reports and votes.
func TestTask(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 3)
		all := s.crowd(t, b, 3, "NO")
		b = s.drawn(t, b)
		for n := range all {
			if err := s.Accept(ctx, all[n], b.ID, false); err != nil {
				t.Fatal(err)
			}
			all[n] = s.actor(t, all[n].ID)
		}
		staff := s.actor(t, s.staff.ID)
		task, err := s.Ask(ctx, staff, b.ID, board.NewTask{Question: "Thick or thin?", Shows: board.ShowAfter, ClosesAt: s.at.Add(day)})
		if err != nil {
			t.Fatal(err)
		}
		if n := s.mails(t, "task"); n != 3 {
			t.Errorf("%d members were asked", n)
		}
		_, err = s.GiveAnswer(ctx, staff, b.ID, task.ID, "Mine.", board.Named)
		want(t, err, fault.Forbidden, "members")
		for n, q := range []board.Quote{board.Named, board.Nameless, board.NotQuoted} {
			for range 2 {
				if _, err := s.GiveAnswer(ctx, all[n], b.ID, task.ID, fmt.Sprint("Thick ", n), q); err != nil {
					t.Fatal(err)
				}
			}
		}
		read := func(a know.Actor) []string {
			t.Helper()
			one, err := s.Task(ctx, a, b.ID, task.ID)
			if fault.Is(err, fault.NotFound) {
				return []string{"closed"}
			}
			if err != nil {
				t.Fatal(err)
			}
			answers, err := s.Answers(ctx, a, one, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, x := range answers {
				texts = append(texts, fmt.Sprintf("%v %s", x.Person != 0, x.Body))
			}
			return texts
		}
		check := func(a know.Actor, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, read(a)); diff != "" {
				t.Error(diff)
			}
		}
		check(know.Actor{}, "closed")
		check(s.ada, "closed")
		check(all[0], "true Thick 0")
		check(staff, "true Thick 0", "true Thick 1", "true Thick 2")
		_, err = s.Report(ctx, staff, b.ID, task.ID, "Thick.")
		want(t, err, fault.Conflict, "still taken")
		s.at = task.ClosesAt
		check(all[0], "true Thick 0", "true Thick 1", "true Thick 2")
		_, err = s.GiveAnswer(ctx, all[0], b.ID, task.ID, "Other words", board.Named)
		want(t, err, fault.Conflict, "closed")
		_, err = s.Vote(ctx, all[0], b.ID, task.ID, true)
		want(t, err, fault.Conflict, "no result")
		if _, err := s.Report(ctx, staff, b.ID, task.ID, "Thick it is."); err != nil {
			t.Fatal(err)
		}
		_, err = s.Report(ctx, staff, b.ID, task.ID, "Thin.")
		want(t, err, fault.Conflict, "already")
		if n := s.mails(t, "result"); n != 3 {
			t.Errorf("%d members were told", n)
		}
		_, err = s.Vote(ctx, staff, b.ID, task.ID, true)
		want(t, err, fault.Forbidden, "members")
		for n, yes := range []bool{true, false, true} {
			check(s.ada, "closed")
			if _, err := s.Vote(ctx, all[n], b.ID, task.ID, yes); err != nil {
				t.Fatal(err)
			}
		}
		check(know.Actor{}, "true Thick 0", "false Thick 1")
		if err := s.TakeAnswer(ctx, all[0], b.ID, task.ID); err != nil {
			t.Fatal(err)
		}
		check(know.Actor{}, "false Thick 1")
		if one, err := s.Task(ctx, staff, b.ID, task.ID); err != nil || one.Answers != 2 || one.PublicAt.IsZero() {
			t.Errorf("%+v, %v", one, err)
		}
	})
}
