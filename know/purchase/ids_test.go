package purchase

import (
	"errors"
	"testing"

	"tribune/internal/fault"
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

// TestIDsAreSeen checks that no number of the shop hides what it is.
func TestIDsAreSeen(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		for i, hidden := range []string{"10\n01", "10\u202e01", "10\u200b01", "10\x0001", "10\t01"} {
			number, customer := s.order(hidden, ""), s.order("seen", "")
			customer.Customer = hidden
			for field, o := range map[string]Order{"external_id": number, "customer_id": customer} {
				stored := s.store(o)
				if wrong, ok := errors.AsType[*fault.Error](stored[0].Err); !ok || wrong.Field != field {
					t.Errorf("%d, %s: %v", i, field, stored[0].Err)
				}
			}
		}
		if id := s.one(s.order("Ⅻ-№ 10/01 é", "")); id == 0 {
			t.Error("a number with spaces and accents is refused")
		}
	})
}
