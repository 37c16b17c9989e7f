package tribune_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/storage/storagetest"
)

// TestWrongMethod asks every face in a method that it does not take: each says
// so, and names those that it takes.
func TestWrongMethod(t *testing.T) {
	site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), URL: "https://square.example"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	handler, err := site.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/roadmap", "/ideas.atom", "/ideas/1/feed.atom", "/roadmap.atom", "/changes.atom", "/heard.atom", "/tribes/1/feed.atom",
		"/tribune.atom", "/tribune.json", "/charter.atom", "/healthz", "/favicon.svg", "/brand.css", "/picture/x", "/assets/x.css", "/api/v1/openapi.json"} {
		for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodOptions} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "https://square.example"+path, nil))
			if allow := w.Header().Get("Allow"); w.Code != http.StatusMethodNotAllowed || !strings.HasPrefix(allow, "GET") {
				t.Errorf("%s %s: %d, Allow %q", method, path, w.Code, allow)
			}
		}
	}
	for path, want := range map[string]int{"/nowhere": 404, "/nowhere.atom": 404, "/healthz": 200, "/ideas.atom": 200, "/ideas": 200} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://square.example"+path, nil))
		if w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
}
