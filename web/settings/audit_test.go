package settings

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/i18n"
	"tribune/web/page"
)

// TestEveryFactHasWords holds each kind of fact that docs/events.md lists to
// words on the audit page, in both languages.
func TestEveryFactHasWords(t *testing.T) {
	list, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.Load(Files, page.Files)
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`(?m)^\| ([a-z]+\.[a-z_]+) \|`).FindAllSubmatch(list, -1)
	if len(kinds) < 130 {
		t.Fatalf("docs/events.md lists %d kinds", len(kinds))
	}
	in := func(lang string, f event.Event) string {
		return did(&page.View{Printer: words.Printer(lang, time.UTC)}, f)
	}
	for _, k := range kinds {
		f := event.Event{Kind: string(k[1])}
		en, fr := in("en", f), in("fr", f)
		if en == f.Kind || strings.Contains(en, ".") {
			t.Errorf("%s is not in words", f.Kind)
		} else if fr == en {
			t.Errorf("%s: %q is not in French", f.Kind, en)
		}
	}
}
