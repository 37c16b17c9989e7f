package tribe

// Bound says whether a count is exact, or so many at least or at most.
type Bound string

// The bounds.
const (
	Exact   Bound = ""
	AtLeast Bound = "at_least"
	AtMost  Bound = "at_most"
)

// blur keeps a count from telling how each member of a tribe voted: where all of
// them, or all but two, voted alike, it says that at least so many did; where at
// most two voted for it, or against it, that they were two at most. Nobody
// against is nobody's vote, and stays.
func (s *Support) blur() {
	s.Votes, s.Bound = blurred(s.Votes, s.Active)
	if s.Against > 0 {
		s.Against, s.AgainstBound = blurred(s.Against, s.Active)
	}
	s.Low, s.High = Wilson(s.Votes, s.Active, z99)
	s.AgainstLow, s.AgainstHigh = Wilson(s.Against, s.Active, z99)
}

func blurred(n, of int64) (int64, Bound) {
	switch {
	case of-n < leastApart:
		return of - leastApart + 1, AtLeast
	case n < leastApart:
		return leastApart - 1, AtMost
	}
	return n, Exact
}
