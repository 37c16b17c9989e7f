// Package tribes is the pages of tribes: who belongs together. On the square
// the list, one tribe, and what its members do there; on the desk how strong
// each is, and the groups that what people do with each other suggests.
package tribes

import (
	"embed"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /tribes", k.Cached(k.Handle(h.list)))
	mux.Handle("GET /tribes/new", k.Handle(h.begin))
	mux.Handle("POST /tribes", k.Handle(h.start))
	mux.Handle("GET /tribes/{id}", k.Cached(k.Handle(h.show)))
	mux.Handle("GET /tribes/{id}/members", k.Cached(k.Handle(h.members)))
	mux.Handle("GET /tribes/{id}/history", k.Handle(h.history))
	mux.Handle("GET /tribes/{id}/strength", k.Handle(h.strength))
	mux.Handle("GET /tribes/{id}/edit", k.Handle(h.edit))
	mux.Handle("POST /tribes/{id}/edit", k.Handle(h.edited))
	mux.Handle("POST /tribes/{id}/join", k.Handle(h.join))
	mux.Handle("POST /tribes/{id}/leave", k.Handle(h.leave))
	mux.Handle("POST /tribes/{id}/appear", k.Handle(h.appear))
	mux.Handle("POST /tribes/{id}/words", k.Handle(h.word))
	mux.Handle("POST /tribes/{id}/words/{word}", k.Handle(h.choose))
	mux.Handle("POST /tribes/{id}/ideas", k.Handle(h.carry))
	mux.Handle("POST /tribes/{id}/hide", k.Handle(h.hide))
	mux.Handle("POST /tribes/{id}/show", k.Handle(h.unhide))
	mux.Handle("GET /me/suggested/{id}", k.Handle(h.suggested))
	mux.Handle("POST /me/suggested/{id}/take", k.Handle(h.take))
	mux.Handle("POST /me/suggested/{id}/refuse", k.Handle(h.refuse))
	mux.Handle("GET /desk/tribes", k.Staff(h.desk))
	mux.Handle("POST /desk/tribes/look", k.Staff(h.look))
	mux.Handle("GET /desk/tribes/{id}", k.Staff(h.deskTribe))
	mux.Handle("GET /desk/tribes/suggested/{id}", k.Staff(h.deskGroup))
}

type handlers struct{ *page.Kit }

// urlOf is the path of a tribe's page, or of something of it.
func urlOf(id int64, what ...string) templ.SafeURL {
	path := "/tribes/" + strconv.FormatInt(id, 10)
	for _, w := range what {
		path += "/" + w
	}
	return templ.SafeURL(path)
}

// feedOf is the path of a tribe's feed.
func feedOf(id int64) string { return string(urlOf(id, "feed.atom")) }
