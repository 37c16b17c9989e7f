package carry

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
	"tribune/web/page"
)

// thanksShown is how many thanks for one thing a page shows.
const thanksShown = 100

// thanking is the page of thanks for one thing.
type thanking struct {
	about  advocate.Thing
	to     know.Person
	given  []advocate.Thanks
	people map[int64]know.Person
	mine   advocate.Thanks // what the reader said before
	reason string
	wrong  page.Wrong
}

func (h handlers) thanks(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showThanks(w, r, v, subject(r), thanking{})
}

func (h handlers) showThanks(w http.ResponseWriter, r *http.Request, v *page.View, about event.Ref, t thanking) (err error) {
	if !slices.Contains(advocate.ThanksFor(), about.Kind) {
		return nothing()
	}
	ctx := r.Context()
	if t.about, err = h.Advocacy.Thing(ctx, v.Actor, about); err != nil {
		return err
	}
	if t.given, err = h.Advocacy.ThanksOf(ctx, v.Actor, about, 0, thanksShown); err != nil {
		return err
	}
	who := []int64{t.about.Author}
	for _, one := range t.given {
		who = append(who, one.By)
		if v.Actor.ID != 0 && one.By == v.Actor.ID {
			t.mine = one
		}
	}
	if t.people, err = h.People.People(ctx, who); err != nil {
		return err
	}
	t.to = t.people[t.about.Author]
	if t.reason == "" && t.wrong.Text == "" {
		t.reason = t.mine.Reason
	}
	v.Title, v.NoIndex = v.T("Say thank you"), true
	return h.Show(w, r, v, thanksPage(v, t))
}

func (h handlers) thank(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	about, reason := subject(r), r.PostForm.Get("reason")
	given, err := h.Advocacy.Thank(r.Context(), v.Actor, advocate.NewThanks{Subject: about, Reason: reason, Language: v.Lang()})
	if err != nil {
		t := thanking{reason: reason}
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
		return h.showThanks(w, r, v, about, t)
	}
	page.Flash(w, r, "sent")
	return page.Back(w, r, given.Path(v.Actor))
}

// change sets the state of thanks, and goes back to them.
func (h handlers) change(w http.ResponseWriter, r *http.Request, v *page.View, to know.TextState, done string) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Advocacy.ChangeThanks(r.Context(), v.Actor, id, to, r.PostForm.Get("reason")); err != nil {
		return err
	}
	given, err := h.Advocacy.OneThanks(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	page.Flash(w, r, done)
	return page.Back(w, r, thanksURL(given.Subject.Kind, given.Subject.ID))
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.change(w, r, v, know.Withdrawn, "removed")
}

func (h handlers) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.change(w, r, v, know.Hidden, "saved")
}

func (h handlers) unhide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.change(w, r, v, know.Visible, "saved")
}

// thanksURL is the page of thanks for one thing.
func thanksURL(kind string, id int64) string {
	return "/thanks?" + url.Values{"kind": {kind}, "id": {strconv.FormatInt(id, 10)}}.Encode()
}

func ofThanks(t advocate.Thanks, act string) templ.SafeURL {
	return templ.SafeURL("/thanks/" + strconv.FormatInt(t.ID, 10) + "/" + act)
}

// what names what somebody is thanked for.
func what(v *page.View, kind string) string {
	switch kind {
	case "answer":
		return v.T("for an answer")
	case "comment":
		return v.T("for a comment")
	case "voice":
		return v.T("for their words")
	case "idea":
		return v.T("for an idea")
	case "post":
		return v.T("for a post")
	case "reply":
		return v.T("for a reply")
	case "decision":
		return v.T("for a decision")
	}
	return v.T("for what has changed")
}

// lasted says what kind of thing lasted; its title follows, if there is one.
func lasted(v *page.View, e advocate.Effect) string {
	switch {
	case e.Ref.Kind == "comment":
		return v.T("A comment that helped, under")
	case e.Ref.Kind == "reply":
		return v.T("A reply that helped, under")
	case e.Said != "":
		return v.T("An answer that helped, to words said elsewhere:")
	case e.Kind == advocate.Helped && e.Title != "":
		return v.T("An answer that helped:")
	case e.Kind == advocate.Helped:
		return v.T("In private, answers that helped people who had written to us.")
	case e.Kind == advocate.HasShipped:
		return v.T("An idea that became real:")
	case e.Kind == advocate.EditTaken:
		return v.T("A wording that its author took, in")
	case e.Title != "":
		return v.T("A friend who came by a link, and stayed. It led to")
	}
	return v.T("Friends who came by word of mouth, and stayed.")
}

// signInURL leads back here after signing in.
func signInURL(about advocate.Thing) string {
	return "/signin?next=" + url.QueryEscape(thanksURL(about.Kind, about.ID))
}
