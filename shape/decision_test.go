package shape_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
)

func TestDecide(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		reason := "Because so many of you asked."
		for name, c := range map[string]struct {
			n    shape.NewDecision
			kind fault.Kind
		}{
			"no reason":         {shape.NewDecision{Stage: shape.Planned}, fault.Invalid},
			"a short one":       {shape.NewDecision{Stage: shape.Planned, Reason: "Because.  "}, fault.Invalid},
			"a long one":        {shape.NewDecision{Stage: shape.Planned, Reason: strings.Repeat("é", 5001)}, fault.Invalid},
			"no stage":          {shape.NewDecision{Reason: reason}, fault.Invalid},
			"an unknown stage":  {shape.NewDecision{Stage: "soon", Reason: reason}, fault.Invalid},
			"an unknown status": {shape.NewDecision{Status: "Soon", Reason: reason}, fault.Invalid},
			"a promise of old":  {shape.NewDecision{Stage: shape.Planned, Reason: reason, PromisedAt: h.at.Add(-time.Hour)}, fault.Invalid},
			"no such release":   {shape.NewDecision{Stage: shape.Shipped, Reason: reason, Release: 99}, fault.NotFound},
			"an empty release":  {shape.NewDecision{Stage: shape.Shipped, Reason: reason, NewRelease: &shape.NewRelease{}}, fault.Invalid},
		} {
			if _, err := h.Decide(ctx, h.staff, idea.ID, c.n); !fault.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := h.Decide(ctx, h.ada, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: reason})
		wants(t, err, fault.Forbidden)
		h.ok(h.SetStatuses(ctx, h.owner, []shape.Status{{Name: "In the works", Stage: shape.Started}}))
		first, err := h.Decide(ctx, h.staff, idea.ID, shape.NewDecision{Status: "planned", Reason: "  " + reason + "\r\n", PromisedAt: h.at.AddDate(0, 1, 0)})
		h.ok(err)
		if first.Stage != shape.Planned || first.Status != "" || first.Reason != reason || first.By != h.staff.ID || first.Replaces != 0 {
			t.Fatalf("first: %+v", first)
		}
		h.at = h.at.Add(time.Hour)
		second, err := h.Decide(ctx, h.owner, idea.ID, shape.NewDecision{Status: "In the works", Reason: reason})
		h.ok(err)
		third, err := h.Decide(ctx, h.owner, idea.ID, shape.NewDecision{Stage: shape.Started, Reason: reason + " Still."})
		h.ok(err)
		i, err := h.Idea(ctx, h.visitor, idea.ID)
		h.ok(err)
		if second.Replaces != first.ID || third.Replaces != second.ID || i.Decision != third.ID || i.Stage != shape.Started || i.Status != "" || i.DecidedAt != h.at {
			t.Fatalf("second: %+v\nthird: %+v\nidea: %+v", second, third, i)
		}
		all, err := h.Decisions(ctx, h.visitor, idea.ID)
		h.ok(err)
		if len(all) != 3 || all[0].ID != third.ID || all[1].Status != "In the works" {
			t.Fatalf("decisions: %+v", all)
		}
		counts, err := h.Counts(ctx)
		if err != nil || counts[shape.Started] != 1 || counts[shape.Open] != 0 || counts[shape.Planned] != 0 {
			t.Fatalf("counts: %v %v", counts, err)
		}
		facts, err := h.events.Of(ctx, event.Ref{Kind: "idea", ID: idea.ID})
		h.ok(err)
		if last := facts[len(facts)-1]; last.Kind != shape.DecisionMade || last.Other != third.ID {
			t.Fatalf("last fact: %+v", last)
		}
		h.ok(h.Withdraw(ctx, h.ada, idea.ID))
		_, err = h.Decide(ctx, h.staff, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: reason})
		wants(t, err, fault.Conflict)
		_, err = h.Decision(ctx, h.visitor, third.ID)
		wants(t, err, fault.NotFound)
	})
}

// TestDecideAgain sends one form several times at once: one decision, told once.
func TestDecideAgain(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		const times = 4
		decide := func(by know.Actor, n shape.NewDecision) (ids []int64) {
			made := make(chan int64, times)
			for range times {
				go func() {
					d, err := h.Decide(ctx, by, idea.ID, n)
					if err != nil {
						t.Error(err)
					}
					made <- d.ID
				}()
			}
			for range times {
				if id := <-made; !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
			return ids
		}
		planned := shape.NewDecision{Stage: shape.Planned, Reason: "Because so many of you asked."}
		dated, shipped := planned, planned
		dated.PromisedAt = h.at.AddDate(0, 1, 0)
		shipped.Stage = shape.Shipped
		titled := shipped
		titled.NewRelease = &shape.NewRelease{Title: "Dots, at last"}
		var all []int64
		for _, c := range []struct {
			by know.Actor
			n  shape.NewDecision
		}{{h.staff, planned}, {h.owner, planned}, {h.owner, dated}, {h.owner, shipped}, {h.owner, titled}, {h.owner, planned}} {
			ids := decide(c.by, c.n)
			if len(ids) != 1 || slices.Contains(all, ids[0]) {
				t.Fatalf("%+v: decisions %v after %v", c.n, ids, all)
			}
			all = append(all, ids...)
		}
		got, err := h.Decisions(ctx, h.visitor, idea.ID)
		h.ok(err)
		facts, err := h.events.Of(ctx, event.Ref{Kind: "idea", ID: idea.ID})
		h.ok(err)
		made := 0
		for _, f := range facts {
			if f.Kind == shape.DecisionMade {
				made++
			}
		}
		if len(got) != len(all) || made != len(all) {
			t.Errorf("%d decisions and %d facts, want %d", len(got), made, len(all))
		}
	})
}

func TestShip(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		_, err := h.Comment(ctx, h.ben, idea.ID, "Yes, please.", "en")
		h.ok(err)
		_, err = h.Vote(ctx, h.cyd, idea.ID, true)
		h.ok(err)
		_, err = h.Vote(ctx, h.staff, idea.ID, true) // ours, which is not counted as wanted by customers
		h.ok(err)
		ids := h.hear(
			listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://jo.example/1", Author: listen.Author{Name: "Jo", URL: "https://jo.example/"}, Text: "If only it were dotted."},
			listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "2", Author: listen.Author{Name: "Kit", Email: "kit@example.net"}, Text: "Dots."},
		)
		for _, id := range ids {
			_, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: id})
			h.ok(err)
		}
		d, err := h.Decide(ctx, h.staff, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "It is in the shops today.",
			NewRelease: &shape.NewRelease{Title: "Dots", Credits: []shape.Credit{{Person: h.cyd.ID, Because: shape.ForTesting}}}})
		h.ok(err)
		r, err := h.Release(ctx, h.visitor, d.Release)
		h.ok(err)
		before := []shape.Credit{{Person: h.ada.ID, Because: shape.ForProposing, Name: "Ada"}, {Account: r.Credits[1].Account, Because: shape.ForVoice, Name: "Jo"}, {Because: shape.ForCommenting}, {Because: shape.ForTesting}}
		if !slices.Equal(r.Credits, before) { // Jo said it where everybody reads it, Kit in a mail
			t.Fatalf("named before they agreed: %+v", r.Credits)
		}
		// Jo claims the account, and does not want to be named; then all agree.
		jo, _, err := h.people.AddPerson(ctx, "Jo Carter", "jo@example.org", know.Member)
		h.ok(err)
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `update account set person_id = $1 where name = 'Jo'`, jo.ID); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update person set credit = 'no' where id = $1`, jo.ID)
			return err
		}))
		r, err = h.Release(ctx, h.visitor, d.Release)
		h.ok(err)
		if slices.ContainsFunc(r.Credits, func(c shape.Credit) bool { return c.Name == "Jo" }) {
			t.Fatalf("named after a no: %+v", r.Credits)
		}
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update person set credit = 'yes'`)
			return err
		}))
		r, err = h.Release(ctx, h.visitor, d.Release)
		h.ok(err)
		want := []shape.Credit{{Person: h.ada.ID, Because: shape.ForProposing, Name: "Ada"}, {Account: r.Credits[1].Account, Because: shape.ForVoice, Name: "Jo"},
			{Person: h.ben.ID, Because: shape.ForCommenting, Name: "Ben"}, {Person: h.cyd.ID, Because: shape.ForTesting, Name: "Cyd"}}
		if r.Title != "Dots" || len(r.Ideas) != 1 || r.Voters != 2 || !slices.Equal(r.Credits, want) {
			t.Fatalf("release: %+v", r)
		}
		// A second idea ships with the same release; editing keeps both.
		other := h.idea(t, h.ben, shape.NewIdea{Title: "A rounder corner"})
		d2, err := h.Decide(ctx, h.staff, other.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "With the dots, at once.", Release: r.ID})
		h.ok(err)
		r, err = h.EditRelease(ctx, h.owner, r.ID, shape.NewRelease{Title: "Dots and corners", Body: "Both."})
		h.ok(err)
		earlier, err := h.people.Revisions(ctx, event.Ref{Kind: "release", ID: r.ID})
		h.ok(err)
		if d2.Release != r.ID || len(r.Ideas) != 2 || len(earlier) != 1 || earlier[0].Title != "Dots" || len(r.Credits) != 4 {
			t.Fatalf("edited: %+v, %+v", r, earlier)
		}
		// Who left or took a voice back is thanked without a name.
		h.ok(h.radar.Withdraw(ctx, h.owner, ids[0]))
		h.follow()
		h.ok(h.people.Leave(ctx, h.ada, true))
		r, err = h.Release(ctx, h.visitor, r.ID)
		h.ok(err)
		for _, c := range r.Credits {
			if c.Name == "Jo" || c.Name == "Ada" {
				t.Fatalf("named: %+v", r.Credits)
			}
		}
		// Without a word about a release, the decision makes one.
		third := h.idea(t, h.ben, shape.NewIdea{Title: "A red ribbon"})
		d3, err := h.Decide(ctx, h.staff, third.ID, shape.NewDecision{Status: "shipped", Reason: "Here it is, in red."})
		h.ok(err)
		if r, err := h.Release(ctx, h.visitor, d3.Release); err != nil || r.Title != "A red ribbon" || r.Body != "Here it is, in red." {
			t.Fatalf("made: %+v %v", r, err)
		}
		of, err := h.ReleasesOf(ctx, h.visitor, third.ID)
		if err != nil || len(of) != 1 || of[0].ID != d3.Release {
			t.Fatalf("of the idea: %+v %v", of, err)
		}
	})
}

func TestReleases(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, err := h.MakeRelease(ctx, h.ada, shape.NewRelease{Title: "Mine"})
		wants(t, err, fault.Forbidden)
		secret, err := h.Propose(ctx, h.staff, shape.NewIdea{Title: "A secret idea", Audience: "staff"})
		h.ok(err)
		for n := range 5 {
			_, err := h.MakeRelease(ctx, h.staff, shape.NewRelease{Title: "Change", Ideas: []int64{secret.ID}, ReleasedAt: h.at.AddDate(0, 0, n-3)})
			h.ok(err)
		}
		for a, want := range map[string]int{"visitor": 4, "staff": 5} {
			actor := h.visitor
			if a == "staff" {
				actor = h.staff
			}
			var got []int64
			cursor := ""
			for range 5 {
				page, next, err := h.Releases(ctx, actor, cursor, 2)
				h.ok(err)
				for _, r := range page {
					got = append(got, r.ID)
					if a == "visitor" && len(r.Ideas) != 0 {
						t.Fatalf("a visitor sees an idea of the team: %+v", r.Ideas)
					}
				}
				if cursor = next; next == "" {
					break
				}
			}
			if len(got) != want || !slices.IsSortedFunc(got, func(x, y int64) int { return int(y - x) }) {
				t.Fatalf("%s: %v, want %d, newest first", a, got, want)
			}
		}
		_, _, err = h.Releases(ctx, h.visitor, "x", 2)
		wants(t, err, fault.Invalid)
		_, err = h.MakeRelease(ctx, h.staff, shape.NewRelease{Title: "Change", Credits: []shape.Credit{{Person: 999, Because: shape.ForMaking}}})
		wants(t, err, fault.Invalid)
	})
}

func TestRoadmap(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		few := h.idea(t, h.ada, shape.NewIdea{Title: "Few want it"})
		many := h.idea(t, h.ada, shape.NewIdea{Title: "Many want it"})
		_, err := h.Vote(ctx, h.ben, many.ID, true)
		h.ok(err)
		_, err = h.Propose(ctx, h.staff, shape.NewIdea{Title: "A secret idea", Audience: "staff"})
		h.ok(err)
		h.decide(few.ID, shape.Planned)
		h.decide(many.ID, shape.Planned)
		r, err := h.Roadmap(ctx, h.visitor)
		h.ok(err)
		if p := r[shape.Planned]; len(p) != 2 || p[0].ID != many.ID || len(r[shape.Open]) != 0 {
			t.Fatalf("roadmap: %+v", r)
		}
	})
}

func TestDecisionsErased(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		d, err := h.Decide(ctx, h.staff, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "A secret reason of Sven's."})
		h.ok(err)
		_, err = h.EditRelease(ctx, h.staff, d.Release, shape.NewRelease{Title: "A secret title", Body: "A secret body."})
		h.ok(err)
		h.ok(h.people.Leave(ctx, h.staff, true))
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			return h.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: h.staff.ID}, N: 1}})
		}))
		for _, query := range []string{`select count(*) from decision where reason like '%secret%'`, `select count(*) from release where title || body like '%secret%'`,
			`select count(*) from revision where title || body like '%secret%'`} {
			if n := h.number(t, query); n != 0 {
				t.Fatalf("%s: %d", query, n)
			}
		}
		if i, err := h.Idea(ctx, h.visitor, idea.ID); err != nil || i.Stage != shape.Shipped {
			t.Fatalf("the decision no longer stands: %+v %v", i, err)
		}
	})
}
