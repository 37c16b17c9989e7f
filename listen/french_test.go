package listen

import (
	"os"
	"testing"

	"tribune/internal/feed"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/listen/reader"
)

// All that this package says can be said in French; what a source remembers of
// its last reading is kept as a key of the catalogue, too.
func TestFrench(t *testing.T) {
	catalogue, err := i18n.Load(Texts, os.DirFS("hook"), os.DirFS("relay"), os.DirFS("webmention"), reader.Texts, fetch.Texts, feed.Texts)
	ok(t, err)
	missing, err := i18n.Untranslated(os.DirFS("."), catalogue)
	ok(t, err)
	for _, text := range missing {
		t.Errorf("no French: %s", text)
	}
	p := catalogue.Printer("fr", nil)
	for _, text := range []string{textSame, textRead, textRefused, textOurs} {
		if p.T(text) == text {
			t.Errorf("no French for %q", text)
		}
	}
}

// A sentence comes back from the database as it went in.
func TestSaid(t *testing.T) {
	in := Said{Text: textRead, Args: []any{"read", 2_000_000, "new", int64(3)}, Also: []Said{{Text: "Dates that cannot be: {wrong}; what has one counts as said when it was read.", Args: []any{"wrong", 2}}}}
	if got := said(in.keep()).String(); got != "Items read: 2000000. New: 3. Dates that cannot be: 2; what has one counts as said when it was read." {
		t.Error(got)
	}
	if got := said((Said{}).keep()); got.Text != "" || got.Args != nil {
		t.Errorf("%+v", got)
	}
}
