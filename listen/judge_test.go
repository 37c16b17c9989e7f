package listen

import (
	"math"
	"slices"
	"strings"
	"testing"

	"tribune/internal/fault"
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

// What a list is filtered by, each alone and together, over all history.
func TestFilter(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		now := s.clock.now()
		heard, err := s.Hear(ctx, s.staff, []Post{
			{Source: "A", ExternalID: "1", Text: "I hate this terrible notebook, it is the worst! https://x.example/a", Language: "en", Country: "GB", Reach: 500, Author: Author{Name: "Ana Silva", Handle: "@ana@notes.example"}, PublishedAt: now.AddDate(-2, 0, 0)},
			{Source: "A", ExternalID: "2", Text: "Wo finde ich ein Notizbuch?", Language: "de", Country: "DE", Reach: 20, Author: Author{Name: "Bernd"}, PublishedAt: now.AddDate(0, 0, -2)},
			{Source: "B", ExternalID: "3", Text: "What a wonderful notebook, I love it so much!", Language: "en", Author: Author{Name: "Ana Costa"}, PublishedAt: now.AddDate(0, 0, -1)},
		})
		ok(t, err)
		ids := map[int64]int{}
		for i, h := range heard {
			ids[h.ID] = i + 1
		}
		for name, c := range map[string]struct {
			f    Filter
			want []int
		}{
			"words":     {Filter{Text: "NOTEBOOK"}, []int{3, 1}},
			"query":     {Filter{Text: `(notebook -love) OR notizb*`}, []int{2, 1}},
			"phrase":    {Filter{Text: `"terrible notebook"`}, []int{1}},
			"or":        {Filter{Text: `wonderful OR terrible`}, []int{3, 1}},
			"either":    {Filter{Text: `notebook (hate OR wo)`}, []int{1}},
			"exact":     {Filter{Text: `="Notizbuch"`}, []int{2}},
			"plain":     {Filter{Words: `notebook love OR (`}, nil},
			"mood":      {Filter{Mood: Negative}, []int{1}},
			"country":   {Filter{Country: "de"}, []int{2}},
			"author":    {Filter{Author: `ana`}, []int{3, 1}},
			"handle":    {Filter{Author: `@ana@notes.example`}, []int{1}},
			"hostile":   {Filter{Author: `" OR notizbuch OR author:"`}, nil},
			"link":      {Filter{Has: "link"}, []int{1}},
			"question":  {Filter{Has: "question"}, []int{2}},
			"reach":     {Filter{Reach: 20}, []int{2, 1}},
			"all of it": {Filter{Text: "notebook", Mood: Negative, Country: "GB", Author: "silva", Has: "link", Reach: 100, Language: "en"}, []int{1}},
		} {
			c.f.Limit = 1 // page by page
			var got []int
			for {
				list, next, err := s.Mentions(ctx, s.staff, c.f)
				ok(t, err)
				for _, m := range list {
					got = append(got, ids[m.ID])
				}
				if c.f.Cursor = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		for _, wrong := range []Filter{{Text: "a AND"}, {Text: strings.Repeat("(", 2000)}, {Has: "virus"}, {Cursor: "x"}, {Author: "@"}} {
			if _, _, err := s.Mentions(ctx, s.staff, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.20v: %v", wrong, err)
			}
		}
	})
}
