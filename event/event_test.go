package event_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func open(db *storage.DB, worker string) *event.Log {
	return event.New(slog.New(slog.DiscardHandler), db, time.Now, worker)
}

// append writes n facts, each in a transaction of its own.
func appendFacts(t *testing.T, db *storage.DB, log *event.Log, n int) {
	t.Helper()
	for i := range n {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return log.Append(t.Context(), tx, event.Event{Kind: "thing.made", Actor: 7, Subject: event.Ref{Kind: "thing", ID: int64(i + 1)}})
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// tallying counts in the database how often each fact took effect.
func tallying(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if _, err := tx.Exec(ctx, `insert into tally (name, n) values ($1, 1)
			on conflict (name) do update set n = tally.n + 1`, fmt.Sprint("fact:", f.ID)); err != nil {
			return err
		}
	}
	return nil
}

func count(t *testing.T, db *storage.DB, query string) (n int) {
	t.Helper()
	if err := db.Row(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCompetingFollowers lets three processes follow under one name while four
// write: each fact takes effect once.
func TestCompetingFollowers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const writers, each = 4, 60
		ctx, stop := context.WithCancel(t.Context())
		var followers, work sync.WaitGroup
		for _, name := range []string{"a", "b", "c"} {
			log := open(db, name)
			followers.Go(func() { log.Tail(ctx) })
			followers.Go(func() {
				if err := log.Follow(ctx, "count", tallying); err != nil {
					t.Error(err)
				}
			})
		}
		for range writers {
			work.Go(func() { appendFacts(t, db, open(db, "writer"), each) })
		}
		work.Wait()
		for wait := time.Now().Add(30 * time.Second); count(t, db, `select count(*) from tally`) < writers*each && time.Now().Before(wait); {
			time.Sleep(20 * time.Millisecond)
		}
		stop()
		followers.Wait()
		if n, twice := count(t, db, `select count(*) from tally`), count(t, db, `select count(*) from tally where n <> 1`); n != writers*each || twice > 0 {
			t.Errorf("%d of %d facts took effect, %d of them not once", n, writers*each, twice)
		}
	})
}

// TestLongTransaction holds a transaction open that wrote a fact early and
// commits late: a follower waits for it rather than pass it by.
func TestLongTransaction(t *testing.T) {
	db := storagetest.Postgres(t)
	log, other := open(db, "a"), open(db, "b")
	var got []int64
	note := func(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
		for _, f := range facts {
			got = append(got, f.Subject.ID)
		}
		return nil
	}
	wrote, finish, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := log.Append(t.Context(), tx, event.Event{Kind: "slow.made", Subject: event.Ref{Kind: "thing", ID: 100}}); err != nil {
				return err
			}
			close(wrote)
			<-finish
			return nil
		})
	}()
	<-wrote
	appendFacts(t, db, log, 3)
	if err := other.CatchUp(t.Context(), "order", note); err != nil {
		t.Fatal(err)
	}
	if len(got) > 0 {
		t.Errorf("facts %v were read before an older transaction had ended", got)
	}
	close(finish)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := other.CatchUp(t.Context(), "order", note); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{100, 1, 2, 3}, got); diff != "" {
		t.Error(diff)
	}
}

// TestFailedFollower checks that what a follower did goes with its cursor: its
// facts come again, and what it had done by then did not happen.
func TestFailedFollower(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		appendFacts(t, db, log, 5)
		fail := true
		follow := func(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
			if err := tallying(ctx, tx, facts); err != nil || !fail {
				return err
			}
			return context.DeadlineExceeded
		}
		if err := log.CatchUp(t.Context(), "count", follow); err == nil {
			t.Error("the failure was not told")
		}
		if n := count(t, db, `select count(*) from tally`); n != 0 {
			t.Errorf("%d effects of a failed follower stayed", n)
		}
		fail = false
		if err := log.CatchUp(t.Context(), "count", follow); err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, `select coalesce(sum(n), 0) from tally`); n != 5 {
			t.Errorf("%d effects, want 5", n)
		}
	})
}

// TestTaken checks that a follower may take some of its facts at a time, and
// gets each once and in order.
func TestTaken(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		appendFacts(t, db, log, 9)
		var got, given []int64
		some := func(n int) event.Follower {
			return func(_ context.Context, _ *storage.Tx, facts []event.Event) error {
				given = append(given, int64(len(facts)))
				for _, f := range facts[:min(n, len(facts))] {
					got = append(got, f.Subject.ID)
				}
				if len(facts) <= n {
					return nil
				}
				return fmt.Errorf("enough: %w", event.Taken(n))
			}
		}
		if err := log.CatchUp(t.Context(), "some", some(4)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int64{9, 5, 1}, given); diff != "" {
			t.Error(diff)
		}
		if err := log.CatchUp(t.Context(), "none", some(0)); err == nil {
			t.Error("a follower that takes nothing goes on for ever")
		}
	})
}

// TestTail checks that a process sees the facts of another, also one whose
// transaction began before facts that it has seen already.
func TestTail(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx, stop := context.WithCancel(t.Context())
		writer, reader := open(db, "a"), open(db, "b")
		ended := make(chan error)
		go func() { ended <- reader.Tail(ctx) }()
		time.Sleep(700 * time.Millisecond) // it has looked once
		wrote, finish, done := make(chan struct{}), make(chan struct{}), make(chan error)
		if db.Postgres() {
			go func() {
				done <- db.Update(t.Context(), func(tx *storage.Tx) error {
					err := writer.Append(t.Context(), tx, event.Event{Kind: "slow.made"})
					close(wrote)
					<-finish
					return err
				})
			}()
			<-wrote
		}
		before := reader.Mark("thing")
		appendFacts(t, db, writer, 1)
		waitFor(t, func() bool { return reader.Mark("thing") > before })
		if db.Postgres() {
			before = reader.Mark("slow")
			close(finish)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return reader.Mark("slow") > before })
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func waitFor(t *testing.T, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited for twenty seconds")
		}
	}
}

// TestAudit lists what staff did, by pages.
func TestAudit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "a")
		for i := range 5 {
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				return log.Append(t.Context(), tx, event.Event{Kind: "thing.made", Subject: event.Ref{Kind: "thing", ID: int64(i)}, Staff: i%2 == 0})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var got []int64
		for before := int64(0); ; {
			page, err := log.Audit(t.Context(), before, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, f := range page {
				got, before = append(got, f.Subject.ID), f.ID
			}
		}
		if diff := cmp.Diff([]int64{4, 2, 0}, got); diff != "" {
			t.Error(diff)
		}
	})
}
