package tribe

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/alike"
	"tribune/internal/query"
)

// likeness is what a name is compared by: names that are taken for each other
// are one name.
type likeness struct {
	folded string
	whole  sense
	first  sense // without a number of one or two digits at its end: "Menders 2" is a second "Menders", and "Class of 2026" none
}

// sense is what a name is read as.
type sense struct {
	words string // without an article before them, the s of plurals, and spaces
	coded string // the same, digits, signs and strokes read as the letters that they may stand for
	codes bool   // there were digits or signs among its letters
}

func likenessOf(called string) likeness {
	plain := strings.Join(strings.Fields(alike.Letters(called)), " ")
	return likeness{folded: fold(called), whole: senseOf(plain), first: senseOf(unnumbered(plain))}
}

// to reports whether two names are taken for each other.
func (l likeness) to(o likeness) bool {
	return l.folded == o.folded || l.whole.is(o.whole) || l.first.is(o.whole) || l.whole.is(o.first)
}

func senseOf(plain string) sense {
	read := alike.Digits(plain)
	return sense{words: bare(plain), coded: bare(alike.Strokes(strings.ToLower(read))), codes: read != plain}
}

// is reports whether two are one. Strokes make a difference where neither has
// digits in the place of letters: nails are no nalls.
func (s sense) is(o sense) bool {
	return s.words == o.words || s.coded == o.coded && (s.codes || o.codes)
}

// bare gives the words of a name without an article before them, the s of
// plurals, and spaces.
func bare(text string) string {
	words := query.Words(text)
	if len(words) > 1 && slices.Contains(leading, words[0]) {
		words = words[1:]
	}
	for n, w := range words {
		if utf8.RuneCountInString(w) > 3 {
			words[n] = strings.TrimSuffix(w, "s")
		}
	}
	return strings.Join(words, "")
}

// unnumbered gives a name without a number of one or two digits at its end.
func unnumbered(plain string) string {
	end := func(s string) string {
		return strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	}
	plain = end(plain)
	name := strings.TrimRightFunc(plain, unicode.IsNumber)
	if n := utf8.RuneCountInString(plain[len(name):]); n == 0 || n > 2 || end(name) == "" {
		return plain
	}
	return end(name)
}

// fold gives the words of a text without case, accents, spaces and
// punctuation; letters of other scripts that look like Latin ones count as
// those.
func fold(s string) string { return strings.Join(query.Words(alike.Letters(s)), "") }

// leading are the articles, and their short forms, with which a name may begin
// in English, French, German, Spanish and Portuguese.
var leading = strings.Fields("the a an le la les l un une des der die das ein eine el los las uno una unos unas o os as um uma uns umas")
