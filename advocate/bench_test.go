package advocate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/know/purchase"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// The bar: 1,000,000 purchases, chains 12 deep. TRIBUNE_BENCH_PURCHASES is
// another number of them. Run with
//
//	go test ./advocate -run '^$' -bench . -benchtime 300x
//
// Each page's reading prints its 50th and 99th percentile.
func purchases() int {
	if n, err := strconv.Atoi(os.Getenv("TRIBUNE_BENCH_PURCHASES")); err == nil && n > 0 {
		return n
	}
	return 1_000_000
}

const chainDepth = 12

var countries = []string{"DE", "FR", "NO", "BR", "GB", "US", "IT", "ES", "PL", "SE", "JP", "MX", "CA", "NL", "AT", "CH", "PT", "DK", "FI", "IE"}

// many inserts rows in few statements.
func many(ctx context.Context, tx *storage.Tx, into string, rows [][]any) error {
	const at = 100
	for part := range slices.Chunk(rows, at) {
		var b strings.Builder
		b.WriteString("insert into " + into + " values ")
		var args []any
		for i, row := range part {
			b.WriteString([]string{"(", ", ("}[min(i, 1)])
			for j, v := range row {
				args = append(args, v)
				fmt.Fprintf(&b, "%s$%d", []string{"", ", "}[min(j, 1)], len(args))
			}
			b.WriteString(")")
		}
		if _, err := tx.Exec(ctx, b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// fill makes a ledger of n purchases by n/2 buyers in three years. A third of
// the buyers came by somebody, in chains that go 12 deep; every other chain
// begins with one who tells many.
func fill(b *testing.B, s *site, n int) {
	b.Helper()
	ctx := b.Context()
	r := rand.New(rand.NewPCG(1, 2))
	buyers := n / 2
	end := s.at
	var people, accounts, bought, reasons, tellers [][]any
	nodes := map[int64]node{}
	level := make([][]int64, chainDepth+1)
	for i := 1; i <= buyers; i++ {
		id := int64(i)
		first := end.Add(-time.Duration(r.Int64N(int64(3 * 365 * 24 * time.Hour))))
		country := countries[min(r.IntN(len(countries)), r.IntN(len(countries)))]
		people = append(people, []any{id, fmt.Sprintf("Buyer %d", i), "member", country, 1})
		accounts = append(accounts, []any{id, "mail", fmt.Sprintf("b%d@example.org", i), id, 1, 1})
		x := node{id: id, purchases: 2, first: int64(2*i - 1), firstAt: storage.Micros(first), country: country}
		if r.IntN(3) == 0 {
			depth := 1 + r.IntN(chainDepth)
			for len(level[depth-1]) == 0 {
				depth--
			}
			above := level[depth-1]
			x.claim, x.sure = above[min(r.IntN(len(above)), r.IntN(len(above)))], ByLink+Sure(r.IntN(2))
			level[depth] = append(level[depth], id)
			if x.sure == Said {
				reasons = append(reasons, []any{id, id, x.first, "She showed me hers.", x.claim, 1, 1})
				tellers = append(tellers, []any{id, x.claim, "yes", 1, 1})
			}
		} else {
			level[0] = append(level[0], id)
		}
		nodes[id] = x
		for j := range 2 {
			at := first.Add(time.Duration(j) * 24 * time.Hour)
			bought = append(bought, []any{int64(2*i - 1 + j), "shop", fmt.Sprint(2*i + j), id, storage.Micros(at), country, `[{"sku":"A5","quantity":1}]`, 1250, "EUR", "", 1, 0})
		}
	}
	grow(nodes)
	total := sums{}
	var rows, maps [][]any
	for _, id := range sortedIDs(nodes) {
		x := nodes[id]
		total.count(x, 1)
		rows = append(rows, []any{x.id, x.claim, x.parent, int64(x.sure), x.purchases, x.first, x.firstAt, x.coded, x.country, x.from, x.depth, x.root, x.below})
		maps = append(maps, []any{id, id})
	}
	for _, table := range []struct {
		into string
		rows [][]any
	}{
		{"person (id, name, role, country, created_at)", people},
		{"account (id, kind, address, person_id, confirmed_at, created_at)", accounts},
		{"purchase (id, shop, external_id, account_id, at, country, items, amount_minor, currency, code, added_at, due)", bought},
		{"reason (id, account_id, purchase_id, words, teller_id, created_at, edited_at)", reasons},
		{"reason_teller (reason_id, person_id, state, asked_at, answered_at)", tellers},
		{"referral (id, claim_id, parent_id, sure, purchases, first_id, first_at, coded, country, came_from, depth, root_id, below)", rows},
		{"referral_account (account_id, node_id)", maps},
	} {
		for part := range slices.Chunk(table.rows, 20_000) {
			if err := s.db.Update(ctx, func(tx *storage.Tx) error { return many(ctx, tx, table.into, part) }); err != nil {
				b.Fatal(err)
			}
		}
	}
	err := s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `insert into purchase_country (country, purchase_id, at, purchases)
			select country, min(id), min(at), count(*) from purchase group by country`); err != nil {
			return err
		}
		return total.write(ctx, tx)
	})
	if err != nil {
		b.Fatal(err)
	}
	if s.db.Postgres() {
		if err := s.db.Update(ctx, func(tx *storage.Tx) error { _, err := tx.Exec(ctx, `analyze`); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWhy reads what the why pages read.
func BenchmarkWhy(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *storage.DB
	}{{"sqlite", storagetest.SQLite}, {"postgres", storagetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			s := open(engine.open(b))
			began := time.Now()
			fill(b, s, purchases())
			b.Logf("%d purchases in %v", purchases(), time.Since(began).Round(time.Second))
			s.pages(b)
		})
	}
}

func (s *site) pages(b *testing.B) {
	ctx := b.Context()
	since := YearTo(s.at)
	deep, err := storage.All(ctx, s.db, scanReferral, selectNode+` where depth = 12 and purchases > 0 order by first_at desc limit 50`)
	if err != nil || len(deep) == 0 {
		b.Fatal("no chain is 12 deep", err)
	}
	trees, err := s.Trees(ctx, staff, since, 20)
	if err != nil || len(trees) == 0 {
		b.Fatal(err)
	}
	said := Said
	list := func(f Which) error {
		f.Limit = 25
		buyers, next, err := s.Buyers(ctx, staff, f)
		if err == nil && next != "" {
			f.Cursor = next
			buyers, _, err = s.Buyers(ctx, staff, f)
		}
		if err != nil {
			return err
		}
		ids := make([]int64, len(buyers))
		accounts := make([]int64, len(buyers))
		for i, r := range buyers {
			ids[i], accounts[i] = r.First, max(r.ID, -r.ID)
		}
		if _, err := s.Chains(ctx, staff, buyers); err != nil {
			return err
		}
		if _, err := s.ledger.ByID(ctx, staff, ids); err != nil {
			return err
		}
		_, err = s.ledger.ReasonsOf(ctx, staff, accounts)
		return err
	}
	n := 0
	for _, page := range []struct {
		name string
		read func() error
	}{
		{"list", func() error { return list(Which{}) }},
		{"list/said", func() error { return list(Which{Sure: &said}) }},
		{"list/generation12", func() error { return list(Which{Generation: 12, Since: since}) }},
		{"list/crossed", func() error { return list(Which{Crossed: true, From: "DE", To: "NO", Since: since}) }},
		{"list/by", func() error { n++; return list(Which{Parent: trees[n%len(trees)].ID}) }},
		{"chain12", func() error { n++; _, err := s.Chains(ctx, staff, deep[n%len(deep):n%len(deep)+1]); return err }},
		{"purchases", func() error {
			_, _, err := s.ledger.Purchases(ctx, staff, purchase.Filter{Country: "NO", Limit: 50})
			return err
		}},
		{"unexplained", func() error { _, err := s.Unexplained(ctx, staff, since, 12); return err }},
		{"tree", func() error {
			n++
			_, err := s.Drawn(ctx, staff, trees[n%len(trees)].Referral, Room{Levels: 12, Each: 8, Nodes: 150})
			return err
		}},
		{"year", func() error { // the page of the last year's trees, all of it
			if _, err := s.Generations(ctx, staff, since, time.Time{}); err != nil {
				return err
			}
			if _, _, _, err := s.Crossings(ctx, staff, since, 12); err != nil {
				return err
			}
			grown, err := s.Trees(ctx, staff, since, 8)
			for _, g := range grown {
				if _, err := s.Drawn(ctx, staff, g.Referral, Room{Levels: 3, Each: 4, Nodes: 24}); err != nil {
					return err
				}
			}
			return err
		}},
	} {
		b.Run(page.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := page.read(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[min(len(took)-1, len(took)*99/100)].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkSettle stores purchases by new buyers that came by somebody's link,
// and settles what follows: what an import costs.
func BenchmarkSettle(b *testing.B) {
	s := open(storagetest.SQLite(b))
	ctx := b.Context()
	w := world{site: s, ctx: ctx, must: func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}}
	w.begin()
	n := 0
	var longest time.Duration
	for b.Loop() {
		orders := make([]purchase.Order, 1000)
		for i := range orders {
			n++
			orders[i] = purchase.Order{ExternalID: fmt.Sprint(n), At: s.at.Add(-time.Hour), Email: fmt.Sprintf("new%d@example.org", n), Country: "NO", AmountMinor: 1, Currency: "EUR", Code: fmt.Sprintf("link%d", n%5)}
		}
		_, err := s.ledger.Store(ctx, staff, orders)
		w.must(err)
		w.must(s.follow(ctx, false))
		for more := true; more; {
			began := time.Now()
			more, err = s.SettleOnce(ctx)
			w.must(err)
			longest = max(longest, time.Since(began))
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(float64(longest.Microseconds())/1000, "longest-step-ms")
}
