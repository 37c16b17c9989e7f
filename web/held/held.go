package held

import (
	"embed"
	"encoding/json"
	"net/http"

	"tribune/listen"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes adds this folder's pages.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /held/{token}", k.Handle(h.show))
	mux.Handle("GET /held/{token}/data.json", k.Handle(h.data))
	mux.Handle("POST /held/{token}/forget", k.Handle(h.ask))
}

type handlers struct{ *page.Kit }

// read gives what is held about the account that the address is of. Nobody but
// who was given the link is to find the page, so it is neither kept nor found.
func (h handlers) read(w http.ResponseWriter, r *http.Request) (s listen.Stranger, err error) {
	w.Header().Set("X-Robots-Tag", "noindex")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	account, err := h.People.HeldAccount(r.Context(), r.PathValue("token"))
	if err != nil {
		return s, err
	}
	return h.Radar.Stranger(r.Context(), account)
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	s, err := h.read(w, r)
	if err != nil {
		return err
	}
	v.Title = v.T("What we hold on you")
	return h.Show(w, r, v, heldPage(v, s, "/held/"+r.PathValue("token")))
}

func (h handlers) data(w http.ResponseWriter, r *http.Request, _ *page.View) error {
	s, err := h.read(w, r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="held.json"`)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

func (h handlers) ask(w http.ResponseWriter, r *http.Request, _ *page.View) error {
	s, err := h.read(w, r)
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Radar.AskForget(r.Context(), s.Account.ID); err != nil {
		return err
	}
	return page.Back(w, r, "/held/"+r.PathValue("token"))
}
