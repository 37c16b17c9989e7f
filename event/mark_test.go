package event_test

import (
	"context"
	"testing"

	"tribune/event"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// add writes one fact.
func add(t *testing.T, db *storage.DB, log *event.Log, kind string, subject int64) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		return log.Append(t.Context(), tx, event.Event{Kind: kind, Subject: event.Ref{Kind: "idea", ID: subject}})
	}); err != nil {
		t.Fatal(err)
	}
}

// A page about one idea may be held while others are voted for, and not a
// moment longer than that.
func TestMarkOf(t *testing.T) {
	db := storagetest.SQLite(t)
	log := open(db, "one")
	mine := event.Ref{Kind: "idea", ID: 1}
	for _, c := range []struct {
		kind    string
		subject int64
		moves   bool
	}{{"vote.cast", 2, false}, {"vote.cast", 1, true}, {"vote.taken_back", 2, false}, {"decision.made", 2, true}, {"person.changed", 9, true}} {
		was := log.MarkOf(mine)
		add(t, db, log, c.kind, c.subject)
		if moved := log.MarkOf(mine) > was; moved != c.moves {
			t.Errorf("%s of %d: moved is %v", c.kind, c.subject, moved)
		}
	}
	// However many pages are asked for, a mark never falls back.
	was := log.MarkOf(mine)
	for i := range 250_000 {
		log.MarkOf(event.Ref{Kind: "idea", ID: int64(i + 10)})
	}
	if log.MarkOf(mine) < was {
		t.Error("the mark fell back")
	}
}

// A follower passes over what it does not want: its effect comes once, its
// cursor moves on, and nothing wanted is lost on the way.
func TestFollowerOfKinds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := open(db, "one")
		var got []int64
		follow := func(_ context.Context, _ *storage.Tx, facts []event.Event) error {
			for _, f := range facts {
				got = append(got, f.Subject.ID)
			}
			return nil
		}
		for i := range int64(30) {
			kind := "vote.cast"
			if i%10 == 9 {
				kind = "wanted.fact"
			}
			add(t, db, log, kind, i)
			if i%7 == 0 {
				if err := log.CatchUp(t.Context(), "picky", follow, "wanted.fact"); err != nil {
					t.Fatal(err)
				}
			}
		}
		// Another process takes over where the durable cursor stands.
		if err := open(db, "one").CatchUp(t.Context(), "picky", follow, "wanted.fact"); err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || got[0] != 9 || got[1] != 19 || got[2] != 29 {
			t.Errorf("took %v", got)
		}
	})
}
