// Package settings is how a site is set up and run: its first words and look,
// its team, its mail server, who may do what, and what staff did.
package settings

import (
	"embed"
	"net/http"

	"tribune/know"
	"tribune/web/mail"
	"tribune/web/page"
)

// Files are this folder's styles, scripts and translations.
//
//go:embed *.css *.js fr.json
var Files embed.FS

// panel is the handlers of this folder.
type panel struct {
	*page.Kit
	mailer *mail.Mailer
}

// Routes serves the settings on the desk.
func Routes(mux *http.ServeMux, k *page.Kit) {
	p := panel{k, mail.New(k)}
	for pattern, f := range map[string]page.Handler{
		"GET /desk/welcome":             p.owners(p.welcome),
		"POST /desk/welcome":            p.owners(p.begin),
		"GET /desk/settings":            p.look,
		"POST /desk/settings":           p.owners(p.setLook),
		"GET /desk/settings/accent":     p.owners(p.accent),
		"GET /desk/settings/team":       p.team,
		"POST /desk/settings/team":      p.invite,
		"POST /desk/settings/team/{id}": p.setRole,
		"GET /desk/settings/mail":       p.owners(p.mail),
		"POST /desk/settings/mail":      p.owners(p.setMail),
		"POST /desk/settings/mail/test": p.owners(p.testMail),
		"GET /desk/settings/rules":      p.owners(p.rules),
		"POST /desk/settings/rules":     p.owners(p.setRules),
		"GET /desk/settings/audit":      p.audit,
	} {
		mux.Handle(pattern, k.Staff(func(w http.ResponseWriter, r *http.Request, v *page.View) error {
			v.Section = "settings"
			return f(w, r, v)
		}))
	}
}

// owners keeps a page for those who may change the settings. What it changes
// is checked again where it is changed.
func (p panel) owners(f page.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, v *page.View) error {
		if err := know.Require(v.Actor, know.Configure, know.Subject{Audience: know.Team}); err != nil {
			return err
		}
		return f(w, r, v)
	}
}

func may(v *page.View, verb know.Verb) bool {
	return know.May(v.Actor, verb, know.Subject{Audience: know.Team})
}
