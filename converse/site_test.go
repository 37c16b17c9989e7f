package converse_test

import (
	"log/slog"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// site is an inbox with people around it.
type site struct {
	*converse.Inbox
	t      *testing.T
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	at     time.Time

	ada, ben, marta, olga know.Actor // two members, staff, the owner
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := &site{t: t, db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
		log, now := slog.New(slog.DiscardHandler), func() time.Time { return s.at }
		s.events = event.New(log, db, now, "test")
		s.people = know.New(log, db, s.events, now, nil)
		s.radar = listen.New(log, db, s.events, s.people, nil, now)
		s.Inbox = converse.New(log, db, s.events, s.people, s.radar, now)
		s.olga, s.marta = s.person("Olga", know.Owner), s.person("Marta", know.Staff)
		s.ada, s.ben = s.person("Ada", know.Member), s.person("Ben", know.Member)
		f(t, s)
	})
}

func (s *site) person(name string, role know.Role) know.Actor {
	s.t.Helper()
	p, _, err := s.people.AddPerson(s.t.Context(), name, name+"@example.org", role)
	s.ok(err)
	a, err := s.people.Actor(s.t.Context(), p.ID)
	s.ok(err)
	return a
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// hear stores posts and lets the inbox attend to them.
func (s *site) hear(posts ...listen.Post) []int64 {
	s.t.Helper()
	heard, err := s.radar.Hear(s.t.Context(), s.olga, posts)
	s.ok(err)
	ids := make([]int64, len(heard))
	for i, h := range heard {
		if h.Err != nil {
			s.t.Fatalf("post %d: %v", i, h.Err)
		}
		ids[i] = h.ID
	}
	s.attend("converse")
	return ids
}

func (s *site) attend(cursor string) {
	s.t.Helper()
	s.ok(s.events.CatchUp(s.t.Context(), cursor, s.Attend))
}

func (s *site) list(f converse.Filter) []converse.Thread {
	s.t.Helper()
	threads, _, err := s.Threads(s.t.Context(), s.marta, f)
	s.ok(err)
	return threads
}

func (s *site) read(a know.Actor, id int64) (converse.Thread, []converse.Message) {
	s.t.Helper()
	t, messages, err := s.Thread(s.t.Context(), a, id)
	s.ok(err)
	return t, messages
}

// mails counts the rows of the outbox of a kind.
func (s *site) mails(kind string) (n int) {
	s.t.Helper()
	s.ok(s.db.Row(s.t.Context(), `select count(*) from outbox where kind = $1`, kind).Scan(&n))
	return n
}

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %q", err, kind)
	}
}
