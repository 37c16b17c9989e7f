package naming

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/query"
)

// Key gives the folded words of a name, a space before each: what names are
// looked for by. Names are the same person's to it that differ in capitals,
// accents, apostrophes and hyphens alone; it is "" for a name without words.
func Key(name string) string {
	words := query.Words(name)
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

// Keys gives the keys of a name that says read as the same: from any of its
// words on. One without words has one, "".
func Keys(name string) []string {
	words := query.Words(name)
	keys := []string{Key(name)}
	for first := 1; first < len(words); first++ {
		keys = append(keys, " "+strings.Join(slices.Concat(words[first:], words[:first]), " "))
	}
	return keys
}

// left stands where a name was taken out of a text.
const left = "…"

// Without gives a text without a full name: wherever its words stand in it as
// a name, in a row, however they are spelled, first names or family names first, an
// ellipsis stands instead. As a name they stand with its capitals, or at the beginning
// and ended by a sign: in small letters within a sentence they may mean nobody. A
// first name alone is anybody's, and stays, as do words that are Nobody's; found is
// false if there was nothing to take out.
func Without(text, name string) (rest string, found bool) {
	if text == "" || !strings.Contains(strings.TrimSpace(name), " ") {
		return text, false
	}
	words := query.Words(name)
	if len(words) < 2 || !strings.Contains(query.Fold(text), words[0]) || Nobody(name) {
		return text, false
	}
	last := len(words) - 1
	least := min(2, capitals(name, query.Tokenize(name).Tokens))
	tokens := query.Tokenize(text).Tokens
	var out strings.Builder
	from := 0
	for i := 0; i+len(words) <= len(tokens); i++ {
		row := tokens[i : i+len(words)]
		if says(row, words) && stands(text, row, least) {
			out.WriteString(text[from:row[0].Start])
			out.WriteString(left)
			from = row[last].End
			i += last
		}
	}
	out.WriteString(text[from:])
	return out.String(), from > 0
}

// Names reports whether a text names one person: it is their full name, or begins
// with it and a sign that ends it ("Zelda Quintrell, my neighbour"). Within
// other words a name may be no name at all.
func Names(text, name string) bool {
	rest, found := Without(text, name)
	after, first := strings.CutPrefix(rest, left)
	if !found || !first || strings.HasPrefix(text, left) {
		return false
	}
	return ends(after)
}

// stands reports whether the words of a name stand in a text as a name: with so
// many capitals, or at its beginning and ended there; and nothing was taken out between them.
func stands(text string, row []query.Token, least int) bool {
	from, to := row[0].Start, row[len(row)-1].End
	return !strings.Contains(text[from:to], left) && (capitals(text, row) >= least || strings.TrimSpace(text[:from]) == "" && ends(text[to:]))
}

// ends reports whether a name ends where this follows it.
func ends(after string) bool {
	sign := strings.TrimSpace(after)
	return sign == "" || strings.HasPrefix(after, " -") || strings.IndexAny(sign, ",;:.([–—") == 0
}

// capitals counts the words that begin with one, of those that stand in a text.
func capitals(text string, words []query.Token) (n int) {
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(text[w.Start:]); unicode.IsUpper(r) || unicode.IsTitle(r) {
			n++
		}
	}
	return n
}

// says reports whether tokens are the words of a name, from any of them on.
func says(tokens []query.Token, words []string) bool {
	for first := range words {
		at := first
		if !slices.ContainsFunc(tokens, func(t query.Token) bool {
			w := words[at%len(words)]
			at++
			return t.Word != w
		}) {
			return true
		}
	}
	return false
}
