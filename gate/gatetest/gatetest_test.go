package gatetest

import (
	"io"
	"net/http"
	"slices"
	"testing"
)

// TestFill checks that one name is one thing within a request, and that JSON's
// own braces stay.
func TestFill(t *testing.T) {
	n := 0
	f := Face{
		Sign:  func(r *http.Request, who Who) { r.Header.Set("Who", who.String()) },
		Fresh: func(_ testing.TB, name string) string { n++; return name + string(rune('0'+n)) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.URL.Path != "/ideas/idea1" || string(body) != `{"a": {"id": idea1}, "b": other2, "c": {}}` || r.Header.Get("Who") != "staff" {
				t.Errorf("%s %s %s", r.URL.Path, body, r.Header.Get("Who"))
			}
			w.WriteHeader(http.StatusTeapot)
		}),
	}
	if got := f.send(t, Route{Call: "PUT /ideas/{idea}", Body: `{"a": {"id": {idea}}, "b": {other}, "c": {}}`}, Staff); got != http.StatusTeapot {
		t.Errorf("status %d", got)
	}
}

// TestMissing finds the patterns that no row tries, however their holes are called.
func TestMissing(t *testing.T) {
	routes := []Route{{Call: "GET /ideas/{thing}?x=1"}, {Call: "POST /people/3"}, {Call: "GET /x/y", For: "GET /x/{rest...}"}}
	got := Missing([]string{"GET /ideas/{id}", "PUT /ideas/{id}", "POST /people/{id}", "GET /people", "GET /x/{rest...}"}, routes)
	if want := []string{"PUT /ideas/{id}", "GET /people"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
