// Package me is a person's own pages: what is theirs and what became of it,
// who they are here, the mails they get, how they are signed in, all that is
// held about them, and how to leave.
package me

import (
	"embed"
	"net/http"

	"tribune/internal/fault"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// own is the handlers of this folder.
type own struct{ *page.Kit }

// Routes serves a person's own pages, and the links that end mails.
func Routes(mux *http.ServeMux, k *page.Kit) {
	o := own{k}
	for pattern, f := range map[string]page.Handler{
		"GET /me":                       o.overview,
		"POST /me/voices/{id}/withdraw": o.withdrawVoice,
		"GET /me/letters/new":           o.letter,
		"POST /me/letters/new":          o.writeLetter,
		"GET /me/threads/{id}":          o.thread,
		"POST /me/threads/{id}":         o.say,
		"GET /me/settings":              o.settings,
		"POST /me/profile":              o.profile,
		"POST /me/photo":                o.photo,
		"POST /me/addresses":            o.address,
		"POST /me/accounts/{id}/remove": o.removeAccount,
		"POST /me/mails":                o.mails,
		"POST /me/sessions/{id}/end":    o.endSession,
		"POST /me/tokens":               o.newToken,
		"POST /me/tokens/{id}/end":      o.endToken,
		"GET /me/export.json":           o.export,
		"GET /me/leave":                 o.leaving,
		"POST /me/leave":                o.leave,
	} {
		mux.Handle(pattern, k.Handle(signedIn(f)))
	}
	mux.Handle("GET /unsubscribe/{code}", k.Handle(o.unsubscribing))
	mux.Handle("POST /unsubscribe/{code}", k.Handle(o.unsubscribe))
}

// signedIn asks whoever is not signed in to do so.
func signedIn(f page.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, v *page.View) error {
		if v.Actor.ID == 0 {
			return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
		}
		v.NoIndex, v.Section = true, "me"
		return f(w, r, v)
	}
}

// accountIDs gives the accounts of which a person may read what they said.
func (o own) accountIDs(r *http.Request, person int64) ([]int64, error) {
	accounts, err := o.People.AccountsOf(r.Context(), person)
	var ids []int64
	for _, a := range accounts {
		if a.Disclosed() {
			ids = append(ids, a.ID)
		}
	}
	return ids, err
}
