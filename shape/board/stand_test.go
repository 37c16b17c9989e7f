package board_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
)

// stand is a site with people, for tests.
type stand struct {
	*board.Boards
	db     *storage.DB
	events *event.Log
	people *know.Directory
	at     time.Time

	ada, ben, staff, owner know.Actor
}

func (s *stand) now() time.Time { return s.at }

func open(t testing.TB, db *storage.DB) *stand {
	t.Helper()
	s := &stand{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	s.events = event.New(log, db, s.now, "test")
	s.people = know.New(log, db, s.events, s.now, nil)
	s.Boards = board.New(log, db, s.events, s.people, s.now)
	s.owner, s.staff = s.person(t, "Olga", know.Owner), s.person(t, "Sven", know.Staff)
	s.ada, s.ben = s.person(t, "Ada", know.Member), s.person(t, "Ben", know.Member)
	return s
}

func (s *stand) person(t testing.TB, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.people.AddPerson(t.Context(), name, strings.ReplaceAll(name, " ", ".")+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	return s.actor(t, p.ID)
}

// actor gives somebody as they are now: circles change.
func (s *stand) actor(t testing.TB, id int64) know.Actor {
	t.Helper()
	a, err := s.people.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const day = 24 * time.Hour

func (s *stand) terms(seats int) board.NewBoard {
	return board.NewBoard{Name: "Board of the left hand", Purpose: "Paper for the left hand.", CompanyGets: "Advice.", MembersGet: "Paper.", Duties: "An hour a month.",
		Seats: seats, ClosesAt: s.at.Add(7 * day), Announced: "Left hand 2026", Beacon: "Lotto of Saturday", Counts: "the main numbers", Numbers: 3, BeaconAt: s.at.Add(9 * day), From: s.at.Add(10 * day), To: s.at.Add(200 * day)}
}

func (s *stand) convene(t testing.TB, seats int, quotas ...board.Quota) board.Board {
	t.Helper()
	b, err := s.Convene(t.Context(), s.staff, s.terms(seats))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetQuotas(t.Context(), s.staff, b.ID, quotas); err != nil {
		t.Fatal(err)
	}
	return b
}

// crowd adds people who apply from these countries, one after the other.
func (s *stand) crowd(t testing.TB, b board.Board, n int, countries ...string) []know.Actor {
	t.Helper()
	all := make([]know.Actor, n)
	for i := range all {
		all[i] = s.person(t, fmt.Sprintf("Member %c%c", 'a'+i/26, 'a'+i%26), know.Member)
		s.apply(t, b, all[i], countries[i%len(countries)])
	}
	return all
}

func (s *stand) apply(t testing.TB, b board.Board, a know.Actor, country string) {
	t.Helper()
	if _, err := s.Apply(t.Context(), a, b.ID, board.NewApplication{Sentence: "I write a lot.", Country: country}); err != nil {
		t.Fatal(err)
	}
}

// drawn closes and draws a board.
func (s *stand) drawn(t testing.TB, b board.Board) board.Board {
	t.Helper()
	s.at = b.ClosesAt
	if err := s.KeepOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.at = b.BeaconAt
	b, err := s.Draw(t.Context(), s.staff, b.ID, "3 17 22")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *stand) seats(t testing.TB, b board.Board) (numbers []int) {
	t.Helper()
	seats, err := s.Seats(t.Context(), s.staff, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range seats {
		if x.Taken() {
			numbers = append(numbers, x.Number)
		}
	}
	return numbers
}

func want(t testing.TB, err error, kind fault.Kind, words string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(fmt.Sprint(err), words) {
		t.Errorf("got %v, want %v: %s", err, kind, words)
	}
}

func (s *stand) mails(t testing.TB, kind string) (n int) {
	t.Helper()
	all, err := s.events.Deliveries(t.Context(), "", 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Kind == kind {
			n++
		}
	}
	return n
}
