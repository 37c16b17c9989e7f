package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// post is a way of delivering that answers what it is told to.
type post struct {
	mu      sync.Mutex
	sent    map[string]int
	prepare func(d event.Delivery) error
	answer  func(d event.Delivery) error
	slow    time.Duration
}

func (p *post) Prepare(_ context.Context, d event.Delivery) (func(context.Context) error, error) {
	if p.prepare != nil {
		if err := p.prepare(d); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sent[d.Dedup]++
		time.Sleep(p.slow)
		if p.answer != nil {
			return p.answer(d)
		}
		return nil
	}, nil
}

func put(t *testing.T, db *storage.DB, log *event.Log, deliveries ...event.Delivery) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		for _, d := range deliveries {
			if err := log.Put(t.Context(), tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliver runs processes over the outbox until done, then stops them.
func deliver(t *testing.T, p event.Deliverer, done func() bool, logs ...*event.Log) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, log := range logs {
		running.Go(func() {
			if err := log.Deliver(ctx, p); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, done)
	stop()
	running.Wait()
}

func stateOf(t *testing.T, db *storage.DB, dedup string) event.State {
	t.Helper()
	var s event.State
	if err := db.Row(t.Context(), `select state from outbox where dedup = $1`, dedup).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDeliveredOnce lets three processes deliver the same outbox, into which
// the same things are put again and again.
func TestDeliveredOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		for range 2 {
			for i := range 40 {
				put(t, db, log, event.Delivery{Dedup: fmt.Sprint("mail:", i), Kind: "decision", Person: 1})
			}
		}
		p := &post{sent: map[string]int{}}
		deliver(t, p, func() bool { s, err := log.States(t.Context()); return err == nil && s[event.Sent] == 40 }, log, open(db, "b"), open(db, "c"))
		for dedup, n := range p.sent {
			if n != 1 {
				t.Errorf("%s was sent %d times", dedup, n)
			}
		}
		if len(p.sent) != 40 {
			t.Errorf("%d things were sent, want 40", len(p.sent))
		}
	})
}

// TestStates checks where each kind of answer leads.
func TestStates(t *testing.T) {
	broken := errors.New("no answer")
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		answers := map[string]error{
			"fine": nil, "later": &event.Failure{Temporary: true, Err: broken}, "perhaps": &event.Failure{Uncertain: true, Err: broken},
			"refused": &event.Failure{Err: broken}, "gone": fault.New(fault.Conflict, "They have left."),
		}
		for dedup := range answers {
			put(t, db, log, event.Delivery{Dedup: dedup, Kind: "answer", Person: 1})
		}
		p := &post{sent: map[string]int{},
			prepare: func(d event.Delivery) error {
				if d.Dedup == "gone" {
					return answers[d.Dedup]
				}
				return nil
			},
			answer: func(d event.Delivery) error { return answers[d.Dedup] }}
		settled := func() bool {
			return count(t, db, `select count(*) from outbox where attempts > 0 and state <> 'sending'`) == len(answers)
		}
		deliver(t, p, settled, log)
		want := map[string]event.State{"fine": event.Sent, "later": event.Waiting, "perhaps": event.Uncertain, "refused": event.Failed, "gone": event.Failed}
		got := map[string]event.State{}
		for dedup := range want {
			got[dedup] = stateOf(t, db, dedup)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]int{"fine": 1, "later": 1, "perhaps": 1, "refused": 1}, p.sent); diff != "" {
			t.Error(diff)
		}
		all, err := log.Deliveries(t.Context(), "", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			err := db.Update(t.Context(), func(tx *storage.Tx) error { return log.Again(t.Context(), tx, d.ID) })
			if may := d.State == event.Uncertain || d.State == event.Failed; (err == nil) != may {
				t.Errorf("sending %s again: %v", d.Dedup, err)
			}
		}
		p.answer, p.prepare = nil, nil
		deliver(t, p, func() bool { s, err := log.States(t.Context()); return err == nil && s[event.Sent] == 4 }, log)
	})
}

// TestNoWay checks that nothing is counted while nothing can be delivered.
func TestNoWay(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		put(t, db, log, event.Delivery{Dedup: "x", Kind: "answer", Person: 1})
		var asked atomic.Int64
		p := &post{sent: map[string]int{}, prepare: func(event.Delivery) error { asked.Add(1); return event.ErrNoWay }}
		deliver(t, p, func() bool { return asked.Load() > 1 }, log)
		d, err := log.Deliveries(t.Context(), event.Waiting, 0, 10)
		if err != nil || len(d) != 1 || d[0].Attempts != 0 || d[0].Error != "" {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// TestDeadProcess leaves a row `sending` behind, as a process does that is
// killed: it becomes uncertain once its lease has ended, and is not sent again.
func TestDeadProcess(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		dead, alive := event.New(slog.New(slog.DiscardHandler), db, now, "dead"), event.New(slog.New(slog.DiscardHandler), db, now, "alive")
		put(t, db, dead, event.Delivery{Dedup: "x", Kind: "answer", Person: 1})
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Exec(t.Context(), `update outbox set state = 'sending', attempts = 1, leased_by = 'dead', leased_until = $1`, storage.Micros(now().Add(event.Lease)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p := &post{sent: map[string]int{}}
		deliver(t, p, func() bool { time.Sleep(1200 * time.Millisecond); return true }, alive)
		if s := stateOf(t, db, "x"); s != event.Sending {
			t.Errorf("while its lease holds it is %s", s)
		}
		ahead.Store(int64(event.Lease + time.Second))
		deliver(t, p, func() bool { return stateOf(t, db, "x") == event.Uncertain }, alive)
		deliver(t, p, func() bool { time.Sleep(1200 * time.Millisecond); return true }, alive)
		if len(p.sent) > 0 || stateOf(t, db, "x") != event.Uncertain {
			t.Errorf("sent %v, and it is %s", p.sent, stateOf(t, db, "x"))
		}
	})
}

// TestDeadProcessBesideSlow leaves a row `sending` behind while another server
// is slow: it is uncertain before that one has answered.
func TestDeadProcessBesideSlow(t *testing.T) {
	db := storagetest.SQLite(t)
	log := open(db, "alive")
	put(t, db, log, event.Delivery{Dedup: "slow", Kind: "answer", Person: 2})
	put(t, db, log, event.Delivery{Dedup: "dead", Kind: "answer", Person: 1})
	p := &post{sent: map[string]int{}, slow: event.Lease}
	var left atomic.Bool
	deliver(t, p, func() bool {
		if stateOf(t, db, "slow") == event.Sending && !left.Swap(true) {
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.Exec(t.Context(), `update outbox set state = 'sending', attempts = 1, leased_by = 'dead', leased_until = 1 where dedup = 'dead'`)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		return left.Load() && (stateOf(t, db, "dead") == event.Uncertain || stateOf(t, db, "slow") != event.Sending)
	}, log)
	if s := stateOf(t, db, "dead"); s != event.Uncertain {
		t.Errorf("it is %s", s)
	}
}

// TestStopWaits stops a process while a delivery is under way: it is carried
// through, and its answer is kept.
func TestStopWaits(t *testing.T) {
	db := storagetest.SQLite(t)
	log := open(db, "a")
	put(t, db, log, event.Delivery{Dedup: "x", Kind: "answer", Person: 1})
	p := &post{sent: map[string]int{}, slow: 500 * time.Millisecond}
	deliver(t, p, func() bool { return stateOf(t, db, "x") == event.Sending }, log)
	if s := stateOf(t, db, "x"); s != event.Sent {
		t.Errorf("it is %s", s)
	}
}

// TestSignInFirst puts a sign-in link behind many other mails.
func TestSignInFirst(t *testing.T) {
	db := storagetest.SQLite(t)
	log := open(db, "a")
	for i := range 30 {
		put(t, db, log, event.Delivery{Dedup: fmt.Sprint(i), Kind: "decision", Person: 1})
	}
	put(t, db, log, event.Delivery{Dedup: "link", Kind: "signin", Account: 1})
	var first atomic.Value
	p := &post{sent: map[string]int{}, answer: func(d event.Delivery) error { first.CompareAndSwap(nil, d.Dedup); return nil }}
	deliver(t, p, func() bool { s, _ := log.States(t.Context()); return s[event.Sent] == 31 }, log)
	if first.Load() != "link" {
		t.Errorf("%v left first", first.Load())
	}
}

// Mail is stuck when what was tried last has failed, and not for one that did.
func TestStuck(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		at := storage.Micros(time.Now())
		tried := func(dedup, reason string, want bool) {
			t.Helper()
			put(t, db, log, event.Delivery{Dedup: dedup, Kind: "signin", Account: 1})
			if err := db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.Exec(t.Context(), `update outbox set attempts = 1, error = $1, created_at = $2 where dedup = $3`, reason, at, dedup)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if stuck, err := log.Stuck(t.Context()); err != nil || stuck != want {
				t.Errorf("after %s: stuck is %v, %v", dedup, stuck, err)
			}
		}
		if stuck, err := log.Stuck(t.Context()); err != nil || stuck {
			t.Errorf("nothing tried: stuck is %v, %v", stuck, err)
		}
		tried("refused", "550 no such box", true)
		tried("taken", "", false)
		tried("refused twice", "connection refused", false)
		tried("refused again", "connection refused", false)
		tried("and again", "connection refused", true)
		at -= 2 * storage.Micros(time.Unix(3600, 0))
		db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Exec(t.Context(), `update outbox set created_at = $1`, at)
			return err
		})
		if stuck, err := log.Stuck(t.Context()); err != nil || stuck {
			t.Errorf("two hours ago: stuck is %v, %v", stuck, err)
		}
	})
}
