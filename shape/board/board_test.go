package board_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
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
		Seats: seats, ClosesAt: s.at.Add(7 * day), Announced: "Left hand 2026", Beacon: "Lotto of Saturday", BeaconAt: s.at.Add(9 * day), From: s.at.Add(10 * day), To: s.at.Add(200 * day)}
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
		if _, err := s.Apply(t.Context(), all[i], b.ID, board.NewApplication{Sentence: "I write a lot.", Country: countries[i%len(countries)]}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// drawn closes and draws a board.
func (s *stand) drawn(t testing.TB, b board.Board) board.Board {
	t.Helper()
	s.at = b.ClosesAt
	if err := s.KeepOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.at = b.BeaconAt
	b, err := s.Draw(t.Context(), s.staff, b.ID, "3 17 22 31 40 44")
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

// TestConvene checks what a board needs, and who may open one.
func TestConvene(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		_, err := s.Convene(ctx, s.ada, s.terms(3))
		want(t, err, fault.Forbidden, "")
		_, err = s.Convene(ctx, s.staff, board.NewBoard{})
		f := err.(*fault.Error)
		if len(f.More) != 10 {
			t.Errorf("an empty board has %d faults: %v", len(f.More)+1, err)
		}
		early := s.terms(3)
		early.BeaconAt = early.ClosesAt
		_, err = s.Convene(ctx, s.staff, early)
		want(t, err, fault.Invalid, "after applications close")
		of := s.terms(3)
		of.Host = s.ada.ID
		_, err = s.Convene(ctx, s.staff, of)
		want(t, err, fault.Invalid, "Somebody of us")

		b := s.convene(t, 3)
		for _, q := range [][]board.Quota{{{Feature: "age", Value: "9"}}, {{Feature: "country", Value: "Narnia"}}, {{Feature: "tenure", Value: "5"}}, {{Feature: "tribe", Value: "07"}},
			{{Feature: "country", Value: "NO", Min: 2, Max: 1}}, {{Feature: "country", Value: "NO", Min: 4, Max: 5}}, {{Feature: "country", Value: "no"}, {Feature: "country", Value: "NO"}}} {
			if err := s.SetQuotas(ctx, s.staff, b.ID, q); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", q, err)
			}
		}
		changed := s.terms(4)
		if b, err = s.Change(ctx, s.owner, b.ID, changed); err != nil || b.Seats != 4 {
			t.Errorf("%+v, %v", b, err)
		}
		if kept, err := s.people.Revisions(ctx, event.Ref{Kind: "board", ID: b.ID}); err != nil || len(kept) != 1 || !strings.Contains(kept[0].Body, "3 seats") {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// TestApply checks who may apply, with what, and until when.
func TestApply(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 3)
		_, err := s.Apply(ctx, know.Actor{}, b.ID, board.NewApplication{Sentence: "x"})
		want(t, err, fault.Unauthorised, "")
		_, err = s.Apply(ctx, s.staff, b.ID, board.NewApplication{Sentence: "x"})
		want(t, err, fault.Forbidden, "customers")
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Country: "XQ", Tribe: 5})
		if f, ok := err.(*fault.Error); !ok || len(f.More) != 2 {
			t.Errorf("said %v", err)
		}
		for range 2 {
			if p, err := s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "I draw.", Country: "no"}); err != nil || p.Number != 1 || p.Country != "NO" {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		if p, err := s.Apply(ctx, s.ben, b.ID, board.NewApplication{Sentence: "I write."}); err != nil || p.Number != 2 {
			t.Fatalf("%+v, %v", p, err)
		}
		for range 2 {
			if err := s.Unapply(ctx, s.ada, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		if b, err = s.Board(ctx, know.Actor{}, b.ID); err != nil || b.Applications != 1 {
			t.Errorf("%d applications, %v", b.Applications, err)
		}
		if _, err := s.Applications(ctx, s.ben, b.ID, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member lists who applied: %v", err)
		}
		p, err := s.Preview(ctx, s.staff, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		want(t, p.Fault(), fault.Conflict, "Fewer people applied (1) than there are seats (3)")
		if err := s.SetQuotas(ctx, s.staff, b.ID, []board.Quota{{Feature: "country", Value: "BR", Min: 1, Max: 1}}); err != nil {
			t.Fatal(err)
		}
		s.crowd(t, b, 4, "NO")
		if p, err = s.Preview(ctx, s.staff, b.ID); err != nil {
			t.Fatal(err)
		}
		want(t, p.Fault(), fault.Conflict, "BR needs at least 1, and 0")
		s.at = b.ClosesAt
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Late."})
		want(t, err, fault.Conflict, "closed")
		_, err = s.Close(ctx, s.staff, b.ID)
		want(t, err, fault.Conflict, "BR")
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		s.at = b.BeaconAt
		_, err = s.Close(ctx, s.staff, b.ID)
		want(t, err, fault.Conflict, "known already")

		only := s.terms(1)
		only.Invited = true
		if b, err = s.Convene(ctx, s.staff, only); err != nil {
			t.Fatal(err)
		}
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Me.", Code: "guessed"})
		want(t, err, fault.Forbidden, "invited")
		code, err := s.InviteCode(ctx, s.staff, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Me.", Code: code}); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := s.Invite(ctx, s.staff, b.ID, s.ben.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Apply(ctx, s.ben, b.ID, board.NewApplication{Sentence: "Me, too."}); err != nil {
			t.Error(err)
		}
		if n := s.mails(t, "invited"); n != 1 {
			t.Errorf("%d invitations were written", n)
		}
	})
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

// TestDraw draws a board once however many ask for it at the same time, and
// gives declined seats to the next, keeping the others and the quotas.
func TestDraw(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 6, board.Quota{Feature: "country", Value: "NO", Min: 2, Max: 3}, board.Quota{Feature: "tenure", Value: "0-1", Min: 6, Max: 6})
		all := s.crowd(t, b, 20, "NO", "BR", "FR", "DE")
		if _, err := s.Pool(ctx, know.Actor{}, b.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the pool before it is closed: %v", err)
		}
		_, err := s.Draw(ctx, s.staff, b.ID, "1")
		want(t, err, fault.Conflict, "not closed")
		s.at = b.ClosesAt
		if b, err = s.Close(ctx, s.staff, b.ID); err != nil || b.PoolSize != 20 || len(b.PoolHash) != 64 || b.ClosedBy != s.staff.ID {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := s.Change(ctx, s.staff, b.ID, s.terms(2)); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed board changes: %v", err)
		}
		if err := s.SetQuotas(ctx, s.staff, b.ID, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed board's quotas change: %v", err)
		}
		_, err = s.Draw(ctx, s.staff, b.ID, "1 2 3")
		want(t, err, fault.Conflict, "later")
		if err := s.Unapply(ctx, all[0], b.ID); err != nil { // stays in the pool
			t.Fatal(err)
		}
		s.at = b.BeaconAt
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := s.Draw(ctx, s.staff, b.ID, "3 17 22"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_, err = s.Draw(ctx, s.staff, b.ID, "3 17 23")
		want(t, err, fault.Conflict, "not repeated")
		if b, err = s.Board(ctx, s.ada, b.ID); err != nil || b.Seed() != "Left hand 2026 / 3 17 22" || b.DrawnBy != s.staff.ID {
			t.Fatalf("%+v, %v", b, err)
		}
		first := s.seats(t, b)
		if len(first) != 6 || slices.Contains(first, 1) || s.mails(t, "drawn") != 6 {
			t.Fatalf("seats %v, %d mails", first, s.mails(t, "drawn"))
		}
		s.held(t, b, all)
		if err := s.Accept(ctx, s.ada, b.ID, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("who was not drawn accepts: %v", err)
		}
		gone := all[first[2]-1]
		if err := s.Accept(ctx, gone, b.ID, true); err != nil {
			t.Fatal(err)
		}
		if a := s.actor(t, gone.ID); !b.IsInside(a) {
			t.Error("a member is not in the circle")
		}
		for range 2 {
			if err := s.Decline(ctx, gone, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		if a := s.actor(t, gone.ID); b.IsInside(a) {
			t.Error("who resigned is still in the circle")
		}
		second := s.seats(t, b)
		for _, n := range first {
			if slices.Contains(second, n) == (n == first[2]) {
				t.Errorf("after %d declined: %v, was %v", first[2], second, first)
			}
		}
		s.at = s.at.Add(15 * day)
		for range 2 {
			if err := s.KeepOnce(ctx); err != nil {
				t.Fatal(err)
			}
		}
		third := s.seats(t, b)
		if len(third) != 6 || slices.ContainsFunc(third, func(n int) bool { return slices.Contains(second, n) }) {
			t.Errorf("nobody answered in time, and the seats are %v, were %v", third, second)
		}
		s.held(t, b, all)
		if _, err := s.Rounds(ctx, know.Actor{}, b.ID); err != nil {
			t.Error(err)
		}
	})
}

// held checks the seats against the quotas of TestDraw.
func (s *stand) held(t testing.TB, b board.Board, all []know.Actor) {
	t.Helper()
	norway := 0
	for _, n := range s.seats(t, b) {
		if (n-1)%4 == 0 {
			norway++
		}
	}
	if norway < 2 || norway > 3 {
		t.Errorf("%d seats for Norway", norway)
	}
}

// TestFails checks that a seat for which nobody fits stays empty, said once.
func TestFails(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 2, board.Quota{Feature: "country", Value: "BR", Min: 1, Max: 1})
		all := s.crowd(t, b, 3, "NO", "BR", "NO")
		b = s.drawn(t, b)
		if err := s.Decline(ctx, all[1], b.ID); err != nil {
			t.Fatal(err)
		}
		rounds, err := s.Rounds(ctx, s.ada, b.ID)
		if err != nil || len(rounds) != 2 || !rounds[1].Failed || len(s.seats(t, b)) != 1 {
			t.Errorf("%+v, %v", rounds, err)
		}
	})
}

// TestTalks checks who reads and writes inside a board.
func TestTalks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 2)
		all := s.crowd(t, b, 2, "NO")
		b = s.drawn(t, b)
		for n := range all {
			if err := s.Accept(ctx, all[n], b.ID, n == 0); err != nil {
				t.Fatal(err)
			}
			all[n] = s.actor(t, all[n].ID)
		}
		staff := s.actor(t, s.staff.ID)
		for _, a := range []know.Actor{{}, s.ada} {
			if _, _, err := s.Talks(ctx, a, b.ID, "", 10); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q reads: %v", a.Role, err)
			}
			if _, err := s.OpenTalk(ctx, a, b.ID, "A title", "Words"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q writes: %v", a.Role, err)
			}
		}
		talk, err := s.OpenTalk(ctx, all[0], b.ID, "Which paper?", "Thick or thin?")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Say(ctx, s.ada, b.ID, talk.ID, "Me!"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger speaks: %v", err)
		}
		s.at = s.at.Add(time.Second)
		said, err := s.Say(ctx, staff, b.ID, talk.ID, "Thin, I say.")
		if err != nil || !said.Staff {
			t.Fatalf("%+v, %v", said, err)
		}
		other, err := s.OpenTalk(ctx, all[1], b.ID, "The other one", "Ink?")
		if err != nil {
			t.Fatal(err)
		}
		talks, next, err := s.Talks(ctx, all[1], b.ID, "", 1)
		if err != nil || len(talks) != 1 || next == "" {
			t.Fatalf("%+v, %q, %v", talks, next, err)
		}
		later, last, err := s.Talks(ctx, all[1], b.ID, next, 1)
		if err != nil || len(later) != 1 || later[0].ID == talks[0].ID || last != "" {
			t.Errorf("%+v, %q, %v", later, last, err)
		}
		if _, err := s.EditSaid(ctx, all[0], b.ID, said.ID, "Mine."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another's words: %v", err)
		}
		if _, err := s.EditSaid(ctx, staff, b.ID, said.ID, "Thick, I say."); err != nil {
			t.Error(err)
		}
		if err := s.HideSaid(ctx, all[0], b.ID, said.ID, "no"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member hides: %v", err)
		}
		_, words, err := s.Talk(ctx, staff, b.ID, other.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.HideSaid(ctx, staff, b.ID, words[0].ID, "Off the point."); err != nil {
			t.Fatal(err)
		}
		hidden, words, err := s.Talk(ctx, all[0], b.ID, other.ID, 0, 10)
		if err != nil || hidden.Title != "" || words[0].Body != "" {
			t.Errorf("hidden words are shown: %+v, %+v, %v", hidden, words, err)
		}
		if err := s.WithdrawSaid(ctx, all[1], b.ID, words[0].ID); err != nil {
			t.Error(err)
		}
		if err := s.ShowSaid(ctx, staff, b.ID, words[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("what was taken back is shown again: %v", err)
		}
		s.at = b.To
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Talks(ctx, s.actor(t, all[0].ID), b.ID, "", 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member reads on after the term: %v", err)
		}
		if _, _, err := s.Talks(ctx, s.actor(t, s.staff.ID), b.ID, "", 10); err != nil {
			t.Errorf("staff read no more after the term: %v", err)
		}
		if b, err = s.Board(ctx, know.Actor{}, b.ID); err != nil || b.State != board.Ended {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

// TestTask asks, answers, reports and votes.
func TestTask(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 3)
		all := s.crowd(t, b, 3, "NO")
		b = s.drawn(t, b)
		for n := range all {
			if err := s.Accept(ctx, all[n], b.ID, false); err != nil {
				t.Fatal(err)
			}
			all[n] = s.actor(t, all[n].ID)
		}
		staff := s.actor(t, s.staff.ID)
		task, err := s.Ask(ctx, staff, b.ID, board.NewTask{Question: "Thick or thin?", Shows: board.ShowAfter, ClosesAt: s.at.Add(day)})
		if err != nil {
			t.Fatal(err)
		}
		if n := s.mails(t, "task"); n != 3 {
			t.Errorf("%d members were asked", n)
		}
		_, err = s.GiveAnswer(ctx, staff, b.ID, task.ID, "Mine.", board.Named)
		want(t, err, fault.Forbidden, "members")
		for n, q := range []board.Quote{board.Named, board.Nameless, board.NotQuoted} {
			for range 2 {
				if _, err := s.GiveAnswer(ctx, all[n], b.ID, task.ID, fmt.Sprint("Thick ", n), q); err != nil {
					t.Fatal(err)
				}
			}
		}
		read := func(a know.Actor) []string {
			t.Helper()
			one, err := s.Task(ctx, a, b.ID, task.ID)
			if fault.Is(err, fault.NotFound) {
				return []string{"closed"}
			}
			if err != nil {
				t.Fatal(err)
			}
			answers, err := s.Answers(ctx, a, one, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, x := range answers {
				texts = append(texts, fmt.Sprintf("%v %s", x.Person != 0, x.Body))
			}
			return texts
		}
		check := func(a know.Actor, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, read(a)); diff != "" {
				t.Error(diff)
			}
		}
		check(know.Actor{}, "closed")
		check(s.ada, "closed")
		check(all[0], "true Thick 0")
		check(staff, "true Thick 0", "true Thick 1", "true Thick 2")
		_, err = s.Report(ctx, staff, b.ID, task.ID, "Thick.")
		want(t, err, fault.Conflict, "still taken")
		s.at = task.ClosesAt
		check(all[0], "true Thick 0", "true Thick 1", "true Thick 2")
		_, err = s.GiveAnswer(ctx, all[0], b.ID, task.ID, "Other words", board.Named)
		want(t, err, fault.Conflict, "closed")
		_, err = s.Vote(ctx, all[0], b.ID, task.ID, true)
		want(t, err, fault.Conflict, "no result")
		if _, err := s.Report(ctx, staff, b.ID, task.ID, "Thick it is."); err != nil {
			t.Fatal(err)
		}
		_, err = s.Report(ctx, staff, b.ID, task.ID, "Thin.")
		want(t, err, fault.Conflict, "already")
		if n := s.mails(t, "result"); n != 3 {
			t.Errorf("%d members were told", n)
		}
		_, err = s.Vote(ctx, staff, b.ID, task.ID, true)
		want(t, err, fault.Forbidden, "members")
		for n, yes := range []bool{true, false, true} {
			check(s.ada, "closed")
			if _, err := s.Vote(ctx, all[n], b.ID, task.ID, yes); err != nil {
				t.Fatal(err)
			}
		}
		check(know.Actor{}, "true Thick 0", "false Thick 1")
		if err := s.TakeAnswer(ctx, all[0], b.ID, task.ID); err != nil {
			t.Fatal(err)
		}
		check(know.Actor{}, "false Thick 1")
		if one, err := s.Task(ctx, staff, b.ID, task.ID); err != nil || one.Answers != 2 || one.PublicAt.IsZero() {
			t.Errorf("%+v, %v", one, err)
		}
	})
}

// TestLeave erases a member, whose seat goes to the next, and tells before what
// was held.
func TestLeave(t *testing.T) {
	for _, words := range []bool{false, true} {
		storagetest.Each(t, func(t *testing.T, db *storage.DB) {
			s, ctx := open(t, db), t.Context()
			b := s.convene(t, 2)
			all := s.crowd(t, b, 4, "NO")
			b = s.drawn(t, b)
			seated := s.seats(t, b)
			gone := all[seated[0]-1]
			if err := s.Accept(ctx, gone, b.ID, true); err != nil {
				t.Fatal(err)
			}
			gone = s.actor(t, gone.ID)
			talk, err := s.OpenTalk(ctx, gone, b.ID, "My title", "My words")
			if err != nil {
				t.Fatal(err)
			}
			task, err := s.Ask(ctx, s.staff, b.ID, board.NewTask{Question: "Thick or thin?", Shows: board.ShowNow, ClosesAt: s.at.Add(day)})
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"My first answer", "My answer"} {
				if _, err := s.GiveAnswer(ctx, gone, b.ID, task.ID, text, board.Named); err != nil {
					t.Fatal(err)
				}
			}
			h, err := s.Held(ctx, gone.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := json.Marshal(h)
			for _, want := range []string{"I write a lot.", "My title", "My words", "My answer", "My first answer", `"state":"accepted"`} {
				if !bytes.Contains(text, []byte(want)) {
					t.Errorf("held lacks %q: %s", want, text)
				}
			}
			if moments, err := s.Moments(ctx, gone.ID, nil, 10); err != nil || len(moments) != 4 {
				t.Errorf("%+v, %v", moments, err)
			}
			if err := s.people.Leave(ctx, gone, words); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				facts := []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: gone.ID}, N: int64(storage.Bit(words))}}
				if err := db.Update(ctx, func(tx *storage.Tx) error { return s.Erase(ctx, tx, facts) }); err != nil {
					t.Fatal(err)
				}
			}
			after, err := s.Seats(ctx, s.staff, b.ID)
			if err != nil || len(after) != 3 || after[0].State != board.LeftUs || after[0].Person != 0 || after[2].State != board.Offered {
				t.Errorf("%+v, %v", after, err)
			}
			if pool, err := s.Pool(ctx, know.Actor{}, b.ID); err != nil || pool != "external_id\n1\n2\n3\n4\n" {
				t.Errorf("%q, %v", pool, err)
			}
			h, err = s.Held(ctx, gone.ID, nil)
			if words && (err != nil || len(h.Applications)+len(h.Seats)+len(h.Answers)+len(h.Votes) > 0 || len(h.Said) != 1 || h.Said[0].Body+h.Said[0].Title != "" || len(h.Said[0].Earlier) > 0) {
				t.Errorf("still held: %+v, %v", h, err)
			}
			staff := s.actor(t, s.staff.ID)
			_, said, err := s.Talk(ctx, staff, b.ID, talk.ID, 0, 10)
			if err != nil || (said[0].Body == "") != words {
				t.Errorf("%+v, %v", said, err)
			}
			if one, err := s.Task(ctx, staff, b.ID, task.ID); err != nil || (one.Answers == 0) != words {
				t.Errorf("%+v, %v", one, err)
			}
		})
	}
}

// TestCounts holds the counts kept against a recount, whatever people do.
func TestCounts(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	people := []know.Actor{s.ada, s.ben, s.person(t, "Cyd", know.Member), s.person(t, "Dan", know.Member)}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		n := s.terms(2)
		b, err := s.Convene(ctx, s.staff, n)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			a := people[rapid.IntRange(0, 3).Draw(rt, "who")]
			if rapid.Bool().Draw(rt, "apply") {
				if _, err := s.Apply(ctx, a, b.ID, board.NewApplication{Sentence: "Me."}); err != nil {
					rt.Fatal(err)
				}
			} else if err := s.Unapply(ctx, a, b.ID); err != nil {
				rt.Fatal(err)
			}
		}
		var count int64
		if err := s.db.Row(ctx, `select count(*) from board_application where board_id = $1 and state = 'applied'`, b.ID).Scan(&count); err != nil {
			rt.Fatal(err)
		}
		if b, err = s.Board(ctx, s.ada, b.ID); err != nil || b.Applications != count {
			rt.Fatalf("%d applications, counted %d, %v", b.Applications, count, err)
		}
	})
}
