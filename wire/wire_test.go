package wire_test

import (
	"bytes"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/internal/markdown"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/wire"
)

const siteURL = "https://square.example"

// site is an open site with its feeds behind the gate.
type site struct {
	*wire.Kit
	handler http.Handler
	owner   know.Actor
	ana     know.Actor
	at      time.Time
}

func open(t *testing.T, db *storage.DB) *site {
	t.Helper()
	s := &site{at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	k := &wire.Kit{Log: log, Markdown: markdown.New(), URL: siteURL, Now: now}
	k.Events = event.New(log, db, now, "test")
	k.People = know.New(log, db, k.Events, now, nil)
	k.Radar = listen.New(log, db, k.Events, k.People, nil, now)
	inbox := converse.New(log, db, k.Events, k.People, k.Radar, now)
	k.Posts = post.New(log, db, k.Events, k.People, now)
	k.Charter = charter.New(log, db, k.Events, k.People, now)
	k.Ideas = shape.New(log, db, k.Events, k.People, k.Radar, inbox, now)
	var err error
	if k.Gate, err = gate.New(log, k.People, gate.Options{URL: siteURL}, now); err != nil {
		t.Fatal(err)
	}
	if k.Words, err = i18n.Load(wire.Texts); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	wire.Routes(mux, k)
	s.Kit, s.handler = k, k.Gate.Wrap(mux)
	s.owner, s.ana = s.person(t, "Marta Lindqvist", know.Owner), s.person(t, "Ana", know.Member)
	return s
}

func (s *site) person(t *testing.T, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.People.AddPerson(t.Context(), name, strings.ToLower(strings.Fields(name)[0])+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.People.Actor(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// get asks for a feed, as one who calls the site by another name.
func (s *site) get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Host = "evil.example"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// atom is what RFC 4287 demands of a feed, as far as we check it.
type atom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  []string `xml:"author>name"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  []string `xml:"author>name"`
		Content string   `xml:"content"`
	} `xml:"entry"`
}

// feedAt reads a feed, and fails the test if it is not what it must be.
func (s *site) feedAt(t *testing.T, path string) atom {
	t.Helper()
	w := s.get(t, path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%s: %d, %s", path, w.Code, w.Header().Get("Content-Type"))
	}
	if strings.Contains(w.Body.String(), "evil.example") {
		t.Errorf("%s follows the Host header:\n%s", path, w.Body)
	}
	var a atom
	if err := xml.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if a.ID == "" || a.Title == "" || len(a.Author) != 1 {
		t.Errorf("%s lacks what a feed must have: %+v", path, a)
	}
	stamps := []string{a.Updated}
	ids := map[string]bool{}
	for _, e := range a.Entries {
		if e.ID == "" || ids[e.ID] || e.Title == "" {
			t.Errorf("%s: entry %+v", path, e)
		}
		ids[e.ID] = true
		stamps = append(stamps, e.Updated)
	}
	for _, stamp := range stamps {
		if _, err := time.Parse(time.RFC3339, stamp); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, l := range a.Links {
		if !strings.HasPrefix(l.Href, siteURL+"/") {
			t.Errorf("%s links to %s", path, l.Href)
		}
	}
	base, err := url.Parse(siteURL + path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := feed.Parse(w.Body.Bytes(), w.Header().Get("Content-Type"), base); err != nil {
		t.Errorf("%s cannot be read by our own reader: %v", path, err)
	}
	return a
}

func TestFreshFeeds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		for _, path := range []string{"/ideas.atom", "/roadmap.atom", "/changes.atom", "/charter.atom", "/heard.atom"} {
			if a := s.feedAt(t, path); len(a.Entries) != 0 {
				t.Errorf("%s: %+v", path, a.Entries)
			}
		}
		for _, path := range []string{"/ideas/1/feed.atom", "/ideas/x/feed.atom"} {
			if w := s.get(t, path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	})
}

func TestFeeds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		idea, err := s.Ideas.Propose(ctx, s.ana, shape.NewIdea{Title: "Thread & <glue>", Body: "So *that* it <script>x</script> lasts."})
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := s.Ideas.Propose(ctx, s.ana, shape.NewIdea{Title: "Not for everybody", Body: "x", Audience: know.Members})
		if err != nil {
			t.Fatal(err)
		}
		s.at = s.at.Add(time.Hour)
		if _, err := s.Ideas.Comment(ctx, s.owner, idea.ID, "Which thread?", ""); err != nil {
			t.Fatal(err)
		}
		s.at = s.at.Add(time.Hour)
		if _, err := s.Ideas.Decide(ctx, s.owner, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "Linen holds **longer**.",
			NewRelease: &shape.NewRelease{Title: "Sewn", Body: "With linen."}}); err != nil {
			t.Fatal(err)
		}
		heard, err := s.Radar.Hear(ctx, s.owner, []listen.Post{
			{Source: "Blogs", URL: siteURL + "/not-really", Author: listen.Author{Name: "Jo"}, Text: "Oriflamme <3"},
			{Source: "Mails", Kind: listen.KindMail, Author: listen.Author{Name: "Sam"}, Text: "Oriflamme in private"}})
		if err != nil || heard[0].Err != nil {
			t.Fatal(err, heard)
		}
		if _, _, err := s.Radar.AddQuery(ctx, s.owner, listen.NewQuery{Text: "oriflamme"}); err != nil {
			t.Fatal(err)
		}

		ideas := s.feedAt(t, "/ideas.atom")
		if len(ideas.Entries) != 1 || ideas.Entries[0].Title != "Thread & <glue>" || ideas.Entries[0].Author[0] != "Ana" ||
			!strings.Contains(ideas.Entries[0].Content, "<em>that</em>") || strings.Contains(ideas.Entries[0].Content, "<script") {
			t.Errorf("ideas: %+v", ideas.Entries)
		}
		one := s.feedAt(t, "/ideas/1/feed.atom")
		if len(one.Entries) != 2 || one.Entries[0].Title != "Shipped: Thread & <glue>" || one.Entries[0].Author[0] != "Marta Lindqvist, works at Tribune" || !strings.Contains(one.Entries[1].Content, "Which thread?") {
			t.Errorf("idea: %+v", one.Entries)
		}
		if w := s.get(t, "/ideas/2/feed.atom"); w.Code != http.StatusNotFound {
			t.Errorf("the feed of idea %d, for members: %d", hidden.ID, w.Code)
		}
		if d := s.feedAt(t, "/roadmap.atom"); len(d.Entries) != 1 || !strings.Contains(d.Entries[0].Content, "<strong>longer</strong>") {
			t.Errorf("roadmap: %+v", d.Entries)
		}
		if c := s.feedAt(t, "/changes.atom"); len(c.Entries) != 1 || !strings.Contains(c.Entries[0].Content, siteURL+"/ideas/1") {
			t.Errorf("changes: %+v", c.Entries)
		}
		if h := s.feedAt(t, "/heard.atom"); len(h.Entries) != 1 || h.Entries[0].Author[0] != "Jo" || !strings.Contains(h.Entries[0].Content, "Oriflamme &lt;3") {
			t.Errorf("heard: %+v", h.Entries)
		}
	})
}

// Who works here is said beside every name: of authors, and of those whose
// wording an author took.
func TestPostsSayWhoWorksHere(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		made, err := s.Posts.Begin(ctx, s.ana, post.NewPost{Title: "Paper", Body: "It is sewed."})
		if err == nil {
			made, err = s.Posts.Publish(ctx, s.ana, made.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		edit, err := s.Posts.Suggest(ctx, s.owner, made.ID, post.NewSuggestion{Title: "Paper", Body: "It is sewn."})
		if err == nil {
			err = s.Posts.TakeSuggestion(ctx, s.ana, edit.ID, post.Take{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if all := s.feedAt(t, "/tribune.atom"); len(all.Entries) != 1 || !strings.Contains(all.Entries[0].Content, "with edits by Marta Lindqvist (Tribune)") {
			t.Errorf("posts: %+v", all.Entries)
		}
	})
}

// TestNotModified checks that readers who come again get nothing until there
// is something.
func TestNotModified(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		if _, err := s.Ideas.Propose(ctx, s.ana, shape.NewIdea{Title: "Thread, not glue", Body: "x"}); err != nil {
			t.Fatal(err)
		}
		first := s.get(t, "/ideas.atom")
		etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
		if etag == "" || modified == "" {
			t.Fatalf("ETag %q, Last-Modified %q", etag, modified)
		}
		for _, header := range [][]string{{"If-None-Match", etag}, {"If-Modified-Since", modified}} {
			if w := s.get(t, "/ideas.atom", header...); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Errorf("%s: %d, %d bytes", header[0], w.Code, w.Body.Len())
			}
		}
		s.at = s.at.Add(time.Hour)
		if _, err := s.Ideas.Propose(ctx, s.ana, shape.NewIdea{Title: "Another one", Body: "x"}); err != nil {
			t.Fatal(err)
		}
		for _, header := range [][]string{{"If-None-Match", etag}, {"If-Modified-Since", modified}} {
			if w := s.get(t, "/ideas.atom", header...); w.Code != http.StatusOK || !bytes.Contains(w.Body.Bytes(), []byte("Another one")) {
				t.Errorf("%s after a new idea: %d", header[0], w.Code)
			}
		}
	})
}

func TestFrench(t *testing.T) {
	words, err := i18n.Load(wire.Texts, know.Texts)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(os.DirFS("."), words)
	if err != nil || len(missing) > 0 {
		t.Errorf("without French: %v %q", err, missing)
	}
}
