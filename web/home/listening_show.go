package home

import (
	"net/http"

	"tribune/web/page"
)

func (h handlers) listening(w http.ResponseWriter, r *http.Request, v *page.View) error {
	places, err := h.Radar.Listening(r.Context())
	if err != nil {
		return err
	}
	v.Title, v.Section, v.Feed = v.T("How we listen"), "listening", "/heard.atom"
	v.About = v.T("Which places {brand} listens to, what it does not hear, and how to be left out.", "brand", v.Site.Brand)
	return h.Show(w, r, v, listeningPage(v, places))
}
