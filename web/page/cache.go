package page

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"net/http"
	"strconv"
	"sync"
	"time"

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
	mark  string // of holes
}

type cached struct {
	mu       sync.Mutex // held while the page is made: it is made once, not by everybody who waits
	mark     uint64
	at       time.Time
	status   int
	header   http.Header
	body, gz []byte

	parts []part  // of a page that members see alike but for its holes
	apart []int64 // who gets a page of their own
}

// Cached keeps what h answers to visitors until the next fact. Signed-in
// readers, scripts' parts and readers who were just told something get their
// own.
func (k *Kit) Cached(h http.Handler) http.Handler {
	return k.cached(h, func(*http.Request) (uint64, error) { return k.Events.Mark(), nil })
}

func (k *Kit) cached(h http.Handler, markOf func(r *http.Request) (uint64, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asker := gate.From(r.Context())
		if asker.ID != 0 || !mayCache(r) {
			h.ServeHTTP(w, r)
			return
		}
		c := k.cache.entry(asker.Lang + " " + r.URL.RequestURI())
		c.mu.Lock()
		mark, err := markOf(r)
		if err != nil {
			c.mu.Unlock()
			h.ServeHTTP(w, r) // says what is wrong
			return
		}
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
		if gz != nil && zipped(r, len(body)) {
			to.Set("Content-Encoding", "gzip")
			body = gz
		}
		to.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		w.Write(body)
	})
}

// holes gives the mark of holes in common pages.
func (k *Kit) holes() string {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	if k.cache.mark == "" {
		k.cache.mark = "\x00" + rand.Text()
	}
	return k.cache.mark
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
	c.apart = nil
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	plain := r.Clone(r.Context())
	plain.Header.Del("Accept-Encoding")
	plain.Header.Del("Cookie") // what is kept is for all, not for who came first
	h.ServeHTTP(rec, plain)
	c.status, c.header, c.body, c.gz = rec.status, rec.header, rec.body.Bytes(), nil
	if rec.status != http.StatusOK {
		c.at = time.Time{}
	} else if len(c.body) > 1200 && gate.From(r.Context()).ID == 0 { // others get theirs with holes filled
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
