package fetch

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// The texts are constants, out of sight of the search for untranslated ones.
func TestFrench(t *testing.T) {
	source, err := os.ReadFile("explain.go")
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := os.ReadFile("fr.json")
	if err != nil {
		t.Fatal(err)
	}
	french := map[string]string{}
	if err := json.Unmarshal(catalogue, &french); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`\ttext\w+\s*= (".*")`).FindAllSubmatch(source, -1)
	for _, m := range found {
		text, err := strconv.Unquote(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if french[text] == "" {
			t.Errorf("no French for %q", text)
		}
		delete(french, text)
	}
	for text := range french {
		t.Errorf("nobody says %q", text)
	}
	if len(found) < 15 {
		t.Errorf("only %d texts found", len(found))
	}
}
