package listen

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fetch"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// Radar is all that this package does, over one site. Safe for concurrent use.
type Radar struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	web    Fetcher
	now    func() time.Time

	mu   sync.Mutex
	held *standing // nil until first needed
}

// Fetcher reaches the outside world: *fetch.Client.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, web Fetcher, now func() time.Time) *Radar {
	return &Radar{log: log, db: db, events: events, people: people, web: web, now: now}
}

// standing is every standing query, ready to match.
type standing struct {
	set *query.Set
}
