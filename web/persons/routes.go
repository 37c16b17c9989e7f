package persons

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the desk's pages of people.
func Routes(mux *http.ServeMux, k *page.Kit) {
	x := &persons{k}
	mux.Handle("GET /desk/people", k.Staff(x.list))
	mux.Handle("GET /desk/people/{id}", k.Staff(x.person))
	mux.Handle("GET /desk/accounts/{id}", k.Staff(x.account))
	mux.Handle("GET /desk/accounts/{id}/join", k.Staff(x.pick))
	mux.Handle("POST /desk/accounts/{id}/move", k.Staff(x.move))
}

// persons answers for this folder's pages.
type persons struct{ *page.Kit }
