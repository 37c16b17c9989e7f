package langid

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unknown is the tag of a text whose language cannot be told (BCP 47).
const Unknown = "und"

const (
	// maxText is how many bytes of a text are read. eld stops after 350; what is
	// said beyond the first few hundred changes next to nothing.
	maxText = 4096
	// maxGrams is how many distinct n-grams are looked up at most.
	maxGrams = 256
	// maxWord is how many bytes of a word are looked at, as eld has it.
	maxWord = 70
	// enough is how many letters (weighed by script) a text must have.
	enough = 3
	// temperature turns differences of scores into probabilities that hold on the
	// train part of UMSAB (docs/language.md).
	temperature = 0.02
	// leastSure is the p below which no language is named: of tweets there the
	// likeliest one is wrong more often than right (docs/language.md).
	leastSure = 0.5
)

// The languages of scripts that several languages share; all others of the
// table are written in Latin letters.
var sharers = map[script][]string{
	cyrillic:   {"be", "bg", "ru", "sr", "uk"},
	arabic:     {"ar", "fa", "ku", "ur"},
	devanagari: {"hi", "mr"},
}

// Detector tells the languages of texts among its candidates. It is made by
// New, and safe for concurrent use.
type Detector struct {
	grams *grams
	sole  [scripts]string // language of a script, "" if it has several or none
	among [scripts][]int  // indices of the candidates of a script that several share
}

// Languages gives the tags of all languages that can be told, sorted. One of
// them, hi-Latn, which is Hindi in Latin letters, is a candidate only if named.
func Languages() []string {
	all := slices.Clone(table().tags)
	for _, tag := range soleLanguage {
		if tag != "" && !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	slices.Sort(all)
	return all
}

// New makes a detector that chooses among the languages with these tags, or
// among all but hi-Latn if none is given. A tag may have a region, which does
// not count; hi stands for hi-Latn as well. Of a tag that is not known it
// gives an error with those that are.
func New(candidates ...string) (*Detector, error) {
	g := table()
	wanted := map[string]bool{}
	for _, c := range candidates {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(c)), "-")
		if strings.EqualFold(c, "hi-latn") {
			tag = "hi-Latn"
		}
		if tag == "nb" || tag == "nn" {
			tag = "no"
		}
		if !slices.Contains(Languages(), tag) {
			return nil, fmt.Errorf("the language %q is not among those that can be told apart: %s", c, strings.Join(Languages(), " "))
		}
		wanted[tag] = true
		if tag == "hi" {
			wanted["hi-Latn"] = true
		}
	}
	d := &Detector{grams: g}
	allowed := func(tag string) bool {
		return wanted[tag] || len(wanted) == 0 && tag != "hi-Latn"
	}
	for s, tag := range soleLanguage {
		if tag != "" && allowed(tag) {
			d.sole[s] = tag
		}
	}
	for i, tag := range g.tags {
		if s := writtenIn(tag); soleLanguage[s] == "" && allowed(tag) {
			d.among[s] = append(d.among[s], i)
		}
	}
	return d, nil
}

// writtenIn gives the script of a language of the table.
func writtenIn(tag string) script {
	for s, tags := range sharers {
		if slices.Contains(tags, tag) {
			return s
		}
	}
	if s := slices.Index(soleLanguage[:], tag); s >= 0 {
		return script(s)
	}
	return latin
}

// Detect gives the tag of a text's language, and how probable it is among the
// candidates, from 0 to 1; Unknown and 0 if it cannot be told: no words, too
// few letters, none of the candidates' script, or too much like several.
func (d *Detector) Detect(text string) (tag string, p float64) {
	var c count
	c.grams = d.grams
	c.read(text[:min(len(text), maxText)], false)
	if c.letters == 0 {
		c.read(text[:min(len(text), maxText)], true)
	}
	s := c.script()
	if c.of[s] < enough {
		return Unknown, 0
	}
	of := c.of[s]
	if s == han || s == kana {
		of = c.of[han] + c.of[kana] // Japanese is written in both
		if s == han && d.sole[kana] != "" && (c.of[kana]*12 > c.of[han] || d.sole[han] == "") {
			s = kana
		}
	}
	share := float64(of) / float64(c.letters)
	if tag := d.sole[s]; tag != "" {
		return tag, share
	}
	if among := d.among[s]; len(among) == 1 {
		return d.grams.tags[among[0]], share
	}
	best, p := c.choose(d.among[s])
	if best < 0 || p*share < leastSure {
		return Unknown, 0
	}
	return d.grams.tags[best], p * share
}

// count is what was counted in a text.
type count struct {
	grams   *grams
	of      [scripts]int // letters, weighed
	letters int          // all of them
	scores  [maxLanguages]int32
	seen    [2 * maxGrams]int32 // places of the n-grams that were counted, plus one
	n       int
	word    [maxWord + 2 + utf8.UTFMax]byte // a space, then the word
	size    int                             // of the word, with the space
	last    [2]rune                         // its last two letters
}

// script gives the script with most letters.
func (c *count) script() script {
	best := other
	for s := other; s < scripts; s++ {
		if c.of[s] > c.of[best] {
			best = s
		}
	}
	return best
}

// choose gives the candidate with the highest score and its probability, or -1.
func (c *count) choose(candidates []int) (best int, p float64) {
	best = -1
	for _, i := range candidates {
		if c.scores[i] > 0 && (best < 0 || c.scores[i] > c.scores[best]) {
			best = i
		}
	}
	if best < 0 {
		return -1, 0
	}
	sum := 0.0
	for _, i := range candidates {
		sum += math.Exp(float64(c.scores[i]-c.scores[best]) * temperature)
	}
	return best, 1 / sum
}

// read counts the words of a text, without addresses, @names and, if tags is
// not set, #tags.
func (c *count) read(text string, tags bool) {
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r == '@' || r == '#' && !tags:
			c.end()
			i += size + nameLength(text[i+size:], r == '#')
			continue
		case c.size == 0 && isAddress(text[i:]):
			for i < len(text) && text[i] > ' ' {
				i++
			}
			continue
		}
		s, letter := scriptOf(r)
		switch {
		case letter:
			c.letter(r, s)
		case isMark(r): // a vowel or an accent written as a character of its own
		case (r == '\'' || r == '’' || r == '`') && c.size > 0:
			c.append(r)
		default:
			c.end()
		}
		i += size
	}
	c.end()
}

// isMark tells the marks that Latin and Arabic words are known without. Those of
// Indian scripts part the words of eld's table.
func isMark(r rune) bool {
	return 0x300 <= r && r <= 0x36F || 0x64B <= r && r <= 0x65F || r == 0x670 || r == 0x640 || r == 0x200C || r == 0xAD
}

// nameLength gives the length of the name at the beginning of a text: of a tag
// with the letters of all scripts, else ASCII only, so that a text written
// without spaces goes on behind it.
func nameLength(text string, tag bool) int {
	for i, r := range text {
		ok := '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' || r == '_'
		if !ok && !(tag && r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r))) {
			return i
		}
	}
	return len(text)
}

// isAddress tells whether a text begins with http or www.
func isAddress(text string) bool {
	return len(text) >= 4 && (strings.EqualFold(text[:4], "http") || strings.EqualFold(text[:4], "www."))
}

// letter counts a letter and adds it to the word. A word ends where the script
// changes; a letter said three times and more is said twice.
func (c *count) letter(r rune, s script) {
	w := max(1, weigh[s])
	c.of[s] += w
	c.letters += w
	if soleLanguage[s] != "" || s == other {
		c.end()
		return
	}
	if r < utf8.RuneSelf {
		r |= 0x20
	} else {
		r = unicode.ToLower(r)
	}
	if c.size > 1 && c.last[0] == r && c.last[1] == r {
		return
	}
	c.append(r)
}

// append adds a character to the word, as far as there is room.
func (c *count) append(r rune) {
	if c.size == 0 {
		c.word[0], c.size = ' ', 1
	}
	c.last[0], c.last[1] = c.last[1], r
	if c.size+utf8.RuneLen(r) <= maxWord+1 {
		c.size += utf8.EncodeRune(c.word[c.size:maxWord+1+utf8.UTFMax], r)
	}
}

// end ends the word, and counts its n-grams.
func (c *count) end() {
	if c.size == 0 {
		return
	}
	word := bytes.TrimRight(c.word[:c.size], "'`’")
	c.size, c.last = 0, [2]rune{}
	c.word[len(word)] = ' '
	for from, to := range pieces(len(word) + 1) {
		c.gram(Key(c.word[from:to]))
	}
}

// gram counts an n-gram, once.
func (c *count) gram(key uint32) {
	at := c.grams.find(key)
	if at < 0 || c.n >= maxGrams {
		return
	}
	const mask = 2*maxGrams - 1
	i := key & mask
	for c.seen[i] != 0 {
		if c.seen[i] == int32(at)+1 {
			return
		}
		i = (i + 1) & mask
	}
	c.seen[i] = int32(at) + 1
	c.n++
	c.grams.add(at, &c.scores)
}

// Grams calls each with the n-grams of a word; what it is given lasts for the
// call.
func Grams(word string, each func(gram []byte)) {
	b := []byte(" " + word + " ")
	for from, to := range pieces(len(b)) {
		each(b[from:to])
	}
}

// pieces gives where the n-grams of a word of n bytes, the space before and
// behind it counted, begin and end: four bytes at every third one, the space
// with the first, and the last four with the other.
func pieces(n int) func(yield func(from, to int) bool) {
	return func(yield func(from, to int) bool) {
		letters, j := n-2, 0
		for ; j+4 < letters; j += 3 {
			from := j + 1
			if j == 0 {
				from = 0
			}
			if !yield(from, j+5) {
				return
			}
		}
		from := max(letters-4, 0) + 1
		if j == 0 {
			from = 0
		}
		yield(from, n)
	}
}
