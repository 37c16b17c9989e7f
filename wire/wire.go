// Package wire speaks the protocols of other programs. Its Atom feeds carry
// what is public, one for each public list: the ideas, one idea's decisions
// and comments, the decisions, the changes, the charter and what was decided
// against it, what was heard, and what people publish, which is there as a JSON
// Feed, too.
//
// It takes webmentions, too, for the pages that everybody can open.
//
// It stores nothing and holds no rules: a feed is what a visitor may see.
// Addresses in feeds begin with the site's configured address, never with
// what the request says.
package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/internal/markdown"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/webmention"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/tribe"
)

// Kit is what the feeds, and the taking of webmentions, are made from. All fields are needed.
type Kit struct {
	Log         *slog.Logger
	Gate        *gate.Gate
	Events      *event.Log
	People      *know.Directory
	Radar       *listen.Radar
	Ideas       *shape.Ideas
	Posts       *post.Posts
	Charter     *charter.Charter
	Tribes      *tribe.Tribes
	Webmentions *webmention.Receiver
	Words       *i18n.Catalogue
	Markdown    *markdown.Renderer
	URL         string // the site's own address, without a slash at the end
	Now         func() time.Time
}

// Routes adds the feeds, and what takes webmentions for the pages of mux. They
// are to stand behind the gate.
func Routes(mux *http.ServeMux, k *Kit) {
	f := &feeds{Kit: k, made: map[string]*made{}}
	mux.Handle("GET /ideas.atom", f.serve(f.ideas))
	mux.Handle("GET /ideas/{id}/feed.atom", f.serve(f.idea))
	mux.Handle("GET /roadmap.atom", f.serve(f.roadmap))
	mux.Handle("GET /changes.atom", f.serve(f.changes))
	mux.Handle("GET /charter.atom", f.serve(f.charter))
	mux.Handle("GET /heard.atom", f.serve(f.heard))
	mux.Handle("GET /tribes/{id}/feed.atom", f.serve(f.tribe))
	mux.Handle("GET /tribune.atom", f.serve(f.posts))
	mux.Handle("GET /tribune.json", f.serve(f.posts))
	t := &taker{Kit: k, pages: mux, visitor: k.Gate.Wrap(mux), can: targets()}
	mux.HandleFunc("POST "+endpoint, t.take)
}

// perFeed is how many entries a feed has, the newest ones.
const perFeed = 50

// keptFeeds is how many feeds are held in memory.
const keptFeeds = 256

// feeds serves the feeds. One that was made is kept as long as no fact was
// recorded since, because readers ask again and again.
type feeds struct {
	*Kit
	mu   sync.Mutex
	made map[string]*made
}

// made is a feed as it leaves.
type made struct {
	mark    uint64
	body    []byte
	etag    string
	updated time.Time
}

// maker makes a feed for a request, in words of the site's language.
type maker func(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error)

func (f *feeds) serve(make maker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, err := f.get(r, make)
		if err != nil {
			f.Gate.Refuse(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/atom+xml; charset=utf-8")
		if asJSON(r.URL.Path) {
			h.Set("Content-Type", "application/feed+json; charset=utf-8")
		}
		h.Set("Cache-Control", "public, max-age=60")
		h.Set("ETag", m.etag)
		// It answers If-None-Match and If-Modified-Since (RFC 9110, section 13), and ranges.
		http.ServeContent(w, r, "", m.updated, bytes.NewReader(m.body))
	})
}

func (f *feeds) get(r *http.Request, make maker) (*made, error) {
	path := r.URL.Path
	mark := f.Events.Mark()
	f.mu.Lock()
	m, ok := f.made[path]
	f.mu.Unlock()
	if ok && m.mark == mark {
		return m, nil
	}
	site, err := f.People.Site(r.Context())
	if err != nil {
		return nil, err
	}
	out, err := make(r, f.Words.Printer(site.Language, site.Location()), site)
	if err != nil {
		return nil, err
	}
	if m, err = f.write(out, path, site); err != nil {
		return nil, err
	}
	m.mark = mark
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.made) >= keptFeeds {
		clear(f.made)
	}
	f.made[path] = m
	return m, nil
}

// write fills in what all feeds have, and writes one.
func (f *feeds) write(out feed.Out, path string, site know.Site) (*made, error) {
	out.ID, out.Self = f.URL+path, f.URL+path
	out.Author = site.Brand
	if out.Language == "" {
		out.Language = site.Language
	}
	for _, e := range out.Entries {
		if e.Updated.After(out.Updated) {
			out.Updated = e.Updated
		}
	}
	if out.Updated.IsZero() {
		// Nothing is in it: the day is near enough, and keeps the tag for a day.
		out.Updated = f.Now().UTC().Truncate(24 * time.Hour)
	}
	var b bytes.Buffer
	write := feed.Atom
	if asJSON(path) {
		write = feed.JSON
	}
	if err := write(&b, out); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	return &made{body: b.Bytes(), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, updated: out.Updated}, nil
}

// asJSON reports whether a feed is asked for as a JSON Feed.
func asJSON(path string) bool { return strings.HasSuffix(path, ".json") }

// name gives what a person is called in a feed.
func name(p *i18n.Printer, who know.Person) string {
	if who.Name == "" {
		return p.T("somebody who left")
	}
	return who.Name
}

// latest gives the later of two times.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// titled keeps an entry's title, which Atom demands, from being empty.
func titled(title, otherwise string) string {
	if strings.TrimSpace(title) == "" {
		return otherwise
	}
	return title
}
