package burst

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// steps makes hourly counts with a rhythm of the day that go from one level to
// another after 45 days, and stay there for 47; weekends are so many times as loud.
func steps(seed uint64, low, high, weekend float64) []Value {
	r := rand.New(rand.NewPCG(seed, 5))
	values := make([]Value, 92*24)
	for i := range values {
		at := monday.Add(time.Duration(i) * time.Hour)
		m := low
		if i >= 45*24 {
			m = high
		}
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			m *= weekend
		}
		values[i] = Value{At: at, Count: poisson(r, m*(.55+.45*math.Sin(2*math.Pi*float64(at.Hour()-9)/24)))}
	}
	values[0].Count = max(values[0].Count, 1)
	return values
}

func TestLasting(t *testing.T) {
	for _, weekend := range []float64{1, .6} {
		for _, c := range [][2]float64{{3, 30}, {10, 100}, {3, 90}, {0, 20}, {0, 90}, {0, 200}, {30, 60}, {30, 90}, {20, 100}, {0, 8}, {.2, 20}, {1, 20}, {2, 20}, {5, 40}, {100, 300}} {
			bad, none, rises := 0, 0, 0
			for seed := range uint64(12) {
				found := judge(t, steps(seed, c[0], c[1], weekend))
				if len(found) == 0 {
					none++
				}
				for _, a := range found {
					if a.Kind == Rise {
						rises++
					} else {
						bad++
					}
				}
			}
			t.Log(weekend, c, "drops", bad, "none", none, "rises", rises)
		}
	}
}
