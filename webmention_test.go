package tribune_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// A page of another site that links to one of ours is heard: our page names the
// endpoint, the endpoint takes it, and the loop reads it. What is no page for
// everybody is no target.
func TestWebmention(t *testing.T) {
	ctx := t.Context()
	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), URL: "https://square.example", FetchPrivate: true}, time.Now)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	t.Cleanup(func() { site.Close() })
	handler, err := site.Handler()
	must(err)
	ask := func(method, path, from string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, method, "https://square.example"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://elsewhere.example") // as a form on another site has it
		r.RemoteAddr = from + ":4711"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	p, _, err := site.People.AddPerson(ctx, "Marta Lindqvist", "marta@example.org", know.Owner)
	must(err)
	marta, err := site.People.Actor(ctx, p.ID)
	must(err)
	idea, err := site.Ideas.Propose(ctx, marta, shape.NewIdea{Title: "Refills", Body: "Please."})
	must(err)
	target := fmt.Sprintf("https://square.example/ideas/%d", idea.ID)
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `<!doctype html><div class="h-entry"><a class="u-in-reply-to" href="%s">re</a><p class="e-content">I would refill mine, too.</p></div>`, target)
	}))
	t.Cleanup(there.Close)
	pair := func(target string) url.Values {
		return url.Values{"source": {there.URL + "/1"}, "target": {target}}
	}

	// Nothing is taken, or named, before the team wants it, or while it does not.
	off := func(when string) {
		if w := ask("POST", "/webmention", "203.0.113.1", pair(target)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", when, w.Code, w.Body)
		}
		if w := ask("GET", "/ideas", "203.0.113.1", nil); w.Header().Get("Link") != "" {
			t.Errorf("%s the page names it: %s", when, w.Header().Get("Link"))
		}
	}
	off("before")
	source, err := site.Radar.AddSource(ctx, marta, listen.NewSource{Kind: listen.WebmentionSource})
	must(err)
	if _, err := site.Radar.AddSource(ctx, marta, listen.NewSource{URL: "Webmention"}); err == nil {
		t.Error("it is there twice")
	}
	yes, no := true, false
	_, err = site.Radar.ChangeSource(ctx, marta, source.ID, listen.SourceChange{Paused: &yes})
	must(err)
	off("paused")
	_, err = site.Radar.ChangeSource(ctx, marta, source.ID, listen.SourceChange{Paused: &no})
	must(err)

	// The pages that there are without anything on the site name it and are targets.
	for n, path := range []string{"/", "/how-we-listen", "/clock", "/ideas", fmt.Sprintf("/ideas/%d", idea.ID), fmt.Sprintf("/ideas/%d?comment=1#c1", idea.ID), "/roadmap", "/changes", "/tribune", "/tribes", "/boards", "/people"} {
		if w := ask("GET", path, "203.0.113.2", nil); w.Header().Get("Link") != `<https://square.example/webmention>; rel="webmention"` {
			t.Errorf("%s names %q", path, w.Header().Get("Link"))
		}
		if w := ask("POST", "/webmention", fmt.Sprintf("203.0.113.%d", 10+n), pair("https://square.example"+path)); w.Code != http.StatusAccepted || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for name, form := range map[string]url.Values{
		"nothing":            {},
		"no page of ours":    pair("https://other.example/ideas/1"),
		"an idea not there":  pair("https://square.example/ideas/99"),
		"the desk":           pair("https://square.example/desk/radar"),
		"the door":           pair("https://square.example/signin"),
		"a feed":             pair("https://square.example/ideas.atom"),
		"its own history":    pair(target + "/history"),
		"the endpoint":       pair("https://square.example/webmention"),
		"the same":           {"source": {target}, "target": {target}},
		"one of ours":        {"source": {"https://square.example/tribune"}, "target": {target}},
		"a file":             {"source": {"file:///etc/passwd"}, "target": {target}},
		"more than is taken": {"source": {strings.Repeat("a", 20_000)}, "target": {target}},
	} {
		if w := ask("POST", "/webmention", "203.0.113.3", form); w.Code != http.StatusBadRequest || w.Body.Len() < 20 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	refused := 0
	for range 80 {
		if w := ask("POST", "/webmention", "203.0.113.4", url.Values{}); w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 10 {
		t.Errorf("of 80 at once %d were refused", refused)
	}

	n, err := site.Webmentions.RunOnce(ctx)
	must(err)
	list, _, err := site.Radar.Mentions(ctx, marta, listen.Filter{})
	must(err)
	if n != 1 || len(list) != 0 { // the first is of the front page, to which it does not link
		t.Fatalf("%d looked at: %+v", n, list)
	}
	must(site.DB.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update webmention set due_at = 0`)
		return err
	}))
	for range 4 {
		_, err := site.Webmentions.RunOnce(ctx)
		must(err)
	}
	list, _, err = site.Radar.Mentions(ctx, marta, listen.Filter{})
	must(err)
	if len(list) != 1 || list[0].Text != "I would refill mine, too." || !list[0].Public {
		t.Fatalf("%+v", list)
	}
}
