package listen

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
			posts[i] = Post{Source: "Shop", ExternalID: fmt.Sprint(i), Text: fmt.Sprint(text, " ", i), PublishedAt: s.clock.now().Add(-time.Duration(i*37%60) * time.Minute)}
		}
		_, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		for text, want := range map[string]int{"cup": 60, "ink blue": 20, "brown": 3, "ink -brown": 19, "brown OR 7": 4, `"blue ink"`: 20, "tea": 0} {
			all := map[plan][]int64{}
			for _, p := range []plan{lookUp, walk, walkAll} {
				f := Filter{Text: text, Limit: 7}
				q, err := f.query(ctx, s.db)
				ok(t, err)
				for more := true; more; more = f.Cursor != "" {
					page, next, err := s.planned(ctx, f, q, p)
					ok(t, err)
					for _, m := range page {
						all[p] = append(all[p], m.ID)
					}
					f.Cursor = next
				}
			}
			if len(all[lookUp]) != want || !cmp.Equal(all[lookUp], all[walk]) || !cmp.Equal(all[lookUp], all[walkAll]) {
				t.Errorf("%s: %v, want %d each alike", text, all, want)
			}
			list, _, err := s.Mentions(ctx, s.staff, Filter{Text: text, Limit: 100})
			if ok(t, err); len(list) != want {
				t.Errorf("%s: %d found, want %d", text, len(list), want)
			}
		}
	})
}
