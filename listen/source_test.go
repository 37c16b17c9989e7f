package listen

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestUnnamed lets whom a feed does not name speak as the feed, in a trial as
// among the mentions.
func TestUnnamed(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		web.text("/feed", "application/rss+xml", strings.ReplaceAll(rss("Plain", yesterday, "9|Papier"), "<dc:creator>Anna 9</dc:creator>", ""))
		_, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"})
		ok(t, err)
		trial, err := s.Try(ctx, s.staff, "papier", nil)
		ok(t, err)
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		list, _, err := s.Mentions(ctx, s.staff, Filter{})
		if err != nil || len(list) != 1 || len(trial.Sample) != 1 || trial.Sample[0].Author.Name != "Plain" || list[0].Author.Name != "Plain" {
			t.Errorf("trial: %+v, mentions: %+v, %v", trial.Sample, list, err)
		}
	})
}

func TestFirstFeed(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		web.text("/", "text/html", `<html><head><link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" type="application/rss+xml" href="/replies"></head>`)
		web.text("/feed", "application/rss+xml", rss("Forum", yesterday, "1|The Papier A5 &lt;b&gt;bleeds&lt;/b&gt;", "2|Nice weather", "3|Papier, do you ship to Peru?"))
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL})
		ok(t, err)
		if src.Name != "Forum" || src.URL != web.URL+"/feed" || src.Items != 3 || src.Mentions != 0 || src.OKAt.IsZero() ||
			!strings.HasPrefix(src.LastResult.String(), "Items read: 3. New: 3. The page names other feeds, which are not read: "+web.URL+"/replies.") || src.LastError.Text != "" {
			t.Fatalf("source: %+v", src)
		}
		trial, err := s.Try(ctx, s.staff, "papier", nil)
		ok(t, err)
		if trial.Hits != 2 || trial.Of != 3 || len(trial.Sample) != 2 || trial.Sample[0].SourceName != "Forum" {
			t.Fatalf("trial: %+v", trial)
		}
		q, found, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		if found != 2 || q.Mentions != 2 || q.Purpose != Us {
			t.Fatalf("found %d, query %+v", found, q)
		}
		list, _, err := s.Mentions(ctx, s.staff, Filter{Query: q.ID, Text: "BLEEDS"})
		ok(t, err)
		if len(list) != 1 || list[0].Text != "The Papier A5 bleeds" || list[0].Author.Name != "Anna 1" || list[0].URL != "https://forum.example/1" ||
			!list[0].Public || list[0].Asks != NoAsk || !cmp.Equal(list[0].Queries, []int64{q.ID}) || !cmp.Equal(list[0].Purposes, []Purpose{Us}) {
			t.Fatalf("mentions: %+v", list)
		}
		if n := count(t, s.db, `select coalesce(sum(n), 0) from rest`); n != 1 {
			t.Errorf("%d items rest, want 1", n)
		}
		if n := count(t, s.db, `select count(*) from mention where asks = 'asks'`); n != 1 {
			t.Errorf("%d mentions ask, want 1", n)
		}
		front, err := s.Heard(ctx, 10)
		if err != nil || len(front) != 2 {
			t.Errorf("front page: %d, %v", len(front), err)
		}
		facts, err := s.events.Of(ctx, event.Ref{Kind: "source", ID: src.ID})
		ok(t, err)
		stored, err := s.Stored(ctx, s.db, facts[len(facts)-1])
		if err != nil || len(stored) != 2 {
			t.Errorf("stored: %d, %v", len(stored), err)
		}
		hours, err := s.Volume(ctx, s.staff, q.ID, s.clock.now().Add(-48*time.Hour))
		if diff := cmp.Diff([]HourCount{{time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC), 2}}, hours); diff != "" || err != nil {
			t.Error(diff, err)
		}
		settled(t, s)

		// Again and again, with another query and without.
		_, err = s.PollNow(ctx, s.staff, src.ID)
		ok(t, err)
		if n := count(t, s.db, `select count(*) from mention`); n != 2 {
			t.Errorf("%d mentions after a second reading", n)
		}
		q, found, err = s.ChangeQuery(ctx, s.staff, q.ID, NewQuery{Name: "Weather", Text: `"nice weather" OR bleeds`, Purpose: Topic})
		ok(t, err)
		if found != 2 || q.Mentions != 2 || q.Purpose != Topic {
			t.Errorf("found %d, query %+v", found, q)
		}
		settled(t, s)
		ok(t, s.RemoveQuery(ctx, s.staff, q.ID))
		if n := count(t, s.db, `select count(*) from mention`); n != 3 {
			t.Errorf("%d mentions without the query", n)
		}
		settled(t, s)
	})
}

// What a feed can do wrong is said on its source, and does no harm.
func TestHostileFeeds(t *testing.T) {
	good := rss("Good", yesterday, "1|Papier one", "2|Papier two")
	cases := map[string]struct {
		h    http.HandlerFunc
		says string
		kept int64 // mentions afterwards
	}{
		"200 MB": {func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 64<<10); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "larger than 8 MB", 2},
		"never ends": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `<rss><channel><item>`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "did not answer within", 2},
		"not a feed": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><body>Hello</body></html>") }, "HTML, not a feed", 2},
		"a picture":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x89PNG\r\n\x1a\n0000") }, "image/png, not a feed", 2},
		"empty":      {func(http.ResponseWriter, *http.Request) {}, "answer is empty", 2},
		"gone":       {http.NotFound, "404", 2},
		"wrong dates": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, rss("Good", "the day after tomorrow", "3|Papier three")+"")
		}, "", 3},
		"future": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, rss("Good", "Thu, 19 Nov 2099 10:00:00 GMT", "3|Papier three"))
		}, "", 3},
		"broken encoding": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, rss("Good", yesterday, "3|Papier caf\xe9 \x00\xff na\xc3\xafve"))
		}, "", 3},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.TrimSuffix(rss("Good", yesterday, "3|Papier three", "4|Papier four"), "</item></channel></rss>"))
		}, "", 3},
	}
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		s.readers = readers(fetch.New(fetch.Options{AllowPrivate: true, Timeout: time.Second}), s.now)
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier"})
		ok(t, err)
		for name, k := range cases {
			t.Run(name, func(t *testing.T) {
				path := "/" + strings.ReplaceAll(name, " ", "-")
				web.text(path, "application/rss+xml", good)
				src, err := s.AddSource(ctx, s.staff, NewSource{Name: name, URL: web.URL + path})
				ok(t, err)
				web.set(path, k.h)
				src, err = s.PollNow(ctx, s.staff, src.ID)
				ok(t, err)
				if got := src.LastError.String(); !strings.Contains(got, k.says) || (k.says == "") != (got == "") {
					t.Errorf("it says %q, want %q", got, k.says)
				}
				if src.Mentions != k.kept {
					t.Errorf("%d mentions, want %d", src.Mentions, k.kept)
				}
				if k.says != "" && (src.Failures != 1 || !src.DueAt.Equal(s.clock.now().Add(15*time.Minute))) {
					t.Errorf("failures %d, due %v", src.Failures, src.DueAt)
				}
				list, _, err := s.Mentions(ctx, s.staff, Filter{Source: src.ID})
				ok(t, err)
				for _, m := range list {
					if m.PublishedAt.After(s.clock.now()) || m.PublishedAt.Year() != 2026 {
						t.Errorf("published %v", m.PublishedAt)
					}
				}
				web.text(path, "application/rss+xml", good)
				if src, err = s.PollNow(ctx, s.staff, src.ID); err != nil || src.LastError.Text != "" || src.Failures != 0 {
					t.Errorf("afterwards: %+v, %v", src, err)
				}
			})
		}
		settled(t, s)
	})
}

func TestRefusedSources(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		web.text("/page", "text/html", "<html><body>Hello</body></html>")
		web.text("/feed", "application/rss+xml", rss("Forum", yesterday, "1|One"))
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed", Every: time.Minute})
		ok(t, err)
		for name, k := range map[string]struct {
			n     NewSource
			field string
			says  string
		}{
			"a page":      {NewSource{URL: web.URL + "/page"}, "url", "HTML, not a feed"},
			"nothing":     {NewSource{URL: web.URL + "/none"}, "url", "404"},
			"no address":  {NewSource{URL: "feed"}, "url", "begin with https://"},
			"twice":       {NewSource{URL: web.URL + "/feed"}, "url", "read already, as Forum"},
			"too often":   {NewSource{URL: web.URL + "/feed", Every: time.Second}, "every_seconds", "every 60 seconds"},
			"name taken":  {NewSource{Name: "Forum", Kind: APISource}, "name", "Choose another"},
			"no name":     {NewSource{Kind: APISource}, "name", "Give it a name"},
			"wrong kind":  {NewSource{Kind: "fax", Name: "Fax"}, "kind", "feed, sitemap"},
			"long a name": {NewSource{Kind: APISource, Name: strings.Repeat("a", 81)}, "name", "80"},
		} {
			_, err := s.AddSource(ctx, s.staff, k.n)
			f, isFault := err.(*fault.Error)
			if !isFault || f.Field != k.field || !strings.Contains(f.Error(), k.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.AddSource(ctx, know.Actor{ID: 2, Role: know.Member}, NewSource{URL: web.URL}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member: %v", err)
		}
		// Removed and added again it is the same source.
		ok(t, s.RemoveSource(ctx, s.staff, src.ID))
		if list, err := s.Sources(ctx, s.staff); err != nil || len(list) != 0 {
			t.Errorf("sources: %v, %v", list, err)
		}
		again, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"})
		if err != nil || again.ID != src.ID || again.Name != "Forum" {
			t.Errorf("again: %+v, %v", again, err)
		}
		paused, name := true, "Le forum"
		again, err = s.ChangeSource(ctx, s.staff, src.ID, SourceChange{Paused: &paused, Name: &name})
		if err != nil || !again.Paused || again.Name != name {
			t.Errorf("changed: %+v, %v", again, err)
		}
		addressed := true
		again, err = s.ChangeSource(ctx, s.staff, src.ID, SourceChange{Addressed: &addressed})
		if err != nil || again.Mentions != 1 || count(t, s.db, `select coalesce(sum(n), 0) from rest`) != 0 {
			t.Errorf("addressed: %+v, %v", again, err)
		}
		settled(t, s)
	})
}

// TestShown keeps what the team calls a source on the desk, and shows everybody
// the name that was chosen for them.
func TestShown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := newSite(t, db, fetch.Options{}), t.Context()
		var made []Source
		for _, name := range []string{"Mailbox of M. L.", "Export 7", "Export 8"} {
			src, err := s.AddSource(ctx, s.staff, NewSource{Kind: ImportSource, Name: name})
			ok(t, err)
			made = append(made, src)
		}
		if places, err := s.Listening(ctx); err != nil || len(places) != 1 || places[0].Name != "" {
			t.Errorf("no name was chosen: %+v, %v", places, err)
		}
		letters, long := "  Letters to\nsupport ", strings.Repeat("x", maxSourceName+1)
		src, err := s.ChangeSource(ctx, s.staff, made[0].ID, SourceChange{Shown: &letters})
		if err != nil || src.Shown != "Letters to support" || src.Name != made[0].Name {
			t.Errorf("shown: %+v, %v", src, err)
		}
		_, err = s.ChangeSource(ctx, s.staff, made[1].ID, SourceChange{Shown: &long})
		if f, isFault := err.(*fault.Error); !isFault || f.Field != "shown" {
			t.Errorf("a long name: %v", err)
		}
		places, err := s.Listening(ctx)
		if err != nil || len(places) != 2 || places[0].Name != "" && places[1].Name != "" {
			t.Errorf("one name and one kind: %+v, %v", places, err)
		}
		all, err := s.Places(ctx)
		if err != nil || all[made[0].ID].Name != "Letters to support" || all[made[1].ID].Name != "" {
			t.Errorf("places: %+v, %v", all, err)
		}
		none := ""
		if src, err := s.ChangeSource(ctx, s.staff, made[0].ID, SourceChange{Shown: &none}); err != nil || src.Shown != "" {
			t.Errorf("taken back: %+v, %v", src, err)
		}
	})
}

func TestPrivateFeedIsRefused(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, web, ctx := newSite(t, db, fetch.Options{Timeout: 5 * time.Second}), serve(t), t.Context()
		web.text("/feed", "application/rss+xml", rss("Forum", yesterday, "1|One"))
		if _, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"}); err == nil || !strings.Contains(err.Error(), "private network") {
			t.Fatalf("added: %v", err)
		}
		// One that was good and now points inside says so on its source.
		guarded := s.readers
		s.readers = readers(fetch.New(reach()), s.now)
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"})
		ok(t, err)
		s.readers = guarded
		src, err = s.PollNow(ctx, s.staff, src.ID)
		if err != nil || !strings.Contains(src.LastError.String(), "points into a private network") || src.Items != 1 {
			t.Errorf("source: %+v, %v", src, err)
		}
	})
}

func TestPoll(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		conditional := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"one"`)
			if r.Header.Get("If-None-Match") == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, rss("Forum", yesterday, "1|One"))
		}
		web.set("/feed", conditional)
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed", Every: time.Minute})
		ok(t, err)
		s.clock.pass(time.Minute)
		run, stop := context.WithCancel(ctx)
		ended := make(chan error)
		go func() { ended <- s.Poll(run) }()
		until := func(what string, good func(Source) bool) {
			t.Helper()
			for range 200 {
				if src, err = s.Source(ctx, s.staff, src.ID); err == nil && good(src) {
					return
				}
				time.Sleep(25 * time.Millisecond)
			}
			t.Fatalf("%s: %+v, %v", what, src, err)
		}
		until("not modified", func(src Source) bool { return src.LastResult.Text == textSame })
		web.set("/feed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		s.clock.pass(time.Minute)
		until("told to wait", func(src Source) bool {
			return src.Failures == 1 && src.DueAt.Equal(s.clock.now().Add(2*time.Hour)) && strings.Contains(src.LastError.String(), "503")
		})
		s.clock.pass(3 * time.Hour)
		until("told to wait again", func(src Source) bool { return src.Failures == 2 })
		web.set("/feed", conditional)
		s.clock.pass(3 * time.Hour)
		until("well again", func(src Source) bool { return src.Failures == 0 && src.LastError.Text == "" })
		stop()
		ok(t, <-ended)
		if n := count(t, s.db, `select count(*) from source where leased_until > 0`); n != 0 {
			t.Errorf("%d leases are left", n)
		}
	})
}

func TestBackOff(t *testing.T) {
	for _, k := range []struct {
		every    time.Duration
		failures int
		want     time.Duration
	}{
		{time.Minute, 1, time.Minute}, {time.Minute, 2, 2 * time.Minute}, {time.Minute, 5, 16 * time.Minute},
		{time.Minute, 12, 24 * time.Hour}, {time.Minute, 1 << 40, 24 * time.Hour}, {48 * time.Hour, 9, 48 * time.Hour},
	} {
		if got := backedOff(k.every, k.failures); got != k.want {
			t.Errorf("%v, %d: %v, want %v", k.every, k.failures, got, k.want)
		}
	}
}

func TestRest(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		web.text("/feed", "application/rss+xml", rss("Forum", yesterday, "1|One", "2|Two"))
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"})
		ok(t, err)
		s.clock.pass(6 * 24 * time.Hour)
		ok(t, s.Tend(ctx))
		if n := count(t, s.db, `select coalesce(sum(n), 0) from rest`); n != 2 {
			t.Fatalf("%d rest after 6 days", n)
		}
		s.clock.pass(2 * 24 * time.Hour)
		ok(t, s.Tend(ctx))
		if n := count(t, s.db, `select coalesce(sum(n), 0) from rest`); n != 0 {
			t.Fatalf("%d rest after 8 days", n)
		}
		// The feed still shows them: they do not rest again, but a query finds them.
		if src, err = s.PollNow(ctx, s.staff, src.ID); err != nil || src.Items != 2 || count(t, s.db, `select coalesce(sum(n), 0) from rest`) != 0 {
			t.Fatalf("read again: %+v, %v", src, err)
		}
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Text: "two"})
		ok(t, err)
		if src, err = s.PollNow(ctx, s.staff, src.ID); err != nil || src.Mentions != 1 {
			t.Fatalf("read with a query: %+v, %v", src, err)
		}
		// Too much of it goes, the oldest first.
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			for i := range 30 {
				if _, err := tx.Exec(ctx, `insert into rest (source_id, n, keys, speakers, data, size, at) values (1, 0, $1, $1, $1, $2, $3)`,
					[]byte{}, 10<<20, storage.Micros(s.clock.now())+int64(i)); err != nil {
					return err
				}
			}
			return nil
		}))
		ok(t, s.Tend(ctx))
		if n := count(t, s.db, `select count(*) from rest where at >= $1`, storage.Micros(s.clock.now())+10); n != 20 {
			t.Errorf("%d of the newest rest, want 20", n)
		}
		if n := count(t, s.db, `select count(*) from rest`); n != 20 {
			t.Errorf("%d rest, want 20", n)
		}
	})
}

// What is wrong with a feed and does no harm is said on its source, also once
// it answers that nothing changed.
func TestSourceTellsOfHarmlessFaults(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		item := func(id, text, date string) string {
			return `<item><guid isPermaLink="false">` + id + `</guid><description>` + text + `</description><pubDate>` + date + `</pubDate></item>`
		}
		web.set("/feed", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"1"`)
			fmt.Fprint(w, `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY lol "lol">]><rss version="2.0"><channel><title>A &amp;amp; B &c;</title>`+
				item("1", "Caf\xe9 sur la c\xf4te, \u00e9t\u00e9", yesterday)+item("2", "two", "the day before")+
				item("3", "three", "Thu, 01 Jan 1970 00:00:00 GMT")+item("4", "four", "Fri, 20 Nov 2099 00:00:00 GMT")+`</channel></rss>`)
		})
		const faults = " Dates that cannot be: 3; what has one counts as said when it was read. Its letters did not fit its encoding and were repaired." +
			" It declares entities of its own, which are not expanded: they stand in its texts as they are written."
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL + "/feed"})
		ok(t, err)
		if got := src.LastResult.String(); got != "Items read: 4. New: 4."+faults || src.Name != "A & B" {
			t.Errorf("%q: %q", src.Name, got)
		}
		src, err = s.PollNow(ctx, s.staff, src.ID)
		ok(t, err)
		if got := src.LastResult.String(); got != textSame+faults {
			t.Errorf("unchanged: %q", got)
		}
	})
}

// What people paste is recognised.
func TestRecognise(t *testing.T) {
	for typed, want := range map[string]SourceKind{
		"https://blog.example": FeedSource, "blog.example/feed": FeedSource, "": FeedSource, "https://news.ycombinator.com/rss": FeedSource,
		"https://paper.example/tags/papier.rss": FeedSource, "http://%zz": FeedSource, "https://site.example/hn": FeedSource,
		"https://site.example/sitemap-news.xml": SitemapSource, "site.example/sitemap.xml.gz": SitemapSource,
		"#papier": MastodonSource, "#papier@paper.example": MastodonSource, "@paper.example": MastodonSource, "https://paper.example/tags/papier": MastodonSource, "https://paper.example/public/local": MastodonSource,
		"bluesky": BlueskySource, " Bluesky ": BlueskySource, "https://bsky.app/": BlueskySource, "wss://jetstream.example/subscribe": BlueskySource, "bsky.app": BlueskySource,
		"hn": HackerNewsSource, "HN: papier a5": HackerNewsSource, "hacker news papier": HackerNewsSource, "https://news.ycombinator.com/": HackerNewsSource, "https://hn.algolia.com/?q=papier": HackerNewsSource,
	} {
		if kind, _ := Recognise(typed); kind != want {
			t.Errorf("%q: %s, want %s", typed, kind, want)
		}
	}
	if _, at := Recognise("blog.example/feed"); at != "https://blog.example/feed" {
		t.Error(at)
	}
}

// A site without a feed may have a sitemap, which its robots.txt names.
func TestSitemapOfSite(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		web.text("/", "text/html", "<html>Hello")
		web.text("/robots.txt", "text/plain", "Sitemap: "+web.URL+"/news.xml")
		web.text("/news.xml", "text/xml", `<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>`+web.URL+`/1</loc><n:news><n:publication><n:name>The Times</n:name><n:language>en</n:language></n:publication>
			<n:publication_date>2026-11-19</n:publication_date><n:title>Papier in the news</n:title></n:news></url></urlset>`)
		web.text("/1", "text/html", "<title>Papier</title>")
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		src, err := s.AddSource(ctx, s.staff, NewSource{URL: web.URL})
		if err != nil || src.Kind != SitemapSource || src.Mentions != 1 || src.Every != 15*time.Minute {
			t.Fatalf("%+v, %v", src, err)
		}
		if _, err = s.AddSource(ctx, s.staff, NewSource{Kind: FeedSource, URL: web.URL}); !fault.Is(err, fault.Invalid) {
			t.Errorf("as a feed: %v", err)
		}
		if _, err = s.AddSource(ctx, s.staff, NewSource{Kind: SitemapSource, URL: web.URL + "/news.xml"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		settled(t, s)
	})
}
