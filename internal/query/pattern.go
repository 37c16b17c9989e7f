package query

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// pattern is an atom that finds more than one word, made ready to be tried on
// many. Most words are turned away by their ends or their letters alone.
type pattern struct {
	atom atom
	// Of an atomGlob: what a word begins and ends with, and what stands between,
	// from the first to the last wildcard.
	head, tail, between string
	inside              []byte // what stands between, if it is that with a * on both sides
	letters             uint64 // of an atomFuzzy of ASCII, as letterSet gives them
}

func newPattern(a atom) *pattern {
	p := &pattern{atom: a}
	if a.kind == atomFuzzy {
		p.letters, _ = letterSet(a.text)
		return p
	}
	first, last := strings.IndexAny(a.text, "*?"), strings.LastIndexAny(a.text, "*?")
	p.head, p.between, p.tail = a.text[:first], a.text[first:last+1], a.text[last+1:]
	if inner := strings.Trim(p.between, "*"); len(inner)+2 == len(p.between) && !strings.ContainsAny(inner, "*?") {
		p.inside = []byte(inner)
	}
	return p
}

// fits reports whether a folded word fits the pattern.
func (p *pattern) fits(word []byte) bool {
	if p.atom.kind == atomFuzzy {
		return p.mayBe(word) && within(p.atom.text, word, p.atom.distance)
	}
	if len(word) < len(p.head)+len(p.tail) || string(word[:len(p.head)]) != p.head || string(word[len(word)-len(p.tail):]) != p.tail {
		return false
	}
	if p.between == "*" {
		return true
	}
	word = word[len(p.head) : len(word)-len(p.tail)]
	if p.inside != nil {
		return bytes.Contains(word, p.inside)
	}
	return globs(p.between, word)
}

// mayBe reports whether a fuzzy word of ASCII can be as near to word as it
// says: a mistake takes away at most one letter and brings in one.
func (p *pattern) mayBe(word []byte) bool {
	d := p.atom.distance
	if len(word)+d*utf8.UTFMax < len(p.atom.text) || len(word) > len(p.atom.text)+d*utf8.UTFMax {
		return false
	}
	letters, ok := letterSet(word)
	if !ok || p.letters == 0 {
		return true
	}
	return bits.OnesCount64(letters&^p.letters) <= d && bits.OnesCount64(p.letters&^letters) <= d
}

// letterSet gives the set of the letters of a word of ASCII, some in common;
// ok is false if it is another.
func letterSet[T string | []byte](word T) (set uint64, ok bool) {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return 0, false
		}
		set |= 1 << (word[i] & 63)
	}
	return set, true
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
