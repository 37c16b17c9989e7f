package shape_test

import (
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
)

func TestPromises(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "A squared A6"})
		day := q.at.Add(72 * time.Hour)
		due := func(before time.Time) int {
			t.Helper()
			list, err := q.Promises(ctx, q.staff, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				if p.Idea.ID != idea.ID || !p.Decision.PromisedAt.Equal(day) {
					t.Errorf("promised %s for idea %d, want %s for %d", p.Decision.PromisedAt, p.Idea.ID, day, idea.ID)
				}
			}
			return len(list)
		}
		decide := func(stage shape.Stage, promised time.Time) {
			t.Helper()
			if _, err := q.Decide(ctx, q.staff, idea.ID, shape.NewDecision{Stage: stage, Reason: "This is the reason.", PromisedAt: promised}); err != nil {
				t.Fatal(err)
			}
		}
		decide(shape.Planned, day.Add(-time.Hour))
		decide(shape.Planned, day)
		if n := due(day); n != 0 {
			t.Errorf("%d promises before their day", n)
		}
		decide(shape.Started, time.Time{}) // says nothing about the day: the promise stands
		if n := due(day.Add(time.Hour)); n != 1 {
			t.Errorf("%d promises, want 1", n)
		}
		decide(shape.Declined, time.Time{})
		if n := due(day.Add(time.Hour)); n != 0 {
			t.Errorf("%d promises of a declined idea", n)
		}
		if _, err := q.Promises(ctx, q.ada, day); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member reads promises: %v", err)
		}
	})
}

func TestEntitled(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea := q.idea(t, q.ada, shape.NewIdea{Title: "A squared A6"})
		if _, err := q.Vote(ctx, q.ben, idea.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Vote(ctx, q.staff, idea.ID, true); err != nil {
			t.Fatal(err)
		}
		e, err := q.Entitled(ctx, q.staff, idea.ID)
		if err != nil || e != (shape.Entitled{Mail: 2}) {
			t.Errorf("the decider sees %+v, %v; want two by mail, not themselves", e, err)
		}
		if err := q.people.ChooseMail(ctx, q.ben.ID, know.MailDecisions, false); err != nil {
			t.Fatal(err)
		}
		if e, err := q.Entitled(ctx, q.staff, idea.ID); err != nil || e != (shape.Entitled{Mail: 1, None: 1}) {
			t.Errorf("one does not want such mails, and the decider sees %+v, %v", e, err)
		}
		// What is said before is what is done after.
		before, err := q.Entitled(ctx, q.staff, idea.ID)
		if err != nil {
			t.Fatal(err)
		}
		d, err := q.Decide(ctx, q.staff, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "It is time for it."})
		if err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			if more, err = q.TellOnce(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if told, err := q.Told(ctx, q.staff, d.ID); err != nil || told.Mail != before.Mail || told.Task != before.Task || told.None != before.None {
			t.Errorf("said before: %+v; after: %+v, %v", before, told, err)
		}
		if _, err := q.Entitled(ctx, q.ben, idea.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member counts them: %v", err)
		}
	})
}

// TestPromiseReadOnce: whoever was told of a promise reads its reason once on
// the line of time.
func TestPromiseReadOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		const reason = "The dots are ordered."
		_, err := h.Decide(t.Context(), h.staff, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: reason, PromisedAt: h.at.AddDate(0, 1, 0)})
		h.ok(err)
		h.tell()
		moments, err := h.Moments(t.Context(), h.ada.ID, nil, 50)
		h.ok(err)
		with := map[string]bool{}
		for _, m := range moments {
			with[m.Kind] = m.Text == reason
		}
		if promised, there := with["promised"]; !with["told"] || promised || !there {
			t.Errorf("%+v", moments)
		}
	})
}
