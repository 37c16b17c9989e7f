package query

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Patterns that are keys are found by grams: a few bytes that a word must hold at its
// beginning, at its end or anywhere to fit, or for a fuzzy word what is left of its
// first letters when a few are taken out (symmetric deletion: W. Garbe, SymSpell).
// A gram only says which patterns to try; whether they fit is tried in full, so
// that two grams of the same number do no harm.

// gramKind is where in a word a gram stands.
type gramKind uint8

const (
	gramStart gramKind = iota + 1
	gramEnd
	gramInside
	gramFuzzy
)

// gramSizes are the lengths in bytes that grams at the start and end can have.
var gramSizes = [...]int{1, 2, 3, 4, 6}

// gramInsides are those that grams anywhere can have.
var gramInsides = [...]int{2, 3}

// fuzzyStart is how many letters of a word its fuzzy grams are made of. Two
// words at distance d have a gram in common whatever comes after it.
const fuzzyStart = 7

// gramSlot lists the patterns of one gram; never used if key is 0.
type gramSlot struct {
	key      uint64
	patterns []wid
}

// patternCounts counts the grams in use by kind and length, so that words are
// asked for no others.
type patternCounts struct {
	total  int32
	start  [len(gramSizes)]int32
	end    [len(gramSizes)]int32
	inside [len(gramInsides)]int32
	fuzzy  [3]int32 // by distance
	every  int32    // patterns without a gram
}

// gramKey makes the number of a gram of at most 6 bytes.
func gramKey[T string | []byte](kind gramKind, gram T) uint64 {
	key := uint64(kind)<<8 | uint64(len(gram))
	for i := range len(gram) {
		key = key<<8 | uint64(gram[i])
	}
	return mix(key)
}

// mix spreads a number over all bits (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) | 1 // 0 marks an empty slot
}

// fuzzyKeys appends the grams of the first letters of a word with up to
// distance of them taken out.
func fuzzyKeys(dst []uint64, letters []rune, distance int) []uint64 {
	letters = letters[:min(len(letters), fuzzyStart)]
	key := func(skip, other int) uint64 {
		k := uint64(gramFuzzy)
		for i, r := range letters {
			if i != skip && i != other {
				k = k*0x9E3779B97F4A7C15 + uint64(r) + 1
			}
		}
		return mix(k)
	}
	dst = append(dst, key(-1, -1))
	for i := range letters {
		dst = append(dst, key(i, -1))
		if distance == 2 {
			for j := i + 1; j < len(letters); j++ {
				dst = append(dst, key(i, j))
			}
		}
	}
	return dst
}

// gramOf chooses the gram of a pattern with * and ?: the longest piece between
// them, at an end rather than inside. count tells which counter it belongs to.
func gramOf(pattern string, c *patternCounts) (key uint64, count *int32) {
	parts := strings.FieldsFunc(pattern, func(r rune) bool { return r == '*' || r == '?' })
	size := func(s string) int {
		n := 0
		for n+1 < len(gramSizes) && gramSizes[n+1] <= len(s) {
			n++
		}
		return n
	}
	first, last := parts[0], parts[len(parts)-1]
	atStart := !strings.HasPrefix(pattern, "*") && !strings.HasPrefix(pattern, "?")
	atEnd := !strings.HasSuffix(pattern, "*") && !strings.HasSuffix(pattern, "?")
	inside := slices.MaxFunc(parts, func(a, b string) int { return len(a) - len(b) })
	switch {
	case atStart && (!atEnd || len(first) >= len(last)) && (len(first) >= 3 || len(first) >= len(inside)):
		n := size(first)
		return gramKey(gramStart, first[:gramSizes[n]]), &c.start[n]
	case atEnd && (len(last) >= 3 || len(last) >= len(inside)):
		n := size(last)
		return gramKey(gramEnd, last[len(last)-gramSizes[n]:]), &c.end[n]
	case len(inside) >= 3:
		return gramKey(gramInside, inside[:3]), &c.inside[1]
	case len(inside) == 2:
		return gramKey(gramInside, inside), &c.inside[0]
	case atStart:
		return gramKey(gramStart, first), &c.start[0]
	case atEnd:
		return gramKey(gramEnd, last), &c.end[0]
	}
	return 0, nil
}

// enlist puts a pattern where its grams list it.
func (e *edit) enlist(w wid, m *more) {
	for _, key := range e.gramsOf(m.pattern.atom, 1) {
		s := e.gram(key)
		s.patterns = append(slices.Clone(s.patterns), w)
	}
}

// unlist takes a pattern out of where its grams list it.
func (e *edit) unlist(w wid, m *more) {
	for _, key := range e.gramsOf(m.pattern.atom, -1) {
		s := e.gram(key)
		s.patterns = slices.DeleteFunc(slices.Clone(s.patterns), func(x wid) bool { return x == w })
	}
}

// gramsOf gives the grams of a pattern and counts them n times.
func (e *edit) gramsOf(a atom, n int32) []uint64 {
	e.patterns.total += n
	if a.kind == atomFuzzy {
		e.patterns.fuzzy[a.distance] += n
		keys := fuzzyKeys(nil, []rune(a.text), a.distance)
		slices.Sort(keys)
		return slices.Compact(keys)
	}
	key, count := gramOf(a.text, &e.patterns)
	if count == nil { // letters one by one between wildcards: tried on every word
		key, count = everyWord, &e.patterns.every
	}
	*count += n
	return []uint64{key}
}

// everyWord is the gram of patterns that have none.
const everyWord = 1

// gram gives the slot of a gram, to be written, making one if there is none.
func (e *edit) gram(key uint64) *gramSlot {
	mask := uint64(e.grams.n - 1)
	for i := key >> 1 & mask; ; i = (i + 1) & mask {
		s := e.grams.at(int(i))
		if s.key == key {
			return e.grams.own(int(i), e.number)
		}
		if s.key != 0 {
			continue
		}
		if 2*(e.listed+1) > e.grams.n {
			e.growGrams()
			return e.gram(key)
		}
		e.listed++
		s = e.grams.own(int(i), e.number)
		s.key = key
		return s
	}
}

// growGrams makes the table of grams anew, with room, without those that list
// nothing any more.
func (e *edit) growGrams() {
	old := e.grams
	used := 0
	for i := range old.n {
		if len(old.at(i).patterns) > 0 {
			used++
		}
	}
	n := 64
	for n < 4*(used+1) {
		n *= 2
	}
	e.grams, e.listed = newTable[gramSlot](n, e.number), 0
	for i := range old.n {
		if s := old.at(i); len(s.patterns) > 0 {
			e.gram(s.key).patterns = s.patterns
		}
	}
}

// listedUnder gives the patterns that a gram lists.
func (v *version) listedUnder(key uint64) []wid {
	mask := uint64(v.grams.n - 1)
	for i := key >> 1 & mask; ; i = (i + 1) & mask {
		s := v.grams.at(int(i))
		if s.key == key {
			return s.patterns
		}
		if s.key == 0 {
			return nil
		}
	}
}

// patternsOf appends the patterns that word fits, each once.
func (m *Matcher) patternsOf(v *version, word []byte) {
	c := &v.patterns
	from := len(m.fits)
	if c.every > 0 {
		m.try(v, everyWord, word, from)
	}
	for i, size := range gramSizes {
		if size > len(word) {
			break
		}
		if c.start[i] > 0 {
			m.try(v, gramKey(gramStart, word[:size]), word, from)
		}
		if c.end[i] > 0 {
			m.try(v, gramKey(gramEnd, word[len(word)-size:]), word, from)
		}
	}
	for i, size := range gramInsides {
		if c.inside[i] > 0 {
			for at := 0; at+size <= len(word); at++ {
				m.try(v, gramKey(gramInside, word[at:at+size]), word, from)
			}
		}
	}
	if c.fuzzy[1]+c.fuzzy[2] == 0 || len(word) > maxFuzzy*utf8.UTFMax {
		return
	}
	n, ok := runes(&m.letters, word)
	if !ok {
		return
	}
	distance := 1
	if c.fuzzy[2] > 0 {
		distance = 2
	}
	m.keys = fuzzyKeys(m.keys[:0], m.letters[:n], distance)
	for _, key := range m.keys {
		m.try(v, key, word, from)
	}
}

// try appends those patterns of a gram that word fits and that do not stand in
// fits[from:] yet.
func (m *Matcher) try(v *version, key uint64, word []byte, from int) {
next:
	for _, w := range v.listedUnder(key) {
		for _, have := range m.fits[from:] {
			if have == w {
				continue next
			}
		}
		if v.features.at(int(w)).more.pattern.fits(word) {
			m.fits = append(m.fits, w)
		}
	}
}
