// Package post is the tribune: what customers and the people of the company
// publish, each under their own name.
package post

import (
	"context"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Posts is the capability over an open site. Safe for concurrent use.
type Posts struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Posts {
	return &Posts{log: log, db: db, events: events, people: people, now: now}
}

// Erase follows the facts of people who left, and forgets what is held of them.
func (s *Posts) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return nil
}
