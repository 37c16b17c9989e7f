package tribe

import "testing"

// TestBlur checks that no count that everybody sees tells how each member of a
// tribe voted, and that it is true of what was counted.
func TestBlur(t *testing.T) {
	for active := int64(leastShown); active <= 40; active++ {
		for votes := range active + 1 {
			for against := range active - votes + 1 {
				s := Support{Active: active, Votes: votes, Against: against}
				s.blur()
				for name, c := range map[string]struct {
					n, shown int64
					bound    Bound
				}{"for": {votes, s.Votes, s.Bound}, "against": {against, s.Against, s.AgainstBound}} {
					if c.bound == Exact && c.n != c.shown || c.bound == AtLeast && c.n < c.shown || c.bound == AtMost && c.n > c.shown {
						t.Errorf("%d %s of %d are told as %s %d", c.n, name, active, c.bound, c.shown)
					}
					if c.shown >= active {
						t.Errorf("%d %s of %d tell how each one voted", c.shown, name, active)
					}
				}
			}
		}
	}
}
