package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 200

// once keeps the promise of the Idempotency-Key header: within 24 hours the
// same key with the same call is done once, and answered again as it was. Only
// success is kept: what failed changed nothing and may be tried again with the
// same key. Calls that answer with a secret are never kept.
func (s *service) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header() // an answer is for who asks, and for now
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Vary", "Authorization, Cookie, Accept-Language")
		if _, err := url.ParseQuery(r.URL.RawQuery); err != nil { // what cannot be read would be passed over
			write(w, trouble(http.StatusUnprocessableEntity, s.printer(gate.From(r.Context())).T("What stands after the ? of the address cannot be read. Write it as name=value, joined by &, and encode other signs as %XX.")))
			return
		}
		key := r.Header.Get("Idempotency-Key")
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		if !reads && r.ContentLength != 0 {
			r.Body = &arriving{r.Body, http.NewResponseController(w)}
		}
		if key == "" || reads || s.plain[r.Method+" "+r.URL.Path] || strings.HasSuffix(r.URL.Path, "/secret") {
			next.ServeHTTP(w, r)
			return
		}
		if err := s.repeat(w, r, next, key); err != nil {
			a := gate.From(r.Context())
			status := s.Gate.Note(r, err)
			write(w, trouble(status, s.printer(a).Fault(err)))
		}
	})
}

// arriving is a body that has to come in time: the time ends when it is read,
// so that the work that follows may take longer.
type arriving struct {
	io.ReadCloser
	control *http.ResponseController
}

// Close ends the wait for the body.
func (a *arriving) Close() error {
	err := a.ReadCloser.Close()
	_ = a.control.SetReadDeadline(time.Time{}) // a writer without deadlines has none to lift
	return err
}

// repeat does a call, or answers it as it was answered before.
func (s *service) repeat(w http.ResponseWriter, r *http.Request, next http.Handler, key string) error {
	if len(key) > maxKey {
		return fault.New(fault.Invalid, "An Idempotency-Key has at most {most} characters.", "most", maxKey)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin)) // as above
	sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMentions+1))
	if err != nil {
		return fault.New(fault.Invalid, textTooLarge).Because(err)
	}
	r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(sent))
	a := gate.From(r.Context())
	who := fmt.Sprintf("person %d", a.ID)
	if a.ID == 0 {
		who = "address " + a.Address.String()
	}
	request := sha256.New()
	fmt.Fprintf(request, "%s %s\n", r.Method, r.URL.RequestURI())
	request.Write(sent)
	attempt, err := s.People.Begin(r.Context(), a.Actor, who+"\n"+key, hex.EncodeToString(request.Sum(nil)))
	if err != nil {
		return err
	}
	if attempt.Status != 0 {
		w.Header().Set("Idempotency-Replayed", "true")
		reply(w, attempt)
		return nil
	}
	kept := &recorder{header: w.Header(), status: http.StatusOK}
	done := false
	defer func() { // a panic, too, leaves the key free: its transaction was undone
		if !done {
			s.settle(r, know.Attempt{Hash: attempt.Hash})
		}
	}()
	next.ServeHTTP(kept, r)
	done = true
	attempt.Status, attempt.Answer = kept.status, kept.body.String()
	s.settle(r, attempt)
	reply(w, attempt)
	return nil
}

// settle keeps a success and forgets everything else. If it cannot, the call
// was done all the same, and is answered.
func (s *service) settle(r *http.Request, a know.Attempt) {
	if a.Status < 200 || a.Status > 299 {
		a.Status, a.Answer = 0, ""
	}
	if err := s.People.End(r.Context(), a); err != nil {
		s.Log.Error("an answer could not be kept for its key", "path", r.URL.Path, "request", gate.From(r.Context()).RequestID, "error", err)
	}
}

func reply(w http.ResponseWriter, a know.Attempt) {
	if w.Header().Get("Content-Type") == "" && a.Answer != "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.Status)
	io.WriteString(w, a.Answer)
}

// recorder holds an answer back until it is kept.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header gives the headers of the answer.
func (k *recorder) Header() http.Header { return k.header }

// WriteHeader notes the status.
func (k *recorder) WriteHeader(status int) { k.status = status }

// Write holds a part of the body.
func (k *recorder) Write(b []byte) (int, error) { return k.body.Write(b) }
