package api_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/gate/gatetest"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestPurchases(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		staff := s.person("Sofia Reyes", know.Staff)
		one := `{"external_id": "1", "at": "2026-11-01", "email": "kari@example.no", "country": "no", "items": [{"sku": "A5", "quantity": 2}], "amount_minor": 1250, "currency": "eur", "code": "SPRING"}`
		got := staff.call("POST /purchases", one).want(http.StatusCreated)
		if got.get("currency") != "EUR" || got.get("country") != "NO" || got.get("sure") != "unknown" || !strings.HasPrefix(got.get("question_url").(string), siteURL+"/why/") {
			t.Errorf("%s", got.text)
		}
		if got.get("at") != "2026-11-01T00:00:00Z" {
			t.Errorf("a day alone is %v", got.get("at"))
		}
		report, err := s.purchases.Import(t.Context(), staff.Actor, strings.NewReader("id,at,amount,currency\n1,2026-11-01,12.50,EUR\n"), purchase.ImportOptions{})
		if err != nil || report.Known != 1 || report.Failed != 0 {
			t.Errorf("the same day in a file: %+v %v", report, err)
		}
		again := staff.call("POST /purchases", `{"currency": "EUR", "amount_minor": 1250, "at": "2026-11-01", "external_id": "1", "refunded_minor": 250}`).want(http.StatusCreated)
		if again.get("question_url") != got.get("question_url") {
			t.Errorf("%s", again.text)
		}
		list := staff.call("POST /purchases", `[`+one+`, {"external_id": "2", "at": "2026-11-01", "amount_minor": 1, "currency": "EUX"}, {"external_id": 3}]`).want(http.StatusMultiStatus)
		for _, want := range []string{`"known":true`, "body[1].currency", "body[2].external_id"} {
			if !strings.Contains(list.text, want) {
				t.Errorf("no %s in %s", want, list.text)
			}
		}
		staff.call("POST /purchases", `[{"external_id": "2", "at": "2036-11-01", "amount_minor": 1, "currency": "EUR"}]`).want(http.StatusUnprocessableEntity)
		staff.call("POST /purchases", `{"external_id": "2"`).want(http.StatusBadRequest)
		for i := range 3 {
			staff.call("POST /purchases", fmt.Sprintf(`{"external_id": "p%d", "at": "2026-10-0%d", "amount_minor": 1, "currency": "EUR", "country": "BR"}`, i, i+1)).want(http.StatusCreated)
		}
		first := staff.call("GET /purchases?limit=3").want(http.StatusOK)
		if n := strings.Count(first.text, `"external_id"`); n != 3 || first.get("next_cursor").(string) == "" {
			t.Errorf("%d in %s", n, first.text)
		}
		if rest := staff.call("GET /purchases?limit=3&cursor=" + first.get("next_cursor").(string)).want(http.StatusOK); strings.Count(rest.text, `"external_id"`) != 1 {
			t.Errorf("%s", rest.text)
		}
		if brazil := staff.call("GET /purchases?country=br&until=2026-10-02").want(http.StatusOK); strings.Count(brazil.text, `"external_id"`) != 1 {
			t.Errorf("%s", brazil.text)
		}
	})
}

// TestPurchaseNeedsItsAmount sends orders whose amount stands under another
// name, or not at all: nothing is stored of them.
func TestPurchaseNeedsItsAmount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		staff := s.person("Sofia Reyes", know.Staff)
		for body, location := range map[string]string{
			`"amount": 1250`:                                                                 "body.amount",
			`"amount_minor": 1250, "refunded": 3`:                                            "body.refunded",
			`"amount_minor": 1250, "total": 3`:                                               "body.total",
			`"amount_minor": 1250, "items": [{"sku": "A5", "qty": 2}]`:                       "body.items[0].qty",
			`"amount_minor": 1250, "items": [{"sku": "A5"}, {"sku": "A6", "quantity": "2"}]`: "body.items[1].quantity",
			`"amount_minor": 1250, "items": {"sku": "A5"}`:                                   "body.items",
			`"country": "NO"`:                                                                "body.amount_minor",
			`"amount_minor": null`:                                                           "body.amount_minor",
			`"refunded_minor": 5`:                                                            "body.amount_minor",
			`"amount_minor": 9223372036854775807`:                                            "body.amount_minor",
		} {
			order := `{"external_id": "1", "at": "2026-11-01", "currency": "EUR", ` + body + `}`
			staff.call("POST /purchases", order).want(http.StatusUnprocessableEntity).is("errors.0.location", location).count("errors", 1)
			row := strings.Replace(location, "body", "body[0]", 1)
			if many := staff.call("POST /purchases", `[`+order+`, {"external_id": "free", "at": "2026-11-01", "currency": "EUR", "amount_minor": 0}]`).want(http.StatusMultiStatus); !strings.Contains(many.text, row) {
				t.Errorf("no %s in %s", row, many.text)
			}
		}
		for _, qty := range []string{`2`, `-1`, `"x"`} {
			staff.call("POST /purchases", `{"external_id": "1", "at": "2026-11-01", "currency": "EUR", "amount_minor": 1, "items": [{"sku": "A5", "qty": `+qty+`}]}`).
				want(http.StatusUnprocessableEntity).is("errors.0.message", "Nothing of that name is known here. Known are: sku, quantity.")
		}
		if most := staff.call("POST /purchases", `{"external_id": "1", "at": "2026-11-01", "currency": "EUR", "amount_minor": 9223372036854775807}`); !strings.Contains(most.text, "1000000000000000") && !strings.Contains(most.text, "1,000,000,000,000,000") {
			t.Errorf("the most is not said: %s", most.text)
		}
		staff.call("GET /purchases").want(http.StatusOK).count("items", 1)
	})
}

// whyTable is the calls about what was bought, and why.
func whyTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "POST /api/v1/purchases", Body: `{"external_id": "{name}", "at": "2026-11-01", "amount_minor": 1250, "currency": "EUR"}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/purchases", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/purchases/{purchase}", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/buyers", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/word-of-mouth", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/word-of-mouth/{tree}", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/unexplained", Want: "404 404 404 404 200 200"},
		{Call: "PUT /api/v1/unexplained/{purchase}/note", Want: "404 404 404 404 204 204"},
		{Call: "GET /api/v1/me/why", Body: `{bought}`, Want: "401 403 200 404 404 404"}, // the body has the purchase made, and is not read
		{Call: "PUT /api/v1/me/why", Body: `{"words": "A friend, {bought}."}`, Want: "401 403 200 404 404 404"},
		{Call: "DELETE /api/v1/me/why", Want: "401 403 204 404 404 404"},
		{Call: "GET /api/v1/tellers?name=An", Want: "200"},
		{Call: "GET /api/v1/me/namings", Want: "401 403 200 200 200 200"},
		{Call: "PUT /api/v1/me/namings/{naming}", Body: `{"shown": true}`, Want: "401 403 204 404 404 404"},
	}
}

// buy makes a purchase of nobody, or of the member; one whose buyer names the
// member; or one that hangs in the tree of who told whom.
func (w *world) buy(t testing.TB, name, label string) (int64, error) {
	ctx, member, other, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Other].Actor, w.who[gatetest.Staff].Actor
	o := purchase.Order{ExternalID: label, At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), AmountMinor: 1, Currency: "EUR"}
	switch name {
	case "bought", "tree":
		o.Email = "anna@example.org"
	case "naming":
		o.Email = "ben@example.org"
	}
	stored, err := w.purchases.Store(ctx, staff, []purchase.Order{o})
	if err != nil || stored[0].Err != nil {
		return 0, cmp.Or(err, stored[0].Err)
	}
	switch name {
	case "tree":
		return member.ID, w.settle(t)
	case "naming":
		if _, err := w.ideas.Propose(ctx, member, shape.NewIdea{Title: "An idea, " + label}); err != nil { // who is known here can be named
			return 0, err
		}
		q, err := w.purchases.OwnQuestion(ctx, other)
		if err != nil {
			return 0, err
		}
		if err := w.purchases.Answer(ctx, other, q, purchase.Answer{Teller: member.ID}, siteURL); err != nil {
			return 0, err
		}
		q, err = w.purchases.OwnQuestion(ctx, other)
		return q.Reason.ID, err
	}
	return stored[0].ID, nil
}

// settle brings the tree of who told whom up to date.
func (s *site) settle(t testing.TB) error {
	if err := s.events.CatchUp(t.Context(), "advocate.referrals", s.advocacy.FollowReferrals, advocate.ReferralKinds()...); err != nil {
		return err
	}
	return s.advocacy.SettleAll(t.Context())
}

// TestWhy goes the way of a why by the API alone: Ben tells Kari, by a link to
// an idea that she opens, and Kari tells Rui. What each said, through what they
// came and how sure that is stands in the chain, and only what may be shown.
func TestWhy(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		staff, ben, kari, rui := s.person("Sofia Reyes", know.Staff), s.person("Ben Okoye", know.Member), s.person("Kari Nordmann", know.Member), s.person("Rui Costa", know.Member)
		idea := ben.call("POST /ideas", `{"title": "Dotted pages"}`).want(http.StatusCreated).id("id")
		kari.call("POST /ideas", `{"title": "Thicker paper"}`).want(http.StatusCreated)
		staff.call("POST /releases", fmt.Sprintf(`{"title": "Dots", "ideas": [%d]}`, idea)).want(http.StatusCreated)
		code := ben.call("POST /shares", fmt.Sprintf(`{"kind": "idea", "id": %d}`, idea)).want(http.StatusCreated).get("code")
		kari.call("GET /me/why").want(http.StatusNotFound)
		kari.call("PUT /me/why", `{"words": "Ben."}`).want(http.StatusNotFound)
		staff.call("POST /purchases", fmt.Sprintf(`{"external_id": "1", "at": "2026-11-20", "email": "kari@example.org", "country": "NO", "amount_minor": 1250, "currency": "EUR", "code": %q}`, code)).want(http.StatusCreated)
		second := staff.call("POST /purchases", `{"external_id": "2", "at": "2026-11-20T09:00:00+01:00", "email": "rui@example.org", "country": "BR", "amount_minor": 1250, "currency": "EUR"}`).want(http.StatusCreated).id("id")
		before := staff.call("POST /purchases", fmt.Sprintf(`{"external_id": "3", "at": "2026-11-19", "email": "otto@example.org", "amount_minor": 1250, "currency": "EUR", "code": %q}`, code)).want(http.StatusCreated).id("id")
		look := func() reply {
			t.Helper()
			if err := s.settle(t); err != nil {
				t.Fatal(err)
			}
			return staff.call(fmt.Sprintf("GET /purchases/%d", second)).want(http.StatusOK)
		}
		look().is("sure", "unknown").count("chain", 1).is("chain.0.name", "Rui Costa")
		staff.call(fmt.Sprintf("GET /purchases/%d", before)).want(http.StatusOK).is("sure", "unknown").count("chain", 1) // older than the link
		first := staff.call("GET /unexplained").want(http.StatusOK).count("items", 1).is("items.0.first_purchase_id", second).is("items.0.from_there", 1)
		first.is("items.0.note", fmt.Sprintf("Hello Rui Costa,\n\nYou are the first in Brazil to have bought from us, and nobody here can explain how you found us. I would like to know: who or what brought you to Tribune? Any words will do.\n\n"+
			"You can answer me directly, or here, without an account:\n%s\n\nSofia Reyes, Tribune", first.get("items.0.question_url")))
		if err := s.people.NoteLanguage(t.Context(), rui.ID, "fr"); err != nil {
			t.Fatal(err)
		}
		if note := fmt.Sprint(staff.call("GET /unexplained").want(http.StatusOK).get("items.0.note")); !strings.HasPrefix(note, "Bonjour Rui Costa,") || !strings.Contains(note, "Brésil") || !strings.HasSuffix(note, "Sofia Reyes, Tribune") {
			t.Errorf("to who reads French: %s", note)
		}

		rui.call("PUT /me/why", `{"who_id": 999}`).want(http.StatusUnprocessableEntity).is("errors.0.location", "body.who_id")
		rui.call("PUT /me/why", fmt.Sprintf(`{"who_id": %d}`, rui.ID)).want(http.StatusUnprocessableEntity)
		rui.call("PUT /me/why", `{}`).want(http.StatusUnprocessableEntity).is("errors.0.location", "body.words")
		found := rui.call("GET /tellers?name=kari").want(http.StatusOK).count("items", 1)
		for _, posing := range []string{"Arthur Oriflamme", "Rui, of the choir"} {
			rui.call("PUT /me/why", fmt.Sprintf(`{"words": "She wrote to me with it.", "who_id": %d, "by": %q}`, found.id("items.0.id"), posing)).want(http.StatusUnprocessableEntity).is("errors.0.location", "body.by")
		}
		rui.call("PUT /me/why", fmt.Sprintf(`{"words": "She wrote to me with it.", "who_id": %d, "by": "Rui Costa"}`, found.id("items.0.id"))).want(http.StatusOK).is("why.shown", "asked").is("external_id", "2")
		if asked := look().is("sure", "said").is("why.words", "She wrote to me with it.").is("why.shown", "asked").count("chain", 1); strings.Contains(asked.text, "Kari") || strings.Contains(asked.text, "who_id") {
			t.Errorf("Kari is named before she agreed: %s", asked.text)
		}
		naming := kari.call("GET /me/namings").want(http.StatusOK).count("items", 1).is("items.0.by", "Rui Costa").is("items.0.country", "BR").is("items.0.state", "asked")
		kari.call(fmt.Sprintf("PUT /me/namings/%d", naming.id("items.0.id")), `{"shown": true}`).want(http.StatusNoContent)
		look().count("chain", 3).is("why.who_id", kari.ID).
			is("chain.0.person_id", ben.ID).is("chain.0.purchases", 0).is("chain.0.below", 2).
			is("chain.1.person_id", kari.ID).is("chain.1.sure", "link").is("chain.1.through.kind", "idea").is("chain.1.through.id", idea).
			is("chain.2.person_id", rui.ID).is("chain.2.sure", "said").is("chain.2.brought_by", kari.ID).is("chain.2.generation", 2).is("chain.2.why.words", "She wrote to me with it.")

		staff.call("GET /buyers").want(http.StatusOK).count("items", 3).is("items.1.sure", "link").is("items.2.sure", "said")
		staff.call(fmt.Sprintf("GET /buyers?brought_by=%d", kari.ID)).want(http.StatusOK).count("items", 1).is("items.0.person_id", rui.ID)
		staff.call("GET /buyers?sure=guessed").want(http.StatusUnprocessableEntity)
		staff.call("GET /word-of-mouth").want(http.StatusOK).count("trees", 1).is("trees.0.person_id", ben.ID).is("trees.0.lately", 2).
			is("crossed", 1).is("crossings.0.from", "NO").is("crossings.0.to", "BR")
		staff.call(fmt.Sprintf("GET /word-of-mouth/%d", kari.ID)).want(http.StatusOK).count("chain", 1).is("chain.0.person_id", ben.ID).
			count("branches", 2).is("branches.0.person_id", kari.ID).is("branches.1.person_id", rui.ID)

		kari.call(fmt.Sprintf("PUT /me/namings/%d", naming.id("items.0.id")), `{"shown": false}`).want(http.StatusNoContent)
		kari.call(fmt.Sprintf("PUT /me/namings/%d", naming.id("items.0.id")), `{"shown": true}`).want(http.StatusConflict)
		look().count("chain", 1).is("sure", "said")
		rui.call("DELETE /me/why").want(http.StatusNoContent)
		if back := look().is("sure", "unknown"); strings.Contains(back.text, "wrote to me") {
			t.Errorf("words that were taken back stand in %s", back.text)
		}
	})
}

// TestLasted reads what lasted of what people did: an idea that shipped, and a
// comment that helped who asked; nothing of who would rather not be named.
func TestLasted(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		staff, ben, kari := s.person("Sofia Reyes", know.Staff), s.person("Ben Okoye", know.Member), s.person("Kari Nordmann", know.Member)
		idea := ben.call("POST /ideas", `{"title": "Dotted pages"}`).want(http.StatusCreated).id("id")
		comment := kari.call(fmt.Sprintf("POST /ideas/%d/comments", idea), `{"body": "Five millimetres."}`).want(http.StatusCreated).id("id")
		lasted := func(of *client) reply {
			t.Helper()
			err := s.events.CatchUp(t.Context(), "advocate.effects", s.advocacy.FollowEffects, advocate.EffectKinds()...)
			if err == nil {
				err = s.advocacy.LastAll(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			return s.visitor().call(fmt.Sprintf("GET /people/%d/lasted", of.ID)).want(http.StatusOK)
		}
		lasted(ben).count("items", 0)
		lasted(kari).count("items", 0)
		ben.call("POST /thanks", fmt.Sprintf(`{"kind": "comment", "id": %d, "reason": "It fits my hand."}`, comment)).want(http.StatusCreated)
		s.at = s.at.Add(time.Hour)
		staff.call(fmt.Sprintf("POST /ideas/%d/decisions", idea), `{"status": "shipped", "reason": "It is in the shops."}`).want(http.StatusCreated)
		lasted(kari).count("items", 1).is("items.0.kind", "helped").is("items.0.title", "Dotted pages").
			is("items.0.url", fmt.Sprintf("%s/ideas/%d?comment=%d#c%d", siteURL, idea, comment, comment)).is("items.0.at", "2026-11-20T08:00:00Z")
		lasted(ben).count("items", 1).is("items.0.kind", "shipped").is("items.0.title", "Dotted pages").
			is("items.0.url", fmt.Sprintf("%s/ideas/%d", siteURL, idea)).is("items.0.at", "2026-11-20T09:00:00Z")
		ben.call("PUT /me/credit", `{"shown": false}`).want(http.StatusOK)
		lasted(ben).count("items", 0)
		ben.call("PUT /me/credit", `{"shown": true}`).want(http.StatusOK)
		lasted(ben).count("items", 1)
	})
}
