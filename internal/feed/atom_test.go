package feed

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAtom(t *testing.T) {
	day := time.Date(2026, 2, 10, 9, 30, 0, 0, time.FixedZone("", 3600))
	var got bytes.Buffer
	err := Atom(&got, Out{ID: "https://t.example/ideas.atom", Title: "Ideas <& more>", Self: "https://t.example/ideas.atom?a=1&b=2", Alternate: "https://t.example/ideas", Language: "en",
		Entries: []OutEntry{
			{ID: "https://t.example/ideas/1", URL: "https://t.example/ideas/1", Title: "A cover\x00 that holds", HTML: "<p>It bends &amp; breaks</p>]]>", Author: "Ana", Updated: day, Published: day.Add(-time.Hour)},
			{ID: "https://t.example/ideas/2", URL: "https://t.example/ideas/2", Title: "Ink", Updated: day.Add(-time.Minute)},
		}})
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/out.atom"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
	back, err := reader().Parse(got.Bytes(), "application/atom+xml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if e := back.Entries; len(e) != 2 || e[0].AuthorName != "Ana" || e[1].AuthorName != "Ideas <& more>" || e[0].URL != "https://t.example/ideas/1" {
		t.Errorf("read back: %+v", back)
	}
}

func TestAtomRefuses(t *testing.T) {
	now := time.Unix(1, 0)
	for name, f := range map[string]Out{
		"no id":      {Title: "t", Updated: now},
		"no title":   {ID: "i", Updated: now},
		"no time":    {ID: "i", Title: "t"},
		"bare entry": {ID: "i", Title: "t", Updated: now, Entries: []OutEntry{{ID: "e", Title: "t", Updated: now}}},
		"entry time": {ID: "i", Title: "t", Updated: now, Entries: []OutEntry{{ID: "e", Title: "t", URL: "u"}}},
	} {
		var b bytes.Buffer
		if err := Atom(&b, f); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, wrote %q", name, err, b.String())
		}
	}
}

// What we write, whatever people typed, can be read: the text comes back.
func TestAtomRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2026, 2, 10, 9, 30, 0, 0, time.UTC)
		title := "T" + rapid.String().Draw(t, "title")
		var b bytes.Buffer
		err := Atom(&b, Out{ID: "urn:a", Title: title, Entries: []OutEntry{{ID: "urn:b", URL: "https://t.example/", Title: "one", HTML: rapid.String().Draw(t, "html") + "<p>two</p>", Updated: day}}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := reader().Parse(b.Bytes(), "", nil)
		if err != nil || len(f.Entries) != 1 || !f.Entries[0].PublishedAt.Equal(day) || f.Entries[0].ID != "urn:b" {
			t.Fatalf("%+v, %v from %s", f, err, b.String())
		}
	})
}

func TestJSON(t *testing.T) {
	day := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var got bytes.Buffer
	err := JSON(&got, Out{ID: "https://t.example/tribune.json", Title: "Tribune <& more>", Self: "https://t.example/tribune.json", Alternate: "https://t.example/tribune", Author: "Papier", Language: "en",
		Entries: []OutEntry{
			{ID: "https://t.example/tribune/1", URL: "https://t.example/tribune/1", Title: "On \"paper\"", HTML: "<p>It bends &amp; breaks</p>", Author: "Ana", Language: "fr", Updated: day, Published: day.Add(-time.Hour)},
			{ID: "https://t.example/tribune/2", Updated: day},
		}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":"https://jsonfeed.org/version/1.1","title":"Tribune <& more>","home_page_url":"https://t.example/tribune","feed_url":"https://t.example/tribune.json","language":"en","authors":[{"name":"Papier"}],"items":[` +
		`{"id":"https://t.example/tribune/1","url":"https://t.example/tribune/1","title":"On \"paper\"","content_html":"<p>It bends &amp; breaks</p>","date_published":"2026-11-20T07:00:00Z","date_modified":"2026-11-20T08:00:00Z","authors":[{"name":"Ana"}],"language":"fr"},` +
		`{"id":"https://t.example/tribune/2","content_html":"","date_modified":"2026-11-20T08:00:00Z"}]}` + "\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
	if err := JSON(&got, Out{Entries: []OutEntry{{}}}); err == nil {
		t.Error("a feed without a title is written")
	}
}
