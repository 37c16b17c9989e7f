package measure

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestBoardOpensToWhatIsBehind(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx := t.Context()
		for i := range 7 {
			w.hear(fmt.Sprint("Nora", i), "linde is lovely, no "+fmt.Sprint(i), fmt.Sprintf("https://b.example/%d", i), time.Duration(i)*24*time.Hour)
		}
		w.hear("Ada", "linde again", "https://b.example/a", 200*24*time.Hour) // too long ago
		_, err := w.inbox.Letter(ctx, w.members[1], "Hello", "Nice.")
		w.ok(err)
		idea, err := w.ideas.Propose(ctx, w.members[0], shape.NewIdea{Title: "Left-handed notebooks"})
		w.ok(err)
		_, err = w.ideas.Decide(ctx, w.staff[0], idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "It is in the shop."})
		w.ok(err)
		var orders []purchase.Order
		for i, o := range []string{"ada 2026-08-02", "ada 2026-08-03", "ada 2026-10-31", "kari 2026-10-01", "kari 2026-11-01", "kari 2026-11-02", "rui 2026-10-07", "ben 2025-10-07", "ben 2026-09-09", "nils 2026-11-19"} {
			name, day, _ := strings.Cut(o, " ")
			at, err := time.Parse(time.DateOnly, day)
			w.ok(err)
			orders = append(orders, purchase.Order{ExternalID: fmt.Sprint(i), At: at, Email: name + "@example.org", AmountMinor: 5, Currency: "EUR"})
		}
		// Paid back in part it counts, in whole it does not: stored so, or later.
		back := purchase.Order{ExternalID: "back", At: w.at.Add(-time.Hour), Email: "ada@example.org", AmountMinor: 5, Currency: "EUR", RefundedMinor: 5}
		later := purchase.Order{ExternalID: "later", At: w.at.Add(-2 * time.Hour), Email: "otto@example.org", AmountMinor: 5, Currency: "EUR"}
		orders[9].RefundedMinor = 4
		_, err = w.purchases.Store(ctx, w.staff[0], append(orders, back, later))
		w.ok(err)
		w.settle()
		later.RefundedMinor = 5
		_, err = w.purchases.Store(ctx, w.staff[0], []purchase.Order{later})
		w.ok(err)
		for i := range 2 {
			_, err := w.radar.Hear(ctx, w.staff[0], []listen.Post{{Source: "Shop", Kind: listen.KindReview, ExternalID: fmt.Sprint("pt", i), Author: listen.Author{Name: "Rui"}, Text: fmt.Sprint("Um caderno bonito ", i), Language: "pt", PublishedAt: w.at}})
			w.ok(err)
		}
		w.settle()
		b, err := w.Board(ctx, w.staff[1], 0)
		w.ok(err)
		got := map[Step]int64{}
		for _, l := range b.Lines {
			var sum int64
			for _, n := range l.Weeks {
				sum += n
			}
			if sum != l.N {
				t.Errorf("%s: the weeks give %d, in all %d", l.Step, sum, l.N)
			}
			got[l.Step] = l.N
			if l.Step == StepFound {
				continue // advocate lists them
			}
			if listed := w.listed(BehindFilter{Step: l.Step}); listed != l.N {
				t.Errorf("%s: %d are listed of %d", l.Step, listed, l.N)
			}
		}
		for what, n := range map[*BehindFilter]int64{{Bought: Purchases}: b.Purchases, {Bought: Again}: b.Purchases - b.Firsts, {Who: Anybody}: b.Said, {Step: StepHeard, Language: "pt"}: 2} {
			if listed := w.listed(*what); listed != n || n == 0 {
				t.Errorf("%+v: %d are listed of %d", *what, listed, n)
			}
		}
		if diff := cmp.Diff([]Deaf{{"pt", 2}}, b.Deaf); diff != "" {
			t.Error(diff)
		}
		for _, c := range b.Cohorts {
			for i, n := range c.Back {
				if kept := w.kept(c.Month, c.Month+int64(i)); kept != n {
					t.Errorf("of month %d, %d are listed of %d in month %d", c.Month, kept, n, i)
				}
			}
		}
		if len(b.Cohorts) != 3 {
			t.Errorf("cohorts: %+v", b.Cohorts)
		}
		want := map[Step]int64{StepHeard: 10, StepAnswered: 0, StepTaken: 1, StepDecided: 1, StepShipped: 1, StepTold: 0, StepShared: 0, StepFound: 0}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		w.looksBack(b)
		// Told is who was told: a mail counts once it has left, and waits until then.
		if listed := w.listed(BehindFilter{Step: StepUntold}); b.Untold != 1 || listed != 1 {
			t.Errorf("%d wait to be told, and %d are listed", b.Untold, listed)
		}
		var mail int64
		w.ok(db.Row(ctx, `select id from outbox where kind = 'decision'`).Scan(&mail))
		w.leaves(mail, "sent")
		w.at = w.at.Add(time.Minute)
		w.ok(w.lookUntold(ctx))
		b, err = w.Board(ctx, w.staff[1], 0)
		w.ok(err)
		if listed := w.listed(BehindFilter{Step: StepTold}); b.Untold != 0 || b.Lines[5].N != 1 || listed != 1 {
			t.Errorf("%d wait, %d are told and %d are listed", b.Untold, b.Lines[5].N, listed)
		}
		if _, err := w.Board(ctx, w.members[0], 0); err == nil {
			t.Error("a member reads the board")
		}
	})
}

// looksBack holds what is said of all time to the board of each of its spans,
// and that to what it opens to.
func (w *world) looksBack(now Board) {
	w.t.Helper()
	ctx := w.t.Context()
	if len(now.Over) < 3 {
		w.t.Errorf("%d spans, want those of 200 days", len(now.Over))
	}
	var heard int64
	for back, past := range now.Over {
		b, err := w.Board(ctx, w.staff[1], back)
		w.ok(err)
		if !b.From.Equal(past.From) || !b.To.Equal(past.To) || past.Back != back || back > 0 && !b.To.Equal(now.Over[back-1].From) {
			w.t.Errorf("span %d: %v to %v, and %+v", back, b.From, b.To, past)
		}
		for i, l := range b.Lines {
			if l.N != past.Steps[i] {
				w.t.Errorf("%s, span %d: %d on the board, %d over time", l.Step, back, l.N, past.Steps[i])
			}
			if listed := w.listed(BehindFilter{Step: l.Step, Back: back}); listed != l.N && l.Step != StepFound {
				w.t.Errorf("%s, span %d: %d are listed of %d", l.Step, back, listed, l.N)
			}
		}
		if listed := w.listed(BehindFilter{Bought: Purchases, Back: back}); listed != b.Purchases {
			w.t.Errorf("span %d: %d purchases are listed of %d", back, listed, b.Purchases)
		}
		heard += b.Lines[0].N
	}
	var all int64
	w.ok(w.db.Row(ctx, `select sum(n) from loop_row where step = 'heard'`).Scan(&all))
	if heard != all || now.Over[2].Steps[0] != 1 {
		w.t.Errorf("%d heard in all spans, %d in all, %+v", heard, all, now.Over)
	}
	for _, back := range []int{-1, Spans} {
		if _, err := w.Board(ctx, w.staff[1], back); !fault.Is(err, fault.Invalid) {
			w.t.Errorf("span %d: %v", back, err)
		}
	}
}

// listed counts what is behind a number, by small pages.
func (w *world) listed(f BehindFilter) (n int64) {
	w.t.Helper()
	f.Limit = 3
	for more := true; more; more = f.Cursor != "" {
		page, next, err := w.Behind(w.t.Context(), w.staff[1], f)
		w.ok(err)
		for _, x := range page {
			n += x.N
		}
		f.Cursor = next
	}
	return n
}

// kept counts those of a cohort who bought in a month, by small pages.
func (w *world) kept(first, month int64) (n int64) {
	w.t.Helper()
	cursor := ""
	for more := true; more; more = cursor != "" {
		page, next, err := w.Kept(w.t.Context(), w.staff[1], first, month, cursor, 1)
		w.ok(err)
		n, cursor = n+int64(len(page)), next
	}
	return n
}

func TestWilson(t *testing.T) {
	for _, x := range []struct {
		k, n      int64
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, .2775}, {10, 10, .7225, 1}, {5, 10, .2366, .7634}, {50, 100, .4038, .5962}, {263, 500, .4822, .5694}} {
		low, high := Wilson(x.k, x.n)
		if d := max(low-x.low, x.low-low, high-x.high, x.high-high); d > .0005 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", x.k, x.n, low, high, x.low, x.high)
		}
	}
}
