package digest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen/alert"
	"tribune/storage"
)

// Mail is the kind of the delivery that brings a digest: subject its digest_mail.
const Mail = "digest"

// longest is how far a digest looks back at most: after a longer time without
// power, or without anything to tell, nobody reads what came before.
const longest = 31 * 24 * time.Hour

// Run puts digests into the outbox when they are due, until ctx ends.
func (s *Digests) Run(ctx context.Context) error {
	for {
		if err := s.Once(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("digests could not be made", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(30 * time.Second):
		}
	}
}

// due is a digest whose hour has come.
type due struct {
	Wish
	person, at, told int64
}

// Once puts those that are due into the outbox.
func (s *Digests) Once(ctx context.Context) error {
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (d due, err error) {
		err = row.Scan(&d.person, &d.Every, &d.Weekday, &d.Hour, &d.Zone, &d.at, &d.told)
		return d, err
	}, `select person_id, every, weekday, hour, zone, due_at, told_until from digest where due_at <= $1 order by due_at limit 100`, storage.Micros(s.now()))
	if err != nil || len(all) == 0 {
		return err
	}
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := s.one(ctx, site, d); err != nil {
			return fmt.Errorf("digest: of %d: %w", d.person, err)
		}
	}
	return nil
}

// one makes one digest. Whoever is not of the team any more gets none, ever.
func (s *Digests) one(ctx context.Context, site know.Site, d due) error {
	reader, err := s.people.Actor(ctx, d.person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !know.May(reader, know.Listen, know.Subject{}) {
		return s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `delete from digest where person_id = $1`, d.person)
			return err
		})
	}
	now, from := s.now(), storage.Time(d.told)
	if d.told == 0 {
		from = now.Add(-d.period())
	}
	if least := now.Add(-longest); from.Before(least) {
		from = least
	}
	told, err := s.Make(ctx, reader, from, now)
	if err != nil {
		return err
	}
	day := now.In(alert.Hours{Zone: d.Zone}.Location(site.Location())).Format(time.DateOnly)
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update digest set due_at = $3, told_until = $4 where person_id = $1 and due_at = $2`,
			d.person, d.at, storage.Micros(d.next(now, now, site.Location())), storage.Micros(now))
		if err != nil || n == 0 { // another process was first, or it was chosen otherwise
			return err
		}
		wanted, err := s.people.Wanted(ctx, tx, d.person, know.MailDigest)
		if err != nil || !wanted || told.Nothing() {
			return err
		}
		id, err := tx.Insert(ctx, `insert into digest_mail (person_id, from_at, until_at) values ($1, $2, $3) returning id`, d.person, storage.Micros(from), storage.Micros(now))
		if err != nil {
			return err
		}
		return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("digest:%d:%s", d.person, day), Kind: Mail, Person: d.person, Subject: event.Ref{Kind: Mail, ID: id}})
	})
}

// Of gives what a digest in the outbox tells, as things stand now.
func (s *Digests) Of(ctx context.Context, reader know.Actor, id int64) (Digest, error) {
	var person, from, until int64
	err := s.db.Row(ctx, `select person_id, from_at, until_at from digest_mail where id = $1`, id).Scan(&person, &from, &until)
	if errors.Is(err, sql.ErrNoRows) || err == nil && person != reader.ID {
		return Digest{}, fault.New(fault.NotFound, "There is no such digest.")
	}
	if err != nil {
		return Digest{}, err
	}
	return s.Make(ctx, reader, storage.Time(from), storage.Time(until))
}
