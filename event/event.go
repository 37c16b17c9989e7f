package event

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tribune/storage"
)

// Ref names a thing: its kind (idea, mention, person...) and its id.
type Ref struct {
	Kind string
	ID   int64
}

// Event is a fact. Kind is "noun.verb" in the past tense ("idea.proposed");
// the noun is its family. The zero ID is given by the database.
type Event struct {
	ID      int64
	At      time.Time
	Kind    string
	V       int64 // version of the kind's meaning, 1 if 0
	Actor   int64 // person, 0 for the program itself
	Subject Ref
	Other   int64
	N       int64
	Staff   bool // written: list it on the audit page

	tx int64 // commit order (PostgreSQL)
}

// Log is the log of facts, its cursors and the outbox. Safe for concurrent use.
type Log struct {
	log    *slog.Logger
	db     *storage.DB
	now    func() time.Time
	worker string // this process, for leases

	marks    sync.Map     // family -> *atomic.Uint64
	subjects sync.Map     // Ref -> *atomic.Uint64, of those that somebody asked for
	asked    atomic.Int64 // how many subjects there are marks for
	all      atomic.Uint64
	still    atomic.Uint64 // all but votes
	cast     ring          // what the latest votes were for

	tailing sync.Mutex
	tail    *tail // how far the facts of other processes were seen

	mu      sync.Mutex
	wake    chan struct{} // closed at the next fact that a follower wants
	wanted  map[string]bool
	skipped map[string]place // by cursor: up to where there is nothing for it
	watched []*Changes
}

// New makes the log over an open database. worker names this process in
// leases; it must differ between processes that run at the same time.
func New(log *slog.Logger, db *storage.DB, now func() time.Time, worker string) *Log {
	return &Log{log: log, db: db, now: now, worker: worker, wake: make(chan struct{}),
		wanted: map[string]bool{}, skipped: map[string]place{}}
}

// Worker names this process in leases.
func (l *Log) Worker() string { return l.worker }

// Append writes a fact in tx. It is seen by followers once tx is durable.
func (l *Log) Append(ctx context.Context, tx *storage.Tx, e Event) error {
	if e.V == 0 {
		e.V = 1
	}
	const insert = `insert into event (at, kind, v, actor_id, subject_kind, subject_id, other_id, n) values ($1, $2, $3, $4, $5, $6, $7, $8)`
	values := []any{storage.Micros(l.now()), e.Kind, e.V, e.Actor, e.Subject.Kind, e.Subject.ID, e.Other, e.N}
	if e.Staff {
		id, err := tx.Insert(ctx, insert+` returning id`, values...)
		if err != nil {
			return fmt.Errorf("event: append %s: %w", e.Kind, err)
		}
		if _, err := tx.Exec(ctx, `insert into audit (event_id) values ($1)`, id); err != nil {
			return fmt.Errorf("event: audit %s: %w", e.Kind, err)
		}
	} else if _, err := tx.Exec(ctx, insert, values...); err != nil { // SQLite makes a table to return an id
		return fmt.Errorf("event: append %s: %w", e.Kind, err)
	}
	tx.After(func() { l.touch(e) })
	return nil
}

// AppendAll is Append for many facts that are on nobody's audit page.
func (l *Log) AppendAll(ctx context.Context, tx *storage.Tx, facts []Event) error {
	at, rows := storage.Micros(l.now()), make([][]any, len(facts))
	for i, e := range facts {
		if e.Staff {
			return fmt.Errorf("event: append %s: facts that are audited go one by one", e.Kind)
		}
		rows[i] = []any{at, e.Kind, max(e.V, 1), e.Actor, e.Subject.Kind, e.Subject.ID, e.Other, e.N}
	}
	if _, err := tx.InsertMany(ctx, `event (at, kind, v, actor_id, subject_kind, subject_id, other_id, n)`, rows, ``, nil); err != nil {
		return fmt.Errorf("event: append %d: %w", len(facts), err)
	}
	tx.After(func() { l.touch(facts...) })
	return nil
}

// touch moves the marks of facts and wakes the followers that want them.
func (l *Log) touch(facts ...Event) {
	wake := false
	for _, e := range facts {
		family, _, _ := strings.Cut(e.Kind, ".")
		l.mark(family).Add(1)
		if m, ok := l.subjects.Load(e.Subject); ok {
			m.(*atomic.Uint64).Add(1)
		}
		if family == votes {
			l.cast.add(e.Subject.ID)
			if m, ok := l.subjects.Load(voter(e.Actor)); ok {
				m.(*atomic.Uint64).Add(1)
			}
		} else {
			l.still.Add(1)
		}
		l.all.Add(1)
		wake = l.tell(e) || wake
	}
	if wake {
		l.Wake()
	}
}

// votes is the family of facts that come by the thousand and change nothing
// but a count on the pages of their subject.
const votes = "vote"

func (l *Log) mark(family string) *atomic.Uint64 {
	if m, ok := l.marks.Load(family); ok {
		return m.(*atomic.Uint64)
	}
	m, _ := l.marks.LoadOrStore(family, new(atomic.Uint64))
	return m.(*atomic.Uint64)
}

// Woken gives a channel that is closed at the next fact that a follower wants.
func (l *Log) Woken() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wake
}

// Wake wakes those who wait, without a fact: something became due.
func (l *Log) Wake() {
	l.mu.Lock()
	close(l.wake)
	l.wake = make(chan struct{})
	l.mu.Unlock()
}

// tell gives a fact to those who watch, and reports whether a follower wants it.
func (l *Log) tell(e Event) (wanted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.watched {
		c.add(e)
	}
	return l.wanted[e.Kind] || l.wanted[""]
}

// Tail follows facts that other processes write, so that marks and followers
// of this one move too. It polls twice a second until ctx ends.
func (l *Log) Tail(ctx context.Context) error {
	if err := l.look(ctx); err != nil {
		return fmt.Errorf("event: tail: %w", err)
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("the log could not be read", "error", err)
		}
	}
}

// look moves the marks by the facts that were not seen yet. The first look
// only finds out where the log ends.
func (l *Log) look(ctx context.Context) (err error) {
	l.tailing.Lock()
	defer l.tailing.Unlock()
	if l.tail == nil {
		l.tail, err = l.tailFromHere(ctx)
		return err
	}
	facts, err := l.tail.more(ctx)
	l.touch(facts...)
	return err
}

// tail is how far Tail has seen. On SQLite ids come in commit order. On
// PostgreSQL a transaction that began earlier may commit a lower id later, so
// all is looked at again from the oldest transaction that still ran.
type tail struct {
	db   *storage.DB
	from int64 // SQLite: the last id; PostgreSQL: the oldest transaction running then
	seen map[int64]bool
}

func (l *Log) tailFromHere(ctx context.Context) (*tail, error) {
	t := &tail{db: l.db}
	if l.db.Postgres() {
		_, err := t.more(ctx)
		return t, err
	}
	err := l.db.Row(ctx, `select coalesce(max(id), 0) from event`).Scan(&t.from)
	return t, err
}

// more gives the facts that were not seen before.
func (t *tail) more(ctx context.Context) (facts []Event, err error) {
	if !t.db.Postgres() {
		fresh, err := storage.All(ctx, t.db, scanEvent, selectEvent+` where id > $1 order by id limit 1000`, t.from)
		for _, e := range fresh {
			t.from = e.ID
		}
		return fresh, err
	}
	var oldest int64
	if err := t.db.Row(ctx, `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint`).Scan(&oldest); err != nil {
		return nil, err
	}
	if t.seen == nil {
		t.from, t.seen = oldest, map[int64]bool{}
	}
	fresh, err := storage.All(ctx, t.db, scanEvent, selectEvent+` where tx >= $1`, t.from)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, e := range fresh {
		if !t.seen[e.ID] {
			facts = append(facts, e)
		}
		if e.tx >= oldest {
			seen[e.ID] = true
		}
	}
	t.from, t.seen = oldest, seen
	return facts, nil
}

const selectEvent = `select id, tx, at, kind, v, actor_id, subject_kind, subject_id, other_id, n from event`

func scanEvent(row storage.Scanner) (e Event, err error) {
	var at int64
	err = row.Scan(&e.ID, &e.tx, &at, &e.Kind, &e.V, &e.Actor, &e.Subject.Kind, &e.Subject.ID, &e.Other, &e.N)
	e.At = storage.Time(at)
	return e, err
}

// Audit gives what staff did, newest first, before the event with id before
// (0: from the newest), at most limit.
func (l *Log) Audit(ctx context.Context, before int64, limit int) ([]Event, error) {
	if before == 0 {
		before = 1 << 62
	}
	return storage.All(ctx, l.db, scanEvent, `select e.id, e.tx, e.at, e.kind, e.v, e.actor_id, e.subject_kind, e.subject_id, e.other_id, e.n
		from audit a join event e on e.id = a.event_id where a.event_id < $1 order by a.event_id desc limit $2`, before, limit)
}

// Of gives the facts about one thing, oldest first.
func (l *Log) Of(ctx context.Context, subject Ref) ([]Event, error) {
	return storage.All(ctx, l.db, scanEvent, selectEvent+` where subject_kind = $1 and subject_id = $2 order by id`, subject.Kind, subject.ID)
}
