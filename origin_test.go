package tribune_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/storage/storagetest"
)

// TestOriginOfRun serves a site with and without an address of its own: with
// one, a proxy may rewrite the Host; a foreign page may write in neither case.
func TestOriginOfRun(t *testing.T) {
	const own = "https://ideas.example.org"
	for _, c := range []struct {
		name, url string
		origin    string // "": that of the address it listens on
		want      int
	}{
		{"told its address, behind a proxy", own, own, http.StatusSeeOther},
		{"told its address, asked under another", own, "", http.StatusForbidden},
		{"told its address, from elsewhere", own, "https://evil.example", http.StatusForbidden},
		{"not told, by its Host", "", "", http.StatusSeeOther},
		{"not told, from elsewhere", "", "https://evil.example", http.StatusForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := listener.Addr().String()
			listener.Close()
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				done <- tribune.Run(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), Addr: address, URL: c.url, Roles: []string{"web", "work"}}, io.Discard)
			}()
			defer func() {
				stop()
				if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}()
			origin := c.origin
			if origin == "" {
				origin = "http://" + address
			}
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			for until := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/signin", strings.NewReader("email=jo%40example.org"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Origin", origin)
				answer, err := client.Do(r)
				if err != nil && time.Now().Before(until) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if answer.StatusCode != c.want {
					t.Errorf("status %d, want %d", answer.StatusCode, c.want)
				}
				return
			}
		})
	}
}

// TestFirstLink starts a site four times and reads what it prints: the first
// link until somebody has opened one, and never to a process that serves no page.
func TestFirstLink(t *testing.T) {
	data := t.TempDir()
	const says = "No owner has signed in here yet. An owner opens this link once, within 15 minutes, to set the site up:\n"
	run := func(roles []string, prints bool, then func(url, link string)) {
		t.Helper()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		url := "http://" + listener.Addr().String()
		listener.Close()
		ctx, stop := context.WithCancel(t.Context())
		read, write := io.Pipe()
		done := make(chan error, 1)
		go func() {
			err := tribune.Run(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: data, Addr: strings.TrimPrefix(url, "http://"), URL: url, Roles: roles}, write)
			write.Close()
			done <- err
		}()
		said := ""
		if slices.Contains(roles, "web") {
			lines := bufio.NewReader(read)
			for n := 0; n < 1 || prints && n < 3; n++ {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				said += line
			}
		}
		rest := make(chan string)
		go func() {
			more, _ := io.ReadAll(read)
			rest <- string(more)
		}()
		_, link, found := strings.Cut(said, says)
		if found != prints || prints && !strings.HasPrefix(link, url+"/signin/") {
			t.Errorf("it says %q", said)
		}
		if then != nil {
			then(url, strings.TrimSpace(link))
		}
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if more := <-rest; more != "" {
			t.Errorf("and it says %q", more)
		}
	}
	both := []string{"web", "work"}
	run([]string{"work"}, false, nil)
	run(both, true, nil)
	run(both, true, func(url, link string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", url)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			t.Errorf("the link answers %d", answer.StatusCode)
		}
	})
	run(both, false, nil)
}
