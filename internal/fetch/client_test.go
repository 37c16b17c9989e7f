package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tribune/internal/fault"
)

// public makes a server that the client takes for one on a public address,
// while every other loopback address stays refused.
func public(t *testing.T, opt Options, h http.HandlerFunc) (*Client, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	opt.exempt = func(to netip.AddrPort) bool { return to == at }
	if opt.Timeout == 0 {
		opt.Timeout = 10 * time.Second
	}
	c := New(opt)
	t.Cleanup(c.Close)
	return c, s.URL
}

// refused checks the kind and the English of a fault.
func refused(t *testing.T, err error, kind fault.Kind, says string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("error is %v, want a fault that says %q", err, says)
	}
	if text := fault.Fill(f.Text, f.Args...); f.Kind != kind || !strings.Contains(text, says) {
		t.Fatalf("fault is %s: %q, want %s: %q", f.Kind, text, kind, says)
	}
}

func TestGet(t *testing.T) {
	c, at := public(t, Options{UserAgent: "Tribune test"}, func(w http.ResponseWriter, r *http.Request) {
		want := http.Header{"User-Agent": {"Tribune test"}, "Accept": {"application/atom+xml"}, "Accept-Encoding": {"gzip"}}
		if diff := cmp.Diff(want, r.Header); diff != "" {
			t.Error(diff)
		}
		w.Header().Set("ETag", `W/"one"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		io.WriteString(w, "hello")
	})
	got, err := c.Get(t.Context(), Request{URL: " " + at + "/feed#top", Accept: "application/atom+xml"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Response{URL: at + "/feed", Status: 200, ETag: `W/"one"`, LastModified: "Mon, 02 Jan 2006 15:04:05 GMT",
		ContentType: "text/xml; charset=utf-8", Body: []byte("hello")}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Response{}, "Header")); diff != "" {
		t.Error(diff)
	}
	if got.Header.Get("Etag") != want.ETag {
		t.Errorf("headers: %v", got.Header)
	}
}

func TestNotModified(t *testing.T) {
	c, at := public(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"a"` && r.Header.Get("If-Modified-Since") == "then" {
			w.Header().Set("ETag", `"a"`)
		}
		w.WriteHeader(http.StatusNotModified)
	})
	got, err := c.Get(t.Context(), Request{URL: at, ETag: `"a"`, LastModified: "then"})
	if err != nil || !got.NotModified || got.ETag != `"a"` {
		t.Errorf("got %+v, %v; want not modified", got, err)
	}
	_, err = c.Get(t.Context(), Request{URL: at, ETag: "bad\nheader"})
	refused(t, err, fault.Unavailable, "It answered 304 Not Modified")
}

func TestStatus(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var code int
	var retry string
	c, at := public(t, Options{Now: func() time.Time { return now }}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", retry)
		w.WriteHeader(code)
	})
	cases := map[string]struct {
		code  int
		retry string
		says  string
		wait  time.Duration
	}{
		"missing":          {404, "", "It answered 404 Not Found: there is nothing", 0},
		"forbidden":        {403, "", "does not let us read", 0},
		"often":            {429, "120", "we ask too often", 2 * time.Minute},
		"trouble":          {503, "Sun, 01 Mar 2026 12:05:00 GMT", "trouble of its own", 5 * time.Minute},
		"wait in the past": {503, "Sun, 01 Mar 2020 12:05:00 GMT", "trouble of its own", 0},
		"wait for ever":    {503, "9223372036854775807", "trouble of its own", 24 * time.Hour},
		"wait of nonsense": {503, "soon", "trouble of its own", 0},
		"unknown":          {499, "", "It answered 499, which is no page", 0},
		"lost redirect":    {301, "", "It answered 301", 0},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			code, retry = k.code, k.retry
			resp, err := c.Get(t.Context(), Request{URL: at})
			refused(t, err, fault.Unavailable, k.says)
			if resp == nil || resp.Status != k.code || resp.RetryAfter != k.wait {
				t.Errorf("response is %+v, want status %d and a wait of %s", resp, k.code, k.wait)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	c := New(Options{})
	for in, says := range map[string]string{
		"":                           "begin with https://",
		"example.com/feed":           "begin with https://",
		"ftp://example.com":          "begin with https://",
		"file:///etc/passwd":         "begin with https://",
		"javascript:alert(1)":        "begin with https://",
		"http://":                    "no web address",
		"https:///feed":              "no web address",
		"http://:80/":                "no web address",
		"http://[::1":                "no web address",
		"http://a\x00b/":             "no web address",
		"http://me:secret@e.example": "name or a password",
		"http://e.example/" + strings.Repeat("a", 5000): "longer than 4096",
	} {
		_, err := c.Get(t.Context(), Request{URL: in})
		refused(t, err, fault.Invalid, says)
	}
}

func TestPrivateRefused(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := New(Options{Timeout: 5 * time.Second})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "[::]", "0.0.0.0",
		"10.0.0.1", "169.254.169.254", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]"} {
		_, err := c.Get(t.Context(), Request{URL: "http://" + host + ":" + port + "/"})
		refused(t, err, fault.Invalid, "points into a private network")
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests went through", n)
	}
	// The same server answers once private addresses are allowed.
	if _, err := New(Options{AllowPrivate: true}).Get(t.Context(), Request{URL: s.URL}); err != nil {
		t.Error(err)
	}
}

func TestRedirects(t *testing.T) {
	var inner atomic.Int32
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner.Add(1) }))
	defer private.Close()
	c, at := public(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			http.Redirect(w, r, private.URL, http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusMovedPermanently)
		case "/user":
			w.Header().Set("Location", "http://a:b@"+r.Host+"/end")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/end":
			if len(r.Header["Authorization"])+len(r.Header["Referer"])+len(r.Header["Cookie"]) > 0 {
				t.Errorf("too much is said: %v", r.Header)
			}
			io.WriteString(w, "end")
		default:
			var n int
			fmt.Sscanf(r.URL.Path, "/%d", &n)
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			if n == 1 {
				http.Redirect(w, r, "/end", http.StatusFound)
			} else {
				http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
			}
		}
	})
	for path, says := range map[string]string{"/loop": "more than 5 times", "/6": "more than 5 times", "/file": "no web address"} {
		_, err := c.Get(t.Context(), Request{URL: at + path})
		refused(t, err, fault.Unavailable, says)
	}
	_, err := c.Get(t.Context(), Request{URL: at + "/in"})
	refused(t, err, fault.Invalid, "points into a private network")
	if inner.Load() != 0 {
		t.Error("the private server was asked")
	}
	for _, path := range []string{"/5", "/user"} {
		got, err := c.Get(t.Context(), Request{URL: at + path})
		if err != nil || got.URL != at+"/end" || string(got.Body) != "end" {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	var wrote atomic.Int64
	var length atomic.Bool
	c, at := public(t, Options{}, func(w http.ResponseWriter, _ *http.Request) {
		if length.Load() {
			w.Header().Set("Content-Length", fmt.Sprint(200<<20))
		}
		chunk := make([]byte, 64<<10)
		for range 200 << 20 / len(chunk) {
			n, err := w.Write(chunk)
			wrote.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	for _, told := range []bool{false, true} {
		length.Store(told)
		wrote.Store(0)
		_, err := c.Get(t.Context(), Request{URL: at})
		refused(t, err, fault.Unavailable, "The answer was larger than 8 MB")
		if n := wrote.Load(); n > 64<<20 {
			t.Errorf("%d bytes were taken", n)
		}
	}
}

func TestLargestAllowed(t *testing.T) {
	c, at := public(t, Options{MaxBytes: 1000}, func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, len(r.URL.RawQuery)))
	})
	if got, err := c.Get(t.Context(), Request{URL: at + "?" + strings.Repeat("a", 1000)}); err != nil || len(got.Body) != 1000 {
		t.Errorf("1000 bytes: %v", err)
	}
	_, err := c.Get(t.Context(), Request{URL: at + "?" + strings.Repeat("a", 1001)})
	refused(t, err, fault.Unavailable, "larger than")
}

func TestCompression(t *testing.T) {
	var small, bomb bytes.Buffer
	z := gzip.NewWriter(&small)
	io.WriteString(z, "hello")
	z.Close()
	z = gzip.NewWriter(&bomb)
	z.Write(make([]byte, 16<<20))
	z.Close()
	c, at := public(t, Options{MaxBytes: 1 << 20}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		switch r.URL.Path {
		case "/bomb":
			w.Write(bomb.Bytes())
		case "/broken":
			w.Write(small.Bytes()[:12])
		case "/other":
			w.Header().Set("Content-Encoding", "br")
		default:
			w.Write(small.Bytes())
		}
	})
	if got, err := c.Get(t.Context(), Request{URL: at}); err != nil || string(got.Body) != "hello" {
		t.Errorf("%+v, %v", got, err)
	}
	for path, says := range map[string]string{"/bomb": "larger than 1 MB", "/broken": "cannot be read", "/other": "compression"} {
		_, err := c.Get(t.Context(), Request{URL: at + path})
		refused(t, err, fault.Unavailable, says)
	}
}

func TestSlow(t *testing.T) {
	c, at := public(t, Options{Timeout: 300 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/silent" {
			<-r.Context().Done()
			return
		}
		for r.Context().Err() == nil { // a byte now and then, for ever
			io.WriteString(w, ".")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	for _, path := range []string{"/silent", "/endless"} {
		_, err := c.Get(t.Context(), Request{URL: at + path})
		refused(t, err, fault.Unavailable, "It did not answer within 0.3 seconds")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Get(ctx, Request{URL: at + "/endless"})
	refused(t, err, fault.Unavailable, "was stopped")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// raw answers every connection with the same bytes, then byte by byte with more.
func raw(t *testing.T, answer string, more string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(5 * time.Second))
				conn.Read(make([]byte, 1))
				io.WriteString(conn, answer)
				for more != "" {
					if _, err := io.WriteString(conn, more); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestOddServers(t *testing.T) {
	patient := New(Options{AllowPrivate: true})
	defer patient.Close()
	hasty := New(Options{AllowPrivate: true, Timeout: 400 * time.Millisecond})
	defer hasty.Close()
	closes, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closes.Close()
	go func() {
		for {
			conn, err := closes.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	for name, k := range map[string]struct{ url, says string }{
		"closed at the hello":  {"https://" + closes.Addr().String(), "If the site has no https, give its address with http://"},
		"headers without end":  {raw(t, "HTTP/1.1 200 OK\r\nX: ", strings.Repeat("a", 8<<10)), "cannot be read"},
		"slow header":          {raw(t, "HTTP/1.1 200 OK\r\n", "a"), "did not answer within 0.4"},
		"early hints for ever": {raw(t, "", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 200)), "cannot be read"},
		"no HTTP":              {raw(t, "SSH-2.0-OpenSSH_9.2\r\n", ""), "cannot be read"},
		"broken off":           {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ""), "before its answer was complete"},
		"broken location":      {raw(t, "HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n", ""), "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			c := patient
			if name == "slow header" {
				c = hasty
			}
			_, err := c.Get(t.Context(), Request{URL: k.url})
			refused(t, err, fault.Unavailable, k.says)
		})
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	c := New(Options{AllowPrivate: true, Timeout: 5 * time.Second})
	_, err = c.Get(t.Context(), Request{URL: "http://" + at})
	refused(t, err, fault.Unavailable, "Nothing answers at 127.0.0.1")

	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	s.Config.ErrorLog = nil
	_, err = c.Get(t.Context(), Request{URL: s.URL})
	refused(t, err, fault.Unavailable, "certificate of 127.0.0.1")

	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, err = c.Get(t.Context(), Request{URL: strings.Replace(plain.URL, "http:", "https:", 1)})
	refused(t, err, fault.Unavailable, "127.0.0.1 does not speak https. Give its address with http://")
}

// The environment is read once per process by net/http, so a test of behaviour
// would depend on the order of tests.
func TestProxyIgnored(t *testing.T) {
	if New(Options{}).http.Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy would connect to where we may not")
	}
}
