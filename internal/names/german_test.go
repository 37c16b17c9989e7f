package names

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/rising"
)

// TestGermanNouns holds German nouns that rise apart from names that do: a
// capital is no sign there.
func TestGermanNouns(t *testing.T) {
	var posts []rising.Post
	say := func(language string, n int, text string) {
		for range n {
			id := int64(len(posts))
			posts = append(posts, rising.Post{ID: id, Author: id, At: now.Add(-1000), Language: language, Text: fmt.Sprintf(text, id)})
		}
	}
	for i := range 400 { // what is usual
		posts = append(posts, rising.Post{ID: int64(9000 + i), Author: int64(i), At: now.AddDate(0, 0, -8-i%25), Language: "de", Text: fmt.Sprintf("nummer %d ist wie immer", i)})
	}
	say("de", 8, "%d ich schreibe jetzt mit Notio statt mit Tinte und bei Papierhandel Meier gibt es Rabatt")
	say("de", 8, "%d der Rückruf kam spät und wegen Rückruf habe ich jetzt Ärger mit Leuten")
	say("de", 8, "%d mit Fehlern in Klammern bei jedem Fehler den ich finde gibt es Klammer")
	say("de", 8, "Gummizugverschluss am Heft reißt, %d")                  // it begins
	say("de", 8, "%d ein Gummi und noch ein Gummi und wieder das Gummi")  // behind articles
	say("de", 8, "%d ich mag #Schreibkultur und den Hersteller BXQ sehr") // a hashtag, an abbreviation
	say("de", 8, "%d wir gehen zu Kaweko")
	say("en", 8, "%d they moved to Kaweko and to Flosk at once")
	say("de", 8, "%d das Flosk ist ein Flosk wie jedes Flosk") // a noun here, a name elsewhere
	var got []string
	for _, n := range emerging(posts) {
		got = append(got, n.Text)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"BXQ", "Flosk", "Kaweko", "Notio", "Papierhandel Meier", "Schreibkultur"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestGermanTweets counts what is taken for a name in 1,839 real German posts,
// by five authors or more. When a capital that no article stood before was sign
// enough it was 102, of which 19 are names; now it is 21, of which 17 are.
func TestGermanTweets(t *testing.T) {
	texts := tweets(t, "german")
	if texts == nil {
		t.Skip("the posts are not there")
	}
	f := New(rising.Options{Now: now}, nil)
	for i, text := range texts {
		f.Add(rising.Post{ID: int64(i), Author: int64(i), At: now.Add(-1000), Language: "de", Text: text})
	}
	f.Names()
	found := map[string]bool{}
	for _, n := range f.names {
		if n.authors != nil && n.authors[0] >= 5 && f.isName(n) {
			found[n.text] = true
		}
	}
	t.Log(len(found), found)
	for _, name := range []string{"Berlin", "Syrien", "Google", "CDU", "NSA", "Amazon", "iPhone", "Merkel", "Frankfurt"} {
		if !found[name] {
			t.Errorf("%s is not found", name)
		}
	}
	for _, noun := range []string{"Danke", "Geld", "Leben", "Spaß", "Ich", "Das", "Zeit", "Welt", "Hunger", "Stunden", "Kinder", "Politik"} {
		if found[noun] {
			t.Errorf("%s is taken for a name", noun)
		}
	}
	if len(found) > 24 {
		t.Errorf("%d names, 24 at the most", len(found))
	}
}
