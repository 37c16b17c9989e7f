package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tribune/internal/fault"
)

// lax is a client that reaches the servers of tests.
func lax(t *testing.T) *Client {
	c := New(Options{AllowPrivate: true, Timeout: 300 * time.Millisecond})
	t.Cleanup(c.Close)
	return c
}

func TestStream(t *testing.T) {
	cut := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/no":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		case "/elsewhere":
			http.Redirect(w, r, strings.Replace("http://"+r.Host, "127.0.0.1", "localhost", 1)+"/token", http.StatusFound)
			return
		}
		fmt.Fprint(w, "one", r.Header.Get("Authorization"))
		w.(http.Flusher).Flush()
		select {
		case <-cut:
			panic(http.ErrAbortHandler)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	c, ctx := lax(t), t.Context()
	if s, err := c.Stream(ctx, Request{URL: server.URL + "/no"}, 0); !fault.Is(err, fault.Unavailable) || s.Status != 429 || s.RetryAfter != 7*time.Second {
		t.Errorf("refused: %v", err)
	}
	read := func(path string) (*Stream, string) {
		t.Helper()
		s, err := c.Stream(ctx, Request{URL: server.URL + path, Bearer: "secret"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 100)
		n, err := s.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		return s, string(p[:n])
	}
	s, got := read("/")
	if got != "oneBearer secret" {
		t.Errorf("read %q", got)
	}
	if _, err := io.ReadAll(s); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "did not answer within") {
		t.Errorf("silent: %v", err)
	}
	if _, got := read("/elsewhere"); got != "one" {
		t.Errorf("the token went on to another host: %q", got)
	}
	s, _ = read("/")
	close(cut)
	if _, err := io.ReadAll(s); !fault.Is(err, fault.Unavailable) {
		t.Errorf("cut: %v", err)
	}
	private := New(Options{})
	t.Cleanup(private.Close)
	if _, err := private.Stream(ctx, Request{URL: server.URL}, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("private: %v", err)
	}
}

func TestSocket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		ctx := r.Context()
		_ = conn.Write(ctx, websocket.MessageText, []byte("hello"))
		switch r.URL.Path {
		case "/large":
			_ = conn.Write(ctx, websocket.MessageText, make([]byte, MaxMessage+1))
		case "/close":
			conn.Close(websocket.StatusGoingAway, "")
			return
		case "/cut":
			return
		}
		<-conn.CloseRead(ctx).Done()
	}))
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "http", "ws", 1)
	c := lax(t)
	for path, says := range map[string]string{"/silent": "did not answer within", "/large": "larger than 1 MB", "/close": "ended the connection", "/cut": "ended the connection"} {
		s, err := c.Socket(t.Context(), address+path, 0)
		if err != nil {
			t.Fatal(path, err)
		}
		if data, err := s.Next(t.Context()); err != nil || string(data) != "hello" {
			t.Errorf("%s: %q, %v", path, data, err)
		}
		if _, err := s.Next(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := c.Socket(t.Context(), address+"/no", 0); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("refused: %v", err)
	}
	private := New(Options{})
	t.Cleanup(private.Close)
	if _, err := private.Socket(t.Context(), address, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("private: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := c.Socket(ctx, address, 0); err == nil {
		t.Error("opened, though stopped")
	}
}
