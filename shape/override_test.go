package shape_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
)

// publish publishes a charter of these clauses, the first of which is the
// default.
func (q *square) publish(t testing.TB, clauses ...charter.Clause) charter.Version {
	t.Helper()
	ctx := t.Context()
	signs := charter.New(nil, q.db, q.events, q.people, q.now)
	v, err := signs.Draft(ctx, q.staff)
	if err == nil {
		v, err = signs.Save(ctx, q.staff, v.ID, charter.Edit{Default: clauses[0].Name, Clauses: clauses, Edits: -1})
	}
	if err == nil {
		v, err = signs.Publish(ctx, q.owner, v.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func clause(name string, mode charter.Mode, votes, within, answer int64) charter.Clause {
	return charter.Clause{Name: name, Title: name, Mode: mode, Votes: votes, Within: within, Answer: answer}
}

func TestOverride(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		signs := charter.New(nil, h.db, h.events, h.people, h.now)
		before := h.idea(t, h.ada, shape.NewIdea{Title: "From before the charter"})
		v := h.publish(t, clause("rest", charter.Advise, 0, 0, 0), clause("colours", charter.Decide, 2, 0, 10), clause("paper", charter.CoDecide, 2, 0, 0))
		call, err := h.OpenCall(ctx, h.staff, shape.NewCall{Title: "The next colour", Will: "Make it.", Gets: "One.", Clause: v.Clauses[1].ID})
		h.ok(err)
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "A deep green", Call: call.ID})
		rest := h.idea(t, h.ada, shape.NewIdea{Title: "A softer cover"})
		if before.Clause != 0 || idea.Clause != v.Clauses[1].ID || rest.Clause != v.Clauses[0].ID {
			t.Fatalf("clauses: %d %d %d", before.Clause, idea.Clause, rest.Clause)
		}
		no := shape.NewDecision{Stage: shape.Declined, Reason: "We cannot get the dye."}
		_, err = h.Vote(ctx, h.staff, idea.ID, true)
		h.ok(err)
		// One customer and one of us are not two customers.
		d, err := h.Decide(ctx, h.staff, idea.ID, no)
		h.ok(err)
		if d.Clause != idea.Clause {
			t.Errorf("it cites %d", d.Clause)
		}
		h.tell()
		h.at = h.at.Add(time.Hour)
		_, err = h.Vote(ctx, h.ben, idea.ID, true)
		h.ok(err)
		h.at = h.at.Add(time.Hour)
		_, err = h.Decide(ctx, h.staff, idea.ID, no)
		wants(t, err, fault.Invalid)
		_, err = h.Cite(ctx, h.owner, idea.ID, v.Clauses[0].ID)
		wants(t, err, fault.Conflict)
		wants(t, h.Merge(ctx, h.staff, idea.ID, rest.ID), fault.Conflict)
		// Setting it back is told to everybody, too, since it goes against the clause.
		back := shape.NewDecision{Stage: shape.UnderReview, Reason: "We look for another dye.", Override: charter.Signature{Reason: "There is no such dye for sale.", Name: "sven"}}
		d, err = h.Decide(ctx, h.staff, idea.ID, back)
		h.ok(err)
		h.tell()
		told, err := h.Told(ctx, h.staff, d.ID)
		h.ok(err)
		if told.Mail != 2 || !told.Complete {
			t.Fatalf("told: %+v", told)
		}
		of, err := signs.OverridesOf(ctx, []int64{d.ID})
		h.ok(err)
		if o := of[d.ID]; o.Clause.Name != "colours" || o.Clause.Overrides != 1 || o.Votes != 2 || o.Signer != "sven" || !slices.Equal(o.Breaches, []charter.Breach{charter.PutOff}) {
			t.Fatalf("override: %+v", of)
		}
		// Eleven days later it is late as well, even for a yes, and once.
		h.at = h.at.Add(11 * 24 * time.Hour)
		yes := shape.NewDecision{Stage: shape.Planned, Reason: "We found it after all."}
		_, err = h.Decide(ctx, h.staff, idea.ID, yes)
		wants(t, err, fault.Invalid)
		yes.Override = charter.Signature{Reason: "We searched too long.", Name: "Sven"}
		_, err = h.Decide(ctx, h.staff, idea.ID, yes)
		h.ok(err)
		yes.Stage, yes.Override = shape.Started, charter.Signature{}
		_, err = h.Decide(ctx, h.staff, idea.ID, yes)
		h.ok(err)
		// Nothing is late that was promised only now.
		old := h.idea(t, h.ada, shape.NewIdea{Title: "An old wish"})
		_, err = h.Vote(ctx, h.ben, old.ID, true)
		h.ok(err)
		h.at = h.at.Add(40 * 24 * time.Hour)
		old, err = h.Cite(ctx, h.staff, old.ID, v.Clauses[1].ID)
		h.ok(err)
		if b, err := h.Bound(ctx, old); err != nil || !b.AnswerBy.Equal(h.at.Add(10*24*time.Hour)) || len(b.Against(shape.Planned, h.at)) != 0 || len(b.Against(shape.Declined, h.at)) != 1 {
			t.Fatalf("bound: %+v %v", b, err)
		}
		// A later version changes nothing for those who voted under this one.
		h.publish(t, clause("rest", charter.Advise, 0, 0, 0))
		_, err = h.Decide(ctx, h.staff, idea.ID, no)
		wants(t, err, fault.Invalid)
		all, err := signs.Overrides(ctx, h.visitor, "colours", 0, 10)
		h.ok(err)
		if len(all) != 2 || all[0].ID < all[1].ID {
			t.Fatalf("all: %+v", all)
		}
		count, err := signs.Count(ctx)
		counts, err2 := signs.Counts(ctx)
		if err != nil || err2 != nil || count != 2 || counts[1] != 2 || counts[2] != 0 {
			t.Fatalf("counts: %d %v %v %v", count, counts, err, err2)
		}
		// What only the team sees is counted, and not shown.
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update idea set audience = 'staff' where id = $1`, idea.ID)
			return err
		}))
		if all, err := signs.Overrides(ctx, h.visitor, "", 0, 10); err != nil || len(all) != 0 {
			t.Fatalf("shown: %+v %v", all, err)
		}
	})
}

func TestCitesPurpose(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "Thin paper"})
		n := shape.NewDecision{Stage: shape.Planned, Reason: "Because it is what we are for.", Purpose: true}
		_, err := q.Decide(ctx, q.staff, idea.ID, n)
		wants(t, err, fault.Conflict)
		p, err := charter.New(nil, q.db, q.events, q.people, q.now).SetPurpose(ctx, q.owner, "Paper for all.", "en")
		if err != nil {
			t.Fatal(err)
		}
		d, err := q.Decide(ctx, q.staff, idea.ID, n)
		if err != nil || d.Purpose != p.ID {
			t.Fatalf("%+v %v", d, err)
		}
		citing, err := q.CitingPurpose(ctx, q.visitor, 10)
		if err != nil || len(citing) != 1 || citing[0].ID != d.ID {
			t.Fatalf("%+v %v", citing, err)
		}
	})
}

// whim is a site on which people vote, and the company decides as it likes.
type whim struct {
	decided int
	*square
	t       *rapid.T
	clauses []charter.Clause
	ideas   []int64
	voters  []know.Actor
}

// broken is the rule again, written another way: over all votes and decisions
// of an idea as they stand in the database.
func (w *whim) broken(idea shape.Idea, stage shape.Stage) (all []charter.Breach) {
	ctx := w.t.Context()
	must := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	at := slices.IndexFunc(w.clauses, func(c charter.Clause) bool { return c.ID == idea.Clause })
	if at < 0 || w.clauses[at].Mode == charter.Advise {
		return nil
	}
	c := w.clauses[at]
	votes, err := storage.All(ctx, w.db, storage.Scalar[int64], `select at from vote where idea_id = $1 and staff = 0`, idea.ID)
	must(err)
	slices.Sort(votes)
	until := storage.Micros(idea.CreatedAt) + c.Within*24*3600*1e6
	var counted []int64
	for _, v := range votes {
		if c.Within == 0 || v <= until {
			counted = append(counted, v)
		}
	}
	if int64(len(counted)) < c.Votes {
		return nil
	}
	reached := max(counted[c.Votes-1], storage.Micros(idea.ClauseAt))
	yes := func(s shape.Stage) bool { return s == shape.Planned || s == shape.Started || s == shape.Shipped }
	if stage == shape.Declined {
		all = append(all, charter.Declined)
	} else if !yes(stage) && (c.Mode == charter.Decide || yes(idea.Stage)) {
		all = append(all, charter.PutOff)
	}
	if by := reached + c.Answer*24*3600*1e6; c.Answer > 0 && storage.Micros(w.at) > by {
		made, err := w.Decisions(ctx, w.owner, idea.ID)
		must(err)
		slices.Reverse(made)
		inTime, stood := false, shape.Open
		for _, d := range made {
			switch when := storage.Micros(d.At); {
			case when < reached:
				stood = d.Stage
			case when <= by && (yes(d.Stage) || d.Stage == shape.Declined):
				inTime = true
			}
		}
		var signed int64
		must(w.db.Row(ctx, `select count(*) from override where idea_id = $1 and clause_id = $2 and breaches like '%late%'`, idea.ID, c.ID).Scan(&signed))
		if !inTime && !yes(stood) && signed == 0 {
			all = append(all, charter.Late)
		}
	}
	return all
}

// decide decides, and holds that to the rule.
func (w *whim) decide() {
	ctx := w.t.Context()
	id := rapid.SampledFrom(w.ideas).Draw(w.t, "idea")
	idea, err := w.Idea(ctx, w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	stage := rapid.SampledFrom(shape.Stages()).Draw(w.t, "stage")
	w.decided++ // another reason each time: the very same decision is the one that stands
	n := shape.NewDecision{Stage: stage, Reason: fmt.Sprintf("For reasons of our own, %d.", w.decided)}
	signed := rapid.Bool().Draw(w.t, "signed")
	if signed {
		n.Override = charter.Signature{Reason: "We sign for this.", Name: w.staff.Name}
	}
	want := w.broken(idea, stage)
	d, err := w.Decide(ctx, w.staff, id, n)
	switch {
	case idea.MergedInto != 0:
		if !fault.Is(err, fault.Conflict) {
			w.t.Fatalf("decided on a merged idea: %v", err)
		}
	case len(want) > 0 && !signed:
		if !fault.Is(err, fault.Invalid) {
			w.t.Fatalf("idea %d: %v is against %v, and was not refused: %v", id, stage, want, err)
		}
	case err != nil:
		w.t.Fatal(err)
	default:
		got := []charter.Breach(nil)
		of, err := charter.New(nil, w.db, w.events, w.people, w.now).OverridesOf(ctx, []int64{d.ID})
		if err != nil {
			w.t.Fatal(err)
		}
		if o, ok := of[d.ID]; ok {
			got = o.Breaches
		}
		if !slices.Equal(got, want) {
			w.t.Fatalf("idea %d: %v is signed for as %v, not %v", id, stage, got, want)
		}
	}
}

// escape tries each way out of a promise that holds; afterwards customers have
// still decided on an idea they had decided on, or on the one it went into.
func (w *whim) escape() {
	ctx := w.t.Context()
	id := rapid.SampledFrom(w.ideas).Draw(w.t, "from")
	was, err := w.Idea(ctx, w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	held := len(w.broken(was, shape.Declined)) > 0
	switch way := rapid.SampledFrom([]string{"cite", "merge", "unmerge", "call"}).Draw(w.t, "way"); way {
	case "cite":
		_, err = w.Cite(ctx, w.staff, id, rapid.SampledFrom([]int64{0, w.clauses[0].ID, w.clauses[1].ID, w.clauses[2].ID}).Draw(w.t, "clause"))
	case "merge":
		err = w.Merge(ctx, w.staff, id, rapid.SampledFrom(w.ideas).Draw(w.t, "into"))
	case "unmerge":
		err = w.Unmerge(ctx, w.staff, id)
	case "call":
		call := int64(1)
		_, err = w.Edit(ctx, w.staff, id, shape.IdeaEdit{Call: &call})
	}
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		w.t.Fatal(err)
	}
	is, err := w.Idea(ctx, w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if is.MergedInto != 0 {
		if is, err = w.Idea(ctx, w.owner, is.MergedInto); err != nil {
			w.t.Fatal(err)
		}
	}
	if held && was.MergedInto == 0 && len(w.broken(is, shape.Declined)) == 0 {
		w.t.Fatalf("idea %d got out of its promise: %+v, then %+v", id, was, is)
	}
}

func (w *whim) vote() {
	a := rapid.SampledFrom(w.voters).Draw(w.t, "voter")
	_, err := w.Vote(w.t.Context(), a, rapid.SampledFrom(w.ideas).Draw(w.t, "for"), rapid.IntRange(0, 3).Draw(w.t, "on") > 0)
	if err != nil && !fault.Is(err, fault.Conflict) {
		w.t.Fatal(err)
	}
}

// breakOnce decides once against a promise, so that however few tries chance
// gets there is something to count.
func (q *square) breakOnce(t *testing.T, clause int64) {
	t.Helper()
	ctx := t.Context()
	i := q.idea(t, q.ada, shape.NewIdea{Title: "An idea that is promised"})
	_, err := q.Cite(ctx, q.staff, i.ID, clause)
	for _, a := range []know.Actor{q.ada, q.ben} {
		if err == nil {
			_, err = q.Vote(ctx, a, i.ID, true)
		}
	}
	if err == nil {
		_, err = q.Decide(ctx, q.staff, i.ID, shape.NewDecision{Stage: shape.Declined, Reason: "We cannot get the dye.", Override: charter.Signature{Reason: "There is none for sale.", Name: q.staff.Name}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoWayAround lets people and the company do what they like in any order:
// no decision goes against a promise without a signature, nothing that is not
// broken is signed for, no promise is got rid of, and the counts stay true.
func TestNoWayAround(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		v := q.publish(t, clause("rest", charter.Advise, 0, 0, 0), clause("colours", charter.Decide, 2, 20, 10), clause("paper", charter.CoDecide, 3, 0, 5))
		if _, err := q.OpenCall(ctx, q.staff, shape.NewCall{Title: "What we will read", Will: "Read.", Gets: "Thanks.", Clause: v.Clauses[0].ID}); err != nil {
			t.Fatal(err)
		}
		voters := []know.Actor{q.ada, q.ben, q.cyd, q.staff, q.owner}
		q.breakOnce(t, v.Clauses[1].ID)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			w := &whim{square: q, t: rt, clauses: v.Clauses, voters: voters}
			for n := range 3 {
				round++
				i := q.idea(t, q.ada, shape.NewIdea{Title: fmt.Sprintf("Idea number %d", round)})
				if _, err := q.Cite(ctx, q.staff, i.ID, v.Clauses[n].ID); err != nil {
					rt.Fatal(err)
				}
				w.ideas = append(w.ideas, i.ID)
			}
			for range rapid.IntRange(5, 25).Draw(rt, "steps") {
				q.at = q.at.Add(time.Duration(rapid.IntRange(0, 72).Draw(rt, "hours")) * time.Hour)
				switch rapid.IntRange(0, 5).Draw(rt, "what") {
				case 0, 1, 2:
					w.vote()
				case 3, 4:
					w.decide()
				default:
					w.escape()
				}
			}
		})
		type kept struct{ clause, n int64 }
		scan := func(row storage.Scanner) (k kept, err error) { err = row.Scan(&k.clause, &k.n); return k, err }
		have, err := storage.All(ctx, q.db, scan, `select id, overrides from clause where overrides > 0 order by id`)
		if err != nil {
			t.Fatal(err)
		}
		counted, err := storage.All(ctx, q.db, scan, `select clause_id, count(*) from override group by clause_id order by clause_id`)
		if err != nil {
			t.Fatal(err)
		}
		byClause := func(a, b kept) int { return cmp.Compare(a.clause, b.clause) }
		slices.SortFunc(have, byClause)
		slices.SortFunc(counted, byClause)
		if len(counted) == 0 || !slices.Equal(have, counted) {
			t.Errorf("kept %v, counted %v", have, counted)
		}
	})
}
