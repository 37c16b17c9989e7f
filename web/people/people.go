// Package people is who speaks on the square: the people of the company, with
// what they answer for, and what anybody's public words are.
package people

import (
	"embed"
	"net/http"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// faces is the handlers of this folder.
type faces struct{ *page.Kit }

// Routes serves the people of the square.
func Routes(mux *http.ServeMux, k *page.Kit) {
	f := faces{k}
	mux.Handle("GET /people", k.Cached(k.Handle(f.list)))
	mux.Handle("GET /people/{id}", k.Cached(k.Handle(f.show)))
}

func (f faces) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	team, err := f.People.Faces(r.Context())
	if err != nil {
		return err
	}
	v.Title, v.Section = v.T("People"), "people"
	v.About = v.T("The people of {brand} who listen, answer and decide.", "brand", v.Site.Brand)
	return f.Show(w, r, v, listPage(v, team))
}

// someone is one person, as everybody may see them.
type someone struct {
	person    know.Person
	decisions []shape.Decision
	releases  []shape.Release
	proposed  []shape.Idea
	ideas     map[int64]shape.Idea // that were decided on
}

// shown is how many of each a page shows.
const shown = 50

// show gives one person's page. Who left has none.
func (f faces) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, s := r.Context(), someone{}
	if s.person, err = f.People.Person(ctx, id); err != nil {
		return err
	}
	if s.person.Left() || s.person.Name == "" || !s.person.Role.AtLeast(know.Member) {
		return fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	// A person's page is the same for everybody who may see the ideas on it:
	// what they wrote and hid or withdrew is on their own page.
	if s.proposed, _, err = f.Ideas.List(ctx, v.Actor, shape.Filter{Person: id, Sort: shape.ByNew, Limit: shown}); err != nil {
		return err
	}
	visible := s.proposed[:0]
	for _, i := range s.proposed {
		if i.State == know.Visible {
			visible = append(visible, i)
		}
	}
	s.proposed = visible
	if len(visible) == 0 && !s.person.Role.AtLeast(know.Staff) && v.Actor.ID != id && !v.Actor.IsStaff() {
		// Who never spoke up here is nobody's business.
		return fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	if s.person.Role.AtLeast(know.Staff) {
		if err := f.made(r, v, &s); err != nil {
			return err
		}
	}
	v.Title, v.Section = s.person.Name, "people"
	return f.Show(w, r, v, personPage(v, s))
}

// made adds what somebody of the team decided and released.
func (f faces) made(r *http.Request, v *page.View, s *someone) (err error) {
	ctx := r.Context()
	if s.decisions, err = f.Ideas.DecisionsBy(ctx, v.Actor, s.person.ID, shown); err != nil {
		return err
	}
	ids := make([]int64, len(s.decisions))
	for i, d := range s.decisions {
		ids[i] = d.Idea
	}
	if s.ideas, err = f.Ideas.ByID(ctx, v.Actor, ids); err != nil {
		return err
	}
	all, _, err := f.Ideas.Releases(ctx, v.Actor, "", 100)
	for _, release := range all {
		if release.By == s.person.ID {
			s.releases = append(s.releases, release)
		}
	}
	return err
}
