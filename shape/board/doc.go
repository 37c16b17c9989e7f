// Package board is consumer consulting boards: seats for a term, drawn by lot
// from those who applied, and what a board is asked and answers.
//
// A board says in public what it is for, and what each side gets, before
// anybody applies. Its draw can be replayed by everybody: the pool is frozen and
// hashed before the value that makes the seed is known (see draw.go), and holds
// numbers, nobody's names.
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

func (s *Boards) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind, noun string, id, other, n int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: noun, ID: id}, Other: other, N: n, Staff: a.IsStaff()})
}

// mail puts a mail into the outbox for somebody who wants mails about boards.
func (s *Boards) mail(ctx context.Context, tx *storage.Tx, dedup, kind string, person int64, subject event.Ref, other int64) error {
	wanted, err := s.people.Wanted(ctx, tx, person, know.MailBoards)
	if err != nil || !wanted {
		return err
	}
	if who, err := s.people.Person(ctx, person); err != nil || who.Left() {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{Dedup: dedup, Kind: kind, Person: person, Subject: subject, Other: other})
}
