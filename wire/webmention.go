package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen/webmention"
)

const (
	endpoint    = "/webmention"
	maxMentionB = 16 << 10 // bytes of what is sent: two addresses
)

// targets are the pages that can be linked to: those that everybody reads.
func targets() map[string]bool {
	all := map[string]bool{}
	for _, path := range []string{"/{$}", "/how-we-listen", "/clock", "/ideas", "/ideas/{id}", "/calls/{id}", "/roadmap", "/changes", "/changes/{id}", "/tribune", "/tribune/{id}",
		"/tribes", "/tribes/{id}", "/boards", "/boards/{id}", "/purpose", "/charter", "/people", "/people/{id}", "/letters/{id}"} {
		all["GET "+path] = true
	}
	return all
}

// Offer tells programs, on each page that can be linked to, where webmentions
// are taken, if they are.
func Offer(pages *http.ServeMux, k *Kit) http.Handler {
	can := targets()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			if _, pattern := pages.Handler(r); can[pattern] {
				on, err := k.Webmentions.On(r.Context())
				if err != nil && r.Context().Err() == nil {
					k.Log.Error("whether webmentions are taken could not be read", "error", err)
				}
				if on {
					w.Header().Add("Link", "<"+k.URL+endpoint+`>; rel="webmention"`)
				}
			}
		}
		pages.ServeHTTP(w, r)
	})
}

// taker takes webmentions (W3C Recommendation, section 3.2).
type taker struct {
	*Kit
	pages   *http.ServeMux
	visitor http.Handler // the pages, as a visitor finds them
	can     map[string]bool
}

func (t *taker) take(w http.ResponseWriter, r *http.Request) {
	printer := t.Words.Printer(gate.From(r.Context()).Lang, time.UTC)
	if err := t.taken(w, r); err != nil {
		status := t.Gate.Note(r, err)
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest // as section 3.2.3 wants it
		}
		http.Error(w, printer.Fault(err), status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintln(w, printer.T("Thank you. Your page is looked at soon; if it links to ours, it is heard."))
}

func (t *taker) taken(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if on, err := t.Webmentions.On(ctx); err != nil {
		return err
	} else if !on {
		return fault.New(fault.NotFound, "This site takes no webmentions at the moment.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxMentionB)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "Send source and target as a form (application/x-www-form-urlencoded) of at most {limit} kB.", "limit", maxMentionB>>10).Because(err)
	}
	p, err := webmention.Check(r.PostForm.Get("source"), r.PostForm.Get("target"))
	if err != nil {
		return err
	}
	own, err := fetch.Address(t.URL)
	if err != nil {
		return err
	}
	switch {
	case !webmention.SameSite(p.Target, own):
		return fault.New(fault.Invalid, "target is no page of this site: its addresses begin with {url}.", "url", t.URL+"/")
	case webmention.SameSite(p.Source, own):
		return fault.New(fault.Invalid, "source is a page of this site. Only pages of other sites are heard here.")
	case !t.opens(r, p.Target):
		return fault.New(fault.Invalid, "There is no page at target that everybody can open and that takes webmentions.")
	}
	return t.Webmentions.Take(ctx, p)
}

// opens reports whether a visitor who opens one of our addresses reads a page.
func (t *taker) opens(r *http.Request, target *url.URL) bool {
	ask, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodGet, target.RequestURI(), nil)
	if err != nil {
		return false
	}
	ask.Host, ask.RemoteAddr = r.Host, r.RemoteAddr
	if _, pattern := t.pages.Handler(ask); !t.can[pattern] {
		return false
	}
	seen := &status{header: http.Header{}, code: http.StatusOK}
	t.visitor.ServeHTTP(seen, ask)
	return seen.code == http.StatusOK
}

// status is an answer of which only the status code is kept.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) Write(b []byte) (int, error) { return len(b), nil }
func (s *status) WriteHeader(code int)        { s.code = code }
