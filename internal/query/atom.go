package query

import (
	"strconv"
	"strings"
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

// fits reports whether a folded word fits the atom, a pattern.
func (a *atom) fits(word []byte) bool {
	if a.kind == atomFuzzy {
		return within(a.text, word, a.distance)
	}
	return globs(a.text, word)
}

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

// globs reports whether word fits pattern: * stands for any letters or none, ?
// for one. It goes back to the last * only, which is enough, and costs at worst
// the product of the two lengths.
func globs[T string | []byte](pattern string, word T) bool {
	p, w := 0, 0
	star, resume := -1, 0
	for w < len(word) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, w
			p++
			continue
		case p < len(pattern) && pattern[p] == '?':
			p++
			w += runeLength(word[w])
			continue
		case p < len(pattern) && pattern[p] == word[w]:
			p++
			w++
			continue
		case star < 0:
			return false
		}
		resume += runeLength(word[resume])
		p, w = star+1, resume
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// runeLength gives the bytes of the character that begins with b, in valid
// UTF-8, as all folded words are.
func runeLength(b byte) int {
	switch {
	case b < 0xC0:
		return 1
	case b < 0xE0:
		return 2
	case b < 0xF0:
		return 3
	}
	return 4
}

// maxFuzzy is the length in characters of the longest word that a fuzzy term
// is or finds. Longer ones are no words that a person misspells.
const maxFuzzy = 48

// within reports whether two words are at most distance apart: letters left
// out, put in, exchanged, or swapped with the one beside (optimal string
// alignment: Damerau 1964, each letter touched once).
func within[T string | []byte](a string, b T, distance int) bool {
	var as, bs [maxFuzzy]rune
	n, ok := runes(&as, a)
	m, fits := runes(&bs, b)
	if !ok || !fits || n-m > distance || m-n > distance {
		return false
	}
	var rows [3][maxFuzzy + 1]int
	before, last, here := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= m; j++ {
		last[j] = j
	}
	for i := 1; i <= n; i++ {
		here[0] = i
		best := i
		for j := 1; j <= m; j++ {
			change := 1
			if as[i-1] == bs[j-1] {
				change = 0
			}
			d := min(last[j]+1, here[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && as[i-1] == bs[j-2] && as[i-2] == bs[j-1] {
				d = min(d, before[j-2]+1)
			}
			here[j] = d
			best = min(best, d)
		}
		if best > distance && i > 1 {
			return false // rows only grow, and a swap cannot reach back past this one
		}
		before, last, here = last, here, before
	}
	return last[m] <= distance
}

// runes writes the characters of a folded word into dst; ok is false if they
// do not fit.
func runes[T string | []byte](dst *[maxFuzzy]rune, word T) (n int, ok bool) {
	for i := 0; i < len(word); n++ {
		if n == len(dst) {
			return n, false
		}
		size := runeLength(word[i])
		if size == 1 {
			dst[n] = rune(word[i])
		} else {
			end := min(i+size, len(word))
			dst[n], _ = utf8.DecodeRuneInString(string(word[i:end])) // does not leave the stack
		}
		i += size
	}
	return n, true
}
