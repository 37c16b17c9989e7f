package carry

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tribune/advocate"
	"tribune/event"
	"tribune/internal/fault"
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
	kept   string // ticket of the reason, if it was kept over a sign-in
	wrong  page.Wrong
}

// may reports whether the reader may say thanks here, once they are signed in.
func (t thanking) may(v *page.View) bool {
	return v.Actor.ID == 0 || t.about.Author != v.Actor.ID && t.mine.State != know.Hidden
}

func (h handlers) thanks(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ticket, words, err := h.KeptWords(r)
	if err != nil {
		return err
	}
	return h.showThanks(w, r, v, subject(r), thanking{reason: words.Get("reason"), kept: ticket})
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
	t := thanking{reason: reason, kept: r.PostForm.Get("kept")}
	if fault.Is(err, fault.Unauthorised) && strings.TrimSpace(reason) != "" {
		errand := page.Errand{Do: page.ToThank, ID: about.ID, Kind: about.Kind}
		if done, err := h.KeepOver(w, r, errand, url.Values{"reason": {reason}, "language": {v.Lang()}}); done || err != nil {
			return err
		}
	}
	if err == nil {
		err = h.People.DropWords(r.Context(), t.kept)
	}
	if err != nil {
		if !page.SignInFirst(v, err, &t.wrong) {
			if err := v.Wrong(err, &t.wrong); err != nil {
				return err
			}
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

// sortOf names the sort of an effect.
func sortOf(e advocate.Effect) string {
	switch {
	case e.Ref.Kind == "comment", e.Ref.Kind == "reply":
		return e.Ref.Kind
	case e.Said != "":
		return "elsewhere"
	case e.Title == "":
		return string(e.Kind) + " in private"
	}
	return string(e.Kind)
}

// says tells what lasted; what it was about follows, where there is something.
func (l lasting) says(v *page.View) string {
	switch l.sort {
	case "comment":
		return v.T("Helped by a comment, under")
	case "reply":
		return v.T("Helped by a reply, under")
	case "elsewhere":
		return v.T("Answered what was said elsewhere, and it helped:")
	case string(advocate.Helped):
		return v.T("Answered in public, and it helped:")
	case string(advocate.HasShipped):
		return v.T("Proposed what became real:")
	case string(advocate.EditTaken):
		return v.T("Found a better wording, in")
	case string(advocate.FriendStays):
		return v.T("Brought a friend who stayed, by a link to")
	case string(advocate.FriendStays) + " in private":
		return v.T("Brought a friend who stayed, by word of mouth.")
	}
	return v.T("Answered in private, and it helped.")
}
