package purchase

import (
	"testing"
	"time"

	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestIDsByCase checks that what a shop calls its orders and customers is
// another one in other letters, and that mail addresses are not.
func TestIDsByCase(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		account := func(external, email, customer string) int64 {
			t.Helper()
			o := s.order(external, email)
			o.Customer = customer
			p, err := s.Purchase(t.Context(), staff, s.one(o))
			if err != nil {
				t.Fatal(err)
			}
			return p.Account
		}
		if account("CaseX9", "", "") == account("casex9", "", "") {
			t.Error("two orders are one buyer's")
		}
		if account("1", "", "cus_AbC") == account("2", "", "cus_aBc") {
			t.Error("two customers are one buyer")
		}
		if account("3", "", "cus_AbC") != account("1", "", "cus_AbC") {
			t.Error("a customer is not known again")
		}
		if account("4", "Ann@example.org", "") != account("5", "ann@EXAMPLE.org", "") {
			t.Error("a mail address is two buyers")
		}
		if of := account("6", "ann@example.org", "cus_AbC"); account("7", "", "cus_AbC") != of || account("8", "", "cus_aBc") == of {
			t.Error("an address went to another customer")
		}
		var said string
		if err := db.Row(t.Context(), `select a.address from purchase p join account a on a.id = p.account_id where p.external_id = 'CaseX9'`).Scan(&said); err != nil || said != "shop/order:CaseX9" {
			t.Errorf("the buyer is called %q, %v", said, err)
		}
	})
}

// TestUnseen refuses numbers of the shop that look like others.
func TestUnseen(t *testing.T) {
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	for id, fine := range map[string]bool{"A-1001": true, "№ 7 é": true, "a\nb": false, "1\u202e2": false, "1\u200b2": false, "1\u2028": true, "1\u20282": false, "1\x002": false} {
		for _, o := range []Order{{ExternalID: id}, {ExternalID: "1", Customer: id}} {
			o.At, o.AmountMinor, o.Currency = now, 100, "EUR"
			if err := o.check(now); (err == nil) != fine {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
}
