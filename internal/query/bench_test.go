package query

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"tribune/internal/pgtest"
	"tribune/internal/query/querytest"
)

// hold makes a set of the queries of a workload.
func hold(w querytest.Workload) *Set {
	set := NewSet()
	set.Change(func(put func(int64, *Query)) {
		for i, q := range w.Queries {
			parsed, err := Parse(q.Text())
			if err != nil {
				panic(err)
			}
			put(int64(i+1), parsed)
		}
	})
	return set
}

// TestMatchAllocatesNothing holds matching to the memory it has, whatever
// queries ask for.
func TestMatchAllocatesNothing(t *testing.T) {
	w := querytest.New(300, 500)
	set := hold(w)
	for i, text := range []string{"wish*", "*ing", "*rea*", "tro?n*", "weather~1", "brouple~2", `="The"`, "#tag", "@ana", "a NEAR/3 (b OR the)", "the NEAR/9 of",
		"author:ana the", "author:@ana the", "site:example.com", "source:notes", "country:fr", "lang:fr the", "sentiment:positive", "has:link", "has:question", "reach>5", "list:rivals", "a query:brand"} {
		q, err := ParseWith(text, saved)
		if err != nil {
			t.Fatal(err)
		}
		set.Put(int64(1000+i), q)
	}
	var m Matcher
	posts := make([]Post, len(w.Posts))
	docs := make([]Doc, len(w.Posts))
	for i, text := range w.Posts {
		posts[i] = Post{Text: text + " The wish of a tag #tag @ana", Author: "Ana Silva", Handle: "@ana@notes.test", Source: "My Notes", URL: "https://a.example.com/x",
			Country: "FR", Language: "fr-CA", Sentiment: "positive", Reach: 9}
		docs[i] = posts[i].Tokenize()
	}
	dst := make([]int64, 0, 1000)
	all := func() {
		for i := range posts {
			m.MatchPost(set, &posts[i], dst)
			m.Match(set, docs[i], dst)
		}
	}
	all()
	if n := testing.AllocsPerRun(3, all); n != 0 {
		t.Errorf("%v allocations for %d posts, want none", n, len(posts))
	}
}

// rate reports posts by the clock and by processor time.
func rate(b *testing.B, each func(i int)) {
	b.ReportAllocs()
	start := querytest.CPU()
	n := 0
	for b.Loop() {
		each(n)
		n++
	}
	used := querytest.CPU() - start
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "posts/s")
	b.ReportMetric(float64(n)/used.Seconds(), "posts/cpu-s")
}

// BenchmarkTokenise is the floor: the words of a post are found and folded,
// and no more.
func BenchmarkTokenise(b *testing.B) {
	posts := querytest.New(5000, 0).Posts
	var s scanner
	rate(b, func(i int) { s.scan(posts[i%len(posts)]) })
}

// BenchmarkMatch is the matcher alone, with texts in memory.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			w := querytest.New(5000, n)
			set := hold(w)
			var m Matcher
			var dst []int64
			matched, all := 0, 0
			for _, p := range w.Posts {
				dst = m.MatchText(set, p, dst[:0])
				all += len(dst)
				matched += min(1, len(dst))
			}
			rate(b, func(i int) { dst = m.MatchText(set, w.Posts[i%len(w.Posts)], dst[:0]) })
			b.ReportMetric(100*float64(matched)/float64(len(w.Posts)), "%matched")
		})
	}
}

// BenchmarkMatchOdd is BenchmarkMatch with 10,000 queries, of which 1,000 each
// are of one odd kind.
func BenchmarkMatchOdd(b *testing.B) {
	w := querytest.New(5000, 10_000)
	for _, kind := range []string{"prefix", "suffix", "inside", "fuzzy1", "fuzzy2", "near", "phrase", "lang", "exact"} {
		b.Run(kind, func(b *testing.B) {
			set := hold(w)
			set.Change(func(put func(int64, *Query)) {
				for i, q := range w.Queries[:1000] {
					a, c := q.Needs[0], q.Needs[1]
					text := map[string]string{
						"prefix": a[:len(a)-1] + "* " + c, "suffix": "*" + a[1:] + " " + c, "inside": "*" + a[1:len(a)-1] + "* " + c,
						"fuzzy1": a + "~1 " + c, "fuzzy2": a + "~2 " + c, "near": a + " NEAR/5 " + c, "phrase": `"` + a + " " + c + `"`, "lang": a + " lang:fr", "exact": "=" + a,
					}[kind]
					parsed, err := Parse(strings.ReplaceAll(text, "\xa9", ""))
					if err != nil {
						continue // too short for it
					}
					put(int64(i+1), parsed)
				}
			})
			var m Matcher
			var dst []int64
			rate(b, func(i int) { dst = m.MatchText(set, w.Posts[i%len(w.Posts)], dst[:0]) })
		})
	}
}

// BenchmarkPut changes one query among many.
func BenchmarkPut(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			w := querytest.New(1, n)
			set := hold(w)
			q, err := Parse(w.Queries[17].Text() + " other")
			if err != nil {
				b.Fatal(err)
			}
			id := int64(0)
			for b.Loop() {
				set.Put(1+id%int64(n), q)
				id++
			}
		})
	}
}

// BenchmarkPostgres is PostgreSQL's to_tsvector @@ tsquery on the same work,
// on one core: posts one by one against all queries, and by the thousand with an
// index over their words that each query is looked up in.
func BenchmarkPostgres(b *testing.B) {
	w := querytest.New(5000, 10_000)
	db, err := sql.Open("pgx", pgtest.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(statement string, args ...any) {
		b.Helper()
		if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
			b.Fatal(err)
		}
	}
	run(`set max_parallel_workers_per_gather = 0`)
	run(`create table queries (id bigint, q tsquery)`)
	for i, q := range w.Queries {
		run(`insert into queries values ($1, to_tsquery('simple', $2))`, i+1, fmt.Sprintf("%s & %s & !%s & !%s", q.Needs[0], q.Needs[1], q.Not[0], q.Not[1]))
	}
	run(`analyze queries`)
	b.Run("one by one", func(b *testing.B) {
		n := 0
		for b.Loop() {
			var found int
			if err := db.QueryRow(`select count(*) from queries, to_tsvector('simple', $1) t where t @@ q`, w.Posts[n%len(w.Posts)]).Scan(&found); err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "posts/s")
	})
	b.Run("by the thousand", func(b *testing.B) {
		n := 0
		for b.Loop() {
			run(`create temporary table posts (id bigint, t tsvector)`)
			for part := range 10 {
				args, holes := []any{}, []string{}
				for i := range 100 {
					args = append(args, w.Posts[(n+100*part+i)%len(w.Posts)])
					holes = append(holes, fmt.Sprintf("(%d, to_tsvector('simple', $%d))", 100*part+i, i+1))
				}
				run(`insert into posts values `+strings.Join(holes, ", "), args...)
			}
			run(`create index on posts using gin (t)`)
			run(`analyze posts`)
			var found int
			if err := db.QueryRow(`select count(*) from queries, posts where t @@ q`).Scan(&found); err != nil {
				b.Fatal(err)
			}
			run(`drop table posts`)
			n += 1000
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "posts/s")
	})
}
