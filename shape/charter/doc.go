// Package charter is what the company promised about deciding: what customers
// decide, co-decide and advise on, version by version.
package charter

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Charter is the capability over an open site. Safe for concurrent use.
type Charter struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Charter {
	return &Charter{log: log, db: db, events: events, people: people, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Charter) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
