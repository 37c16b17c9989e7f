package e2e

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/internal/pgtest"
	"tribune/know"
	"tribune/listen"
)

// heardAtOnce is how many posts one call of the test below brings.
const heardAtOnce = 400

// TestKilledWhileHearing kills the program at random moments while posts come
// in by the API, a tenth of which a standing query finds. Who sends sends again
// what was not acknowledged, and some of what was: in the end each post is
// there once, as a mention or at rest, and so is what is counted of it.
func TestKilledWhileHearing(t *testing.T) {
	Program(t) // with -short nothing is begun
	for engine, database := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": pgtest.URL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			killedWhileHearing(t, database(t))
		})
	}
}

func killedWhileHearing(t *testing.T, database string) {
	const calls = 16
	data, address := t.TempDir(), freeAddress(t)
	site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: data, DatabaseURL: database}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	var env []string
	if database != "" {
		env = append(env, "TRIBUNE_DATABASE_URL="+database)
	}
	owner, err := member(t.Context(), site, 0, know.Owner)
	if err != nil {
		t.Fatal(err)
	}
	token, err := site.People.NewToken(t.Context(), owner, "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := site.Radar.AddQuery(t.Context(), owner, listen.NewQuery{Name: "Paper", Text: "paper -tray"}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Radar.AddSource(t.Context(), owner, listen.NewSource{Kind: listen.APISource, Name: "Open"}); err != nil {
		t.Fatal(err)
	}
	addressed := count(t, site, `select addressed from source where name = 'Open'`)
	if addressed != 0 {
		t.Fatal("the source is addressed: nothing would rest")
	}
	kills := 0
	var r *run
	for next := 0; next < calls; {
		if r == nil {
			r = begin(t, data, address, env...)
			ready(t, r, address)
		}
		stop := make(chan struct{})
		if kills < max(3, wholes()/2) && rand.N(2) == 0 {
			after := rand.N(60 * time.Millisecond)
			go func(r *run) { time.Sleep(after); r.kill(); close(stop) }(r)
		} else {
			close(stop)
			stop = nil
		}
		refused := sendPosts(address, token, next)
		if stop != nil {
			<-stop
			kills++
			r = nil
			next = max(0, next-1) // a client that did not keep all of its own notes
			continue
		}
		if refused != nil {
			t.Fatalf("what was sent is not taken: %v\n%s", refused, r.out.String())
		}
		next++
	}
	r.kill()
	if err := site.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("killed %d times", kills)
	const all = calls * heardAtOnce
	for query, want := range map[string]int{
		`select count(*) from mention`:                                                        all / 10,
		`select count(distinct external_id) from mention`:                                     all / 10,
		`select count(*) from mention_search`:                                                 all / 10,
		`select count(*) from mention_query`:                                                  all / 10,
		`select coalesce(sum(n), 0) from mention_count where query_id = 0`:                    all / 10,
		`select coalesce(sum(n), 0) from mention_count where query_id = 1`:                    all / 10,
		`select n from query_total where query_id = 1`:                                        all / 10,
		`select count(*) from mention where language = 'en' and mood <> ''`:                   all / 10,
		`select coalesce(sum(n), 0) from rest`:                                                all - all/10,
		`select coalesce(sum(length(keys)), 0) / 8 from rest`:                                 all - all/10,
		`select items from source where name = 'Open'`:                                        all,
		`select mentions from source where name = 'Open'`:                                     all / 10,
		`select coalesce(sum(n - other_id + 1), 0) from event where kind = 'mentions.stored'`: all / 10,
	} {
		if n := count(t, site, query); n != want {
			t.Errorf("%s gives %d, want %d", query, n, want)
		}
	}
}

// sendPosts sends the posts of one call; an error says that it was not
// acknowledged.
func sendPosts(address, token string, call int) error {
	var body strings.Builder
	body.WriteString("[")
	for i := range heardAtOnce {
		if i > 0 {
			body.WriteString(",")
		}
		what := "weather"
		if i%10 == 0 {
			what = "paper"
		}
		fmt.Fprintf(&body, `{"source": "Open", "external_id": "%d-%d", "author": {"name": "Reader %d"}, "text": "This is what I think of the %s of number %d in call %d today.", "published_at": "2026-02-03T10:00:00Z"}`,
			call, i, i%50, what, i, call)
	}
	body.WriteString("]")
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/api/v1/mentions", strings.NewReader(body.String()))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", resp.Status, said)
	}
	return err
}
