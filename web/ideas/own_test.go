package ideas_test

import (
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage"
	"tribune/web/page"
)

// TestTakesBackOwnWords gives a visitor one address by which they take their
// words back: nobody else finds it, no table holds it, and a form that was sent
// twice leads to the same.
func TestTakesBackOwnWords(t *testing.T) {
	s := site(t)
	ana, marta, jo := s.Person("Ana", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	at := page.IdeaURL(propose(t, s, ana, "Thread, not glue").ID)
	send := func() string {
		return jo.Post(at+"/voices", "words", "Mine fell <u>apart</u>.", "author", "Jo Blo", "once", "ONEPAGE").Want(t, 303).Header.Get("Location")
	}
	to := send()
	if again := send(); again != to || !strings.HasPrefix(to, "/voices/1/") {
		t.Errorf("sent twice it leads to %s and %s", to, again)
	}
	got := jo.Get(to).Want(t, 200, "Mine fell &lt;u&gt;apart&lt;/u&gt;.", "Jo Blo", "Keep this address", to, "Take your words back", "One of us reads them")
	if got.Header.Get("Cache-Control") != "no-store" || !strings.Contains(got.Body, "noindex") {
		t.Errorf("the page may be kept or found: %v", got.Header)
	}
	code := to[strings.LastIndex(to, "/")+1:]
	var n int
	if err := s.DB.Row(t.Context(), `select count(*) from idempotency where answer like '%' || $1 || '%'`, code).Scan(&n); err != nil || n != 0 {
		t.Errorf("the code is kept in %d answers, %v", n, err)
	}

	for _, wrong := range []string{"/voices/1/forged", "/voices/2/" + code, "/voices/0/" + code, "/voices/1/" + code + "x"} {
		jo.Get(wrong).Want(t, 404).Without(t, "apart")
		jo.Post(wrong).Want(t, 404)
	}
	if err := s.Ideas.ShowVoice(t.Context(), marta.Actor, 1); err != nil {
		t.Fatal(err)
	}
	jo.Get(to).Want(t, 200, "Everybody can read them behind the idea.")
	jo.Get(at).Want(t, 200, "apart").Without(t, code)
	jo.Post(to).Want(t, 303)
	jo.Get(to).Want(t, 200, "You took these words back").Without(t, "apart", "Jo Blo")
	jo.Post(to).Want(t, 303)
	jo.Get(at).Want(t, 200, "a voice withdrawn by its author").Without(t, "apart", "Jo Blo")
	marta.Get(at).Want(t, 200).Without(t, "apart", "Jo Blo")

	err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update idea set state = 'hidden'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	jo.Get(to).Want(t, 200).Without(t, "Thread, not glue")
}
