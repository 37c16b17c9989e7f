package spike

import (
	"cmp"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tribune/event"
	"tribune/internal/burst"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// site is a radar with its spikes, and somebody of the staff.
type site struct {
	*Spikes
	radar *listen.Radar
	staff know.Actor
	at    time.Time
	n     int
}

func open(t *testing.T, db *storage.DB) *site {
	s := &site{staff: know.Actor{ID: 1, Role: know.Staff}, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, now, "test")
	web := fetch.New(fetch.Options{})
	t.Cleanup(web.Close)
	s.radar = listen.New(log, db, events, know.New(log, db, events, now, nil), web, now)
	s.Spikes = New(log, db, events, now)
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) count(t *testing.T, query string) (n int64) {
	t.Helper()
	ok(t, s.db.Row(t.Context(), query).Scan(&n))
	return n
}

// post makes something said then.
func (s *site) post(at time.Time, text string) listen.Post {
	s.n++
	return listen.Post{Source: "Forum", ExternalID: fmt.Sprint(s.n), Text: fmt.Sprintf("%s %d", text, s.n),
		Author: listen.Author{Name: "a", URL: fmt.Sprintf("https://a%d.example", s.n%40)}, PublishedAt: at}
}

// usual says something twice an hour, for some days up to now.
func (s *site) usual(t *testing.T, days int) {
	t.Helper()
	var posts []listen.Post
	for at := s.at.Add(-time.Duration(days) * 24 * time.Hour); at.Before(s.at); at = at.Add(30 * time.Minute) {
		posts = append(posts, s.post(at, "the paper is as always"))
	}
	_, err := s.radar.Hear(t.Context(), s.staff, posts)
	ok(t, err)
}

// recall lets forty say something new within twelve minutes, the last now.
func (s *site) recall(t *testing.T) []listen.Post {
	t.Helper()
	var posts []listen.Post
	for i := range 40 {
		posts = append(posts, s.post(s.at.Add(-time.Duration(i*18)*time.Second), []string{"paper: a Récall of the ink", "paper: a RECALL of the ink", "paper: a Récall of inks"}[i%3]+", see https://news.example/recall."))
	}
	_, err := s.radar.Hear(t.Context(), s.staff, posts)
	ok(t, err)
	return posts
}

func (s *site) both(t *testing.T) {
	t.Helper()
	_, _, err := s.radar.AddQuery(t.Context(), s.staff, listen.NewQuery{Text: "paper"})
	ok(t, err)
}

// TestRise finds a rise in what is not five minutes old, says what drove it,
// once, goes on with it, and takes it back when its words are deleted.
func TestRise(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		s.both(t)
		s.usual(t, 10)
		ok(t, s.Once(ctx))
		if all, err := s.List(ctx, s.staff, Filter{}); err != nil || len(all) != 0 {
			t.Fatal(all, err)
		}
		_, err := s.radar.Hear(ctx, s.staff, []listen.Post{s.post(s.at.Add(-2*time.Hour), "paper: a Récall of the ink"), s.post(s.at.Add(-time.Hour), "paper: a Récall of the ink")}) // when it began
		ok(t, err)
		s.at = s.at.Add(14 * time.Minute)
		posts := s.recall(t)
		ok(t, s.Once(ctx))
		ok(t, s.Once(ctx))
		lead, err := s.List(ctx, s.staff, Filter{})
		ok(t, err)
		if len(lead) != 1 || lead[0].Query == 0 || !slices.Equal(lead[0].Also, []int64{0}) {
			t.Fatalf("want one spike, of the query, also in all that is heard: %+v", lead)
		}
		wide, err := s.List(ctx, s.staff, Filter{Query: new(int64)})
		ok(t, err)
		if len(wide) != 1 || wide[0].Cause != lead[0].ID {
			t.Fatalf("want the one of all mentions, which that explains: %+v", wide)
		}
		if o, err := s.Leading(ctx, s.staff, wide[0].ID); err != nil || o.ID != lead[0].ID {
			t.Errorf("%+v leads, %v", o, err)
		}
		all := append(wide, lead...)
		for _, o := range all {
			if o.Kind != burst.Rise || !o.GoingOn || o.Peak < 40 || o.Expected > 4 || o.Mentions < 40 || !o.Start.Equal(s.at.Truncate(time.Hour)) {
				t.Errorf("%+v", o)
			}
			if len(o.Drove.Words) == 0 || o.Drove.Words[0].Now < 30 || o.Drove.Words[0].Before != 0 || len(o.Drove.Links) != 1 || o.Drove.Links[0].Text != "https://news.example/recall" {
				t.Errorf("what drove it: %+v", o.Drove)
			}
			if !slices.ContainsFunc(o.Drove.Words, func(d Driver) bool { return d.Text == "Récall" && d.Now == 40 && d.Before == 0 }) {
				t.Errorf("the word is not as most wrote it, or its beginning counts as before: %+v", o.Drove.Words)
			}
			for _, w := range o.Drove.Words {
				if w.Text == "always" || w.Text == "paper" && o.Query != 0 || w.Text == "the" {
					t.Errorf("%s drove it", w.Text)
				}
			}
		}
		if n := s.count(t, `select count(*) from event where kind = 'spike.found'`); n != 2 {
			t.Errorf("%d facts", n)
		}

		// It goes on for hours, and is still the same one.
		for range 5 {
			s.at = s.at.Add(time.Hour)
			s.recall(t)
			ok(t, s.Once(ctx))
		}
		if n := s.count(t, `select count(*) from event where kind = 'spike.found'`); n != 2 {
			t.Errorf("%d facts after hours", n)
		}
		long, err := s.List(ctx, s.staff, Filter{})
		ok(t, err)
		if len(long) != 1 || !long[0].End.After(lead[0].End) || long[0].ID != lead[0].ID || long[0].Mentions < 200 {
			t.Errorf("after hours: %+v", long)
		}

		// What made its first hour is deleted where it was said.
		list, _, err := s.radar.Mentions(ctx, s.staff, listen.Filter{Until: posts[0].PublishedAt.Add(time.Second), Since: s.at.Add(-6 * time.Hour), Limit: 200})
		ok(t, err)
		for _, m := range list {
			ok(t, s.radar.Withdraw(ctx, s.staff, m.ID))
		}
		ok(t, s.Once(ctx))
		same(t, s)
		if _, err := s.Spike(ctx, s.staff, all[0].ID); err != nil {
			t.Error(err)
		}
		if _, err := s.List(ctx, know.Actor{ID: 9, Role: know.Member}, Filter{}); err == nil {
			t.Error("a member reads spikes")
		}
	})
}

// same checks that what is stored is what judging from the beginning gives.
func same(t *testing.T, s *site) {
	t.Helper()
	all := func() []Spike {
		t.Helper()
		var list []Spike
		for _, query := range []int64{0, 1} {
			some, err := s.List(t.Context(), s.staff, Filter{Query: &query, Limit: 200})
			ok(t, err)
			list = append(list, some...)
		}
		slices.SortFunc(list, func(a, b Spike) int { return cmp.Or(cmp.Compare(a.Query, b.Query), a.Start.Compare(b.Start)) })
		return list
	}
	s.at = s.at.Add(time.Hour) // by then all mentions are added up anew
	ok(t, s.Once(t.Context()))
	before := all()
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `delete from spike_watch`)
		return err
	}))
	ok(t, s.Once(t.Context()))
	if d := diff.Diff(all(), before, cmpopts.IgnoreFields(Spike{}, "ID", "FoundAt", "Drove", "DroveAt", "Mentions", "GoingOn", "Cause", "Also"), cmpopts.EquateApprox(0, 1e-6)); d != "" {
		t.Errorf("kept spikes are not those of the counts (-anew +kept):\n%s", d)
	}
}

// TestSilence tells a silence once its slots are settled.
func TestSilence(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	s.both(t)
	s.usual(t, 14)
	for range 60 {
		s.at = s.at.Add(time.Hour)
		ok(t, s.Once(ctx))
	}
	all, err := s.List(ctx, s.staff, Filter{})
	ok(t, err)
	if len(all) != 1 || all[0].Query != 0 || len(all[0].Also) != 1 || all[0].Kind != burst.Silence || all[0].Z >= 0 {
		t.Errorf("%+v", all)
	}
	same(t, s)
}

// TestHowever judges the same whatever comes late, is deleted, and when it is
// looked at, also when the program was stopped for days.
func TestHowever(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx, r := open(t, db), t.Context(), rand.New(rand.NewPCG(3, 4))
		s.both(t)
		s.usual(t, 9)
		found := 0
		for range 12 {
			s.at = s.at.Add(time.Duration(r.IntN(20*60)) * time.Minute)
			s.usual(t, 1)
			switch r.IntN(4) {
			case 0, 1:
				s.recall(t)
			case 2: // late
				late := make([]listen.Post, 60)
				at := s.at.Add(-time.Duration(r.IntN(72)) * time.Hour)
				for i := range late {
					late[i] = s.post(at.Add(time.Duration(i)*20*time.Second), "late paper")
				}
				_, err := s.radar.Hear(ctx, s.staff, late)
				ok(t, err)
			case 3:
				list, _, err := s.radar.Mentions(ctx, s.staff, listen.Filter{Text: "recall", Limit: 30})
				ok(t, err)
				for _, m := range list {
					ok(t, s.radar.Withdraw(ctx, s.staff, m.ID))
				}
			}
			ok(t, s.Once(ctx))
		}
		all, err := s.List(ctx, s.staff, Filter{})
		ok(t, err)
		for _, o := range all {
			if o.Kind == burst.Rise {
				found++
			}
		}
		if found < 2 {
			t.Errorf("only %d rises: the test tests nothing", found)
		}
		same(t, s)
	})
}

// TestNarrowest lets the narrowest of several queries that see the same rise
// stand for the others, and leaves apart what only happens at the same time.
func TestNarrowest(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		for _, text := range []string{"paper OR ink OR tea", "paper", "recall", "tea"} {
			_, _, err := s.radar.AddQuery(ctx, s.staff, listen.NewQuery{Text: text})
			ok(t, err)
		}
		posts := s.recall(t) // 40 of the first three
		var tea []listen.Post
		for i := range 12 {
			tea = append(tea, s.post(s.at.Add(-time.Duration(i)*time.Minute), "tea"))
		}
		_, err := s.radar.Hear(ctx, s.staff, tea)
		ok(t, err)
		start := posts[len(posts)-1].PublishedAt.Truncate(time.Hour)
		ids := map[int64]int64{}
		spike := func(query int64, kind string, expected float64) {
			ok(t, db.Update(ctx, func(tx *storage.Tx) (err error) {
				ids[query], err = tx.Insert(ctx, `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, found_at) values ($1, $2, $3, $4, 0, 9.000000000000002, $5, 9, 1) returning id`,
					query, kind, storage.Micros(start), storage.Micros(start.Add(2*time.Hour)), expected)
				return err
			}))
		}
		for _, query := range []int64{0, 1, 2, 3, 4} {
			spike(query, "rise", 1)
		}
		ok(t, s.drive(ctx))
		list, err := s.List(ctx, s.staff, Filter{})
		ok(t, err)
		if len(list) != 2 || list[0].Peak != 9 || list[0].Query != 4 || len(list[0].Also) != 0 || list[1].Query != 2 || !slices.Equal(list[1].Also, []int64{0, 1, 3}) {
			t.Errorf("want that of the tea, and that of the paper for three others: %+v", list)
		}

		// Whose query is removed stands for nobody, and a silence of everything stands for all.
		ok(t, s.radar.RemoveQuery(ctx, s.staff, 2))
		if list, err = s.List(ctx, s.staff, Filter{}); err != nil || len(list) != 4 {
			t.Errorf("%+v, %v", list, err)
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error { _, err := tx.Exec(ctx, `delete from spike`); return err }))
		start = start.Add(-48 * time.Hour)
		spike(0, "silence", 9)
		spike(1, "drop", 9)
		spike(3, "silence", 1)
		spike(4, "rise", 1)
		ok(t, s.drive(ctx))
		list, err = s.List(ctx, s.staff, Filter{})
		ok(t, err)
		if len(list) != 2 || list[0].Query != 4 || !slices.Equal(list[1].Also, []int64{1, 3}) {
			t.Errorf("want the silence of everything, and the rise: %+v", list)
		}
	})
}

// TestDropGoesOn says of a drop that goes on that it does, whatever minute it is, and that it is over once hours
// as usual are sure.
func TestDropGoesOn(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	s.both(t)
	_, err := s.radar.Hear(ctx, s.staff, s.history(20, s.at, s.at.AddDate(-1, 0, 0)))
	ok(t, err)
	ok(t, s.Once(ctx))
	began, seen := s.at, 0
	step := func(n int) []Spike {
		t.Helper()
		s.at = s.at.Add(10 * time.Minute)
		var posts []listen.Post
		for i := range n {
			posts = append(posts, s.post(s.at.Add(-time.Duration(2+4*i)*time.Minute), "the paper, now and then"))
		}
		_, err = s.radar.Hear(ctx, s.staff, posts)
		ok(t, err)
		ok(t, s.Once(ctx))
		all, err := s.List(ctx, s.staff, Filter{Query: new(int64)})
		ok(t, err)
		return all
	}
	for i := range 12 * 6 {
		n := 0
		if i%6 == 3 {
			n = 1
		}
		for _, o := range step(n) {
			if seen++; up(o.Kind) || !o.GoingOn || o.Start.Sub(began).Abs() > time.Hour {
				t.Fatalf("at %v: %+v", s.at, o)
			}
		}
	}
	if seen < 5*6 {
		t.Errorf("it is told for %d looks only", seen)
	}
	var last []Spike
	for range 3 * 6 {
		last = step(2)
	}
	if len(last) != 1 || last[0].GoingOn {
		t.Errorf("three hours after: %+v", last)
	}
}

// TestHeardAgain ends a silence where something is said again, however much that
// is, and leaves it a silence.
func TestHeardAgain(t *testing.T) {
	heardAgain := func(t *testing.T, db *storage.DB, n int) {
		s, ctx := open(t, db), t.Context()
		s.both(t)
		_, err := s.radar.Hear(ctx, s.staff, s.history(10, s.at, s.at.AddDate(-1, 0, 0)))
		ok(t, err)
		ok(t, s.Once(ctx))
		began := s.at
		silence := func() Spike {
			t.Helper()
			ok(t, s.Once(ctx))
			all, err := s.List(ctx, s.staff, Filter{Query: new(int64)})
			ok(t, err)
			at := slices.IndexFunc(all, func(o Spike) bool { return !up(o.Kind) })
			if at < 0 {
				t.Fatalf("no silence: %+v", all)
			}
			return all[at]
		}
		s.at = s.at.Add(4*time.Hour + 17*time.Minute)
		if o := silence(); o.Kind != burst.Silence || !o.GoingOn || !o.Start.Equal(began) || !o.Until(s.at).Equal(s.at) {
			t.Errorf("while nothing is said: %+v", o)
		}
		heard := s.at.Truncate(5 * time.Minute)
		var posts []listen.Post
		for i := range n {
			posts = append(posts, s.post(heard.Add(time.Duration(i)*time.Second/2), "paper again"))
		}
		_, err = s.radar.Hear(ctx, s.staff, posts)
		ok(t, err)
		for range 20 { // while the hour is settled
			if o := silence(); o.Kind != burst.Silence || !o.End.Equal(heard) || s.facts(t, Gone) > 0 {
				t.Fatalf("at %v: %+v, %d gone", s.at, o, s.facts(t, Gone))
			}
			s.at = s.at.Add(5 * time.Minute)
			_, err = s.radar.Hear(ctx, s.staff, []listen.Post{s.post(s.at.Add(-time.Minute), "the paper is as always")})
			ok(t, err)
		}
		for range 16 { // while the detector would let it go on, and after
			if o := silence(); o.Kind != burst.Silence || o.GoingOn || o.Mentions != 0 || !o.Start.Equal(began) || !o.End.Equal(heard) {
				t.Fatalf("at %v, once something was said: %+v", s.at, o)
			}
			s.at = s.at.Add(time.Hour)
			posts = nil
			for i := range 12 {
				posts = append(posts, s.post(s.at.Add(-time.Duration(5*i+1)*time.Minute), "the paper is as always"))
			}
			_, err = s.radar.Hear(ctx, s.staff, posts)
			ok(t, err)
		}
		same(t, s)
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { heardAgain(t, db, 150) })
	t.Run("little", func(t *testing.T) { heardAgain(t, storagetest.SQLite(t), 1) })
}
