package event

import (
	"context"
	"fmt"
	"time"

	"tribune/storage"
)

// Lease is how long a cursor, a due row or a delivery stays with a process
// that stopped renewing it. A restarted process is another worker, so this is
// also how long it waits for what it held before.
const Lease = 10 * time.Second

// followBatch is how many facts a follower gets at once: few enough that the
// transaction stays under 200 ms.
const followBatch = 100

// Follower takes facts in commit order, inside the transaction that moves its
// cursor. It must be quick and touch nothing outside the database; if it
// fails, its facts come again.
type Follower func(ctx context.Context, tx *storage.Tx, facts []Event) error

// Follow reads the log through the durable cursor of that name until ctx
// ends. Several processes may follow under one name: one at a time holds it.
// A new name begins at the log's beginning.
func (l *Log) Follow(ctx context.Context, name string, f Follower) error {
	if err := l.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into cursor (name) values ($1) on conflict (name) do nothing`, name)
		return err
	}); err != nil {
		return fmt.Errorf("event: follow %s: %w", name, err)
	}
	pause := time.Second
	for ctx.Err() == nil {
		woken := l.Woken()
		n, err := l.step(ctx, name, f)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.Error("a follower failed; its facts will come again", "cursor", name, "error", err)
			pause = min(2*pause, time.Minute)
			woken = nil
		case n == followBatch:
			continue
		default:
			pause = time.Second
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(pause):
		}
	}
	return nil
}

// CatchUp reads the log through the cursor until nothing is left, and
// returns. Commands and tests use it in place of Follow.
func (l *Log) CatchUp(ctx context.Context, name string, f Follower) error {
	if err := l.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into cursor (name) values ($1) on conflict (name) do nothing`, name)
		return err
	}); err != nil {
		return err
	}
	for {
		n, err := l.step(ctx, name, f)
		if err != nil || n == 0 {
			return err
		}
	}
}

// step takes one batch and gives its length. An empty look costs no write.
func (l *Log) step(ctx context.Context, name string, f Follower) (int, error) {
	facts, err := l.after(ctx, l.db, name)
	if err != nil || len(facts) == 0 {
		return 0, err
	}
	n := 0
	err = l.db.Update(ctx, func(tx *storage.Tx) error {
		now := l.now()
		held, err := tx.Exec(ctx, `update cursor set leased_by = $1, leased_until = $2
			where name = $3 and (leased_by = $1 or leased_until < $4)`,
			l.worker, storage.Micros(now.Add(Lease)), name, storage.Micros(now))
		if err != nil || held == 0 {
			return err
		}
		facts, err := l.after(ctx, tx, name)
		if err != nil || len(facts) == 0 {
			return err
		}
		if err := f(ctx, tx, facts); err != nil {
			return err
		}
		last := facts[len(facts)-1]
		n = len(facts)
		_, err = tx.Exec(ctx, `update cursor set tx = $1, event_id = $2 where name = $3`, last.tx, last.ID, name)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("event: cursor %s: %w", name, err)
	}
	return n, nil
}

// after gives the facts behind a cursor in commit order. On PostgreSQL rows of
// transactions younger than the oldest running one wait, so that none is
// skipped: (tx, id) then only grows.
func (l *Log) after(ctx context.Context, q storage.Q, name string) ([]Event, error) {
	horizon := ``
	if q.Postgres() {
		horizon = ` and e.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`
	}
	return storage.All(ctx, q, scanEvent, `select e.id, e.tx, e.at, e.kind, e.v, e.actor_id, e.subject_kind, e.subject_id, e.other_id, e.n
		from cursor c join event e on (e.tx, e.id) > (c.tx, c.event_id)
		where c.name = $1`+horizon+` order by e.tx, e.id limit $2`, name, followBatch)
}
