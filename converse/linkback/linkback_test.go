package linkback

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// there is another web site: pages, one of which names an endpoint, and what the
// endpoint was told.
type there struct {
	*httptest.Server
	mu     sync.Mutex
	told   []url.Values
	status int
}

func openThere(t *testing.T) *there {
	w := &there{status: http.StatusAccepted}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(out http.ResponseWriter, _ *http.Request) {
		io.WriteString(out, `<!doctype html><link rel="webmention" href="/told?x=1"><p>A page.`)
	})
	mux.HandleFunc("GET /mute", func(out http.ResponseWriter, _ *http.Request) { io.WriteString(out, "<p>Names nothing.") })
	mux.HandleFunc("GET /trap", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Link", `<ftp://trap.example/>; rel=webmention`)
	})
	mux.HandleFunc("POST /told", func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if r.ParseForm() == nil && r.URL.RawQuery == "x=1" {
			w.told = append(w.told, r.PostForm)
		}
		out.WriteHeader(w.status)
	})
	w.Server = httptest.NewServer(mux)
	t.Cleanup(w.Close)
	return w
}

// takes gives what was told since it was asked last, and answers so from now on.
func (w *there) takes(status int) []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.told
	w.told, w.status = nil, status
	return all
}

type site struct {
	*Sender
	events *event.Log
	owner  know.Actor
	member know.Actor
	at     time.Time
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, db *storage.DB, private bool) *site {
	t.Helper()
	s := &site{at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	s.events = event.New(log, db, now, "test")
	people := know.New(log, db, s.events, now, nil)
	web := fetch.New(fetch.Options{AllowPrivate: private, Timeout: time.Second})
	t.Cleanup(web.Close)
	s.Sender = New(log, db, people, post.New(log, db, s.events, people, now), web, "https://square.example", now)
	for name, to := range map[string]*know.Actor{"Olga": &s.owner, "Max": &s.member} {
		role := know.Owner
		if name == "Max" {
			role = know.Member
		}
		p, _, err := people.AddPerson(t.Context(), name, name+"@example.org", role)
		ok(t, err)
		*to, err = people.Actor(t.Context(), p.ID)
		ok(t, err)
	}
	return s
}

// turn turns it on or off.
func (s *site) turn(t *testing.T, on bool) {
	t.Helper()
	ok(t, s.people.Change(t.Context(), s.owner, func(x *know.Site) error { x.SendMentions = on; return nil }))
}

// publish publishes a post and lets what follows happen.
func (s *site) publish(t *testing.T, a know.Actor, body string, audience know.Audience) int64 {
	t.Helper()
	p, err := s.posts.Begin(t.Context(), a, post.NewPost{Title: "A post", Body: body, Audience: audience})
	ok(t, err)
	_, err = s.posts.Publish(t.Context(), a, p.ID)
	ok(t, err)
	s.follow(t)
	return p.ID
}

func (s *site) follow(t *testing.T) {
	t.Helper()
	ok(t, s.events.CatchUp(t.Context(), "linkback.follow", s.Follow, Kinds()...))
	ok(t, s.RunOnce(t.Context()))
}

func (s *site) states(t *testing.T) (all []string) {
	t.Helper()
	rows, err := s.Recent(t.Context(), s.owner, 50)
	ok(t, err)
	slices.Reverse(rows)
	for _, l := range rows {
		all = append(all, string(l.State))
	}
	return all
}

// TestTold tells each page that a public post of the team links to, once, and only while it is on.
func TestTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, w := open(t, db, true), openThere(t)
		page := w.URL + "/page"
		s.publish(t, s.owner, "See [it]("+page+").", know.Public)
		s.turn(t, true)
		s.publish(t, s.member, "See [it]("+page+").", know.Public)
		s.publish(t, s.owner, "See [it]("+page+").", know.Members)
		if told := w.takes(202); len(told) != 0 || len(s.states(t)) != 0 {
			t.Fatalf("off, by a member, or for members: %v, %v", told, s.states(t))
		}
		id := s.publish(t, s.owner, "See [it]("+page+"), [again]("+page+"), [mute]("+w.URL+"/mute), [trap]("+w.URL+"/trap), [us](https://square.example/ideas/1), `[code]("+w.URL+"/code)`, [file](file:///etc/passwd).", know.Public)
		told := w.takes(202)
		if len(told) != 1 || told[0].Get("target") != page || told[0].Get("source") != s.Sender.at(id) {
			t.Fatalf("%v", told)
		}
		if got := s.states(t); !slices.Equal(got, []string{"sent", "none", "none"}) {
			t.Errorf("%v", got)
		}
		ok(t, db.Update(t.Context(), func(tx *storage.Tx) error { // the same fact again
			return s.events.Append(t.Context(), tx, event.Event{Kind: post.Published, Subject: event.Ref{Kind: "post", ID: id}})
		}))
		s.follow(t)
		if told := w.takes(202); len(told) != 0 {
			t.Errorf("told twice: %v", told)
		}
		if _, err := s.Recent(t.Context(), s.member, 5); err == nil {
			t.Error("a member reads what was told")
		}
		ok(t, s.posts.Withdraw(t.Context(), s.owner, id))
		ok(t, s.Tidy(t.Context()))
		if got := s.states(t); len(got) != 0 {
			t.Errorf("what a withdrawn post linked to is kept: %v", got)
		}
	})
}

// TestTriedAgain tries again what may get better, gives it up in the end, and
// does not try what will not.
func TestTriedAgain(t *testing.T) {
	s, w := open(t, storagetest.SQLite(t), true), openThere(t)
	s.turn(t, true)
	w.takes(http.StatusBadGateway)
	s.publish(t, s.owner, "[it]("+w.URL+"/page)", know.Public)
	for _, wait := range waits() {
		if n := len(w.takes(http.StatusBadGateway)); n != 1 || s.states(t)[0] != "waiting" {
			t.Fatal(n, s.states(t))
		}
		s.at = s.at.Add(wait - time.Second)
		if s.follow(t); len(w.takes(http.StatusBadGateway)) != 0 {
			t.Fatal("too soon")
		}
		s.at = s.at.Add(time.Second)
		s.follow(t)
	}
	if got := s.states(t); got[0] != "failed" {
		t.Error("never given up:", got)
	}
	w.takes(http.StatusBadRequest)
	s.publish(t, s.owner, "[it]("+w.URL+"/page)", know.Public)
	if got := s.states(t); got[1] != "failed" {
		t.Error("refused, and tried again:", got)
	}
}

// TestPrivate reaches no private network.
func TestPrivate(t *testing.T) {
	s, w := open(t, storagetest.SQLite(t), false), openThere(t)
	s.turn(t, true)
	s.publish(t, s.owner, "[it]("+w.URL+"/page)", know.Public)
	rows, err := s.Recent(t.Context(), s.owner, 5)
	ok(t, err)
	if told := w.takes(202); len(told) != 0 || len(rows) != 1 || rows[0].State != Failed || !strings.Contains(rows[0].Why.String(), "private network") {
		t.Errorf("%v %+v", told, rows)
	}
}

// TestEndpoint finds where a page wants to be told.
func TestEndpoint(t *testing.T) {
	for name, c := range map[string]struct {
		links      []string
		body, want string
	}{
		"a header":           {[]string{`</w>; rel="webmention"`}, "", "https://page.example/w"},
		"bare rel":           {[]string{`<https://hub.example/w#x>; rel=WebMention`}, "", "https://hub.example/w"},
		"among others":       {[]string{`<https://a.example/,b>; rel="prev", </w>; title="a;b"; rel="self webmention"`}, "", "https://page.example/w"},
		"header before page": {[]string{`<w1>; rel=webmention`}, `<link rel=webmention href=/w2>`, "https://page.example/at/w1"},
		"a link":             {nil, `<head><link rel="stylesheet" href="x"><link href="/w" rel="other webmention">`, "https://page.example/w"},
		"an anchor first":    {nil, `<a rel=webmention href="/1">x</a><link rel=webmention href=/2>`, "https://page.example/1"},
		"the page itself":    {nil, `<link rel=webmention href="">`, "https://page.example/at/1"},
		"no address":         {nil, `<a rel=webmention>x</a><link rel=webmention href=/2>`, "https://page.example/2"},
		"in a comment":       {nil, `<!-- <link rel=webmention href=/2> -->`, ""},
		"in a script":        {nil, `<script>'<link rel=webmention href=/2>'</script>`, ""},
		"not quite":          {[]string{`</w>; rel="not-webmention"`, `broken`, `<`, `>;rel=webmention<`}, `<a rel=webmentions href=/1>`, ""},
		"a script's address": {nil, `<link rel=webmention href="javascript:alert(1)">`, ""},
	} {
		got := endpoint(&fetch.Response{URL: "https://page.example/at/1", Header: http.Header{"Link": c.links}, Body: []byte(c.body)})
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
