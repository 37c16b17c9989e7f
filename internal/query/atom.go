package query

import (
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// atomKind is how an atom finds words.
type atomKind uint8

const (
	atomWord  atomKind = iota // the word itself
	atomGlob                  // words with letters where * and ? stand
	atomFuzzy                 // words that differ by a few letters
	atomExact                 // the word, written exactly so
	atomMark                  // a hashtag or a handle; alone in its term
)

// atom is what a term looks for at one position of a text.
type atom struct {
	kind     atomKind
	text     string // folded; of an atomGlob with * and ?, of an atomMark with # or @
	raw      string // of an atomExact: in NFC, case and accents kept
	distance int    // of an atomFuzzy: 1 or 2
}

// String gives the atom as a query writes it. Two atoms of a kind are the
// same if it is the same.
func (a atom) String() string {
	switch a.kind {
	case atomFuzzy:
		return a.text + "~" + strconv.Itoa(a.distance)
	case atomExact:
		return a.raw
	}
	return a.text
}

// isPattern reports whether the atom finds more than one word.
func (a atom) isPattern() bool { return a.kind == atomGlob || a.kind == atomFuzzy }

// finds reports whether the atom finds the token, which stands in text.
func (a atom) finds(t Token, text string) bool {
	switch a.kind {
	case atomGlob:
		return globs(a.text, t.Word)
	case atomFuzzy:
		return within(a.text, t.Word, a.distance)
	case atomExact:
		return t.Word == a.text && exactForm(text[t.Start:t.End]) == a.raw
	}
	return t.Word == a.text
}

// exactForm gives a word as it is compared when case and accents count.
func exactForm(word string) string {
	if isPlain(word) {
		return word
	}
	return norm.NFC.String(word)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
