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

	"tribune/internal/fault"
	"tribune/internal/pgtest"
	"tribune/listen"
	"tribune/storage"
)

// A webhook is made with a secret that is shown once, and the example on its
// page is signed as it should be: curl and openssl really run.
func TestWebhookIsMade(t *testing.T) {
	s, marta := open(t)
	marta.Post("/desk/radar/hooks", "name", "").Want(t, 422, "Give it a name.")
	made := marta.Post("/desk/radar/hooks", "name", "Shop", "keeps", "all")
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

// Whether pages are told that posts link to them is off until it is turned on,
// and what became of each stands there.
func TestLinkbacksAreTurnedOn(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/sources").Want(t, 200, "Tell pages that we link to them", `name="on" value="1">`)
	marta.Post("/desk/radar/linkbacks", "on", "1").Want(t, 303)
	marta.Get("/desk/radar/sources").Want(t, 200, `name="on" value="1" checked`)
	err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into linkback (post_id, target, state, why, due_at) values (1, 'https://ana.example/1', 'failed', $1, 1), (1, 'https://bo.example/', 'sent', '', 1)`,
			listen.KeepError(fault.New(fault.Unavailable, "There is no such trend.")))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/sources").Want(t, 200, `href="https://ana.example/1"`, "could not be told", "There is no such trend.", "told", `href="/tribune/1"`)
	marta.Lang = "fr"
	marta.Get("/desk/radar/sources").Want(t, 200, "n’a pas pu être prévenue")
	marta.Post("/desk/radar/linkbacks").Want(t, 303)
	marta.Get("/desk/radar/sources").Want(t, 200, `name="on" value="1">`)
}
