package event

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/internal/fault"
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

// Taken is the error of a follower that took only the first facts of those it
// was given, as many as it says and at least one, because they were a lot of
// work: they are done with, and the others come in a transaction of their own.
type Taken int

func (n Taken) Error() string {
	return fmt.Sprintf("event: %d facts were taken, the others are to come again", int(n))
}

// gather is how long a follower waits after it was woken for more to gather.
const gather = 20 * time.Millisecond

// skipAtMost is how many facts that it does not want a follower passes over
// before its cursor is moved past them.
const skipAtMost = 5000

// place is a place in the log's commit order.
type place struct{ tx, id int64 }

func (p place) before(q place) bool { return p.tx < q.tx || p.tx == q.tx && p.id < q.id }

// Follow reads the log through the durable cursor of that name until ctx
// ends; of the facts, f gets those of the kinds named, or all if none is.
// Several processes may follow under one name: one at a time holds it. A new
// name begins at the log's beginning.
func (l *Log) Follow(ctx context.Context, name string, f Follower, kinds ...string) error {
	if err := l.begins(ctx, name, kinds); err != nil {
		return fmt.Errorf("event: follow %s: %w", name, err)
	}
	pause := time.Second
	for ctx.Err() == nil {
		woken := l.Woken()
		_, more, err := l.step(ctx, name, f, kinds)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.Error("a follower failed; its facts will come again", "cursor", name, "error", err)
			pause = min(2*pause, time.Minute)
			woken = nil
		case more:
			continue
		default:
			pause = time.Second
		}
		select {
		case <-ctx.Done():
		case <-woken:
			select {
			case <-ctx.Done():
			case <-time.After(gather):
			}
		case <-time.After(pause):
		}
	}
	return nil
}

// CatchUp reads the log through the cursor until nothing is left, and
// returns. Commands and tests use it in place of Follow.
func (l *Log) CatchUp(ctx context.Context, name string, f Follower, kinds ...string) error {
	if err := l.begins(ctx, name, kinds); err != nil {
		return err
	}
	for {
		n, _, err := l.step(ctx, name, f, kinds)
		if err != nil || n == 0 {
			return err
		}
	}
}

// begins makes the cursor if it is new, and notes what its follower wants.
func (l *Log) begins(ctx context.Context, name string, kinds []string) error {
	l.mu.Lock()
	for _, kind := range kinds {
		l.wanted[kind] = true
	}
	if len(kinds) == 0 {
		l.wanted[""] = true
	}
	l.mu.Unlock()
	var there int
	if err := l.db.Row(ctx, `select count(*) from cursor where name = $1`, name).Scan(&there); err != nil || there == 1 {
		return err
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into cursor (name) values ($1) on conflict (name) do nothing`, name)
		return err
	})
}

// step takes one batch and gives its length, and whether there is more. A look that finds nothing costs
// no write, but for now and then one that moves the cursor past what nobody
// wants.
func (l *Log) step(ctx context.Context, name string, f Follower, kinds []string) (n int, more bool, err error) {
	head, err := l.head(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("event: cursor %s: %w", name, err)
	}
	at, durable, err := l.place(ctx, l.db, name)
	if err != nil || !at.before(head) {
		return 0, false, err
	}
	facts, err := l.after(ctx, l.db, at, kinds)
	if err != nil {
		return 0, false, fmt.Errorf("event: cursor %s: %w", name, err)
	}
	if len(facts) == 0 {
		l.mu.Lock()
		l.skipped[name] = head
		l.mu.Unlock()
		if head.tx == durable.tx && head.id-durable.id < skipAtMost {
			return 0, false, nil
		}
	}
	err = l.db.Update(ctx, func(tx *storage.Tx) error {
		n, more, err = l.take(ctx, tx, name, f, kinds, head, at, facts)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("event: cursor %s: %w", name, err)
	}
	return n, more, nil
}

// take gives a batch to the follower and moves the cursor behind it, or up to
// head if there is nothing for it, unless another process holds the cursor. The
// batch is facts, which were read from seen on, outside the writer's queue; it
// is read anew if another process has moved the cursor since.
func (l *Log) take(ctx context.Context, tx *storage.Tx, name string, f Follower, kinds []string, head, seen place, facts []Event) (n int, more bool, err error) {
	now := l.now()
	held, err := tx.Exec(ctx, `update cursor set leased_by = $1, leased_until = $2
		where name = $3 and (leased_by = $1 or leased_until < $4)`,
		l.worker, storage.Micros(now.Add(Lease)), name, storage.Micros(now))
	if err != nil || held == 0 {
		return 0, false, err
	}
	at, _, err := l.place(ctx, tx, name)
	if err != nil {
		return 0, false, err
	}
	if at != seen {
		if facts, err = l.after(ctx, tx, at, kinds); err != nil {
			return 0, false, err
		}
	}
	to := head
	if len(facts) > 0 {
		more = len(facts) == followBatch
		err := f(ctx, tx, facts)
		if some, ok := errors.AsType[Taken](err); ok && some > 0 && int(some) <= len(facts) {
			facts, more, err = facts[:some], true, nil
		}
		if err != nil {
			return 0, false, err
		}
		last := facts[len(facts)-1]
		to = place{last.tx, last.ID}
	} else if to.before(at) {
		to = at
	}
	_, err = tx.Exec(ctx, `update cursor set tx = $1, event_id = $2 where name = $3`, to.tx, to.id, name)
	return len(facts), more, err
}

// place gives where a follower reads on: its durable cursor, or farther along
// if this process saw that there is nothing for it up to there.
func (l *Log) place(ctx context.Context, q storage.Q, name string) (at, durable place, err error) {
	if err := q.Row(ctx, `select tx, event_id from cursor where name = $1`, name).Scan(&durable.tx, &durable.id); err != nil {
		return at, durable, fmt.Errorf("event: cursor %s: %w", name, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at = durable
	if skipped := l.skipped[name]; at.before(skipped) {
		at = skipped
	}
	return at, durable, nil
}

// order says how the log is read in commit order: the condition that holds of
// rows behind the place ($1, $2) that may be read, and their order. On
// PostgreSQL rows of transactions younger than the oldest running one wait, so
// that none is skipped: (tx, id) then only grows. On SQLite tx is 0, and ids
// alone are the order, which its planner needs to be told.
func order(q storage.Q) (behind, by string) {
	if q.Postgres() {
		return `(e.tx, e.id) > ($1, $2) and e.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`, `e.tx, e.id`
	}
	return `e.tx = $1 and e.id > $2`, `e.id`
}

// head gives the last place that can be read, the zero place in an empty log.
func (l *Log) head(ctx context.Context) (p place, err error) {
	query := `select e.tx, e.id from event e order by e.id desc limit 1`
	if l.db.Postgres() {
		query = `select e.tx, e.id from event e where e.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by e.tx desc, e.id desc limit 1`
	}
	err = l.db.Row(ctx, query).Scan(&p.tx, &p.id)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	return p, err
}

// after gives the next facts behind a place, in commit order.
func (l *Log) after(ctx context.Context, q storage.Q, at place, kinds []string) ([]Event, error) {
	behind, by := order(q)
	args := []any{at.tx, at.id, followBatch}
	wanted := ``
	if len(kinds) > 0 {
		holes, values := storage.Holes(4, kinds)
		wanted, args = ` and e.kind in (`+holes+`)`, append(args, values...)
	}
	return storage.All(ctx, q, scanEvent, `select e.id, e.tx, e.at, e.kind, e.v, e.actor_id, e.subject_kind, e.subject_id, e.other_id, e.n
		from event e where `+behind+wanted+` order by `+by+` limit $3`, args...)
}

// Here names the place up to which the log can be read now. What is recorded
// after it is read is behind it, also what a transaction recorded that runs now.
func (l *Log) Here(ctx context.Context) (string, error) {
	p, err := l.head(ctx)
	if err != nil {
		return "", fmt.Errorf("event: here: %w", err)
	}
	return fmt.Sprintf("%d.%d", p.tx, p.id), nil
}

// Behind gives facts of some kinds that were recorded behind a place that Here
// named, in commit order, at most 100. Unlike a follower it takes what is there:
// a transaction that runs yet may put something before it.
func (l *Log) Behind(ctx context.Context, here string, kinds ...string) ([]Event, error) {
	var at place
	if n, err := fmt.Sscanf(here, "%d.%d", &at.tx, &at.id); n != 2 || err != nil || fmt.Sprintf("%d.%d", at.tx, at.id) != here {
		return nil, fault.New(fault.Invalid, "This place in the log cannot be read.").On("here")
	}
	holes, args := storage.Holes(4, kinds)
	return storage.All(ctx, l.db, scanEvent, selectEvent+` where (tx, id) > ($1, $2) and kind in (`+holes+`) order by tx, id limit $3`, append([]any{at.tx, at.id, followBatch}, args...)...)
}
