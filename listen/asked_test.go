package listen

import (
	"fmt"
	"testing"
	"time"

	"tribune/internal/query"
)

// A query that asks for fields finds the same when posts come and when it is
// run over what is there, resting or not.
func TestAskedFields(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		said := []Post{
			{Text: "un carnet", Author: Author{Name: "Ana Silva", Handle: "@ana@notes.example"}, Language: "fr", Country: "FR", Reach: 500, URL: "https://notes.example/@ana/1"},
			{Text: "un carnet aussi ? J’adore, c’est vraiment super, merci beaucoup ! https://ici.example", Author: Author{Name: "Luc", Handle: "@luc"}, Language: "fr-CA"},
			{Text: "a notebook", Author: Author{Name: "Ana"}, Language: "en", Reach: 20},
		}
		hear := func(source string) {
			for i, p := range said {
				p.Source, p.ExternalID, p.PublishedAt = source, fmt.Sprint(i), s.clock.now().Add(-time.Hour)
				if p.URL != "" {
					p.URL += source
				}
				_, err := s.Hear(ctx, s.staff, []Post{p})
				ok(t, err)
			}
		}
		texts := map[string]int{"author:ana": 2, "author:@ana": 1, "author:@luc": 1, "lang:fr": 2, "country:fr": 1, "reach>100": 1, "site:notes.example": 1,
			"sentiment:positive carnet": 1, "has:link carnet": 1, "has:question carnet": 1, "list:people carnet": 1, "query:base reach>100": 1, "carnet NOT author:luc": 1}
		_, err := s.PutList(ctx, s.staff, 0, NewList{Name: "people", Kind: query.ListAuthors, Items: []string{"Luc", "nobody"}})
		ok(t, err)
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Name: "base", Text: "carnet*"})
		ok(t, err)
		hear("First")
		ids := map[string]int64{}
		for text, want := range texts {
			trial, err := s.Try(ctx, s.staff, text, nil)
			ok(t, err)
			q, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: text})
			ok(t, err)
			if found != want || trial.Hits != want {
				t.Errorf("%s: %d found, %d tried, want %d", text, found, trial.Hits, want)
			}
			ids[text] = q.ID
		}
		hear("Second")
		for text, want := range texts {
			var n int // copies among them
			if ok(t, s.db.Row(ctx, `select count(*) from mention_query where query_id = $1`, ids[text]).Scan(&n)); n != 2*want {
				t.Errorf("%s: %d mentions, want %d", text, n, 2*want)
			}
		}
		settled(t, s)
	})
}
