package tribune_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestFactsAreListed holds every kind of fact that the code records to a row of
// docs/events.md: what follows the log, and the audit page, go by that list.
func TestFactsAreListed(t *testing.T) {
	list, err := os.ReadFile("docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	kind := regexp.MustCompile(`"([a-z]+\.[a-z_]+)"`)
	recorded := regexp.MustCompile(`Kind:\s|\.fact\(|fact\(ctx|\s=\s"`)
	found := 0
	for _, folder := range []string{"know", "listen", "converse", "shape", "advocate", "tribe", "measure"} {
		err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && d.Name() == "reader" {
				return fs.SkipDir // readers record nothing, and name servers
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(folder + "/" + name)
			for line := range strings.Lines(string(text)) {
				for _, m := range kind.FindAllStringSubmatch(line, -1) {
					if !recorded.MatchString(line) {
						continue
					}
					found++
					if !strings.Contains(string(list), "\n| "+m[1]+" |") {
						t.Errorf("%s/%s: docs/events.md does not list %s", folder, name, m[1])
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 120 {
		t.Errorf("only %d kinds were found in the code", found)
	}
}
