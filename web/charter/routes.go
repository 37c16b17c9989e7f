// Package charter is the pages of the purpose and the charter.
package charter

import (
	"embed"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"tribune/internal/fault"
	"tribune/shape/charter"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /purpose", k.Cached(k.Handle(h.purpose)))
	mux.Handle("GET /purpose/{id}", k.Cached(k.Handle(h.purposeThen)))
	mux.Handle("GET /charter", k.Cached(k.Handle(h.current)))
	mux.Handle("GET /charter/overrides", k.Cached(k.Handle(h.overrides)))
	mux.Handle("GET /charter/{version}", k.Cached(k.Handle(h.version)))
	mux.Handle("GET /desk/charter", k.Staff(h.desk))
	mux.Handle("POST /desk/charter", k.Staff(h.begin))
	mux.Handle("GET /desk/charter/purpose", k.Staff(h.writePurpose))
	mux.Handle("POST /desk/charter/purpose", k.Staff(h.putPurpose))
	mux.Handle("GET /desk/charter/{id}", k.Staff(h.draft))
	mux.Handle("POST /desk/charter/{id}", k.Staff(h.save))
	mux.Handle("POST /desk/charter/{id}/publish", k.Staff(h.publish))
	mux.Handle("POST /desk/charter/{id}/discard", k.Staff(h.discard))
}

// handlers answers for this folder's pages.
type handlers struct{ *page.Kit }

// number reads a version's number from the path.
func number(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "There is no such version of the charter.")
	}
	return n, nil
}

func versionURL(n int64) templ.SafeURL { return page.Path("/charter/", n) }
func draftURL(id int64) templ.SafeURL  { return page.Path("/desk/charter/", id) }
func decisionURL(o charter.Override) templ.SafeURL {
	return templ.SafeURL(page.IdeaURL(o.Idea) + "#d" + strconv.FormatInt(o.Decision, 10))
}
