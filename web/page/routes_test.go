package page_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"tribune/web/ideas"
	"tribune/web/page"
	"tribune/web/webtest"
)

// TestWrongMethod says in the page's own look that an address takes another
// method, and which; an unknown address stays not found.
func TestWrongMethod(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: page.Files, Routes: page.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes})
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"POST", "/favicon.svg", 405, "GET, HEAD"},
		{"DELETE", "/ideas", 405, "GET, HEAD, POST"},
		{"PUT", "/ideas/12/edit", 405, "GET, HEAD, POST"},
		{"GET", "/ideas/12/vote", 405, "POST"},
		{"HEAD", "/ideas/12/vote", 405, "POST"},
		{"OPTIONS", "/ideas/12/vote", 405, "POST"},
		{"POST", "/assets/x.css", 405, "GET, HEAD"},
		{"GET", "/nothing", 404, ""},
		{"POST", "/nothing", 404, ""},
		{"GET", "/ideas/12/nothing", 404, ""},
	} {
		for _, lang := range []string{"en", "fr"} {
			reader := s.Visitor()
			reader.Lang = lang
			got := reader.Do(httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
			if got.Status != c.status || got.Header.Get("Allow") != c.allow {
				t.Errorf("%s %s: %d, Allow %q, want %d, %q", c.method, c.path, got.Status, got.Header.Get("Allow"), c.status, c.allow)
			}
			if text := map[string]string{"en": "To the square", "fr": "Vers la place"}[lang]; c.method != http.MethodHead {
				got.Want(t, c.status, "<h1>", text, `<nav aria-label=`)
			}
		}
	}
	script := s.Visitor()
	script.Script = true
	got := script.Do(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/ideas/12/vote", nil)).Want(t, 405, `<p class="wrong">`).Without(t, "<h1>")
	if got.Header.Get("HX-Retarget") != "#notice" {
		t.Error("a script puts the answer in place of what it asked for")
	}
}
