package query

import "slices"

// place is where a part stands in a text: the tokens from, up to but without to.
type place struct{ from, to int }

// nearness tells whether places are near any of those that it holds. It keeps
// its memory. The zero value holds none.
type nearness struct {
	starts, ends []int // of the places held, each sorted
}

// hold replaces what it holds.
func (n *nearness) hold(places []place) {
	n.starts, n.ends = n.starts[:0], n.ends[:0]
	for _, p := range places {
		n.starts, n.ends = append(n.starts, p.from), append(n.ends, p.to)
	}
	for _, of := range [2][]int{n.starts, n.ends} {
		if !slices.IsSorted(of) {
			slices.Sort(of)
		}
	}
}

// isNear reports whether one of the places held is at most so many words from
// p, side by side being 1: one before it or one after it, as asked for. Places that
// share a word are not near: nothing is near itself.
func (n *nearness) isNear(p place, most int, before, after bool) bool {
	if before {
		i, _ := slices.BinarySearch(n.ends, p.from-most+1)
		if i < len(n.ends) && n.ends[i] <= p.from {
			return true
		}
	}
	if after {
		i, _ := slices.BinarySearch(n.starts, p.to)
		return i < len(n.starts) && n.starts[i] < p.to+most
	}
	return false
}
