package sortition

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Seed joins what was announced and the public value in its one form.
func Seed(announced, value string) string { return announced + " / " + value }

// Numbers gives the one form in which numbers enter a seed, so that however
// somebody writes down a result, it draws the same people; and how many they are.
// RFC 3797, section 4, does so for the same reason.
//
// They lose their leading zeros and are sorted by size, for drawn balls are
// published in more than one order; a number that is there twice stays so.
//
// It is "" and 0 of a text with anything but decimal digits of ASCII, also in
// their full width, and what separates them: blanks, line breaks, dashes, commas,
// semicolons, plus signs. A point separates nothing, for it also stands inside a
// number; a letter beside a number would make another value of the same result.
func Numbers(text string) (value string, count int) {
	parts := strings.FieldsFunc(narrowed(text), func(r rune) bool { return separates(r) || strings.ContainsRune(",;+", r) })
	for n, part := range parts {
		if strings.Trim(part, "0123456789") != "" {
			return "", 0
		}
		parts[n] = cmp.Or(strings.TrimLeft(part, "0"), "0")
	}
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return strings.Join(parts, " "), len(parts)
}

// Code gives the one form in which a code of hexadecimal digits enters a seed:
// all its digits in a row, zeros too, letters small. Blanks, line breaks and
// dashes between them go, and one "0x" before them. It is "" of a text with
// anything else. Part of a code is another code: whoever draws compares the
// length with what was announced.
func Code(text string) string {
	bare := strings.Map(func(r rune) rune {
		if separates(r) {
			return -1
		}
		return r
	}, narrowed(text))
	code := strings.TrimPrefix(strings.ToLower(bare), "0x")
	if strings.Trim(code, "0123456789abcdef") != "" {
		return ""
	}
	return code
}

// separates reports whether nothing but a gap between digits is meant.
func separates(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '−' }

// narrowed gives the characters of full width, as East Asian keyboards write
// them, as those of ASCII that they are (Unicode, U+FF01 to U+FF5E). No other
// form is folded: "½" or "4¹" would become other numbers.
func narrowed(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, text)
}
