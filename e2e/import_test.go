package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reviews = `external_id,author.name,text,published_at,country
1,Jo Carter,"Sturdy, and it lies flat.",2026-03-01,GB
2,Ana Souza,"Chegou depressa, adorei o papel.",2026-03-02,BR
3,Nobody,,2026-03-03,FR
4,Ines Roth,Paper takes every ink.,the day before,DE
5,Maëlle Le Goff,Le papier est doux.,2026-03-05,FR
`

// live opens the stream beside, on a dark phone, and waits until it follows.
func live(t *testing.T, b *Browser, s *Server) *Page {
	t.Helper()
	p := b.Page(390, true)
	p.Go(s.URL + "/desk/radar")
	if Eval[int](p, "document.querySelectorAll('.mention').length") != 0 {
		t.Error("something is heard already")
	}
	return p
}

// TestImport checks a file, imports it, and imports it once more. A page that
// is open meanwhile says what came, and shows it at a press.
func TestImport(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	b := Open(t)
	p := b.Page(1280, false)
	enter(p, s.Add("Marta Lindqvist", "marta@oriflamme.example", "owner"))
	file := filepath.Join(t.TempDir(), "reviews.csv")
	if err := os.WriteFile(file, []byte(reviews), 0o600); err != nil {
		t.Fatal(err)
	}
	heard := func(want int) {
		t.Helper()
		p.Go(s.URL + "/desk/radar")
		if got := Eval[int](p, "document.querySelectorAll('.mention').length"); got != want {
			t.Errorf("%d mentions, want %d", got, want)
		}
	}
	send := func(do string, facts ...string) {
		t.Helper()
		p.Go(s.URL + "/desk/radar/import")
		p.Type("#import-source", "Shop reviews")
		p.Type("#import-file", file)
		p.Follow("button[name=do][value=" + do + "]")
		says(p, append(facts, "reviews.csv")...)
	}
	send("check", "5 rows", "3 new ones", "2 wrong ones", "stored yet", "published_at")
	if rows := Eval[string](p, "[...document.querySelectorAll('[aria-labelledby=report] tbody td:first-child')].map(e => e.innerText).join()"); rows != "4,5" {
		t.Errorf("the wrong rows are said to be %s", rows)
	}
	look(p, "import-checked")
	heard(0)
	open := live(t, b, s)
	send("import", "3 new ones", "2 wrong ones")
	look(p, "import-done")
	heard(3)
	open.WaitText(".stream .fresh a", "3 new mentions: show")
	look(open, "radar-fresh")
	open.Click(".stream .fresh a")
	open.Wait(".stream:not(:has(.fresh a:not([hidden]))) .mention")
	says(open, "Sturdy, and it lies flat.", "Le papier est doux.")
	send("import", "0 new ones", "3 known already")
	heard(3)
	p.Expect("status 422")
	if err := os.WriteFile(file, []byte(strings.Repeat("\x00\x01", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Go(s.URL + "/desk/radar/import")
	p.Type("#import-source", "Shop reviews")
	p.Type("#import-file", file)
	p.Follow("button[name=do][value=import]")
	p.Wait("[aria-invalid=true]")
	if got := Eval[string](p, "document.querySelector('#import-source').value"); got != "Shop reviews" {
		t.Errorf("the source that was typed is now %q", got)
	}
	look(p, "import-wrong")
	heard(3)
}
