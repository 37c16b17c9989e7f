package post_test

import (
	"log/slog"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// stand is a site with people who publish, for tests.
type stand struct {
	*post.Posts
	db     *storage.DB
	events *event.Log
	people *know.Directory
	at     time.Time

	visitor, guest, ada, ben, cyd, staff, owner know.Actor
}

func (s *stand) now() time.Time { return s.at }

func open(t testing.TB, db *storage.DB) *stand {
	t.Helper()
	s := &stand{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	s.events = event.New(log, db, s.now, "test")
	s.people = know.New(log, db, s.events, s.now, nil)
	s.Posts = post.New(log, db, s.events, s.people, s.now)
	s.owner, s.staff = s.person(t, "Olga", know.Owner), s.person(t, "Sven", know.Staff)
	s.ada, s.ben, s.cyd = s.person(t, "Ada", know.Member), s.person(t, "Ben", know.Member), s.person(t, "Cyd", know.Member)
	s.guest = know.Actor{ID: s.cyd.ID + 100, Role: know.Guest}
	return s
}

func (s *stand) person(t testing.TB, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.people.AddPerson(t.Context(), name, name+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	return s.actor(t, p.ID)
}

func (s *stand) actor(t testing.TB, id int64) know.Actor {
	t.Helper()
	a, err := s.people.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// post publishes something.
func (s *stand) post(t testing.TB, a know.Actor, n post.NewPost) post.Post {
	t.Helper()
	s.at = s.at.Add(time.Second)
	if n.Title == "" {
		n.Title = "On paper"
	}
	if n.Body == "" {
		n.Body = "The ink dries fast. The paper is thin."
	}
	p, err := s.Begin(t.Context(), a, n)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = s.Publish(t.Context(), a, p.ID); err != nil {
		t.Fatal(err)
	}
	return p
}

func each(t *testing.T, f func(t *testing.T, s *stand)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, open(t, db)) })
}

func (s *stand) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.db.Row(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return n
}

func (s *stand) facts(t testing.TB, kind string) int64 {
	t.Helper()
	return s.number(t, `select count(*) from event where kind = $1`, kind)
}

// want fails unless err is a fault of this kind; Internal stands for none.
func want(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if kind == fault.Internal && err != nil || kind != fault.Internal && !fault.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func ptr[T any](v T) *T { return &v }
