package sortition

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCanonical gives every spelling of one result one form, and different
// results different ones.
func TestCanonical(t *testing.T) {
	for name, c := range map[string]struct {
		want    string
		numbers int
		of      []string
	}{
		"lottery": {"4 11 19 23 28 30 33", 7, []string{"4 11 19 23 28 30 33", "  4,  11 ,19;23 28 30 33 ", "04-11-19-23-28-30-33", "33 30 28 23 19 11 4", "4\u00a011\u200919\t23\n28 30 33",
			"４ 11 19 23 28 30 33", "[4|11|19|23|28|30|33]", "4. 11. 19. 23. 28. 30. 33.", "4/11/19/23/28/30/33", "4 \u202e11 19 23 28 30 33", "+4 +11 +19 +23 +28 +30 +33", "4\u200b11 19 23 28 30 033"}},
		"another":    {"4 11 19 23 28 30 34", 7, []string{"4 11 19 23 28 30 34"}},
		"with bonus": {"4 8 11 19 23 28 30 33", 8, []string{"4 11 19 23 28 30 33 + 8"}},
		"twice":      {"3 3 7", 3, []string{"7-3-3", "3 7 3"}},
		"zeros":      {"0 0 10", 3, []string{"00 10 0"}},
		"long":       {"9 10 99999999999999999999999 100000000000000000000000", 4, []string{"100000000000000000000000 099999999999999999999999 10 9"}},
		"hash":       {"1f3a9c", 1, []string{"1F3A9C", "0x1f3a9c", "1f 3a 9c", "00 1f:3A:9c", "1f-3a-9c\n"}},
		"word":       {"red7", 1, []string{"Red 7", "RED-7"}},
		"nothing":    {"", 0, []string{"", " -/ ", "\u202e", "четыре", "1 2 \u0663", "аbc"}},
	} {
		for _, text := range c.of {
			if got, n := Canonical(text); got != c.want || n != c.numbers {
				t.Errorf("%s: %q is %q of %d, want %q of %d", name, text, got, n, c.want, c.numbers)
			}
		}
	}
}

// TestCanonicalStays checks that the form of a form is itself, so that a value
// that was stored draws the same again, and that no ASCII text but its own
// letters and digits is left.
func TestCanonicalStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once, n := Canonical(rapid.String().Draw(t, "value"))
		if twice, m := Canonical(once); twice != once || m != n {
			t.Errorf("%q of %d became %q of %d", once, n, twice, m)
		}
		if strings.Trim(once, "abcdefghijklmnopqrstuvwxyz0123456789 ") != "" {
			t.Errorf("%q is not plain", once)
		}
	})
}
