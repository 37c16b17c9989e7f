// Package purchase is what people bought, and the one question asked of each
// buyer: who or what brought you to us?
//
// A purchase is known by its shop and its number there, so that the same file
// can be taken in twice. It hangs on an account (an address, else the shop's
// customer, else the order itself), and by it on whoever has confirmed that
// account: when an account is joined to a person or parted, its purchases and
// its answer go with it, and nothing is rewritten.
//
// The question has one answer for each buyer. It is asked by mail of buyers
// with a confirmed address, once in a lifetime, and by a link of everybody
// else. The link is signed, not kept, and allows its holder to answer for that
// purchase and nothing more: it makes nobody the buyer. A member who is named
// is asked whether they may be shown; a refusal is kept for good.
package purchase

import (
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
	batch  int // batchSize, but in tests
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Ledger {
	l := &Ledger{log: log, db: db, events: events, people: people, now: now, batch: batchSize}
	people.Leaving(l.unname)
	return l
}
