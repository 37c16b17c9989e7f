package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/know/purchase"
	"tribune/storage"
)

// sweepAtOnce is how many mentions' ids are looked at in one transaction.
const sweepAtOnce = 500

// The work that waits in measure_due.
const (
	dueSweep = "sweep" // at: the mention to go on from
	dueGap   = "gap"   // at: the moment

	// dueReturned: buyers of what was paid back before it counted as none; at:
	// the purchase to go on after. A migration asks for it.
	dueReturned = "returned"
) // and "count", which is no work: who counts holds that row

// sweepDue has all mentions looked at again: a query changed, or credits did.
func (s *Measures) sweepDue(ctx context.Context, tx *storage.Tx) error {
	_, err := tx.Exec(ctx, `insert into measure_due (name, at) values ($1, 0) on conflict (name) do update set at = 0`, dueSweep)
	tx.After(s.events.Wake)
	return err
}

// Work does what waits until ctx ends: it looks at mentions again that a
// changed query may be about, and at the mails of decisions that had not left,
// and works out the gap of words each night.
func (s *Measures) Work(ctx context.Context) error {
	pause := time.Second
	for ctx.Err() == nil {
		woken := s.events.Woken()
		n, err := s.WorkOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Error("counting failed; it will be tried again", "error", err)
			pause, woken = min(2*pause, time.Minute), nil
		case n > 0:
			pause = time.Second
			continue
		default:
			pause = min(2*pause, time.Minute)
		}
		select {
		case <-ctx.Done():
		case <-woken:
			pause = time.Second
		case <-time.After(pause):
		}
	}
	return nil
}

// WorkOnce does the next piece of what waits, and gives 0 if nothing does.
func (s *Measures) WorkOnce(ctx context.Context) (n int, err error) {
	if n, err = s.sweep(ctx); n > 0 || err != nil {
		return n, err
	}
	if n, err = s.returned(ctx); n > 0 || err != nil {
		return n, err
	}
	if err := s.lookUntold(ctx); err != nil {
		return 0, err
	}
	mine, err := s.leaseGap(ctx)
	if err != nil || !mine {
		return 0, err
	}
	return 1, s.workGap(ctx)
}

// SweepAll does all sweeping that waits, and counts which mails have left: for
// commands and tests.
func (s *Measures) SweepAll(ctx context.Context) error {
	s.untoldAfter.Store(0)
	for {
		if more, err := s.countUntold(ctx); err != nil {
			return err
		} else if !more {
			break
		}
	}
	for grown := (growth{s.db, 0, storage.AnalyzeFrom}); ; {
		if n, err := s.sweep(ctx); n == 0 || err != nil {
			return err
		}
		if err := grown.by(ctx, sweepAtOnce); err != nil {
			return err
		}
	}
}

// sweep looks at the next stretch of mentions, if a sweep waits. It does not
// begin while a new query still runs over what is there.
func (s *Measures) sweep(ctx context.Context) (n int, err error) {
	var waits, fills int
	if err := s.db.Row(ctx, `select (select count(*) from measure_due where name = $1), (select count(*) from query where filled = 0)`, dueSweep).Scan(&waits, &fills); err != nil || waits == 0 || fills > 0 {
		return 0, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		n = 0
		c, err := counting(ctx, tx)
		if err != nil {
			return err
		}
		var from, last int64
		err = tx.Row(ctx, `update measure_due set leased_by = $1 where name = $2 returning at`, s.events.Worker(), dueSweep).Scan(&from)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		n = 1
		if err := tx.Row(ctx, `select coalesce(max(id), 0) from mention`).Scan(&last); err != nil {
			return err
		}
		if _, err := s.countMentions(ctx, c, from, from+sweepAtOnce-1); err != nil {
			return err
		}
		if err := s.sweepSpeakers(ctx, c, from, from+sweepAtOnce-1); err != nil {
			return err
		}
		if err := c.flush(ctx); err != nil {
			return err
		}
		if from+sweepAtOnce > last {
			_, err = tx.Exec(ctx, `delete from measure_due where name = $1`, dueSweep)
			return err
		}
		_, err = tx.Exec(ctx, `update measure_due set at = $1 where name = $2`, from+sweepAtOnce, dueSweep)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure: sweep: %w", err)
	}
	return n, nil
}

// sweepSpeakers looks anew at who speaks in what is said about us.
func (s *Measures) sweepSpeakers(ctx context.Context, c *sums, from, to int64) error {
	accounts, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select distinct account_id from said_row where mention_id between $1 and $2`, from, to)
	if err != nil {
		return err
	}
	return s.countSpeakers(ctx, c, accounts)
}

// returned counts anew the buyers of the next purchases that count as none, if
// that waits.
func (s *Measures) returned(ctx context.Context) (n int, err error) {
	var waits int
	if err := s.db.Row(ctx, `select count(*) from measure_due where name = $1`, dueReturned).Scan(&waits); err != nil || waits == 0 {
		return 0, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		n = 0
		c, err := counting(ctx, tx)
		if err != nil {
			return err
		}
		var after int64
		err = tx.Row(ctx, `update measure_due set leased_by = $1 where name = $2 returning at`, s.events.Worker(), dueReturned).Scan(&after)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select p.id from purchase p where p.id > $1 and not `+purchase.Counts("p")+` order by p.id limit $2`, after, recountAtOnce)
		if err != nil {
			return err
		}
		if n = len(ids); n == 0 {
			_, err = tx.Exec(ctx, `delete from measure_due where name = $1`, dueReturned)
			return err
		}
		for _, id := range ids {
			if _, err := s.countPurchases(ctx, c, id, id); err != nil {
				return err
			}
		}
		if err := c.flush(ctx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update measure_due set at = $1 where name = $2`, ids[n-1], dueReturned)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure: what was returned: %w", err)
	}
	return n, nil
}

// gapLease is how long a process may take to work out the gap.
const gapLease = 10 * time.Minute

// leaseGap reports whether it is time to work out the gap of words, and this
// process is the one to do it. A new site begins with tonight.
func (s *Measures) leaseGap(ctx context.Context) (mine bool, err error) {
	now := s.now()
	var due, until int64
	err = s.db.Row(ctx, `select at, leased_until from measure_due where name = $1`, dueGap).Scan(&due, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || err == nil && (due > storage.Micros(now) || until > storage.Micros(now)) {
		return false, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `insert into measure_due (name, at) values ($1, $2) on conflict (name) do nothing`, dueGap, storage.Micros(tonight(now))); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update measure_due set leased_by = $1, leased_until = $2 where name = $3 and at <= $4 and leased_until <= $4`,
			s.events.Worker(), storage.Micros(now.Add(gapLease)), dueGap, storage.Micros(now))
		mine = n == 1
		return err
	})
	return mine, err
}

// tonight is three in the morning (UTC) that comes next.
func tonight(now time.Time) time.Time {
	night := time.Date(now.UTC().Year(), now.UTC().Month(), now.UTC().Day(), 3, 0, 0, 0, time.UTC)
	if !night.After(now) {
		night = night.AddDate(0, 0, 1)
	}
	return night
}

// workGap works out the gap, and looks for the next night. All mentions are
// looked at again then, too: a night mends what a day may have missed.
func (s *Measures) workGap(ctx context.Context) error {
	failure := s.FindGap(ctx)
	err := s.db.Update(ctx, func(tx *storage.Tx) error {
		next := tonight(s.now())
		if failure != nil {
			next = s.now().Add(time.Hour)
		}
		if _, err := tx.Exec(ctx, `update measure_due set at = $1, leased_by = '', leased_until = 0 where name = $2 and leased_by = $3`,
			storage.Micros(next), dueGap, s.events.Worker()); err != nil {
			return err
		}
		return s.sweepDue(ctx, tx)
	})
	return errors.Join(failure, err)
}
