package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// site is a filled folder being served by the real program.
type site struct {
	url    string
	cmd    *exec.Cmd
	took   time.Duration // from start to the first answer
	tokens []string
	ideas  int
}

// free gives an address nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start fills a folder, makes tokens for 64 people, and serves it.
func start(ctx context.Context, program, data string, o options) (*site, error) {
	fill := exec.CommandContext(ctx, program, "demo", "--fill", data, "--ideas", fmt.Sprint(o.ideas), "--votes", fmt.Sprint(o.votes),
		"--comments", fmt.Sprint(o.comments), "--people", fmt.Sprint(o.people))
	if out, err := fill.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("fill: %w\n%s", err, out)
	}
	s := &site{ideas: o.ideas}
	var emails strings.Builder
	for i := range 64 {
		fmt.Fprintf(&emails, "person%d@example.org\n", i+10)
	}
	list := filepath.Join(filepath.Dir(data), "emails")
	if err := os.WriteFile(list, []byte(emails.String()), 0o600); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, program, "token", "--data", data, "--emails", list).Output()
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		_, token, _ := strings.Cut(strings.TrimSpace(line), ",")
		s.tokens = append(s.tokens, token)
	}
	addr, err := free()
	if err != nil {
		return nil, err
	}
	s.url = "http://" + addr
	s.cmd = exec.CommandContext(ctx, program, "serve", "--data", data, "--addr", addr)
	s.cmd.Env = append(os.Environ(), "TRIBUNE_RATE_LIMIT=off")
	s.cmd.Stderr = os.Stderr
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := ready(ctx, s.url+"/healthz"); err != nil {
		s.stop()
		return nil, err
	}
	s.took = time.Since(began)
	return s, nil
}

// ready waits until an address answers 200.
func ready(ctx context.Context, url string) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if answer, err := client.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("%s does not answer", url)
}

// stop ends the server and waits for it.
func (s *site) stop() {
	if s.cmd == nil || s.cmd.ProcessState != nil {
		return
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// footprint prints how fast it starts, what it holds idle, and what the first
// visit of the ideas page weighs.
func (s *site) footprint(ctx context.Context) error {
	time.Sleep(2 * time.Second)
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err == nil {
		defer status.Close()
		for lines := bufio.NewScanner(status); lines.Scan(); {
			if kb, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
				fmt.Printf("  idle memory                  %s\n", strings.TrimSpace(kb))
			}
		}
	}
	fmt.Printf("  start to first answer        %d ms\n", s.took.Milliseconds())
	weight, err := firstVisit(ctx, s.url, "/ideas")
	if err != nil {
		return err
	}
	fmt.Printf("  first visit of /ideas        %.1f kB over the wire, fonts included\n\n", float64(weight)/1000)
	return nil
}

// get makes a visitor's request as a browser sends it.
func (s *site) get(path func(worker, n int) string) func(worker, n int) (*http.Request, error) {
	return func(worker, n int) (*http.Request, error) {
		r, err := http.NewRequest(http.MethodGet, s.url+path(worker, n), nil)
		if err == nil {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		return r, err
	}
}

// as lets a request be made by one of the people with tokens.
func (s *site) as(next func(worker, n int) (*http.Request, error)) func(worker, n int) (*http.Request, error) {
	return func(worker, n int) (*http.Request, error) {
		r, err := next(worker, n)
		if err == nil {
			r.Header.Set("Authorization", "Bearer "+s.tokens[worker%len(s.tokens)])
		}
		return r, err
	}
}

// vote votes for one idea after another, and takes the votes back on the next
// round, so that each request changes something.
func (s *site) vote(first int) func(worker, n int) (*http.Request, error) {
	return func(worker, n int) (*http.Request, error) {
		method := http.MethodPut
		if (n/s.ideas)%2 == 1 {
			method = http.MethodDelete
		}
		idea := (first+worker*997+n)%s.ideas + 1
		return http.NewRequest(method, fmt.Sprintf("%s/api/v1/ideas/%d/vote", s.url, idea), nil)
	}
}

// beside is the n-th vote cast beside the readers. No two are the same, because
// a vote that is there already changes nothing, and is no fact.
func (s *site) beside(n int) (*http.Request, error) {
	return s.as(func(int, int) (*http.Request, error) {
		return http.NewRequest(http.MethodPut, fmt.Sprintf("%s/api/v1/ideas/%d/vote", s.url, n*7919%s.ideas+1), nil)
	})(40+n/s.ideas%24, n)
}

// measure prints a line for each road, with 200 votes a second beside the reading.
func (s *site) measure(ctx context.Context, o options, base reference) ([]result, error) {
	fixed := func(path string) func(int, int) string { return func(int, int) string { return path } }
	idea := func(worker, n int) string { return fmt.Sprintf("/ideas/%d", 1+(worker*31+n*7)%min(200, s.ideas)) }
	searches := []string{"paper", "notebook", "papier+carnet", "ink", "pocket", "cover", "spiral", "page"}
	search := func(worker, n int) string { return "/ideas?q=" + searches[(worker+n)%len(searches)] }
	roads := []struct {
		name string
		next func(worker, n int) (*http.Request, error)
	}{
		{"ideas page, visitor", s.get(fixed("/ideas"))},
		{"ideas page, member", s.as(s.get(fixed("/ideas")))},
		{"an idea, visitor", s.get(idea)},
		{"an idea, member", s.as(s.get(idea))},
		{"API list", s.as(s.get(fixed("/api/v1/ideas?limit=30")))},
		{"search, visitor", s.get(search)},
		{"search, member", s.as(s.get(search))},
	}
	var results []result
	for nth, road := range roads {
		first := nth * 200 * (o.seconds + 1)
		stop := trickle(ctx, 200, func(_, n int) (*http.Request, error) { return s.beside(first + n) })
		r, err := hammer(ctx, road.name, o.seconds, road.next)
		sent, trickleErr := stop()
		if err != nil {
			return nil, err
		}
		if trickleErr != nil {
			return nil, fmt.Errorf("votes beside %s: %w", road.name, trickleErr)
		}
		if perSecond := float64(sent) / float64(o.seconds); perSecond < 120 {
			fmt.Printf("  (only %.0f votes a second went on beside the next line)\n", perSecond)
		}
		r.line(base.handler)
		results = append(results, r)
	}
	votes, err := hammer(ctx, "durable votes", o.seconds, s.as(s.vote(0)))
	if err != nil {
		return nil, err
	}
	votes.line(base.commits)
	fmt.Printf("  %-28s %36.1f %% of bare over HTTP\n", "", 100*votes.perSecond/base.votes)
	return append(results, votes), nil
}
