package listen

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall"
	"testing"
	"time"

	"tribune/internal/fetch"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// The bench's own words: common ones by Zipf's law, and two rare ones for each
// standing query.
const (
	benchQueries = 10_000
	benchCommon  = 30_000
)

// benchSite is a radar with 10,000 standing queries, each of two required and
// two excluded words, and an open source.
func benchSite(b *testing.B, db *storage.DB) *site {
	s := newSite(b, db, fetch.Options{})
	err := db.Update(b.Context(), func(tx *storage.Tx) error {
		for q := range benchQueries {
			text := fmt.Sprintf("marke%d produkt%d -wort%d -wort%d", q, q, 100+q%1000, 100+(q*7)%1000)
			if _, err := tx.Insert(b.Context(), `insert into query (name, text, purpose, created_at, changed_at, filled) values ($1, $2, 'topic', 1, $3, 1) returning id`,
				"q"+strconv.Itoa(q), text, q+1); err != nil {
				return err
			}
		}
		_, err := tx.Insert(b.Context(), `insert into source (name, kind, addressed, created_at) values ('stream', 'import', 0, 1) returning id`)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.standing(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

// benchPosts writes n posts of about 20 words as NDJSON; one in each is matched
// by two queries, the others by none. Authors are 50,000.
func benchPosts(n, each int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	z := rand.NewZipf(r, 1.1, 4, benchCommon-1200)
	var out bytes.Buffer
	for i := range n {
		fmt.Fprintf(&out, `{"source":"stream","external_id":"%d-%d","url":"https://example.org/p/%d-%d","author":{"name":"Author %d","url":"https://example.org/u/%d"},"published_at":"2026-11-20T%02d:%02d:00Z","text":"`,
			seed, i, seed, i, r.IntN(50_000), r.IntN(50_000), r.IntN(7), r.IntN(60))
		for w := range 16 {
			if w > 0 {
				out.WriteByte(' ')
			}
			fmt.Fprintf(&out, "wort%d", z.Uint64()+1100)
		}
		if i%each == 0 {
			for range 2 {
				q := r.IntN(benchQueries)
				fmt.Fprintf(&out, " marke%d produkt%d", q, q)
			}
		} else {
			out.WriteString(" and then no more")
		}
		out.WriteString("\"}\n")
	}
	return out.Bytes()
}

// BenchmarkPipe measures the main road from NDJSON to what is stored, matched
// against 10,000 queries, classified, searchable and counted.
func BenchmarkPipe(b *testing.B) {
	for _, c := range []struct {
		name  string
		each  int
		posts int
	}{{"tenth", 10, 20_000}, {"all", 1, 10_000}} {
		b.Run(c.name+"/sqlite", func(b *testing.B) { pipe(b, storagetest.SQLite(b), c.each, c.posts) })
		b.Run(c.name+"/postgres", func(b *testing.B) { pipe(b, storagetest.Postgres(b), c.each, c.posts) })
	}
}

func pipe(b *testing.B, db *storage.DB, each, posts int) {
	s := benchSite(b, db)
	seed, spent := uint64(1), time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		seed++
		file := benchPosts(posts, each, seed)
		b.StartTimer()
		before := processorTime()
		report, err := s.Import(b.Context(), s.staff, bytes.NewReader(file), "ndjson", ImportOptions{})
		if err != nil || report.Failed > 0 || report.New != posts {
			b.Fatal(report, err)
		}
		spent += processorTime() - before
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(posts*b.N), "cpu-µs/post")
	b.ReportMetric(float64(posts*b.N)/b.Elapsed().Seconds(), "posts/s")
}

// processorTime is what this process used so far: where others use the machine,
// too, it says more than the clock.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// searched is how many mentions BenchmarkSearch looks through.
var searched = flag.Int("mentions", 1_000_000, "how many mentions BenchmarkSearch stores first")

// BenchmarkSearch measures the first page of a search over a million mentions,
// for words of which many, some or one mention has all.
func BenchmarkSearch(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { search(b, storagetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { search(b, storagetest.Postgres(b)) })
}

func search(b *testing.B, db *storage.DB) {
	s := newSite(b, db, fetch.Options{})
	err := db.Update(b.Context(), func(tx *storage.Tx) error {
		_, err := tx.Insert(b.Context(), `insert into source (name, kind, addressed, created_at) values ('stream', 'import', 1, 1) returning id`)
		return err
	})
	for done := 0; done < *searched && err == nil; done += 20_000 {
		_, err = s.Import(b.Context(), s.staff, bytes.NewReader(benchPosts(20_000, 1, uint64(done+2))), "ndjson", ImportOptions{})
	}
	if err != nil {
		b.Fatal(err)
	}
	if db.Postgres() { // a server does so within minutes by itself
		rows, err := db.Query(b.Context(), `vacuum analyze`)
		ok(b, err)
		ok(b, rows.Close())
	}
	for _, text := range []string{"wort1100", "wort1130", "wort1300", "wort2500", "wort15000", "marke77", "wort1100 wort1130", "wort1130 wort1140", "wort1130 -wort1100", "wort1300 OR marke77",
		"\"wort1100 wort1101\"", "#wort1100", "@wort1130", "nobody", "@nobody"} {
		b.Run(text, func(b *testing.B) {
			n, before := 0, processorTime()
			for b.Loop() {
				list, _, err := s.Mentions(b.Context(), s.staff, Filter{Text: text})
				if err != nil {
					b.Fatal(err)
				}
				n = len(list)
			}
			b.ReportMetric(float64((processorTime()-before).Microseconds())/1e3/float64(b.N), "cpu-ms/page")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1e3/float64(b.N), "ms/page")
			b.ReportMetric(float64(n), "found")
		})
	}
}
