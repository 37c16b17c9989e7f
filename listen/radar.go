package listen

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/listen/reader/bluesky"
	"tribune/listen/reader/feeds"
	"tribune/listen/reader/hackernews"
	"tribune/listen/reader/mailbox"
	"tribune/listen/reader/mastodon"
	"tribune/listen/reader/sitemap"
	"tribune/listen/saved"
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
		MailboxSource:    mailbox.New(web, now),
	}
}

// standing is every standing query, ready to match. It is good while the mark
// of the log stands still; store checks its version once more.
type standing struct {
	mark      uint64
	stale     bool              // held by mu of the radar
	version   int64             // of queriesTally
	changedAt int64             // when the last of them changed
	set       *query.Set        // shared by all that follow one another
	limits    map[int64][]int64 // queries limited to some sources
	purposes  map[int64]Purpose
}

// queriesTally is the name of the number in the table tally that grows with
// each change of a standing query.
const queriesTally = "listen.changed-queries"

// queriesVersion gives how often standing queries changed.
func queriesVersion(ctx context.Context, q storage.Q) (n int64, err error) {
	err = q.Row(ctx, `select coalesce(max(n), 0) from tally where name = $1`, queriesTally).Scan(&n)
	return n, err
}

// countChange notes that a standing query changed.
func countChange(ctx context.Context, tx *storage.Tx) error {
	_, err := tx.Exec(ctx, `insert into tally (name, n) values ($1, 1) on conflict (name) do update set n = tally.n + 1`, queriesTally)
	return err
}

// standing gives the standing queries; those that changed are read again.
func (r *Radar) standing(ctx context.Context) (*standing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mark := r.events.Mark("query")
	if r.held != nil && !r.held.stale && r.held.mark == mark {
		return r.held, nil
	}
	st := &standing{set: query.NewSet(), changedAt: -1, limits: map[int64][]int64{}, purposes: map[int64]Purpose{}}
	if r.held != nil {
		// Who still matches against what is held sees what changes in its set,
		// and is refused by its version.
		*st = *r.held
		st.limits, st.purposes, st.stale = maps.Clone(st.limits), maps.Clone(st.purposes), false
	}
	st.mark = mark
	if err := r.catchUp(ctx, st); err != nil {
		return nil, fmt.Errorf("listen: standing queries: %w", err)
	}
	r.held = st
	return st, nil
}

// catchUp reads the queries that changed, and leaves out those that went. The
// version is read first: if one changes meanwhile, store refuses st.
func (r *Radar) catchUp(ctx context.Context, st *standing) (err error) {
	if st.version, err = queriesVersion(ctx, r.db); err != nil {
		return err
	}
	gone := maps.Clone(st.purposes)
	before := int64(-1) // the newest change but those of the last moment
	if err := storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var id, at int64
		err := row.Scan(&id, &at)
		if delete(gone, id); at < st.changedAt {
			before = max(before, at)
		}
		return err
	}, `select id, changed_at from query`); err != nil {
		return err
	}
	if len(gone) > 0 { // what changes next may have the moment of one that went
		st.changedAt = before
	}
	changed, err := readQueries(ctx, r.db, ` where q.changed_at > $1`, st.changedAt)
	if err != nil {
		return err
	}
	parsed := make([]*query.Query, len(changed))
	for i, q := range changed {
		parsed[i], err = saved.Parse(ctx, r.db, q.Text)
		if _, ok := errors.AsType[*fault.Error](err); ok {
			r.log.Error("a standing query cannot be read and is left out", "query", q.ID, "error", err)
		} else if err != nil {
			return err
		}
	}
	st.set.Change(func(put func(int64, *query.Query)) {
		for id := range gone {
			put(id, nil)
			delete(st.purposes, id)
			delete(st.limits, id)
		}
		for i, q := range changed {
			st.changedAt = max(st.changedAt, storage.Micros(q.ChangedAt))
			st.purposes[q.ID] = q.Purpose
			if delete(st.limits, q.ID); len(q.Sources) > 0 {
				st.limits[q.ID] = q.Sources
			}
			put(q.ID, parsed[i])
		}
	})
	return nil
}

// forget has standing queries that are out of date read again.
func (r *Radar) forget(st *standing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == st {
		r.held.stale = true
	}
}

// current fails with errMoved if a query changed since st was read. Until tx
// ends, none changes.
func (st *standing) current(ctx context.Context, tx *storage.Tx) error {
	if err := lockQueries(ctx, tx, false); err != nil {
		return err
	}
	now, err := queriesVersion(ctx, tx)
	if err == nil && now != st.version {
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
