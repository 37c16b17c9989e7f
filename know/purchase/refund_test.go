package purchase

import (
	"strings"
	"testing"

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
