package sample

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/know/purchase"
)

// How purchases are made: the chains of who told whom go as deep as this, two
// purchases fall to a buyer, and so many stand in one fact, as when they come
// by the API.
const (
	chainDepth   = 12
	perBuyer     = 2
	perFact      = 200
	ordersPeriod = 3 * 365 // days
)

var countries = []string{"FR", "DE", "NO", "BR", "GB", "US", "IT", "ES", "PL", "SE", "JP", "MX", "CA", "NL", "AT", "CH", "PT", "DK", "FI", "IE"}

// shopper is one who bought: a person, or an account that nobody claimed.
type shopper struct {
	account int
	first   time.Time
	country string
	by      int  // the person who brought them, 0: nobody is known
	said    bool // says the buyer; else they came by that person's link
}

// buyers deals the purchases out: to the people first, then to accounts that
// nobody claimed. A third of the buyers were brought by one of the people, in
// chains that go as deep as there are people for.
func (f *filler) buyers() []shopper {
	n := (f.sizes.Purchases + perBuyer - 1) / perBuyer
	all := make([]shopper, n)
	var level [chainDepth + 1][]int // people, by how many stand above them
	for i := range all {
		b := shopper{account: i + 1, first: f.today.Add(-time.Duration(f.rand.Int64N(int64(ordersPeriod * 24 * time.Hour)))),
			country: countries[min(f.rand.IntN(len(countries)), f.rand.IntN(len(countries)))]}
		depth := 0
		if f.rand.IntN(3) == 0 && len(level[0]) > 0 {
			for depth = 1 + f.rand.IntN(chainDepth); len(level[depth-1]) == 0; depth-- {
			}
			above := level[depth-1]
			b.by = above[min(f.rand.IntN(len(above)), f.rand.IntN(len(above)))] // a few bring many
			b.said = f.sizes.Ideas == 0 || f.rand.IntN(2) == 0
			b.first = all[b.by-1].first.Add(time.Duration(f.rand.Int64N(1 + int64(f.today.Sub(all[b.by-1].first)))))
		}
		if i < f.sizes.People {
			level[depth] = append(level[depth], i+1)
		}
		all[i] = b
	}
	return all
}

// link is the code of a person's share link.
func link(person int) string { return fmt.Sprintf("fill%d", person) }

// orders writes purchases, why they were made, and the facts by which all that
// is counted of them is counted when the site is first opened.
func (f *filler) orders() error {
	if f.sizes.Purchases == 0 {
		return nil
	}
	first := map[string]row{}
	if err := f.table("purchase", f.sizes.Purchases, func(i int) row {
		b := f.bought[i/perBuyer]
		at := b.first
		if i%perBuyer > 0 {
			at = at.Add(time.Duration(f.rand.Int64N(1 + int64(f.today.Sub(b.first)))))
		}
		r := row{"id": i + 1, "shop": purchase.DefaultShop, "external_id": fmt.Sprint(i + 1), "account_id": b.account, "at": at.UnixMicro(), "country": b.country,
			"items": `[{"sku":"A5","quantity":1}]`, "amount_minor": 1250, "currency": "EUR", "code": "", "added_at": at.UnixMicro(), "due": 0}
		if b.by != 0 && !b.said {
			r["code"] = link(b.by)
		}
		f.inCountry(first, r)
		return r
	}); err != nil {
		return err
	}
	of := slices.SortedFunc(maps.Values(first), func(a, b row) int { return cmp.Compare(a["country"].(string), b["country"].(string)) })
	if err := f.table("purchase_country", len(of), func(i int) row { return of[i] }); err != nil {
		return err
	}
	if err := f.whys(); err != nil {
		return err
	}
	return f.table("event", (f.sizes.Purchases+perFact-1)/perFact, func(i int) row {
		return row{"id": i + 1, "at": f.today.UnixMicro(), "kind": purchase.PurchaseStored, "actor_id": 1, "subject_kind": "purchase",
			"subject_id": i*perFact + 1, "n": min((i+1)*perFact, f.sizes.Purchases)}
	})
}

// inCountry counts a purchase under its country, whose first one is kept.
func (f *filler) inCountry(first map[string]row, p row) {
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
	made := map[int]bool{}
	for i, b := range f.bought {
		at := b.first.UnixMicro()
		switch {
		case b.by == 0:
		case b.said:
			id := len(reasons) + 1
			reasons = append(reasons, row{"id": id, "account_id": b.account, "purchase_id": perBuyer*i + 1, "words": f.sentence(), "teller_id": b.by, "created_at": at, "edited_at": at})
			tellers = append(tellers, row{"reason_id": id, "person_id": b.by, "state": string(purchase.Granted), "asked_at": at, "answered_at": at})
		case !made[b.by]:
			made[b.by] = true
			links = append(links, row{"id": len(links) + 1, "code": link(b.by), "person_id": b.by, "subject_kind": "idea", "subject_id": 1 + b.by%f.sizes.Ideas, "opened": 1, "made_at": at})
		}
	}
	for _, t := range []struct {
		name string
		rows []row
	}{{"reason", reasons}, {"reason_teller", tellers}, {"share_link", links}} {
		if err := f.table(t.name, len(t.rows), func(i int) row { return t.rows[i] }); err != nil {
			return err
		}
	}
	return nil
}

// due has what was said counted anew when the site is first opened.
func (f *filler) due() error {
	return f.table("measure_due", 1, func(int) row { return row{"name": "sweep", "at": 0} })
}
