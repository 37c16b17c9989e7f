package board_test

import (
	"slices"
	"strings"
	"testing"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestConvene checks what a board needs, and who may open one.
func TestConvene(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		_, err := s.Convene(ctx, s.ada, s.terms(3))
		want(t, err, fault.Forbidden, "")
		_, err = s.Convene(ctx, s.staff, board.NewBoard{})
		f := err.(*fault.Error)
		if len(f.More) != 12 {
			t.Errorf("an empty board has %d faults: %v", len(f.More)+1, err)
		}
		early := s.terms(3)
		early.BeaconAt = early.ClosesAt
		_, err = s.Convene(ctx, s.staff, early)
		want(t, err, fault.Invalid, "after applications close")
		of := s.terms(3)
		of.Host = s.ada.ID
		_, err = s.Convene(ctx, s.staff, of)
		want(t, err, fault.Invalid, "Somebody of us")

		b := s.convene(t, 3)
		for _, q := range [][]board.Quota{{{Feature: "age", Value: "9"}}, {{Feature: "country", Value: "Narnia"}}, {{Feature: "tenure", Value: "5"}}, {{Feature: "tribe", Value: "07"}},
			{{Feature: "country", Value: "NO", Min: 2, Max: 1}}, {{Feature: "country", Value: "NO", Min: 4, Max: 5}}, {{Feature: "country", Value: "no"}, {Feature: "country", Value: "NO"}}} {
			if err := s.SetQuotas(ctx, s.staff, b.ID, q); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", q, err)
			}
		}
		for says, q := range map[string][]board.Quota{
			"for countries add up to more than the 3": {{Feature: "country", Value: "JP", Min: 3, Max: 3}, {Feature: "country", Value: "BR", Min: 2, Max: 3}},
			"largest one from that to 3":              {{Feature: "country", Value: "NO", Min: 1, Max: 9}},
			"tribe of the number 99":                  {{Feature: "tribe", Value: "99", Min: 1, Max: 1}},
			"for tenure add up to less than the 3":    {{Feature: "tenure", Value: "0-1", Max: 1}, {Feature: "tenure", Value: "1-3", Max: 1}, {Feature: "tenure", Value: "3+", Max: 0}},
		} {
			if err := s.SetQuotas(ctx, s.staff, b.ID, q); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%v: %v", q, err)
			}
		}
		possible := []board.Quota{{Feature: "country", Value: "NO", Min: 2, Max: 3}, {Feature: "tenure", Value: "0-1", Min: 0, Max: 1}, {Feature: "tribe", Value: "7", Min: 1, Max: 2}}
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			return s.people.Admit(ctx, tx, s.ada, know.CircleOf("tribe", 7), s.ada.ID)
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.SetQuotas(ctx, s.staff, b.ID, possible); err != nil {
			t.Error(err)
		}
		_, err = s.Change(ctx, s.staff, b.ID, s.terms(1))
		want(t, err, fault.Conflict, "cannot be met with this number of seats")
		changed := s.terms(4)
		if b, err = s.Change(ctx, s.owner, b.ID, changed); err != nil || b.Seats != 4 {
			t.Errorf("%+v, %v", b, err)
		}
		if b, err = s.Change(ctx, s.owner, b.ID, changed); err != nil {
			t.Error(err)
		}
		if kept, err := s.Earlier(ctx, know.Actor{}, b.ID); err != nil || len(kept) != 1 || kept[0].Seats != 3 || !slices.Equal(kept[0].Quotas, []board.Quota{possible[0], possible[2], possible[1]}) || kept[0].Until.IsZero() {
			t.Errorf("%+v, %v", kept, err)
		}
		// What an earlier version of the program kept is shown as it is.
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			return s.people.Keep(ctx, tx, event.Ref{Kind: "board", ID: b.ID}, "Old", "Paper.\n\n3 seats", s.owner.ID)
		}); err != nil {
			t.Fatal(err)
		}
		if kept, err := s.Earlier(ctx, know.Actor{}, b.ID); err != nil || len(kept) != 2 || kept[0].Name != "Old" || kept[0].Text != "Paper.\n\n3 seats" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// TestApply checks who may apply, with what, and until when.
func TestApply(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 3, board.Quota{Feature: "country", Value: "BR", Min: 1, Max: 1})
		_, err := s.Apply(ctx, know.Actor{}, b.ID, board.NewApplication{Sentence: "x"})
		want(t, err, fault.Unauthorised, "")
		_, err = s.Apply(ctx, s.staff, b.ID, board.NewApplication{Sentence: "x"})
		want(t, err, fault.Forbidden, "customers")
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Country: "XQ", Tribe: 5})
		if f, ok := err.(*fault.Error); !ok || len(f.More) != 2 {
			t.Errorf("said %v", err)
		}
		for range 2 {
			if p, err := s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "I draw.", Country: "no"}); err != nil || p.Number != 1 || p.Country != "NO" {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		if p, err := s.Apply(ctx, s.ben, b.ID, board.NewApplication{Sentence: "I write."}); err != nil || p.Number != 2 {
			t.Fatalf("%+v, %v", p, err)
		}
		for range 2 {
			if err := s.Unapply(ctx, s.ada, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		if b, err = s.Board(ctx, know.Actor{}, b.ID); err != nil || b.Applications != 1 {
			t.Errorf("%d applications, %v", b.Applications, err)
		}
		if _, err := s.Applications(ctx, s.ben, b.ID, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member lists who applied: %v", err)
		}
		p, err := s.Preview(ctx, s.staff, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		want(t, p.Fault(), fault.Conflict, "Fewer people applied (1) than there are seats (3)")
		s.crowd(t, b, 4, "NO")
		if p, err = s.Preview(ctx, s.staff, b.ID); err != nil {
			t.Fatal(err)
		}
		want(t, p.Fault(), fault.Conflict, "BR needs at least 1, and 0")
		s.at = b.ClosesAt
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Late."})
		want(t, err, fault.Conflict, "closed")
		_, err = s.Close(ctx, s.staff, b.ID)
		want(t, err, fault.Conflict, "BR")
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		s.at = b.BeaconAt
		_, err = s.Close(ctx, s.staff, b.ID)
		want(t, err, fault.Conflict, "known already")

		only := s.terms(1)
		only.Invited = true
		if b, err = s.Convene(ctx, s.staff, only); err != nil {
			t.Fatal(err)
		}
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Me.", Code: "guessed"})
		want(t, err, fault.Forbidden, "invited")
		code, err := s.InviteCode(ctx, s.staff, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Me.", Code: code}); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := s.Invite(ctx, s.staff, b.ID, s.ben.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Apply(ctx, s.ben, b.ID, board.NewApplication{Sentence: "Me, too."}); err != nil {
			t.Error(err)
		}
		if n := s.mails(t, "invited"); n != 1 {
			t.Errorf("%d invitations were written", n)
		}
	})
}
