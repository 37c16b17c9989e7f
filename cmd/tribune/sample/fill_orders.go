package sample

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/advocate"
	"tribune/know/purchase"
	"tribune/storage"
)

// How purchases are made: the chains of who told whom go as deep as this, two
// purchases fall to a buyer, and all of it happened in so many days.
const (
	chainDepth   = 12
	perBuyer     = 2
	ordersPeriod = 3 * 365
	toldWithin   = 200 * 24 * time.Hour // who is told buys in that time
)

var countries = []string{"FR", "DE", "NO", "BR", "GB", "US", "IT", "ES", "PL", "SE", "JP", "MX", "CA", "NL", "AT", "CH", "PT", "DK", "FI", "IE"}

// shopper is one who bought, with their place in the tree of who told whom.
type shopper struct {
	account int // counted from 1; those of people are theirs
	id      int // as the tree has it: the person, or minus the account nobody claimed
	at      []time.Time
	country string
	by      *shopper // the person who brought them, nil: nobody is known
	sure    advocate.Sure
	depth   int
	root    int
	below   int
}

// first gives the number of their first purchase.
func (b *shopper) first() int { return (b.account-1)*perBuyer + 1 }

// shoppers deals the purchases out: to the people first, then to accounts that
// nobody claimed. A third of the buyers were brought by one of the people, who
// had bought before them, in chains that go as deep as there are people for.
func (f *filler) shoppers() []*shopper {
	all := make([]*shopper, (f.sizes.Purchases+perBuyer-1)/perBuyer)
	var level [chainDepth + 1][]*shopper // people, by how many stand above them
	for i := range all {
		b := &shopper{account: i + 1, id: i + 1, country: countries[min(f.rand.IntN(len(countries)), f.rand.IntN(len(countries)))]}
		if i >= f.sizes.People {
			b.id = -b.account
		}
		b.root = b.id
		first, within := f.today.AddDate(0, 0, -ordersPeriod), ordersPeriod*24*time.Hour
		if f.rand.IntN(3) == 0 && len(level[0]) > 0 {
			for b.depth = 1 + f.rand.IntN(chainDepth); len(level[b.depth-1]) == 0; b.depth-- {
			}
			above := level[b.depth-1]
			b.by = above[min(f.rand.IntN(len(above)), f.rand.IntN(len(above)))] // a few bring many
			b.root, first, within = b.by.root, b.by.at[0], toldWithin
			if b.sure = advocate.ByLink; f.sizes.Ideas == 0 || f.rand.IntN(2) == 0 { // a link leads to an idea
				b.sure = advocate.Said
			}
		}
		for range min(perBuyer, f.sizes.Purchases-i*perBuyer) {
			first = first.Add(time.Duration(f.rand.Int64N(1 + int64(min(within, f.today.Sub(first))))))
			b.at = append(b.at, first)
		}
		if i < f.sizes.People {
			level[b.depth] = append(level[b.depth], b)
		}
		all[i] = b
	}
	for _, b := range slices.Backward(all) { // whoever brought somebody stands before them
		if b.by != nil {
			b.by.below += b.below + 1
		}
	}
	return all
}

// link is the code of a person's share link.
func link(person int) string { return fmt.Sprintf("fill%d", person) }

// orders writes purchases, and why they were made.
func (f *filler) orders() error {
	if f.sizes.Purchases == 0 {
		return nil
	}
	first := map[string]row{}
	if err := f.table("purchase", f.sizes.Purchases, func(i int) row {
		b := f.bought[i/perBuyer]
		at := b.at[i%perBuyer].UnixMicro()
		r := row{"id": i + 1, "shop": purchase.DefaultShop, "external_id": fmt.Sprint(i + 1), "account_id": b.account, "at": at, "country": b.country,
			"items": `[{"sku":"A5","quantity":1}]`, "amount_minor": 1250, "currency": "EUR", "code": "", "added_at": at, "due": 0}
		if b.sure == advocate.ByLink {
			r["code"] = link(b.by.id)
		}
		inCountry(first, r)
		return r
	}); err != nil {
		return err
	}
	of := slices.SortedFunc(maps.Values(first), func(a, b row) int { return cmp.Compare(a["country"].(string), b["country"].(string)) })
	if err := f.rows("purchase_country", of); err != nil {
		return err
	}
	return f.whys()
}

// inCountry counts a purchase under its country, whose first one is kept.
func inCountry(first map[string]row, p row) {
	country := p["country"].(string)
	c, ok := first[country]
	if !ok {
		c = row{"country": country, "purchase_id": p["id"], "at": p["at"], "purchases": 0}
		first[country] = c
	}
	c["purchases"] = c["purchases"].(int) + 1
	if p["at"].(int64) < c["at"].(int64) {
		c["at"], c["purchase_id"] = p["at"], p["id"]
	}
}

// whys writes what buyers said brought them, with the word of whom they named
// that it may be shown; and the links by which the others came.
func (f *filler) whys() error {
	var reasons, tellers, links []row
	made := map[int]row{} // links by their makers
	for _, b := range f.bought {
		at := b.at[0].UnixMicro()
		switch {
		case b.sure == advocate.Said:
			id := len(reasons) + 1
			reasons = append(reasons, row{"id": id, "account_id": b.account, "purchase_id": b.first(), "words": f.sentence(), "teller_id": b.by.id, "created_at": at, "edited_at": at})
			tellers = append(tellers, row{"reason_id": id, "person_id": b.by.id, "state": string(purchase.Granted), "asked_at": at, "answered_at": at})
		case b.sure == advocate.ByLink && made[b.by.id] != nil:
			made[b.by.id]["made_at"] = min(made[b.by.id]["made_at"].(int64), at)
		case b.sure == advocate.ByLink:
			made[b.by.id] = row{"id": len(links) + 1, "code": link(b.by.id), "person_id": b.by.id, "subject_kind": "idea", "subject_id": 1 + b.by.id%f.sizes.Ideas, "opened": 1, "made_at": at}
			links = append(links, made[b.by.id])
		}
	}
	for _, t := range []struct {
		name string
		rows []row
	}{{"reason", reasons}, {"reason_teller", tellers}, {"share_link", links}} {
		if err := f.rows(t.name, t.rows); err != nil {
			return err
		}
	}
	return nil
}

// tree writes who told whom as the site counts it, and its sums.
func (f *filler) tree() error {
	by := map[string]map[string]row{"referral_month": {}, "referral_crossed": {}, "referral_tree": {}}
	add := func(table string, r row) { count(by[table], r, row{"buyers": 1}) }
	if err := f.table("referral", len(f.bought), func(i int) row {
		b := f.bought[i]
		month := advocate.Month(b.at[0])
		r := row{"id": b.id, "claim_id": 0, "parent_id": 0, "sure": int64(b.sure), "purchases": len(b.at), "first_id": b.first(), "first_at": b.at[0].UnixMicro(),
			"coded": storage.Bit(b.sure == advocate.ByLink), "country": b.country, "came_from": "", "depth": b.depth, "root_id": b.root, "below": b.below}
		add("referral_month", row{"month": month, "depth": b.depth, "sure": int64(b.sure)})
		if b.by != nil {
			r["claim_id"], r["parent_id"], r["came_from"] = b.by.id, b.by.id, b.by.country
			add("referral_crossed", row{"month": month, "from_country": b.by.country, "to_country": b.country})
			add("referral_tree", row{"root_id": b.root, "month": month})
		}
		return r
	}); err != nil {
		return err
	}
	if err := f.table("referral_account", len(f.bought), func(i int) row { return row{"account_id": f.bought[i].account, "node_id": f.bought[i].id} }); err != nil {
		return err
	}
	return f.sums(by)
}

// cohorts writes who bought again, month by month, as the site counts it.
func (f *filler) cohorts() error {
	type bought struct{ buyer, month, first, purchases int }
	var months []bought
	all := map[string]row{}
	for _, b := range f.bought {
		for i, at := range b.at {
			first, month, buyers := monthOf(b.at[0]), monthOf(at), 0
			if i == 0 || month != monthOf(b.at[i-1]) {
				months, buyers = append(months, bought{b.id, month, first, 0}), 1
			}
			months[len(months)-1].purchases++
			count(all, row{"first": first, "month": month}, row{"buyers": buyers, "purchases": 1})
		}
	}
	if err := f.table("cohort_account", len(f.bought), func(i int) row { return row{"account_id": f.bought[i].account, "buyer_id": f.bought[i].id} }); err != nil {
		return err
	}
	if err := f.table("cohort_buyer", len(months), func(i int) row {
		m := months[i]
		return row{"buyer_id": m.buyer, "month": m.month, "first": m.first, "purchases": m.purchases}
	}); err != nil {
		return err
	}
	return f.sums(map[string]map[string]row{"cohort": all})
}

// monthOf numbers the months, as cohorts do.
func monthOf(t time.Time) int { return t.UTC().Year()*12 + int(t.UTC().Month()) - 1 }

// count adds numbers to the row of a sum.
func count(sums map[string]row, of, more row) {
	key := fmt.Sprint(of)
	r, ok := sums[key]
	if !ok {
		r = of
		for name := range more {
			r[name] = 0
		}
		sums[key] = r
	}
	for name, n := range more {
		r[name] = r[name].(int) + n.(int)
	}
}

// sums writes tables of sums, in an order that is always the same.
func (f *filler) sums(tables map[string]map[string]row) error {
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		var rows []row
		for _, key := range slices.Sorted(maps.Keys(tables[name])) {
			rows = append(rows, tables[name][key])
		}
		if err := f.rows(name, rows); err != nil {
			return err
		}
	}
	return nil
}

// due has what was said counted when the site first does the work that waits.
func (f *filler) due() error {
	return f.rows("measure_due", []row{{"name": "sweep", "at": 0}})
}
