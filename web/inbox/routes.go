package inbox

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the inbox.
func Routes(mux *http.ServeMux, k *page.Kit) {
	x := &inbox{k}
	mux.Handle("GET /desk/inbox", k.Staff(x.list))
	mux.Handle("GET /desk/inbox/{id}", k.Staff(x.open))
	mux.Handle("POST /desk/inbox/{id}/say", k.Staff(x.say))
	mux.Handle("POST /desk/inbox/{id}/take", k.Staff(x.take))
	mux.Handle("POST /desk/inbox/{id}/give", k.Staff(x.give))
	mux.Handle("POST /desk/inbox/{id}/close", k.Staff(x.close))
	mux.Handle("POST /desk/inbox/{id}/reopen", k.Staff(x.reopen))
	mux.Handle("POST /desk/inbox/{id}/quote", k.Staff(x.quote))
	mux.Handle("POST /desk/messages/{id}/posted", k.Staff(x.posted))
	mux.Handle("POST /desk/messages/{id}/edit", k.Staff(x.edit))
	mux.Handle("POST /desk/messages/{id}/withdraw", k.Staff(x.withdraw))
	mux.Handle("POST /desk/messages/{id}/hide", k.Staff(x.hide))
	mux.Handle("POST /desk/messages/{id}/show", k.Staff(x.show))
}

// inbox answers for this folder's pages.
type inbox struct{ *page.Kit }
