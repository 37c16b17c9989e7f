package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tribune"
	"tribune/know"
	"tribune/listen"
)

// standingQueries is how many queries all that is heard is matched against.
const standingQueries = 10_000

// hearing measures the road of what is heard, from the API to the desk: posts
// a second in calls of 1,000, a tenth of which two of 10,000 queries find; how
// long it takes beside that until a letter to us is seen on an open desk, and on
// an open stream of what a query finds; and what memory the program needs at the most.
func hearing(ctx context.Context, program, data string, o options) error {
	token, err := fillRadar(ctx, data)
	if err != nil {
		return fmt.Errorf("fill the radar: %w", err)
	}
	addr, err := free()
	if err != nil {
		return err
	}
	s := &site{url: "http://" + addr, tokens: []string{token}}
	s.cmd = exec.CommandContext(ctx, program, "serve", "--data", data, "--addr", addr)
	s.cmd.Env = append(os.Environ(), "TRIBUNE_RATE_LIMIT=off")
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return err
	}
	defer s.stop()
	if err := ready(ctx, s.url+"/healthz"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen, err := s.follow(ctx, "desk=1")
	if err != nil {
		return err
	}
	shown, err := s.follow(ctx, "radar="+url.QueryEscape("q=notebook has:question")+"&after=0")
	if err != nil {
		return err
	}
	var heard atomic.Int64
	var failed error
	var work sync.WaitGroup
	end := time.Now().Add(time.Duration(o.seconds) * time.Second)
	for w := range 2 {
		work.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				if err := send(ctx, s.as(func(int, int) (*http.Request, error) { return s.posts(w, n) }), 0, n); err != nil {
					failed = err
					return
				}
				heard.Add(1000)
			}
		})
	}
	var took, tookShown []time.Duration
	began := time.Now()
	for n := 0; time.Now().Before(end) && n < listen.MostFresh-1; n++ { // then a stream counts no more
		for len(seen) > 0 {
			<-seen
		}
		for len(shown) > 0 {
			<-shown
		}
		start := time.Now()
		if err := send(ctx, s.as(func(int, int) (*http.Request, error) { return s.letter(n) }), 0, n); err != nil {
			return err
		}
		for _, w := range []struct {
			told <-chan time.Time
			took *[]time.Duration
		}{{seen, &took}, {shown, &tookShown}} {
			select {
			case at := <-w.told:
				*w.took = append(*w.took, at.Sub(start))
			case <-time.After(20 * time.Second):
				return fmt.Errorf("a letter was not seen on the desk")
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	work.Wait()
	if failed != nil {
		return failed
	}
	fmt.Printf("\nhearing by the API, %d standing queries, a tenth of posts matched by two\n", standingQueries)
	fmt.Printf("  posts stored                 %9.0f /s\n", float64(heard.Load())/time.Since(began).Seconds())
	for what, took := range map[string][]time.Duration{"waits on the desk": took, "is on the stream ": tookShown} {
		slices.Sort(took)
		fmt.Printf("  a letter until it %s %6d ms median, %d ms at the most, of %d\n", what, took[len(took)/2].Milliseconds(), took[len(took)-1].Milliseconds(), len(took))
	}
	fmt.Printf("  memory at the most           %9s\n", s.peak())
	return nil
}

// fillRadar makes a site with an owner, 10,000 standing queries, and a source
// of each kind.
func fillRadar(ctx context.Context, data string) (token string, err error) {
	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: data}, nil)
	if err != nil {
		return "", err
	}
	defer site.Close()
	p, _, err := site.People.AddPerson(ctx, "Ana Silva", "owner@example.org", know.Owner)
	if err != nil {
		return "", err
	}
	owner, err := site.People.Actor(ctx, p.ID)
	if err != nil {
		return "", err
	}
	for _, src := range []listen.NewSource{{Kind: listen.APISource, Name: "stream"}, {Kind: listen.APISource, Name: "letters", Addressed: true}} {
		if _, err := site.Radar.AddSource(ctx, owner, src); err != nil {
			return "", err
		}
	}
	for q := range standingQueries {
		text := fmt.Sprintf("marke%d produkt%d -wort%d -wort%d", q, q, 100+q%1000, 100+(q*7)%1000)
		if _, _, err := site.Radar.AddQuery(ctx, owner, listen.NewQuery{Name: fmt.Sprint("q", q), Text: text, Purpose: listen.Topic}); err != nil {
			return "", err
		}
	}
	return site.People.NewToken(ctx, owner, "bench")
}

// follow opens the stream of a page, and gives when it was told something.
func (s *site) follow(ctx context.Context, what string) (<-chan time.Time, error) {
	seen := make(chan time.Time, 1000)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/live?"+what, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.tokens[0])
	answer, err := (&http.Client{}).Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("the live stream answered %s", answer.Status)
	}
	go func() {
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data:") {
				seen <- time.Now()
			}
		}
	}()
	return seen, nil
}

type post struct {
	Source     string            `json:"source"`
	ExternalID string            `json:"external_id"`
	URL        string            `json:"url,omitempty"`
	Author     map[string]string `json:"author"`
	Text       string            `json:"text"`
}

// posts is one call with a thousand posts of about twenty words.
func (s *site) posts(worker, n int) (*http.Request, error) {
	all := make([]post, 1000)
	for i := range all {
		id := fmt.Sprintf("%d-%d-%d", worker, n, i)
		words := make([]string, 16)
		for w := range words {
			words[w] = fmt.Sprint("wort", 1100+(n*7919+i*31+w*w*w*17)%28_000)
		}
		text := strings.Join(words, " ") + " and then no more"
		if i%10 == 0 {
			a, b := (n*1000+i)*7%standingQueries, (n*1000+i)*13%standingQueries
			text = fmt.Sprintf("%s marke%d produkt%d marke%d produkt%d", strings.Join(words, " "), a, a, b, b)
		}
		author := fmt.Sprint((n*1000 + i) * 37 % 50_000)
		all[i] = post{"stream", id, "https://example.org/p/" + id, map[string]string{"name": "Author " + author, "url": "https://example.org/u/" + author}, text}
	}
	return s.hear(all)
}

// letter is one call with something that waits for an answer.
func (s *site) letter(n int) (*http.Request, error) {
	return s.hear([]post{{"letters", fmt.Sprint(n), "", map[string]string{"name": fmt.Sprint("Writer ", n)}, fmt.Sprintf("Could you tell me when notebook %d is back in your shop?", n)}})
}

func (s *site) hear(all []post) (*http.Request, error) {
	body, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, s.url+"/api/v1/mentions", strings.NewReader(string(body)))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// peak gives the most memory that the program has held.
func (s *site) peak() string {
	status, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(s.cmd.Process.Pid), "status"))
	if err != nil {
		return "?"
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
