// Package readertest is the other side, for tests of readers: a server whose
// answers a test sets by path, well behaved or not.
package readertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen/reader"
)

// Now is when tests of readers take place.
func Now() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

// Server is a server whose answers a test sets by path.
type Server struct {
	*httptest.Server
	Web *fetch.Client // reaches it

	mu    sync.Mutex
	by    map[string]http.HandlerFunc
	asked []string
}

// Serve starts a server that ends with the test.
func Serve(t testing.TB) *Server {
	s := &Server{by: map[string]http.HandlerFunc{}, Web: fetch.New(fetch.Options{AllowPrivate: true, Timeout: 2 * time.Second})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.RequestURI())
		h := s.by[r.URL.Path]
		s.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(func() { s.Web.Close(); s.CloseClientConnections(); s.Close() })
	return s
}

// Set gives what answers at a path.
func (s *Server) Set(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[path] = h
}

// Text answers with a text at a path.
func (s *Server) Text(path, contentType, body string) {
	s.Set(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	})
}

// Asked gives what was asked for, and forgets it.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// Rude gives ways to answer that a reader has to survive: each has to end a
// reading with an error that a person can read.
func Rude() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"asks to wait": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"fails":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"cuts":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"other JSON": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"error": 7, "hits": "many"}`) },
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>Hello`) },
		"nothing":    func(http.ResponseWriter, *http.Request) {},
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `[{"id": "1`)
		},
		"never ends": func(w http.ResponseWriter, r *http.Request) {
			for chunk := make([]byte, 64<<10); r.Context().Err() == nil; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
	}
}

// Readable fails the test unless an error is one that a person can read.
func Readable(t testing.TB, err error) {
	t.Helper()
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind == fault.Internal {
		t.Errorf("not for a person: %v", err)
	}
}

// Kept is what a reading delivered.
type Kept struct {
	Posts   []reader.Post
	Gone    []string
	Cursor  string // of the last batch
	Batches int

	Break int // fail the batch of this number, 0: none
}

// ErrBroken is how Deliver fails where it is told to.
var ErrBroken = errors.New("readertest: the database is away")

// Deliver takes batches as listen does: a cursor moves only with its batch.
func (k *Kept) Deliver(_ context.Context, b reader.Batch) error {
	if k.Batches++; k.Batches == k.Break {
		return ErrBroken
	}
	k.Posts, k.Gone = append(k.Posts, b.Posts...), append(k.Gone, b.Gone...)
	if b.Cursor != "" {
		k.Cursor = b.Cursor
	}
	return nil
}

// IDs gives the ids of the posts, each once, in the order of their last coming.
func (k *Kept) IDs() (ids []string) {
	for _, p := range k.Posts {
		ids = append(slices.DeleteFunc(ids, func(id string) bool { return id == p.ID }), p.ID)
	}
	return ids
}
