package e2e

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// serve serves one page under a policy as strict as the program's.
func serve(t *testing.T, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'")
		switch r.URL.Path {
		case "/":
			fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width">
				<link rel="icon" href="/icon"><link rel="stylesheet" href="/style"></head><body><main><h1>Hello</h1>%s</main></body></html>`, body)
		case "/style":
			w.Header().Set("Content-Type", "text/css")
			fmt.Fprint(w, `:root{color-scheme:light dark} .wide{width:2000px}
				@media (prefers-color-scheme:dark){h1::after{content:" dark"}} @media (max-width:500px){p{display:none}}`)
		case "/bad.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `console.error('said', 42); fetch('/gone'); null.x`)
		case "/icon", "/said":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Said</title><link rel="icon" href="/icon"><main><h1>%s</h1></main></html>`, r.FormValue("words"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestGoodPage walks a page without fault at both widths, light and dark.
func TestGoodPage(t *testing.T) {
	address := serve(t, `<p>On a desk</p><form action="/said"><label>Words <input name="words"></label> <button>Say</button></form>`)
	b := Open(t)
	for _, width := range []int{1280, 390} {
		for _, dark := range []bool{false, true} {
			p := b.Page(width, dark)
			p.Go(address)
			p.Check()
			if got := Eval[bool](p, "getComputedStyle(document.querySelector('h1'), '::after').content.includes('dark')"); got != dark {
				t.Errorf("%d pixels: dark is %v, want %v", width, got, dark)
			}
			if got := Eval[string](p, "getComputedStyle(document.querySelector('p')).display") == "none"; got != (width == 390) {
				t.Errorf("%d pixels: is a phone: %v", width, got)
			}
			p.Type("input", "Grüße")
			p.Follow("button")
			p.WaitText("h1", "Grüße")
			if p.Title() != "Said" || !strings.HasPrefix(p.Location(), address+"/said?") {
				t.Errorf("at %s, titled %s", p.Location(), p.Title())
			}
		}
	}
}

// TestBadPage checks that no fault of a page goes unseen.
func TestBadPage(t *testing.T) {
	p := Open(t).Page(390, false)
	p.Go(serve(t, `<img src="/icon2"><div class="wide">wide</div><script>inline()</script><script src="/bad.js"></script>`))
	Eval[bool](p, "new Promise(r => setTimeout(() => r(true), 200))")
	met := strings.Join(p.take(), "\n")
	for _, want := range []string{"Content Security Policy", "console error: said 42", "exception: Uncaught TypeError", "status 404 for GET", "/gone", "/icon2"} {
		if !strings.Contains(met, want) {
			t.Errorf("no problem tells of %q; met:\n%s", want, met)
		}
	}
	var rules []string
	for _, v := range p.violations() {
		rules = append(rules, v.ID)
		if v.ID == "image-alt" && !strings.Contains(v.String(), "/icon2") {
			t.Errorf("the violation does not show the element: %s", v)
		}
	}
	if got := strings.Join(rules, " "); !strings.Contains(got, "image-alt") {
		t.Errorf("axe found only %q, want image-alt", got)
	}
	if too := p.tooWide(); !strings.Contains(too, `class="wide"`) {
		t.Errorf("what is too wide: %q, want the div", too)
	}
	p.Expect("gone")
	p.add("status 404 for GET /gone")
	p.add("status 500 for GET /")
	if left := p.take(); len(left) != 1 || !strings.Contains(left[0], "500") {
		t.Errorf("problems left after one was expected: %q", left)
	}
}

// TestTwoPeople checks that one person's pages share cookies and another's do not.
func TestTwoPeople(t *testing.T) {
	address := serve(t, "")
	anna := Open(t)
	one, two, other := anna.Page(1280, false), anna.Page(1280, false), anna.Another().Page(1280, false)
	for _, p := range []*Page{one, two, other} {
		p.Go(address)
	}
	Eval[string](one, "document.cookie = 'who=anna'")
	if got := Eval[string](two, "document.cookie"); got != "who=anna" {
		t.Errorf("her other page has %q", got)
	}
	if got := Eval[string](other, "document.cookie"); got != "" {
		t.Errorf("another person has %q", got)
	}
	path := filepath.Join(t.TempDir(), "shots", "one.png")
	one.Shot(path)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if picture, err := png.Decode(f); err != nil || picture.Bounds().Dx() != 1280 {
		t.Errorf("the picture: %v", err)
	}
}
