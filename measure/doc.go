// Package measure is the loop, counted: answer clocks, what became of what was
// heard, the three arrows, and the gap between our words and theirs.
package measure

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Measures is the capability over an open site. Safe for concurrent use.
type Measures struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, now func() time.Time) *Measures {
	return &Measures{log: log, db: db, events: events, people: people, radar: radar, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Measures) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
