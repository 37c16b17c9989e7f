package radar_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune/internal/pgtest"
)

// A webhook is made with a secret that is shown once, and the example on its
// page is signed as it should be: curl and openssl really run.
func TestWebhookIsMade(t *testing.T) {
	s, marta := open(t)
	marta.Post("/desk/radar/hooks", "name", "").Want(t, 422, "Give it a name.")
	made := marta.Post("/desk/radar/hooks", "name", "Shop", "addressed", "1")
	made.Want(t, 200, "shown this once", "/api/v1/hooks/1", "none yet")
	marta.Get("/desk/radar/sources/1").Want(t, 200, "whsec_...", "made on").Without(t, "shown this once")
	marta.Post("/desk/radar/sources/1/secret").Want(t, 200, "shown this once", "the one before works until")

	for _, tool := range []string{"sh", "curl", "openssl", "od"} {
		if _, err := exec.LookPath(tool); err != nil {
			pgtest.Missing(t, tool)
		}
	}
	_, script, _ := strings.Cut(made.Body, `<pre class="hook-example" tabindex="0"><code>`)
	script, _, _ = strings.Cut(html.UnescapeString(script), "</code>")
	secret, _, _ := strings.Cut(strings.TrimPrefix(script, "SECRET='"), "'")
	opened := make(chan error, 1)
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		w, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = w.Verify(sent, r.Header)
		}
		opened <- err
	}))
	defer there.Close()
	script = strings.Replace(script, s.URL, there.URL, 1)
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	select {
	case err := <-opened:
		if err != nil {
			t.Errorf("%v\n%s", err, script)
		}
	default:
		t.Error("nothing came")
	}
}
