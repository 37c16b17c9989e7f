package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/hook"
	"tribune/storage"
)

// Add sends alerts to an address from now on. The secret is shown this once.
func (s *Relays) Add(ctx context.Context, a know.Actor, w Wish) (r Relay, secret string, err error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return r, "", err
	}
	if err := s.settle(ctx, a, &w); err != nil {
		return r, "", err
	}
	secret = hook.MakeSecret()
	var id int64
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		var there int
		if err := tx.Row(ctx, `select count(*) from relay`).Scan(&there); err != nil {
			return err
		}
		if there >= most {
			return fault.New(fault.Conflict, "Alerts go to {most} addresses at most. Remove one that nobody needs any more.", "most", most)
		}
		now := storage.Micros(s.now())
		if id, err = tx.Insert(ctx, `insert into relay (name, url, query_id, spikes, needs, reach, quiet_from, quiet_until, zone, made_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`, append(w.row(), now)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into relay_secret (relay_id, secret, made_at) values ($1, $2, $3)`, id, secret, now); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Added, id)
	})
	if err != nil {
		return r, "", fmt.Errorf("relay: add: %w", err)
	}
	r, err = s.Relay(ctx, a, id)
	return r, secret, err
}

func (w Wish) row() []any {
	return []any{w.Name, w.URL, w.Query, storage.Bit(w.Spikes), storage.Bit(w.Needs), w.Reach, w.Quiet.From, w.Quiet.Until, w.Quiet.Zone}
}

func (s *Relays) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, id int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: "relay", ID: id}, Staff: a.IsStaff()})
}

// Change changes what is sent where. What waits goes to the new address.
func (s *Relays) Change(ctx context.Context, a know.Actor, id int64, w Wish) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	if err := s.settle(ctx, a, &w); err != nil {
		return err
	}
	return s.change(ctx, a, id, `update relay set name = $2, url = $3, query_id = $4, spikes = $5, needs = $6, reach = $7, quiet_from = $8, quiet_until = $9, zone = $10, wait_until = 0 where id = $1`, w.row()...)
}

// Pause stops sending; what waits, waits, and what happens meanwhile is not told.
func (s *Relays) Pause(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	return s.change(ctx, a, id, `update relay set paused = $2, paused_at = $3 where id = $1`, ByHand, storage.Micros(s.now()))
}

// Resume sends again, what waits at once.
func (s *Relays) Resume(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	return s.change(ctx, a, id, `update relay set paused = '', paused_at = 0, failing_since = 0, wait_until = 0 where id = $1`)
}

// change changes one address with a statement, and lets what waits for it leave.
func (s *Relays) change(ctx context.Context, a know.Actor, id int64, statement string, args ...any) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, statement, append([]any{id}, args...)...)
		if err == nil && n == 0 {
			return errNone()
		}
		if err != nil {
			return fmt.Errorf("relay: change %d: %w", id, err)
		}
		if _, err := tx.Exec(ctx, `update relay_call set due_at = $2, attempts = 0 where relay_id = $1 and state = 'waiting'`, id, storage.Micros(s.now())); err != nil {
			return err
		}
		tx.After(s.events.Wake)
		return s.fact(ctx, tx, a, Changed, id)
	})
}

// Remove ends an address, and what waits for it.
func (s *Relays) Remove(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `delete from relay where id = $1`, id)
		if err == nil && n == 0 {
			return errNone()
		}
		for _, table := range []string{"relay_secret", "relay_call", "relay_try"} {
			if err == nil {
				_, err = tx.Exec(ctx, `delete from `+table+` where relay_id = $1`, id)
			}
		}
		if err != nil {
			return fmt.Errorf("relay: remove %d: %w", id, err)
		}
		return s.fact(ctx, tx, a, Removed, id)
	})
}

// NewSecret gives an address a new secret, which is shown this once. The one
// before signs, too, for a day more, so that its receiver can be changed in peace.
func (s *Relays) NewSecret(ctx context.Context, a know.Actor, id int64) (secret string, err error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return "", err
	}
	secret = hook.MakeSecret()
	return secret, s.db.Update(ctx, func(tx *storage.Tx) error {
		now := s.now()
		n, err := tx.Exec(ctx, `insert into relay_secret (relay_id, secret, made_at) select id, $2, $3 from relay where id = $1
			on conflict (relay_id) do update set before = relay_secret.secret, before_until = $4, secret = $2, made_at = $3`,
			id, secret, storage.Micros(now), storage.Micros(now.Add(overlap)))
		if err == nil && n == 0 {
			return errNone()
		}
		if err != nil {
			return fmt.Errorf("relay: new secret of %d: %w", id, err)
		}
		return s.fact(ctx, tx, a, Changed, id)
	})
}

func errNone() error {
	return fault.New(fault.NotFound, "There is no such webhook. It may have been removed.")
}

const selectRelay = `select r.id, r.name, r.url, r.query_id, r.spikes, r.needs, r.reach, r.quiet_from, r.quiet_until, r.zone, r.made_at, r.paused, r.paused_at, r.failing_since, r.tried_at, r.ok_at, r.error,
	(select count(*) from relay_call c where c.relay_id = r.id and c.state = 'waiting'), coalesce(k.before_until, 0) from relay r left join relay_secret k on k.relay_id = r.id`

func (s *Relays) scan(row storage.Scanner) (r Relay, err error) {
	var spikes, needs int
	var made, paused, failing, tried, ok, before int64
	var text string
	err = row.Scan(&r.ID, &r.Name, &r.URL, &r.Query, &spikes, &needs, &r.Reach, &r.Quiet.From, &r.Quiet.Until, &r.Quiet.Zone, &made, &r.Paused, &paused, &failing, &tried, &ok, &text, &r.Waiting, &before)
	r.Spikes, r.Needs, r.Error = spikes == 1, needs == 1, listen.Kept(text)
	r.MadeAt, r.PausedAt, r.FailingSince, r.TriedAt, r.OKAt = storage.Time(made), storage.Time(paused), storage.Time(failing), storage.Time(tried), storage.Time(ok)
	if until := storage.Time(before); until.After(s.now()) {
		r.BeforeUntil = until
	}
	return r, err
}

// List gives the addresses, those made first first.
func (s *Relays) List(ctx context.Context, a know.Actor) ([]Relay, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, s.scan, selectRelay+` order by r.id`)
}

// Relay gives one address.
func (s *Relays) Relay(ctx context.Context, a know.Actor, id int64) (Relay, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Relay{}, err
	}
	return s.relay(ctx, id)
}

func (s *Relays) relay(ctx context.Context, id int64) (Relay, error) {
	r, err := s.scan(s.db.Row(ctx, selectRelay+` where r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errNone()
	}
	return r, err
}

// Tidy forgets what was sent, or given up, long ago.
func (s *Relays) Tidy(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		before := storage.Micros(s.now().Add(-keep))
		if _, err := tx.Exec(ctx, `delete from relay_try where at < $1`, before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from relay_call where at < $1`, before)
		return err
	})
}

// secrets gives what to sign with: the secret, and the one before while it may
// still be used.
func (s *Relays) secrets(ctx context.Context, id int64) ([]string, error) {
	var secret, before string
	var until int64
	err := s.db.Row(ctx, `select secret, before, before_until from relay_secret where relay_id = $1`, id).Scan(&secret, &before, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "This webhook has no secret, as after an import. Make one, and give it to whoever receives.")
	}
	if err != nil {
		return nil, err
	}
	all := []string{secret}
	if before != "" && storage.Time(until).After(s.now()) {
		all = append(all, before)
	}
	return all, nil
}

// note says how an address took what was sent, in tx. What is gone for good, or
// fails for giveUp, is paused.
func (s *Relays) note(ctx context.Context, tx *storage.Tx, id int64, status int, failed error) error {
	now := storage.Micros(s.now())
	if failed == nil {
		_, err := tx.Exec(ctx, `update relay set tried_at = $2, ok_at = $2, failing_since = 0, error = '' where id = $1`, id, now)
		return err
	}
	if _, err := tx.Exec(ctx, `update relay set tried_at = $2, error = $3, failing_since = case when failing_since = 0 then $2 else failing_since end where id = $1`, id, now, listen.KeepError(failed)); err != nil {
		return err
	}
	var since int64
	var paused string
	if err := tx.Row(ctx, `select failing_since, paused from relay where id = $1`, id).Scan(&since, &paused); errors.Is(err, sql.ErrNoRows) {
		return nil // removed meanwhile
	} else if err != nil {
		return err
	}
	why := ""
	switch {
	case paused != "":
	case status == statusGone:
		why = Gone
	case s.now().Sub(storage.Time(since)) >= giveUp:
		why = Failing
	}
	if why == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `update relay set paused = $2, paused_at = $3 where id = $1`, id, why, now); err != nil {
		return err
	}
	return s.fact(ctx, tx, know.Actor{}, Changed, id)
}

// backOff is how long to wait after each try that failed, as Standard Webhooks
// proposes. In all it is longer than giveUp, so that what waits for an address
// that is paused is not given up.
var backOff = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour,
	24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}
