package main

import (
	"strings"
	"testing"
)

// TestDrawNeedsASeed refuses a seed that says nothing: such a draw proves nothing.
func TestDrawNeedsASeed(t *testing.T) {
	for _, seed := range []string{"", " \t"} {
		if err := (&drawCommand{Seed: seed}).Run(); err == nil || !strings.Contains(err.Error(), "--seed is empty") {
			t.Errorf("%q: %v", seed, err)
		}
	}
}
