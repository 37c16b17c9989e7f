package page

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

// Routes serves what the frame itself needs.
func Routes(mux *http.ServeMux, k *Kit) {
	mux.Handle("GET /brand.css", k.Handle(brandCSS))
	mux.Handle("GET /favicon.svg", k.Handle(favicon))
	mux.Handle("GET /picture/{sha}", k.Handle(k.picture))
	mux.Handle("POST /language", k.Handle(k.language))
	mux.Handle("/", k.Handle(func(w http.ResponseWriter, r *http.Request, v *View) error {
		if to := meant(mux, r); to != "" {
			return Back(w, r, to)
		}
		if methods := taken(mux, r); len(methods) > 0 {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			return k.sorry(w, r, v, http.StatusMethodNotAllowed, v.T("This address is there, but not to be used like that. Go back and try again, or start from the square."))
		}
		return fault.New(fault.NotFound, "There is nothing at this address. It may have moved: start from the square.")
	}))
}

// meant is the page that a reader means by an address that has none: without the
// stroke at its end, or the one whose form goes to it, as after a refusal when
// the address is opened anew. It is empty if there is none, or a script asks.
func meant(mux *http.ServeMux, r *http.Request) string {
	if (r.Method != http.MethodGet && r.Method != http.MethodHead) || Partial(r) {
		return ""
	}
	shows := func(at string) bool {
		ask := &http.Request{Method: http.MethodGet, Host: r.Host, URL: &url.URL{Path: at}}
		_, pattern := mux.Handler(ask)
		return strings.HasPrefix(at, "/") && !strings.HasPrefix(at, "//") && pattern != "" && pattern != "/" && !strings.HasPrefix(pattern, "GET /{$}")
	}
	if at := strings.TrimRight(r.URL.Path, "/"); at != r.URL.Path && shows(at) {
		return (&url.URL{Path: at, RawQuery: r.URL.RawQuery}).String()
	}
	if at := path.Dir(r.URL.Path); shows(at) && len(taken(mux, r)) > 0 {
		return (&url.URL{Path: at}).String()
	}
	return ""
}

// taken lists the methods that an address takes. The mux itself would answer
// so if it had no page for everything else.
func taken(mux *http.ServeMux, r *http.Request) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		ask := &http.Request{Method: method, Host: r.Host, URL: r.URL}
		if _, pattern := mux.Handler(ask); pattern != "" && pattern != "/" {
			methods = append(methods, method)
		}
	}
	return methods
}

// brandCSS gives the brand's accent to the tokens. The address carries the
// values, so that browsers may keep it.
func brandCSS(w http.ResponseWriter, r *http.Request, v *View) error {
	hue, chroma := v.Site.Hue, v.Site.Chroma
	if h, err := strconv.Atoi(r.URL.Query().Get("h")); err == nil && h >= 0 && h < 360 {
		hue = h
	}
	if c, err := strconv.Atoi(r.URL.Query().Get("c")); err == nil && c >= 0 && c <= 20 {
		chroma = c
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	fmt.Fprintf(w, "@layer tokens { :root { --accent-h: %d; --accent-c: .%02d } }\n", hue, chroma)
	return nil
}

// favicon is the brand's first letter in its accent.
func favicon(w http.ResponseWriter, _ *http.Request, v *View) error {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	letter := "T"
	if s := Initials(v.Site.Brand); s != "" {
		letter = string([]rune(s)[:1])
	}
	if letter == "<" || letter == "&" {
		letter = "T"
	}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="oklch(50%% .%02d %d)"/><text x="16" y="22.5" font-family="Georgia,serif" font-size="19" text-anchor="middle" fill="#fff">%s</text></svg>`,
		v.Site.Chroma, v.Site.Hue, letter)
	return nil
}

// picture serves a blob. Its address is its hash, so it never changes.
func (k *Kit) picture(w http.ResponseWriter, r *http.Request, _ *View) error {
	data, contentType, err := k.People.Picture(r.Context(), r.PathValue("sha"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data)
	return nil
}

// language changes the language of pages: for a person for good, for a
// visitor in this browser.
func (k *Kit) language(w http.ResponseWriter, r *http.Request, v *View) error {
	to := r.PostFormValue("to")
	next := know.SafeNext(r.PostFormValue("next"))
	if next == "" {
		next = "/"
	}
	if to != "en" && to != "fr" {
		return fault.New(fault.Invalid, "The site speaks English or French.").On("to")
	}
	if know.May(v.Actor, know.Self, know.Subject{Author: v.Actor.ID}) {
		if err := k.People.SetLanguage(r.Context(), v.Actor, to); err != nil {
			return err
		}
	}
	gate.Keep(w, r, "lang", to, 365*24*time.Hour)
	return Back(w, r, next)
}
