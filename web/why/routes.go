// Package why is the pages of why people bought: the one question and its
// answer, who told whom, and those whom nobody can explain.
package why

import (
	"embed"
	"net/http"

	"tribune/internal/fault"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	y := &why{k}
	mux.Handle("GET /why/people", k.Handle(y.people))
	mux.Handle("GET /why/{code}", k.Handle(y.question))
	mux.Handle("POST /why/{code}", k.Handle(y.answer))
	mux.Handle("GET /me/why", k.Handle(signedIn(y.own)))
	mux.Handle("POST /me/why", k.Handle(signedIn(y.answerOwn)))
	mux.Handle("POST /me/why/{id}", k.Handle(signedIn(y.show)))
	mux.Handle("GET /desk/why", k.Staff(y.list))
	mux.Handle("GET /desk/why/purchases/{id}", k.Staff(y.purchase))
	mux.Handle("GET /desk/why/tree", k.Staff(y.trees))
	mux.Handle("GET /desk/why/tree/{id}", k.Staff(y.tree))
	mux.Handle("GET /desk/why/unexplained", k.Staff(y.unexplained))
	mux.Handle("POST /desk/why/unexplained/{id}", k.Staff(y.noted))
	mux.Handle("GET /desk/why/import", k.Staff(y.importForm))
	mux.Handle("POST /desk/why/import", k.Staff(y.importFile))
}

// why answers for this folder's pages.
type why struct{ *page.Kit }

// signedIn asks whoever is not signed in to do so.
func signedIn(f page.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, v *page.View) error {
		if v.Actor.ID == 0 {
			return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
		}
		return f(w, r, v)
	}
}
