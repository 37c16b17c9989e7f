// Package webtest opens a whole site over a real database for the tests of
// pages: people sign in, and requests pass the gate as a browser's do.
package webtest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/linkback"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/internal/markdown"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/hook"
	"tribune/listen/relay"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/measure"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web/asset"
	"tribune/web/page"
)

// Folder is a page folder under test.
type Folder struct {
	Files  fs.FS
	Routes func(mux *http.ServeMux, k *page.Kit)
}

// URL is the address the site is configured with.
const URL = "https://square.example"

// Site is a site under test. Its clock stands still until it is moved.
type Site struct {
	*page.Kit
	DB  *storage.DB
	t   testing.TB
	mux http.Handler

	mu sync.Mutex
	at time.Time
}

// New opens a fresh site with these page folders; it is closed when t ends.
func New(t testing.TB, folders ...Folder) *Site {
	t.Helper()
	db, err := storage.Open(t.Context(), slog.New(slog.DiscardHandler), storage.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return Over(t, db, folders...)
}

// Over opens a site over a fresh database.
func Over(t testing.TB, db *storage.DB, folders ...Folder) *Site {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	s := &Site{DB: db, t: t, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	k := &page.Kit{Log: log, URL: URL, Now: s.Clock, Markdown: markdown.New()}
	k.Events = event.New(log, db, k.Now, "test")
	k.People = know.New(log, db, k.Events, k.Now, nil)
	k.Radar = listen.New(log, db, k.Events, k.People, nowhere{}, k.Now)
	k.Hooks = hook.New(db, k.Events, k.Radar, k.Now)
	k.Spikes = spike.New(log, db, k.Events, k.Now)
	k.Trends = trend.New(log, db, k.Events, k.People, k.Now)
	k.Alerts = alert.New(db, k.Events, k.People, k.Now)
	k.Relays = relay.New(log, db, k.Events, k.People, k.Radar, k.Spikes, k.Trends, fetch.New(fetch.Options{AllowPrivate: true}), func() (*i18n.Catalogue, error) { return k.Words, nil }, URL, k.Now)
	k.Inbox = converse.New(log, db, k.Events, k.People, k.Radar, k.Now)
	k.Ideas = shape.New(log, db, k.Events, k.People, k.Radar, k.Inbox, k.Now)
	k.Purchases = purchase.New(log, db, k.Events, k.People, k.Now)
	k.Posts = post.New(log, db, k.Events, k.People, k.Now)
	k.Linkbacks = linkback.New(log, db, k.People, k.Posts, fetch.New(fetch.Options{}), URL, k.Now)
	k.Charter = charter.New(log, db, k.Events, k.People, k.Now)
	k.Boards = board.New(log, db, k.Events, k.People, k.Now)
	k.Advocacy = advocate.New(log, db, k.Events, k.People, k.Purchases, k.Ideas, k.Posts, k.Now)
	k.Counts = volume.New(db, k.Radar, k.Now)
	k.Tribes = tribe.New(log, db, k.Events, k.People, k.Ideas, k.Posts, k.Now)
	k.Measures = measure.New(log, db, k.Events, k.People, k.Radar, k.Now)
	k.Digests = digest.New(log, db, k.Events, k.People, k.Radar, k.Counts, k.Spikes, k.Trends, k.Inbox, k.Now)
	var err error
	if k.Gate, err = gate.New(log, k.People, gate.Options{URL: URL}, k.Now); err != nil {
		t.Fatal(err)
	}
	texts := []fs.FS{page.Files, know.Texts, shape.Texts, charter.Texts}
	styles := []fs.FS{page.Files}
	mux := http.NewServeMux()
	for _, f := range folders {
		texts, styles = append(texts, f.Files), append(styles, f.Files)
		f.Routes(mux, k)
	}
	if k.Words, err = i18n.Load(texts...); err != nil {
		t.Fatal(err)
	}
	if k.Assets, err = asset.New(styles...); err != nil {
		t.Fatal(err)
	}
	mux.Handle("GET /assets/", k.Assets)
	s.Kit, s.mux = k, k.Gate.Wrap(mux)
	return s
}

// Clock gives the site's time.
func (s *Site) Clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Pass lets time pass.
func (s *Site) Pass(d time.Duration) {
	s.mu.Lock()
	s.at = s.at.Add(d)
	s.mu.Unlock()
}

// ServeHTTP answers as the site does, behind its gate.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Person adds somebody and signs them in.
func (s *Site) Person(name string, role know.Role) *Reader {
	s.t.Helper()
	address := strings.ToLower(strings.Join(strings.Fields(name), "."))
	address = strings.Map(func(r rune) rune {
		if r > 'z' {
			return 'x'
		}
		return r
	}, address) + "@example.org"
	p, secret, err := s.People.AddPerson(s.t.Context(), name, address, role)
	if err != nil {
		s.t.Fatal(err)
	}
	r := s.Use(secret)
	if r.ID != p.ID {
		s.t.Fatalf("the link of %d signs %d in", p.ID, r.ID)
	}
	return r
}

// Use signs somebody in by a one-time link.
func (s *Site) Use(secret string) *Reader {
	s.t.Helper()
	session, person, _, err := s.People.Use(s.t.Context(), secret, "", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := s.People.Actor(s.t.Context(), person)
	if err != nil {
		s.t.Fatal(err)
	}
	return &Reader{site: s, Actor: a, cookie: session}
}

// Visitor gives a reader who has not signed in.
func (s *Site) Visitor() *Reader { return &Reader{site: s} }

// Reader is somebody with a browser.
type Reader struct {
	know.Actor
	Lang   string // Accept-Language; "" sends none
	Script bool   // ask as htmx does

	site   *Site
	cookie string
}

// Cookie gives the reader's session, nil for a visitor.
func (r *Reader) Cookie() *http.Cookie {
	if r.cookie == "" {
		return nil
	}
	return &http.Cookie{Name: "__Host-tribune", Value: r.cookie}
}

// Answer is what a reader got.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Get opens a page.
func (r *Reader) Get(path string) Answer {
	return r.do(httptest.NewRequestWithContext(r.site.t.Context(), http.MethodGet, path, nil))
}

// Post sends a form; fields are name, value pairs.
func (r *Reader) Post(path string, fields ...string) Answer {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	req := httptest.NewRequestWithContext(r.site.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.do(req)
}

// Do sends a request of any form from the site's own page.
func (r *Reader) Do(req *http.Request) Answer {
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.do(req)
}

func (r *Reader) do(req *http.Request) Answer {
	if c := r.Cookie(); c != nil {
		req.AddCookie(c)
	}
	if r.Lang != "" {
		req.Header.Set("Accept-Language", r.Lang)
	}
	if r.Script {
		req.Header.Set("HX-Request", "true")
	}
	w := httptest.NewRecorder()
	r.site.ServeHTTP(w, req)
	return Answer{Status: w.Code, Header: w.Result().Header, Body: w.Body.String()}
}

var keys = regexp.MustCompile(`(name="once" value=")[^"]*`)

// Alike gives the page without the keys of its forms, which are others each
// time it is rendered.
func (a Answer) Alike() string { return keys.ReplaceAllString(a.Body, "$1") }

// Key gives the key in the forms of a page.
func (a Answer) Key(t testing.TB) string {
	t.Helper()
	_, after, found := strings.Cut(a.Body, `name="once" value="`)
	key, _, _ := strings.Cut(after, `"`)
	if !found || key == "" {
		t.Fatalf("no form has a key:\n%s", a.Body)
	}
	return key
}

// Want fails the test unless the answer has this status and each text.
func (a Answer) Want(t testing.TB, status int, texts ...string) Answer {
	t.Helper()
	if a.Status != status {
		t.Errorf("status %d, want %d", a.Status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("the answer lacks %q:\n%s", text, a.Body)
		}
	}
	return a
}

// Without fails the test if the answer has one of these texts.
func (a Answer) Without(t testing.TB, texts ...string) Answer {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body, text) {
			t.Errorf("the answer has %q:\n%s", text, a.Body)
		}
	}
	return a
}

// nowhere is an outside world that does not answer.
type nowhere struct{}

func (nowhere) Get(context.Context, fetch.Request) (*fetch.Response, error) {
	return nil, errors.New("webtest: there is no outside world")
}

func (nowhere) Stream(context.Context, fetch.Request, time.Duration) (*fetch.Stream, error) {
	return nil, errors.New("webtest: there is no outside world")
}

func (nowhere) Dial(context.Context, string) (net.Conn, error) {
	return nil, errors.New("webtest: there is no outside world")
}

func (nowhere) Socket(context.Context, string, time.Duration) (*fetch.Socket, error) {
	return nil, errors.New("webtest: there is no outside world")
}

type testWriter struct{ t testing.TB }

var _ io.Writer = testWriter{}

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}
