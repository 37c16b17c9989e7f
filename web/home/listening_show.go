package home

import (
	"net/http"
	"slices"

	"tribune/listen"
	"tribune/web/page"
)

func (h handlers) listening(w http.ResponseWriter, r *http.Request, v *page.View) error {
	places, err := h.Radar.Listening(r.Context())
	if err != nil {
		return err
	}
	said := map[string]bool{} // of places without a name, each sentence once
	places = slices.DeleteFunc(places, func(p listen.Place) bool {
		line := kindTitle(v, p.Kind) + kindLine(v, p)
		again := p.Name == "" && said[line]
		said[line] = said[line] || p.Name == ""
		return again
	})
	v.Title, v.Section, v.Feed = v.T("How we listen"), "listening", "/heard.atom"
	v.About = v.T("Which places {brand} listens to, what it does not hear, and how to be left out.", "brand", v.Site.Brand)
	return h.Show(w, r, v, listeningPage(v, places))
}
