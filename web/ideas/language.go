package ideas

import (
	"net/http"
	"slices"

	"tribune/gate"
	"tribune/web/page"
)

// written is the name of the cookie that remembers in which language somebody
// writes here, if it is not the one they read.
const written = "written"

// writtenIn is the language that a form takes somebody's words to be in at
// first: the one they chose before, else that of the page. A visitor has to
// sign in first, and the same page is shown to all of them.
func writtenIn(r *http.Request, v *page.View) string {
	if c, err := r.Cookie(written); err == nil && v.Actor.ID != 0 && slices.Contains(page.Tongues(), c.Value) {
		return c.Value
	}
	return v.Lang()
}

// ownWords gives who writes in another language than they read the page that
// says so, and everybody else the common one.
func ownWords(own, common http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(written); err == nil && gate.From(r.Context()).ID != 0 {
			own.ServeHTTP(w, r)
			return
		}
		common.ServeHTTP(w, r)
	})
}

// remember keeps the language that was chosen for the next words.
func remember(w http.ResponseWriter, v *page.View, chosen string) {
	c := &http.Cookie{Name: written, Value: chosen, Path: "/ideas", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if chosen == v.Lang() || !slices.Contains(page.Tongues(), chosen) {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}
