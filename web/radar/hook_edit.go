package radar

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"tribune/listen"
	"tribune/listen/hook"
	"tribune/web/page"
)

// hookForm is a webhook being made.
type hookForm struct {
	name  string
	keeps string
	wrong page.Wrong
}

// hookShown is a webhook as its page shows it.
type hookShown struct {
	address string
	secret  string // made just now, shown once
	key     hook.Key
}

func (x *radar) shownHook(ctx context.Context, v *page.View, s listen.Source, secret string) (hookShown, error) {
	k, err := x.Hooks.Key(ctx, v.Actor, s.ID)
	return hookShown{address: x.URL + "/api/v1/hooks/" + strconv.FormatInt(s.ID, 10), secret: secret, key: k}, err
}

func (x *radar) addHook(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := hookForm{name: r.PostForm.Get("name"), keeps: r.PostForm.Get("keeps")}
	addressed, forgets := meant(f.keeps)
	s, err := x.Radar.AddSource(r.Context(), v.Actor, listen.NewSource{Name: f.name, Kind: listen.WebhookSource, Addressed: addressed != nil && *addressed, Forgets: forgets})
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		f.keeps = cmp.Or(f.keeps, keepsAll)
		return x.showSources(w, r, v, sourceForm{keeps: keepsFound, hook: f})
	}
	return x.showSecret(w, r, v, s.ID)
}

func (x *radar) newSecret(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.showSecret(w, r, v, id)
}

// showSecret gives a webhook a new secret and shows it, this once.
func (x *radar) showSecret(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	secret, err := x.Hooks.NewSecret(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return x.showSource(w, r, v, id, &sourceForm{blank: true, secret: secret})
}

// example is what sends a mention by hand. The body must be signed as it is sent.
func example(v *page.View, h hookShown) string {
	return `SECRET='` + cmp.Or(h.secret, "whsec_...") + `'
BODY='{"external_id": "1", "author": {"name": "Ana"}, "text": "` + v.T("Do you ship to Peru?") + `"}'
ID="msg_$(openssl rand -hex 8)"; AT="$(date +%s)"
KEY="$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')"
SIGNATURE="$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)"
curl '` + h.address + `' -H 'Content-Type: application/json' -d "$BODY" \
  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE"
`
}
