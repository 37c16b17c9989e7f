package spike

import (
	"math"
	"slices"
	"testing"
	"time"

	"tribune/internal/burst"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// shout lets n say something within the last minutes.
func (s *site) shout(t *testing.T, n int) {
	t.Helper()
	var posts []listen.Post
	for range n {
		posts = append(posts, s.post(s.at.Add(-time.Duration(n)*time.Second/4), "paper: a recall"))
	}
	_, err := s.radar.Hear(t.Context(), s.staff, posts)
	ok(t, err)
	ok(t, s.Once(t.Context()))
}

func (s *site) facts(t *testing.T, kind string) int64 {
	t.Helper()
	return s.count(t, `select count(*) from event where kind = '`+kind+`'`)
}

// TestGrown tells a rise again each time that it is three times as far from the usual as it
// was told to be, once, also after a crash and when it is judged from its beginning.
func TestGrown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		s.both(t)
		s.usual(t, 10)
		s.at = s.at.Add(14 * time.Minute)
		var z, peak float64
		check := func(what string, grew, step int64, was float64) {
			t.Helper()
			ok(t, s.Once(ctx))
			all, err := s.List(ctx, s.staff, Filter{})
			if ok(t, err); len(all) != 1 || all[0].Told.Step != step || all[0].Told.Was != was || float64(all[0].Mentions) < all[0].Peak || !slices.Equal(all[0].Also, []int64{0}) {
				t.Fatalf("%s: %+v", what, all)
			}
			if o := all[0]; o.Peak > peak && o.Z < z+1 || o.Z < z || o.Z < 2*(math.Sqrt(o.Peak)-math.Sqrt(o.Expected))/1.5 { // a digest names the furthest first
				t.Fatalf("%s: z is %g at a peak of %g, and was %g at %g", what, o.Z, o.Peak, z, peak)
			}
			z, peak = all[0].Z, all[0].Peak
			if found, n := s.facts(t, Found), s.facts(t, Grew); found != 2 || n != grew { // of the query, and of all
				t.Fatalf("%s: %d found, %d grew, want %d", what, found, n, grew)
			}
		}
		s.shout(t, 40)
		check("small", 0, 0, 0)
		s.shout(t, 40)
		check("twice as large", 0, 0, 0)
		s.shout(t, 60)
		check("three times as large", 2, 1, 40)
		s.Spikes = New(s.log, s.db, s.events, func() time.Time { return s.at })
		check("after a crash", 2, 1, 40)
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `delete from spike_watch`)
			return err
		}))
		check("judged anew", 2, 1, 40)
		s.shout(t, 300)
		check("nine times as large", 4, 2, 140)
		s.at = s.at.Add(time.Hour)
		s.shout(t, 100)
		check("less in its second hour", 4, 2, 140)
	})
}

// TestTakenBack tells once that a silence was none, as what was said came late; not of
// what another method found.
func TestTakenBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		s.both(t)
		hear := func(posts []listen.Post) {
			t.Helper()
			_, err := s.radar.Hear(ctx, s.staff, posts)
			ok(t, err)
			ok(t, s.Once(ctx))
			ok(t, s.Once(ctx))
		}
		quiet := s.at.Add(-5 * time.Hour)
		hear(s.history(12, quiet, quiet))
		all, err := s.List(ctx, s.staff, Filter{})
		if ok(t, err); len(all) != 1 || all[0].Kind != burst.Silence || s.facts(t, Gone) != 0 {
			t.Fatalf("want a silence: %+v", all)
		}
		s.at = s.at.Add(time.Minute)
		var late []listen.Post
		for at := quiet; at.Before(s.at); at = at.Add(5 * time.Minute) {
			late = append(late, s.post(at, "the paper is as always"))
		}
		hear(late)
		if n, gone := s.facts(t, Gone), s.count(t, `select count(*) from spike where gone_at > 0`); n != gone || n == 0 {
			t.Errorf("%d facts of %d that are gone", n, gone)
		}
		before := s.facts(t, Gone)
		s.shout(t, 200)

		// Two that turn out to be one are not taken back.
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, found_at) select query_id, kind, start_at, end_at, 1, peak, expected, z, found_at from spike where gone_at = 0`)
			return err
		}))
		s.shout(t, 1)
		if n := s.facts(t, Gone); n != before {
			t.Errorf("%d are taken back that are one with another", n-before)
		}
		list, _, err := s.radar.Mentions(ctx, s.staff, listen.Filter{Text: "recall", Limit: 200})
		ok(t, err)
		for _, m := range list {
			ok(t, s.radar.Withdraw(ctx, s.staff, m.ID))
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `delete from spike_watch`)
			return err
		}))
		ok(t, s.Once(ctx))
		if all, err = s.List(ctx, s.staff, Filter{}); err != nil || len(all) != 0 || s.facts(t, Gone) != before {
			t.Errorf("%d facts, %+v is there, %v", s.facts(t, Gone)-before, all, err)
		}
	})
}
