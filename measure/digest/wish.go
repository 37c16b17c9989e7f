package digest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/storage"
)

// Every is how often somebody wants a digest.
type Every string

// How often.
const (
	Never Every = ""
	Day   Every = "day"
	Week  Every = "week"
)

// Wish is when somebody wants a digest. The zero value is never.
type Wish struct {
	Every   Every
	Weekday time.Weekday // of every week
	Hour    int          // 0 to 23
	Zone    string       // IANA; "" is the site's
}

// Digests is all that this package does, over one site. Safe for concurrent use.
type Digests struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	counts *volume.Counts
	spikes *spike.Spikes
	trends *trend.Trends
	inbox  *converse.Inbox
	now    func() time.Time
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, counts *volume.Counts, spikes *spike.Spikes, trends *trend.Trends, inbox *converse.Inbox, now func() time.Time) *Digests {
	return &Digests{log: log, db: db, events: events, people: people, radar: radar, counts: counts, spikes: spikes, trends: trends, inbox: inbox, now: now}
}

func (w Wish) check() error {
	var every, hour error
	if w.Every != Never && w.Every != Day && w.Every != Week || w.Weekday < time.Sunday || w.Weekday > time.Saturday {
		every = fault.New(fault.Invalid, "A digest comes every day, on one day of the week, or never.").On("every")
	}
	if w.Hour < 0 || w.Hour > 23 {
		hour = fault.New(fault.Invalid, "The hour is a number from 0 to 23.").On("hour")
	}
	return fault.All(every, hour, alert.Hours{Zone: w.Zone}.Check())
}

// next gives the first moment after now at which a digest is due, on a later day
// than the last one was. A day has one, also if the clocks go back over its
// hour; if they go forward over it, it is due when they have.
func (w Wish) next(now, last time.Time, site *time.Location) time.Time {
	zone := alert.Hours{Zone: w.Zone}.Location(site)
	year, month, day := now.In(zone).Date()
	told := ""
	if !last.IsZero() {
		told = last.In(zone).Format(time.DateOnly)
	}
	for i := 0; ; i++ {
		noon := time.Date(year, month, day+i, 12, 0, 0, 0, zone)
		at := time.Date(year, month, day+i, w.Hour, 0, 0, 0, zone)
		for at.Day() != noon.Day() || at.Hour() < w.Hour { // the clocks go forward over it
			at = at.Add(15 * time.Minute)
		}
		if at.After(now) && noon.Format(time.DateOnly) != told && (w.Every == Day || noon.Weekday() == w.Weekday) {
			return at
		}
	}
}

// period is how long a digest looks back if it is the first.
func (w Wish) period() time.Duration {
	if w.Every == Week {
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Wish gives when the asker wants a digest. Who ended them by the link in a mail
// wants none.
func (s *Digests) Wish(ctx context.Context, a know.Actor) (w Wish, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return w, err
	}
	err = s.db.Row(ctx, `select every, weekday, hour, zone from digest where person_id = $1`, a.ID).Scan(&w.Every, &w.Weekday, &w.Hour, &w.Zone)
	if errors.Is(err, sql.ErrNoRows) {
		return Wish{Weekday: time.Monday, Hour: 8}, nil
	}
	if err != nil {
		return w, err
	}
	wanted, err := s.people.Wants(ctx, a.ID, know.MailDigest)
	if !wanted {
		w.Every = Never
	}
	return w, err
}

// Choose says when the asker wants a digest.
func (s *Digests) Choose(ctx context.Context, a know.Actor, w Wish) error {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return err
	}
	if err := w.check(); err != nil {
		return err
	}
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if w.Every == Never {
			_, err := tx.Exec(ctx, `delete from digest where person_id = $1`, a.ID)
			return err
		}
		var told int64
		if err := tx.Row(ctx, `select told_until from digest where person_id = $1`, a.ID).Scan(&told); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		due := w.next(s.now(), storage.Time(told), site.Location())
		_, err := tx.Exec(ctx, `insert into digest (person_id, every, weekday, hour, zone, due_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (person_id) do update set every = excluded.every, weekday = excluded.weekday, hour = excluded.hour, zone = excluded.zone, due_at = excluded.due_at`,
			a.ID, string(w.Every), int(w.Weekday), w.Hour, w.Zone, storage.Micros(due))
		return err
	})
	if err != nil {
		return fmt.Errorf("digest: choose: %w", err)
	}
	if w.Every == Never {
		return nil
	}
	return s.people.ChooseMail(ctx, a.ID, know.MailDigest, true)
}

// Erase is the follower of "person.left".
func (s *Digests) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		for _, table := range []string{"digest", "digest_mail"} {
			if _, err := tx.Exec(ctx, `delete from `+table+` where person_id = $1`, f.Subject.ID); err != nil {
				return fmt.Errorf("digest: erase: %w", err)
			}
		}
	}
	return nil
}
