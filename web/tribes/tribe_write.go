package tribes

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/tribe"
	"tribune/web/page"
)

// draft is a tribe being started, changed, or made of a suggestion.
type draft struct {
	id      int64           // of the tribe that is changed, 0 for a new one
	group   tribe.Suggested // that it is made of, the zero one if none
	name    string
	stands  string
	shown   bool
	version int64
	wrong   page.Wrong
	other   tribe.Tribe // that has a name like this one
	kept    string      // ticket of these words, if they were kept over a sign-in
}

func (d draft) action() string {
	switch {
	case d.group.Group.ID != 0:
		return "/me/suggested/" + strconv.FormatInt(d.group.Group.ID, 10) + "/take"
	case d.id != 0:
		return string(urlOf(d.id, "edit"))
	}
	return "/tribes"
}

func (h handlers) begin(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d := draft{shown: true}
	ticket, words, err := h.KeptWords(r)
	if err != nil {
		return err
	}
	if ticket != "" {
		d = draftOf(words)
		d.kept = ticket
	}
	v.Title, v.Section = v.T("Start a tribe"), "tribes"
	return h.Show(w, r, v, draftPage(v, d))
}

func (h handlers) start(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d, err := typed(w, r)
	if err != nil {
		return err
	}
	t, err := h.Tribes.Start(r.Context(), v.Actor, tribe.NewTribe{Name: d.name, Stands: d.stands, Shown: d.shown})
	if fault.Is(err, fault.Unauthorised) && strings.TrimSpace(d.name) != "" {
		fields := url.Values{"name": {d.name}, "stands": {d.stands}, "shown": {r.PostForm.Get("shown")}}
		if done, err := h.KeepOver(w, r, page.Errand{Do: page.ToStart}, fields); done || err != nil {
			return err
		}
	}
	if err == nil {
		err = h.People.DropWords(r.Context(), d.kept)
	}
	if err != nil {
		v.Title = v.T("Start a tribe")
		return h.again(w, r, v, d, err)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, string(urlOf(t.ID)))
}

// typed reads what a form says.
func typed(w http.ResponseWriter, r *http.Request) (d draft, err error) {
	if err := page.Form(w, r); err != nil {
		return d, err
	}
	d = draftOf(r.PostForm)
	d.version, _ = strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	return d, nil
}

func draftOf(fields url.Values) draft {
	return draft{name: fields.Get("name"), stands: fields.Get("stands"), shown: fields.Get("shown") == "1", kept: fields.Get("kept")}
}

// again shows a form with what was typed and what is wrong with it; a name that
// another tribe has comes with a link to that one.
func (h handlers) again(w http.ResponseWriter, r *http.Request, v *page.View, d draft, err error) error {
	v.Section = "tribes"
	if page.SignInFirst(v, err, &d.wrong) {
		return h.Show(w, r, v, draftPage(v, d))
	}
	if err := v.Wrong(err, &d.wrong); err != nil {
		return err
	}
	if d.wrong.On("name") != "" {
		other, ok, err := h.Tribes.Named(r.Context(), v.Actor, d.name)
		if err != nil {
			return err
		}
		if ok && other.ID != d.id {
			d.other = other
		}
	}
	return h.Show(w, r, v, draftPage(v, d))
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	t, err := h.own(r, v)
	if err != nil {
		return err
	}
	v.Title, v.Section = v.T("Edit"), "tribes"
	return h.Show(w, r, v, draftPage(v, draft{id: t.ID, name: t.Name, stands: t.Stands, version: t.Version}))
}

// own gives a tribe that the reader may change.
func (h handlers) own(r *http.Request, v *page.View) (t tribe.Tribe, err error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return t, err
	}
	if t, err = h.Tribes.Tribe(r.Context(), v.Actor, id); err != nil {
		return t, err
	}
	return t, h.Tribes.MayChange(r.Context(), v.Actor, t)
}

func (h handlers) edited(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d, err := typed(w, r)
	if err != nil {
		return err
	}
	if d.id, err = page.ID(r, "id"); err != nil {
		return err
	}
	if _, err = h.Tribes.Change(r.Context(), v.Actor, d.id, tribe.Edit{Name: d.name, Stands: d.stands, Version: d.version}); err != nil {
		if fault.Is(err, fault.Forbidden) {
			return err
		}
		if fault.Is(err, fault.Conflict) { // the next sending is made of what stands now, which the page links to
			if t, err := h.Tribes.Tribe(r.Context(), v.Actor, d.id); err == nil {
				d.version = t.Version
			}
		}
		v.Title = v.T("Edit")
		return h.again(w, r, v, d, err)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, string(urlOf(d.id)))
}

// suggested is the form with which a suggestion is taken.
func (h handlers) suggested(w http.ResponseWriter, r *http.Request, v *page.View) error {
	g, err := h.suggestion(r, v)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("A tribe that could be yours"), "me", true
	return h.Show(w, r, v, draftPage(v, draft{group: g, shown: true}))
}

// suggestion finds what is suggested to the reader.
func (h handlers) suggestion(r *http.Request, v *page.View) (g tribe.Suggested, err error) {
	if v.Actor.ID == 0 {
		return g, fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
	}
	id, err := page.ID(r, "id")
	if err != nil {
		return g, err
	}
	all, err := h.Tribes.Suggestions(r.Context(), v.Actor)
	for _, one := range all {
		if one.Group.ID == id {
			return one, nil
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "This group is no longer there: people do other things with each other now.")
	}
	return g, err
}

func (h handlers) take(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d, err := typed(w, r)
	if err != nil {
		return err
	}
	if d.group, err = h.suggestion(r, v); err != nil {
		return err
	}
	t, err := h.Tribes.Take(r.Context(), v.Actor, d.group.Group.ID, tribe.NewTribe{Name: d.name, Stands: d.stands, Shown: d.shown})
	if err != nil {
		v.Title = v.T("A tribe that could be yours")
		return h.again(w, r, v, d, err)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, string(urlOf(t.ID)))
}

func (h handlers) refuse(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if v.Actor.ID == 0 {
		return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
	}
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.Tribes.Refuse(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me#tribes")
}
