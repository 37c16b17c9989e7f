package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

func fixture(t testing.TB) [][]byte {
	t.Helper()
	data, err := os.ReadFile("testdata/events.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

func TestBatch(t *testing.T) {
	ada, ben := reader.Author{URL: "https://bsky.app/profile/did:plc:ada"}, reader.Author{URL: "https://bsky.app/profile/did:plc:ben"}
	want := reader.Batch{Cursor: "1795089600000009", Left: []string{"https://bsky.app/profile/did:plc:cyd"},
		Gone: []string{"at://did:plc:ada/app.bsky.feed.post/3la9", "at://did:plc:ada/app.bsky.feed.post/3lbx"},
		Posts: []reader.Post{
			{ID: "at://did:plc:ada/app.bsky.feed.post/3lb1", URL: "https://bsky.app/profile/did:plc:ada/post/3lb1", Author: ada, Text: "I wish #papier had dots\nand lines", Language: "en", PublishedAt: time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)},
			{ID: "at://did:plc:ben/app.bsky.feed.post/3lb2", URL: "https://bsky.app/profile/did:plc:ben/post/3lb2", Author: ben, Text: "Moi aussi", Language: "fr", PublishedAt: time.Date(2026, 11, 19, 10, 0, 1, 0, time.UTC), ReplyTo: "at://did:plc:ada/app.bsky.feed.post/3lb1"},
			{ID: "at://did:plc:ada/app.bsky.feed.post/3la0", URL: "https://bsky.app/profile/did:plc:ada/post/3la0", Author: ada, Text: "changed", PublishedAt: time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC), Edited: true},
		}}
	got, last := batchOf(append(fixture(t), []byte(`{"did": 7`), []byte("nothing"), []byte(`{"did":"did:plc:x/../../y","kind":"commit"}`)))
	if diff := cmp.Diff(want, got); diff != "" || last != 1795089600000009 {
		t.Error(diff, last)
	}
}

func TestPictures(t *testing.T) {
	for embed, want := range map[string]bool{
		`{"$type": "app.bsky.embed.images", "images": [{"alt": "a notebook"}]}`:                                                           true,
		`{"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": {"$type": "app.bsky.embed.images", "images": [{"alt": ""}]}}`: true,
		`{"$type": "app.bsky.embed.external", "external": {"uri": "https://example.org"}}`:                                                false,
		`{"$type": "app.bsky.embed.images", "images": "none"}`:                                                                            false,
		`[7]`: false, `null`: false, `"x"`: false,
	} {
		e, ok := read([]byte(`{"did": "did:plc:ada", "time_us": 1, "kind": "commit", "commit": {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3lb1",
			"record": {"text": "Dots", "createdAt": "2026-11-19T10:00:00Z", "embed": ` + embed + `}}}`))
		if !ok || e.Commit == nil {
			t.Fatalf("%s is not read", embed)
		}
		if p, ok := e.Commit.Record.post("did:plc:ada", "3lb1"); !ok || p.HasImage != want {
			t.Errorf("%s: %v", embed, p.HasImage)
		}
	}
}

// jetstream is a server of events, one for each number from 1, that cuts every
// connection after so many and now and then answers rudely.
func jetstream(t *testing.T, all, cutAfter int) (*readertest.Server, string) {
	server := readertest.Serve(t)
	connections := 0
	server.Set("/subscribe", func(w http.ResponseWriter, r *http.Request) {
		if connections++; connections%3 == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Query().Get("wantedCollections") != "app.bsky.feed.post" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		from := int64(1)
		if c := r.URL.Query().Get("cursor"); c != "" {
			from, _ = strconv.ParseInt(c, 10, 64)
			from = (from + rewind.Microseconds()) / 1e6 // events a second apart, so that a rewind is five of them
			from = max(from-4, 1)
		}
		for i := range int64(cutAfter) {
			n := from + i
			if n > int64(all) {
				break
			}
			text := fmt.Sprintf(`{"did":"did:plc:ada","time_us":%d,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"%d","record":{"text":"post %d","createdAt":"2026-11-19T10:00:00Z"}}}`, n*1e6, n, n)
			if conn.Write(r.Context(), websocket.MessageText, []byte(text)) != nil {
				return
			}
		}
	})
	return server, strings.Replace(server.URL, "http", "ws", 1) + "/subscribe"
}

// Connections that are cut, refused, and taken up again lose nothing.
func TestReconnect(t *testing.T) {
	server, at := jetstream(t, 300, 50)
	b := New(server.Web)
	var pauses []time.Duration
	b.pause = func(_ context.Context, d time.Duration) { pauses = append(pauses, d) }
	got := readertest.Kept{}
	_, err := b.Read(t.Context(), reader.From{URL: at}, got.Deliver)
	readertest.Readable(t, err) // in the end nothing new comes, and it says so
	if ids := got.IDs(); len(ids) != 300 || got.Cursor != "300000000" {
		t.Errorf("%d posts, cursor %s, %v", len(ids), got.Cursor, err)
	}
	if len(got.Posts) > 300+20*5 {
		t.Errorf("%d posts were delivered", len(got.Posts))
	}
	if last := pauses[len(pauses)-1]; last != 8*time.Second || slices.Max(pauses) > 30*time.Second {
		t.Errorf("pauses %v", pauses)
	}
	// What cannot be stored ends the reading, and is read again.
	server, at = jetstream(t, 300, 50)
	b = New(server.Web)
	b.pause = func(context.Context, time.Duration) {}
	got = readertest.Kept{Break: 2}
	if _, err := b.Read(t.Context(), reader.From{URL: at}, got.Deliver); err != readertest.ErrBroken {
		t.Errorf("%v", err)
	}
	if _, err = b.Read(t.Context(), reader.From{URL: at, Cursor: got.Cursor}, got.Deliver); len(got.IDs()) != 300 {
		t.Errorf("%d posts, %v", len(got.IDs()), err)
	}
}

func TestTyped(t *testing.T) {
	server, at := jetstream(t, 1, 1)
	b := New(server.Web)
	if place, err := b.Find(t.Context(), reader.Typed{URL: strings.TrimSuffix(at, "/subscribe")}); err != nil || place.URL != at {
		t.Errorf("%+v, %v", place, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop() // nobody is asked
	for _, typed := range []string{"bluesky", " Bsky.app", "https://bsky.app/"} {
		if place, _ := b.Find(stopped, reader.Typed{URL: typed}); place.URL != home || place.Title != "Bluesky" {
			t.Errorf("%s: %+v", typed, place)
		}
	}
	if _, err := b.Find(stopped, reader.Typed{URL: "https://elsewhere.example"}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	private := fetch.New(fetch.Options{})
	t.Cleanup(private.Close)
	if _, err := New(private).Find(t.Context(), reader.Typed{URL: at}); err == nil || !strings.Contains(err.Error(), "private network") {
		t.Errorf("a private address: %v", err)
	}
}

func TestAsk(t *testing.T) {
	server := readertest.Serve(t)
	b, from := New(server.Web), reader.From{URL: strings.Replace(server.URL, "http", "ws", 1) + "/subscribe"}
	server.Text("/xrpc/app.bsky.actor.getProfiles", "application/json", `{"profiles": [
		{"did": "did:plc:ada", "handle": "ada.example", "displayName": "Ada", "labels": []},
		{"did": "did:plc:ben", "handle": "ben.example", "labels": [{"src": "did:plc:ben", "val": "!no-unauthenticated", "cts": "2024-01-01T00:00:00Z"}]},
		{"did": "did:plc:cyd", "handle": "cyd.example", "description": "no bots please #NoBot", "labels": [{"src": "did:plc:another", "val": "!no-unauthenticated"}]}]}`)
	known, shy, err := b.Introduce(t.Context(), from, []string{page("did:plc:ada"), page("did:plc:ben"), page("did:plc:cyd"), page("did:plc:gone")})
	if err != nil || known[page("did:plc:ada")].Name != "Ada" || known[page("did:plc:ben")].Name != "ben.example" || len(known) != 3 || !slices.Equal(shy, []string{page("did:plc:ben"), page("did:plc:cyd")}) {
		t.Errorf("%+v, shy %v, %v", known, shy, err)
	}
	if asked := server.Asked(); len(asked) != 1 || strings.Count(asked[0], "actors=did%3Aplc%3A") != 4 {
		t.Errorf("asked %q", asked)
	}
	server.Text("/xrpc/app.bsky.feed.getPosts", "application/json", `{"posts": [
		{"uri": "at://did:plc:ada/app.bsky.feed.post/1", "cid": "x", "author": {"did": "did:plc:ada", "handle": "ada.example"}, "record": {"text": "now so", "createdAt": "2026-11-19T10:00:00Z"}},
		{"uri": "at://did:plc:ben/app.bsky.feed.post/2", "author": {"did": "did:plc:ben", "labels": [{"src": "did:plc:ben", "val": "!no-unauthenticated"}]}, "record": {"text": "shy"}}]}`)
	ids := []string{id("did:plc:ada", "1"), id("did:plc:ben", "2"), id("did:plc:cyd", "3")}
	batch, _, err := b.Check(t.Context(), from, ids)
	if err != nil || len(batch.Posts) != 1 || batch.Posts[0].Text != "now so" || batch.Posts[0].Author.Name != "ada.example" || !slices.Equal(batch.Gone, ids[1:]) {
		t.Errorf("%+v, %v", batch, err)
	}
	for name, rude := range readertest.Rude() { // nobody has deleted anything
		server.Set("/xrpc/app.bsky.feed.getPosts", rude)
		batch, report, err := b.Check(t.Context(), from, ids)
		if readertest.Readable(t, err); len(batch.Gone) > 0 || name == "asks to wait" && report.Wait != 2*time.Minute {
			t.Errorf("%s: %+v, %+v", name, batch, report)
		}
	}
}

// Messages that are too large, or no messages, end a connection and nothing else.
func TestRude(t *testing.T) {
	for name, send := range map[string]func(ctx context.Context, c *websocket.Conn){
		"too large": func(ctx context.Context, c *websocket.Conn) {
			_ = c.Write(ctx, websocket.MessageText, make([]byte, 2<<20))
		},
		"no JSON": func(ctx context.Context, c *websocket.Conn) {
			_ = c.Write(ctx, websocket.MessageBinary, []byte{0, 1, 2})
		},
		"nothing": func(context.Context, *websocket.Conn) {},
	} {
		server := readertest.Serve(t)
		server.Set("/subscribe", func(w http.ResponseWriter, r *http.Request) {
			if conn, err := websocket.Accept(w, r, nil); err == nil {
				send(r.Context(), conn)
				conn.Close(websocket.StatusGoingAway, "")
			}
		})
		b := New(server.Web)
		b.pause = func(context.Context, time.Duration) {}
		var got readertest.Kept
		_, err := b.Read(t.Context(), reader.From{URL: strings.Replace(server.URL, "http", "ws", 1) + "/subscribe", Cursor: "7"}, got.Deliver)
		if readertest.Readable(t, err); len(got.Posts) > 0 || got.Cursor != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range fixture(f) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, _ := batchOf([][]byte{data})
		for _, p := range b.Posts {
			if _, err := json.Marshal(p); err != nil || p.Text == "" || len(p.ID) > 512 || !strings.HasPrefix(p.URL, "https://bsky.app/profile/did:") {
				t.Errorf("%+v, %v", p, err)
			}
		}
	})
}
