package desk

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles, scripts and translations.
//
//go:embed *.css *.js fr.json
var Files embed.FS

// Routes serves the desk's first page.
func Routes(mux *http.ServeMux, k *page.Kit) {
	d := &desk{k}
	mux.Handle("GET /desk", k.Staff(d.today))
}

// desk answers for this folder's pages.
type desk struct{ *page.Kit }
