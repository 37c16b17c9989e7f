package alert

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/storage"
	"tribune/storage/storagetest"
)

type site struct {
	*Alerts
	radar *listen.Radar
	log   *event.Log
	ann   know.Actor
	at    time.Time
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
	s.log = event.New(discard, db, now, "test")
	people := know.New(discard, db, s.log, now, nil)
	web := fetch.New(fetch.Options{})
	t.Cleanup(web.Close)
	s.radar = listen.New(discard, db, s.log, people, web, now)
	s.Alerts = New(db, s.log, people, now)
	p, _, err := people.AddPerson(t.Context(), "Ann", "ann@example.org", know.Staff)
	ok(t, err)
	s.ann = know.Actor{ID: p.ID, Role: know.Staff}
	return s
}

// happens records facts, and lets them be followed.
func (s *site) happens(t *testing.T, facts ...event.Event) {
	t.Helper()
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) error {
		for _, f := range facts {
			if err := s.log.Append(t.Context(), tx, f); err != nil {
				return err
			}
		}
		return nil
	}))
	ok(t, s.log.CatchUp(t.Context(), "alert.follow", s.Follow, Kinds()...))
}

func spiked(id, query int64) event.Event {
	return event.Event{Kind: spike.Found, Subject: event.Ref{Kind: "spike", ID: id}, Other: query}
}

// told gives what each mail in the outbox tells, the first mail first.
func (s *site) told(t *testing.T) (all [][]Alert) {
	t.Helper()
	ok(t, s.Tell(t.Context()))
	mails, err := s.log.Deliveries(t.Context(), "", 0, 50)
	ok(t, err)
	slices.Reverse(mails)
	for _, m := range mails {
		batch, err := s.Batch(t.Context(), m.Person, m.Subject.ID)
		ok(t, err)
		all = append(all, batch)
	}
	return all
}

// TestTold tells who asked, of what they asked, once, and after quiet hours
// together.
func TestTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		s.happens(t, spiked(1, 0))
		if all := s.told(t); len(all) != 0 {
			t.Fatalf("nobody asked, and is told %v", all)
		}
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Text: "paper"})
		ok(t, err)
		want := Wishes{Choices: []Choice{{Query: q.ID, Spikes: true}, {Query: 0, Reach: 1000}}, Needs: true, QuietFrom: 22 * 60, QuietUntil: 7 * 60, Zone: "Asia/Tokyo"}
		ok(t, s.Wish(ctx, s.ann, want))
		got, err := s.Wishes(ctx, s.ann)
		if ok(t, err); len(got.Choices) != 2 || got.Choices[0].Reach != 1000 || !got.Choices[1].Spikes || !got.Needs || got.Zone != want.Zone || got.QuietFrom != want.QuietFrom {
			t.Errorf("%+v", got)
		}

		// 12:00 UTC is 21:00 in Tokyo; an hour later it is quiet there.
		need := event.Event{Kind: trend.Found, Subject: event.Ref{Kind: "trend", ID: 3}, N: trend.Need.Number()}
		s.happens(t, spiked(2, q.ID), spiked(2, q.ID), spiked(4, 0), event.Event{Kind: trend.Found, Subject: event.Ref{Kind: "trend", ID: 5}, N: trend.Topic.Number()})
		if all := s.told(t); len(all) != 1 || len(all[0]) != 1 || all[0][0].Kind != OfSpike || all[0][0].Subject != 2 {
			t.Fatalf("told %+v", all)
		}
		s.at = s.at.Add(time.Hour)
		_, err = s.radar.Hear(ctx, s.ann, []listen.Post{
			{Source: "Forum", ExternalID: "1", Text: "Paper!", Reach: 5000, Author: listen.Author{Name: "Star", URL: "https://star.example"}},
			{Source: "Forum", ExternalID: "2", Text: "Paper.", Reach: 999, Author: listen.Author{Name: "Bo", URL: "https://bo.example"}}})
		ok(t, err)
		s.happens(t, need)
		if all := s.told(t); len(all) != 1 {
			t.Fatalf("told in quiet hours: %+v", all)
		}
		recent, err := s.Recent(ctx, s.ann, 0, 2)
		if ok(t, err); len(recent) != 2 || !recent[0].Waits || recent[0].ID < recent[1].ID {
			t.Errorf("recent: %+v", recent)
		}
		recent, err = s.Recent(ctx, s.ann, recent[1].ID, 9)
		if ok(t, err); len(recent) != 1 || recent[0].Waits || recent[0].Kind != OfSpike {
			t.Errorf("before them: %+v", recent)
		}
		s.at = s.at.Add(9 * time.Hour) // 07:00 in Tokyo
		all := s.told(t)
		if len(all) != 2 || len(all[1]) != 2 {
			t.Fatalf("after quiet hours: %+v", all)
		}
		if kinds := []Kind{all[1][0].Kind, all[1][1].Kind}; !slices.Contains(kinds, OfReach) || !slices.Contains(kinds, OfNeed) {
			t.Errorf("told %v", kinds)
		}
		s.happens(t, need, spiked(2, q.ID)) // the same again
		if all := s.told(t); len(all) != 2 {
			t.Errorf("told twice: %+v", all)
		}

		// Ended by the link in a mail, and wished for again.
		ok(t, s.people.ChooseMail(ctx, s.ann.ID, know.MailAlerts, false))
		s.happens(t, spiked(8, q.ID))
		if all := s.told(t); len(all) != 2 {
			t.Errorf("told who ended it: %+v", all)
		}
		ok(t, s.Wish(ctx, s.ann, want))
		s.happens(t, spiked(9, q.ID))
		if all := s.told(t); len(all) != 3 || all[2][0].Subject != 9 {
			t.Fatalf("wished for again, and not told: %+v", all)
		}

		h, err := s.Held(ctx, s.ann.ID)
		if ok(t, err); len(h.Choices) != len(want.Choices) || h.Needs != want.Needs || h.QuietFrom != want.QuietFrom || h.Zone != want.Zone || len(h.Told) < 3 || h.Told[0].At.IsZero() {
			t.Errorf("held are %+v", h)
		}
		s.happens(t, spiked(6, q.ID), event.Event{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.ann.ID}}, spiked(7, q.ID))
		if all := s.told(t); len(all) != 3 {
			t.Errorf("told who left: %+v", all)
		}
		if h, err := s.Held(ctx, s.ann.ID); err != nil || len(h.Choices)+len(h.Told)+h.QuietUntil+len(h.Zone) != 0 || h.Needs {
			t.Errorf("of who left %+v is held, %v", h, err)
		}
	})
}

// TestRefused says what is wrong with what is wished.
// What somebody wished of a query that was removed is wished no more.
func TestQueryRemoved(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Text: "paper"})
		ok(t, err)
		ok(t, s.Wish(ctx, s.ann, Wishes{Choices: []Choice{{Query: q.ID, Spikes: true}, {Query: 0, Spikes: true}}}))
		ok(t, s.radar.RemoveQuery(ctx, s.ann, q.ID))
		got, err := s.Wishes(ctx, s.ann)
		if ok(t, err); len(got.Choices) != 1 || got.Choices[0].Query != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestRefused(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t)), t.Context()
	for what, w := range map[string]Wishes{
		"a reach below 0":  {Choices: []Choice{{Reach: -1}}},
		"no time":          {QuietFrom: -1},
		"past midnight":    {QuietUntil: 24 * 60},
		"no zone":          {Zone: "Mars/Olympus"},
		"a path as a zone": {Zone: "../../etc/passwd"},
	} {
		if s.Wish(ctx, s.ann, w) == nil {
			t.Error(what, "is taken")
		}
	}
	if s.Wish(ctx, know.Actor{ID: 9, Role: know.Member}, Wishes{}) == nil {
		t.Error("a member is taken")
	}
}

func TestQuiet(t *testing.T) {
	for _, c := range []struct {
		from, until, at int
		want            bool
	}{{0, 0, 0, false}, {600, 600, 600, false}, {60, 120, 60, true}, {60, 120, 120, false}, {1320, 420, 1330, true}, {1320, 420, 0, true}, {1320, 420, 420, false}, {1320, 420, 1319, false}} {
		at := time.Date(2026, 1, 1, c.at/60, c.at%60, 0, 0, time.UTC)
		if got := (Hours{From: c.from, Until: c.until}).Hold(at, time.UTC); got != c.want {
			t.Error(fmt.Sprintf("%+v", c), got)
		}
	}
}

// TestOnce tells a rise that several queries see once, and waits until that is known.
func TestOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ok(t, s.Wish(t.Context(), s.ann, Wishes{Choices: []Choice{{Query: 0, Spikes: true}, {Query: 1, Spikes: true}}}))
		spike := func(id, query, cause, drove int64) event.Event {
			ok(t, db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.Exec(t.Context(), `insert into spike (id, query_id, kind, start_at, end_at, going_on, peak, expected, z, cause_id, drove_at, found_at) values ($1, $2, 'rise', 1, 2, 1, 9, 1, 9, $3, $4, 1)`,
					id, query, cause, drove)
				return err
			}))
			return spiked(id, query)
		}
		s.happens(t, spike(1, 1, 0, 1), spike(2, 0, 1, 0))
		if all := s.told(t); len(all) != 0 {
			t.Errorf("told before it is known what is one: %v", all)
		}
		s.at = s.at.Add(patience + time.Second)
		if all := s.told(t); len(all) != 1 || len(all[0]) != 1 || all[0][0].Subject != 1 {
			t.Errorf("want the narrow one, once: %v", all)
		}
		s.happens(t, spike(3, 0, 0, 1), spike(4, 1, 1, 1))
		if all := s.told(t); len(all) != 2 || len(all[1]) != 1 || all[1][0].Subject != 3 {
			t.Errorf("want the other one only: %v", all)
		}

		// In the same hours something far larger begins, which explains what was told before.
		large := func(id, n int64) event.Event {
			fact := spike(id, 1, 0, 1)
			ok(t, db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.Exec(t.Context(), `update spike set peak = $2 where id = $1`, id, n)
				if err == nil {
					_, err = tx.Exec(t.Context(), `update spike set cause_id = $1 where id = 3`, id)
				}
				return err
			}))
			return fact
		}
		s.happens(t, large(5, 20))
		if all := s.told(t); len(all) != 2 {
			t.Errorf("told of what is twice as large: %v", all)
		}
		s.happens(t, large(6, 400))
		if all := s.told(t); len(all) != 3 || len(all[2]) != 1 || all[2][0].Subject != 6 {
			t.Errorf("want what is fifty times as large: %v", all)
		}
	})
}
