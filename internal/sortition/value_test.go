package sortition

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNumbers gives every spelling of one result one form, different results
// different ones, and none to what is not numbers alone: a letter, a point, or a
// form of a digit that would become another number.
func TestNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		count int
		of    []string
	}{
		"lottery": {"4 11 19 23 28 30 33", 7, []string{"4 11 19 23 28 30 33", "  4,  11 ,19;23 28 30 33 ", "04-11-19-23-28-30-33", "33 30 28 23 19 11 4", "4\u00a011\u200919\t23\r\n28 30 33",
			"４ １１ 19 23 28 30 33", "4－11，19；23＋28\u300030 33", "4 – 11 — 19 − 23 ‑ 28 30 33", "+4 +11 +19 +23 +28 +30 +33"}},
		"another":    {"4 11 19 23 28 30 34", 7, []string{"4 11 19 23 28 30 34"}},
		"with bonus": {"4 8 11 19 23 28 30 33", 8, []string{"4 11 19 23 28 30 33 + 8"}},
		"one":        {"18234", 1, []string{"18234", "018234\n"}},
		"twice":      {"3 3 7", 3, []string{"7-3-3", "3 7 3"}},
		"zeros":      {"0 0 10", 3, []string{"00 10 0"}},
		"long":       {"9 10 99999999999999999999999 100000000000000000000000", 4, []string{"100000000000000000000000 099999999999999999999999 10 9"}},
		"nothing": {"", 0, []string{"", " -, ", "DAX 18234", "the 18234", "18234e0", "0x18234", "18234.0", "18.234", ".5", "hash 1f3a9c", "1f3a9c", "4/11", "[4 11]", "4\u200b11", "\u202e4 11", "4_11",
			"½", "4¹", "⒋", "④ 11", "Ⅳ", "𝟒", "4\u030111", "4 ٣", "ｅ4", "четыре", "4 \xff"}},
	} {
		for _, text := range c.of {
			if got, n := Numbers(text); got != c.want || n != c.count {
				t.Errorf("%s: %q is %q of %d, want %q of %d", name, text, got, n, c.want, c.count)
			}
		}
	}
}

// TestCode gives every spelling of a code one form with all its digits, and none
// to what has anything beside them.
func TestCode(t *testing.T) {
	for want, of := range map[string][]string{
		"001f3a9c": {"001f3a9c", "001F3A9C", "0x001f3a9c", "0X001F3A9C", "00 1f-3a\u00a09c\n", "００１ｆ３ａ９ｃ"},
		"1f3a9c":   {"1f3a9c"}, // another one: its zeros count
		"12345678": {"12345678"},
		"":         {"", "0x", "0x0x1f3a9c", "sha256:1f3a9c", "hash 1f3a9c", "1f:3a:9c", "1f3a9c.", "1f3a9g", "1f3a\u200b9c", "1f3a9c¹", "½f3a9c", "а1f3a9c", "#1f3a9c", "1f3a9c\xff"},
	} {
		for _, text := range of {
			if got := Code(text); got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		}
	}
}

// TestFormStays checks that the form of a form is itself, so that a value that
// was stored draws the same again, and that it is plain.
func TestFormStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(0x)?[0-9a-fA-F ,;+–-]{0,30}`)).Draw(t, "value")
		once, n := Numbers(text)
		if twice, m := Numbers(once); twice != once || m != n || strings.Trim(once, "0123456789 ") != "" {
			t.Errorf("%q of %d became %q of %d", once, n, twice, m)
		}
		code := Code(text)
		if again := Code(code); again != code || strings.Trim(code, "0123456789abcdef") != "" {
			t.Errorf("%q became %q", code, again)
		}
	})
}
