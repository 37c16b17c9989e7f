package page

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"tribune/event"
	"tribune/gate"
)

// How many pages are kept, and for how long at the most: relative times
// ("3 h ago") are written into them.
const (
	cachedPages = 512
	cachedFor   = 20 * time.Second
)

// cache holds whole pages for visitors. A page is good as long as no fact was
// recorded since it was made, so a visitor never sees less than what is so.
type cache struct {
	mu    sync.Mutex
	pages map[string]*cached
}

type cached struct {
	mu       sync.Mutex // held while the page is made: it is made once, not by everybody who waits
	mark     uint64
	at       time.Time
	status   int
	header   http.Header
	body, gz []byte
}

// Cached keeps what h answers to visitors until the next fact. Signed-in
// readers, scripts' parts and readers who were just told something get their
// own.
func (k *Kit) Cached(h http.Handler) http.Handler {
	return k.cached(h, func(*http.Request) uint64 { return k.Events.Mark() })
}

// CachedOf keeps the pages of one thing each, whose id is in the path: votes
// for other things leave them be.
func (k *Kit) CachedOf(kind string, h http.Handler) http.Handler {
	return k.cached(h, func(r *http.Request) uint64 {
		id, err := ID(r, "id")
		if err != nil {
			return k.Events.Mark()
		}
		return k.Events.MarkOf(event.Ref{Kind: kind, ID: id})
	})
}

func (k *Kit) cached(h http.Handler, markOf func(r *http.Request) uint64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asker := gate.From(r.Context())
		if r.Method != http.MethodGet || asker.ID != 0 || Partial(r) || flash(r) != "" || len(r.URL.RawQuery) > 200 {
			h.ServeHTTP(w, r)
			return
		}
		c := k.cache.entry(asker.Lang + " " + r.URL.RequestURI())
		c.mu.Lock()
		mark := markOf(r)
		if now := k.Now(); c.body == nil || c.mark != mark || now.Sub(c.at) > cachedFor {
			c.mark, c.at = mark, now
			c.make(h, r)
		}
		status, header, body, gz := c.status, c.header, c.body, c.gz
		c.mu.Unlock()
		to := w.Header()
		for name, values := range header {
			to[name] = values
		}
		if gz != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			to.Set("Content-Encoding", "gzip")
			body = gz
		}
		to.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		w.Write(body)
	})
}

func (c *cache) entry(key string) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.pages[key]; ok {
		return e
	}
	if c.pages == nil || len(c.pages) >= cachedPages {
		c.pages = map[string]*cached{}
	}
	e := &cached{}
	c.pages[key] = e
	return e
}

// make runs the handler into memory. A failure is not kept.
func (c *cached) make(h http.Handler, r *http.Request) {
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	plain := r.Clone(r.Context())
	plain.Header.Del("Accept-Encoding")
	h.ServeHTTP(rec, plain)
	c.status, c.header, c.body, c.gz = rec.status, rec.header, rec.body.Bytes(), nil
	if rec.status != http.StatusOK {
		c.at = time.Time{}
	} else if len(c.body) > 1200 {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, 4)
		z.Write(c.body)
		z.Close()
		c.gz = b.Bytes()
	}
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
