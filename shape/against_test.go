package shape_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// stands fails unless an idea has so many votes for it and against it, as pages show them.
func (q *square) stands(t *testing.T, idea int64, want shape.Ballots) {
	t.Helper()
	i, err := q.Idea(t.Context(), q.staff, idea)
	if err != nil {
		t.Fatal(err)
	}
	if got := (shape.Ballots{For: i.Votes, Against: i.Against}); got != want {
		t.Errorf("idea %d has %+v, want %+v", idea, got, want)
	}
	checkCounts(t, q)
}

func TestVoteAgainst(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "Gilded edges"})
		for _, one := range []struct {
			name string
			who  know.Actor
			do   func(a know.Actor) (shape.Ballots, error)
			want shape.Ballots
		}{
			{"against", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, true) }, shape.Ballots{For: 1, Against: 1}},
			{"twice", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, true) }, shape.Ballots{For: 1, Against: 1}},
			{"of us", q.staff, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, true) }, shape.Ballots{For: 1, Against: 2}},
			{"the other way", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.Vote(ctx, a, idea.ID, true) }, shape.Ballots{For: 2, Against: 1}},
			{"others against", q.cyd, func(a know.Actor) (shape.Ballots, error) { return q.Vote(ctx, a, idea.ID, true) }, shape.Ballots{For: 3, Against: 1}},
			{"and back", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, true) }, shape.Ballots{For: 2, Against: 2}},
			{"no vote to take back", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.Vote(ctx, a, idea.ID, false) }, shape.Ballots{For: 2, Against: 2}},
			{"taken back", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, false) }, shape.Ballots{For: 2, Against: 1}},
			{"taken back twice", q.ben, func(a know.Actor) (shape.Ballots, error) { return q.VoteAgainst(ctx, a, idea.ID, false) }, shape.Ballots{For: 2, Against: 1}},
		} {
			if got, err := one.do(one.who); err != nil || got != one.want {
				t.Errorf("%s: %+v, %v, want %+v", one.name, got, err, one.want)
			}
			q.stands(t, idea.ID, one.want)
		}
		kinds, err := storage.All(ctx, q.db, storage.Scalar[string], `select kind from event where kind like 'vote.%' and actor_id = $1 order by id`, q.ben.ID)
		if want := []string{shape.IdeaOpposed, shape.IdeaUnopposed, shape.IdeaVoted, shape.IdeaUnvoted, shape.IdeaOpposed, shape.IdeaUnopposed}; err != nil || !slices.Equal(kinds, want) {
			t.Errorf("facts %v, %v, want %v", kinds, err, want)
		}
		if i, _ := q.Idea(ctx, q.ada, idea.ID); i.StaffAgainst != 1 || i.StaffVotes != 0 {
			t.Errorf("of ours: %d for, %d against", i.StaffVotes, i.StaffAgainst)
		}
		if _, err := q.VoteAgainst(ctx, q.visitor, idea.ID, true); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("a visitor: %v", err)
		}
		if _, err := q.VoteAgainst(ctx, q.ben, 999, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("no idea: %v", err)
		}
		against, err := q.Against(ctx, q.staff.ID, []int64{idea.ID})
		voted, err2 := q.Voted(ctx, q.staff.ID, []int64{idea.ID})
		if err != nil || err2 != nil || !against[idea.ID] || voted[idea.ID] {
			t.Errorf("ours: against %v, for %v, %v, %v", against, voted, err, err2)
		}
	})
}

// TestAgainstAtOnce: whoever says both at the same moment has said one of them.
func TestAgainstAtOnce(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "Gilded edges"})
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				change := []func(context.Context, know.Actor, int64, bool) (shape.Ballots, error){q.Vote, q.VoteAgainst}[n%2]
				if _, err := change(ctx, []know.Actor{q.ben, q.cyd}[n/2%2], idea.ID, n%5 != 0); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		checkCounts(t, q)
	})
}

// TestAgainstNames: who is against an idea is named as who voted for it is.
func TestAgainstNames(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "Gilded edges"})
		for _, a := range []know.Actor{q.ben, q.cyd} {
			if _, err := q.VoteAgainst(ctx, a, idea.ID, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.people.SetProfile(ctx, q.cyd, know.Profile{Name: "Cyd", VotesShown: true}); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			name string
			who  know.Actor
			want []int64
		}{
			{"staff", q.staff, []int64{q.cyd.ID, q.ben.ID}},
			{"a visitor", q.visitor, []int64{q.cyd.ID}},
			{"oneself", q.ben, []int64{q.cyd.ID, q.ben.ID}},
		} {
			voters, err := q.VotersAgainst(ctx, one.who, idea.ID)
			var ids []int64
			for _, v := range voters {
				ids = append(ids, v.Person.ID)
			}
			if err != nil || !slices.Equal(ids, one.want) {
				t.Errorf("%s sees %v, %v, want %v", one.name, ids, err, one.want)
			}
		}
		if voters, err := q.Voters(ctx, q.staff, idea.ID); err != nil || len(voters) != 1 {
			t.Errorf("behind it: %v, %v", voters, err)
		}
		held, err := q.Held(ctx, q.ben.ID, nil)
		if err != nil || len(held.Against) != 1 || held.Against[0].Idea != idea.ID || len(held.Votes) != 0 {
			t.Errorf("held: %+v, %v", held, err)
		}
	})
}

// TestAgainstMerged: what somebody says of the idea that stays holds; and when
// one idea is parted again, what another would have brought takes its place.
func TestAgainstMerged(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		into := q.idea(t, q.owner, shape.NewIdea{Title: "Gilded edges"})
		one := q.idea(t, q.owner, shape.NewIdea{Title: "Golden edges"})
		two := q.idea(t, q.owner, shape.NewIdea{Title: "Edges of gold"})
		ok := func(_ shape.Ballots, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		yes := func(a know.Actor, i shape.Idea) { t.Helper(); ok(q.Vote(ctx, a, i.ID, true)) }
		no := func(a know.Actor, i shape.Idea) { t.Helper(); ok(q.VoteAgainst(ctx, a, i.ID, true)) }
		no(q.ada, into) // keeps to that
		yes(q.ada, one)
		yes(q.ben, one) // then, of two alone, against
		no(q.ben, two)
		no(q.cyd, one) // then, of two alone, for
		yes(q.cyd, two)
		merge := func(from shape.Idea) {
			t.Helper()
			if err := q.Merge(ctx, q.staff, from.ID, into.ID); err != nil {
				t.Fatal(err)
			}
		}
		part := func(from shape.Idea) {
			t.Helper()
			if err := q.Unmerge(ctx, q.staff, from.ID); err != nil {
				t.Fatal(err)
			}
		}
		merge(one)
		merge(two)
		q.stands(t, into.ID, shape.Ballots{For: 2, Against: 2}) // owner, ben; ada, cyd
		if _, err := q.VoteAgainst(ctx, q.ben, one.ID, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("against a merged one: %v", err)
		}
		part(one)
		q.stands(t, into.ID, shape.Ballots{For: 2, Against: 2}) // owner, cyd; ada, ben
		if against, err := q.Against(ctx, q.ben.ID, []int64{into.ID}); err != nil || !against[into.ID] {
			t.Errorf("ben is not against what two became part of: %v", err)
		}
		part(two)
		q.stands(t, into.ID, shape.Ballots{For: 1, Against: 1})
		q.stands(t, one.ID, shape.Ballots{For: 3, Against: 1})
		merge(one)
		yes(q.ada, into) // another mind since: hers, and stays
		part(one)
		q.stands(t, into.ID, shape.Ballots{For: 2})
	})
}

// TestAgainstTold: who is against an idea hears what becomes of it, and is
// counted among those who were told.
func TestAgainstTold(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Gilded edges"})
		if _, err := h.VoteAgainst(ctx, h.ben, idea.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.VoteAgainst(ctx, h.cyd, idea.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.VoteAgainst(ctx, h.cyd, idea.ID, false); err != nil { // of no consequence to them any more
			t.Fatal(err)
		}
		d := h.decide(idea.ID, shape.Declined)
		h.tell()
		told, err := storage.All(ctx, h.db, storage.Scalar[string], `select because from telling where decision_id = $1 and person_id = $2`, d.ID, h.ben.ID)
		if err != nil || !slices.Equal(told, []string{string(shape.Opposed)}) {
			t.Errorf("told because %v, %v", told, err)
		}
		if n := h.number(t, `select count(*) from telling where decision_id = $1`, d.ID); n != 2 { // ada proposed it
			t.Errorf("%d are told", n)
		}
		count, err := h.Told(ctx, h.visitor, d.ID)
		if err != nil || count.Mail+count.None != 2 {
			t.Errorf("counted: %+v, %v", count, err)
		}
	})
}
