package main

import (
	"strings"
	"testing"
)

// TestDrawValue reads the public value as a board does: of another kind it draws
// nothing, and says how to give it.
func TestDrawValue(t *testing.T) {
	for _, c := range []struct {
		value  string
		digits int
		want   string
	}{
		{"DAX 18234", 0, "is not whole numbers alone"}, {"1f3a9c00", 0, "--digits"}, {"½", 0, "is not whole numbers alone"},
		{"1f3a9c", 8, "is no code of 8 hexadecimal digits"}, {"sha256:1f3a9c00", 8, "is no code of 8"}, {"", 8, "is no code of 8"}, {"", -1, "is no code"},
		{"18234", 0, ""}, {"0x1F3A 9C00", 8, ""},
	} {
		err := (&drawCommand{Seed: "s", Value: c.value, Digits: c.digits, Pool: "none.csv"}).Run()
		if said := err.Error(); c.want == "" && !strings.Contains(said, "none.csv") || !strings.Contains(said, c.want) {
			t.Errorf("%q of %d digits: %v", c.value, c.digits, err)
		}
	}
}

// TestDrawNeedsASeed refuses a seed that says nothing: such a draw proves nothing.
func TestDrawNeedsASeed(t *testing.T) {
	for _, seed := range []string{"", " \t"} {
		if err := (&drawCommand{Seed: seed}).Run(); err == nil || !strings.Contains(err.Error(), "--seed is empty") {
			t.Errorf("%q: %v", seed, err)
		}
	}
}
