package digest

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/storage"
	"tribune/storage/storagetest"
)

type site struct {
	*Digests
	ann know.Actor
	at  time.Time
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, db *storage.DB) *site {
	s := &site{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	discard := slog.New(slog.DiscardHandler)
	log := event.New(discard, db, now, "test")
	people := know.New(discard, db, log, now, nil)
	web := fetch.New(fetch.Options{})
	t.Cleanup(web.Close)
	radar := listen.New(discard, db, log, people, web, now)
	s.Digests = New(discard, db, log, people, radar, volume.New(db, radar, now), spike.New(discard, db, log, now), trend.New(discard, db, log, people, now), converse.New(discard, db, log, people, radar, now), now)
	s.ann = s.person(t, "Ann", know.Staff)
	return s
}

func (s *site) person(t *testing.T, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.people.AddPerson(t.Context(), name, name+"@example.org", role)
	ok(t, err)
	a, err := s.people.Actor(t.Context(), p.ID)
	ok(t, err)
	return a
}

// hear takes in posts, each by another author.
func (s *site) hear(t *testing.T, at time.Time, n int, text string) []int64 {
	t.Helper()
	var posts []listen.Post
	for i := range n {
		id := fmt.Sprint(at.Unix(), "-", i)
		posts = append(posts, listen.Post{Source: "Forum", ExternalID: id, Text: fmt.Sprint(text, " ", id), PublishedAt: at, Author: listen.Author{Name: "Ann " + id, URL: "https://a" + id + ".example"}})
	}
	heard, err := s.radar.Hear(t.Context(), s.ann, posts)
	ok(t, err)
	ids := make([]int64, n)
	for i, h := range heard {
		ok(t, h.Err)
		ids[i] = h.ID
	}
	return ids
}

// mails gives the digests in the outbox, the first first.
func (s *site) mails(t *testing.T) (all []event.Delivery) {
	t.Helper()
	ok(t, s.Once(t.Context()))
	list, err := s.events.Deliveries(t.Context(), "", 0, 100)
	ok(t, err)
	for i := range list {
		if d := list[len(list)-1-i]; d.Kind == Mail {
			all = append(all, d)
		}
	}
	return all
}

// TestDigest tells each day once, from where the day before ended, what happened
// in it; of a day of nothing there is none, and who leaves gets none.
func TestDigest(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		for day := range 6 { // ten a day, the last five hours ago
			s.hear(t, s.at.AddDate(0, 0, -day).Add(-5*time.Hour), 10, "Paper as always")
		}
		ok(t, s.Choose(ctx, s.ann, Wish{Every: Day, Hour: 8, Zone: "Asia/Tokyo"})) // 23:00 UTC
		ben := s.person(t, "Ben", know.Staff)
		ok(t, s.Choose(ctx, ben, Wish{Every: Week, Weekday: time.Monday, Hour: 0, Zone: "UTC"}))
		if n := len(s.mails(t)); n != 0 {
			t.Fatalf("%d before their hour", n)
		}
		s.hear(t, s.at, 15, "Paper again")
		rise := s.rise(t)
		need := s.need(t, s.hear(t, s.at.Add(-time.Minute), 2, "I wish it had a loop"))
		letter, err := s.inbox.Letter(ctx, s.person(t, "Cy", know.Member), "Peru", "Do you ship there?")
		ok(t, err)
		old, err := s.inbox.Letter(ctx, s.person(t, "Di", know.Member), "Chile", "And there?")
		ok(t, err)
		s.at = s.at.Add(time.Hour)
		_, err = s.inbox.Answer(ctx, s.ann, old.ID, "Yes.")
		ok(t, err)
		s.at = time.Date(2026, 11, 20, 23, 0, 10, 0, time.UTC)
		mails := s.mails(t)
		if len(mails) != 1 || mails[0].Person != s.ann.ID || mails[0].Dedup != fmt.Sprintf("digest:%d:2026-11-21", s.ann.ID) {
			t.Fatalf("%+v", mails)
		}
		d, err := s.Of(ctx, s.ann, mails[0].Subject.ID)
		ok(t, err)
		if d.Heard != 27 || d.Usual != 10 || !d.Compared || len(d.Spikes) != 1 || d.Spikes[0].ID != rise || len(d.Needs) != 1 || d.Needs[0].ID != need || d.Needs[0].Quote.Text == "" ||
			d.Wait != 1 || len(d.Waiting) != 1 || d.Waiting[0].ID != letter.ID || d.Answered() != 1 || d.Answers[0].Person != s.ann.ID || !d.Until.Equal(s.at) || !d.From.Equal(s.at.AddDate(0, 0, -1)) {
			t.Errorf("%+v", d)
		}
		if _, err := s.Of(ctx, ben, mails[0].Subject.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Ben reads Ann's: %v", err)
		}

		// What is withdrawn before it leaves is not in it.
		ok(t, s.radar.Withdraw(ctx, s.ann, d.Needs[0].Quote.ID))
		again, err := s.Of(ctx, s.ann, mails[0].Subject.ID)
		if ok(t, err); len(again.Needs) != 1 || again.Needs[0].Quote.ID == d.Needs[0].Quote.ID || again.Needs[0].Quote.Text == "" {
			t.Errorf("%+v", again.Needs)
		}
		ok(t, s.radar.Withdraw(ctx, s.ann, again.Needs[0].Quote.ID))
		if again, err = s.Of(ctx, s.ann, mails[0].Subject.ID); err != nil || len(again.Needs) != 0 || again.Heard != 25 {
			t.Errorf("%+v, %v", again.Needs, err)
		}

		// Nothing twice: the process dies after the row, the hour is changed, the loop comes again.
		ok(t, s.Choose(ctx, s.ann, Wish{Every: Day, Hour: 9, Zone: "Asia/Tokyo"}))
		s.at = s.at.Add(2 * time.Hour)
		if n := len(s.mails(t)); n != 1 {
			t.Errorf("%d on one day", n)
		}
		_, err = s.inbox.Answer(ctx, s.ann, letter.ID, "Yes.")
		ok(t, err)
		s.at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) // 9:00 in Tokyo
		mails = s.mails(t)
		if len(mails) != 2 {
			t.Fatalf("%d on the second day", len(mails))
		}
		second, err := s.Of(ctx, s.ann, mails[1].Subject.ID)
		if ok(t, err); !second.From.Equal(d.Until) || second.Answered() != 1 {
			t.Errorf("it begins at %s: %+v", second.From, second)
		}
		// Ben's Monday comes while the power is out; then all is told that came since.
		s.at = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
		if mails = s.mails(t); mails[len(mails)-1].Person != ben.ID && mails[len(mails)-2].Person != ben.ID {
			t.Errorf("%+v", mails)
		}
		before := len(mails)
		// Nothing heard or waiting, and nothing usual, for weeks: nothing comes.
		s.at = s.at.AddDate(0, 1, 0)
		s.mails(t)
		for range 3 {
			s.at = s.at.AddDate(0, 0, 1)
			if n := len(s.mails(t)); n > before+2 {
				t.Errorf("%d of nothing", n-before)
			}
		}

		if h, err := s.Held(ctx, ben.ID); err != nil || h.Every == "" || len(h.Mails) == 0 || h.Mails[0].Until.IsZero() {
			t.Errorf("held are %+v, %v", h, err)
		}

		// Who is not of the team any more, or left, gets none.
		before = len(s.mails(t))
		s.hear(t, s.at, 5, "Paper")
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `update person set role = 'member' where id = $1`, s.ann.ID); err != nil {
				return err
			}
			return s.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: ben.ID}}})
		}))
		s.at = s.at.AddDate(0, 0, 8)
		if n := len(s.mails(t)); n != before {
			t.Errorf("%d to those who are gone", n-before)
		}
		var left int
		ok(t, db.Row(ctx, `select count(*) from digest`).Scan(&left))
		if left != 0 {
			t.Errorf("%d wishes stay", left)
		}
		if h, err := s.Held(ctx, ben.ID); err != nil || h.Every != "" || len(h.Mails) != 0 {
			t.Errorf("of who left %+v is held, %v", h, err)
		}
	})
}

// rise writes a rise that was found now.
func (s *site) rise(t *testing.T) (id int64) {
	t.Helper()
	at := storage.Micros(s.at)
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) (err error) {
		id, err = tx.Insert(t.Context(), `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, n, drove, found_at)
			values (0, 'rise', $1, $1, 1, 40, 2, 9, 40, '{"words": [{"text": "recall", "now": 30}]}', $1) returning id`, at)
		return err
	}))
	return id
}

// need writes a need that was found now.
func (s *site) need(t *testing.T, mentions []int64) (id int64) {
	t.Helper()
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) (err error) {
		if id, err = tx.Insert(t.Context(), `insert into trend (kind, label, how, authors, place, found_at, seen_at) values ('need', 'loop', 'wish', 2, 0, $1, $1) returning id`, storage.Micros(s.at)); err != nil {
			return err
		}
		for i, m := range mentions {
			if _, err := tx.Exec(t.Context(), `insert into trend_voice (trend_id, place, mention_id) values ($1, $2, $3)`, id, i, m); err != nil {
				return err
			}
		}
		return nil
	}))
	return id
}

// TestUnsubscribed ends digests by the link of a mail, until they are chosen anew.
func TestUnsubscribed(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	s.hear(t, s.at, 5, "Paper")
	ok(t, s.Choose(ctx, s.ann, Wish{Every: Day, Hour: 13, Zone: "UTC"}))
	ok(t, s.people.ChooseMail(ctx, s.ann.ID, know.MailDigest, false))
	s.at = s.at.Add(2 * time.Hour)
	if w, err := s.Wish(ctx, s.ann); err != nil || w.Every != Never || len(s.mails(t)) != 0 {
		t.Errorf("%+v, %v", w, err)
	}
	ok(t, s.Choose(ctx, s.ann, Wish{Every: Day, Hour: 16, Zone: "UTC"}))
	s.hear(t, s.at, 5, "Paper")
	s.at = s.at.AddDate(0, 0, 1).Add(2 * time.Hour)
	if n := len(s.mails(t)); n != 1 {
		t.Errorf("%d after they were chosen anew", n)
	}
	ok(t, s.Choose(ctx, s.ann, Wish{}))
	if w, err := s.Wish(ctx, s.ann); err != nil || w.Every != Never {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestClocksChange comes once a day through both changes of the clocks, at the
// hour that was chosen as far as the day has it.
func TestClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone string
		hour int
		from time.Time
		want []string // UTC
	}{
		{"Europe/Paris", 8, time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC), []string{"03-28 07:00", "03-29 06:00", "03-30 06:00"}},
		{"Europe/Paris", 2, time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC), []string{"03-28 01:00", "03-29 01:00", "03-30 00:00"}},    // 2:00 is not there: 3:00
		{"Europe/Paris", 2, time.Date(2026, 10, 23, 12, 0, 0, 0, time.UTC), []string{"10-24 00:00", "10-25 01:00", "10-26 01:00"}},   // 2:00 is there twice
		{"America/Santiago", 0, time.Date(2026, 9, 4, 12, 0, 0, 0, time.UTC), []string{"09-05 04:00", "09-06 04:00", "09-07 03:00"}}, // midnight is not there
		{"Asia/Kolkata", 23, time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC), []string{"03-27 17:30", "03-28 17:30", "03-29 17:30"}},
	} {
		w, at, last := Wish{Every: Day, Hour: c.hour, Zone: c.zone}, c.from, time.Time{}
		for _, want := range c.want {
			at = w.next(at, last, time.UTC)
			if got := at.UTC().Format("01-02 15:04"); got != want {
				t.Errorf("%s %d: %s, want %s", c.zone, c.hour, got, want)
			}
			last = at
		}
	}
	w := Wish{Every: Week, Weekday: time.Sunday, Hour: 2}
	paris, err := time.LoadLocation("Europe/Paris")
	ok(t, err)
	first := w.next(time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC), time.Time{}, paris)
	second := w.next(first.Add(90*time.Minute), first, paris) // the second 2:00 of that night
	if first.Format("01-02 15:04") != "10-25 02:00" || second.Format("01-02 15:04") != "11-01 02:00" {
		t.Errorf("%s, %s", first, second)
	}
}

// TestRefused says what is wrong with a wish, and who has none.
func TestRefused(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	for what, w := range map[string]Wish{"hourly": {Every: "hour"}, "the eighth day": {Every: Week, Weekday: 7}, "no hour": {Every: Day, Hour: -1}, "hour 24": {Every: Day, Hour: 24}, "no zone": {Every: Day, Zone: "../etc"}} {
		if err := s.Choose(ctx, s.ann, w); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Choose(ctx, know.Actor{ID: 9, Role: know.Member}, Wish{Every: Day}); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}

// TestFurthest names the spikes that went furthest from the usual, either way.
func TestFurthest(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	far := map[int64]float64{}
	for _, z := range []float64{14, -12, 5, 235, -146} {
		id := s.rise(t)
		far[id] = z
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update spike set z = $1, end_at = end_at + 1 where id = $2`, z, id)
			return err
		}))
	}
	// The one at 235 was found long before, and has grown since; that at 300 has not.
	before := storage.Micros(s.at.Add(-24 * time.Hour))
	still := s.rise(t)
	ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update spike set z = 300, found_at = $1, end_at = end_at + 1 where id = $2`, before, still); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update spike set found_at = $1, grown_at = $2 where z = 235`, before, storage.Micros(s.at))
		return err
	}))
	d, err := s.Make(ctx, s.ann, s.at.Add(-time.Hour), s.at.Add(time.Hour))
	ok(t, err)
	var named []float64
	for _, o := range d.Spikes {
		named = append(named, far[o.ID])
	}
	if !slices.Equal(named, []float64{235, -146, 14}) {
		t.Errorf("named are those at %v", named)
	}
}
