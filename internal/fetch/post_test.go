package fetch

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/internal/fault"
)

// TestPost sends what it is given as it is, and says what came of it.
func TestPost(t *testing.T) {
	reached := false
	c, at := public(t, Options{UserAgent: "Tribune test"}, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || string(body) != `{"a": 1}` || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Webhook-Id") != "one" || r.Header.Get("User-Agent") != "Tribune test" {
			t.Errorf("%s %q %v", r.Method, body, r.Header)
		}
		switch code, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")); code {
		case 0:
			reached = true
		case 200:
			io.WriteString(w, strings.Repeat("endless ", 1<<17))
		case 301, 307:
			http.Redirect(w, r, "/elsewhere", code)
		default:
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(code)
		}
	})
	send := func(path string) (*Response, error) {
		return c.Post(t.Context(), Posting{URL: at + path, ContentType: "application/json", Header: http.Header{"webhook-id": {"one"}}, Body: []byte(`{"a": 1}`)})
	}
	if r, err := send("/200"); err != nil || r.Status != 200 {
		t.Error(r, err)
	}
	for code, says := range map[int]string{301: "somewhere else", 307: "somewhere else", 400: "did not take", 401: "did not take", 404: "nothing takes", 410: "410 Gone", 429: "too much", 503: "trouble of its own"} {
		r, err := send("/" + strconv.Itoa(code))
		refused(t, err, fault.Unavailable, says)
		if r == nil || r.Status != code || code >= 400 && r.RetryAfter != 2*time.Minute {
			t.Errorf("%d: %+v", code, r)
		}
	}
	if reached {
		t.Error("a redirect was followed")
	}
	_, err := New(Options{}).Post(t.Context(), Posting{URL: at, Body: []byte("x")})
	refused(t, err, fault.Invalid, "private network")
	_, err = c.Post(t.Context(), Posting{URL: "ftp://x.example"})
	if _, ok := errors.AsType[*fault.Error](err); !ok {
		t.Error(err)
	}
}
