package shape_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// BenchmarkVote measures durable votes on SQLite from 32 connections at once:
// different people, 100 ideas.
func BenchmarkVote(b *testing.B) {
	q := newSquare(b, storagetest.SQLite(b))
	var ids []int64
	for n := range 100 {
		ids = append(ids, q.idea(b, q.owner, shape.NewIdea{Title: fmt.Sprintf("Idea %d", n)}).ID)
	}
	var n atomic.Int64
	b.SetParallelism(16) // times the 2 processors
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			k := n.Add(1)
			a := know.Actor{ID: 1000 + k/100, Role: know.Member}
			if _, err := q.Vote(context.Background(), a, ids[k%100], true); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "votes/s")
}

// filled gives a square with n ideas in it, written past the rules: a third
// are tagged common, twenty are tagged rare, a tenth is planned.
func filled(b *testing.B, n int) *square {
	b.Helper()
	q := newSquare(b, storagetest.SQLite(b))
	words := []string{"paper", "notebook", "cover", "ink", "binding", "pages", "ruler", "dots", "linen", "travel", "school", "gift", "recycled", "colour", "pocket", "ribbon"}
	for from := 0; from < n; from += 5000 {
		err := q.db.Update(b.Context(), func(tx *storage.Tx) error {
			for k := from; k < min(from+5000, n); k++ {
				w := func(m int) string { return words[(k*m+k/16)%len(words)] }
				title := fmt.Sprintf("The %s with %s and %s number%d", w(1), w(3), w(7), k)
				id, err := tx.Insert(b.Context(), `insert into idea (person_id, title, body, votes, stage, decided_at, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
					k%5000, title, "I would like to have the "+w(5)+" for the "+w(11)+".", k*7919%977, []string{"open", "planned"}[storage.Bit(k%10 == 0)], storage.Bit(k%10 == 0)*k, k)
				if err != nil {
					return err
				}
				if err := storage.PutText(b.Context(), tx, "idea_search", id, []string{"the", w(1), "with", w(3), "and", w(7), fmt.Sprintf("number%d", k), "i", "would", "like", "to", "have", w(5), "for", w(11)}); err != nil {
					return err
				}
				tag := "common"
				if k%3 > 0 {
					tag = "other"
				}
				if k%(n/20) == 0 {
					tag = "rare"
				}
				if _, err := tx.Exec(b.Context(), `insert into idea_tag (tag, idea_id) values ($1, $2)`, tag, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return q
}

// BenchmarkList measures pages of lists of 10,000 and of 100,000 ideas: the
// ten times as many should cost at most 1.3 times.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		q := filled(b, n)
		page := func(f shape.Filter) string {
			_, next, err := q.List(b.Context(), q.visitor, f)
			if err != nil {
				b.Fatal(err)
			}
			return next
		}
		for _, c := range []struct {
			name string
			f    shape.Filter
		}{
			{"votes", shape.Filter{}}, {"second", shape.Filter{Cursor: page(shape.Filter{})}}, {"new", shape.Filter{Sort: shape.ByNew}},
			{"decided", shape.Filter{Sort: shape.ByDecided}}, {"stage", shape.Filter{Stage: shape.Planned}},
			{"stage-new", shape.Filter{Stage: shape.Planned, Sort: shape.ByNew}}, {"stage-decided", shape.Filter{Stage: shape.Planned, Sort: shape.ByDecided}},
			{"tag-common", shape.Filter{Tag: "common"}}, {"tag-rare", shape.Filter{Tag: "rare"}},
			{"text-common", shape.Filter{Text: "notebook"}}, {"text-two", shape.Filter{Text: "linen note"}}, {"text-begun", shape.Filter{Text: "num"}}, {"text-rare", shape.Filter{Text: "number777"}},
			{"text-tag-stage", shape.Filter{Text: "notebook", Tag: "common", Stage: shape.Planned}},
		} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				for b.Loop() {
					page(c.f)
				}
			})
		}
		for name, text := range map[string]string{"similar": "a linen cover for the travel notebook with ribb", "similar-long": "I would like to have recycled paper in the pocket of my notebook for school, with a ruler and a linen binding in the colour of the ribbons"} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := q.Similar(b.Context(), q.visitor, text, 5); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
