package shape_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// square is a site with people on it, for tests.
type square struct {
	*shape.Ideas
	db     *storage.DB
	events *event.Log
	people *know.Directory
	at     time.Time

	visitor, ada, ben, cyd, staff, owner know.Actor
}

func (q *square) now() time.Time { return q.at }

func newSquare(t testing.TB, db *storage.DB) *square {
	t.Helper()
	q := &square{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	q.events = event.New(log, db, q.now, "test")
	q.people = know.New(log, db, q.events, q.now, nil)
	q.Ideas = shape.New(log, db, q.events, q.people, nil, nil, q.now)
	q.owner = q.person(t, "Olga", know.Owner)
	q.staff = q.person(t, "Sven", know.Staff)
	q.ada, q.ben, q.cyd = q.person(t, "Ada", know.Member), q.person(t, "Ben", know.Member), q.person(t, "Cyd", know.Member)
	return q
}

func (q *square) person(t testing.TB, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := q.people.AddPerson(t.Context(), name, name+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	a, err := q.people.Actor(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (q *square) idea(t testing.TB, a know.Actor, n shape.NewIdea) shape.Idea {
	t.Helper()
	q.at = q.at.Add(time.Second)
	i, err := q.Propose(t.Context(), a, n)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// each runs f on a fresh square on each engine.
func each(t *testing.T, f func(t *testing.T, q *square)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, newSquare(t, db)) })
}

// number reads one number from the database.
func (q *square) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := q.db.Row(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return n
}

// dump gives all rows of the tables that ideas and what hangs on them stand
// in, as text.
func (q *square) dump(t testing.TB) string {
	t.Helper()
	var all string
	for _, query := range []string{
		`select id, person_id, call_id, title, votes, staff_votes, comments, voices, countries, merged_into, state from idea order by id`,
		`select id, against, staff_against, 0, 0, 0, 0, 0, 0, 0, 0 from idea order by id`,
		`select idea_id, person_id, staff, at, 0, 0, 0, 0, 0, 0, 0 from vote order by idea_id, person_id`,
		`select idea_id, person_id, staff, at, 0, 0, 0, 0, 0, 0, 0 from vote_against order by idea_id, person_id`,
		`select idea_id, person_id, at, 0, 0, 0, 0, 0, 0, 0, 0 from follow order by idea_id, person_id`,
		`select id, idea_id, person_id, body, state, 0, 0, 0, 0, 0, 0 from comment order by id`,
		`select id, idea_id, mention_id, words, country, state, 0, 0, 0, 0, 0 from voice order by id`,
		`select into_id, kind, ref_id, from_id, 0, 0, 0, 0, 0, 0, 0 from merged_row order by into_id, kind, ref_id`,
		`select name, n, 0, 0, 0, 0, 0, 0, 0, 0, 0 from tally where n <> 0 order by name`,
		`select name, ideas, 0, 0, 0, 0, 0, 0, 0, 0, 0 from tag where ideas <> 0 order by name`,
	} {
		rows, err := storage.All(t.Context(), q.db, func(row storage.Scanner) (string, error) {
			cells := make([]any, 11)
			for n := range cells {
				cells[n] = new(any)
			}
			err := row.Scan(cells...)
			line := ""
			for _, c := range cells {
				line += fmt.Sprint(*c.(*any)) + "|"
			}
			return line, err
		}, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all += r + "\n"
		}
		all += "\n"
	}
	return all
}

func TestPropose(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "  Paper  that\nlies flat ", Body: "So that I can write.\r\n", Tags: []string{"Reliure  Cousue", "Réglure!", "reglure"}})
		if i.Title != "Paper that lies flat" || i.Body != "So that I can write." || i.Votes != 1 || i.StaffVotes != 0 || i.Stage != shape.Open || i.Audience != know.Public {
			t.Fatalf("%+v", i)
		}
		if fmt.Sprint(i.Tags) != "[reglure reliure-cousue]" {
			t.Fatalf("tags: %q", i.Tags)
		}
		voted, _ := q.Voted(ctx, q.ada.ID, []int64{i.ID})
		follows, _ := q.Following(ctx, q.ada.ID, []int64{i.ID})
		if !voted[i.ID] || !follows[i.ID] {
			t.Fatalf("voted %v, follows %v", voted, follows)
		}
		facts, err := q.events.Of(ctx, event.Ref{Kind: "idea", ID: i.ID})
		if err != nil || len(facts) != 3 {
			t.Fatalf("%+v, %v", facts, err)
		}
		again, err := q.Propose(ctx, q.ada, shape.NewIdea{Title: i.Title, Body: i.Body})
		if other := q.idea(t, q.ben, shape.NewIdea{Title: i.Title, Body: i.Body}); err != nil || again.ID != i.ID || other.ID == i.ID {
			t.Fatalf("the same words again: %d, %v, and by another %d; want %d and not that", again.ID, err, other.ID, i.ID)
		}
		for name, n := range map[string]shape.NewIdea{
			"short title": {Title: "Hm!"},
			"long body":   {Title: "A good one", Body: string(make([]rune, 10_001)) + "x"},
			"nine tags":   {Title: "A good one", Tags: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}},
			"long tag":    {Title: "A good one", Tags: []string{"abcdefghijklmnopqrstuvwxyzabcde"}},
			"staff's":     {Title: "A good one", Audience: know.Team},
			"long title":  {Title: fmt.Sprintf("%0121d", 7)},
		} {
			if name == "long body" {
				n.Body = fmt.Sprintf("%010001d", 7)
			}
			if _, err := q.Propose(ctx, q.ada, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := q.Propose(ctx, q.visitor, shape.NewIdea{Title: "A good one"}); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("visitor: %v", err)
		}
	})
}

func TestEditKeepsWording(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "Dotted paper", Body: "Please", Tags: []string{"paper"}})
		is, err := q.Edit(ctx, q.ada, i.ID, shape.IdeaEdit{Title: new("Dotted grid paper"), Tags: new([]string{"grid", "paper"})})
		if err != nil || is.Title != "Dotted grid paper" || is.Body != "Please" {
			t.Fatalf("%+v, %v", is, err)
		}
		revisions, err := q.people.Revisions(ctx, event.Ref{Kind: "idea", ID: i.ID})
		if err != nil || len(revisions) != 1 || revisions[0].Title != "Dotted paper" {
			t.Fatalf("%+v, %v", revisions, err)
		}
		if _, err := q.Edit(ctx, q.ben, i.ID, shape.IdeaEdit{Tags: new([]string{"mine"})}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another member: %v", err)
		}
		if _, err := q.Edit(ctx, q.staff, i.ID, shape.IdeaEdit{Body: new("Theirs")}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("staff on words: %v", err)
		}
		if is, err = q.Edit(ctx, q.staff, i.ID, shape.IdeaEdit{Tags: new([]string{"Papier"})}); err != nil || fmt.Sprint(is.Tags) != "[papier]" {
			t.Errorf("staff on tags: %+v, %v", is, err)
		}
		tags, err := q.Tags(ctx, q.visitor, 10)
		if err != nil || len(tags) != 1 || tags[0] != (shape.TagCount{Tag: "papier", Ideas: 1}) {
			t.Errorf("tags: %v, %v", tags, err)
		}
		found, _, err := q.List(ctx, q.visitor, shape.Filter{Text: "gri"})
		if err != nil || len(found) != 1 {
			t.Errorf("search for the new wording: %v, %v", found, err)
		}
	})
}

func TestStates(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "Buy my ink", Tags: []string{"ink"}})
		sees := func(a know.Actor) bool {
			_, err := q.Idea(ctx, a, i.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		if err := q.Hide(ctx, q.staff, i.ID, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := q.Hide(ctx, q.ben, i.ID, "I dislike it"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by a member: %v", err)
		}
		if err := q.Hide(ctx, q.staff, i.ID, "This is an advertisement."); err != nil {
			t.Fatal(err)
		}
		if sees(q.visitor) || sees(q.ben) || !sees(q.ada) || !sees(q.staff) {
			t.Error("a hidden idea is for its author and staff")
		}
		counts, _ := q.Counts(ctx)
		tags, _ := q.Tags(ctx, q.visitor, 9)
		if counts[shape.Open] != 0 || len(tags) != 0 {
			t.Errorf("hidden, and counted: %v, %v", counts, tags)
		}
		if list, _, _ := q.List(ctx, q.ben, shape.Filter{Text: "ink"}); len(list) != 0 {
			t.Error("hidden, and found")
		}
		if list, _, _ := q.List(ctx, q.ada, shape.Filter{Person: q.ada.ID}); len(list) != 1 || list[0].StateReason == "" {
			t.Error("its author does not find it with the reason")
		}
		if _, err := q.Vote(ctx, q.ben, i.ID, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("vote: %v", err)
		}
		if err := q.Show(ctx, q.staff, i.ID); err != nil || !sees(q.visitor) {
			t.Errorf("show: %v", err)
		}
		if err := q.Withdraw(ctx, q.ben, i.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("withdraw another's: %v", err)
		}
		if err := q.Withdraw(ctx, q.ada, i.ID); err != nil || sees(q.visitor) {
			t.Errorf("withdraw: %v", err)
		}
		if err := q.Show(ctx, q.staff, i.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("show a withdrawn one: %v", err)
		}
	})
}

func TestVoters(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "Refills for all"})
		for _, a := range []know.Actor{q.ben, q.ben, q.staff} {
			if _, err := q.Vote(ctx, a, i.ID, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.people.SetProfile(ctx, q.ben, know.Profile{Name: "Ben", VotesShown: true}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			a    know.Actor
			want int
		}{"visitor": {q.visitor, 1}, "one's own": {q.ada, 2}, "staff": {q.staff, 3}} {
			if voters, err := q.Voters(ctx, c.a, i.ID); err != nil || len(voters) != c.want || voters[0].Person.Name == "" {
				t.Errorf("%s: %+v, %v", name, voters, err)
			}
		}
		is, _ := q.Idea(ctx, q.visitor, i.ID)
		if is.Votes != 3 || is.StaffVotes != 1 {
			t.Errorf("%+v", is)
		}
		for range 2 {
			if votes, err := q.Vote(ctx, q.staff, i.ID, false); err != nil || votes.For != 2 {
				t.Errorf("taken back: %d, %v", votes, err)
			}
		}
		if _, err := q.Vote(ctx, q.visitor, i.ID, true); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("visitor: %v", err)
		}
		if _, err := q.Vote(ctx, q.ada, 999, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("no idea: %v", err)
		}
	})
}

func TestCalls(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		n := shape.NewCall{Title: "What should the next cover be?", Will: "We make the three most wanted.", Gets: "One of the first fifty.", Audience: know.Members, ClosesAt: q.at.Add(time.Hour)}
		if _, err := q.OpenCall(ctx, q.ada, n); !fault.Is(err, fault.Forbidden) {
			t.Errorf("member: %v", err)
		}
		for _, missing := range []func(n *shape.NewCall){func(n *shape.NewCall) { n.Will = " " }, func(n *shape.NewCall) { n.Gets = "" }, func(n *shape.NewCall) { n.ClosesAt = q.at }} {
			m := n
			missing(&m)
			if _, err := q.OpenCall(ctx, q.staff, m); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", m, err)
			}
		}
		call, err := q.OpenCall(ctx, q.staff, n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Call(ctx, q.visitor, call.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("visitor: %v", err)
		}
		i := q.idea(t, q.ada, shape.NewIdea{Title: "A linen cover", Call: call.ID})
		if i.Audience != know.Members || i.Call != call.ID {
			t.Errorf("%+v", i)
		}
		if list, _, err := q.List(ctx, q.ada, shape.Filter{Call: call.ID}); err != nil || len(list) != 1 {
			t.Errorf("ideas of the call: %v, %v", list, err)
		}
		q.at = q.at.Add(2 * time.Hour)
		if _, err := q.Propose(ctx, q.ada, shape.NewIdea{Title: "A cork cover", Call: call.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("closed: %v", err)
		}
		if open, err := q.Calls(ctx, q.ada, true); err != nil || len(open) != 0 {
			t.Errorf("open: %v, %v", open, err)
		}
		n.ClosesAt, n.OpensAt = time.Time{}, q.at.Add(time.Hour)
		if call, err = q.EditCall(ctx, q.staff, call.ID, n); err != nil || call.Open(q.at) {
			t.Errorf("edited: %+v, %v", call, err)
		}
		if _, err := q.Propose(ctx, q.ada, shape.NewIdea{Title: "A cork cover", Call: call.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("not yet open: %v", err)
		}
		late := q.idea(t, q.ben, shape.NewIdea{Title: "Marbled cover"})
		if _, err := q.Edit(ctx, q.staff, late.ID, shape.IdeaEdit{Call: &call.ID}); err != nil {
			t.Errorf("sorted in by staff: %v", err)
		}
	})
}

func TestStatuses(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		want := []shape.Status{{Name: "On the bench", Stage: shape.Started}, {Name: "Bientôt", Stage: shape.Planned}}
		if err := q.SetStatuses(ctx, q.owner, want); err != nil {
			t.Fatal(err)
		}
		if got, err := q.Statuses(ctx); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, %v", got, err)
		}
		if err := q.SetStatuses(ctx, q.owner, []shape.Status{{Name: "Soon", Stage: shape.Open}, {Name: "SOON", Stage: shape.Open}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("twice: %v", err)
		}
		if err := q.SetStatuses(ctx, q.staff, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("staff: %v", err)
		}
	})
}
