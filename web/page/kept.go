package page

import (
	"net/http"
	"net/url"

	"tribune/internal/fault"
)

// KeepOver keeps what a visitor wrote and leads them to sign in for it. It reports
// whether that could be done: else the form is shown again (see SignInFirst).
func (k *Kit) KeepOver(w http.ResponseWriter, r *http.Request, e Errand, fields url.Values) (done bool, err error) {
	if e.Kept, err = k.People.KeepWords(r.Context(), fields); fault.Is(err, fault.Unavailable) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, ToSignIn(w, r, e.Next())
}

// KeptWords gives the words that were kept over a sign-in and come back by the
// address; none if they are gone.
func (k *Kit) KeptWords(r *http.Request) (ticket string, fields url.Values, err error) {
	ticket = r.URL.Query().Get(kept)
	if ticket == "" {
		return "", nil, nil
	}
	fields, err = k.People.KeptWords(r.Context(), ticket)
	if fault.Is(err, fault.NotFound) {
		return "", nil, nil
	}
	return ticket, fields, err
}

// kept is the name under which the ticket of kept words stands in addresses and forms.
const kept = "kept"

// SignInFirst answers a form that a visitor sent and whose words cannot be kept:
// it is shown again with what they typed and a way to sign in. It reports whether
// err asks for that.
func SignInFirst(v *View, err error, wrong *Wrong) bool {
	if !fault.Is(err, fault.Unauthorised) {
		return false
	}
	v.Status = http.StatusUnauthorized
	*wrong = Wrong{Field: signInField, Text: v.T("Sign in first. Your words stay here: sign in on another page, come back, and send them again.")}
	return true
}

// signInField is the Field of a Wrong that signing in would mend.
const signInField = "sign-in"

// ToSignIn sends a visitor to sign in and to next afterwards, which may have an
// errand in it.
func ToSignIn(w http.ResponseWriter, r *http.Request, next string) error {
	to := "/signin?next=" + url.QueryEscape(next)
	if Partial(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return Back(w, r, to)
}
