package tribe

import "testing"

// TestBlur checks that no count that everybody sees tells how each member of a
// tribe voted, whatever it is: at least three counts are told alike where all or
// nobody may have voted so, and what is told is true of what was counted.
func TestBlur(t *testing.T) {
	for active := int64(leastShown); active <= 60; active++ {
		type told struct {
			n     int64
			bound Bound
		}
		alike := map[told]int{}
		for votes := range active + 1 {
			s := Support{Active: active, Votes: votes, Against: active - votes}
			s.blur()
			for side, c := range map[string]struct {
				n, shown int64
				bound    Bound
			}{"for": {votes, s.Votes, s.Bound}, "against": {active - votes, s.Against, s.AgainstBound}} {
				fits := map[Bound]bool{About: c.shown%5 == 0 && c.shown-2 <= c.n && c.n <= c.shown+2, AtLeast: c.n >= c.shown, Below: c.n < 3 && c.shown == 0}[c.bound]
				if !fits || c.shown >= active {
					t.Errorf("%d %s of %d are told as %s %d", c.n, side, active, c.bound, c.shown)
				}
			}
			alike[told{s.Votes, s.Bound}]++
		}
		for one, n := range alike {
			if one.bound != About && n < leastApart {
				t.Errorf("of %d, %s %d tells one of %d", active, one.bound, one.n, n)
			}
		}
	}
	for n, want := range map[int64]int64{0: 0, 1: 0, 2: 0, 3: 5, 7: 5, 8: 10, 12: 10, 1003: 1005} {
		if got := nearestFive(n); got != want {
			t.Errorf("%d is rounded to %d, want %d", n, got, want)
		}
	}
}
