// Package carry is the pages of share links, thanks and recognition, and the
// parts of them that other pages show.
package carry

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
	h := handlers{k}
	mux.Handle("GET /s/{code}", k.Handle(h.follow))
	mux.Handle("POST /shares", k.Handle(h.share))
	mux.Handle("POST /shares/{code}/end", k.Handle(h.end))
	mux.Handle("GET /thanks", k.Handle(h.thanks))
	mux.Handle("POST /thanks", k.Handle(h.thank))
	mux.Handle("POST /thanks/{id}/withdraw", k.Handle(h.withdraw))
	mux.Handle("POST /thanks/{id}/hide", k.Handle(h.hide))
	mux.Handle("POST /thanks/{id}/show", k.Handle(h.unhide))
	mux.Handle("POST /me/credit", k.Handle(h.credit))
}

type handlers struct{ *page.Kit }
