package radar

import (
	"net/http"
	"strings"

	"tribune/listen"
	"tribune/listen/reader/mailbox"
	"tribune/web/desk"
	"tribune/web/page"
)

// mailboxForm is a mailbox being added. Its password is never shown again.
type mailboxForm struct {
	server, login, folder, name string
	wrong                       page.Wrong
}

func (x *radar) addMailbox(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := mailboxForm{server: strings.TrimSpace(r.PostForm.Get("server")), login: strings.TrimSpace(r.PostForm.Get("login")), folder: strings.TrimSpace(r.PostForm.Get("folder")), name: r.PostForm.Get("name")}
	s, err := x.Radar.AddSource(r.Context(), v.Actor, listen.NewSource{Name: f.name, Kind: listen.MailboxSource, URL: mailbox.Address(f.server, f.login, f.folder), Token: r.PostForm.Get("token")})
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		switch f.wrong.Field {
		case "url", "":
			f.wrong.Field = "server"
		}
		return x.showSources(w, r, v, sourceForm{keeps: keepsFound, hook: hookForm{keeps: keepsAll}, mailbox: f})
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/radar/sources/%d", s.ID))
}

// tokenName names the fold in which a password or token is changed.
func tokenName(v *page.View, k listen.SourceKind) string {
	if k == listen.MailboxSource {
		return v.T("Change the password")
	}
	return v.T("Change the access token")
}

func takesToken(k listen.SourceKind) bool {
	return k == listen.MailboxSource || k == listen.MastodonSource
}
