package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"tribune/web/ideas"
	"tribune/web/page"
	"tribune/web/webtest"
)

// TestMeantPage leads a reader to the page that an address without one belongs
// to, never off this site; a script is told.
func TestMeantPage(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: page.Files, Routes: page.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes})
	for address, want := range map[string]string{
		"/ideas/":                   "/ideas",
		"/ideas/12/?by=new":         "/ideas/12?by=new",
		"/ideas/12/vote":            "/ideas/12", // takes what a form sends
		"/ideas/12/comments":        "/ideas/12",
		"/nothing/":                 "",
		"/ideas/12/nothing/":        "",
		"//elsewhere.example/":      "/elsewhere.example/", // by the mux
		"//elsewhere.example/ideas": "/elsewhere.example/ideas",
		"/%2felsewhere.example/":    "",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			req := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
			u, err := url.Parse("https://square.example" + address)
			if err != nil {
				t.Fatal(err)
			}
			req.URL = &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
			if got := s.Visitor().Do(req); got.Header.Get("Location") != want {
				t.Errorf("%s %s leads to %q, %d, want %q", method, address, got.Header.Get("Location"), got.Status, want)
			}
		}
	}
}

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
