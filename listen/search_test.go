package listen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/listen/lookup"
)

// However the words of a search are looked up, it lists the same.
func TestSearchPlans(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		posts := make([]Post, 60)
		for i := range posts {
			text := "a cup"
			if i%3 == 0 {
				text += " of blue ink"
			}
			if i%20 == 0 {
				text += " or brown"
			}
			address, language := "", "fi"
			if i%5 == 0 {
				address = fmt.Sprint("https://www.Ink.example/", i)
			}
			if i%3 == 0 {
				language = "en"
			}
			posts[i] = Post{URL: address, Language: language, Source: "Shop", ExternalID: fmt.Sprint(i), Text: fmt.Sprint(text, " ", i), Reach: int64(i%4) * 60, Country: []string{"GB", "FR"}[i%2], HasImage: i%8 == 1, PublishedAt: s.clock.now().Add(-time.Duration(i*37%60) * time.Minute)}
		}
		_, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		for text, want := range map[string]int{"cup": 60, "ink blue": 20, "brown": 3, "ink -brown": 19, "brown OR 7": 4, `"blue ink"`: 20, "tea": 0,
			"bl?e": 20, "#blue": 0, "c*p -in*": 40, "blu* OR brow*": 22, "reach>100": 30, "blue reach>100": 10, "cup reach<=100": 15, "lang:en": 20, "lang:zu": 0, "ink lang:fr": 0, "country:gb": 30, "source:shop": 60,
			"source:other": 0, "site:ink.example": 12, "site:example": 12, "has:image": 8, "has:image country:fr": 8, "lang:en OR brown": 22} {
			all := map[lookup.Way][]int64{}
			for _, way := range []lookup.Way{lookup.ByIDs, lookup.Known, lookup.WalkAll} {
				f := Filter{Text: text, Limit: 7}
				q, err := f.query(ctx, s.db)
				ok(t, err)
				for more := true; more; more = f.Cursor != "" {
					page, next, err := s.planned(ctx, f, q, lookup.By(way, q), 10)
					ok(t, err)
					for _, m := range page {
						all[way] = append(all[way], m.ID)
					}
					f.Cursor = next
				}
			}
			if len(all[lookup.ByIDs]) != want || !cmp.Equal(all[lookup.ByIDs], all[lookup.Known]) || !cmp.Equal(all[lookup.ByIDs], all[lookup.WalkAll]) {
				t.Errorf("%s: %v, want %d each alike", text, all, want)
			}
			list, _, err := s.Mentions(ctx, s.staff, Filter{Text: text, Limit: 100})
			if ok(t, err); len(list) != want {
				t.Errorf("%s: %d found, want %d", text, len(list), want)
			}
		}
	})
}

// All pages of any search together list what reading everything finds, in its
// order, whatever way each page goes and wherever it ends.
func TestPagesFindAll(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		r := rand.New(rand.NewPCG(3, 1))
		posts := make([]Post, 900)
		for i := range posts {
			text := fmt.Sprint("said ", i)
			for in, word := range []string{"ink", "paper", "blue", "nib", "quill"} { // ever rarer
				if r.IntN(2<<(2*in)) == 0 {
					text += " " + word
				}
			}
			posts[i] = Post{Source: []string{"Shop", "Forum"}[i%2], ExternalID: fmt.Sprint(i), Author: []Author{{Name: "Ana"}, {Name: "Luc"}, {}}[r.IntN(3)], Text: text, Language: []string{"en", "fi", "fr"}[r.IntN(3)], Reach: int64(r.IntN(4)) * 60,
				PublishedAt: s.clock.now().Add(-time.Duration(r.IntN(300)) * time.Minute)}
		}
		_, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		var all []Mention
		for f := (Filter{Limit: 200}); len(all) == 0 || f.Cursor != ""; {
			page, next, err := s.Mentions(ctx, s.staff, f)
			ok(t, err)
			all, f.Cursor = append(all, page...), next
		}
		if len(all) != len(posts) {
			t.Fatalf("%d mentions, want %d", len(all), len(posts))
		}
		terms := []string{"ink", "paper", "blue", "nib", "quill", "tea", "bl*", "*ill", "p?per", "nob~1", "@ink", `"ink paper"`, "lang:fi", "lang:zu", "reach>100", "source:shop", "author:ana", "author:luc"}
		pick := func() string { return terms[r.IntN(len(terms))] }
		for range 60 {
			text := []string{pick(), pick() + " " + pick(), pick() + " OR " + pick(), pick() + " -" + pick(), pick() + " (" + pick() + " OR " + pick() + ")", terms[r.IntN(5)] + " NEAR/2 " + terms[r.IntN(5)]}[r.IntN(6)]
			f := Filter{Text: text, Limit: 1 + r.IntN(70), Language: []string{"", "", "fr"}[r.IntN(3)]}
			q, err := f.query(ctx, s.db)
			ok(t, err)
			var want []int64
			for _, m := range all {
				if (f.Language == "" || m.Language == f.Language) && q.Match(m.Post().Tokenize()) {
					want = append(want, m.ID)
				}
			}
			for _, way := range []lookup.Way{lookup.ByIDs, lookup.Known, lookup.WalkAll, chosen} {
				var got []int64
				for f, more, looked := f, true, 1+r.IntN(100); more; more = f.Cursor != "" {
					var page []Mention
					if way == chosen {
						page, f.Cursor, err = s.Mentions(ctx, s.staff, f)
					} else {
						page, f.Cursor, err = s.planned(ctx, f, q, lookup.By(way, q), looked)
					}
					ok(t, err)
					if len(page) > f.Limit {
						t.Fatalf("%s: a page of %d, want at most %d", text, len(page), f.Limit)
					}
					for _, m := range page {
						got = append(got, m.ID)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %d a page, language %q, way %d: %v, want %v", text, f.Limit, f.Language, way, got, want)
				}
			}
		}
	})
}

// chosen is the way that Mentions chooses.
const chosen = lookup.Way(255)
