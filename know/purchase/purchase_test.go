package purchase

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// site is a ledger over a real database, with a clock that stands still.
type site struct {
	*Ledger
	t  testing.TB
	at time.Time
}

func open(t testing.TB, db *storage.DB) *site {
	s := &site{t: t, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	clock := func() time.Time { return s.at }
	events := event.New(log, db, clock, "test")
	s.Ledger = New(log, db, events, know.New(log, db, events, clock, nil), clock)
	return s
}

var staff = know.Actor{ID: 900, Role: know.Staff}

func (s *site) person(name, address string) know.Actor {
	s.t.Helper()
	p, secret, err := s.people.AddPerson(s.t.Context(), name, address, know.Member)
	if err == nil {
		_, _, _, err = s.people.Use(s.t.Context(), secret, "", "test")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return know.Actor{ID: p.ID, Role: know.Member, Name: name}
}

// public makes somebody known on the square.
func (s *site) public(a know.Actor) {
	s.t.Helper()
	err := s.db.Update(s.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(s.t.Context(), `insert into idea (title, body, person_id, audience, created_at) values ('x', '', $1, 'public', 1)`, a.ID)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) order(id, email string) Order {
	return Order{ExternalID: id, At: s.at.Add(-time.Hour), Email: email, Country: "no", AmountMinor: 1250, Currency: "EUR"}
}

func (s *site) store(orders ...Order) []Stored {
	s.t.Helper()
	stored, err := s.Store(s.t.Context(), staff, orders)
	if err != nil {
		s.t.Fatal(err)
	}
	return stored
}

func (s *site) one(o Order) int64 {
	s.t.Helper()
	st := s.store(o)[0]
	if st.Err != nil {
		s.t.Fatal(st.Err)
	}
	return st.ID
}

func (s *site) scalar(query string, args ...any) (n int64) {
	s.t.Helper()
	if err := s.db.Row(s.t.Context(), query, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestStoreAnswersRowByRow(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		bad := func(f func(o *Order)) Order {
			o := s.order("bad", "a@example.org")
			f(&o)
			return o
		}
		rows := []Order{
			s.order("1", "a@example.org"),
			bad(func(o *Order) { o.Currency = "EUX" }),
			bad(func(o *Order) { o.At = s.at.Add(6 * time.Minute) }),
			bad(func(o *Order) { o.At, o.NoZone = s.at.Add(15*time.Hour), true }),
			bad(func(o *Order) { o.Country = "Atlantis" }),
			bad(func(o *Order) { o.Email = "nobody" }),
			bad(func(o *Order) { o.AmountMinor = -1 }),
			bad(func(o *Order) { o.RefundedMinor = 99999 }),
			bad(func(o *Order) { o.ExternalID = "" }),
			s.order("1", "a@example.org"),
			bad(func(o *Order) { o.ExternalID, o.AmountMinor = "1", 5 }),
			s.order("2", ""),
		}
		stored := s.store(rows...)
		var got []string
		for _, st := range stored {
			f, _ := st.Err.(*fault.Error)
			switch {
			case f != nil:
				got = append(got, f.Field)
			case st.Known:
				got = append(got, "known")
			default:
				got = append(got, "new")
			}
		}
		want := []string{"new", "currency", "at", "at", "country", "email", "amount_minor", "refunded_minor", "external_id", "known", "amount_minor", "new"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if n := s.scalar(`select count(*) from purchase`); n != 2 {
			t.Errorf("%d purchases are stored, want 2", n)
		}
		if n := s.scalar(`select purchases from purchase_country where country = 'NO'`); n != 2 {
			t.Errorf("%d are counted for Norway, want 2", n)
		}
		if _, err := s.Store(t.Context(), know.Actor{ID: 1, Role: know.Member}, rows); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member may store purchases: %v", err)
		}
	})
}

// TestFuture: at 8:00 UTC it is 22:00 where a day begins first. What says no
// zone may be from there; what says one is in the future, or not.
func TestFuture(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for date, want := range map[string]string{
		"2026-11-20T08:04:00Z":      "",
		"2026-11-20T08:06:00Z":      "at",
		"2026-11-20T11:06:00+03:00": "at",
		"2026-11-20 21:59:00 +1400": "",
		"2026-11-20 21:59:00":       "",
		"2026-11-20 22:01":          "at",
		"2026-11-21":                "at",
		"2026-11-20 21:59:00 NZDT":  "",
	} {
		o, _, err := orderOf(map[string]string{"id": "1", "at": date, "amount": "12.50", "currency": "EUR"})
		if err != nil {
			t.Errorf("%s: %v", date, err)
			continue
		}
		field := ""
		if f, ok := o.check(now).(*fault.Error); ok {
			field = f.Field
		}
		if field != want {
			t.Errorf("%s: %q, want %q", date, field, want)
		}
	}
}

func TestRefundAndFill(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		o := s.order("1", "")
		o.Country = ""
		id := s.one(o)
		o.RefundedMinor, o.Email, o.Country = 250, "late@example.org", "BR"
		if st := s.store(o)[0]; !st.Known || !st.Changed || st.Err != nil {
			t.Fatalf("%+v", st)
		}
		o.RefundedMinor = 100 // an older file again takes nothing back
		if st := s.store(o)[0]; !fault.Is(st.Err, fault.Conflict) || st.Changed {
			t.Errorf("a smaller refund: %+v", st)
		}
		p, err := s.Purchase(t.Context(), staff, id)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.people.Account(t.Context(), p.Account)
		if err != nil {
			t.Fatal(err)
		}
		if p.RefundedMinor != 250 || p.Country != "BR" || a.Address != "late@example.org" {
			t.Errorf("%+v of %s", p, a.Address)
		}
		home := s.order("0", "")
		home.At = s.at.Add(-99 * time.Hour)
		s.store(home)
		firsts, err := s.Firsts(t.Context(), staff, time.Time{})
		if err != nil || len(firsts) != 1 || firsts[0].Country != "BR" || firsts[0].Purchases != 1 {
			t.Errorf("%+v %v", firsts, err)
		}
	})
}

// TestAgainSaysWhatIsNotTakenOver sends a known order with other facts: each is
// named, and what may be added is added all the same.
func TestAgainSaysWhatIsNotTakenOver(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		full := s.order("1", "anna@example.org")
		full.Items, full.Code = []Item{{"A5", 2}}, "SPRING"
		id := s.one(full)
		bare := s.order("2", "")
		bare.Country = ""
		s.one(bare)
		for field, change := range map[string]func(o *Order){
			"":               func(o *Order) {},
			"email":          func(o *Order) { o.Email = "ben@example.org" },
			"at":             func(o *Order) { o.At = o.At.Add(-24 * time.Hour) },
			"country":        func(o *Order) { o.Country = "BR" },
			"items":          func(o *Order) { o.Items = []Item{{"A5", 3}} },
			"code":           func(o *Order) { o.Code = "AUTUMN" },
			"amount_minor":   func(o *Order) { o.AmountMinor++ },
			"refunded_minor": func(o *Order) { o.RefundedMinor = o.AmountMinor + 1 },
		} {
			o := full
			change(&o)
			st := s.store(o)[0]
			got := ""
			if f, ok := st.Err.(*fault.Error); ok {
				got = f.Field
			}
			if got != field || st.Changed {
				t.Errorf("%s: %+v", field, st)
			}
		}
		p, err := s.Purchase(t.Context(), staff, id)
		if err != nil || p.Country != "NO" || !p.At.Equal(full.At) || p.Code != "SPRING" || p.RefundedMinor != 0 {
			t.Errorf("%+v %v", p, err)
		}
		bare.Email, bare.RefundedMinor, bare.Code = "cleo@example.org", 50, "LATE"
		if st := s.store(bare)[0]; !st.Changed || !fault.Is(st.Err, fault.Conflict) {
			t.Errorf("%+v", st)
		}
		if n := s.scalar(`select count(*) from purchase p join account a on a.id = p.account_id where a.address = 'cleo@example.org' and p.refunded_minor = 50 and p.code = ''`); n != 1 {
			t.Error("what may be added is not added")
		}
	})
}

// TestCustomersAreOneBuyer sends orders with an address, with the shop's number
// of who bought, and with both, in every sequence: they are of one buyer.
func TestCustomersAreOneBuyer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		for n, sequence := range [][]string{{"both", "number"}, {"number", "both"}, {"number", "number", "both", "number"}, {"address", "address again", "number"}, {"number", "number again"}, {"none", "none again", "number"}} {
			shop, address := fmt.Sprintf("shop%d", n), fmt.Sprintf("alma%d@example.org", n)
			for i, what := range sequence {
				o := s.order(fmt.Sprint(i), "")
				o.Shop = shop
				if what == "both" || what == "number" {
					o.Customer = "C77"
				}
				if what == "both" || what == "address" {
					o.Email = address
				}
				if strings.HasSuffix(what, "again") { // of the order before: now both are told
					o.ExternalID, o.Customer, o.Email = fmt.Sprint(i-1), "C77", address
					if st := s.store(o)[0]; !st.Changed || st.Err != nil {
						t.Errorf("%v: %+v", sequence, st)
					}
					continue
				}
				s.one(o)
			}
			if buyers, of := s.scalar(`select count(distinct account_id) from purchase where shop = $1`, shop), s.scalar(`select count(*) from purchase p join account a on a.id = p.account_id where p.shop = $1 and a.address <> $2`, shop, address); buyers != 1 || of != 0 {
				t.Errorf("%v: %d buyers, %d orders are not on the address", sequence, buyers, of)
			}
		}
		o := s.order("x", "alma0@example.org")
		o.Shop, o.Customer, o.ExternalID = "shop0", "c78", "0"
		if st := s.store(o)[0]; !fault.Is(st.Err, fault.Conflict) || st.Changed {
			t.Errorf("another customer: %+v", st)
		}
	})
}

// TestReturnedCountsAsNone pays back orders in whole and in part: what a shop
// calls cancelled is paid back in whole, and none such is a purchase of its
// buyer or of its country.
func TestReturnedCountsAsNone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		file := "order_id,ordered_at,email,country,amount,currency,status,refunded\n" +
			"1,2026-10-01,a@example.org,NO,12.50,EUR,cancelled,\n" +
			"2,2026-10-02,a@example.org,NO,12.50,EUR,Voided,\n" +
			"3,2026-10-03,a@example.org,NO,12.50,EUR,paid,12.50\n" +
			"4,2026-10-04,a@example.org,NO,12.50,EUR,paid,12.49\n" +
			"5,2026-10-05,a@example.org,NO,12.50,EUR,paid,\n" +
			"6,2026-10-06,a@example.org,NO,0,EUR,paid,\n"
		check := func(purchases, first int64) {
			t.Helper()
			b, err := s.Buyer(t.Context(), s.db, []int64{s.scalar(`select id from account where address = 'a@example.org'`)})
			if err != nil || b.Purchases != purchases || b.First != first {
				t.Errorf("%+v %v, want %d, the first %d", b, err, purchases, first)
			}
			if n, id := s.scalar(`select coalesce(sum(purchases), 0) from purchase_country`), s.scalar(`select coalesce(max(purchase_id), 0) from purchase_country`); n != purchases || id != first {
				t.Errorf("of the country %d, the first %d; want %d, %d", n, id, purchases, first)
			}
		}
		if report, err := s.Import(t.Context(), staff, strings.NewReader(file), ImportOptions{}); err != nil || report.New != 6 {
			t.Fatalf("%+v %v", report, err)
		}
		check(3, 4)
		for _, back := range []string{"4,2026-10-04,,,12.50,EUR,refunded,\n", "4,2026-10-04,,,12.50,EUR,refunded,\n", "4,2026-10-09,,,-12.50,EUR,,\n"} {
			if report, err := s.Import(t.Context(), staff, strings.NewReader(file[:strings.Index(file, "\n")+1]+back), ImportOptions{}); err != nil || report.Known != 1 {
				t.Fatalf("%+v %v", report, err)
			}
			check(2, 5)
		}
	})
}

// TestImportTwice takes one file in twice, the second time with its columns in
// another order and under other names.
func TestImportTwice(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		first := "order_id,ordered_at,email,country,sku,qty,amount,currency,coupon,referrer\n" +
			"1001,2026-10-01,kari@example.no,NO,A5,2,\"12,50\",EUR,,https://square.example/s/abc123?x=1\n" +
			"1001,,,,A6,1,,,,\n" +
			"1002,2026-10-02,,BR,A5,1,1000,JPY,SPRING,\n" +
			"1003,2036-10-02,,BR,A5,1,1000,JPY,,\n" +
			"1004,2026-10-02,,XX,A5,1,10.00,EUR,,\n" +
			"1005,2026-10-02,,DE,A5,1,10.00,ABC,,\n" +
			"1006,2026-10-02,,DE,A5,1,10.005,EUR,,\n" +
			"1001,2026-10-05,,,,,-2.50,EUR,,\n"
		again := "\xef\xbb\xbfCurrency;Total;Created at;E-Mail;Order Number;Quantity;Lineitem SKU;Country Code\n" +
			"EUR;12.50;2026-10-01 00:00:00;KARI@example.no;1001;2;A5;no\n" +
			"JPY;1 000;2026-10-02;;1002;1;A5;BR\n"
		report, err := s.Import(t.Context(), staff, strings.NewReader(first), ImportOptions{DryRun: true})
		if err != nil || report.New != 2 || s.scalar(`select count(*) from purchase`) != 0 {
			t.Fatalf("a dry run: %+v %v", report, err)
		}
		if report, err = s.Import(t.Context(), staff, strings.NewReader(first), ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		var wrong []string
		for _, e := range report.Errors {
			wrong = append(wrong, fmt.Sprintf("%d %s", e.Row, e.Field))
		}
		if d := cmp.Diff([]string{"5 at", "6 country", "7 currency", "8 amount"}, wrong); d != "" {
			t.Error(d)
		}
		if report.New != 2 || report.Known != 1 || report.Changed != 1 || report.Failed != 4 {
			t.Errorf("%+v", report)
		}
		for range 2 {
			if report, err = s.Import(t.Context(), staff, strings.NewReader(again), ImportOptions{}); err != nil || report.Known != 2 || report.Failed != 0 {
				t.Fatalf("again: %+v %v", report, err)
			}
		}
		list, _, err := s.Purchases(t.Context(), staff, Filter{Limit: 10})
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		p := list[1]
		if p.AmountMinor != 1250 || p.RefundedMinor != 250 || p.Code != "abc123" || len(p.Items) != 2 || list[0].AmountMinor != 1000 || list[0].Code != "SPRING" {
			t.Errorf("%+v", list)
		}
	})
}

// TestImportNeedsAmounts takes in rows without an amount: the first row of an
// order needs it, those of its other items do not.
func TestImportNeedsAmounts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		report, err := s.Import(t.Context(), staff, strings.NewReader("order_id,ordered_at,sku,amount,currency\n1,2026-10-01,A5,,EUR\n2,2026-10-01,A5,0,EUR\n2,,A6,,\n"), ImportOptions{})
		if err != nil || report.New != 1 || report.Failed != 1 || report.Errors[0].Row != 2 || report.Errors[0].Field != "amount_minor" {
			t.Errorf("%+v %v", report, err)
		}
	})
}

// TestImportSaysWhatIsLeftOut names columns that are not known, and refuses
// columns of one name and rows that are cut off.
func TestImportSaysWhatIsLeftOut(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		report, err := s.Import(t.Context(), staff, strings.NewReader("order_id,Colour,ordered_at,date,amount,currency\n1,red,2026-10-01,2026-10-02,1,EUR\n2,red,2026-10-01,,1\n\n3,,2026-10-01,,1,EUR\n"), ImportOptions{})
		if err != nil || report.New != 2 || report.Failed != 1 || report.Errors[0].Row != 3 || !cmp.Equal(report.LeftOut, []string{"Colour", "date"}) {
			t.Errorf("%+v %v", report, err)
		}
		if _, err := s.Import(t.Context(), staff, strings.NewReader("order_id,ordered_at,amount,Amount,currency\n1,2026-10-01,1,2,EUR\n"), ImportOptions{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a doubled column: %v", err)
		}
	})
}

func TestPurchasesArePaged(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		for i := range 7 {
			o := s.order(fmt.Sprint(i), "")
			o.At = s.at.Add(-time.Duration(i/2) * time.Hour)
			s.one(o)
		}
		var seen []int64
		for cursor, n := "", 0; n < 9; n++ {
			list, next, err := s.Purchases(t.Context(), staff, Filter{Limit: 2, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				seen = append(seen, p.ID)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if d := cmp.Diff([]int64{2, 1, 4, 3, 6, 5, 7}, seen); d != "" {
			t.Error(d)
		}
	})
}

func TestMinor(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           int64 // -1: refused
	}{
		{"12.50", "EUR", 1250}, {"12,5", "EUR", 1250}, {"1 234,50 €", "EUR", 123450}, {"1,234.50", "USD", 123450}, {"1.234.567,89", "EUR", 123456789},
		{"1000", "JPY", 1000}, {"1,234", "EUR", -1}, {"1.234", "KWD", 1234}, {"12.505", "EUR", -1}, {"12.5000", "EUR", 1250}, {"abc", "EUR", -1}, {"", "EUR", -1},
		{"-2.50", "EUR", -250}, {"1-2", "EUR", -1}, {"1.2,3.4", "EUR", -1}, {"99999999999999999999", "EUR", -1}, {".50", "EUR", 50}, {"1.5", "JPY", -1},
	} {
		got, err := minor(c.text, c.currency)
		if (err != nil) != (c.want == -1) || err == nil && got != c.want {
			t.Errorf("%q %s is %d %v, want %d", c.text, c.currency, got, err, c.want)
		}
	}
}

func FuzzMinor(f *testing.F) {
	f.Add("1,234.50")
	f.Add("−3,5")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := minor(text, "EUR"); err == nil && (n > 1e15 || n < -1e15) {
			t.Errorf("%q is %d", text, n)
		}
	})
}

func TestQuotesThatDoNotCloseAreNamed(t *testing.T) {
	rows, err := newRows(strings.NewReader("order_id,ordered_at,currency,amount\n1,2026-10-01,EUR,5\" 1\n2,2026-10-01,EUR,1\n3,\"2026-10-01,EUR,1\n4,2026-10-01,EUR,1\n"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for range 4 {
		_, row, err := rows.next()
		said = append(said, fmt.Sprint(row, " ", err))
	}
	for i, want := range []string{"inside a value in line 2", "3 <nil>", "opens in line 4", "EOF"} {
		if !strings.Contains(said[i], want) {
			t.Errorf("row %d: %s, want %s", i, said[i], want)
		}
	}
}
