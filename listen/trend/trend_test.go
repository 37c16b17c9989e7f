package trend

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fetch"
	"tribune/internal/rising"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

type site struct {
	*Trends
	radar *listen.Radar
	staff know.Actor
	at    time.Time
	n     int
	r     *rand.Rand
}

func open(t *testing.T, db *storage.DB) *site {
	s := &site{staff: know.Actor{ID: 1, Role: know.Staff}, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), r: rand.New(rand.NewPCG(7, 8))}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, now, "test")
	web := fetch.New(fetch.Options{})
	t.Cleanup(web.Close)
	people := know.New(log, db, events, now, nil)
	s.radar = listen.New(log, db, events, people, web, now)
	s.Trends = New(log, db, events, people, now)
	for _, q := range []listen.NewQuery{{Text: "oriflamme", Purpose: listen.Us}, {Text: `"Papier Nord"`, Purpose: listen.Rival}} {
		_, _, err := s.radar.AddQuery(t.Context(), s.staff, q)
		ok(t, err)
	}
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

// say takes in a text that somebody said some days ago, between words that
// everybody uses.
func (s *site) say(t *testing.T, days float64, texts ...string) {
	t.Helper()
	words := strings.Fields("paper ink cover desk morning writes smooth page line letter colour box shop week bought happy little often again")
	var posts []listen.Post
	for _, text := range texts {
		s.n++
		var around []string
		for range 6 {
			around = append(around, words[s.r.IntN(len(words))])
		}
		posts = append(posts, listen.Post{Source: "Forum", ExternalID: fmt.Sprint(s.n), Language: "en", Text: text + " " + strings.Join(around, " ") + " with oriflamme",
			Author: listen.Author{Name: "a", URL: fmt.Sprintf("https://a%d.example", s.n%200)}, PublishedAt: s.at.Add(-time.Duration(days * float64(24*time.Hour)))})
	}
	_, err := s.radar.Hear(t.Context(), s.staff, posts)
	ok(t, err)
}

// tell fills five weeks, the newest with a topic, a need and a name.
func (s *site) tell(t *testing.T) {
	t.Helper()
	for day := range 35 {
		usual := make([]string, 24)
		for i := range usual {
			usual[i] = "It is as it was."
		}
		s.say(t, float64(day)+.5, usual...)
	}
	for i := range 14 {
		s.say(t, float64(i%6)+.3, "The refill cartridges leak.", "I saw Papier Nord near there.",
			[]string{"We compared it to Kobalt Atelier yesterday.", "Kobalt Atelier has a shop in this street.", "My mother likes Kobalt Atelier more than this."}[i%3])
		s.say(t, float64(i*2)+.3, "I wish there was a left-handed notebook.")
	}
}

func (s *site) the(t *testing.T, kind Kind) []Trend {
	t.Helper()
	all, err := s.List(t.Context(), s.staff, kind)
	ok(t, err)
	return all
}

func labels(all []Trend) (out []string) {
	for _, x := range all {
		out = append(out, x.Label)
	}
	return out
}

// TestLook finds what was put in and nothing else, keeps it the same trend, and
// lets go of what is said no more.
func TestLook(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		ok(t, s.LookIfDue(ctx))
		for _, kind := range Kinds() {
			if all := s.the(t, kind); len(all) != 0 {
				t.Errorf("of nothing: %v", all)
			}
		}
		ok(t, s.LookIfDue(ctx)) // it is not due
		if l, err := s.LastLook(ctx, s.staff); err != nil || l.Read != 0 || l.DoneAt.IsZero() {
			t.Error(l, err)
		}
		s.tell(t)
		looked := s.at
		s.at = s.at.Add(time.Minute - time.Second)
		ok(t, s.LookIfDue(ctx)) // it arrives still
		if l, err := s.LastLook(ctx, s.staff); err != nil || l.Read != 0 {
			t.Error(l, err)
		}
		s.at = s.at.Add(time.Second)
		ok(t, s.LookIfDue(ctx)) // the last one saw nothing of what is there now
		if l, err := s.LastLook(ctx, s.staff); err != nil || l.Read == 0 || !l.DoneAt.Equal(s.at) {
			t.Error(l, err)
		}
		s.at = looked.Add(time.Hour)
		s.say(t, .01, "It is as it was.")
		ok(t, s.LookIfDue(ctx)) // the last one saw nearly all of it, an hour ago but for a minute
		if l, err := s.LastLook(ctx, s.staff); err != nil || l.DoneAt.Equal(s.at) {
			t.Error(l, err)
		}
		topics, needs, beside := s.the(t, Topic), s.the(t, Need), s.the(t, Name)
		if !slices.ContainsFunc(topics, func(x Trend) bool {
			return strings.Contains(strings.Join(x.Terms, " "), "cartridges leak") && x.Authors >= 10 && len(x.Mentions) >= 10
		}) {
			t.Errorf("topics: %+v", topics)
		}
		for _, x := range topics {
			if strings.Contains(x.Label, "Kobalt Atelier") {
				t.Errorf("a new name is a topic as well: %v", x.Terms)
			}
			if all := strings.Join(x.Terms, " "); strings.Contains(all, "It is as it was") || strings.Contains(all, "paper") {
				t.Errorf("what is always said rises: %v", x.Terms)
			}
		}
		if len(needs) != 1 || !strings.Contains(needs[0].Label, "notebook") || needs[0].How != "wish" || len(needs[0].Mentions) != 14 {
			t.Errorf("needs: %+v", needs)
		}
		if got := labels(beside); !slices.Equal(got, []string{"Kobalt Atelier"}) {
			t.Errorf("names: %q", got)
		}
		facts := s.count(t, `select count(*) from event where kind = 'trend.found'`)
		if want := int64(len(topics) + len(needs) + len(beside)); facts != want {
			t.Errorf("%d facts, want %d", facts, want)
		}

		s.at = s.at.Add(time.Hour)
		s.say(t, .01, "I wish there was a left-handed notebook.", "We compared it to Kobalt Atelier.")
		ok(t, s.LookIfDue(ctx))
		again := s.the(t, Need)
		if len(again) != 1 || again[0].ID != needs[0].ID || len(again[0].Mentions) != 15 {
			t.Errorf("the need again: %+v", again)
		}
		if n := s.count(t, `select count(*) from event where kind = 'trend.found'`); n != facts {
			t.Errorf("%d facts after a second look, want %d", n, facts)
		}

		// Its authors take their words back, but for two.
		for _, id := range again[0].Mentions[2:] {
			ok(t, s.radar.Withdraw(ctx, s.staff, id))
		}
		s.at = s.at.Add(25 * time.Hour)
		ok(t, s.LookIfDue(ctx))
		if left := s.the(t, Need); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
		if x, err := s.Trend(ctx, s.staff, needs[0].ID); err != nil || x.GoneAt.IsZero() {
			t.Error(x, err)
		}
		if _, err := s.List(ctx, know.Actor{ID: 9, Role: know.Member}, Need); err == nil {
			t.Error("a member reads trends")
		}
	})
}

// TestOne looks once, however many processes would, and again after one that
// died.
func TestOne(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	s.say(t, 1, "Something.")
	ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into trend_look (id, due_at) values (1, $1)`, storage.Micros(s.at.Add(retry))) // as one does who dies then
		return err
	}))
	ok(t, s.LookIfDue(ctx))
	if l, err := s.LastLook(ctx, s.staff); err != nil || !l.DoneAt.IsZero() {
		t.Error("two look at once", l, err)
	}
	s.at = s.at.Add(retry)
	ok(t, s.LookIfDue(ctx))
	if l, err := s.LastLook(ctx, s.staff); err != nil || l.Read != 1 {
		t.Error("nobody looks after one that died", l, err)
	}
}

// TestBounded reads the mentions of some authors only where there are too many.
func TestBounded(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	s.tell(t)
	s.most = 400
	ok(t, s.Look(ctx))
	l, err := s.LastLook(ctx, s.staff)
	if all := s.count(t, `select count(*) from mention where copy_of = 0`); err != nil || l.Read > 500 || l.Read < 200 || l.Read+l.LeftOut != all {
		t.Errorf("read %d, left out %d of %d, %v", l.Read, l.LeftOut, all, err)
	}
}

// A new name stands among names, not among topics as well, with an article or without.
func TestWithout(t *testing.T) {
	var topics []rising.Topic
	for _, lead := range []string{"the Long Table", "Long Table", "Long Table tonight", "I saw the Long Table", "table", "new elastic band"} {
		topics = append(topics, rising.Topic{Terms: []rising.Term{{Text: lead}}})
	}
	var left []string
	for _, topic := range without(topics, []Trend{{Label: "Long Table"}, {Label: "Sillon"}}) {
		left = append(left, topic.Terms[0].Text)
	}
	if want := []string{"I saw the Long Table", "table", "new elastic band"}; !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

// TestSettled looks again without waiting for the hour once half as much again
// is there, when no more of it arrives, or the last look is old.
func TestSettled(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		due := func(after time.Duration, want bool) {
			t.Helper()
			s.at = s.at.Add(after)
			ok(t, s.LookIfDue(ctx))
			if l, err := s.LastLook(ctx, s.staff); err != nil || l.DoneAt.Equal(s.at) != want {
				t.Errorf("looked: %v, want %v (%v)", !want, want, err)
			}
		}
		hear := func(n int) {
			t.Helper()
			for range n {
				s.say(t, .01, "Something.")
			}
		}
		hear(10)
		due(0, true)
		hear(4)
		due(30*time.Minute, false) // less than half as much again
		hear(1)
		due(0, true) // the last look is old, though more may come
		hear(8)
		due(59*time.Second, false)
		due(time.Second, true)
	})
}

func TestEnded(t *testing.T) {
	for _, c := range [][3]string{{"en", "hinge on the Swift again after the", "hinge on the Swift"}, {"en", "out of stock", "out of stock"}, {"en", "Pixel 9", "Pixel 9"},
		{"en", "Model S", "Model S"}, {"en", "the", "the"}, {"en", "to the", "to"}, {"fr", "une panne d’hiver pour les", "une panne d’hiver"}, {"ja", "新しい紙", "新しい紙"}, {"xx", "a b the", "a b the"}} {
		if got := ended(c[0], c[1]); got != c[2] {
			t.Errorf("%s %q is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
