package listen

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tribune/know"
)

// A source that keeps a connection open delivers as things are said, says who
// speaks, leaves out who does not want to be kept, and ends when it is paused.
func TestLiveSource(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx, web := t.Context(), serve(t)
		say, ended := make(chan string), make(chan bool, 10)
		web.set("/subscribe", func(w http.ResponseWriter, r *http.Request) {
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			gone := conn.CloseRead(r.Context())
			for {
				select {
				case text := <-say:
					_ = conn.Write(gone, websocket.MessageText, []byte(text))
				case <-gone.Done():
					ended <- true
					return
				}
			}
		})
		web.text("/xrpc/app.bsky.actor.getProfiles", "application/json", `{"profiles": [{"did": "did:plc:ada", "handle": "ada.example", "displayName": "Ada"},
			{"did": "did:plc:shy", "handle": "shy.example", "labels": [{"src": "did:plc:shy", "val": "!no-unauthenticated"}]}]}`)
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		src, err := s.AddSource(ctx, s.staff, NewSource{Kind: BlueskySource, URL: strings.Replace(web.URL, "http", "ws", 1)})
		ok(t, err)
		<-ended // that it answers was looked at
		if src.Every != time.Minute || src.Items != 0 {
			t.Errorf("source: %+v", src)
		}
		run, stop := context.WithCancel(ctx)
		polls := make(chan error)
		go func() { polls <- s.Poll(run) }()
		n := 0
		post := func(did, operation, key, text string) string {
			n++
			return fmt.Sprintf(`{"did":"did:plc:%s","time_us":%d,"kind":"commit","commit":{"operation":%q,"collection":"app.bsky.feed.post","rkey":%q,"record":{"text":%q,"createdAt":"2026-11-19T10:00:00Z"}}}`, did, n, operation, key, text)
		}
		say <- post("ada", "create", "1", "papier is nice")
		say <- post("ada", "create", "2", "papier tomorrow")
		say <- post("shy", "create", "3", "papier, but quietly")
		say <- post("ben", "create", "4", "the weather")
		say <- post("ada", "delete", "2", "")
		until := func(what string, good func() bool) {
			t.Helper()
			for range 400 {
				if good() {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Fatalf("never %s", what)
		}
		until("heard", func() bool { return count(t, s.db, `select count(*) from mention where text = 'papier is nice'`) == 1 })
		until("deleted", func() bool { return count(t, s.db, `select count(*) from mention where text <> ''`) == 1 })
		list, _, err := s.Mentions(ctx, s.staff, Filter{})
		if err != nil || len(list) != 1 || list[0].Author.Name != "Ada" || list[0].URL != "https://bsky.app/profile/did:plc:ada/post/1" || !list[0].Public {
			t.Fatalf("%+v, %v", list, err)
		}
		if all := allResting(t, s); len(all) != 1 || all[0].Text != "the weather" {
			t.Errorf("resting: %v", all)
		}
		a, err := s.people.Account(ctx, list[0].Account)
		if err != nil || a.Kind != know.Bluesky || a.Address != "did:plc:ada" {
			t.Errorf("account: %+v, %v", a, err)
		}
		s.clock.pass(time.Minute)
		say <- post("ben", "create", "5", "more weather")
		until("noted", func() bool {
			src, err = s.Source(ctx, s.staff, src.ID)
			return err == nil && src.OKAt.Equal(s.clock.now()) && src.BusyUntil.After(s.clock.now())
		})
		yes := true
		_, err = s.ChangeSource(ctx, s.staff, src.ID, SourceChange{Paused: &yes})
		ok(t, err)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("it goes on, though paused")
		}
		settled(t, s)
		stop()
		ok(t, <-polls)
	})
}
