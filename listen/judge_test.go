package listen

import (
	"math"
	"testing"
)

// Mentions are judged when they are stored, queries see language and mood, and
// what somebody corrects is matched and counted so, and stays through an edit.
func TestJudged(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		sad, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "notebook sentiment:negative"})
		ok(t, err)
		french, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "carnet lang:fr"})
		ok(t, err)
		heard, err := s.Hear(ctx, s.staff, []Post{
			{Source: "A", ExternalID: "1", Text: "I hate this terrible notebook, it is the worst I ever bought. Awful!"},
			{Source: "A", ExternalID: "2", Text: "Je cherche un carnet avec du papier épais pour écrire à la plume."},
			{Source: "A", ExternalID: "3", Text: "What a wonderful notebook, I love it so much! Thank you!"},
			{Source: "A", ExternalID: "4", Text: "carnet carnet", Language: "fr-CA"},
			{Source: "A", ExternalID: "5", Text: "🙂"},
		})
		ok(t, err)
		want := []struct {
			language string
			mood     Mood
			queries  []int64
		}{{"en", Negative, []int64{sad.ID}}, {"fr", Unclear, []int64{french.ID}}, {"en", Positive, nil}, {"fr-CA", Unclear, []int64{french.ID}}, {"", "", nil}}
		for i, w := range want {
			m, err := s.Mention(ctx, s.staff, heard[i].ID)
			ok(t, err)
			if m.Language != w.language || w.mood != "" && m.Mood != w.mood || m.Mood == "" || len(m.Queries) != len(w.queries) || len(m.Queries) > 0 && m.Queries[0] != w.queries[0] {
				t.Errorf("%d: %s %s %v, want %+v", i, m.Language, m.Mood, m.Queries, w)
			}
		}
		settled(t, s)

		// Somebody knows better.
		ok(t, s.Correct(ctx, s.staff, heard[2].ID, "mood", "negative"))
		ok(t, s.Correct(ctx, s.staff, heard[0].ID, "mood", "negative"))
		ok(t, s.Correct(ctx, s.staff, heard[1].ID, "language", "it"))
		settled(t, s)
		for id, n := range map[int64]int64{sad.ID: 2, french.ID: 1} {
			if got := total(t, s, id); got != n {
				t.Errorf("query %d counts %d, want %d", id, got, n)
			}
		}
		if c, err := s.Checks(ctx, s.staff, "mood"); err != nil || c != (Checked{All: 2, Right: 1}) {
			t.Errorf("%+v, %v", c, err)
		}
		// They change their mind: it was worked out as positive all the same.
		ok(t, s.Correct(ctx, s.staff, heard[2].ID, "mood", "positive"))
		if c, err := s.Checks(ctx, s.staff, "mood"); err != nil || c != (Checked{All: 2, Right: 2}) {
			t.Errorf("%+v, %v", c, err)
		}
		settled(t, s)
		for _, wrong := range [][2]string{{"mood", "great"}, {"language", "klingon!"}, {"language", ""}, {"reach", "1"}} {
			if err := s.Correct(ctx, s.staff, heard[0].ID, wrong[0], wrong[1]); err == nil {
				t.Errorf("%v is taken", wrong)
			}
		}
		ok(t, s.Withdraw(ctx, s.staff, heard[0].ID))
		if err := s.Correct(ctx, s.staff, heard[0].ID, "mood", "positive"); err == nil {
			t.Error("a withdrawn mention is corrected")
		}
		settled(t, s)
	})
}

func TestShare(t *testing.T) {
	for c, want := range map[Checked][3]float64{{}: {0, 0, 1}, {212, 172}: {.8113, .7532, .8582}, {1, 1}: {1, .2065, 1}, {3, 0}: {0, 0, .5615}} {
		p, low, high := c.Share()
		for i, got := range []float64{p, low, high} {
			if math.Abs(got-want[i]) > .0002 {
				t.Errorf("%v: %.4f, want %v", c, got, want)
			}
		}
	}
}
