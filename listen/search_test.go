package listen

import (
	"fmt"
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
