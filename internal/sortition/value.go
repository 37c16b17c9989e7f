package sortition

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Seed joins what was announced and the public value in its canonical form.
func Seed(announced, canonical string) string { return announced + " / " + canonical }

// Canonical gives the one form of a public value in which it enters a seed, so
// that however somebody writes down a result, it draws the same people; and how
// many numbers it has. RFC 3797, section 4, does so for the same reason.
//
// Letters are folded to lower case, and what is neither letter nor digit
// separates. If all parts are numbers they lose their leading zeros and are
// sorted by size, for drawn balls are published in more than one order; a number
// that is there twice stays so. Else it is one code, as a hash, and counts as one
// number: its parts are joined, and a leading "0x" and zeros go.
//
// It is "" and 0 of a text without letters and digits, and of one with others
// than those of ASCII, of which many look alike.
func Canonical(text string) (value string, numbers int) {
	folded := strings.ToLower(norm.NFKC.String(text))
	parts := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	code := false
	for _, part := range parts {
		if strings.ContainsFunc(part, func(r rune) bool { return r > unicode.MaxASCII }) {
			return "", 0
		}
		code = code || strings.ContainsFunc(part, unicode.IsLetter)
	}
	if len(parts) == 0 {
		return "", 0
	}
	if code {
		return bare(strings.TrimPrefix(strings.Join(parts, ""), "0x")), 1
	}
	for n, part := range parts {
		parts[n] = bare(part)
	}
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return strings.Join(parts, " "), len(parts)
}

// bare takes the leading zeros away; of zeros alone one stays.
func bare(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return "0"
}
