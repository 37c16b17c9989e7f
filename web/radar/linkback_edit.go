package radar

import (
	"net/http"

	"tribune/converse/linkback"
	"tribune/know"
	"tribune/web/page"
)

// toldShown is how many pages that were told stand on the page of sources.
const toldShown = 10

// sendMentions turns on or off that pages are told that posts link to them.
func (x *radar) sendMentions(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	on := r.PostForm.Get("on") == "1"
	if err := x.People.Change(r.Context(), v.Actor, func(s *know.Site) error { s.SendMentions = on; return nil }); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/radar/sources")
}

// became says what became of telling a page.
func became(v *page.View, l linkback.Linkback) string {
	switch l.State {
	case linkback.Sent:
		return v.T("told")
	case linkback.None:
		return v.T("does not want to be told")
	case linkback.Failed:
		return v.T("could not be told")
	}
	return v.T("is told soon")
}
