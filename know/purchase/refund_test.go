package purchase

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestRefundsAdd checks that refunds told row by row add up, that the same file
// again adds none, and that no more is paid back than was paid.
func TestRefundsAdd(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		take := func(rows string) Report {
			t.Helper()
			report, err := s.Import(t.Context(), staff, strings.NewReader("order_id,ordered_at,amount,currency,refund_id,refunded\n"+rows), ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return report
		}
		back := func(order string, want int64) {
			t.Helper()
			if got := s.scalar(`select refunded_minor from purchase where external_id = $1`, order); got != want {
				t.Errorf("%s: %d was paid back, want %d", order, got, want)
			}
		}
		file := "R1,2026-10-01,20.00,EUR,,\nR1,2026-10-02,-4.00,EUR,,\nR1,2026-10-03,-3.00,EUR,,\nZ1,2026-10-01,20.00,EUR,,\nZ1,2026-10-02,-4.00,EUR,,\nZ1,2026-10-02,-4.00,EUR,,\n"
		for range 2 {
			if report := take(file); report.Failed != 0 {
				t.Errorf("%+v", report)
			}
			back("R1", 700)
			back("Z1", 800)
		}
		take("Z1,2026-10-02,-4.00,EUR,re_1,\nZ1,2026-10-05,-1.00,EUR,,\n")
		take("Z1,2026-10-09,-4.00,EUR,re_1,\n")
		back("Z1", 1300)
		if report := take("Z1,2026-10-06,-8.00,EUR,,\nZ1,2026-10-06,-2.00,EUR,re_1,\n"); report.Failed != 2 || report.Errors[0].Field != "amount" {
			t.Errorf("too much, and a refund made another: %+v", report)
		}
		back("Z1", 1300)
		take("R1,2026-10-01,20.00,EUR,,9.00\nR1,2026-10-07,-1.00,EUR,,\n") // the shop's own sum is more than the rows
		back("R1", 900)
		take("R1,2026-10-08,-12.00,EUR,,\n")
		back("R1", 2000)
	})
}

// TestRefundsDated checks that a refund is neither dated in the future nor before
// its order, but for a day between zones.
func TestRefundsDated(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		soon := s.at.Add(10 * time.Hour).UTC() // somewhere it is that late already
		for _, c := range []struct{ at, want string }{
			{s.at.AddDate(0, 2, 0).Format(time.DateOnly), "The refund is dated in the future."},
			{s.at.Add(time.Hour).Format(time.RFC3339), "The refund is dated in the future."},
			{"2026-09-30T09:59:00Z", "The refund is dated before its order."},
			{"1969-01-01", "The refund is dated before its order."},
			{soon.Format("2006-01-02 15:04:05"), ""},
			{"2026-09-30T10:30:00Z", ""},
			{"2026-10-01", ""},
			{"", ""},
		} {
			file := "order_id,ordered_at,amount,currency\nD1,2026-10-01T10:00:00Z,20.00,EUR\nD1," + c.at + ",-1.00,EUR\n"
			before := s.scalar(`select coalesce(sum(refunded_minor), 0) from purchase`)
			report, err := s.Import(t.Context(), staff, strings.NewReader(file), ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if report.Failed > 0 {
				got = report.Errors[0].Text
			}
			taken := s.scalar(`select sum(refunded_minor) from purchase`) - before
			if got != c.want || report.Failed > 0 && (report.Errors[0].Row != 3 || report.Errors[0].Field != "ordered_at") || (taken == 0) != (c.want != "") {
				t.Errorf("a refund of %q: %q, %d taken, %+v", c.at, got, taken, report)
			}
		}

		// One that an earlier version took is known, whatever its date.
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into purchase_refund (purchase_id, ref, amount_minor) select id, 'id:early', 100 from purchase where external_id = 'D1'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		again := "order_id,ordered_at,amount,currency,refund_id\nD1,1969-01-01,-1.00,EUR,early\nD1,1969-01-01,-1.00,EUR,other\n"
		if report, err := s.Import(t.Context(), staff, strings.NewReader(again), ImportOptions{}); err != nil || report.Known != 1 || report.Failed != 1 || report.Errors[0].Row != 3 {
			t.Errorf("a refund that is here, of an impossible date: %+v, %v", report, err)
		}
	})
}

// TestRefundsAboveTheirOrders checks that a file with the newest first is taken
// in whole at once, also where a refund stands far above its order.
func TestRefundsAboveTheirOrders(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		s.batch = 2
		var file strings.Builder
		file.WriteString("order_id,ordered_at,amount,currency\nU1,2026-10-09,-4.00,EUR\nU1,2026-10-08,-3.00,EUR\nnone,2026-10-08,-3.00,EUR\n")
		for n := range 7 {
			fmt.Fprintf(&file, "V%d,2026-10-05,20.00,EUR\n", n)
		}
		file.WriteString("U1,2026-10-01,20.00,EUR\n")
		for n, want := range []string{"8 new, 2 known, 1 failed", "0 new, 10 known, 1 failed"} {
			report, err := s.Import(t.Context(), staff, strings.NewReader(file.String()), ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d new, %d known, %d failed", report.New, report.Known, report.Failed); got != want || report.Errors[0].Row != 4 {
				t.Errorf("time %d: %s, want %s; %+v", n, got, want, report)
			}
			if back := s.scalar(`select refunded_minor from purchase where external_id = 'U1'`); back != 700 {
				t.Errorf("%d was paid back", back)
			}
		}
	})
}

// TestDryRun checks that a dry run says of any file exactly what taking it in
// then does, also where a refund, another item or the buyer of an order stands
// far behind it.
func TestDryRun(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		s.batch = 3
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			one := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
			var file strings.Builder
			file.WriteString("order_id,ordered_at,email,customer_id,country,amount,currency,refund_id,refunded,sku\n")
			for range rapid.IntRange(1, 14).Draw(t, "rows") {
				order := fmt.Sprintf("%d-%s", n-rapid.IntRange(0, 1).Draw(t, "earlier"), one("order", "A", "B", "C", "D"))
				customer := one("customer", "", "", "c1", "C1", "c2")
				if customer != "" {
					customer = fmt.Sprintf("%s-%d", customer, n)
				}
				fmt.Fprintf(&file, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", order, one("at", "2026-10-01", "2026-10-01", "2026-10-04", "2036-01-01", "soon"),
					one("email", "", "", "kari@example.no", "ola@example.no", "kari"), customer, one("country", "", "NO", "BR", "XX"),
					one("amount", "20.00", "20.00", "20.00", "-4.00", "-12.00", "30.00", ""), one("currency", "EUR", "EUR", "EUR", "ABC"), one("refund", "", "", "re_1"),
					one("refunded", "", "", "9.00"), one("sku", "", "A5", "A6"))
			}
			before := s.scalar(`select count(*) from purchase`) + s.scalar(`select count(*) from account`) + s.scalar(`select count(*) from event`)
			would, err := s.Import(s.t.Context(), staff, strings.NewReader(file.String()), ImportOptions{DryRun: true})
			if err != nil {
				t.Fatal(err)
			}
			if after := s.scalar(`select count(*) from purchase`) + s.scalar(`select count(*) from account`) + s.scalar(`select count(*) from event`); after != before {
				t.Fatalf("the dry run stored %d rows", after-before)
			}
			did, err := s.Import(s.t.Context(), staff, strings.NewReader(file.String()), ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(did, would); d != "" {
				t.Fatalf("the dry run of\n%s\nsays otherwise (-did +would): %s", file.String(), d)
			}
		})
	})
}
