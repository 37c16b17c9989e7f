package alert

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Kind is what an alert is about.
type Kind string

// The kinds of alert.
const (
	OfSpike Kind = "spike"
	OfNeed  Kind = "need"
	OfReach Kind = "reach" // a mention that reaches many
)

// TakenBack is the step of an alert that says that a spike was none.
const TakenBack = -1

// Mail is the kind of the delivery that tells alerts: subject alerts, the batch.
const Mail = "alerts"

// Choice is what somebody wants to be told of one standing query.
type Choice struct {
	Query  int64 // 0: all mentions
	Spikes bool
	Reach  int64 // mentions that reach at least so many; 0: none
}

// Wishes are all that somebody wants to be told of, and when not. The zero
// value wants nothing.
type Wishes struct {
	Choices    []Choice // those that want something
	Needs      bool     // unmet needs that were not there before
	QuietFrom  int      // minutes after midnight; the same as QuietUntil: never quiet
	QuietUntil int
	Zone       string // IANA; "" is the site's
}

// Alert is one thing to tell.
type Alert struct {
	ID      int64
	Kind    Kind
	Subject int64 // the spike, trend or mention
	Step    int64 // of a spike, 0: it was found; n: it has grown for the nth time; TakenBack
	At      time.Time
	Waits   bool // it was not told yet
}

// Alerts is all that this package does, over one site. Safe for concurrent use.
type Alerts struct {
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
}

// New makes the package's work over an open site.
func New(db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Alerts {
	return &Alerts{db: db, events: events, people: people, now: now}
}

const maxReach = 1_000_000_000

// check says what is wrong with wishes.
func (w Wishes) check() error {
	var reach error
	if slices.ContainsFunc(w.Choices, func(c Choice) bool { return c.Reach < 0 || c.Reach > maxReach || c.Query < 0 }) {
		reach = fault.New(fault.Invalid, "Reach is a number from 1 to {most}; empty is none.", "most", int64(maxReach)).On("reach")
	}
	return fault.All(reach, w.quiet().Check())
}

func (w Wishes) quiet() Hours { return Hours{w.QuietFrom, w.QuietUntil, w.Zone} }

// Wishes gives what the asker wants to be told of. What they wished of a query
// that was removed ended with it.
func (s *Alerts) Wishes(ctx context.Context, a know.Actor) (w Wishes, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return w, err
	}
	var needs int
	err = s.db.Row(ctx, `select needs, quiet_from, quiet_until, zone from alert_person where person_id = $1`, a.ID).Scan(&needs, &w.QuietFrom, &w.QuietUntil, &w.Zone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return w, err
	}
	w.Needs = needs == 1
	w.Choices, err = storage.All(ctx, s.db, func(row storage.Scanner) (c Choice, err error) {
		var spikes int
		err = row.Scan(&c.Query, &spikes, &c.Reach)
		c.Spikes = spikes == 1
		return c, err
	}, `select query_id, spikes, reach from alert_choice where person_id = $1 and (query_id = 0 or query_id in (select id from query)) order by query_id`, a.ID)
	return w, err
}

// Wish says what the asker wants to be told of, in place of what they said
// before. What happened until now is not told. Whoever ended alerts by the link
// in a mail and wants something again gets them again.
func (s *Alerts) Wish(ctx context.Context, a know.Actor, w Wishes) error {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return err
	}
	if err := w.check(); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `delete from alert_choice where person_id = $1`, a.ID); err != nil {
			return err
		}
		for _, c := range w.Choices {
			if !c.Spikes && c.Reach == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, `insert into alert_choice (person_id, query_id, spikes, reach) values ($1, $2, $3, $4)
				on conflict (person_id, query_id) do update set spikes = excluded.spikes, reach = excluded.reach`, a.ID, c.Query, storage.Bit(c.Spikes), c.Reach); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `insert into alert_person (person_id, needs, quiet_from, quiet_until, zone) values ($1, $2, $3, $4, $5)
			on conflict (person_id) do update set needs = excluded.needs, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, zone = excluded.zone`,
			a.ID, storage.Bit(w.Needs), w.QuietFrom, w.QuietUntil, w.Zone)
		return err
	})
	if err != nil {
		return fmt.Errorf("alert: wish: %w", err)
	}
	if !w.any() {
		return nil
	}
	return s.people.ChooseMail(ctx, a.ID, know.MailAlerts, true)
}

// any reports whether somebody wants to be told of anything.
func (w Wishes) any() bool {
	return w.Needs || slices.ContainsFunc(w.Choices, func(c Choice) bool { return c.Spikes || c.Reach > 0 })
}

// Recent gives what was to be told to the asker, the newest first, with ids under
// before (0: from the newest).
func (s *Alerts) Recent(ctx context.Context, a know.Actor, before int64, limit int) ([]Alert, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	if before == 0 {
		before = math.MaxInt64
	}
	return storage.All(ctx, s.db, scanAlert, `select id, kind, subject_id, step, at, batch from alert where person_id = $1 and id < $2 order by id desc limit $3`, a.ID, before, limit)
}

// Batch gives what one mail tells a person, the oldest first.
func (s *Alerts) Batch(ctx context.Context, person, batch int64) ([]Alert, error) {
	return storage.All(ctx, s.db, scanAlert, `select id, kind, subject_id, step, at, batch from alert where batch = $1 and person_id = $2 order by id`, batch, person)
}

func scanAlert(row storage.Scanner) (a Alert, err error) {
	var at, batch int64
	err = row.Scan(&a.ID, &a.Kind, &a.Subject, &a.Step, &at, &batch)
	a.At, a.Waits = storage.Time(at), batch == 0
	return a, err
}
