package advocate

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/storage"
	"tribune/storage/storagetest"
)

var staff = know.Actor{ID: 900, Role: know.Staff}

// site is an advocacy over a real database, with a clock of its own.
type site struct {
	*Advocacy
	db    *storage.DB
	at    time.Time
	links map[string]int64 // share links by their codes
}

func open(db *storage.DB) *site {
	s := &site{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), links: map[string]int64{}}
	log := slog.New(slog.DiscardHandler)
	clock := func() time.Time { s.at = s.at.Add(time.Second); return s.at }
	events := event.New(log, db, clock, "test")
	people := know.New(log, db, events, clock, nil)
	s.Advocacy = New(log, db, events, people, purchase.New(log, db, events, people, clock), nil, nil, clock)
	s.codes = func(_ context.Context, _ storage.Q, code string) (int64, error) { return s.links[code], nil }
	return s
}

// follow reads the facts that were not followed yet, and settles if all is set.
func (s *site) follow(ctx context.Context, all bool) error {
	if err := s.events.CatchUp(ctx, "advocate.referrals", s.FollowReferrals, ReferralKinds()...); err != nil || !all {
		return err
	}
	return s.SettleAll(ctx)
}

// recount makes the tree anew from the ledger and the answers.
func (s *site) recount(ctx context.Context) (map[int64]node, error) {
	type account struct{ id, person int64 }
	accounts, err := storage.All(ctx, s.db, func(r storage.Scanner) (a account, err error) {
		err = r.Scan(&a.id, &a.person)
		return a, err
	}, `select a.id, a.person_id from account a where exists (select 1 from purchase where account_id = a.id)`)
	if err != nil {
		return nil, err
	}
	by := map[int64][]int64{}
	for _, a := range accounts {
		id := a.person
		if id == 0 {
			id = -a.id
		}
		by[id] = append(by[id], a.id)
	}
	all := map[int64]node{}
	for id, of := range by {
		b, err := s.ledger.Buyer(ctx, s.db, of)
		if err != nil {
			return nil, err
		}
		var kept int64 // all amounts are 1: what was paid back, was so in whole
		holes, args := storage.Holes(1, of)
		if err := s.db.Row(ctx, `select count(*) from purchase where refunded_minor = 0 and account_id in (`+holes+`)`, args...).Scan(&kept); err != nil {
			return nil, err
		}
		if kept != b.Purchases {
			return nil, fmt.Errorf("%d purchases of %d, want %d", b.Purchases, id, kept)
		}
		if kept == 0 {
			continue
		}
		n := node{id: id, purchases: b.Purchases, first: b.First, firstAt: storage.Micros(b.FirstAt), coded: int64(storage.Bit(b.Code != "")), country: b.Country}
		link := s.links[b.Code]
		if link == 0 && id > 0 {
			if err := s.db.Row(ctx, `select coalesce(max(by_id), 0) from share_join where person_id = $1`, id).Scan(&link); err != nil {
				return nil, err
			}
		}
		if link == id {
			link = 0
		}
		if link != 0 {
			n.claim, n.sure = link, ByLink
		}
		if b.Teller == id {
			b.Teller, b.Shown = 0, ""
		}
		if b.Said && (b.Teller != 0 || link == 0) {
			n.sure = Said
			if !(b.Shown == purchase.Asked && b.Teller == link) {
				n.claim = 0
				if b.Shown == purchase.Granted {
					n.claim = b.Teller
				}
			}
		}
		all[id] = n
	}
	for _, id := range sortedIDs(all) {
		if c := all[id].claim; c != 0 {
			if _, ok := all[c]; !ok {
				all[c] = node{id: c}
			}
		}
	}
	for id, n := range all {
		if n.country == "" && id > 0 {
			if err := s.db.Row(ctx, `select country from person where id = $1`, id).Scan(&n.country); err != nil {
				return nil, err
			}
			all[id] = n
		}
	}
	grow(all)
	return all, nil
}

func sortedIDs(all map[int64]node) (ids []int64) {
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// grow makes the tree of the claims.
func grow(all map[int64]node) {
	cut := map[int64]bool{}
	for id := range all {
		var ring []node
		for at := all[id].claim; at != 0 && len(ring) <= len(all); at = all[at].claim {
			ring = append(ring, all[at])
			if at == id {
				cut[slices.MinFunc(ring, func(a, b node) int { return cmp.Or(cmp.Compare(a.firstAt, b.firstAt), cmp.Compare(a.id, b.id)) }).id] = true
				break
			}
		}
	}
	for id, n := range all {
		if !cut[id] {
			n.parent = n.claim
		}
		n.root = id
		all[id] = n
	}
	for id, n := range all {
		if n.parent != 0 {
			n.from = all[n.parent].country
		}
		for at := n.parent; at != 0; at = all[at].parent {
			n.depth, n.root = n.depth+1, at
		}
		all[id] = n
	}
	for _, n := range all {
		for at := n.parent; at != 0; at = all[at].parent {
			p := all[at]
			p.below++
			all[at] = p
		}
	}
}

// same compares the tree as it is kept with a recount, and the sums with the tree.
func (s *site) same(ctx context.Context) (string, error) {
	want, err := s.recount(ctx)
	if err != nil {
		return "", err
	}
	rows, err := storage.All(ctx, s.db, scanNode, selectNode)
	if err != nil {
		return "", err
	}
	got, counted := map[int64]node{}, sums{}
	for _, n := range rows {
		got[n.id] = n
		counted.count(n, 1)
	}
	if d := gocmp.Diff(want, got, gocmp.AllowUnexported(node{})); d != "" {
		return "the tree, want (-) got (+):\n" + d, nil
	}
	kept := sums{}
	for _, q := range []string{
		`select 'referral_month', month, depth, sure, '', '', buyers from referral_month`,
		`select 'referral_crossed', month, 0, 0, from_country, to_country, buyers from referral_crossed`,
		`select 'referral_tree', month, root_id, 0, '', '', buyers from referral_tree`,
		`select 'referral_day', 0, day, 0, '', '', buyers from referral_day`,
	} {
		_, err := storage.All(ctx, s.db, func(r storage.Scanner) (x struct{}, err error) {
			var k sum
			var n int64
			err = r.Scan(&k.table, &k.month, &k.a, &k.b, &k.from, &k.to, &n)
			kept[k] = n
			return x, err
		}, q)
		if err != nil {
			return "", err
		}
	}
	if d := gocmp.Diff(counted, kept, gocmp.AllowUnexported(sum{})); d != "" {
		return "the sums, want (-) got (+):\n" + d, nil
	}
	byCountry := func(query string) (all []string, err error) {
		return storage.All(ctx, s.db, func(r storage.Scanner) (line string, err error) {
			var country string
			var n, at int64
			err = r.Scan(&country, &n, &at)
			return fmt.Sprint(country, " ", n, " ", at), err
		}, query)
	}
	counts, err := byCountry(`select country, purchases, at from purchase_country order by country`)
	if err != nil {
		return "", err
	}
	anew, err := byCountry(`select country, count(*), min(at) from purchase where country <> '' and refunded_minor = 0 group by country order by country`)
	if err != nil {
		return "", err
	}
	if d := gocmp.Diff(anew, counts); d != "" {
		return "purchases by country, want (-) got (+):\n" + d, nil
	}
	return "", nil
}

var emptied = []string{"purchase", "purchase_country", "reason", "reason_teller", "referral", "referral_account", "referral_month", "referral_crossed", "referral_tree", "referral_day", "referral_due",
	"account", "account_move", "person", "outbox", "idea", "share_join"}

// TestTreeEqualsRecount does anything in any order (purchases in any order of
// time, answers, rings, permissions, accounts joined and parted, settling
// half-way) and compares the tree with one made anew.
func TestTreeEqualsRecount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		s := open(db)
		rapid.Check(t, func(t *rapid.T) {
			must := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
			}
			must(db.Update(ctx, func(tx *storage.Tx) error {
				for _, table := range emptied {
					if _, err := tx.Exec(ctx, `delete from `+table); err != nil {
						return err
					}
				}
				return nil
			}))
			w := world{site: s, ctx: ctx, must: must}
			w.begin()
			for range rapid.IntRange(1, 40).Draw(t, "steps") {
				w.step(t)
			}
			must(s.follow(ctx, true))
			d, err := s.same(ctx)
			must(err)
			if d != "" {
				t.Fatal(d)
			}
		})
	})
}

// world is the people, accounts and links that the property test plays with.
type world struct {
	*site
	ctx      context.Context
	must     func(error)
	people   []int64
	accounts []int64
	orders   int
}

func (w *world) begin() {
	w.must(w.db.Update(w.ctx, func(tx *storage.Tx) error {
		for i := range 5 {
			id, err := tx.Insert(w.ctx, `insert into person (name, role, country, created_at, seen_at) values ($1, 'member', $2, 1, 1) returning id`, fmt.Sprintf("P%d", i), []string{"", "DE", "NO"}[i%3])
			if err != nil {
				return err
			}
			w.people = append(w.people, id)
			w.links[fmt.Sprintf("link%d", i)] = id
			if _, err := tx.Exec(w.ctx, `insert into idea (title, body, person_id, audience, created_at) values ('x', '', $1, 'public', 1)`, id); err != nil {
				return err
			}
		}
		for i := range 8 {
			person, joined, confirmed := int64(0), int64(0), 0
			if i < 4 {
				person = w.people[i]
			}
			if i < 3 { // held; the fourth was joined by the team
				confirmed = 1
			} else if i == 3 {
				joined = staff.ID
			}
			id, err := tx.Insert(w.ctx, `insert into account (kind, address, person_id, joined_by, confirmed_at, created_at) values ('mail', $1, $2, $3, $4, 1) returning id`,
				fmt.Sprintf("a%d@example.org", i), person, joined, confirmed)
			if err != nil {
				return err
			}
			w.accounts = append(w.accounts, id)
		}
		return nil
	}))
}

func (w *world) step(t *rapid.T) {
	pick := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	switch pick("what", 10) {
	case 9: // all of an order is paid back
		if w.orders > 0 {
			_, err := w.ledger.Store(w.ctx, staff, []purchase.Order{{ExternalID: fmt.Sprint(1 + pick("order", w.orders)), At: w.at.Add(-time.Hour), AmountMinor: 1, Currency: "EUR", RefundedMinor: 1,
				Country: []string{"", "NO"}[pick("country", 2)]}}) // that it names another date is no matter
			w.must(err)
		}
	case 0, 1:
		w.orders++
		stored, err := w.ledger.Store(w.ctx, staff, []purchase.Order{{ExternalID: fmt.Sprint(w.orders), At: time.Date(2026, time.Month(1+pick("month", 10)), 1+pick("day", 3), 0, 0, 0, 0, time.UTC),
			Email: fmt.Sprintf("a%d@example.org", pick("who", 8)), Country: []string{"", "NO", "BR", "DE"}[pick("country", 4)], AmountMinor: 1, Currency: "EUR",
			Code: []string{"", "", "SPRING", "link0", "link1", "link2", "link3"}[pick("code", 7)]}})
		w.must(err)
		w.must(stored[0].Err)
	case 2, 3, 4:
		id, err := storage.All(w.ctx, w.db, storage.Scalar[int64], `select id from purchase order by id`)
		w.must(err)
		if len(id) == 0 {
			return
		}
		code, err := w.ledger.QuestionCode(w.ctx, staff, id[pick("purchase", len(id))])
		w.must(err)
		q, err := w.ledger.Question(w.ctx, know.Actor{}, code)
		w.must(err)
		if pick("back", 6) == 0 {
			w.must(w.ledger.TakeBack(w.ctx, q))
			return
		}
		teller := append([]int64{0}, w.people...)[pick("teller", 6)]
		err = w.ledger.Answer(w.ctx, know.Actor{}, q, purchase.Answer{Words: "x", Teller: teller}, "")
		if teller == 0 {
			w.must(err) // naming oneself, or too many, may be refused
		}
	case 5:
		p := w.people[pick("teller", 5)]
		named, err := w.ledger.Namings(w.ctx, know.Actor{ID: p, Role: know.Member})
		w.must(err)
		if len(named) > 0 {
			_ = w.ledger.Show(w.ctx, know.Actor{ID: p, Role: know.Member}, named[0].Reason, pick("yes", 4) > 0) // a refusal stays
		}
	case 6:
		to := append([]int64{0}, w.people...)[pick("to", 6)]
		if err := w.site.people().Move(w.ctx, staff, w.accounts[pick("account", 8)], to); !fault.Is(err, fault.Conflict) { // what somebody holds stays theirs
			w.must(err)
		}
	case 8: // somebody became a member through a link
		who, by := w.people[pick("who", 5)], w.people[pick("by", 5)]
		w.must(w.db.Update(w.ctx, func(tx *storage.Tx) error {
			n, err := tx.Exec(w.ctx, `insert into share_join (person_id, link_id, by_id, at) values ($1, 1, $2, 1) on conflict do nothing`, who, by)
			if err != nil || n == 0 {
				return err
			}
			return w.events.Append(w.ctx, tx, event.Event{Kind: ShareJoined, Actor: who, Subject: event.Ref{Kind: "person", ID: who}, Other: 1, N: by})
		}))
	case 7:
		w.must(w.follow(w.ctx, false))
		if pick("settle", 2) == 0 {
			_, err := w.SettleOnce(w.ctx)
			w.must(err)
		}
	}
}

func (s *site) people() *know.Directory { return s.Advocacy.people }

// TestTenAccountsAreOneBuyer: whoever bought with ten addresses is one buyer
// who was found once. What the team joined to them by mistake counts as theirs
// until it is parted, and then everything is as it was.
func TestTenAccountsAreOneBuyer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx, s := t.Context(), open(db)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ben, _, err := s.people().AddPerson(ctx, "Ben Okoye", "ben@example.org", know.Member)
		must(err)
		otto, _, err := s.people().AddPerson(ctx, "Otto Lang", "otto@example.org", know.Member)
		must(err)
		s.links["benslink"] = ben.ID
		buy := func(order, address, code string) (account int64) {
			stored, err := s.ledger.Store(ctx, staff, []purchase.Order{{ExternalID: order, At: s.at.Add(-time.Hour), Email: address, Country: "NO", AmountMinor: 1, Currency: "EUR", Code: code}})
			must(err)
			must(stored[0].Err)
			p, err := s.ledger.Purchase(ctx, staff, stored[0].ID)
			must(err)
			return p.Account
		}
		counts := func() (buyers, found, purchases int64) {
			must(s.follow(ctx, true))
			for range 2 {
				d, err := s.same(ctx)
				must(err)
				if d != "" {
					t.Fatal(d)
				}
				must(s.CountDays(ctx)) // as after an archive was read back: nothing changes
			}
			must(db.Row(ctx, `select count(*), coalesce(sum(case when parent_id <> 0 then 1 else 0 end), 0), sum(purchases) from referral where purchases > 0`).Scan(&buyers, &found, &purchases))
			return buyers, found, purchases
		}
		want := func(buyers, found int64) {
			t.Helper()
			if b, f, p := counts(); b != buyers || f != found || p != 11 {
				t.Errorf("%d buyers, %d of them found, %d purchases; want %d, %d, 11", b, f, p, buyers, found)
			}
		}
		var own []int64
		for i := range 10 {
			own = append(own, buy(fmt.Sprint(i), fmt.Sprintf("otto%d@example.org", i), "benslink"))
		}
		stranger := buy("stranger", "kari@example.org", "")
		want(11, 10)
		for _, account := range own {
			must(s.people().Move(ctx, staff, account, otto.ID))
		}
		want(2, 1)
		must(s.people().Move(ctx, staff, stranger, otto.ID)) // by mistake
		want(1, 1)
		must(s.people().Move(ctx, staff, stranger, 0))
		want(2, 1)
		for _, account := range own {
			must(s.people().Move(ctx, staff, account, 0))
		}
		want(11, 10)
	})
}
