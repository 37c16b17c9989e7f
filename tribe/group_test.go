package tribe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/tribe"
)

// camp makes people who all comment on an idea that one of them proposed.
func (p *place) camp(t testing.TB, name string, n int, words string) []know.Actor {
	t.Helper()
	var folk []know.Actor
	for i := range n {
		folk = append(folk, p.person(t, fmt.Sprintf("%s %c", name, 'a'+i), know.Member))
	}
	for round := range 2 {
		idea := p.idea(t, folk[round], fmt.Sprintf("%s idea %d about %s", name, round, words))
		for _, a := range append(slices.Clone(folk), folk...) {
			_, err := p.ideas.Comment(t.Context(), a, idea.ID, strings.Repeat("I like "+words+" very much. ", 4), "en")
			must(t, err)
		}
	}
	return folk
}

// TestGroups suggests those who talk with each other, keeps ids from one look
// to the next, and what people answered.
func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		ink, dogs := p.camp(t, "Ink", 6, "fountain pens"), p.camp(t, "Dog", 5, "dog leads")
		_, err := p.ideas.Comment(ctx, p.staff, 1, "We read this.", "")
		must(t, err)
		p.catchUp(t)
		wants(t, p.Look(ctx, p.ada), fault.Forbidden)
		must(t, p.Look(ctx, p.staff))
		groups, err := p.Groups(ctx, p.staff)
		if err != nil || len(groups) != 2 || groups[0].Size != 6 || groups[1].Size != 5 {
			t.Fatalf("%+v, %v", groups, err)
		}
		if !slices.Contains(groups[0].Words, "pens") || slices.Contains(groups[0].Words, "dog") {
			t.Errorf("words of the first group: %v", groups[0].Words)
		}
		if _, err := p.Groups(ctx, ink[0]); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member sees groups: %v", err)
		}
		mine, err := p.Suggestions(ctx, ink[0])
		if err != nil || len(mine) != 1 || mine[0].Group.ID != groups[0].ID || len(mine[0].With) == 0 {
			t.Fatalf("%+v, %v", mine, err)
		}
		_, err = p.Take(ctx, dogs[0], groups[0].ID, tribe.NewTribe{Name: "Not mine"})
		wants(t, err, fault.NotFound)
		_, err = p.Take(ctx, ink[0], groups[0].ID, tribe.NewTribe{Name: "x"})
		wants(t, err, fault.Invalid)
		made, err := p.Take(ctx, ink[0], groups[0].ID, tribe.NewTribe{Name: "Pen people"})
		must(t, err)
		joined, err := p.Take(ctx, ink[1], groups[0].ID, tribe.NewTribe{Name: "Ignored"})
		if err != nil || joined.ID != made.ID {
			t.Errorf("the second who takes it joins: %+v, %v", joined, err)
		}
		must(t, p.Refuse(ctx, ink[2], groups[0].ID))
		must(t, p.Refuse(ctx, dogs[2], groups[1].ID))
		// One comes, and the group is the same one.
		p.at = p.at.Add(8 * 24 * time.Hour)
		for range 4 {
			for _, a := range []know.Actor{p.ada, ink[0], ink[1]} {
				_, err := p.ideas.Comment(ctx, a, 1, "Me, too.", "")
				must(t, err)
			}
		}
		p.catchUp(t)
		must(t, p.Look(ctx, p.staff))
		after, err := p.Groups(ctx, p.staff)
		if err != nil || len(after) != 2 || after[0].ID != groups[0].ID || after[1].ID != groups[1].ID || after[0].Size != 7 || after[0].Tribe.ID != made.ID {
			t.Fatalf("%+v, %v", after, err)
		}
		for _, a := range []know.Actor{ink[0], ink[1], ink[2], dogs[2]} {
			if s, err := p.Suggestions(ctx, a); err != nil || len(s) != 0 {
				t.Errorf("%s is asked again: %+v, %v", a.Name, s, err)
			}
		}
		if s, err := p.Suggestions(ctx, p.ada); err != nil || len(s) != 1 || s[0].Group.Tribe.ID != made.ID {
			t.Errorf("who came: %+v, %v", s, err)
		}
		// Two looks over the same ties give the same.
		before := p.lines(t, `select group_id, person_id, present, answer from tribe_group_member`)
		must(t, p.Look(ctx, p.staff))
		if again := p.lines(t, `select group_id, person_id, present, answer from tribe_group_member`); again != before {
			t.Errorf("another look:\n%s\nbefore:\n%s", again, before)
		}
		// Ties grow old, and the groups with them; who refused is not asked when they come back.
		p.at = p.at.Add(400 * 24 * time.Hour)
		must(t, p.Look(ctx, p.staff))
		if gone, err := p.Groups(ctx, p.staff); err != nil || len(gone) != 0 {
			t.Errorf("%+v, %v", gone, err)
		}
		for range 3 {
			for idea, folk := range map[int64][]know.Actor{1: ink, 3: dogs} {
				for _, a := range folk {
					_, err := p.ideas.Comment(ctx, a, idea, "Again.", "")
					must(t, err)
				}
			}
		}
		p.catchUp(t)
		must(t, p.Look(ctx, p.staff))
		back, err := p.Groups(ctx, p.staff)
		if err != nil || len(back) != 2 || back[0].ID != groups[0].ID || back[1].ID != groups[1].ID {
			t.Fatalf("%+v, %v", back, err)
		}
		if s, err := p.Suggestions(ctx, dogs[2]); err != nil || len(s) != 0 {
			t.Errorf("who refused is asked again: %+v, %v", s, err)
		}
	})
}

// TestNoTribeWithoutMembers calls a group a tribe as long as somebody in it is
// of that tribe, and no longer, although the group stays the one it was.
func TestNoTribeWithoutMembers(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		ink := p.camp(t, "Ink", 6, "fountain pens")
		p.camp(t, "Dog", 5, "dog leads")
		p.catchUp(t)
		must(t, p.Look(ctx, p.staff))
		groups, err := p.Groups(ctx, p.staff)
		if err != nil || len(groups) != 2 {
			t.Fatalf("%+v, %v", groups, err)
		}
		made, err := p.Take(ctx, ink[0], groups[0].ID, tribe.NewTribe{Name: "Broad nibs"})
		must(t, err)
		outside := p.person(t, "Olga Outside", know.Member)
		must(t, p.Join(ctx, outside, made.ID, false))
		must(t, p.Look(ctx, p.staff))
		if g, _, err := p.Group(ctx, p.staff, groups[0].ID); err != nil || g.Tribe.ID != made.ID {
			t.Fatalf("who took it is in it: %+v, %v", g, err)
		}
		must(t, p.Leave(ctx, ink[0], made.ID))
		must(t, p.Look(ctx, p.staff))
		g, _, err := p.Group(ctx, p.staff, groups[0].ID)
		if err != nil || g.Size != 6 || g.Tribe.ID != 0 {
			t.Errorf("nobody in it is of the tribe: %+v, %v", g, err)
		}
		if s, err := p.Suggestions(ctx, ink[1]); err != nil || len(s) != 1 || s[0].Group.Tribe.ID != 0 {
			t.Errorf("and none is suggested: %+v, %v", s, err)
		}
	})
}

// crowd lets people be in a tribe and vote, by facts and rows alone.
func (p *place) crowd(t testing.TB, made int64, from, n int, idea int64, votes int) {
	t.Helper()
	ctx := t.Context()
	must(t, p.db.Update(ctx, func(tx *storage.Tx) error {
		var facts []event.Event
		for i := range n {
			person := int64(from + i)
			if made != 0 {
				if _, err := tx.Exec(ctx, `insert into membership (tribe_id, person_id, joined_at) values ($1, $2, $3)`, made, person, storage.Micros(p.at)); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `update tribe set members = members + 1 where id = $1`, made); err != nil {
					return err
				}
				facts = append(facts, event.Event{Kind: tribe.Joined, Actor: person, Subject: event.Ref{Kind: "tribe", ID: made}})
			}
			of := idea
			if i >= votes {
				of = 999_999 // active, but for another one
			}
			facts = append(facts, event.Event{Kind: shape.IdeaVoted, Actor: person, Subject: event.Ref{Kind: "idea", ID: of}})
		}
		return p.events.AppendAll(ctx, tx, facts)
	}))
}

// against lets people vote against an idea, by facts alone.
func (p *place) against(t testing.TB, idea int64, from, n int) {
	t.Helper()
	facts := make([]event.Event, n)
	for i := range facts {
		facts[i] = event.Event{Kind: shape.IdeaOpposed, Actor: int64(from + i), Subject: event.Ref{Kind: "idea", ID: idea}}
	}
	must(t, p.db.Update(t.Context(), func(tx *storage.Tx) error { return p.events.AppendAll(t.Context(), tx, facts) }))
}

func TestSupport(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		love, pass, even, few, tiny := p.start(t, p.ada, "Lovers"), p.start(t, p.ada, "Passers"), p.start(t, p.ada, "Even ones"), p.start(t, p.ada, "Few ones"), p.start(t, p.ada, "Tiny ones")
		idea := p.idea(t, p.ben, "Blue ink")
		p.crowd(t, love.ID, 1000, 40, idea.ID, 38)
		p.crowd(t, pass.ID, 2000, 40, idea.ID, 2)
		p.crowd(t, even.ID, 3000, 40, idea.ID, 20)
		p.crowd(t, few.ID, 4000, 7, idea.ID, 7)
		p.crowd(t, tiny.ID, 5000, 3, idea.ID, 3)
		p.crowd(t, 0, 6000, 60, idea.ID, 30)
		p.catchUp(t)
		s, err := p.Supported(ctx, p.visitor, idea.ID)
		must(t, err)
		got := map[string]string{}
		for _, one := range s.Tribes {
			got[one.Tribe.Name] = fmt.Sprintln(one.Bound, one.Votes, one.Active, one.Stance)
		}
		want := map[string]string{"Lovers": "at_least 38 40 loves\n", "Even ones": "about 20 40 even\n", "Few ones": "at_least 5 7 few\n"} // all seven of them: which is theirs to tell
		if fmt.Sprint(got) != fmt.Sprint(want) || s.Small != 0 || s.Votes != 101 {
			t.Errorf("%v small %d votes %d, want %v", got, s.Small, s.Votes, want)
		}
		if len(s.Loved) != 1 || s.Loved[0].ID != love.ID || len(s.Passed) != 1 || s.Passed[0].ID != pass.ID {
			t.Errorf("loved by %v, passed by %v", s.Loved, s.Passed)
		}
		p.crowd(t, p.start(t, p.ada, "Other tiny ones").ID, 5500, 4, idea.ID, 2) // together they are enough to be counted as one
		p.against(t, idea.ID, 5502, 2)
		p.catchUp(t)
		if s, err = p.Supported(ctx, p.visitor, idea.ID); err != nil || s.Small != 5 || s.SmallNo != 0 {
			t.Errorf("the small ones together: %d for, %d against, %v", s.Small, s.SmallNo, err)
		}
		if s, err = p.Supported(ctx, p.staff, idea.ID); err != nil || s.Small+s.SmallNo != 0 || len(s.Tribes) != 6 {
			t.Errorf("staff see %+v, %v", s.Tribes, err)
		}
		for _, one := range s.Tribes {
			if one.Bound != tribe.Exact || one.AgainstBound != tribe.Exact || one.Tribe.ID == even.ID && one.Votes != 20 {
				t.Errorf("staff see %+v", one)
			}
		}
		p.recountSupport(t)
		// Who passed it by did not refuse it; those who are against it do.
		refuse, torn := p.start(t, p.ada, "Refusers"), p.start(t, p.ada, "Torn ones")
		p.crowd(t, refuse.ID, 7000, 40, idea.ID, 0)
		p.against(t, idea.ID, 7000, 22)
		p.crowd(t, torn.ID, 8000, 40, idea.ID, 20) // clearly more against it than elsewhere, and as many for it
		p.against(t, idea.ID, 8020, 20)
		p.catchUp(t)
		if s, err = p.Supported(ctx, p.visitor, idea.ID); err != nil || len(s.Refused) != 1 || s.Refused[0].ID != refuse.ID || len(s.Passed) != 1 || s.Passed[0].ID != pass.ID || s.Against != 44 {
			t.Errorf("refused by %v, passed by %v, against %d, %v", s.Refused, s.Passed, s.Against, err)
		}
		for _, one := range s.Tribes {
			if one.Tribe.ID == torn.ID && one.Stance != tribe.Even {
				t.Errorf("torn ones: %+v", one)
			}
			if one.Tribe.ID == refuse.ID && (one.Votes != 0 || one.Bound != tribe.Below || one.Against != 20 || one.AgainstBound != tribe.About || one.Active != 40) {
				t.Errorf("refusers: %+v", one)
			}
		}
		p.recountSupport(t)
		internal, err := p.ideas.Propose(ctx, p.staff, shape.NewIdea{Title: "A secret", Audience: know.Team})
		must(t, err)
		_, err = p.Supported(ctx, p.ada, internal.ID)
		wants(t, err, fault.NotFound)
	})
}

// TestSupportHidesJoiners checks that a visitor who reads the support before and
// after somebody joins learns neither that they voted, nor that they did not.
func TestSupportHidesJoiners(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made, idea := p.start(t, p.ada, "Menders"), p.idea(t, p.ben, "Blue ink")
		p.crowd(t, made.ID, 1000, 20, idea.ID, 8)
		none := p.start(t, p.ada, "Nobody’s votes")
		p.crowd(t, none.ID, 2000, 6, idea.ID, 0)
		p.catchUp(t)
		told := func() (one tribe.Support) {
			t.Helper()
			s, err := p.Supported(ctx, p.visitor, idea.ID)
			must(t, err)
			for _, o := range s.Tribes {
				if o.Tribe.ID == none.ID {
					t.Errorf("nobody’s votes are told: %+v", o)
				}
				if o.Tribe.ID == made.ID {
					one = o
				}
			}
			return one
		}
		before := told()
		for voted := range 2 {
			p.crowd(t, made.ID, 3000+voted, 1, idea.ID, voted)
			p.crowd(t, none.ID, 3010+voted, 1, idea.ID, voted)
			p.catchUp(t)
			now := told()
			if now.Votes != before.Votes || now.Bound != before.Bound || now.Against != before.Against || now.Active != before.Active+1+int64(voted) {
				t.Errorf("somebody joins (%d votes): %+v, before %+v", voted, now, before)
			}
		}
	})
}

// recountSupport compares support with a recount where people are numbers alone.
func (p *place) recountSupport(t testing.TB) {
	t.Helper()
	got := p.lines(t, `select idea_id, tribe_id, votes, against from tribe_support where tribe_id > 0`)
	want := p.lines(t, `select v.idea_id, m.tribe_id, sum(v.votes), sum(v.against)
		from (select idea_id, person_id, 1 as votes, 0 as against from tribe_ballot union all select idea_id, person_id, 0, 1 from tribe_against) v
		join membership m on m.person_id = v.person_id and m.left_at = 0 group by v.idea_id, m.tribe_id`)
	if got != want {
		t.Errorf("support:\n%swant:\n%s", got, want)
	}
}

// TestWilson compares with values computed by hand from the formula.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, 0.2775}, {10, 10, 0.7225, 1}, {5, 10, 0.2366, 0.7634}, {50, 100, 0.4038, 0.5962}} {
		if low, high := tribe.Wilson(c.k, c.n, 1.96); fmt.Sprintf("%.4f %.4f", low, high) != fmt.Sprintf("%.4f %.4f", c.low, c.high) {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

// TestStrength counts each part of a small tribe.
func TestStrength(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Inkers")
		must(t, p.Join(ctx, p.ben, made.ID, true))
		must(t, p.Join(ctx, p.cyd, made.ID, true))
		idea := p.idea(t, p.ada, "Blue ink") // proposing is voting, too
		say := func(a know.Actor) {
			t.Helper()
			_, err := p.ideas.Comment(ctx, a, idea.ID, "Words.", "")
			must(t, err)
		}
		say(p.ben)
		say(p.cyd) // answers ada, and ben
		p.at = p.at.Add(5 * 7 * 24 * time.Hour)
		say(p.ada) // answers cyd
		p.catchUp(t)
		must(t, p.Look(ctx, p.staff))
		weeks, err := p.Strengths(ctx, p.ada, made.ID)
		if err != nil || len(weeks) != 1 {
			t.Fatalf("%+v, %v", weeks, err)
		}
		w := weeks[0]
		if w.Size != 3 || w.Tied != 3 || w.Directed != 4 || w.Answered != 2 || w.WasActive != 3 || w.Again != 1 {
			t.Errorf("%+v", w)
		}
		if d, ok := w.Density(); !ok || d != 1 {
			t.Errorf("density %v", d)
		}
		p.at = p.at.Add(4 * 7 * 24 * time.Hour)
		must(t, p.Leave(ctx, p.ben, made.ID))
		p.catchUp(t)
		must(t, p.Look(ctx, p.staff))
		weeks, err = p.Strengths(ctx, p.staff, made.ID)
		if err != nil || len(weeks) != 2 {
			t.Fatalf("%+v, %v", weeks, err)
		}
		if w = weeks[1]; w.Size != 2 || w.Newcomers != 3 || w.Kept != 0 || w.WasActive != 1 || w.Again != 0 {
			t.Errorf("%+v", w)
		}
		_, err = p.Strengths(ctx, p.ben, made.ID)
		wants(t, err, fault.Forbidden)
	})
}

// TestWeeks begins weeks on Monday.
func TestWeeks(t *testing.T) {
	for day := time.Date(2026, 11, 1, 23, 59, 0, 0, time.UTC); day.Year() < 2028; day = day.Add(24 * time.Hour) {
		monday := tribe.MondayOf(tribe.WeekOf(day))
		if monday.Weekday() != time.Monday || monday.After(day) || day.Sub(monday) >= 7*24*time.Hour {
			t.Fatalf("%v is in the week of %v", day, monday)
		}
	}
}

// TestManyMembers reads the page of a tribe of ten thousand.
func TestManyMembers(t *testing.T) {
	p := newPlace(t, storagetest.SQLite(t))
	ctx := t.Context()
	made := p.start(t, p.ada, "Everybody")
	idea := p.idea(t, p.ada, "Blue ink")
	must(t, p.db.Update(ctx, func(tx *storage.Tx) error {
		var people, in [][]any
		for n := range 10_000 {
			people = append(people, []any{10_000 + n, fmt.Sprint("Person ", n), "member", 1})
			in = append(in, []any{made.ID, 10_000 + n, 1, 1, storage.Micros(p.at)})
		}
		if _, err := tx.InsertMany(ctx, `person (id, name, role, created_at)`, people, ``, nil); err != nil {
			return err
		}
		if _, err := tx.InsertMany(ctx, `membership (tribe_id, person_id, shown, counted, joined_at)`, in, ``, nil); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update tribe set members = members + 10000, shown = shown + 10000 where id = $1`, made.ID)
		return err
	}))
	p.crowd(t, 0, 10_000, 10_000, idea.ID, 10_000)
	p.catchUp(t)
	began := time.Now()
	for _, f := range []func() error{
		func() error { _, err := p.Made(ctx, p.visitor, made.ID, 12); return err },
		func() error { _, err := p.Members(ctx, p.visitor, made.ID, 0, 24); return err },
		func() error { _, err := p.Supported(ctx, p.visitor, idea.ID); return err },
	} {
		must(t, f())
		t.Logf("%v", time.Since(began))
		began = time.Now()
	}
	must(t, p.Look(ctx, p.staff))
	t.Logf("look %v", time.Since(began))
	s, err := p.Supported(ctx, p.staff, idea.ID)
	if err != nil || len(s.Tribes) != 1 || s.Tribes[0].Votes != 10_001 {
		t.Errorf("%+v, %v", s.Tribes, err)
	}
}
