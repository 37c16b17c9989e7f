package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tribune/gate"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/page"
	"tribune/web/webtest"
)

// world is a served site with streams.
type world struct {
	*webtest.Site
	t     *testing.T
	hub   *hub
	url   string
	stop  chan struct{} // closed when the server is told to stop
	serve *http.Server
	made  int // ideas, each of another title
}

func quick() pace {
	return pace{gather: 10 * time.Millisecond, beat: time.Minute, patience: 10 * time.Second, life: time.Minute}
}

func open(t *testing.T, db *storage.DB, p pace) *world {
	t.Helper()
	w := &world{t: t, stop: make(chan struct{})}
	w.Site = webtest.Over(t, db, webtest.Folder{Files: Files, Routes: func(mux *http.ServeMux, k *page.Kit) { w.hub = routes(mux, k, p) }})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + l.Addr().String()
	w.serve = &http.Server{Handler: w.Site, WriteTimeout: 300 * time.Millisecond, // which does not hold for streams
		BaseContext: func(net.Listener) context.Context { return gate.WithStop(context.Background(), w.stop) }}
	go w.serve.Serve(l)
	t.Cleanup(func() { w.serve.Close() })
	return w
}

// idea proposes one.
func (w *world) idea(by *webtest.Reader, audience know.Audience) int64 {
	w.t.Helper()
	w.made++
	idea, err := w.Ideas.Propose(w.t.Context(), by.Actor, shape.NewIdea{Title: fmt.Sprint("Pages for drawing ", w.made), Audience: audience})
	if err != nil {
		w.t.Fatal(err)
	}
	return idea.ID
}

func (w *world) vote(by *webtest.Reader, idea int64, on bool) {
	w.t.Helper()
	if _, err := w.Ideas.Vote(w.t.Context(), by.Actor, idea, on); err != nil {
		w.t.Fatal(err)
	}
}

// screen is a page that somebody has open: what its places say.
type screen struct {
	t      *testing.T
	status int
	mu     sync.Mutex
	texts  map[string]string
	got    int // messages
	ended  bool
	close  context.CancelFunc
}

// look opens a stream.
func (w *world) look(reader *webtest.Reader, query string) *screen {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/live?"+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if c := reader.Cookie(); c != nil {
		r.AddCookie(c)
	}
	r.Header.Set("Accept-Language", reader.Lang)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	s := &screen{t: w.t, status: answer.StatusCode, texts: map[string]string{}, close: cancel}
	if got := answer.Header.Get("Content-Type"); s.status == 200 && got != "text/event-stream; charset=utf-8" {
		w.t.Errorf("the stream is %s", got)
	}
	go func() {
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				s.mu.Lock()
				s.got++
				if err := json.Unmarshal([]byte(data), &s.texts); err != nil {
					w.t.Error(err)
				}
				s.mu.Unlock()
			}
		}
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
	}()
	return s
}

// says waits until a place says something.
func (s *screen) says(place, want string) {
	s.t.Helper()
	var got string
	wait(s.t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		text, ok := s.texts[place]
		got = text
		return ok && text == want
	}, func() string { return fmt.Sprintf("%s says %q, want %q", place, got, want) })
}

// silent fails if any place of the screen says something.
func (s *screen) silent() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.got > 0 || s.status != 200 || s.ended {
		s.t.Errorf("status %d, ended %v, told %v", s.status, s.ended, s.texts)
	}
}

func (s *screen) isOver() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func wait(t *testing.T, until func() bool, else_ func() string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !until(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(else_())
		}
	}
}

func over(t *testing.T, s *screen) {
	t.Helper()
	wait(t, s.isOver, func() string { return "the stream goes on" })
}

// stuck is a connection on which nothing gets through before its deadline.
type stuck struct {
	http.ResponseWriter
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(at time.Time) error { s.deadline = at; return nil }

func (s *stuck) Write([]byte) (int, error) {
	time.Sleep(time.Until(s.deadline))
	return 0, os.ErrDeadlineExceeded
}

func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
