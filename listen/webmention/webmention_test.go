package webmention

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
	"tribune/storage"
	"tribune/storage/storagetest"
)

const target = "https://square.example/ideas/4"

// square is a receiver over a fresh site that takes webmentions, and another web
// site that sends them.
type square struct {
	*Receiver
	there *readertest.Server
	db    *storage.DB
	radar *listen.Radar
	know  *know.Directory
	staff know.Actor
	src   listen.Source
	at    time.Time
}

func open(t *testing.T, db *storage.DB) *square {
	t.Helper()
	s := &square{db: db, there: readertest.Serve(t), staff: know.Actor{ID: 1, Role: know.Owner}, at: readertest.Now()}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, now, "test")
	s.know = know.New(log, db, events, now, nil)
	s.radar = listen.New(log, db, events, s.know, nil, now)
	web := fetch.New(fetch.Options{AllowPrivate: true, MaxBytes: 1 << 20, Timeout: time.Second})
	t.Cleanup(web.Close)
	s.Receiver = New(log, db, events, s.radar, web, now)
	var err error
	s.src, err = s.radar.AddSource(t.Context(), s.staff, listen.NewSource{URL: "webmention"})
	ok(t, err)
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// page answers at a path with a page of HTML.
func (s *square) page(path, body string) {
	s.there.Text(path, "text/html; charset=utf-8", body)
}

// send takes a pair and looks at it.
func (s *square) send(t *testing.T, path, target string) {
	t.Helper()
	p, err := Check(s.there.URL+path, target)
	ok(t, err)
	ok(t, s.Take(t.Context(), p))
	s.at = s.at.Add(10 * time.Second)
	n, err := s.RunOnce(t.Context())
	ok(t, err)
	if n != 1 {
		t.Fatalf("%d were looked at", n)
	}
}

// heard gives the words that are heard, and what the source says.
func (s *square) heard(t *testing.T) (texts []string, all []listen.Mention, src listen.Source) {
	t.Helper()
	all, _, err := s.radar.Mentions(t.Context(), s.staff, listen.Filter{})
	ok(t, err)
	for _, m := range all {
		texts = append(texts, m.Text)
	}
	src, err = s.radar.Source(t.Context(), s.staff, s.src.ID)
	ok(t, err)
	return texts, all, src
}

func (s *square) waiting(t *testing.T) (n int) {
	t.Helper()
	ok(t, s.db.Row(t.Context(), `select count(*) from webmention where heard_at = 0`).Scan(&n))
	return n
}

func reply(words string) string {
	return `<article class="h-entry"><a class="p-author h-card" href="/">Ana Silva</a> <a class="u-in-reply-to" href="` + target + `">re</a>
		<p class="e-content">` + words + `</p><time class="dt-published" datetime="2026-11-19T10:00:00Z"></time></article>`
}

// Who says on a page of their own what they are called is called so, whatever
// others called the site that it stands on.
func TestNamedByTheirOwnPage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		_, err := s.radar.Hear(t.Context(), know.Actor{ID: 1, Role: know.Staff}, []listen.Post{{Source: "News", Text: "Something else.", Author: listen.Author{Name: "Daily", URL: s.there.URL + "/"}}})
		ok(t, err)
		s.page("/1", reply("Yes, please!"))
		s.send(t, "/1", target)
		_, all, _ := s.heard(t)
		if len(all) != 2 || all[0].Account != all[1].Account || all[0].Author.Name != "Ana Silva" {
			t.Fatalf("%+v", all)
		}
		s.page("/2", `<title>A page that names nobody</title><a href="`+target+`">this</a>`)
		s.send(t, "/2", target)
		if _, all, _ = s.heard(t); len(all) != 3 || !slices.ContainsFunc(all, func(m listen.Mention) bool { return m.Author.Name == "Ana Silva" }) {
			t.Fatalf("%+v", all)
		}
	})
}

// A page that links is heard; sent again it is edited, and without its link or
// its page it is deleted.
func TestReceived(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		s.page("/1", reply("Yes, please!"))
		s.send(t, "/1", target)
		texts, all, src := s.heard(t)
		if len(all) != 1 || texts[0] != "Yes, please!" || src.RefusedWhy.Text != "" || src.Mentions != 1 || s.waiting(t) != 0 {
			t.Fatalf("%q %+v", texts, src)
		}
		m := all[0]
		if m.Author.Name != "Ana Silva" || m.URL != s.there.URL+"/1" || m.ReplyTo != target || !m.Public || !m.Addressed || m.PublishedAt != time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC) {
			t.Fatalf("%+v", m)
		}
		s.send(t, "/1", target)
		s.page("/1", reply("Yes, please, in green!"))
		s.send(t, "/1", target)
		if texts, _, _ = s.heard(t); len(texts) != 1 || texts[0] != "Yes, please, in green!" {
			t.Fatalf("edited: %q", texts)
		}
		s.send(t, "/1", "https://square.example/tribune/2")
		if texts, _, src = s.heard(t); len(texts) != 1 || src.RefusedWhy.Text != textNoLink {
			t.Fatalf("of another page of ours: %q %+v", texts, src)
		}
		s.page("/1", "<p>Not any more.")
		s.send(t, "/1", target)
		if texts, _, src = s.heard(t); len(texts) != 0 || src.RefusedWhy.Text != "" {
			t.Fatalf("without its link: %q %+v", texts, src)
		}
		s.page("/2", reply("Another."))
		s.send(t, "/2", target)
		s.there.Set("/2", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
		s.send(t, "/2", target)
		if texts, _, _ = s.heard(t); len(texts) != 0 {
			t.Fatalf("gone: %q", texts)
		}
		s.page("/private", `<meta name="robots" content="noindex">`+reply("Not for programs."))
		s.send(t, "/private", target)
		if texts, _, src = s.heard(t); len(texts) != 0 || src.RefusedWhy.Text != textNoIndex {
			t.Fatalf("noindex: %q %+v", texts, src)
		}
	})
}

// A program that dies while it looks at a page leaves it to the next one, and
// what was stored then is not stored twice. What is sent while it is looked at
// is looked at again.
func TestLookedAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		s.page("/1", reply("Once."))
		p, err := Check(s.there.URL+"/1", target)
		ok(t, err)
		ok(t, s.Take(t.Context(), p))
		rows, err := s.lease(t.Context()) // and dies, after it stored
		ok(t, err)
		if len(rows) != 1 {
			t.Fatal(rows)
		}
		_, err = s.take(t.Context(), s.src, p, look(p, &fetch.Response{URL: p.Source.String(), ContentType: "text/html", Body: []byte(reply("Once."))}), false)
		ok(t, err)
		if n, err := s.RunOnce(t.Context()); n != 0 || err != nil {
			t.Fatal("while it is leased:", n, err)
		}
		s.at = s.at.Add(leased + time.Second)
		if n, err := s.RunOnce(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if texts, _, _ := s.heard(t); len(texts) != 1 || s.waiting(t) != 0 {
			t.Fatal(texts, s.waiting(t))
		}
		ok(t, s.Take(t.Context(), p))
		s.at = s.at.Add(10 * time.Second)
		rows, err = s.lease(t.Context())
		ok(t, err)
		s.at = s.at.Add(time.Second)
		ok(t, s.Take(t.Context(), p)) // again, meanwhile
		ok(t, s.done(t.Context(), rows[0]))
		s.at = s.at.Add(time.Minute)
		if n, err := s.RunOnce(t.Context()); n != 1 || err != nil || s.waiting(t) != 0 {
			t.Fatal("sent again meanwhile:", n, err)
		}
	})
}

// What was heard is looked at again in an hour, and then each time it is three
// times as old: edited there it is edited here, and deleted there deleted. What
// cannot be read stays, and what was taken away here does not come back.
func TestLookedAtAgain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		due := func(wait time.Duration, want int) {
			t.Helper()
			s.at = s.at.Add(wait)
			if n, err := s.RunOnce(t.Context()); n != want || err != nil {
				t.Fatal(n, "are looked at,", want, "wanted:", err)
			}
		}
		s.page("/1", reply("First."))
		s.page("/2", reply("Stays."))
		s.send(t, "/1", target)
		s.page("/1", reply("Second."))
		due(59*time.Minute, 0)
		due(time.Minute, 1)
		if texts, _, _ := s.heard(t); len(texts) != 1 || texts[0] != "Second." {
			t.Fatalf("edited: %q", texts)
		}
		due(119*time.Minute, 0)
		s.there.Set("/1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		due(time.Minute, 1)
		if texts, _, src := s.heard(t); len(texts) != 1 || src.RefusedWhy.Text != "" {
			t.Fatalf("it cannot be read just now: %q %+v", texts, src.RefusedWhy)
		}
		s.there.Set("/1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
		due(6*time.Hour-time.Minute, 0)
		due(time.Minute, 1)
		if texts, _, _ := s.heard(t); len(texts) != 0 {
			t.Fatalf("deleted there: %q", texts)
		}
		due(1000*time.Hour, 0) // it is let go of

		s.send(t, "/2", target)
		_, all, _ := s.heard(t)
		ok(t, s.radar.Withdraw(t.Context(), s.staff, all[0].ID))
		due(time.Hour, 1)
		if texts, _, _ := s.heard(t); len(texts) != 0 {
			t.Fatalf("taken away here, it came back: %q", texts)
		}
		due(1000*time.Hour, 0)

		s.page("/3", reply("Third."))
		s.send(t, "/3", target)
		_, all, _ = s.heard(t)
		ok(t, s.Tidy(t.Context()))
		left := func() (n int) {
			ok(t, s.db.Row(t.Context(), `select count(*) from webmention`).Scan(&n))
			return n
		}
		if left() != 1 {
			t.Fatal("what is kept here is not looked at again")
		}
		ok(t, s.radar.Withdraw(t.Context(), s.staff, all[0].ID))
		if ok(t, s.Tidy(t.Context())); left() != 0 {
			t.Fatal("the address of what was taken away is kept")
		}
		s.page("/4", reply("Fourth."))
		s.send(t, "/4", target)
		s.page("/4", "<p>Without its link.")
		due(time.Hour, 1)
		if texts, _, _ := s.heard(t); len(texts) != 0 {
			t.Fatalf("without its link: %q", texts)
		}
	})
}

// Of what cannot be read nothing is kept; what may get better is tried again,
// ever more rarely, and given up in the end.
func TestTriedAgain(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	for name, answer := range readertest.Rude() {
		s.there.Set("/"+strings.ReplaceAll(name, " ", "-"), answer)
		s.send(t, "/"+strings.ReplaceAll(name, " ", "-"), target)
		texts, _, src := s.heard(t)
		if len(texts) != 0 || src.RefusedWhy.Text == "" {
			t.Errorf("%s: %q %+v", name, texts, src)
		}
	}
	s = open(t, storagetest.SQLite(t))
	s.there.Set("/ill", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	s.send(t, "/ill", target)
	for i, wait := range waits() {
		if s.waiting(t) != 1 {
			t.Fatal("given up after", i)
		}
		if n, _ := s.RunOnce(t.Context()); n != 0 {
			t.Fatal("too soon")
		}
		s.at = s.at.Add(wait)
		if n, err := s.RunOnce(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if _, _, src := s.heard(t); src.RefusedWhy.Text != textGivenUp || s.waiting(t) != 0 {
		t.Fatal(src.RefusedWhy, s.waiting(t))
	}
}

// What another source heard at the address stays its own.
func TestHeardElsewhere(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	heard, err := s.radar.Hear(t.Context(), s.staff, []listen.Post{{Source: "Blogs", URL: s.there.URL + "/1", Text: "As the feed has it."}})
	ok(t, err)
	ok(t, heard[0].Err)
	s.page("/1", reply("As the page has it."))
	s.send(t, "/1", target)
	s.there.Set("/1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	s.send(t, "/1", target)
	if texts, _, _ := s.heard(t); len(texts) != 1 || texts[0] != "As the feed has it." {
		t.Fatal(texts)
	}
}

// Private networks are not asked, and a queue has an end for each site.
func TestBounds(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	guarded := fetch.New(fetch.Options{})
	t.Cleanup(guarded.Close)
	s.web = reader.NewPolite(guarded, s.now)
	s.page("/1", reply("From within."))
	s.send(t, "/1", target)
	if texts, _, src := s.heard(t); len(texts) != 0 || !strings.Contains(src.RefusedWhy.String(), "private network") || s.waiting(t) != 0 || len(s.there.Asked()) != 0 {
		t.Fatal(texts, src.RefusedWhy)
	}
	flood := func(n int) error {
		p, err := Check("https://flood.example/"+strings.Repeat("a", n), target)
		ok(t, err)
		return s.Take(t.Context(), p)
	}
	ok(t, flood(1))
	ok(t, flood(2))
	var first, second int64
	ok(t, s.db.Row(t.Context(), `select min(due_at), max(due_at) from webmention`).Scan(&first, &second))
	if storage.Time(second).Sub(storage.Time(first)) != apart {
		t.Fatal(storage.Time(second).Sub(storage.Time(first)))
	}
	ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update webmention set due_at = $1 where due_at = $2`, storage.Micros(s.at.Add(ahead-apart)), second)
		return err
	}))
	ok(t, flood(3))
	if err := flood(4); !fault.Is(err, fault.Limited) {
		t.Fatal("more than an hour's worth waits:", err)
	}
	other, err := Check("https://calm.example/", target)
	ok(t, err)
	ok(t, s.Take(t.Context(), other))
	yes := true
	_, err = s.radar.ChangeSource(t.Context(), s.staff, s.src.ID, listen.SourceChange{Paused: &yes})
	ok(t, err)
	if on, err := s.On(t.Context()); on || err != nil {
		t.Fatal("paused, it is on", err)
	}
	s.at = s.at.Add(forget + time.Minute)
	ok(t, s.Tidy(t.Context()))
	if n := s.waiting(t); n != 0 {
		t.Fatal(n, "wait for ever")
	}
}

// Who leaves takes along what waits of their pages.
func TestErase(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		for _, source := range []string{"https://ana.example/notes/1", "https://ANA.example", "https://banana.example/", "https://ana.example.org/"} {
			p, err := Check(source, target)
			ok(t, err)
			ok(t, s.Take(t.Context(), p))
		}
		ok(t, db.Update(t.Context(), func(tx *storage.Tx) error {
			if _, err := tx.Exec(t.Context(), `insert into account (kind, address, name, url, person_id, created_at) values ('web', 'ana.example', 'Ana', '', 7, 1)`); err != nil {
				return err
			}
			return s.Erase(t.Context(), tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: 7}}})
		}))
		if n := s.waiting(t); n != 2 {
			t.Fatal(n)
		}
	})
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct{ source, target, want string }{
		"good":                {"https://ana.example/1#x", target + "#c3", ""},
		"no source":           {"", target, textNoSource},
		"no target":           {"https://ana.example/1", "", textNoTarget},
		"a file":              {"file:///etc/passwd", target, textNoSource},
		"a script":            {"javascript:alert(1)", target, textNoSource},
		"with a password":     {"https://a:b@ana.example/", target, textNoSource},
		"endless":             {"https://ana.example/" + strings.Repeat("a", 600), target, textNoSource},
		"endless once quoted": {"https://ana.example/" + strings.Repeat("é", 200), target, textNoSource},
		"of another kind":     {"https://ana.example/", "gopher://square.example/", textNoTarget},
		"the same":            {target, target, textSame},
		"the same, otherwise": {"http://SQUARE.example:80/ideas/4/#x", target, textSame},
		"of ours":             {"https://square.example/tribune/1", target, textOurs},
	} {
		_, err := Check(c.source, c.target)
		if f, _ := err.(*fault.Error); (err == nil) != (c.want == "") || f != nil && f.Text != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a page says, and what it does not.
func TestLook(t *testing.T) {
	link := `<a href="` + target + `">x</a>`
	for name, c := range map[string]struct{ kind, body, text, gone string }{
		"a note":                     {"text/html", reply("Yes."), "Yes.", ""},
		"an article":                 {"text/html", `<div class="h-entry"><h1 class="p-name">Paper</h1><div class="e-content">It is ` + link + `.</div></div>`, "Paper\n\nIt is x.", ""},
		"a name that is the words":   {"text/html", `<div class="h-entry"><p class="p-name e-content">Paper is ` + link + `.</p></div>`, "Paper is x.", ""},
		"a page without an entry":    {"text/html", `<title>Paper</title>` + link, "Paper", ""},
		"a fragment of ours":         {"text/html", `<title>Paper</title><a href="http://square.example/ideas/4/#c3">x</a>`, "Paper", ""},
		"no type":                    {"", `<!doctype html><title>Paper</title>` + link, "Paper", ""},
		"of Latin-1":                 {"text/html; charset=iso-8859-1", "<title>Caf\xe9</title>" + link, "Café", ""},
		"of Latin-1, unsaid":         {"text/html", "<meta charset=windows-1252><title>Caf\xe9</title>" + link, "Café", ""},
		"of broken UTF-8":            {"text/html; charset=utf-8", "<title>Caf\xe9\xff\x00</title>" + link, "Caf\uFFFD\uFFFD\uFFFD", ""},
		"a megabyte":                 {"text/html", "<title>Long</title>" + strings.Repeat("<p>"+strings.Repeat("word ", 100), 2000) + link, "Long", ""},
		"a like":                     {"text/html", `<div class="h-entry"><a class="u-like-of" href="` + target + `">x</a></div>`, "", textWordless},
		"a like of something quoted": {"text/html", `<div class="h-entry"><div class="u-like-of h-cite"><a class="u-url" href="` + target + `">x</a><p class="e-content">Ours.</p></div></div>`, "", textWordless},
		"a like with words":          {"text/html", `<div class="h-entry"><a class="u-like-of" href="` + target + `">x</a><p class="e-content">Lovely.</p></div>`, "Lovely.", ""},
		"a repost":                   {"text/html", `<div class="h-entry"><a class="u-repost-of" href="` + target + `">x</a><p class="e-content">Our words.</p></div>`, "", textWordless},
		"a link in a comment":        {"text/html", "<!-- " + link + " -->", "", textNoLink},
		"a link in a script":         {"text/html", "<script>'" + link + "'</script><style>" + link + "</style><template>" + link + "</template>", "", textNoLink},
		"the address as text":        {"text/html", target, "", textNoLink},
		"a link elsewhere":           {"text/html", `<a href="` + target + `2">x</a><a href="https://evil.example/?` + target + `">x</a><a href="https://square.example.org/ideas/4">x</a>`, "", textNoLink},
		"a base only":                {"text/html", `<base href="` + target + `">`, "", textNoLink},
		"nothing":                    {"text/html", "", "", textNoLink},
		"deeper than is looked":      {"text/html", strings.Repeat("<div>", 1000) + link, "", textNoLink},
		"a picture":                  {"image/png", link, "", textNoPage},
		"JSON":                       {"application/json", `{"url": "` + target + `"}`, "", textNoPage},
		"bytes":                      {"", "\x00\x01\x02" + link, "", textNoPage},
	} {
		p, err := Check("https://ana.example/1", target)
		ok(t, err)
		f := look(p, &fetch.Response{URL: "https://ana.example/1", ContentType: c.kind, Body: []byte(c.body), Header: http.Header{}})
		why, _ := f.gone.(*fault.Error)
		if f.post.Text != c.text || (why == nil) != (c.gone == "") || why != nil && why.Text != c.gone {
			t.Errorf("%s: %.60q, %v", name, f.post.Text, f.gone)
		}
	}
}

// A page speaks for nobody on another host.
func TestAuthor(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "evil.example", Path: "/1"}
	for name, c := range map[string]struct {
		card string
		want reader.Author
	}{
		"their own page":     {`<a class="p-author h-card" href="/me">Eve</a>`, reader.Author{Name: "Eve", URL: "https://evil.example/me"}},
		"somebody else's":    {`<a class="p-author h-card" href="https://ana.example/">Ana</a>`, reader.Author{Name: "Ana"}},
		"nobody":             {``, reader.Author{Name: "evil.example"}},
		"a page of no name":  {`<a class="p-author h-card" href="/me"></a>`, reader.Author{Name: "evil.example", URL: "https://evil.example/me"}},
		"a name not a place": {`<span class="p-author">Eve</span>`, reader.Author{Name: "Eve"}},
	} {
		p, err := Check(at.String(), target)
		ok(t, err)
		f := look(p, &fetch.Response{URL: at.String(), ContentType: "text/html", Header: http.Header{},
			Body: []byte(`<div class="h-entry">` + c.card + `<a href="` + target + `" class="u-in-reply-to"></a><p class="e-content">x</p></div>`)})
		if f.post.Author != c.want {
			t.Errorf("%s: %+v", name, f.post.Author)
		}
	}
}
