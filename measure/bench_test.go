package measure

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tribune/storage"
	"tribune/storage/storagetest"
)

// BenchmarkBoard fills a site with b mentions and everything that came of
// them, counts it, and prints how long the board and the clock take to read.
func BenchmarkBoard(b *testing.B) {
	const mentions = 1_000_000
	for name, open_ := range map[string]func(testing.TB) *storage.DB{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			w := open(b, open_(b))
			began := time.Now()
			w.flood(mentions)
			w.ok(w.db.Analyze(b.Context())) // a server does so within minutes by itself
			b.Logf("%d mentions filled in %v", mentions, time.Since(began).Round(time.Second))
			began = time.Now()
			w.ok(w.Recount(b.Context()))
			b.Logf("counted in %v", time.Since(began).Round(time.Second))
			var boards, clocks []time.Duration
			for b.Loop() {
				began := time.Now()
				_, err := w.Board(b.Context(), w.staff[0], 0)
				w.ok(err)
				boards = append(boards, time.Since(began))
				began = time.Now()
				_, err = w.clock(b.Context(), 90)
				w.ok(err)
				clocks = append(clocks, time.Since(began))
				_, _, err = w.Behind(b.Context(), w.staff[0], BehindFilter{Step: StepHeard, Limit: 25})
				w.ok(err)
			}
			slices.Sort(boards)
			slices.Sort(clocks)
			b.Logf("board: median %v, slowest %v of %d; clock: median %v, slowest %v", boards[len(boards)/2], boards[len(boards)-1], len(boards), clocks[len(clocks)/2], clocks[len(clocks)-1])
		})
	}
}

// flood writes rows as the followers of a large site would have: mentions over
// a year, one in four about us, one in twenty a question, from 20 sources, in
// 12 languages, and 100,000 purchases.
func (w *world) flood(mentions int) {
	ctx := w.t.Context()
	now := storage.Micros(w.at)
	year := int64(365) * dayLength
	languages := []string{"en", "fr", "de", "es", "pt", "it", "nl", "nb", "sv", "pl", "ja", "tr"}
	for from := 1; from <= mentions; from += 10_000 {
		w.ok(w.db.Update(ctx, func(tx *storage.Tx) error {
			var accounts, said, us, threads, bought [][]any
			for id := from; id < from+10_000; id++ {
				at := now - int64(id)*(year/int64(mentions))
				account := id/5 + 1000
				if id%5 == 0 {
					accounts = append(accounts, []any{account, "name", fmt.Sprint("a", account), at})
				}
				said = append(said, []any{id, fmt.Sprint(id), id%20 + 1, account, "review", 1, "It is a linde.", int64(id), languages[id%12], at, at})
				if id%4 == 0 {
					us = append(us, []any{1, id})
				}
				if id%20 == 0 {
					state, answered := "answered", at+int64(id%100)*3600_000_000
					if id%400 == 0 {
						state, answered = "open", 0
					}
					threads = append(threads, []any{id, "mention", account, id, "asks", state, at, at, answered, at})
				}
				if id%10 == 0 {
					bought = append(bought, []any{id, "shop", fmt.Sprint(id), account - id%3, at, 1000, "EUR", at})
				}
			}
			for _, x := range []struct {
				into string
				rows [][]any
			}{
				{`account (id, kind, address, created_at)`, accounts},
				{`mention (id, identity, source_id, account_id, kind, public, text, text_hash, language, published_at, heard_at)`, said},
				{`mention_query (query_id, mention_id)`, us},
				{`thread (id, kind, account_id, mention_id, why, state, waits_at, opened_at, answered_at, state_at)`, threads},
				{`purchase (id, shop, external_id, account_id, at, amount_minor, currency, added_at)`, bought},
			} {
				if _, err := tx.InsertMany(ctx, x.into, x.rows, ``, nil); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// BenchmarkOver reads the board of a site that has counted every step on every
// day of ten years.
func BenchmarkOver(b *testing.B) {
	for name, open_ := range map[string]func(testing.TB) *storage.DB{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			w := open(b, open_(b))
			today := dayOf(storage.Micros(w.at))
			w.ok(w.db.Update(b.Context(), func(tx *storage.Tx) error {
				var days, found [][]any
				for day := today - Spans*BoardDays; day <= today; day++ {
					for n, step := range []Step{StepHeard, StepAnswered, StepTaken, StepDecided, StepShipped, StepTold, StepUntold, StepShared} {
						days = append(days, []any{string(step), day, int64(n) + day%7})
					}
					found = append(found, []any{day, day % 5})
				}
				if _, err := tx.InsertMany(b.Context(), `loop_day (step, day, n)`, days, ``, nil); err != nil {
					return err
				}
				_, err := tx.InsertMany(b.Context(), `referral_day (day, buyers)`, found, ``, nil)
				return err
			}))
			w.ok(w.db.Analyze(b.Context()))
			var boards []time.Duration
			for b.Loop() {
				began := time.Now()
				_, err := w.Board(b.Context(), w.staff[0], 0)
				w.ok(err)
				boards = append(boards, time.Since(began))
			}
			slices.Sort(boards)
			b.Logf("board of ten years: median %v, slowest %v of %d", boards[len(boards)/2], boards[len(boards)-1], len(boards))
		})
	}
}
