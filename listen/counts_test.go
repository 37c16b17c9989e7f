package listen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tribune/know"
)

// However mentions come, change and go, whatever the site's zone, and whenever
// old slots are folded into hours and days are summed, the counts are what
// counting gives, and no slot is finer than it may be.
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
			heard, err := s.Hear(ctx, s.staff, posts)
			ok(t, err)
			settled(t, s)
			for i := range 10 {
				posts[i].Text = words[r.IntN(3)] + " after all"
				ok(t, s.Correct(ctx, s.staff, heard[10+i].ID, "mood", "negative"))
				ok(t, s.Correct(ctx, s.staff, heard[10+i].ID, "language", "fi"))
				if heard[20+i].ID != 0 {
					ok(t, s.Withdraw(ctx, s.staff, heard[20+i].ID))
				}
			}
			_, err = s.Hear(ctx, s.staff, posts[:10])
			ok(t, err)
			settled(t, s)
			s.clock.pass(time.Duration(r.IntN(5*24)) * time.Hour)
			ok(t, s.people.Change(ctx, know.Actor{ID: 1, Role: know.Owner}, func(site *know.Site) error {
				site.Zone = []string{"Europe/Paris", "Asia/Kolkata", "UTC"}[round%3]
				return nil
			}))
			if round%2 == 0 {
				_, _, err = s.ChangeQuery(ctx, s.staff, 2, NewQuery{Name: "Changing", Text: words[r.IntN(3)]})
				ok(t, err)
			}
			ok(t, s.fold(ctx))
			settled(t, s)
			if n := count(t, s.db, `select count(*) from mention_day`); n == 0 {
				t.Error("no day is summed")
			}
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

// However old what is stored is, a new query counts all of it, and its counts
// are what counting gives, hour by hour: also when it is changed.
func TestFillCountsAllTime(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, r := t.Context(), rand.New(rand.NewPCG(3, 4))
		words, moments := []string{"paper", "cover", "ink"}, 4*365*24*60
		holding := map[string]int64{}
		for part := range 4 {
			var posts []Post
			for i := range 400 {
				text := words[r.IntN(3)] + " " + words[r.IntN(3)]
				for _, w := range words {
					if strings.Contains(text, w) {
						holding[w]++
					}
				}
				posts = append(posts, Post{Source: "Old letters", ExternalID: fmt.Sprint(part, "-", i), Text: text, Author: Author{Name: fmt.Sprint("a", part, i)},
					Country: []string{"", "NO"}[r.IntN(2)], PublishedAt: s.clock.now().Add(-time.Duration(r.IntN(moments)) * time.Minute)})
			}
			_, err := s.Hear(ctx, s.staff, posts)
			ok(t, err)
		}
		ok(t, s.fold(ctx))
		q, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "paper"})
		ended := q.Filled // on a busy machine the search goes on in the background
		q = fillToTheEnd(t, s, q)
		if err != nil || ended && int64(found) != holding["paper"] || total(t, s, q.ID) != holding["paper"] {
			t.Errorf("found %d and counts %d of %d, ended at once %v, %v", found, total(t, s, q.ID), holding["paper"], ended, err)
		}
		hourly(t, s)
		q, _, err = s.ChangeQuery(ctx, s.staff, q.ID, NewQuery{Text: "cover"})
		q = fillToTheEnd(t, s, q)
		if err != nil || total(t, s, q.ID) != holding["cover"] {
			t.Errorf("changed, it counts %d of %d, %v", total(t, s, q.ID), holding["cover"], err)
		}
		hourly(t, s)
	})
}

// fillToTheEnd ends a new query's search over what is stored.
func fillToTheEnd(t *testing.T, s *site, q Query) Query {
	t.Helper()
	if !q.Filled {
		s.clock.pass(3 * fillNow)
		ok(t, s.finishFills(t.Context()))
	}
	q, err := s.query(t.Context(), q.ID)
	if ok(t, err); !q.Filled {
		t.Errorf("%+v is not filled", q)
	}
	return q
}

// Those who give no name are many: their same words are each somebody's own.
func TestNobodyIsNoAuthor(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		var posts []Post
		for i := range 3 {
			posts = append(posts, Post{Source: "Reviews", Text: "Great paper!", URL: fmt.Sprintf("https://shop%d.example/1", i), PublishedAt: s.clock.now().Add(-time.Duration(i) * time.Hour)},
				Post{Source: "Forum", Text: "Great paper!", URL: fmt.Sprintf("https://forum%d.example/1", i), Author: Author{Name: "Ana"}, PublishedAt: s.clock.now().Add(-time.Duration(i) * time.Hour)})
		}
		_, err := s.Hear(t.Context(), s.staff, posts)
		ok(t, err)
		if n := total(t, s, 0); n != 3+1 {
			t.Errorf("%d are counted, want those of nobody, and one of Ana's", n)
		}
		list, _, err := s.Mentions(t.Context(), s.staff, Filter{})
		ok(t, err)
		for _, m := range list {
			if m.Nobody != (m.SourceName == "Reviews") {
				t.Errorf("%+v", m)
			}
		}
		settled(t, s)
	})
}

// hourly checks the counts of queries hour by hour.
func hourly(t *testing.T, s *site) {
	t.Helper()
	settled(t, s)
	if n := count(t, s.db, `select count(*) from (select 1 from (
			select query_id, at / 3600 as hour, source_id, language, country, mood, n from mention_count where query_id <> 0
			union all select mq.query_id, m.published_at / 3600000000, m.source_id, m.language, m.country, m.mood, -1
				from mention_query mq join mention m on m.id = mq.mention_id where m.copy_of = 0 and m.counted = 1) x
		group by query_id, hour, source_id, language, country, mood having sum(n) <> 0) y`); n != 0 {
		t.Errorf("%d hours are off", n)
	}
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
