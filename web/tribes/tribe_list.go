package tribes

import (
	"net/http"
	"net/url"

	"tribune/know"
	"tribune/tribe"
	"tribune/web/page"
)

// listed is what the list shows.
type listed struct {
	tribes []tribe.Tribe
	next   string
	mine   map[int64]bool // those the reader is in
}

func (h handlers) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	l := listed{mine: map[int64]bool{}}
	var err error
	if l.tribes, l.next, err = h.Tribes.List(r.Context(), v.Actor, r.URL.Query().Get("cursor"), 0); err != nil {
		return err
	}
	if l.next != "" {
		l.next = "/tribes?cursor=" + url.QueryEscape(l.next)
	}
	if know.May(v.Actor, know.Self, know.Subject{Author: v.Actor.ID}) {
		in, err := h.Tribes.Of(r.Context(), v.Actor)
		if err != nil {
			return err
		}
		for _, m := range in {
			l.mine[m.Tribe.ID] = true
		}
	}
	v.Title, v.Section = v.T("Tribes"), "tribes"
	v.About = v.T("People who belong together around what {brand} makes, under names they chose themselves.", "brand", v.Site.Brand)
	return h.Show(w, r, v, listPage(v, l))
}
