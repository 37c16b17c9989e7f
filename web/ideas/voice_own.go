package ideas

import (
	"net/http"

	"tribune/shape"
	"tribune/web/page"
)

// own is words of a visitor, on the page whose address only they were shown.
type own struct {
	Voice shape.Voice
	Idea  shape.Idea
	path  string
}

// readOwn finds a visitor's words by their address, which is kept out of caches
// and out of what other pages learn.
func (h handlers) readOwn(w http.ResponseWriter, r *http.Request, v *page.View) (o own, err error) {
	w.Header().Set("Referrer-Policy", "strict-origin")
	w.Header().Set("Cache-Control", "no-store")
	o.path, v.Path, v.NoIndex = r.URL.Path, "/ideas", true
	id, err := page.ID(r, "id")
	if err != nil {
		return o, err
	}
	o.Voice, o.Idea, err = h.Ideas.VoiceBy(r.Context(), id, r.PathValue("code"))
	return o, err
}

func (h handlers) ownVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	o, err := h.readOwn(w, r, v)
	if err != nil {
		return err
	}
	v.Title, v.Section = v.T("Your words"), "ideas"
	return h.Show(w, r, v, ownPage(v, o))
}

func (h handlers) takeBack(w http.ResponseWriter, r *http.Request, v *page.View) error {
	o, err := h.readOwn(w, r, v)
	if err != nil {
		return err
	}
	if err := h.Ideas.TakeBackVoice(r.Context(), o.Voice.ID, r.PathValue("code")); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	http.Redirect(w, r, o.path, http.StatusSeeOther)
	return nil
}
