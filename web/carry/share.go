package carry

import (
	"cmp"
	"net/http"
	"strconv"

	"tribune/advocate"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

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
	http.Redirect(w, r, page.With(o.To, o.Code), http.StatusSeeOther)
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

// credit keeps whether the reader is named in credit lines, and leads back to
// where they said so.
func (h handlers) credit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Advocacy.ChooseCredit(r.Context(), v.Actor, advocate.CreditChoice(r.PostForm.Get("credit"))); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, cmp.Or(know.SafeNext(r.PostForm.Get("next")), "/me/settings#credit"))
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
