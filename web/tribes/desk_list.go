package tribes

import (
	"net/http"
	"net/url"
	"strings"

	"tribune/know"
	"tribune/tribe"
	"tribune/web/page"
)

// desked is what the desk's list shows: those who joined, and, apart, those
// who only seem to belong together.
type desked struct {
	tribes []tribe.Tribe
	next   string
	groups []tribe.Group
	run    tribe.Run
	wrong  page.Wrong
}

func (h handlers) desk(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showDesk(w, r, v, page.Wrong{})
}

func (h handlers) showDesk(w http.ResponseWriter, r *http.Request, v *page.View, wrong page.Wrong) (err error) {
	d, ctx := desked{wrong: wrong}, r.Context()
	if d.tribes, d.next, err = h.Tribes.List(ctx, v.Actor, r.URL.Query().Get("cursor"), 0); err != nil {
		return err
	}
	if d.next != "" {
		d.next = "/desk/tribes?cursor=" + url.QueryEscape(d.next)
	}
	if d.groups, err = h.Tribes.Groups(ctx, v.Actor); err != nil {
		return err
	}
	if d.run, err = h.Tribes.LastLook(ctx, v.Actor); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Tribes"), "tribes"
	return h.ShowDesk(w, r, v, deskPage(v, d))
}

func (h handlers) look(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := h.Tribes.Look(r.Context(), v.Actor); err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		return h.showDesk(w, r, v, wrong)
	}
	return page.Back(w, r, "/desk/tribes#suggested")
}

func (h handlers) deskTribe(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	t, err := h.Tribes.Tribe(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	weeks, err := h.Tribes.Strengths(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	v.Title, v.Section = t.Name, "tribes"
	return h.ShowDesk(w, r, v, deskTribePage(v, t, weeks))
}

func (h handlers) deskGroup(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	g, people, err := h.Tribes.Group(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	v.Title, v.Section = groupName(v, g), "tribes"
	return h.ShowDesk(w, r, v, deskGroupPage(v, g, people))
}

// groupName is what a suggested group is called: it has no name, since nobody
// in it gave it one.
func groupName(v *page.View, g tribe.Group) string {
	if len(g.Words) > 0 {
		return v.List(g.Words[:min(3, len(g.Words))])
	}
	return v.T("{names} and others", "names", strings.Join(g.First, ", "))
}

// deskPerson is a person's page on the desk.
func deskPerson(p know.Person) string { return string(page.Path("/desk/people/", p.ID)) }
