package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

// example is the documented status, as JSON that a test may change.
func example(t testing.TB) map[string]any {
	t.Helper()
	data, err := os.ReadFile("testdata/status.json")
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// with gives a copy of a status with other members; "account." names the
// account's.
func with(s map[string]any, pairs ...any) map[string]any {
	s = maps.Clone(s)
	by := maps.Clone(s["account"].(map[string]any))
	s["account"] = by
	for i := 0; i < len(pairs); i += 2 {
		key, value := pairs[i].(string), pairs[i+1]
		if inner, ok := strings.CutPrefix(key, "account."); ok {
			if by[inner] = value; value == nil {
				delete(by, inner)
			}
			continue
		}
		s[key] = value
	}
	return s
}

// instance is a server with a timeline, newest last, and perhaps a stream.
type instance struct {
	*readertest.Server
	mu    sync.Mutex
	line  []map[string]any
	calls int
}

func newInstance(t testing.TB) *instance {
	x := &instance{Server: readertest.Serve(t)}
	x.Set("/api/v1/timelines/tag/papier", func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.calls++
		after := r.URL.Query().Get("min_id")
		page := []map[string]any{}
		for _, s := range x.line {
			if after == "" || newer(s["id"].(string), after) {
				page = append(page, s)
			}
		}
		switch {
		case after != "" && len(page) > 40:
			page = page[:40]
		case after == "" && len(page) > 40:
			page = page[len(page)-40:]
		}
		slices.Reverse(page)
		w.Header().Set("X-RateLimit-Remaining", "200")
		_ = json.NewEncoder(w).Encode(page)
	})
	return x
}

func (x *instance) say(s ...map[string]any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.line = append(x.line, s...)
}

func TestStatus(t *testing.T) {
	var s status
	data, _ := json.Marshal(example(t))
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	got, ok := s.post("mastodon.example")
	want := reader.Post{ID: "115700000000000001", URL: "https://ruby.example/@ada/1", ReplyTo: "115600000000000009", AtAddress: true, Reach: 37, Language: "en",
		Author: reader.Author{Name: "Ada 🌻", Handle: "@ada@ruby.example", URL: "https://ruby.example/@ada"}, Text: "Paper\n\nI wish #papier had dots & lines\n\nDoes it?",
		PublishedAt: time.Date(2026, 11, 19, 10, 0, 0, 123e6, time.UTC)}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
	}
}

func TestPictures(t *testing.T) {
	for media, want := range map[string]bool{`[]`: false, `[{"type": "image"}]`: true, `[{"type": "video"}, {"type": "gifv"}]`: true, `[{"type": "audio"}]`: false, `null`: false} {
		var s status
		data, _ := json.Marshal(with(example(t), "media_attachments", json.RawMessage(media)))
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		if p, _ := s.post("mastodon.example"); p.HasImage != want {
			t.Errorf("%s: %v", media, p.HasImage)
		}
	}
}

// Who does not say that programs may look through their words is not heard.
func TestManners(t *testing.T) {
	base := example(t)
	for name, c := range map[string]struct {
		s    map[string]any
		kept bool
	}{
		"as it is":            {base, true},
		"indexable absent":    {with(base, "account.indexable", nil), false},
		"indexable false":     {with(base, "account.indexable", false), false},
		"noindex":             {with(base, "account.noindex", true), false},
		"noindex absent":      {with(base, "account.noindex", nil), true},
		"#nobot":              {with(base, "account.note", `tech<br><a href="https://x/tag/nobot">#nobot</a>`), false},
		"#NoBots in a field":  {with(base, "account.fields", []any{map[string]any{"name": "also", "value": "#<span>NoBots</span>"}}), false},
		"about nobotany":      {with(base, "account.note", "I like #nobotany"), true},
		"unlisted":            {with(base, "visibility", "unlisted"), false},
		"for followers":       {with(base, "visibility", "private"), false},
		"repeats another's":   {with(base, "reblog", map[string]any{"id": "1"}), false},
		"without an address":  {with(base, "url", "javascript:alert(1)", "uri", "tag:x"), false},
		"the uri will do":     {with(base, "url", nil), true},
		"a picture, no words": {with(base, "content", "", "spoiler_text", ""), false},
	} {
		x := newInstance(t)
		x.say(c.s)
		var got readertest.Kept
		report, err := New(x.Web, readertest.Now).Read(t.Context(), reader.From{URL: x.URL + "/tags/papier"}, got.Deliver)
		if err != nil || (len(got.Posts) == 1) != c.kept {
			t.Errorf("%s: %d kept, %v", name, len(got.Posts), err)
		}
		if noted := len(report.Also) == 1 && report.Also[0].Text == textUnkept; noted && c.kept {
			t.Errorf("%s: %+v", name, report)
		}
	}
}

func TestTyped(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	x.Text("/api/v1/timelines/public", "", "[]")
	host := strings.TrimPrefix(x.URL, "http://")
	for typed, want := range map[string]string{x.URL + "/tags/papier": "#papier · " + host, x.URL + "/search?q=%23papier": "#papier · " + host, x.URL: host} {
		if place, err := m.Find(t.Context(), reader.Typed{URL: typed}); err != nil || place.Title != want {
			t.Errorf("%s: %+v, %v", typed, place, err)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop() // nobody is asked
	for typed, want := range map[string]string{"#papier@paper.example": "https://paper.example/tags/papier", "#papier": "https://mastodon.social/tags/papier", "@paper.example": "https://paper.example/public/local"} {
		if place, _ := m.Find(stopped, reader.Typed{URL: typed}); place.URL != want {
			t.Errorf("%s: %+v", typed, place)
		}
	}
	for _, typed := range []string{"#", "# @x", "@ada@paper.example", "https://paper.example/@ada", "ftp://x"} {
		if place, err := m.Find(stopped, reader.Typed{URL: typed}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", typed, place, err)
		}
	}
}

func TestSearchWantsToken(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	x.Set("/api/v2/search", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		if r.Header.Get("Authorization") == "Bearer secret" && r.URL.Query().Get("type") == "statuses" {
			all = append(all, example(t))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"accounts": []any{}, "statuses": all, "hashtags": []any{}})
	})
	if _, err := m.Find(t.Context(), reader.Typed{URL: x.URL + "/search?q=papier"}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "token") {
		t.Errorf("without a token: %v", err)
	}
	place, err := m.Find(t.Context(), reader.Typed{URL: x.URL + "/search?q=papier", Secret: "secret"})
	if err != nil || !strings.HasPrefix(place.Title, "papier · ") {
		t.Fatalf("%+v, %v", place, err)
	}
	var got readertest.Kept
	if _, err := m.Read(t.Context(), reader.From{URL: place.URL, Secret: "secret"}, got.Deliver); err != nil || len(got.Posts) != 1 {
		t.Errorf("%d posts, %v", len(got.Posts), err)
	}
}

// Readings that are broken off anywhere read every status that came since.
func TestNothingIsLost(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	base := example(t)
	id := func(i int) string { return fmt.Sprint(115700000000000000 + int64(i)*(1<<16)*60000) } // a minute apart
	for i := range 50 {
		x.say(with(base, "id", id(i)))
	}
	var got readertest.Kept
	from := reader.From{URL: x.URL + "/tags/papier"}
	if _, err := m.Read(t.Context(), from, got.Deliver); err != nil || len(got.Posts) != 40 || got.Cursor != id(49) {
		t.Fatalf("%d posts, cursor %s, %v", len(got.Posts), got.Cursor, err)
	}
	got.Posts = nil
	var want []string
	for i := range 130 {
		want = append(want, id(50+i))
		x.say(with(base, "id", id(50+i)))
	}
	got.Batches, got.Break = 0, 3
	for range 4 {
		from.Cursor = got.Cursor
		if _, err := m.Read(t.Context(), from, got.Deliver); err != nil && !errors.Is(err, readertest.ErrBroken) {
			t.Fatal(err)
		}
	}
	ids := got.IDs()
	slices.Sort(ids)
	missing := slices.DeleteFunc(want, func(id string) bool { return slices.Contains(ids, id) })
	if len(missing) > 0 {
		t.Errorf("missing: %v", missing)
	}
}

// A timeline on which more is said within the overlap than a reading takes is
// read to its end: each reading goes on where the one before ended.
func TestFast(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	base := example(t)
	id := func(i int) string { return fmt.Sprint(115700000000000000 + int64(i)*(1<<16)*480) } // 1,250 in ten minutes
	x.say(with(base, "id", id(0)))
	var got readertest.Kept
	from := reader.From{URL: x.URL + "/tags/papier"}
	if _, err := m.Read(t.Context(), from, got.Deliver); err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		x.say(with(base, "id", id(i+1)))
	}
	got.Batches, got.Break = 0, 30 // broken off in the second reading
	readings := 0
	for more := true; more; readings++ {
		from.Cursor = got.Cursor
		x.calls = 0
		report, err := m.Read(t.Context(), from, got.Deliver)
		if err != nil && !errors.Is(err, readertest.ErrBroken) || x.calls > requests || readings > 5 {
			t.Fatalf("%d requests of reading %d, %v", x.calls, readings, err)
		}
		if more = report.More || err != nil; report.More && report.Wait < time.Minute*requests/60 {
			t.Errorf("%d requests, and the next after %s", x.calls, report.Wait)
		}
	}
	if len(got.IDs()) != 2001 || len(got.Posts) > 2001+2*perPage || got.Cursor != id(2000) {
		t.Errorf("%d posts, %d of them different, in %d readings; cursor %q", len(got.Posts), len(got.IDs()), readings, got.Cursor)
	}
}

// A server that streams is followed: edits and deletions come by the stream.
// When it is cut, what came meanwhile is caught up with.
func TestStream(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	base := example(t)
	x.say(with(base, "id", "115700000000000001"))
	more := make(chan string)
	x.Text("/api/v2/instance", "", fmt.Sprintf(`{"configuration": {"urls": {"streaming": "ws%s"}}}`, strings.TrimPrefix(x.URL, "http")))
	x.Set("/api/v1/streaming/hashtag", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("tag") != "papier" || r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ":)\n\n")
		w.(http.Flusher).Flush()
		for text := range more {
			fmt.Fprint(w, text)
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	})
	sse := func(name string, data any) string {
		line, _ := json.Marshal(data)
		return "event: " + name + "\ndata: " + string(line) + "\n\n:thump\n"
	}
	var got readertest.Kept
	ended := make(chan error, 1)
	var pauses []time.Duration
	m.pause = func(_ context.Context, d time.Duration) { pauses = append(pauses, d) }
	from := reader.From{URL: x.URL + "/tags/papier", Secret: "secret"}
	go func() {
		_, err := m.Read(t.Context(), from, got.Deliver)
		ended <- err
	}()
	more <- sse("update", with(base, "id", "115700000000000002", "content", "two"))
	edited := with(base, "content", "one, edited", "spoiler_text", "", "edited_at", "2026-11-19T11:00:00.000Z")
	more <- sse("status.update", edited)
	x.mu.Lock()
	x.line = []map[string]any{with(edited, "id", "115700000000000001")}
	x.mu.Unlock()
	more <- "event: delete\ndata: 115700000000000002\n\n"
	more <- "event: filters_changed\ndata: undefined\n\nevent: update\ndata: {broken\n\n"
	close(more)
	err := <-ended
	readertest.Readable(t, err)
	if !strings.Contains(err.Error(), "ended the connection") || !slices.Equal(pauses, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}) {
		t.Errorf("%v after %v", err, pauses)
	}
	last := got.Posts[len(got.Posts)-1]
	if diff := cmp.Diff([]string{"115700000000000002", "115700000000000001"}, got.IDs()); diff != "" || last.Text != "one, edited" || !last.Edited {
		t.Errorf("%s, last %+v", diff, last)
	}
	if !slices.Equal(got.Gone, []string{"115700000000000002"}) || got.Cursor != "115700000000000002" {
		t.Errorf("gone %v, cursor %s", got.Gone, got.Cursor)
	}
	// To a stranger it offers no stream: the timeline is asked for, and the stream no more.
	from.Secret, from.Cursor = "", got.Cursor
	x.Asked()
	for range 2 {
		if _, err := m.Read(t.Context(), from, got.Deliver); err != nil {
			t.Fatal(err)
		}
	}
	if asked := strings.Join(x.Asked(), " "); strings.Count(asked, "/streaming/") != 1 || strings.Count(asked, "/timelines/") != 2 {
		t.Errorf("asked %s", asked)
	}
}

func TestCheck(t *testing.T) {
	x := newInstance(t)
	m := New(x.Web, readertest.Now)
	base := example(t)
	one := func(id string, s map[string]any) {
		data, _ := json.Marshal(s)
		x.Text("/api/v1/statuses/"+id, "application/json", string(data))
	}
	one("1", with(base, "id", "1", "content", "edited", "spoiler_text", ""))
	one("3", with(base, "id", "3", "account.indexable", false))
	one("4", with(base, "id", "4", "visibility", "private"))
	from := reader.From{URL: x.URL + "/tags/papier"}
	b, _, err := m.Check(t.Context(), from, []string{"1", "2", "3", "4"})
	if err != nil || len(b.Posts) != 1 || b.Posts[0].Text != "edited" || !slices.Equal(b.Gone, []string{"2", "3", "4"}) {
		t.Errorf("%+v, %v", b, err)
	}
	// Many at once, where the server offers that: only what it does not give is asked for.
	bulk, _ := json.Marshal([]any{with(base, "id", "1")})
	x.Text("/api/v1/statuses", "", string(bulk))
	x.Asked()
	if b, _, err = m.Check(t.Context(), from, []string{"1", "2"}); err != nil || len(b.Posts) != 1 || len(x.Asked()) != 2 {
		t.Errorf("%+v, %v", b, err)
	}
	// A server in trouble has deleted nothing.
	x.Set("/api/v1/statuses/2", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if b, _, err = m.Check(t.Context(), from, []string{"2"}); err == nil || len(b.Gone) > 0 {
		t.Errorf("in trouble: %+v, %v", b, err)
	}
}

func TestRude(t *testing.T) {
	x := newInstance(t)
	for name, rude := range readertest.Rude() {
		m := New(x.Web, readertest.Now)
		var got readertest.Kept
		x.Set("/api/v1/timelines/tag/papier", rude)
		report, err := m.Read(t.Context(), reader.From{URL: x.URL + "/tags/papier"}, got.Deliver)
		if readertest.Readable(t, err); name == "asks to wait" && report.Wait != 2*time.Minute {
			t.Errorf("waits %s", report.Wait)
		}
	}
	again := readertest.Now().Add(90 * time.Second)
	for reset, want := range map[string]time.Duration{again.Format("2006-01-02T15:04:05.000000Z"): 90 * time.Second, fmt.Sprint(again.Unix()): 90 * time.Second, "soon": 0, "-1": 0} {
		x.Set("/api/v1/timelines/tag/papier", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", reset)
			fmt.Fprint(w, "[]")
		})
		var got readertest.Kept
		if report, err := New(x.Web, readertest.Now).Read(t.Context(), reader.From{URL: x.URL + "/tags/papier"}, got.Deliver); err != nil || report.Wait != want {
			t.Errorf("%s: %+v, %v", reset, report, err)
		}
	}
	// A stream with one line that never ends.
	x = newInstance(t)
	x.Set("/api/v1/streaming/hashtag", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: ")
		for chunk := []byte(strings.Repeat("x", 64<<10)); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	var got readertest.Kept
	m := New(x.Web, readertest.Now)
	m.pause = func(context.Context, time.Duration) {}
	_, err := m.Read(t.Context(), reader.From{URL: x.URL + "/tags/papier"}, got.Deliver)
	readertest.Readable(t, err)
}

func FuzzStatus(f *testing.F) {
	data, _ := os.ReadFile("testdata/status.json")
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s status
		if json.Unmarshal(data, &s) != nil {
			return
		}
		s.Account.findable()
		if p, ok := s.post("x.example"); s.open() && ok && (p.Text == "" || !web(p.URL) || p.Author.URL != "" && !web(p.Author.URL)) {
			t.Errorf("%+v", p)
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add("event: update\ndata: {\"id\":\"1\"}\n\n:thump\nevent: delete\ndata: 7\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		e := eventsOf(strings.NewReader(text))
		for {
			one, err := e.next(t.Context())
			if err != nil {
				return
			}
			if one.name == "" && one.data == "" {
				t.Error("an event of nothing")
			}
		}
	})
}
