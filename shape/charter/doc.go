// Package charter is the purpose of the site, and what the company promised
// about deciding: what customers decide, co-decide and advise on, version by
// version.
//
// Tables: purpose, charter, clause, override. What always holds:
//
//   - A published version is never changed; another follows it. Ideas keep to
//     the clause of the version that they cite.
//   - What a clause promises is in numbers (Clause.Breaks); a decision against
//     it is made only together with an Override that somebody signed.
//   - The count of a clause's overrides is kept in the transaction that adds one.
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

// The facts that this package records.
const (
	Published  = "charter.published" // subject charter, n its number
	Written    = "purpose.written"   // subject purpose
	Overridden = "decision.overrode" // subject idea, other decision, n clause
)

func (s *Charter) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, subject event.Ref, other, n int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: subject, Other: other, N: n, Staff: a.IsStaff()})
}
