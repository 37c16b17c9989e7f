package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/api"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/feed"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/internal/picture"
	"tribune/internal/query"
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
)

const siteURL = "https://square.example"

// site is a whole site behind its gate, reached over the network.
type site struct {
	t       testing.TB
	db      *storage.DB
	events  *event.Log
	people  *know.Directory
	radar   *listen.Radar
	relays  *relay.Relays
	hooks   *hook.Hooks
	inbox   *converse.Inbox
	ideas   *shape.Ideas
	posts   *post.Posts
	charter *charter.Charter
	at      time.Time

	purchases *purchase.Ledger
	advocacy  *advocate.Advocacy
	tribes    *tribe.Tribes
	boards    *board.Boards
	http.Handler
	server *httptest.Server
}

func (s *site) now() time.Time { return s.at }

func words(t testing.TB) *i18n.Catalogue {
	t.Helper()
	w, err := i18n.Load([]fs.FS{storage.Texts, fetch.Texts, feed.Texts, query.Texts, know.Texts, purchase.Texts, listen.Texts, hook.Texts, relay.Texts, converse.Texts, shape.Texts, board.Texts, charter.Texts, post.Texts, tribe.Texts, advocate.Texts, picture.Texts, gate.Texts, api.Texts}...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func open(t testing.TB, db *storage.DB) *site {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := &site{t: t, db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	s.events = event.New(log, db, s.now, "test")
	s.people = know.New(log, db, s.events, s.now, nil)
	web := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 5 * time.Second})
	t.Cleanup(web.Close)
	s.radar = listen.New(log, db, s.events, s.people, web, s.now)
	s.hooks = hook.New(db, s.events, s.radar, s.now)
	s.relays = relay.New(log, db, s.events, s.people, s.radar, spike.New(log, db, s.events, s.now), trend.New(log, db, s.events, s.people, s.now), web, func() (*i18n.Catalogue, error) { return words(t), nil }, siteURL, s.now)
	s.inbox = converse.New(log, db, s.events, s.people, s.radar, s.now)
	s.ideas = shape.New(log, db, s.events, s.people, s.radar, s.inbox, s.now)
	s.posts = post.New(log, s.db, s.events, s.people, s.now)
	s.charter = charter.New(log, db, s.events, s.people, s.now)
	s.purchases = purchase.New(log, db, s.events, s.people, s.now)
	s.advocacy = advocate.New(log, db, s.events, s.people, s.purchases, s.ideas, s.posts, s.now)
	s.tribes = tribe.New(log, db, s.events, s.people, s.ideas, s.posts, s.now)
	s.boards = board.New(log, db, s.events, s.people, s.now)
	s.serve(log, false)
	return s
}

// serve puts the API behind a gate, with limits or without.
func (s *site) serve(log *slog.Logger, limits bool) {
	s.t.Helper()
	w := words(s.t)
	door, err := gate.New(log, s.people, gate.Options{URL: siteURL, Words: w, Limits: limits}, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Handler = door.Wrap(api.New(api.Needs{Log: log, Gate: door, Events: s.events, People: s.people, Radar: s.radar, Hooks: s.hooks, Spikes: spike.New(log, s.db, s.events, s.now), Trends: trend.New(log, s.db, s.events, s.people, s.now), Alerts: alert.New(s.db, s.events, s.people, s.now), Relays: s.relays, Inbox: s.inbox,
		Ideas: s.ideas, Purchases: s.purchases, Advocacy: s.advocacy, Posts: s.posts, Charter: s.charter, Tribes: s.tribes, Counts: volume.New(s.db, s.radar, s.now), Boards: s.boards, Words: w,
		Digests:  digest.New(log, s.db, s.events, s.people, s.radar, volume.New(s.db, s.radar, s.now), spike.New(log, s.db, s.events, s.now), trend.New(log, s.db, s.events, s.people, s.now), s.inbox, s.now),
		Measures: measure.New(log, s.db, s.events, s.people, s.radar, s.now), URL: siteURL, Version: "test", Now: s.now}))
	s.server = httptest.NewServer(s.Handler)
	s.t.Cleanup(s.server.Close)
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}

// client is an outside program with somebody's token.
type client struct {
	*site
	know.Actor
	token string
	lang  string
	key   string // Idempotency-Key of the next calls
}

// visitor asks without a token.
func (s *site) visitor() *client { return &client{site: s} }

// person adds somebody and gives them a token.
func (s *site) person(name string, role know.Role) *client {
	s.t.Helper()
	ctx := s.t.Context()
	p, _, err := s.people.AddPerson(ctx, name, strings.ToLower(strings.Fields(name)[0])+"@example.org", role)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := s.people.Actor(ctx, p.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	token, err := s.people.NewToken(ctx, a, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	return &client{site: s, Actor: a, token: token}
}

// reply is an answer as a program reads it.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	text   string
	json   any
}

// call sends "METHOD /path" under /api/v1; content is JSON text, or a value.
func (c *client) call(call string, content ...any) reply {
	c.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	var send io.Reader
	if len(content) > 0 {
		text, ok := content[0].(string)
		if !ok {
			b, err := json.Marshal(content[0])
			if err != nil {
				c.t.Fatal(err)
			}
			text = string(b)
		}
		send = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL+"/api/v1"+path, send)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.lang != "" {
		req.Header.Set("Accept-Language", c.lang)
	}
	if c.key != "" {
		req.Header.Set("Idempotency-Key", c.key)
	}
	if send != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.do(req)
}

func (c *client) do(req *http.Request) reply {
	c.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	r := reply{t: c.t, status: res.StatusCode, header: res.Header, text: string(data)}
	if len(data) > 0 {
		d := json.NewDecoder(bytes.NewReader(data))
		if err := d.Decode(&r.json); err != nil {
			c.t.Fatalf("%s %s answers what is no JSON: %v\n%s", req.Method, req.URL.Path, err, data)
		}
	}
	return r
}

// want fails the test at once unless the answer has that status.
func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.text)
	}
	if kind := r.header.Get("Content-Type"); status >= 400 && kind != "application/problem+json" {
		r.t.Fatalf("an error of type %q: %s", kind, r.text)
	}
	return r
}

// get reads a member by its path: "items.0.author.name".
func (r reply) get(path string) any {
	r.t.Helper()
	v := r.json
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			member, ok := x[part]
			if !ok {
				r.t.Fatalf("no %s in %s", path, r.text)
			}
			v = member
		case []any:
			n := 0
			for _, digit := range part {
				n = n*10 + int(digit-'0')
			}
			if n >= len(x) {
				r.t.Fatalf("no %s in %s", path, r.text)
			}
			v = x[n]
		default:
			r.t.Fatalf("no %s in %s", path, r.text)
		}
	}
	return v
}

func (r reply) id(path string) int64 { return int64(r.get(path).(float64)) }

// is fails the test unless the member has that value; numbers are float64.
func (r reply) is(path string, want any) reply {
	r.t.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if n, ok := want.(int64); ok {
		want = float64(n)
	}
	if got := r.get(path); got != want {
		r.t.Errorf("%s is %v, want %v", path, got, want)
	}
	return r
}

func (r reply) count(path string, want int) reply {
	r.t.Helper()
	if list, ok := r.get(path).([]any); !ok || len(list) != want {
		r.t.Errorf("%s has %d, want %d: %s", path, len(list), want, r.text)
	}
	return r
}

// catchUp lets every follower of the log read it to its end.
func (s *site) catchUp() {
	s.t.Helper()
	for name, f := range map[string]event.Follower{
		"listen.erase": s.radar.Erase, "converse.erase": s.inbox.Erase, "shape.erase": s.ideas.Erase, "converse.attend": s.inbox.Attend,
		"shape.mentions": s.ideas.FollowMentions, "shape.telling": s.ideas.FollowTelling, "shape.comments": s.ideas.TellComments,
	} {
		if err := s.events.CatchUp(s.t.Context(), name, f); err != nil {
			s.t.Fatal(name, err)
		}
	}
	for {
		more, err := s.ideas.TellOnce(s.t.Context())
		if err != nil && !errors.Is(err, context.Canceled) {
			s.t.Fatal(err)
		}
		if !more {
			return
		}
	}
}
