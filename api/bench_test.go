package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"tribune/know"
	"tribune/shape"
	"tribune/storage/storagetest"
)

// BenchmarkAPI measures the two calls that are made most, through the gate but
// without the network, beside what they call.
func BenchmarkAPI(b *testing.B) {
	s := open(b, storagetest.SQLite(b))
	anna := s.person("Anna Blum", know.Member)
	for n := range 200 {
		if _, err := s.ideas.Propose(b.Context(), anna.Actor, shape.NewIdea{Title: fmt.Sprintf("Idea number %d", n), Body: "It bleeds.", Tags: []string{"paper"}}); err != nil {
			b.Fatal(err)
		}
	}
	ask := func(method, path string) func(b *testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(context.Background(), method, path, http.NoBody)
				r.Header.Set("Authorization", "Bearer "+anna.token)
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		}
	}
	b.Run("list", ask("GET", "/api/v1/ideas"))
	b.Run("called/list", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.ideas.List(b.Context(), anna.Actor, shape.Filter{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("vote", ask("PUT", "/api/v1/ideas/1/vote"))
	b.Run("called/vote", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.ideas.Vote(b.Context(), anna.Actor, 1, true); err != nil {
				b.Fatal(err)
			}
		}
	})
}
