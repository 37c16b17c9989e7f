package gate

import (
	"net/http"
	"strings"
	"time"
)

// secure reports whether the site is served over https, to its visitors.
func (g *Gate) secure() bool { return strings.HasPrefix(g.opt.URL, "https://") }

// cookie is the session cookie's name. The __Host- prefix binds it to this
// host, to https and to the whole site (RFC 6265bis section 4.1.3.2).
func (g *Gate) cookie() string {
	if g.secure() {
		return "__Host-tribune"
	}
	return "tribune"
}

// SignIn gives the browser a session.
func (g *Gate) SignIn(w http.ResponseWriter, secret string) {
	g.set(w, secret, 90*24*time.Hour)
}

// SignOut takes the session from the browser.
func (g *Gate) SignOut(w http.ResponseWriter) { g.set(w, "", -time.Second) }

func (g *Gate) set(w http.ResponseWriter, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: g.cookie(), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: g.secure(), SameSite: http.SameSiteLaxMode})
}
