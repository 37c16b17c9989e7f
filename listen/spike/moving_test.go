package spike

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"tribune/internal/burst"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// history makes what was said of the paper every five minutes, and of tea twice
// an hour, for some days up to two times, the oldest first.
func (s *site) history(days int, paper, tea time.Time) []listen.Post {
	var posts []listen.Post
	from := s.at.AddDate(0, 0, -days)
	for at := from; at.Before(paper); at = at.Add(5 * time.Minute) {
		posts = append(posts, s.post(at, "the paper is as always"))
	}
	for at := from; at.Before(tea); at = at.Add(30 * time.Minute) {
		posts = append(posts, s.post(at, "the tea is as always"))
	}
	slices.SortStableFunc(posts, func(a, b listen.Post) int { return cmp.Compare(a.PublishedAt.Unix(), b.PublishedAt.Unix()) })
	return posts
}

// arrives lets history come in portions, looking three times a minute.
func (s *site) arrives(t *testing.T, posts []listen.Post) {
	t.Helper()
	n := 0
	for part := range slices.Chunk(posts, (len(posts)+9)/10) {
		_, err := s.radar.Hear(t.Context(), s.staff, part)
		ok(t, err)
		if n++; n%2 == 0 {
			s.at = s.at.Add(20 * time.Second)
			ok(t, s.Look(t.Context()))
		}
	}
}

func (s *site) told(t *testing.T) []Spike {
	t.Helper()
	n := s.count(t, `select count(*) from event where kind = 'spike.found'`)
	all, err := s.List(t.Context(), s.staff, Filter{})
	ok(t, err)
	if int(n) < len(all) {
		t.Errorf("%d facts for %d spikes", n, len(all))
	}
	return all
}

// TestArriving tells nothing of a series while its past arrives, and within a
// minute of its end what is there.
func TestArriving(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		for _, text := range []string{"paper", "tea"} {
			_, _, err := s.radar.AddQuery(ctx, s.staff, listen.NewQuery{Text: text})
			ok(t, err)
		}
		s.arrives(t, s.history(12, s.at.Add(-5*time.Hour), s.at))
		if n := s.count(t, `select count(*) from event where kind = 'spike.found'`) + s.count(t, `select count(*) from spike`); n != 0 {
			t.Fatalf("%d found while history came", n)
		}
		for range 2 {
			s.at = s.at.Add(20 * time.Second)
			ok(t, s.Look(ctx))
		}
		all := s.told(t)
		if len(all) != 1 || all[0].Query != 1 || up(all[0].Kind) || all[0].Expected < 6 || !slices.Equal(all[0].Also, []int64{0}) && len(all[0].Also) > 0 {
			t.Fatalf("want that nobody speaks of the paper: %+v", all)
		}
		facts := s.count(t, `select count(*) from event where kind = 'spike.found'`)
		// What comes late now and then holds up nothing.
		s.at = s.at.Add(20 * time.Minute)
		_, err := s.radar.Hear(ctx, s.staff, []listen.Post{s.post(s.at.Add(-30*time.Hour), "late tea")})
		ok(t, err)
		ok(t, s.Look(ctx))
		var rise []listen.Post
		for i := range 40 {
			rise = append(rise, s.post(s.at.Add(-time.Duration(i)*15*time.Second), "tea!"))
		}
		_, err = s.radar.Hear(ctx, s.staff, rise)
		ok(t, err)
		ok(t, s.Look(ctx))
		if n := s.count(t, `select count(*) from event where kind = 'spike.found'`); n <= facts {
			t.Errorf("%d facts after a rise, were %d", n, facts)
		}
		if n := s.count(t, `select count(*) from spike where gone_at > 0`); n != 0 {
			t.Errorf("%d are gone", n)
		}
	})
}

// TestUnheard calls no silence what nobody listened to: the time between the end
// of a history and its arrival, and that in which the program stood still. From
// then on, a silence is told.
func TestUnheard(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		s.both(t)
		s.arrives(t, s.history(14, s.at.AddDate(0, 0, -6), s.at.AddDate(0, 0, -6)))
		hours := func(n int) {
			t.Helper()
			for range 4 * n {
				s.at = s.at.Add(15 * time.Minute)
				ok(t, s.Look(ctx))
			}
		}
		hours(2)
		if n := s.count(t, `select count(*) from spike`); n != 0 {
			t.Fatalf("%d spikes before the end of what was sent was heard of", n)
		}
		arrived := s.at.Add(-2 * time.Hour)
		hours(6)
		if all := s.told(t); len(all) != 1 || all[0].Kind != burst.Silence || all[0].Start.Before(arrived.Add(-10*time.Minute)) {
			t.Fatalf("want a silence since it came: %+v", all)
		}

		// It speaks again, and then the program stands still for a day.
		s.usual(t, 2)
		hours(1)
		facts := s.count(t, `select count(*) from event where kind = 'spike.found'`)
		s.at = s.at.AddDate(0, 0, 1)
		s.Spikes = New(s.log, s.db, s.events, func() time.Time { return s.at })
		hours(2)
		if n := s.count(t, `select count(*) from event where kind = 'spike.found'`); n != facts {
			t.Errorf("%d facts of a time in which the program stood still", n-facts)
		}
	})
}
