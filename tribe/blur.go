package tribe

// Bound says how a count is told.
type Bound string

// The bounds. To all but the team every count is told by one of the others.
const (
	Exact   Bound = ""
	About   Bound = "about"    // to the nearest five
	AtLeast Bound = "at_least" // all members but two at most
	Below   Bound = "below"    // nobody, one or two: it is told as 0
)

// blur keeps counts from telling who voted. Who is in a tribe is public, so that
// an exact one tells each member's vote to whoever reads it before and after
// they join or leave.
func (s *Support) blur() {
	s.Votes, s.Bound = blurred(s.Votes, s.Active)
	s.Against, s.AgainstBound = blurred(s.Against, s.Active)
}

// blurred tells a count of at least leastShown members by one of: fewer than
// leastApart; all of them but so many; the nearest five. None of the three says
// that all did, or nobody.
func blurred(n, of int64) (int64, Bound) {
	switch {
	case n < leastApart:
		return 0, Below
	case n > of-leastApart:
		return of - leastApart + 1, AtLeast
	}
	return nearestFive(n), About
}

// nearestFive rounds a count; fewer than leastApart are 0.
func nearestFive(n int64) int64 { return (n + 2) / 5 * 5 }
