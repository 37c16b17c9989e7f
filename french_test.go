package tribune_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"tribune/internal/i18n"
)

// odd finds what French does not space as all its catalogues do: a narrow
// no-break space (U+202F) before ; ! ?, a no-break space (U+00A0) before a colon
// and inside « », as the Imprimerie nationale has it.
var odd = regexp.MustCompile(`[ \x{00A0}][;!?]|[ \x{202F}](:|»)|«[^\x{00A0}]|[^\x{00A0}]»|\p{L}[;!]`)

// english finds what only a command line says.
var english = regexp.MustCompile(`^(cmd/|storage/|archive\.go)`)

// TestFrenchSpaces holds every French catalogue to one way of spacing.
func TestFrenchSpaces(t *testing.T) {
	catalogues := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "fr.json" {
			return err
		}
		catalogues++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var texts map[string]any
		if err := json.Unmarshal(text, &texts); err != nil {
			return err
		}
		for key, french := range texts {
			forms, counted := french.(map[string]any)
			if !counted {
				forms = map[string]any{"": french}
			}
			for _, form := range forms {
				if s, ok := form.(string); ok {
					if at := odd.FindStringIndex(s); at != nil {
						t.Errorf("%s: %q: the spaces in %q at %d", path, key, s, at[0])
					}
				}
			}
		}
		return nil
	})
	if err != nil || catalogues < 30 {
		t.Errorf("%d catalogues read, %v", catalogues, err)
	}
}

// TestFrenchOnce refuses a key that stands twice in one catalogue, and one
// English text with two French ones, before the program would refuse to start.
func TestFrenchOnce(t *testing.T) {
	files := os.DirFS(".")
	if _, err := i18n.Load(files); err != nil {
		t.Error(err)
	}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "fr.json" {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		for _, key := range doubles(t, text) {
			t.Errorf("%s: %q stands there twice", path, key)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if d := doubles(t, []byte(`{"Go": "Aller", "{n} go": {"one": "a", "other": "b"}, "Go": "Aller"}`)); !slices.Equal(d, []string{"Go"}) {
		t.Errorf("found %q", d)
	}
}

// TestFrenchWhole wants a French text for every English one that any source of
// the program asks for: folders without a test of their own are in it, too. The
// command line, with the archives it writes and reads, speaks English alone.
func TestFrenchWhole(t *testing.T) {
	files := os.DirFS(".")
	words, err := i18n.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(files, words)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range missing {
		if !english.MatchString(m) {
			t.Error(m)
		}
	}
}

// doubles gives the keys that an object of JSON has twice.
func doubles(t *testing.T, object []byte) (twice []string) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for dec.More() {
		key, err := dec.Token()
		var value json.RawMessage
		if err == nil {
			err = dec.Decode(&value)
		}
		if err != nil {
			t.Fatal(err)
		}
		if seen[key] {
			twice = append(twice, key.(string))
		}
		seen[key] = true
	}
	return twice
}
