package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// elided gives what stands before a value in a French text, its last word without
// its e where the value begins with a vowel: "une idée d’Ingrid", "ce qu’Olga a
// dit". Before an h both are heard ("de Hugo", "d’Hugo"), and in many names only
// the one without an elision: it is left out.
func elided(before, value string) string {
	if !vowel(value) {
		return before
	}
	for _, word := range [...]string{"de ", "que "} {
		if rest, ok := strings.CutSuffix(before, word); ok && ends(rest) {
			return rest + strings.TrimSuffix(word, "e ") + "’"
		}
		upper := strings.ToUpper(word[:1]) + word[1:]
		if rest, ok := strings.CutSuffix(before, upper); ok && ends(rest) {
			return rest + strings.TrimSuffix(upper, "e ") + "’"
		}
	}
	return before
}

// ends reports whether a word ends where a text does.
func ends(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return text == "" || !unicode.IsLetter(last)
}

// vowel reports whether a text begins with one: a y is none before another.
func vowel(text string) bool {
	plain := []rune(strings.ToLower(norm.NFD.String(firstRunes(text))))
	const vowels = "aeiouœæø"
	if len(plain) > 1 && plain[0] == 'y' {
		return unicode.IsLetter(plain[1]) && !strings.ContainsRune(vowels, plain[1])
	}
	return len(plain) > 0 && strings.ContainsRune(vowels, plain[0])
}

// firstRunes gives the first two characters of a text.
func firstRunes(text string) string {
	end := 0
	for range 2 {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return text[:end]
}
