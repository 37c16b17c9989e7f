// Package loop is the pages of the answer clock, which everybody may read, and
// of the loop board, which the desk reads.
package loop

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	l := &loop{k}
	mux.Handle("GET /clock", k.Cached(k.Handle(l.clock)))
	mux.Handle("GET /desk/loop", k.Staff(l.board))
	mux.Handle("GET /desk/loop/{step}", k.Staff(l.behind))
	mux.Handle("POST /desk/loop/words", k.Staff(l.compare))
}

// loop answers for this folder's pages.
type loop struct{ *page.Kit }
