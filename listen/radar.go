package listen

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/listen/reader/bluesky"
	"tribune/listen/reader/feeds"
	"tribune/listen/reader/hackernews"
	"tribune/listen/reader/mastodon"
	"tribune/listen/reader/sitemap"
	"tribune/storage"
)

// Texts holds the French of this package's texts for people.
//
//go:embed fr.json
var Texts embed.FS

// Radar is all that this package does, over one site. Safe for concurrent use.
type Radar struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time

	readers map[SourceKind]reader.Reader

	mu   sync.Mutex
	held *standing // nil until it is needed

	rests restKeys
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, web reader.Web, now func() time.Time) *Radar {
	return &Radar{log: log, db: db, events: events, people: people, now: now, readers: readers(web, now)}
}

// readers gives what reads each kind of source that is read.
func readers(web reader.Web, now func() time.Time) map[SourceKind]reader.Reader {
	sites := reader.NewPolite(web, now)
	return map[SourceKind]reader.Reader{
		FeedSource:       feeds.New(sites, now),
		SitemapSource:    sitemap.New(sites, now),
		MastodonSource:   mastodon.New(web, now),
		BlueskySource:    bluesky.New(web),
		HackerNewsSource: hackernews.New(web, now),
	}
}

// standing is every standing query, ready to match. It is good while the mark
// of the log stands still; store checks its version once more.
type standing struct {
	mark     uint64
	version  version
	set      *query.Set
	limits   map[int64][]int64 // queries limited to some sources
	purposes map[int64]Purpose
}

// version tells whether any standing query changed: ids are given once, and
// the time of the last change only grows.
type version struct{ ids, changedAt int64 }

// standing gives the standing queries, read again when one changed.
func (r *Radar) standing(ctx context.Context) (*standing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mark := r.events.Mark("query")
	if r.held != nil && r.held.mark == mark {
		return r.held, nil
	}
	st := &standing{mark: mark, set: query.NewSet(), limits: map[int64][]int64{}, purposes: map[int64]Purpose{}}
	all, err := readQueries(ctx, r.db, ``)
	if err != nil {
		return nil, fmt.Errorf("listen: standing queries: %w", err)
	}
	for _, q := range all {
		st.version.ids += q.ID
		st.version.changedAt = max(st.version.changedAt, storage.Micros(q.ChangedAt))
		parsed, err := query.Parse(q.Text)
		if err != nil {
			r.log.Error("a standing query cannot be read and is left out", "query", q.ID, "error", err)
			continue
		}
		st.set.Put(q.ID, parsed)
		st.purposes[q.ID] = q.Purpose
		if len(q.Sources) > 0 {
			st.limits[q.ID] = q.Sources
		}
	}
	r.held = st
	return st, nil
}

// forget drops standing queries that are out of date.
func (r *Radar) forget(st *standing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == st {
		r.held = nil
	}
}

// current fails with errMoved if a query changed since st was read. Until tx
// ends, none changes.
func (st *standing) current(ctx context.Context, tx *storage.Tx) error {
	if err := lockQueries(ctx, tx, false); err != nil {
		return err
	}
	var v version
	err := tx.Row(ctx, `select cast(coalesce(sum(id), 0) as bigint), coalesce(max(changed_at), 0) from query`).Scan(&v.ids, &v.changedAt)
	if err == nil && v != st.version {
		return errMoved
	}
	return err
}

// lockQueries keeps those who change a query (alone) apart from those who
// match against all: what is stored while a query changes was either matched
// against it, or is there when it runs over what is there. SQLite has one
// writer at a time.
func lockQueries(ctx context.Context, tx *storage.Tx, alone bool) error {
	if !tx.Postgres() {
		return nil
	}
	lock := `select pg_advisory_xact_lock_shared(7261646172)` // "radar"
	if alone {
		lock = `select pg_advisory_xact_lock(7261646172)`
	}
	_, err := tx.Exec(ctx, lock)
	return err
}

// match finds the standing queries of each utterance, and whether it wants an
// answer from us.
func (st *standing) match(said []utterance) {
	for i := range said {
		u := &said[i]
		u.queries = slices.DeleteFunc(st.set.Match(u.doc, u.queries[:0]), func(q int64) bool { return !st.covers(q, u.source) })
		u.asks = NoAsk
		if u.addressed || slices.ContainsFunc(u.queries, func(q int64) bool { return st.purposes[q] == Us }) {
			u.asks = askOf(u.text)
		}
	}
}

// of gives the queries that match one post of a source.
func (st *standing) of(p *query.Post, source int64) []int64 {
	return slices.DeleteFunc(st.set.Match(p.Tokenize(), nil), func(q int64) bool { return !st.covers(q, source) })
}

// covers reports whether a query listens to a source.
func (st *standing) covers(query, source int64) bool {
	limit := st.limits[query]
	return len(limit) == 0 || slices.Contains(limit, source)
}
