package listen

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// However mentions come, and whenever old slots are folded into hours, the
// counts are what counting gives, and no slot is finer than it may be.
func TestCounts(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, r := t.Context(), rand.New(rand.NewPCG(1, 2))
		for _, text := range []string{"paper", "cover -paper"} {
			_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: text})
			ok(t, err)
		}
		words, languages, countries := []string{"paper", "cover", "ink"}, []string{"", "en", "fr"}, []string{"", "NO", "BR"}
		for round := range 6 {
			var posts []Post
			for i := range 60 {
				posts = append(posts, Post{Source: []string{"A", "B"}[r.IntN(2)], ExternalID: fmt.Sprint(round, "-", i), Text: words[r.IntN(3)] + " and " + words[r.IntN(3)],
					Author:   Author{Name: "a", URL: fmt.Sprintf("https://a%d.example", r.IntN(30))},
					Language: languages[r.IntN(3)], Country: countries[r.IntN(3)], PublishedAt: s.clock.now().Add(-time.Duration(r.IntN(40*24*60)) * time.Minute)})
			}
			_, err := s.Hear(ctx, s.staff, posts)
			ok(t, err)
			settled(t, s)
			s.clock.pass(time.Duration(r.IntN(5*24)) * time.Hour)
			ok(t, s.fold(ctx))
			settled(t, s)
		}
		until := s.clock.now().Add(-fineFor).Unix() / slotCoarse * slotCoarse
		if n := count(t, s.db, `select n from tally where name = $1`, FoldedTally); n != until {
			t.Errorf("folded until %d, want %d", n, until)
		}
		for what, statement := range map[string]string{
			"old slots are not whole hours":       `select count(*) from mention_count where at < $1 and at % 3600 <> 0`,
			"young slots are not of five minutes": `select count(*) from mention_count where at >= $1 and at % 300 <> 0`,
			"no young slot is finer than an hour": `select case when count(*) = 0 then 1 else 0 end from mention_count where at >= $1 and at % 3600 <> 0`,
			"no old slot is there to have folded": `select case when count(*) = 0 then 1 else 0 end from mention_count where at < $1`,
		} {
			if n := count(t, s.db, statement, until); n != 0 {
				t.Errorf("%s: %d", what, n)
			}
		}
		if n := count(t, s.db, `select n from query_total where query_id = 1`); n == 0 || n != total(t, s, 1) {
			t.Errorf("the volume of the first query is %d, it has %d", total(t, s, 1), n)
		}
	})
}

// What its author deletes is counted no longer; a copy of it counts in its place.
func TestDeletedIsNotCounted(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		q, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "paper"})
		ok(t, err)
		by := Author{Name: "Ana", URL: "https://ana.example"}
		heard, err := s.Hear(ctx, s.staff, []Post{
			{Source: "A", Text: "paper is nice", Author: by, URL: "https://a.example/1", PublishedAt: s.clock.now().Add(-2 * time.Hour)},
			{Source: "B", Text: "Paper is nice", Author: by, URL: "https://b.example/1", PublishedAt: s.clock.now().Add(-time.Hour)},
			{Source: "A", Text: "more paper", Author: by, URL: "https://a.example/2"},
		})
		ok(t, err)
		for i, want := range []int64{2, 1, 0} {
			ok(t, s.Withdraw(ctx, s.staff, heard[i].ID))
			settled(t, s)
			if n := total(t, s, q.ID); n != want {
				t.Errorf("after %d deletions %d are counted, want %d", i+1, n, want)
			}
		}
	})
}

func total(t *testing.T, s *site, query int64) (n int64) {
	hours, err := s.Volume(t.Context(), s.staff, query, time.Unix(0, 0))
	ok(t, err)
	for _, h := range hours {
		n += h.N
	}
	return n
}
