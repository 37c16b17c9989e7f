package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDrawValue reads the public value as a board does: of another kind it draws
// nothing, and says how to give it.
func TestDrawValue(t *testing.T) {
	for _, c := range []struct {
		value           string
		numbers, digits int
		want            string
	}{
		{"DAX 18234", 0, 0, "is not whole numbers alone"}, {"1f3a9c00", 0, 0, "--digits"}, {"½", 1, 0, "is not whole numbers alone"},
		{"1f3a9c", 0, 8, "is no code of 8 hexadecimal digits"}, {"sha256:1f3a9c00", 0, 8, "is no code of 8"},
		{"18234", 0, 0, ""}, {"0x1F3A 9C00", 0, 8, ""}, {"3, 17, 22", 3, 0, ""},
		{"3 17", 3, 0, "has 2, and --numbers says that 3 count"}, {"3 17 22 40", 3, 0, "has 4, and"},
	} {
		err := (&drawCommand{Seed: "s", Value: &c.value, Numbers: c.numbers, Digits: c.digits, Pool: "none.csv"}).Run()
		if said := err.Error(); c.want == "" && !strings.Contains(said, "none.csv") || !strings.Contains(said, c.want) {
			t.Errorf("%q of %d numbers, %d digits: %v", c.value, c.numbers, c.digits, err)
		}
	}
}

// TestDrawWithoutValue ends as a wrong call does where a value was to come, and
// none did: without it another panel would be drawn, and nobody would see it.
func TestDrawWithoutValue(t *testing.T) {
	dir := t.TempDir()
	pool, quotas := filepath.Join(dir, "pool.csv"), filepath.Join(dir, "quotas.csv")
	for path, text := range map[string]string{pool: "external_id\n1\n2\n", quotas: "feature,value,min,max\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, calls := range map[int][][]string{
		0: {{}, {"--value", "7"}, {"--value", "7", "--numbers", "1"}},
		1: {{"--value", "7", "--numbers", "2"}},
		2: {{"--value", ""}, {"--value", " "}, {"--value="}, {"--numbers", "1"}, {"--digits", "8"}, {"--value", "7", "--numbers", "1", "--digits", "8"}, {"--value", "7", "--numbers=-1"}, {"--value", "7", "--digits=-1"}},
	} {
		for _, call := range calls {
			if code := run(t.Context(), append([]string{"draw", pool, quotas, "--seats", "1", "--seed", "s", "--out", dir}, call...)); code != want {
				t.Errorf("%q ended with %d, want %d", call, code, want)
			}
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
