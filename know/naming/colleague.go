package naming

import (
	"slices"
	"strings"
	"unicode"

	"tribune/internal/query"
)

// Colleague is one of us, as far as names are compared.
type Colleague struct{ Name, Title string }

// Entitled reports whether a name is a colleague's title, or one of the parts
// of it that are put together.
func (c Colleague) Entitled(name string) bool {
	parts := strings.FieldsFunc(c.Title, func(r rune) bool { return strings.ContainsRune(",;/&+·", r) })
	words := query.Words(c.Title)
	for _, and := range []string{"and", "et", "und", "y", "e"} {
		if at := slices.Index(words, and); at > 0 {
			parts = append(parts, strings.Join(words[:at], " "), strings.Join(words[at+1:], " "))
		}
	}
	for _, part := range append(parts, c.Title) {
		title := nameWords(part)
		if len(strings.Join(title, "")) < 4 {
			continue
		}
		for _, r := range readings(name, part) {
			words := r.words
			if len(words) > 1 && listed(articles(), words[0]) {
				words = words[1:]
			}
			if slices.Equal(words, nameWords(part)) || slices.Equal(words, r.house) {
				return true
			}
		}
	}
	return false
}

// Namesake is Called by the word of somebody who may be believed: numbers are no
// disguise then, but tell two people apart.
func (c Colleague) Namesake(name, brand string) bool {
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, s)
	}
	return digits(c.Name) == digits(name) && c.Called(name, brand)
}

// Called reports whether a name is a colleague's, in any order of words, or
// theirs with no more than what a department is called, or their title, added.
func (c Colleague) Called(name, brand string) bool {
	if c.Name == "" {
		return false
	}
	title := nameWords(c.Title)
	for _, r := range readings(name, brand) {
		for _, theirs := range readings(c.Name, brand) {
			rest, whole := r.words, true
			for _, w := range theirs.words {
				at := slices.Index(rest, w)
				if at < 0 {
					whole = false
					break
				}
				rest = slices.Delete(slices.Clone(rest), at, at+1)
			}
			more := slices.ContainsFunc(rest, func(w string) bool {
				return !listed(functions(), w) && !listed(between(), w) && !listed(many(), w) && !slices.Contains(title, w)
			})
			if whole && len(theirs.words) > 0 && !more && (len(rest) == 0 || len(theirs.words) > 1) {
				return true
			}
		}
	}
	return false
}
