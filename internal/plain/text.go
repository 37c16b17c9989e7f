package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// FromText cleans text that is plain already: its lines stay, white space
// within a line is folded, more than one empty line becomes one, and control
// characters go.
func FromText(s string) string {
	w := writer{}
	w.text(strings.ToValidUTF8(s, "\uFFFD"), true)
	return w.String()
}

// Line is FromText on one line.
func Line(s string) string {
	w := writer{}
	w.text(strings.ToValidUTF8(s, "\uFFFD"), false)
	return w.String()
}

// Clip gives s if it has at most so many runes, else its beginning, cut after a
// word, with an ellipsis that counts as one of the runes. Where no word ends in
// the second half (or the script has no spaces) it cuts between characters, and
// never within one.
func Clip(s string, runes int) string {
	if len(s) <= runes {
		return s
	}
	if runes <= 0 {
		return ""
	}
	// keep: where the last rune before the ellipsis ends.
	keep, count := len(s), 0
	for i := range s {
		if count == runes-1 {
			keep = i
		}
		if count++; count > runes {
			break
		}
	}
	if count <= runes {
		return s
	}
	head := s[:keep]
	next, _ := utf8.DecodeRuneInString(s[keep:])
	if cut := strings.LastIndexFunc(head, unicode.IsSpace); !unicode.IsSpace(next) {
		if cut > keep/2 {
			head = head[:cut]
		} else {
			head = head[:wholeCharacters(s, keep)]
		}
	}
	return strings.TrimRightFunc(head, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-", r)
	}) + "…"
}

// wholeCharacters gives the largest end of a grapheme cluster of s that is not
// past end. It looks back at most a window, so that a long text costs no more
// than a short one.
func wholeCharacters(s string, end int) int {
	const window = 256
	start := max(0, end-window)
	for start > 0 && !utf8.RuneStart(s[start]) {
		start--
	}
	last := end
	g := graphemes.FromString(s[start:min(len(s), end+window)])
	for g.Next() {
		if start+g.End() > end {
			last = start + g.Start()
			break
		}
		last = start + g.End()
	}
	if start > 0 && last <= start {
		return end // a cluster longer than the window is an attack, not a character
	}
	return last
}

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// writer folds white space as it goes: it holds back the space and the newlines
// before a word until the word comes, so nothing is left over at either end.
type writer struct {
	b     strings.Builder
	space bool
	lines int
}

// line ends the line; two in a row leave one line empty, more do not.
func (w *writer) line() { w.lines = min(w.lines+1, 2) }

// atLeast makes sure that n line ends come before the next word.
func (w *writer) atLeast(n int) { w.lines = max(w.lines, n) }

// text adds words. With keep, newlines in s end the line; else they are spaces.
func (w *writer) text(s string, keep bool) {
	if keep && strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	for _, r := range s {
		switch {
		case keep && r == '\n':
			w.line()
		case unicode.IsSpace(r):
			w.space = true
		case dropped(r):
		default:
			w.flush()
			w.b.WriteRune(r)
		}
	}
}

func (w *writer) flush() {
	if w.b.Len() > 0 {
		switch {
		case w.lines > 0:
			w.b.WriteString("\n\n"[:w.lines])
		case w.space:
			w.b.WriteByte(' ')
		}
	}
	w.space, w.lines = false, 0
}

// String gives the text so far.
func (w *writer) String() string { return w.b.String() }

// dropped reports whether a rune is no part of a text: control characters, the
// byte-order mark, and the soft hyphen, which only tells where a word may break.
func dropped(r rune) bool {
	return unicode.IsControl(r) || r == '\uFEFF' || r == '\u00AD' || r == '\uFFFE' || r == '\uFFFF'
}

// Unseen reports whether a text holds signs that are not seen (fillers among them),
// or that turn others around. The joiners of Indic and Persian writing, and of emoji, are none,
// nor is what gives a letter its form in Mongolian.
func Unseen(s string) bool {
	mongolian := func(r rune) bool { return unicode.Is(unicode.Mongolian, r) && unicode.IsLetter(r) }
	return strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case r == '\u200d' || r == '\u200c':
			return false
		case r == '\u2800' || r == unicode.ReplacementChar: // of Braille, the sign without a dot
			return true
		case r >= '\u180b' && r <= '\u180f' && strings.ContainsFunc(s, mongolian):
			return false
		case unicode.Is(unicode.Variation_Selector, r):
			return r <= '\u180f' // others tell kanji and emoji apart
		}
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Other_Default_Ignorable_Code_Point)
	})
}
