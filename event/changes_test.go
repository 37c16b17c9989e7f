package event_test

import (
	"context"
	"testing"
	"time"

	"tribune/event"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// Whoever watches is given the facts of their families, those that another
// process wrote as well.
func TestChanges(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		here, there := open(db, "here"), open(db, "there")
		ctx, stop := context.WithCancel(t.Context())
		tailing := make(chan error)
		go func() { tailing <- here.Tail(ctx) }()
		defer func() { stop(); <-tailing }()
		changes := here.Changes("vote", "thread")
		add(t, db, here, "vote.cast", 1)
		add(t, db, here, "idea.edited", 2)
		seen := map[int64]bool{}
		for deadline := time.Now().Add(30 * time.Second); !seen[1] || !seen[3]; {
			if time.Now().After(deadline) {
				t.Fatalf("seen are %v", seen)
			}
			select {
			case <-changes.Ready():
			case <-time.After(100 * time.Millisecond): // again: the tail may not have begun
				add(t, db, there, "thread.opened", 3)
			}
			facts, missed := changes.Take()
			for _, f := range facts {
				seen[f.Subject.ID] = true
			}
			if missed || seen[2] {
				t.Fatalf("missed %v, seen %v", missed, seen)
			}
		}
		changes.Close()
		changes.Take()
		add(t, db, here, "vote.cast", 4)
		if facts, _ := changes.Take(); len(facts) > 0 {
			t.Errorf("closed, it still gathers %v", facts)
		}
	})
}

// Whoever does not take is told so, and does not fill the memory.
func TestChangesMissed(t *testing.T) {
	db := storagetest.SQLite(t)
	log := open(db, "one")
	changes := log.Changes("vote")
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		facts := make([]event.Event, 20_001)
		for i := range facts {
			facts[i] = event.Event{Kind: "vote.cast", Subject: event.Ref{Kind: "idea", ID: int64(i)}}
		}
		return log.AppendAll(t.Context(), tx, facts)
	})
	if err != nil {
		t.Fatal(err)
	}
	if facts, missed := changes.Take(); !missed || len(facts) > 0 {
		t.Errorf("missed %v, with %d facts", missed, len(facts))
	}
	add(t, db, log, "vote.cast", 1)
	if facts, missed := changes.Take(); missed || len(facts) != 1 {
		t.Errorf("afterwards: missed %v, with %d facts", missed, len(facts))
	}
}
