package tribune_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// odd finds what French does not space as all its catalogues do: a narrow
// no-break space (U+202F) before ; ! ?, a no-break space (U+00A0) before a colon
// and inside « », as the Imprimerie nationale has it.
var odd = regexp.MustCompile(`[ \x{00A0}][;!?]|[ \x{202F}](:|»)|«[^\x{00A0}]|[^\x{00A0}]»|\p{L}[;!]`)

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
