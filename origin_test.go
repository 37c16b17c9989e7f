package tribune_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune"
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
				done <- tribune.Run(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: t.TempDir(), Addr: address, URL: c.url, Roles: []string{"web", "work"}}, io.Discard)
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
