package hackernews

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

func TestSearch(t *testing.T) {
	server := readertest.Serve(t)
	h := New(server.Web, readertest.Now)
	data, err := os.ReadFile("testdata/search_by_date.json")
	if err != nil {
		t.Fatal(err)
	}
	server.Text("/api/v1/search_by_date", "application/json", string(data))
	place, err := h.Find(t.Context(), reader.Typed{URL: server.URL + "/?q=papier"})
	if err != nil || place.URL != server.URL+"/?query=papier" || place.Title != "Hacker News: papier" {
		t.Fatalf("place %+v, %v", place, err)
	}
	server.Asked()
	var got readertest.Kept
	if _, err := h.Read(t.Context(), reader.From{URL: place.URL}, got.Deliver); err != nil {
		t.Fatal(err)
	}
	want := []reader.Post{
		{ID: "102", Text: "I wish Papier had dots & lines.\n\nSee https://papier.example/", ReplyTo: "https://news.ycombinator.com/item?id=101", Author: reader.Author{Name: "ada"}, PublishedAt: time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)},
		{ID: "101", Text: "Show HN: Papier\n\nhttps://papier.example/", Author: reader.Author{Name: "ben"}, PublishedAt: time.Date(2026, 11, 19, 11, 0, 0, 0, time.UTC)},
		{ID: "100", Text: "Ask HN: Paper?\n\nWhich one?", Author: reader.Author{Name: "cyd"}, PublishedAt: time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)},
	}
	for i := range want {
		want[i].AtAddress, want[i].URL = true, "https://news.ycombinator.com/item?id="+want[i].ID
		want[i].Author.URL = "https://news.ycombinator.com/user?id=" + want[i].Author.Name
	}
	if diff := cmp.Diff(want, got.Posts); diff != "" {
		t.Error(diff)
	}
	if asked := server.Asked(); len(asked) != 1 || asked[0] != "/api/v1/search_by_date?hitsPerPage=100&numericFilters=created_at_i%3E%3D1794556800&query=papier&tags=%28story%2Ccomment%29" {
		t.Errorf("asked %q", asked)
	}
}

// What people type is understood.
func TestTyped(t *testing.T) {
	server := readertest.Serve(t)
	h := New(server.Web, readertest.Now)
	for typed, want := range map[string]string{
		"hn": "Hacker News", "HN: papier  a5": "Hacker News: papier a5", "hacker news papier": "Hacker News: papier", "hackernews": "Hacker News", "hnefatafl": "Hacker News: hnefatafl",
		"https://news.ycombinator.com/newest": "Hacker News", "https://hn.algolia.com/?q=papier&sort=byDate": "Hacker News: papier",
	} {
		ctx, stop := context.WithCancel(t.Context())
		stop() // nobody is asked
		if place, _ := h.Find(ctx, reader.Typed{URL: typed}); place.Title != want || !strings.HasPrefix(place.URL, "https://hn.algolia.com/") {
			t.Errorf("%q: %+v", typed, place)
		}
	}
}

// algolia is a search over n stories, one a second up to now, a hundred at once.
func algolia(server *readertest.Server, n int, all *[]string) {
	newest := readertest.Now().Unix()
	server.Set("/api/v1/search_by_date", func(w http.ResponseWriter, r *http.Request) {
		var since, until int64 = 0, 1 << 60
		for _, f := range strings.Split(r.URL.Query().Get("numericFilters"), ",") {
			if v, ok := strings.CutPrefix(f, "created_at_i>="); ok {
				since, _ = strconv.ParseInt(v, 10, 64)
			}
			if v, ok := strings.CutPrefix(f, "created_at_i<="); ok {
				until, _ = strconv.ParseInt(v, 10, 64)
			}
		}
		limit, _ := strconv.Atoi(r.URL.Query().Get("hitsPerPage"))
		hits := []map[string]any{}
		for i := range n {
			at := newest - int64(i)
			if at >= since && at <= until && len(hits) < limit {
				hits = append(hits, map[string]any{"objectID": strconv.FormatInt(at, 10), "author": "ada", "title": fmt.Sprint("Story ", at), "created_at_i": at})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"hits": hits})
	})
	*all = nil
	for i := range n {
		*all = append(*all, strconv.FormatInt(newest-int64(i), 10))
	}
}

// Readings that are broken off anywhere read every story, and after that only
// what may still be edited.
func TestNothingIsLost(t *testing.T) {
	server := readertest.Serve(t)
	h := New(server.Web, readertest.Now)
	var all []string
	algolia(server, 2500, &all)
	got := readertest.Kept{Break: 7}
	from := reader.From{URL: server.URL + "/?query=papier"}
	for range 10 {
		from.Cursor = got.Cursor
		report, err := h.Read(t.Context(), from, got.Deliver)
		if err != nil && !errors.Is(err, readertest.ErrBroken) {
			t.Fatal(err)
		}
		if err == nil && !report.More {
			break
		}
	}
	ids := got.IDs()
	slices.Sort(ids)
	slices.Sort(all)
	if diff := cmp.Diff(all, ids); diff != "" {
		t.Error(diff)
	}
	if len(got.Posts) > len(all)+100 {
		t.Errorf("%d posts were delivered for %d", len(got.Posts), len(all))
	}
	got.Posts, from.Cursor = nil, got.Cursor
	if _, err := h.Read(t.Context(), from, got.Deliver); err != nil || len(got.Posts) != 2000 { // as much as one reading takes
		t.Errorf("%d of what may still be edited, %v", len(got.Posts), err)
	}
}

func TestCheck(t *testing.T) {
	server := readertest.Serve(t)
	h := New(server.Web, readertest.Now)
	server.Text("/api/v1/items/1", "", `{"id": 1, "created_at": "2026-11-19T12:00:00.000Z", "type": "comment", "author": "ada", "text": "other words", "parent_id": 9, "children": []}`)
	server.Text("/api/v1/items/2", "", `{"id": 2, "created_at_i": 1795089600, "type": "comment", "author": null, "text": null, "children": []}`)
	server.Text("/api/v1/items/6", "", `{"id": 6, "children": []}`) // one that was deleted
	server.Text("/api/v1/items/4", "", `{"id": 5, "author": "ada", "text": "of another"}`)
	b, _, err := h.Check(t.Context(), reader.From{URL: server.URL}, []string{"1", "2", "3", "6"})
	if err != nil || len(b.Posts) != 1 || b.Posts[0].Text != "other words" || b.Posts[0].PublishedAt.Unix() != 1795089600 || !slices.Equal(b.Gone, []string{"2", "3", "6"}) {
		t.Errorf("%+v, %v", b, err)
	}
	if _, _, err = h.Check(t.Context(), reader.From{URL: server.URL}, []string{"4"}); err == nil {
		t.Error("another item was taken for this one")
	}
}

func TestRude(t *testing.T) {
	server := readertest.Serve(t)
	h := New(server.Web, readertest.Now)
	for name, rude := range readertest.Rude() {
		server.Set("/api/v1/search_by_date", rude)
		var got readertest.Kept
		report, err := h.Read(t.Context(), reader.From{URL: server.URL + "/?query=x"}, got.Deliver)
		if readertest.Readable(t, err); name == "asks to wait" && report.Wait != 2*time.Minute {
			t.Errorf("waits %s", report.Wait)
		}
	}
}

func FuzzHit(f *testing.F) {
	f.Add([]byte(`{"objectID": "1", "author": "ada", "comment_text": "<p>x", "created_at_i": 253402300800, "parent_id": -1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var x hit
		if json.Unmarshal(data, &x) != nil {
			return
		}
		if p, ok := x.post(); ok && (p.Text == "" || p.ID == "" || p.Author.Name == "" || p.PublishedAt.Year() > 9999) {
			t.Errorf("%+v", p)
		}
	})
}
