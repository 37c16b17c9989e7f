package sortition

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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

// Spelled gives the one form in which a code entered a seed before its length was
// announced: letters and digits in a row, letters small, without "0x" and zeros
// before them. It is "" of a text without letters, or with others than those of
// ASCII. What stands beside a code becomes part of it, so that only boards whose
// announcement says no more are drawn by it.
func Spelled(text string) string {
	var code strings.Builder
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		case r > unicode.MaxASCII:
			return ""
		default:
			code.WriteRune(r)
		}
	}
	if !strings.ContainsFunc(code.String(), unicode.IsLetter) {
		return ""
	}
	return strings.TrimLeft(strings.TrimPrefix(code.String(), "0x"), "0")
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
