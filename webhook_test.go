package tribune_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/relay"
	"tribune/storage/storagetest"
)

// TestSpikeReachesAWebhook lets a crowd speak after nine quiet days, lets the
// whole program run on it, and has the signed alert with what drove it while the
// site's clock, which stands still, is less than a minute past the last of them.
// No mail server is set: it waits for none.
func TestSpikeReachesAWebhook(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	type post struct {
		header http.Header
		body   []byte
	}
	got := make(chan post, 10)
	office := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- post{r.Header, body}
	}))
	t.Cleanup(office.Close)
	last := time.Date(2026, 11, 20, 12, 4, 0, 0, time.UTC)
	now := last
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), URL: "https://tribune.example", FetchPrivate: true, Roles: []string{"web", "work"}}, func() time.Time { return now })
	must(err)
	defer site.Close()
	ann, _, err := site.People.AddPerson(ctx, "Ann", "ann@example.org", know.Staff)
	must(err)
	staff, err := site.People.Actor(ctx, ann.ID)
	must(err)
	q, _, err := site.Radar.AddQuery(ctx, staff, listen.NewQuery{Name: "Our paper", Text: "paper"})
	must(err)
	_, secret, err := site.Relays.Add(ctx, staff, relay.Wish{URL: office.URL, Query: q.ID, Spikes: true})
	must(err)
	var posts []listen.Post
	say := func(text string, at time.Time) {
		n := len(posts)
		posts = append(posts, listen.Post{Source: "Forum", ExternalID: fmt.Sprint(text, n), Text: fmt.Sprintf("%s %d", text, n), PublishedAt: at,
			Author: listen.Author{Name: fmt.Sprint("Ann ", n), URL: fmt.Sprintf("https://a%d.example", n)}})
	}
	for at := last.AddDate(0, 0, -9); at.Before(last); at = at.Add(time.Hour) {
		say("Paper as always", at)
	}
	now = last.Add(-10 * time.Minute) // until then it was quiet, and looked at
	_, err = site.Radar.Hear(ctx, staff, posts)
	must(err)
	must(site.Spikes.Once(ctx))
	now, posts = last.Add(20*time.Second), nil // as long as until a series is looked at again
	for i := range 30 {
		say("The paper has a recall", last.Add(-time.Duration(i)*time.Second))
	}
	_, err = site.Radar.Hear(ctx, staff, posts)
	must(err)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	ended := make(chan error, 1)
	go func() { ended <- site.Serve(ctx, listener, io.Discard) }()
	select {
	case p := <-got:
		w, err := standardwebhooks.NewWebhook(secret)
		must(err)
		must(w.VerifyIgnoringTimestamp(p.body, p.header))
		var said relay.Payload
		must(json.Unmarshal(p.body, &said))
		o := said.Data.Spike
		if said.Type != "spike.found" || o == nil || o.Kind != "rise" || !o.GoingOn || o.Mentions < 30 || len(o.Words) == 0 || o.Words[0].Text != "paper has a recall" || said.Data.Query.Name != "Our paper" ||
			said.Data.URL != fmt.Sprintf("https://tribune.example/desk/radar/spikes/%d", o.ID) || now.Sub(last) >= time.Minute {
			t.Errorf("%s", p.body)
		}
	case <-time.After(time.Minute):
		t.Error("nothing came")
	}
	stop()
	must(<-ended)
}
