package worddiff

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/words"
)

// Op is what became of a piece.
type Op uint8

// The ops.
const (
	Same Op = iota // in both
	Gone           // in the earlier wording only
	New            // in the later wording only
)

// Piece is a stretch of text, and what became of it.
type Piece struct {
	Op   Op
	Text string
}

// maxEdits is how many words may differ before whole lines are compared
// instead: the time grows with its square (16 MB and 40 ms at 2,000).
const maxEdits = 2000

// Words tells how b differs from a. The texts of what is Same or Gone, one
// after the other, are a; those of what is Same or New are b. Two pieces that
// follow each other differ in their Op; what is Gone stands before what is New
// in its place.
func Words(a, b string) []Piece {
	for _, split := range []func(string) []string{splitWords, splitLines} {
		left, right := split(a), split(b)
		if pairs, ok := match(left, right, maxEdits); ok {
			return tidy(pieces(left, right, pairs))
		}
	}
	return tidy([]Piece{{Gone, a}, {New, b}})
}

func splitWords(s string) (tokens []string) {
	for it := words.FromString(s); it.Next(); {
		tokens = append(tokens, it.Value())
	}
	return tokens
}

func splitLines(s string) (tokens []string) {
	for line := range strings.Lines(s) {
		tokens = append(tokens, line)
	}
	return tokens
}

// pieces writes the pieces of two token lists of which those of pairs are the
// same.
func pieces(a, b []string, pairs []int) (all []Piece) {
	j := 0
	for i, with := range pairs {
		if with < 0 {
			all = append(all, Piece{Gone, a[i]})
			continue
		}
		for ; j < with; j++ {
			all = append(all, Piece{New, b[j]})
		}
		all = append(all, Piece{Same, a[i]})
		j++
	}
	for ; j < len(b); j++ {
		all = append(all, Piece{New, b[j]})
	}
	return all
}

// tail takes the blanks off that two texts end with alike.
func tail(a, b string) (string, string, string) {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] && strings.IndexByte(" \t\n", a[len(a)-1-n]) >= 0 {
		n++
	}
	return a[:len(a)-n], b[:len(b)-n], a[len(a)-n:]
}

// tidy joins what belongs together: between two changes, a blank that stayed
// is no news, and what is gone stands before what is new.
func tidy(from []Piece) (all []Piece) {
	var gone, fresh strings.Builder
	same := func(s string) {
		if n := len(all); s != "" && n > 0 && all[n-1].Op == Same {
			all[n-1].Text += s
		} else if s != "" {
			all = append(all, Piece{Same, s})
		}
	}
	flush := func() {
		was, is, blank := tail(gone.String(), fresh.String())
		if was != "" {
			all = append(all, Piece{Gone, was})
		}
		if is != "" {
			all = append(all, Piece{New, is})
		}
		same(blank)
		gone.Reset()
		fresh.Reset()
	}
	for i, p := range from {
		between := gone.Len()+fresh.Len() > 0 && i+1 < len(from) && from[i+1].Op != Same
		switch {
		case p.Text == "":
		case p.Op == Gone:
			gone.WriteString(p.Text)
		case p.Op == New:
			fresh.WriteString(p.Text)
		case between && strings.Trim(p.Text, " \t") == "":
			gone.WriteString(p.Text)
			fresh.WriteString(p.Text)
		default:
			flush()
			same(p.Text)
		}
	}
	flush()
	return all
}
