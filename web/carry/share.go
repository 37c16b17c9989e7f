package carry

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/advocate"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

// via is the name under which a share link's code stands in an address.
const via = "via"

// follow opens a share link: it is counted, and leads to what it is about.
func (h handlers) follow(w http.ResponseWriter, r *http.Request, v *page.View) error {
	asker := gate.From(r.Context())
	reader := advocate.Reader{Person: asker.ID, Address: asker.Address, Agent: r.UserAgent(),
		Preview: r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "" || r.Header.Get("X-Moz") != ""}
	o, err := h.Advocacy.Open(r.Context(), r.PathValue("code"), reader)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	if o.Ended() || o.To == "" {
		v.Title, v.Status, v.NoIndex = v.T("This link has ended"), http.StatusGone, true
		return h.Show(w, r, v, endedPage(v, o))
	}
	http.Redirect(w, r, o.To+"?"+via+"="+url.QueryEscape(o.Code), http.StatusSeeOther)
	return nil
}

// subject reads what a form is about.
func subject(r *http.Request) event.Ref {
	id, _ := strconv.ParseInt(r.FormValue("id"), 10, 64)
	return event.Ref{Kind: r.FormValue("kind"), ID: id}
}

// share makes the reader's link to what they helped to make.
func (h handlers) share(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	link, err := h.Advocacy.MakeShare(r.Context(), v.Actor, subject(r))
	if err != nil {
		return err
	}
	return page.Back(w, r, pathOf(link.Subject)+"#share")
}

func (h handlers) end(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := h.Advocacy.EndShare(r.Context(), v.Actor, r.PathValue("code")); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me#shares")
}

// credit keeps whether the reader is named in credit lines.
func (h handlers) credit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Advocacy.ShowCredit(r.Context(), v.Actor, r.PostForm.Get("credit") == "1"); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me/settings#credit")
}

// pathOf is the page of what a link leads to.
func pathOf(subject event.Ref) string {
	id := strconv.FormatInt(subject.ID, 10)
	switch subject.Kind {
	case "post":
		return "/tribune/" + id
	case "release":
		return "/changes/" + id
	}
	return "/ideas/" + id
}

// Along takes the code of a share link along to where somebody goes after
// signing in: that of the address itself, or of the page they come from.
func Along(r *http.Request, next string) string {
	if Code(next) != "" {
		return next
	}
	code := r.URL.Query().Get(via)
	if from, err := url.Parse(r.Referer()); code == "" && err == nil && from.Host == r.Host {
		code = from.Query().Get(via)
	}
	if code == "" || len(code) > 40 {
		return next
	}
	to, err := url.Parse(next)
	if err != nil {
		return next
	}
	if to.Path == "" {
		to.Path = "/"
	}
	q := to.Query()
	q.Set(via, code)
	to.RawQuery = q.Encode()
	if with := know.SafeNext(to.String()); with != "" {
		return with
	}
	return next
}

// Code gives the code of a share link in an address of this site.
func Code(next string) string {
	to, err := url.Parse(next)
	if err != nil {
		return ""
	}
	return to.Query().Get(via)
}

// Without gives the address without the code, once it is used.
func Without(next string) string {
	to, err := url.Parse(next)
	if err != nil || !strings.Contains(to.RawQuery, via+"=") {
		return next
	}
	q := to.Query()
	q.Del(via)
	to.RawQuery = q.Encode()
	return to.String()
}

// because says what somebody did for a thing, to them.
func because(v *page.View, did []advocate.For) string {
	var parts []string
	for _, one := range []struct {
		what advocate.For
		text string
	}{
		{advocate.ForProposing, v.T("you proposed it")},
		{advocate.ForWriting, v.T("you wrote it")},
		{advocate.ForVoice, v.T("your words stand behind it")},
		{advocate.ForCommenting, v.T("you thought it through with us")},
		{advocate.ForWording, v.T("its author took your wording")},
		{advocate.ForTesting, v.T("you tried it out")},
		{advocate.ForMaking, v.T("you made it")},
	} {
		for _, f := range did {
			if f == one.what {
				parts = append(parts, one.text)
			}
		}
	}
	return v.List(parts)
}

// openings says about how often a link was opened.
func openings(v *page.View, s advocate.Share) string {
	switch n := advocate.Roughly(s.Opened); n {
	case 0:
		return v.T("not opened yet")
	case 1:
		return v.T("opened a few times")
	default:
		return v.T("opened about {n} times", "n", v.Number(n))
	}
}

// nothing is what one finds where nothing is.
func nothing() error {
	return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
}
