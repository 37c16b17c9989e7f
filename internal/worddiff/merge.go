package worddiff

import (
	"slices"
	"strings"
)

// Merge gives the text in which both changes of base are made, that to ours and
// that to theirs. ok is false if they touch the same words differently: then a
// person has to read both.
func Merge(base, ours, theirs string) (merged string, ok bool) {
	switch {
	case ours == base || ours == theirs:
		return theirs, true
	case theirs == base:
		return ours, true
	}
	b, o, t := splitWords(base), splitWords(ours), splitWords(theirs)
	inOurs, ok := match(b, o, maxEdits)
	if !ok {
		return "", false
	}
	inTheirs, ok := match(b, t, maxEdits)
	if !ok {
		return "", false
	}
	var out strings.Builder
	var i, j, k int // where base, ours and theirs are read
	for i < len(b) || j < len(o) || k < len(t) {
		if i < len(b) && inOurs[i] == j && inTheirs[i] == k {
			out.WriteString(b[i])
			i, j, k = i+1, j+1, k+1
			continue
		}
		// A change, up to the next word that all three have.
		toB, toO, toT := i, len(o), len(t)
		for toB < len(b) && (inOurs[toB] < 0 || inTheirs[toB] < 0) {
			toB++
		}
		if toB < len(b) {
			toO, toT = inOurs[toB], inTheirs[toB]
		}
		was, we, they := b[i:toB], o[j:toO], t[k:toT]
		switch {
		case slices.Equal(we, was), slices.Equal(we, they):
			out.WriteString(strings.Join(they, ""))
		case slices.Equal(they, was):
			out.WriteString(strings.Join(we, ""))
		default:
			return "", false
		}
		i, j, k = toB, toO, toT
	}
	return out.String(), true
}
