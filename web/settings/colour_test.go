package settings

import (
	"testing"

	"pgregory.net/rapid"
)

// TestAccent gives back the accent that a colour was made from, as near as
// eight bits and what a screen can show allow.
func TestAccent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hue, chroma := rapid.IntRange(0, 359).Draw(t, "hue"), rapid.IntRange(5, 8).Draw(t, "chroma")
		colour := hex(hue, chroma)
		h, c, ok := accentOf(colour)
		apart := (h-hue+540)%360 - 180
		if !ok || apart < -3 || apart > 3 || c < chroma-1 || c > chroma+1 {
			t.Errorf("%d %d is %s, which is %d %d", hue, chroma, colour, h, c)
		}
	})
	for colour, want := range map[string][2]int{"#808080": {0, 0}, "#ff0000": {29, 20}, "#0000ff": {264, 20}} {
		h, c, ok := accentOf(colour)
		if !ok || c != want[1] || c > 0 && h != want[0] {
			t.Errorf("%s is %d %d, want %v", colour, h, c, want)
		}
	}
	for _, wrong := range []string{"", "red", "#12345", "#12345g", "1234567", "#-12345"} {
		if _, _, ok := accentOf(wrong); ok {
			t.Errorf("%q passes for a colour", wrong)
		}
	}
}
