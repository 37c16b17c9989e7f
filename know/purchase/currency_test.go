package purchase

import (
	"strings"
	"testing"
	"time"
)

// TestTender checks what people pay with, and when.
func TestTender(t *testing.T) {
	now, before := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), time.Date(1999, 5, 1, 0, 0, 0, 0, time.UTC)
	for code, want := range map[string][2]bool{"EUR": {true, true}, "NOK": {true, true}, "JPY": {true, true}, "BRL": {true, true}, "CHF": {true, true}, "INR": {true, true}, "UAH": {true, true},
		"PLN": {true, true}, "TRY": {true, false}, "MRU": {true, true}, "BYN": {true, false}, "XOF": {true, true}, "XAF": {true, true}, "XPF": {true, true}, "XCD": {true, true},
		"DEM": {false, true}, "HRK": {false, true}, "XBA": {}, "USN": {}, "CHE": {}, "XAU": {}, "ZWL": {}} {
		if got := [2]bool{tender(code, now), tender(code, before)}; got != want {
			t.Errorf("%s in 2026 and 1999: %v, want %v", code, got, want)
		}
	}
}

// TestNoTender checks that a currency of another time is told from what is none.
func TestNoTender(t *testing.T) {
	before, now := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		code, want string
		at         time.Time
	}{
		{"EUR", "EUR was not in use on 1970-01-01. ", before}, {"DEM", "DEM was not in use on 2026-11-30. ", now}, {"HRK", "HRK was not in use on 2026-11-30. ", now},
		{"XAU", "XAU is no currency. ", now}, {"XBA", "XBA is no currency. ", before},
	} {
		o := Order{ExternalID: "1", At: c.at, AmountMinor: 1, Currency: c.code}
		if err := o.check(now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.code, err, c.want)
		}
	}
}

func BenchmarkTender(b *testing.B) {
	for b.Loop() {
		tender("ZAR", time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
	}
}
