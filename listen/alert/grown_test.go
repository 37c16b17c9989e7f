package alert

import (
	"testing"
	"time"

	"tribune/event"
	"tribune/listen/spike"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// rise writes a rise as it is now, 5 usual in its hour, and gives the fact of it.
func (s *site) rise(t *testing.T, id, query, cause, peak int64) event.Event {
	t.Helper()
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into spike (id, query_id, kind, start_at, end_at, going_on, peak, expected, z, cause_id, drove_at, found_at)
			values ($1, $2, 'rise', 1, 2, 1, $4, 5, 9, $3, 1, 1) on conflict (id) do update set peak = excluded.peak, cause_id = excluded.cause_id`, id, query, cause, peak)
		return err
	}))
	return spiked(id, query)
}

// grew writes that a rise is so large by now.
func (s *site) grew(t *testing.T, id, query, cause, peak, step int64) event.Event {
	fact := s.rise(t, id, query, cause, peak)
	fact.Kind, fact.N = spike.Grew, step
	return fact
}

// TestGrown tells again of a rise that has grown, once whatever sees it, and of what grows
// before it was told only that.
func TestGrown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		w := Wishes{Choices: []Choice{{Query: 0, Spikes: true}, {Query: 1, Spikes: true}, {Query: 2, Spikes: true}}}
		ok(t, s.Wish(ctx, s.ann, w))
		want := func(mails int, subject, step int64) {
			t.Helper()
			all := s.told(t)
			if len(all) != mails {
				t.Fatalf("%d mails, want %d: %+v", len(all), mails, all)
			}
			if last := all[mails-1]; len(last) != 1 || last[0].Subject != subject || last[0].Step != step {
				t.Fatalf("told %+v, want of %d that it has grown %d times", last, subject, step)
			}
		}
		s.happens(t, s.rise(t, 1, 1, 0, 23))
		want(1, 1, 0)
		fact := s.grew(t, 1, 1, 0, 6005, 1)
		s.happens(t, fact)
		want(2, 1, 1)
		s.happens(t, fact)
		want(2, 1, 1)

		// All that is heard was told with more than that, and another query's rise is the most of it.
		s.happens(t, s.rise(t, 2, 0, 0, 4029))
		want(3, 2, 0)
		s.happens(t, s.rise(t, 3, 2, 0, 150))
		want(4, 3, 0)
		s.rise(t, 2, 0, 3, 8184)
		s.happens(t, s.grew(t, 3, 2, 0, 4150, 1))
		want(5, 3, 1)
		s.happens(t, s.grew(t, 2, 0, 3, 14184, 1)) // of which the other was told
		want(5, 3, 1)
		s.happens(t, s.grew(t, 3, 2, 0, 14000, 2), s.grew(t, 2, 0, 3, 50000, 2))
		want(6, 3, 2)

		// In quiet hours it grows as it likes.
		w.QuietFrom, w.QuietUntil = 0, 20*60
		ok(t, s.Wish(ctx, s.ann, w))
		s.happens(t, s.rise(t, 4, 1, 0, 30))
		s.happens(t, s.grew(t, 4, 1, 0, 300, 1))
		want(6, 3, 2)
		s.at = s.at.Add(9 * time.Hour)
		want(7, 4, 0)
		s.happens(t, s.grew(t, 4, 1, 0, 500, 2)) // told as 300
		want(7, 4, 0)
	})
}

// TestTakenBack tells who was told of a spike that it was none, once, and nobody else.
func TestTakenBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		ok(t, s.Wish(ctx, s.ann, Wishes{Choices: []Choice{{Query: 1, Spikes: true}}}))
		gone := func(id int64) event.Event {
			return event.Event{Kind: spike.Gone, Subject: event.Ref{Kind: "spike", ID: id}, Other: 1}
		}
		s.happens(t, s.rise(t, 1, 1, 0, 30))
		if all := s.told(t); len(all) != 1 {
			t.Fatal(all)
		}
		s.happens(t, gone(1), gone(1))
		all := s.told(t)
		if len(all) != 2 || len(all[1]) != 1 || all[1][0].Subject != 1 || all[1][0].Step != TakenBack {
			t.Fatalf("want that it is taken back: %+v", all)
		}
		s.happens(t, gone(1), s.rise(t, 2, 2, 0, 30), gone(2)) // of the other nobody was told
		if all := s.told(t); len(all) != 2 {
			t.Errorf("told %+v", all[2:])
		}
	})
}
