package sample

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"tribune/know"
	"tribune/know/purchase"
)

// buyer is somebody who orders, and what they say brought them. Those without
// a name here are known by their address alone.
type buyer struct {
	Who, Email, Country, Code  string
	Days                       []float64
	Words, Teller, Name, Place string
	Thing, Shown               string
	Says                       float64
	asked                      int64 // the purchase they are asked about
}

// ware is a thing that the shop sells, at a price in euros.
type ware struct {
	sku   string
	euros float64
}

var wares = []ware{{"a5-lined", 24}, {"a5-squared", 24}, {"a5-plain", 24}, {"a5-dots", 24}, {"a4-plain", 34}, {"ledger-384", 68}, {"repair-set", 12}}

// money is a currency, and what a euro costs in it.
type money struct {
	code string
	rate float64
}

var currencies = map[string]money{"GB": {"GBP", 0.86}, "IE": {"EUR", 1}, "US": {"USD", 1.1}, "CA": {"CAD", 1.48}, "SE": {"SEK", 11.3}, "NO": {"NOK", 11.6},
	"CH": {"CHF", 0.95}, "BR": {"BRL", 6.1}, "JP": {"JPY", 163}}

// quiet lists the countries of buyers who say nothing, the most common first.
// Each of them had a buyer before the story begins.
var quiet = []string{"FR", "FR", "FR", "FR", "DE", "DE", "DE", "GB", "GB", "ES", "BE", "US", "NL", "IT", "CH", "PT", "AT", "SE"}

// quietNames are how they call themselves in their addresses.
var quietNames = []string{"paperboat", "m.huber", "lamplight", "e.dubois", "ninth.page", "k.berger", "margins", "a.rossi", "inkwell", "p.smith", "foolscap", "l.martin",
	"quarto", "j.vermeer", "sunday.list", "c.keller", "half.title", "s.lopes", "blotter", "t.moreau", "gutter", "n.walsh", "octavo"}

// own is the address that answers to the question take for the site's own.
const own = "https://oriflamme.example"

// planOrders plans what people buy, some of it before the story begins, and
// what they answer to the question.
func (t *teller) planOrders() {
	all := slices.Concat(t.buyers, t.quietBuyers())
	for n := range all {
		b := &all[n]
		if b.Email == "" {
			for _, p := range t.people {
				if p.Key == b.Who {
					b.Email = p.Email
				}
			}
		}
		for i, day := range b.Days {
			t.plan(min(day-0.05, 89.4), func(ctx context.Context) error { return t.order(ctx, b, i) })
		}
		if b.Says > 0 {
			t.plan(b.Says, func(ctx context.Context) error {
				if err := t.say(ctx, b); err != nil {
					return fmt.Errorf("sample: %s says why: %w", b.Email, err)
				}
				return nil
			})
		}
	}
}

// quietBuyers makes up buyers who were never heard of but by their orders: one
// in three comes back, and some use the code of a fair.
func (t *teller) quietBuyers() (all []buyer) {
	for n, old := range []string{"NL", "AT", "CH", "PT", "SE", "NO", "NO"} {
		b := buyer{Email: fmt.Sprintf("%s.%s@post.example", quietNames[n], strings.ToLower(old)), Country: old, Days: []float64{float64(388 + 31*n)}}
		if old == "NO" { // after the first of them, who came out of nowhere
			b.Days = []float64{float64(23 - 2*n)}
		}
		all = append(all, b)
	}
	for n := range 80 {
		b := buyer{Country: quiet[t.rand.IntN(len(quiet))]}
		b.Email = fmt.Sprintf("%s.%s%d@post.example", quietNames[n%len(quietNames)], strings.ToLower(b.Country), n/len(quietNames)+1)
		first := t.rand.Float64() * 89
		if n%5 == 0 {
			first += 100 + 200*t.rand.Float64()
		}
		for day := first; day > 0.1; day -= 20 + 60*t.rand.Float64() {
			b.Days = append(b.Days, math.Round(day*100)/100)
			if t.rand.IntN(2) == 0 {
				break
			}
		}
		switch t.rand.IntN(9) {
		case 0:
			b.Code = "LEIPZIG"
		case 1:
			b.Code = "AUTUMN"
		}
		all = append(all, b)
	}
	return all
}

// order is what the shop tells of a buyer's ith order.
func (t *teller) order(ctx context.Context, b *buyer, i int) error {
	key := fmt.Sprintf("%s %d", b.Email, i)
	r := spread(key)
	w, many := wares[int(r*float64(len(wares)))], 1+int(spread("many "+key)*2.4)
	m, there := currencies[b.Country]
	if !there {
		m = money{"EUR", 1}
	}
	t.orders++
	o := purchase.Order{Shop: "shop.oriflamme.example", ExternalID: fmt.Sprintf("OR-%d", t.orders), At: t.date(b.Days[i]), Email: b.Email,
		Country: b.Country, Currency: m.code, Items: []purchase.Item{{SKU: w.sku, Quantity: int64(many)}}}
	o.AmountMinor = int64(math.Round(w.euros*m.rate)) * int64(many) * int64(math.Pow10(purchase.Places(m.code)))
	if i == 0 {
		if o.Code = b.Code; strings.Contains(b.Code, ":") {
			o.Code = t.codes[b.Code]
		}
	}
	noura := t.actors["noura"]
	stored, err := t.site.Purchases.Store(ctx, noura, []purchase.Order{o})
	if err == nil {
		err = stored[0].Err
	}
	if err != nil {
		return fmt.Errorf("sample: order %s: %w", key, err)
	}
	if i == 0 {
		b.asked = stored[0].ID
	}
	if spread("back "+key) < 0.03 { // it came back by the same post
		o.RefundedMinor = o.AmountMinor
		_, err = t.site.Purchases.Store(ctx, noura, []purchase.Order{o})
	}
	return err
}

// say answers the question: a member on their own page, anybody else by the
// link that came with the parcel. Who is named says the next day whether they
// may be shown.
func (t *teller) say(ctx context.Context, b *buyer) error {
	ledger, a := t.site.Purchases, know.Actor{}
	var q purchase.Question
	var err error
	if b.Who != "" {
		a = t.actors[b.Who]
		q, err = ledger.OwnQuestion(ctx, a)
	} else {
		var code string
		if code, err = ledger.Code(ctx, b.asked); err == nil {
			q, err = ledger.Question(ctx, a, code)
		}
	}
	if err != nil {
		return err
	}
	n := purchase.Answer{Words: b.Words, TellerName: b.Name, Place: b.Place}
	if b.Thing != "" {
		ref, err := t.ref(b.Thing)
		if err != nil {
			return err
		}
		n.Place = fmt.Sprintf("%s/%s/%d", own, map[string]string{"idea": "ideas", "post": "tribune"}[ref.Kind], ref.ID)
	}
	if b.Teller == "" {
		return ledger.Answer(ctx, a, q, n, own)
	}
	teller := t.actors[b.Teller]
	n.Teller = teller.ID
	if err := ledger.Answer(ctx, a, q, n, own); err != nil || b.Shown == "" {
		return err
	}
	namings, err := ledger.Namings(ctx, teller)
	if err != nil {
		return err
	}
	return ledger.Show(ctx, teller, namings[0].Reason, b.Shown == "yes")
}
