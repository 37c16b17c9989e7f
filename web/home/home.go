// Package home is the square's front page, and the page that says how we
// listen.
package home

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes adds this folder's pages.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /{$}", k.Cached(k.Handle(h.front)))
	mux.Handle("GET /how-we-listen", k.Cached(k.Handle(h.listening)))
	mux.Handle("GET /robots.txt", http.HandlerFunc(h.robots))
	mux.Handle("GET /sitemap.xml", k.Cached(k.Handle(h.sitemap)))
}

type handlers struct{ *page.Kit }
