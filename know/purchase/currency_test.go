package purchase

import (
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

func BenchmarkTender(b *testing.B) {
	for b.Loop() {
		tender("ZAR", time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
	}
}
