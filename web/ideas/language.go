package ideas

import (
	"net/http"
	"slices"
	"time"

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
	if chosen := gate.Kept(r, written); v.Actor.ID != 0 && slices.Contains(page.Tongues(), chosen) {
		return chosen
	}
	return v.Lang()
}

// ownWords gives who writes in another language than they read the page that
// says so, and everybody else the common one.
func ownWords(own, common http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gate.Kept(r, written) != "" && gate.From(r.Context()).ID != 0 {
			own.ServeHTTP(w, r)
			return
		}
		common.ServeHTTP(w, r)
	})
}

// remember keeps the language that was chosen for the next words.
func remember(w http.ResponseWriter, r *http.Request, v *page.View, chosen string) {
	if chosen == v.Lang() || !slices.Contains(page.Tongues(), chosen) {
		gate.Keep(w, r, written, "", -time.Second)
		return
	}
	gate.Keep(w, r, written, chosen, 365*24*time.Hour)
}
