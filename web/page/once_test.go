package page_test

import (
	"context"
	"embed"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/web/page"
	"tribune/web/webtest"
)

// maker is a page with forms, and what was made by them.
type maker struct {
	made atomic.Int64
	hold chan struct{} // closed when what is under way may end; nil: nothing waits
	busy chan struct{} // gets one when a deed begins
}

const makerForms = `<form class="a" method="post" action="/make"><b></b></form><form method="get"></form>` +
	`<form data-again method="post"></form><form method="post" enctype="multipart/form-data"></form>`

func (m *maker) routes(mux *http.ServeMux, k *page.Kit) {
	mux.Handle("GET /make", k.Handle(func(w http.ResponseWriter, r *http.Request, v *page.View) error {
		return k.Show(w, r, v, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, makerForms)
			return err
		}))
	}))
	make := func(w http.ResponseWriter, r *http.Request, v *page.View) error {
		if err := page.Form(w, r); err != nil {
			return err
		}
		if m.hold != nil {
			m.busy <- struct{}{}
			<-m.hold
		}
		if r.PostForm.Get("words") == "" {
			return fault.New(fault.Invalid, "Say something.")
		}
		m.made.Add(1)
		page.Flash(w, r, "saved")
		return page.Back(w, r, "/made/"+r.PathValue("secret"))
	}
	mux.Handle("POST /make", k.Handle(make))
	mux.Handle("POST /make/{secret}", k.Handle(make))
}

// TestFormOnce does a form once, however often it is sent.
func TestFormOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := &maker{}
		s := webtest.Over(t, db, webtest.Folder{Files: embed.FS{}, Routes: m.routes})
		jo, ann := s.Person("Jo Beck", know.Member), s.Person("Ann Ode", know.Member)
		first := jo.Get("/make").Want(t, 200)
		if _, forms, _ := strings.Cut(first.Body, `class="a"`); strings.Count(forms[:len(makerForms)+80], `name="once"`) != 1 {
			t.Errorf("other forms than the first have a key: %s", forms)
		}
		key := first.Key(t)
		made := func(want int64, what string) {
			t.Helper()
			if n := m.made.Load(); n != want {
				t.Errorf("%s: made %d, want %d", what, n, want)
			}
		}
		for range 2 {
			a := jo.Post("/make", "words", "x", "once", key).Want(t, 303)
			if c := a.Header.Get("Set-Cookie"); a.Header.Get("Location") != "/made/" || !strings.HasPrefix(c, "__Host-done=saved;") || !strings.Contains(c, "; Secure") {
				t.Errorf("answered %v", a.Header)
			}
		}
		made(1, "the same form twice")
		jo.Post("/make", "words", "y", "once", key).Want(t, 303)
		made(2, "other words")
		ann.Post("/make", "words", "x", "once", key).Want(t, 303)
		made(3, "somebody else")
		jo.Post("/make", "words", "x", "once", jo.Get("/make").Key(t)).Want(t, 303)
		made(4, "the page opened anew")
		jo.Post("/make", "words", "x").Want(t, 303)
		jo.Post("/make", "words", "x").Want(t, 303)
		made(6, "a program without keys")
		jo.Post("/make", "words", "", "once", key).Want(t, 422)
		jo.Post("/make", "words", "", "once", key).Want(t, 422, "Say something.")
		for range 2 {
			if a := jo.Post("/make/s3cret", "words", "x", "once", key).Want(t, 303); a.Header.Get("Location") != "/made/s3cret" {
				t.Errorf("leads to %s", a.Header.Get("Location"))
			}
		}
		made(7, "a form with a secret in its address")
		if kept, err := storage.All(t.Context(), db, storage.Scalar[string], `select answer from idempotency`); err != nil || len(kept) != 5 || strings.Contains(strings.Join(kept, " "), "s3cret") {
			t.Errorf("kept: %q, %v", kept, err)
		}

		// Two at once: the second waits for the first.
		m.hold, m.busy = make(chan struct{}), make(chan struct{}, 2)
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if a := jo.Post("/make", "words", "at once", "once", key); a.Status != 303 || a.Header.Get("Location") != "/made/" {
					t.Errorf("answered %d", a.Status)
				}
			})
		}
		<-m.busy
		close(m.hold)
		wait.Wait()
		made(8, "two at once")
	})
}
