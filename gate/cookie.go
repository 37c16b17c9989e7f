package gate

import (
	"net/http"
	"strings"
	"time"
)

// secure reports whether the site is served over https, to its visitors.
func (g *Gate) secure() bool { return strings.HasPrefix(g.opt.URL, "https://") }

// named gives a cookie's name. The __Host- prefix binds it to this host, to
// https and to the whole site (RFC 6265bis section 4.1.3.2).
func named(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// cookie is the session cookie's name.
func (g *Gate) cookie() string { return named("tribune", g.secure()) }

// SignIn gives the browser a session.
func (g *Gate) SignIn(w http.ResponseWriter, secret string) {
	set(w, g.cookie(), secret, 90*24*time.Hour, g.secure())
}

// SignOut takes the session from the browser.
func (g *Gate) SignOut(w http.ResponseWriter) { set(w, g.cookie(), "", -time.Second, g.secure()) }

// Keep gives the browser a cookie that holds no secret, such as the language
// of pages; a life below zero takes it away.
func Keep(w http.ResponseWriter, r *http.Request, name, value string, life time.Duration) {
	secure := From(r.Context()).Secure
	set(w, named(name, secure), value, life, secure)
}

// Kept gives what Keep gave the browser, "" if nothing.
func Kept(r *http.Request, name string) string {
	return kept(r, named(name, From(r.Context()).Secure))
}

func kept(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

func set(w http.ResponseWriter, name, value string, life time.Duration, secure bool) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}
