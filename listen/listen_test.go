package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen/daily"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// site is a radar over a fresh site, with somebody of the staff.
type site struct {
	*Radar
	staff  know.Actor
	clock  *clock
	people *know.Directory
}

func newSite(t testing.TB, db *storage.DB, opt fetch.Options) *site {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, c.now, "test")
	people := know.New(log, db, events, c.now, nil)
	web := fetch.New(opt)
	t.Cleanup(web.Close)
	s := &site{Radar: New(log, db, events, people, web, c.now), staff: know.Actor{ID: 1, Role: know.Staff}, clock: c, people: people}
	ok(t, s.fold(t.Context())) // from now on, what is older is kept right
	return s
}

// reach lets the client of a test reach its own server.
func reach() fetch.Options { return fetch.Options{AllowPrivate: true, Timeout: 5 * time.Second} }

// answers is a server whose answers a test sets by path.
type answers struct {
	*httptest.Server
	mu    sync.Mutex
	by    map[string]http.HandlerFunc
	asked []*http.Request
}

func serve(t *testing.T) *answers {
	s := &answers{by: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		h := s.by[r.URL.Path]
		s.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *answers) set(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[path] = h
}

func (s *answers) text(path, contentType, body string) {
	s.set(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	})
}

// rss writes a feed of items "id|text", each with the date given.
func rss(title, date string, items ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>` + title + `</title><link>https://forum.example/</link>`)
	for _, it := range items {
		id, text, _ := strings.Cut(it, "|")
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><link>https://forum.example/%s</link><dc:creator>Anna %s</dc:creator><description>%s</description><pubDate>%s</pubDate></item>`, id, id, id, text, date)
	}
	return b.String() + `</channel></rss>`
}

const yesterday = "Thu, 19 Nov 2026 10:00:00 GMT"

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// count gives one number that a statement answers.
func count(t testing.TB, q storage.Q, query string, args ...any) (n int64) {
	t.Helper()
	ok(t, q.Row(context.Background(), query, args...).Scan(&n))
	return n
}

// settled checks that the counts that pages show are what counting gives.
func settled(t testing.TB, s *site) {
	t.Helper()
	for what, statement := range map[string]string{
		"counts of all": `select count(*) from (select sum(n) as n, source_id, language, country, mood, slot from (
				select n, source_id, language, country, mood, at / 3600 as slot from mention_count where query_id = 0
				union all select -1, source_id, language, country, mood, published_at / 3600000000 from mention where copy_of = 0 and counted = 1) x
			group by source_id, language, country, mood, slot having sum(n) <> 0) y`,
		"counts of queries": `select count(*) from query q where (select coalesce(sum(n), 0) from mention_count c where c.query_id = q.id)
			<> (select count(*) from mention_query mq join mention m on m.id = mq.mention_id where mq.query_id = q.id and m.copy_of = 0 and m.counted = 1)`,
		"mentions of queries": `select count(*) from query q where (select coalesce(sum(n), 0) from query_total t where t.query_id = q.id)
			<> (select count(*) from mention_query mq join mention m on m.id = mq.mention_id where mq.query_id = q.id and m.copy_of = 0 and m.counted = 1)`,
		"mentions of sources": `select count(*) from source s where s.mentions <> (select count(*) from mention m where m.source_id = s.id)`,
		"words":               `select abs((select count(*) from mention_search) - (select count(*) from mention where state <> 'withdrawn'))`,
		"no query":            `select count(*) from mention_query where query_id not in (select id from query)`,
	} {
		if n := count(t, s.db, statement); n != 0 {
			t.Errorf("%s: off by %d", what, n)
		}
	}
	daysSettled(t, s)
}

// daysSettled checks that each day that is summed has what its slots have.
func daysSettled(t testing.TB, s *site) {
	t.Helper()
	summed, err := daily.Read(t.Context(), s.db)
	ok(t, err)
	zone, err := time.LoadLocation(summed.Zone)
	ok(t, err)
	off := map[daily.Change]int64{}
	read := func(sign int64, day func(int64) string, query string, args ...any) {
		ok(t, storage.Each(t.Context(), s.db, func(row storage.Scanner) error {
			var c daily.Change
			var n int64
			err := row.Scan(&c.Query, &c.At, &c.Facet.Source, &c.Facet.Language, &c.Facet.Country, &c.Facet.Mood, &n)
			at, err2 := time.Parse(time.DateOnly, day(c.At))
			c.At = at.Unix()
			if off[c] += sign * n; off[c] == 0 {
				delete(off, c)
			}
			return errors.Join(err, err2)
		}, query, args...))
	}
	read(1, func(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) },
		`select query_id, day, source_id, language, country, mood, n from mention_day`)
	read(-1, func(at int64) string { return time.Unix(at, 0).In(zone).Format(time.DateOnly) },
		`select query_id, at, source_id, language, country, mood, n from mention_count where at < $1`, summed.Until)
	if len(off) > 0 {
		t.Errorf("%d days of %s are off: %v", len(off), summed.Zone, off)
	}
}

// both runs a test on both engines, with a client that reaches test servers.
func both(t *testing.T, f func(t *testing.T, s *site)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, newSite(t, db, reach())) })
}
