package board_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestDraw draws a board once however many ask for it at the same time, and
// gives declined seats to the next, keeping the others and the quotas.
func TestDraw(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 6, board.Quota{Feature: "country", Value: "NO", Min: 2, Max: 3}, board.Quota{Feature: "tenure", Value: "0-1", Min: 6, Max: 6})
		all := s.crowd(t, b, 20, "NO", "BR", "FR", "DE")
		if _, err := s.Pool(ctx, know.Actor{}, b.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the pool before it is closed: %v", err)
		}
		_, err := s.Draw(ctx, s.staff, b.ID, "1")
		want(t, err, fault.Conflict, "not closed")
		s.at = b.ClosesAt
		if b, err = s.Close(ctx, s.staff, b.ID); err != nil || b.PoolSize != 20 || len(b.PoolHash) != 64 || b.ClosedBy != s.staff.ID {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := s.Change(ctx, s.staff, b.ID, s.terms(2)); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed board changes: %v", err)
		}
		if err := s.SetQuotas(ctx, s.staff, b.ID, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed board's quotas change: %v", err)
		}
		_, err = s.Draw(ctx, s.staff, b.ID, "1 2 3")
		want(t, err, fault.Conflict, "later")
		if err := s.Unapply(ctx, all[0], b.ID); err != nil { // stays in the pool
			t.Fatal(err)
		}
		s.at = b.BeaconAt
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := s.Draw(ctx, s.staff, b.ID, "3 17 22"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_, err = s.Draw(ctx, s.staff, b.ID, "3 17 23")
		want(t, err, fault.Conflict, "not repeated")
		if b, err = s.Board(ctx, s.ada, b.ID); err != nil || b.Seed() != "#1 Left hand 2026 / 3 17 22" || b.DrawnBy != s.staff.ID {
			t.Fatalf("%+v, %v", b, err)
		}
		first := s.seats(t, b)
		if len(first) != 6 || slices.Contains(first, 1) || s.mails(t, "drawn") != 6 {
			t.Fatalf("seats %v, %d mails", first, s.mails(t, "drawn"))
		}
		s.held(t, b, all)
		if err := s.Accept(ctx, s.ada, b.ID, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("who was not drawn accepts: %v", err)
		}
		gone := all[first[2]-1]
		if err := s.Accept(ctx, gone, b.ID, true); err != nil {
			t.Fatal(err)
		}
		if a := s.actor(t, gone.ID); !b.IsInside(a) {
			t.Error("a member is not in the circle")
		}
		for range 2 {
			if err := s.Decline(ctx, gone, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		if a := s.actor(t, gone.ID); b.IsInside(a) {
			t.Error("who resigned is still in the circle")
		}
		second := s.seats(t, b)
		for _, n := range first {
			if slices.Contains(second, n) == (n == first[2]) {
				t.Errorf("after %d declined: %v, was %v", first[2], second, first)
			}
		}
		s.at = s.at.Add(15 * day)
		for range 2 {
			if err := s.KeepOnce(ctx); err != nil {
				t.Fatal(err)
			}
		}
		third := s.seats(t, b)
		if len(third) != 6 || slices.ContainsFunc(third, func(n int) bool { return slices.Contains(second, n) }) {
			t.Errorf("nobody answered in time, and the seats are %v, were %v", third, second)
		}
		s.held(t, b, all)
		if _, err := s.Rounds(ctx, know.Actor{}, b.ID); err != nil {
			t.Error(err)
		}
	})
}

// held checks the seats against the quotas of TestDraw.
func (s *stand) held(t testing.TB, b board.Board, all []know.Actor) {
	t.Helper()
	norway := 0
	for _, n := range s.seats(t, b) {
		if (n-1)%4 == 0 {
			norway++
		}
	}
	if norway < 2 || norway > 3 {
		t.Errorf("%d seats for Norway", norway)
	}
}

// TestOneForm checks that the spelling of a value chooses nobody: whatever is typed
// of one result makes one seed, and another count of numbers than announced none;
// and that a board which was drawn with a value as it was typed still says so.
func TestOneForm(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		var boards []board.Board
		for range 3 {
			b := s.convene(t, 1)
			s.apply(t, b, s.ada, "")
			boards = append(boards, b)
		}
		if boards[0].Announced != "#1 Left hand 2026" || boards[1].Announced != "#2 Left hand 2026" {
			t.Errorf("boards of one name: %q, %q", boards[0].Announced, boards[1].Announced)
		}
		s.at = boards[0].ClosesAt
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		s.at = boards[0].BeaconAt
		for n, typed := range []string{"  22,  03 ;17 ", "17-22-3", "3 17 22"} {
			_, err := s.Draw(ctx, s.staff, boards[n].ID, "3 17 22 8")
			want(t, err, fault.Invalid, "Nothing was drawn")
			_, err = s.Draw(ctx, s.staff, boards[n].ID, " -, ")
			want(t, err, fault.Invalid, "Whole numbers were announced")
			b, err := s.Draw(ctx, s.staff, boards[n].ID, typed)
			if err != nil || b.Value != "3 17 22" || b.Seed() != b.Announced+" / 3 17 22" {
				t.Errorf("%q makes %q, %v", typed, b.Seed(), err)
			}
			if again, err := s.Draw(ctx, s.staff, b.ID, "22 17 3"); err != nil || !again.DrawnAt.Equal(b.DrawnAt) {
				t.Errorf("the same value in another order: %v", err)
			}
			if c := b.Command(board.Round{}); !strings.HasSuffix(c, "--seed '"+b.Announced+"' --value '3 17 22' --numbers 3") {
				t.Error(c)
			}
		}
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update board set value = ' 22,17 ;3', announced = 'Before', counts = '', numbers = 0 where id = $1`, boards[0].ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		old, err := s.Draw(ctx, s.staff, boards[0].ID, "3 17 22")
		if err != nil || old.Reread() || old.Seed() != "Before /  22,17 ;3" || !strings.HasSuffix(old.Command(board.Round{}), "--seed 'Before /  22,17 ;3'") {
			t.Errorf("a board drawn before: %q, %v", old.Command(board.Round{}), err)
		}
	})
}

// TestKindOfValue checks that one result has one spelling of each kind: a single
// number takes no words beside it, a code all of its digits and nothing else; and
// that a code which was drawn when its length was not announced is still replayed,
// and one that was announced then is still drawn.
func TestKindOfValue(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		boardOf := func(numbers, digits int) board.Board {
			n := s.terms(1)
			n.Numbers, n.Digits = numbers, digits
			b, err := s.Convene(ctx, s.staff, n)
			if err != nil || b.Numbers != numbers || b.Digits != digits {
				t.Fatalf("%d numbers, %d digits: %+v, %v", numbers, digits, b, err)
			}
			s.apply(t, b, s.ada, "")
			return b
		}
		rate, code, old, unsaid := boardOf(1, 0), boardOf(0, 8), boardOf(1, 0), boardOf(1, 0)
		later, err := s.Convene(ctx, s.staff, s.terms(1))
		if err != nil {
			t.Fatal(err)
		}
		longer := code.Terms()
		longer.Digits = 64
		if _, err := s.Change(ctx, s.staff, code.ID, longer); err == nil || err.(*fault.Error).Field != "digits" {
			t.Errorf("another length of the code after somebody applied: %v", err)
		}
		s.at = rate.ClosesAt
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		s.at = rate.BeaconAt
		draw := func(b board.Board, typed, value, command string) {
			t.Helper()
			b, err := s.Draw(ctx, s.staff, b.ID, typed)
			if err != nil || b.Value != value || b.Seed() != b.Announced+" / "+value || !strings.HasSuffix(b.Command(board.Round{}), command) {
				t.Errorf("%q makes %q, %q, %v", typed, b.Seed(), b.Command(board.Round{}), err)
			}
			if again, err := s.Draw(ctx, s.staff, b.ID, value); err != nil || !again.DrawnAt.Equal(b.DrawnAt) {
				t.Errorf("%q again: %v", value, err)
			}
		}
		for _, typed := range []string{"DAX 18234", "the 18234", "18234e0", "18234.0", "hash 1f3a9c", "1f3a9c", "½", "4¹", "⒋", ""} {
			_, err := s.Draw(ctx, s.staff, rate.ID, typed)
			want(t, err, fault.Invalid, "Whole numbers were announced")
		}
		_, err = s.Draw(ctx, s.staff, rate.ID, "18,234")
		want(t, err, fault.Invalid, "So many numbers were announced to count: 1.")
		draw(rate, " 018234", "18234", " --value '18234' --numbers 1")
		for _, typed := range []string{"1f3a9c", "1f3a9c0", "001f3a9c0", "sha256:001f3a9c", "0x0x1f3a9c", "hash 001f3a9c", "001f3a9g", "001f3a9¹", ""} {
			_, err := s.Draw(ctx, s.staff, code.ID, typed)
			want(t, err, fault.Invalid, "A code of 8 hexadecimal digits")
		}
		draw(code, "0x001F 3A9C", "001f3a9c", " --value '001f3a9c' --digits 8")
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update board set state = 'drawn', value = '1f3a9c' where id = $1`, old.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		as := func(b board.Board, state string) {
			t.Helper()
			if err := db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `update board set unsaid = 1, state = $2 where id = $1`, b.ID, state)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		as(unsaid, "closed")
		for _, typed := range []string{"", "½", "4¹", "4 11", "1f3é"} {
			if _, err := s.Draw(ctx, s.staff, unsaid.ID, typed); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", typed, err)
			}
		}
		draw(unsaid, "0x00AB-1x2", "ab1x2", " --seed '"+unsaid.Announced+" / ab1x2'")
		as(later, "open")
		terms := later.Terms()
		terms.Beacon, terms.ClosesAt, terms.BeaconAt = "Another value", s.at.AddDate(0, 0, 7), s.at.AddDate(0, 0, 14)
		terms.From, terms.To = s.at.AddDate(0, 0, 20), s.at.AddDate(1, 0, 0)
		if b, err := s.Change(ctx, s.staff, later.ID, terms); err != nil || b.Unsaid {
			t.Errorf("announced anew, either is read: %+v, %v", b, err)
		}
		draw(old, "1f3a9c", "1f3a9c", " --seed '"+old.Announced+" / 1f3a9c'")
	})
}

// TestKindAnnounced refuses an announcement of no kind, of both, and of counts out
// of range.
func TestKindAnnounced(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	for _, c := range []struct {
		numbers, digits int
		field           string
	}{{0, 0, "numbers"}, {51, 0, "numbers"}, {-1, 0, "numbers"}, {0, 7, "digits"}, {0, 257, "digits"}, {0, -1, "digits"}, {1, 64, "digits"}} {
		n := s.terms(1)
		n.Numbers, n.Digits = c.numbers, c.digits
		if _, err := s.Convene(t.Context(), s.staff, n); err == nil || err.(*fault.Error).Field != c.field {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestAnnouncedIsSeen refuses signs that nobody sees in what everybody is to copy or
// type again; a text that has them already does not keep a board from being changed.
func TestAnnouncedIsSeen(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	ctx := t.Context()
	for field, set := range map[string]func(*board.NewBoard, string){
		"name":      func(n *board.NewBoard, text string) { n.Name = text; n.Announced = "As announced" },
		"announced": func(n *board.NewBoard, text string) { n.Announced = text },
		"beacon":    func(n *board.NewBoard, text string) { n.Beacon = text },
		"counts":    func(n *board.NewBoard, text string) { n.Counts = text },
	} {
		for _, text := range []string{"gnp\u202e.exe", "zero\u200bwidth", "\u2066isolated\u2069"} {
			n := s.terms(1)
			set(&n, text)
			if _, err := s.Convene(ctx, s.staff, n); err == nil || err.(*fault.Error).Field != field {
				t.Errorf("%q as %s: %v", text, field, err)
			}
		}
	}
	b := s.convene(t, 1)
	if err := s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update board set announced = $1 where id = $2`, "#1 old\u202etext", b.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	n := s.terms(1)
	n.Announced, n.Purpose = "#1 old\u202etext", "Another purpose."
	if got, err := s.Change(ctx, s.staff, b.ID, n); err != nil || got.Announced != n.Announced {
		t.Errorf("changed: %q, %v", got.Announced, err)
	}
}

// TestStaffPass has the seat of somebody who was drawn and works here by now go to
// the next, once they would take it.
func TestStaffPass(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 1)
		s.apply(t, b, s.ada, "")
		s.apply(t, b, s.ben, "")
		b = s.drawn(t, b)
		hired, next := s.ada, s.ben
		if s.seats(t, b)[0] == 2 {
			hired, next = s.ben, s.ada
		}
		hired.Role = know.Staff
		want(t, s.Accept(ctx, hired, b.ID, true), fault.Forbidden, "gone to the next")
		if x, ok, err := s.MySeat(ctx, hired, b.ID); err != nil || !ok || x.State != board.Declined {
			t.Errorf("%+v, %v", x, err)
		}
		if b, err := s.Board(ctx, s.staff, b.ID); err != nil || b.Members != 0 {
			t.Errorf("%d members before anybody accepted, %v", b.Members, err)
		}
		if err := s.Accept(ctx, next, b.ID, false); err != nil {
			t.Error(err)
		}
		if b, err := s.Board(ctx, s.staff, b.ID); err != nil || b.Members != 1 {
			t.Errorf("%d members, %v", b.Members, err)
		}
	})
}

// TestFails checks that a seat for which nobody fits stays empty, said once.
func TestFails(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 2, board.Quota{Feature: "country", Value: "BR", Min: 1, Max: 1})
		all := s.crowd(t, b, 3, "NO", "BR", "NO")
		b = s.drawn(t, b)
		if err := s.Decline(ctx, all[1], b.ID); err != nil {
			t.Fatal(err)
		}
		rounds, err := s.Rounds(ctx, s.ada, b.ID)
		if err != nil || len(rounds) != 2 || !rounds[1].Failed || len(s.seats(t, b)) != 1 {
			t.Errorf("%+v, %v", rounds, err)
		}
	})
}
