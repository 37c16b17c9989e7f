package listen

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tribune/internal/query"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// Queries come, change and go while mentions come by several roads: in the end
// each query has the mentions it matches, and the counts are right.
func TestBusy(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "open"})
		ok(t, err)
		words := []string{"papier", "carnet", "cuaderno", "notizbuch", "caderno"}
		var work sync.WaitGroup
		for w := range 4 {
			work.Go(func() {
				for i := range 5 {
					var posts []Post
					for j := range 50 {
						n := w*170 + i*50 + j
						if n%700%11 == 5 {
							posts = append(posts, Post{Source: "open", ExternalID: fmt.Sprint(n % 700), Text: "weather"})
							continue
						}
						posts = append(posts, Post{Source: []string{"A", "open"}[n%2], ExternalID: fmt.Sprint(n % 700), Text: fmt.Sprintf("%s and %s %d", words[n%5], words[n%3], n%700),
							Author: Author{Name: fmt.Sprint("a", n%7), URL: fmt.Sprintf("https://a%d.example", n%7)}, PublishedAt: s.clock.now().Add(-time.Duration(n%700) * time.Minute)})
					}
					if _, err := s.Hear(ctx, s.staff, posts); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for w, word := range words {
			work.Go(func() {
				q, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: word, Text: word})
				if err == nil && w%2 == 0 {
					_, _, err = s.ChangeQuery(ctx, s.staff, q.ID, NewQuery{Name: word, Text: word + " -" + words[(w+1)%5]})
				}
				if err == nil && w == 4 {
					err = s.RemoveQuery(ctx, s.staff, q.ID)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
		ok(t, s.Tend(ctx))
		settled(t, s)
		queries, err := s.Queries(ctx, s.staff)
		ok(t, err)
		if len(queries) != 4 {
			t.Errorf("%d queries", len(queries))
		}
		list, err := storage.All(ctx, s.db, scanMention, selectMention)
		ok(t, err)
		ok(t, dress(ctx, s.db, list))
		resting := allResting(t, s)
		if len(list) < 500 || len(resting) == 0 {
			t.Errorf("%d mentions, %d rest", len(list), len(resting))
		}
		for _, q := range queries {
			parsed, err := query.Parse(q.Text)
			ok(t, err)
			for _, m := range list {
				has := false
				for _, id := range m.Queries {
					has = has || id == q.ID
				}
				if want := parsed.Match(query.Tokenize(m.Text)); want != has {
					t.Errorf("%s: %q: noted %v, want %v", q.Name, m.Text, has, want)
				}
			}
			for _, p := range resting {
				if parsed.Match(query.Tokenize(p.Text)) {
					t.Errorf("%s: %q rests", q.Name, p.Text)
				}
			}
		}
	})
}

// A query that changes in the very moment of one that went is heard by what it
// says now.
func TestChangedWhenAnotherWent(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		hear := func(id string) Mention {
			heard, err := s.Hear(ctx, s.staff, []Post{{Source: "A", ExternalID: id, Text: "papier et carnet " + id, Author: Author{Name: "Ana", URL: "https://ana.example"}}})
			ok(t, err)
			m, err := s.Mention(ctx, s.staff, heard[0].ID)
			ok(t, err)
			return m
		}
		stays, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "stays", Text: "papier"})
		ok(t, err)
		goes, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "goes", Text: "carnet"})
		ok(t, err)
		if m := hear("1"); len(m.Queries) != 2 {
			t.Fatalf("%+v", m)
		}
		ok(t, s.RemoveQuery(ctx, s.staff, goes.ID))
		hear("2")
		_, _, err = s.ChangeQuery(ctx, s.staff, stays.ID, NewQuery{Name: "stays", Text: "papier -carnet"})
		ok(t, err)
		if m := hear("3"); len(m.Queries) != 0 {
			t.Errorf("noted for %v", m.Queries)
		}
	})
}

func BenchmarkHear(b *testing.B) {
	s := newSite(b, storagetest.SQLite(b), reach())
	for i := range 20 {
		_, _, err := s.AddQuery(b.Context(), s.staff, NewQuery{Text: fmt.Sprint("word", i)})
		ok(b, err)
	}
	n := 0
	for b.Loop() {
		posts := make([]Post, batchSize)
		for i := range posts {
			n++
			posts[i] = Post{Source: "S", ExternalID: fmt.Sprint(n), Author: Author{Name: fmt.Sprint(n % 500)},
				Text: fmt.Sprintf("this is word%d of a text of some twenty words as people write them when they say what they think %d", n%20, n)}
		}
		_, err := s.Hear(b.Context(), s.staff, posts)
		ok(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/batch")
}
