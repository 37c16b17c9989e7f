package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// office is the other side: it keeps what is signed with its secret, and answers
// as it is told to.
type office struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	status int
	after  string
	got    []got
}

type got struct {
	id     string
	header http.Header
	body   []byte
	Payload
}

func openOffice(t *testing.T) *office {
	o := &office{t: t, status: 204}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		ok(t, err)
		g := got{id: r.Header.Get("webhook-id"), header: r.Header, body: body}
		ok(t, json.Unmarshal(body, &g.Payload))
		o.mu.Lock()
		defer o.mu.Unlock()
		o.got = append(o.got, g)
		if o.after != "" {
			w.Header().Set("Retry-After", o.after)
		}
		w.WriteHeader(o.status)
	}))
	t.Cleanup(o.Close)
	return o
}

// takes gives what came since it was asked last, and answers so from now on.
func (o *office) takes(status int) []got {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.got
	o.got, o.status = nil, status
	return all
}

func (g got) signedWith(t *testing.T, secret string) bool {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	ok(t, err)
	return w.VerifyIgnoringTimestamp(g.body, g.header) == nil
}

type site struct {
	*Relays
	db    *storage.DB
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

func open(t *testing.T, db *storage.DB, o fetch.Options) *site {
	s := &site{db: db, at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	discard := slog.New(slog.DiscardHandler)
	s.log = event.New(discard, db, now, "test")
	people := know.New(discard, db, s.log, now, nil)
	web := fetch.New(o)
	t.Cleanup(web.Close)
	s.radar = listen.New(discard, db, s.log, people, web, now)
	s.Relays = New(discard, db, s.log, people, s.radar, spike.New(discard, db, s.log, now), trend.New(discard, db, s.log, people, now), web, func() (*i18n.Catalogue, error) { return i18n.Load(Texts) }, "https://tribune.example", now)
	p, _, err := people.AddPerson(t.Context(), "Ann", "ann@example.org", know.Staff)
	ok(t, err)
	s.ann = know.Actor{ID: p.ID, Role: know.Staff}
	return s
}

// happens records facts, lets them be followed, and sends.
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
	ok(t, s.log.CatchUp(t.Context(), "relay.follow", s.Follow, Kinds()...))
	ok(t, s.Send(t.Context()))
}

// spiked writes a rise, driven or not, and gives the fact of it.
func (s *site) spiked(t *testing.T, query int64, driven bool) event.Event {
	t.Helper()
	at, drove := storage.Micros(s.at), int64(0)
	if driven {
		drove = at
	}
	var id int64
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) (err error) {
		var n int64
		ok(t, tx.Row(t.Context(), `select count(*) from spike`).Scan(&n))
		id, err = tx.Insert(t.Context(), `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, n, drove, drove_at, found_at)
			values ($1, 'rise', $2, $2, 1, 41.26, 2, 9, 44, '{"words": [{"text": "recall", "now": 30, "before": 1}]}', $3, $4) returning id`, query, at+n, drove, at)
		return err
	}))
	return event.Event{Kind: spike.Found, Subject: event.Ref{Kind: "spike", ID: id}, Other: query}
}

func (s *site) relayNow(t *testing.T, id int64) Relay {
	t.Helper()
	r, err := s.Relay(t.Context(), s.ann, id)
	ok(t, err)
	return r
}

// TestSent sends each kind of alert to who asked for it, signed, once; what was
// taken back, and what is private, keeps its words here.
func TestSent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, o, ctx := open(t, db, fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Name: "Our paper", Text: "paper"})
		ok(t, err)
		s.happens(t, s.spiked(t, 0, true)) // before anybody asked
		r, secret, err := s.Add(ctx, s.ann, Wish{URL: o.URL + "/in?key=1#x", Spikes: true, Needs: true, Reach: 1000})
		if ok(t, err); r.Name != "127.0.0.1" || r.URL != o.URL+"/in?key=1" || !strings.HasPrefix(secret, "whsec_") {
			t.Errorf("%+v", r)
		}
		_, _, err = s.Add(ctx, s.ann, Wish{URL: o.URL + "/other", Query: q.ID + 1, Spikes: true})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a query that is not there: %v", err)
		}
		heard, err := s.radar.Hear(ctx, s.ann, []listen.Post{
			{Source: "Forum", ExternalID: "1", URL: "https://forum.example/1", Text: "Paper!", Reach: 5000, Author: listen.Author{Name: "Star", URL: "https://star.example"}},
			{Source: "Mail", Kind: listen.KindMail, ExternalID: "2", Text: "My secret paper.", Reach: 6000, Author: listen.Author{Name: "Bo", Email: "bo@example.org"}},
			{Source: "Forum", ExternalID: "3", Text: "Old paper.", Reach: 5000, PublishedAt: s.at.AddDate(0, 0, -3), Author: listen.Author{Name: "Cy", URL: "https://cy.example"}},
			{Source: "Forum", ExternalID: "4", Text: "Small paper.", Reach: 999, Author: listen.Author{Name: "Di", URL: "https://di.example"}}})
		ok(t, err)
		rise := s.spiked(t, q.ID, true)
		s.happens(t, rise, rise)
		all := o.takes(204)
		if len(all) != 3 {
			t.Fatalf("%d came: %+v", len(all), all)
		}
		ids := map[string]bool{}
		for _, g := range all {
			if ids[g.id] = true; !g.signedWith(t, secret) || g.signedWith(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") || g.header.Get("Content-Type") != "application/json" {
				t.Errorf("%v %s", g.header, g.body)
			}
			if m := g.Data.Mention; m != nil && (m.ID == heard[0].ID && (m.Text != "Paper!" || m.Author != "Star" || m.URL == "") || m.ID == heard[1].ID && (m.Text != "" || m.Author != "" || m.Public)) {
				t.Errorf("%s", g.body)
			}
			if strings.Contains(string(g.body), "secret") {
				t.Errorf("it tells what is private: %s", g.body)
			}
			if o := g.Data.Spike; o != nil && (g.Type != "spike.found" || o.Kind != "rise" || o.Peak != 41.3 || len(o.Words) != 1 || o.Words[0].Text != "recall" || g.Data.Query.Name != "Our paper" || g.Data.URL != fmt.Sprintf("https://tribune.example/desk/radar/spikes/%d", o.ID)) {
				t.Errorf("%s", g.body)
			}
		}
		if len(ids) != 3 {
			t.Errorf("ids %v", ids)
		}
		var texts []string
		for _, g := range all {
			texts = append(texts, g.Text)
		}
		slices.Sort(texts)
		if diff := cmp.Diff([]string{"A rise of “Our paper”: 41 mentions in an hour. Usual is about 2. New in it: recall. https://tribune.example/desk/radar/spikes/2",
			fmt.Sprintf("Star reaches 5,000 people: “Paper!” https://tribune.example/desk/mentions/%d", heard[0].ID),
			fmt.Sprintf("What somebody said, and not in public, reaches 6,000 people. https://tribune.example/desk/mentions/%d", heard[1].ID)}, texts); diff != "" {
			t.Error(diff)
		}

		// Withdrawn before it leaves.
		ok(t, s.Pause(ctx, s.ann, r.ID))
		ok(t, s.Resume(ctx, s.ann, r.ID))
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update relay_call set state = 'waiting' where subject_id = $1 and kind = 'reach'`, heard[0].ID)
			return err
		}))
		ok(t, s.radar.Withdraw(ctx, s.ann, heard[0].ID))
		s.happens(t)
		if all := o.takes(204); len(all) != 0 || s.relayNow(t, r.ID).Waiting != 0 {
			t.Errorf("what was withdrawn leaves: %s", all[0].body)
		}
		ok(t, s.Remove(ctx, s.ann, r.ID))
		s.happens(t, s.spiked(t, q.ID, true))
		if all := o.takes(204); len(all) != 0 {
			t.Errorf("removed, and %d came", len(all))
		}
	})
}

// TestSentence says what happened in both languages, and lets strangers' words
// neither call anybody in a chat nor draw a link there.
func TestSentence(t *testing.T) {
	words, err := i18n.Load(Texts)
	ok(t, err)
	said := "<!channel> @all [win](https://evil.example)\nnow <https://evil.example|here> " + strings.Repeat("long ", 100)
	for _, c := range []struct {
		lang string
		data Data
		want string
	}{
		{"en", Data{}, "This is a test: alerts arrive here."},
		{"en", Data{Spike: &Spike{Kind: "silence", Expected: 12.2}}, "Silence: nothing is heard of “all that is heard”. Usual is about 12 in an hour."},
		{"en", Data{Spike: &Spike{Kind: "drop", Peak: 1, Expected: 12.2}, Query: &Query{1, "@here"}}, "A drop of “@\u2060here”: 1 mention in an hour. Usual is about 12."},
		{"fr", Data{Need: &Need{Label: "poche", How: "wish", Authors: 3}}, "Un besoin sans réponse\u00a0: «\u00a0poche\u00a0». 3 personnes le souhaitent."},
		{"en", Data{Need: &Need{Label: "pocket", How: "missing", Authors: 3}}, "An unmet need: “pocket”. 3 people miss it."},
		{"en", Data{Need: &Need{Label: "charger", How: "complaint", Authors: 498}}, "498 people complain of “charger”."},
		{"fr", Data{Need: &Need{Label: "chargeur", How: "complaint", Authors: 3}}, "3 personnes se plaignent de\u00a0: «\u00a0chargeur\u00a0»."},
		{"fr", Data{Mention: &Mention{Public: true, Text: "<b>", Author: "Ann", Reach: 12000}}, "Ann touche 12\u202f000 personnes\u00a0: «\u00a0‹b›\u00a0»"},
		{"en", Data{Mention: &Mention{Public: true, Text: "Hm", Reach: 1}}, "“Hm” reaches 1 person."},
	} {
		if got := sentence(words.Printer(c.lang, time.UTC), Payload{Data: c.data}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	got := harmless(said)
	if strings.ContainsAny(got, "<>\n`") || strings.Contains(got, "](") || strings.Contains(got, "@a") || utf8.RuneCountInString(got) > mostSaid+5 {
		t.Errorf("a chat may obey %q", got)
	}
}

// TestTriedAgain tries again with growing pauses and the same id, holds up no
// other address, pauses what fails for five days or is gone, and sends what
// waited when it is taken up again.
func TestTriedAgain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, bad, good, ctx := open(t, db, fetch.Options{AllowPrivate: true}), openOffice(t), openOffice(t), t.Context()
		r, secret, err := s.Add(ctx, s.ann, Wish{Name: "Chat", URL: bad.URL, Spikes: true})
		ok(t, err)
		_, _, err = s.Add(ctx, s.ann, Wish{URL: good.URL, Spikes: true})
		ok(t, err)
		bad.takes(503)
		s.happens(t, s.spiked(t, 0, true))
		first := bad.takes(503)
		tried, err := s.Tries(ctx, s.ann, r.ID, 0, 10)
		if ok(t, err); len(tried) != 1 || tried[0].Status != 503 || tried[0].Name != first[0].id || !strings.Contains(tried[0].Error.String(), "503") || !tried[0].AgainAt.Equal(s.at.Add(5*time.Second)) ||
			tried[0].To != "Chat" || "http://"+tried[0].Host != bad.URL || tried[0].Kind != "spike" || tried[0].Subject != 1 || !tried[0].At.Equal(s.at) {
			t.Errorf("tried %+v", tried)
		}
		if all, err := s.Tries(ctx, s.ann, 0, 0, 10); err != nil || len(all) != 2 {
			t.Errorf("tried %+v, %v", all, err)
		}
		if older, err := s.Tries(ctx, s.ann, 0, tried[0].ID, 10); err != nil || len(older) > 1 {
			t.Errorf("before %d: %+v, %v", tried[0].ID, older, err)
		}
		if len(first) != 1 || len(good.takes(204)) != 1 {
			t.Fatalf("%d came", len(first))
		}
		if r := s.relayNow(t, r.ID); !r.FailingSince.Equal(s.at) || !strings.Contains(r.Error.String(), "503") || r.Waiting != 1 {
			t.Errorf("%+v", r)
		}
		s.happens(t)
		s.at = s.at.Add(4 * time.Second)
		s.happens(t)
		if n := len(bad.takes(503)); n != 0 {
			t.Errorf("tried %d times without a pause", n)
		}
		tries, began := 0, s.at
		for s.relayNow(t, r.ID).Paused == "" && s.at.Sub(began) < 10*24*time.Hour {
			s.at = s.at.Add(2 * time.Hour)
			s.happens(t)
			for _, g := range bad.takes(503) {
				if tries++; g.id != first[0].id {
					t.Errorf("the id %s is another one, was %s", g.id, first[0].id)
				}
			}
		}
		if r := s.relayNow(t, r.ID); r.Paused != Failing || s.at.Sub(began) < giveUp || s.at.Sub(began) > 6*24*time.Hour || tries < 8 || tries > len(backOff) {
			t.Errorf("after %s and %d tries: %+v", s.at.Sub(began), tries, r)
		}
		s.happens(t, s.spiked(t, 0, true)) // told nobody but the other
		if len(bad.takes(200)) != 0 || len(good.takes(204)) != 1 {
			t.Error("a paused address is sent something")
		}
		ok(t, s.Resume(ctx, s.ann, r.ID))
		s.happens(t)
		if again := bad.takes(200); len(again) != 1 || again[0].id != first[0].id || !again[0].signedWith(t, secret) {
			t.Errorf("%+v", again)
		}
		if r := s.relayNow(t, r.ID); !r.FailingSince.IsZero() || r.Error.Text != "" || !r.OKAt.Equal(s.at) || r.Waiting != 0 {
			t.Errorf("%+v", r)
		}

		newest, err := s.Tries(ctx, s.ann, r.ID, 0, 100)
		if ok(t, err); newest[0].Error.Text != "" || newest[0].Status != 200 || !newest[0].AgainAt.IsZero() || len(newest) != tries+2 {
			t.Errorf("%d tries, the newest %+v", len(newest), newest[0])
		}
		at := s.at
		s.at = s.at.Add(keep - time.Hour)
		ok(t, s.Tidy(ctx))
		if left, err := s.Tries(ctx, s.ann, r.ID, 0, 100); err != nil || len(left) != 2 { // of now
			t.Errorf("after 30 days %d tries are left, %v", len(left), err)
		}
		s.at = at

		bad.after = "900"
		bad.takes(429)
		s.happens(t, s.spiked(t, 0, true))
		s.at = s.at.Add(14 * time.Minute)
		s.happens(t)
		if n := len(bad.takes(410)); n != 1 {
			t.Errorf("tried %d times although asked to wait", n)
		}
		s.at = s.at.Add(time.Minute)
		s.happens(t)
		if n, r := len(bad.takes(200)), s.relayNow(t, r.ID); n != 1 || r.Paused != Gone {
			t.Errorf("%d, %+v", n, r)
		}
	})
}

// TestOwnPace sends to one address while another does not answer, and nothing at
// all to one that asked to wait, until it asked to.
func TestOwnPace(t *testing.T) {
	s, good, ctx := open(t, storagetest.SQLite(t), fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
	asked, answer, cut := make(chan bool, 9), make(chan bool), make(chan bool, 9)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		asked <- true
		select {
		case <-answer:
		case <-r.Context().Done():
			cut <- true
		}
	}))
	t.Cleanup(slow.Close)
	for _, url := range []string{slow.URL, good.URL} {
		_, _, err := s.Add(ctx, s.ann, Wish{URL: url, Spikes: true})
		ok(t, err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan bool)
	go func() { s.Run(running); close(ended) }()
	for range 3 {
		fact := s.spiked(t, 0, true)
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error { return s.log.Append(ctx, tx, fact) }))
		ok(t, s.log.CatchUp(ctx, "relay.follow", s.Follow, Kinds()...))
		for len(good.takes(204)) == 0 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if <-asked; len(asked) > 0 || len(cut) > 0 {
		t.Errorf("the slow one was asked %d times more, and given up %d times, before the other had all", len(asked), len(cut))
	}
	close(answer)
	stop()
	<-ended

	r, _, err := s.Add(ctx, s.ann, Wish{URL: good.URL + "/asks", Spikes: true})
	ok(t, err)
	ok(t, s.Remove(ctx, s.ann, 1))
	ok(t, s.Remove(ctx, s.ann, 2))
	good.after = "90"
	good.takes(429)
	s.happens(t, s.spiked(t, 0, true))
	s.at = s.at.Add(80 * time.Second)
	s.happens(t, s.spiked(t, 0, true))
	if n := len(good.takes(200)); n != 1 {
		t.Errorf("%d came to who asked to wait", n)
	}
	s.at = s.at.Add(10 * time.Second)
	s.happens(t)
	if n, r := len(good.takes(200)), s.relayNow(t, r.ID); n != 2 || r.Waiting != 0 {
		t.Errorf("%d came after the wait, %d wait on", n, r.Waiting)
	}
}

// TestOneBadAlert sends what comes after an alert that an address never takes.
func TestOneBadAlert(t *testing.T) {
	s, o, ctx := open(t, storagetest.SQLite(t), fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
	r, _, err := s.Add(ctx, s.ann, Wish{URL: o.URL, Spikes: true})
	ok(t, err)
	o.takes(400)
	s.happens(t, s.spiked(t, 0, true))
	first := o.takes(200)
	s.happens(t, s.spiked(t, 0, true))
	if second := o.takes(400); len(second) != 1 || second[0].id == first[0].id || !s.relayNow(t, r.ID).FailingSince.IsZero() {
		t.Errorf("%+v", second)
	}
}

// TestCutOff sends again what a process that died was sending: twice rather
// than never, under one id.
func TestCutOff(t *testing.T) {
	s, o, ctx := open(t, storagetest.SQLite(t), fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
	r, _, err := s.Add(ctx, s.ann, Wish{URL: o.URL, Spikes: true})
	ok(t, err)
	s.happens(t, s.spiked(t, 0, true))
	ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update relay_call set state = 'waiting', leased_until = $1`, storage.Micros(s.at.Add(lease)))
		return err
	}))
	s.happens(t)
	first := o.takes(200)
	if len(first) != 1 {
		t.Errorf("sent %d times, once while another was at it", len(first))
	}
	s.at = s.at.Add(lease)
	s.happens(t)
	if again := o.takes(200); len(again) != 1 || again[0].id != first[0].id || s.relayNow(t, r.ID).Waiting != 0 {
		t.Errorf("%+v", again)
	}
}

// TestOneRise sends a rise that several queries see once, named after the
// narrowest, and with the others.
func TestOneRise(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, o, ctx := open(t, db, fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Name: "Our paper", Text: "paper"})
		ok(t, err)
		_, _, err = s.Add(ctx, s.ann, Wish{URL: o.URL, Spikes: true})
		ok(t, err)
		narrow, wide := s.spiked(t, q.ID, true), s.spiked(t, 0, true)
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update spike set cause_id = $1 where id = $2`, narrow.Subject.ID, wide.Subject.ID)
			return err
		}))
		s.happens(t, wide, narrow)
		all := o.takes(204)
		if len(all) != 1 || all[0].Data.Spike.ID != narrow.Subject.ID || all[0].Data.Query.ID != q.ID || !slices.Equal(all[0].Data.Spike.AlsoIn, []Query{{}}) ||
			!strings.Contains(all[0].Text, "It is seen also in: all that is heard.") {
			t.Errorf("%+v", all)
		}
	})
}

// TestWaits waits for what drove a spike, but not for ever, and for the end of
// quiet hours.
func TestWaits(t *testing.T) {
	s, o, ctx := open(t, storagetest.SQLite(t), fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
	r, _, err := s.Add(ctx, s.ann, Wish{URL: o.URL, Spikes: true})
	ok(t, err)
	s.happens(t, s.spiked(t, 0, false))
	s.at = s.at.Add(patience - time.Second)
	s.happens(t)
	if n := len(o.takes(200)); n != 0 {
		t.Error("sent before it was known what drove it")
	}
	s.at = s.at.Add(time.Second)
	s.happens(t)
	if n := len(o.takes(200)); n != 1 {
		t.Error("never sent")
	}
	// 12:00 UTC is 21:00 in Tokyo.
	ok(t, s.Change(ctx, s.ann, r.ID, Wish{Name: "Night", URL: o.URL, Spikes: true, Quiet: alert.Hours{From: 21 * 60, Until: 7 * 60, Zone: "Asia/Tokyo"}}))
	s.happens(t, s.spiked(t, 0, true), s.spiked(t, 0, true))
	if n := len(o.takes(200)); n != 0 {
		t.Error("sent in quiet hours")
	}
	s.at = s.at.Add(10 * time.Hour)
	s.happens(t)
	if n := len(o.takes(200)); n != 2 {
		t.Errorf("%d were sent after quiet hours", n)
	}
}

// TestTest sends a trial at once and says what came of it; and a new secret
// leaves the one before in use for a day.
func TestTest(t *testing.T) {
	s, o, ctx := open(t, storagetest.SQLite(t), fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
	r, secret, err := s.Add(ctx, s.ann, Wish{URL: o.URL, Reach: 5})
	ok(t, err)
	ok(t, s.Test(ctx, s.ann, r.ID))
	if all := o.takes(401); len(all) != 1 || all[0].Type != "test" || !all[0].signedWith(t, secret) {
		t.Errorf("%+v", all)
	}
	if err := s.Test(ctx, s.ann, r.ID); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "401") {
		t.Error(err)
	}
	if r := s.relayNow(t, r.ID); !strings.Contains(r.Error.String(), "401") || !r.FailingSince.IsZero() {
		t.Errorf("%+v", r)
	}
	fresh, err := s.NewSecret(ctx, s.ann, r.ID)
	ok(t, err)
	o.takes(200)
	ok(t, s.Test(ctx, s.ann, r.ID))
	if all := o.takes(200); fresh == secret || !all[0].signedWith(t, secret) || !all[0].signedWith(t, fresh) || s.relayNow(t, r.ID).BeforeUntil.IsZero() {
		t.Errorf("%+v", all)
	}
	s.at = s.at.Add(overlap)
	ok(t, s.Test(ctx, s.ann, r.ID))
	if all := o.takes(200); all[0].signedWith(t, secret) || !all[0].signedWith(t, fresh) {
		t.Errorf("%+v", all)
	}
}

// TestRefused says what is wrong with a wish, and who may not have one.
// A query that a webhook tells of stays; where it went before that was so, the
// webhook says that it sends nothing.
func TestQueryInUse(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db, fetch.Options{}), t.Context()
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Text: "paper"})
		ok(t, err)
		r, _, err := s.Add(ctx, s.ann, Wish{Name: "Pager", URL: "https://chat.example/in", Query: q.ID, Spikes: true})
		ok(t, err)
		if err := s.radar.RemoveQuery(ctx, s.ann, q.ID); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "“Pager”") {
			t.Fatalf("removed: %v", err)
		}
		if _, err := s.radar.Query(ctx, s.ann, q.ID); err != nil || s.relayNow(t, r.ID).QueryGone {
			t.Fatalf("it is gone: %v", err)
		}
		all := r.Wish
		all.Query = 0
		ok(t, s.Change(ctx, s.ann, r.ID, all))
		ok(t, s.radar.RemoveQuery(ctx, s.ann, q.ID))
		if s.relayNow(t, r.ID).QueryGone {
			t.Error("one that tells of everything says that it sends nothing")
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update relay set query_id = $1`, q.ID)
			return err
		}))
		if !s.relayNow(t, r.ID).QueryGone {
			t.Error("nothing says that its query is gone")
		}
	})
}

func TestRefused(t *testing.T) {
	s, ctx := open(t, storagetest.SQLite(t), fetch.Options{}), t.Context()
	for field, w := range map[string]Wish{
		"url":    {URL: "http://chat.example/in", Spikes: true},
		"url ":   {URL: "javascript:alert(1)", Spikes: true},
		"url  ":  {URL: "https://me:secret@chat.example", Spikes: true},
		"url   ": {URL: "https://" + strings.Repeat("a", 5000), Spikes: true},
		"spikes": {URL: "https://chat.example"},
		"reach":  {URL: "https://chat.example", Reach: -1},
		"name":   {URL: "https://chat.example", Name: strings.Repeat("a", 81), Spikes: true},
		"query":  {URL: "https://chat.example", Query: 7, Spikes: true},
		"zone":   {URL: "https://chat.example", Spikes: true, Quiet: alert.Hours{Zone: "../../etc/passwd"}},
		"quiet":  {URL: "https://chat.example", Spikes: true, Quiet: alert.Hours{Until: 24 * 60}},
	} {
		_, _, err := s.Add(ctx, s.ann, w)
		f, is := errors.AsType[*fault.Error](err)
		if !is || f.Kind != fault.Invalid || f.Field != strings.TrimSpace(field) {
			t.Errorf("%s: %+v", field, f)
		}
	}
	r, _, err := s.Add(ctx, s.ann, Wish{URL: "https://127.0.0.1:9/in", Spikes: true})
	ok(t, err)
	if err := s.Test(ctx, s.ann, r.ID); err == nil || !strings.Contains(err.Error(), "private network") {
		t.Error(err)
	}
	mia := know.Actor{ID: 9, Role: know.Member}
	_, _, err = s.Add(ctx, mia, Wish{URL: "https://chat.example", Spikes: true})
	_, err2 := s.List(ctx, mia)
	_, err3 := s.NewSecret(ctx, mia, r.ID)
	for _, err := range []error{err, err2, err3, s.Change(ctx, mia, r.ID, r.Wish), s.Remove(ctx, mia, r.ID), s.Test(ctx, mia, r.ID), s.Pause(ctx, mia, r.ID), s.Resume(ctx, mia, r.ID)} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member may: %v", err)
		}
	}
	for range most {
		_, _, err = s.Add(ctx, s.ann, Wish{URL: "https://chat.example", Spikes: true})
	}
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("more than %d: %v", most, err)
	}
}
