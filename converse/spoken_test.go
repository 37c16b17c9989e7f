package converse_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/converse"
	"tribune/internal/fault"
)

func TestSilences(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		cyd := s.person("Cyd", "member")
		letter, err := s.Letter(ctx, s.ben, "Hello", "A question?")
		s.ok(err)
		_, err = s.Answer(ctx, s.marta, letter.ID, "An answer.")
		s.ok(err)
		s.at = s.at.Add(time.Hour)
		answered := s.at
		letter, err = s.Letter(ctx, s.ada, "Hello", "A question?")
		s.ok(err)
		_, err = s.Answer(ctx, s.marta, letter.ID, "An answer.")
		s.ok(err)
		_, err = s.Answer(ctx, s.olga, letter.ID, "One more thing.")
		s.ok(err)

		var all []converse.Silence
		for cursor := ""; ; {
			list, next, err := s.Silences(ctx, s.marta, cursor, 1)
			s.ok(err)
			all = append(all, list...)
			if cursor = next; cursor == "" {
				break
			}
		}
		want := []converse.Silence{{Person: cyd.ID}, {Person: s.ben.ID, By: s.marta.ID, At: answered.Add(-time.Hour)}, {Person: s.ada.ID, By: s.olga.ID, At: answered}}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Error(diff)
		}
		_, _, err = s.Silences(ctx, s.ada, "", 10)
		wants(t, err, fault.NotFound)
		_, _, err = s.Silences(ctx, s.marta, "x", 10)
		wants(t, err, fault.Invalid)
	})
}

func TestWayTo(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		w, mailed, err := s.WayTo(ctx, s.marta, s.ada.ID)
		s.ok(err)
		if w != converse.BySite || !mailed {
			t.Errorf("an answer to a member leaves by %s, mailed %v", w, mailed)
		}
		s.ok(s.people.ChooseMail(ctx, s.ada.ID, "answers", false))
		if _, mailed, err = s.WayTo(ctx, s.marta, s.ada.ID); err != nil || mailed {
			t.Errorf("who wants no mail: mailed %v, %v", mailed, err)
		}
		if w, mailed, err = s.WayTo(ctx, s.marta, 0); err != nil || w != converse.ByCopy || mailed {
			t.Errorf("an unclaimed account: %s, mailed %v, %v", w, mailed, err)
		}
	})
}
