package workshop

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

func (x *workshop) releases(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title, v.Section = v.T("Releases"), "releases"
	list, next, err := x.Ideas.Releases(r.Context(), v.Actor, r.URL.Query().Get("cursor"), 30)
	if err != nil {
		return err
	}
	if next != "" {
		next = "/desk/releases?cursor=" + next
	}
	return x.ShowDesk(w, r, v, releasesPage(v, list, next))
}

// releaseForm is a release being written.
type releaseForm struct {
	id      int64 // 0: a new one
	typed   map[string]string
	chosen  map[int64]bool // ideas
	offered []shape.Idea   // ideas to choose from
	thanks  []thanked      // those who are thanked besides those its ideas came from
	follows []shape.Credit // thanked because of its ideas
	wrong   page.Wrong
}

// thanked is a line of the form: somebody and what they are thanked for.
type thanked struct {
	who     string // what was typed: a name or an address
	because shape.CreditFor
}

// thanksLines is how many people a release's form can thank at first; there
// is always one more line.
const thanksLines = 3

func (x *workshop) newRelease(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showRelease(w, r, v, releaseForm{typed: map[string]string{"released_at": dayText(x.Now(), v.Zone())}, chosen: map[int64]bool{}})
}

func (x *workshop) release(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	rel, err := x.Ideas.Release(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	f := releaseForm{id: id, chosen: map[int64]bool{}, typed: map[string]string{"title": rel.Title, "body": rel.Body, "released_at": dayText(rel.ReleasedAt, v.Zone())}}
	for _, i := range rel.Ideas {
		f.chosen[i.ID] = true
	}
	credits, err := x.Ideas.Thanked(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	for _, c := range credits {
		if c.Because == shape.ForTesting || c.Because == shape.ForMaking {
			f.thanks = append(f.thanks, thanked{c.Name, c.Because})
		}
	}
	return x.showRelease(w, r, v, f)
}

// showRelease shows the form with the ideas to choose from: those under way,
// then those that shipped last.
func (x *workshop) showRelease(w http.ResponseWriter, r *http.Request, v *page.View, f releaseForm) error {
	v.Title, v.Section = v.T("A release"), "releases"
	road, err := x.Ideas.Roadmap(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	var ids []int64
	for id := range f.chosen {
		ids = append(ids, id)
	}
	chosen, err := x.Ideas.ByID(r.Context(), v.Actor, ids)
	if err != nil {
		return err
	}
	for _, i := range chosen {
		f.offered = append(f.offered, i)
	}
	slices.SortFunc(f.offered, func(a, b shape.Idea) int { return int(a.ID - b.ID) })
	for _, stage := range []shape.Stage{shape.Started, shape.Planned, shape.Shipped} {
		for n, i := range road[stage] {
			if n < 15 && !f.chosen[i.ID] {
				f.offered = append(f.offered, i)
			}
		}
	}
	if f.id != 0 {
		credits, err := x.Ideas.Thanked(r.Context(), v.Actor, f.id)
		if err != nil {
			return err
		}
		for _, c := range credits {
			if c.Because != shape.ForTesting && c.Because != shape.ForMaking && c.Name != "" {
				f.follows = append(f.follows, c)
			}
		}
	}
	for range max(1, thanksLines-len(f.thanks)) {
		f.thanks = append(f.thanks, thanked{because: shape.ForTesting})
	}
	return x.ShowDesk(w, r, v, releasePage(v, f))
}

func (x *workshop) makeRelease(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.saveRelease(w, r, v, 0)
}

func (x *workshop) changeRelease(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.saveRelease(w, r, v, id)
}

func (x *workshop) saveRelease(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := releaseForm{id: id, typed: typed(r), chosen: map[int64]bool{}}
	for _, text := range r.PostForm["idea"] {
		if idea, err := strconv.ParseInt(text, 10, 64); err == nil {
			f.chosen[idea] = true
		}
	}
	why := r.PostForm["because"]
	for n, who := range r.PostForm["thanks"] {
		if n < len(why) && strings.TrimSpace(who) != "" {
			f.thanks = append(f.thanks, thanked{who, shape.CreditFor(why[n])})
		}
	}
	saved, err := x.putRelease(r, v, f)
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showRelease(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/releases/%d", saved.ID))
}

func (x *workshop) putRelease(r *http.Request, v *page.View, f releaseForm) (rel shape.Release, err error) {
	ctx := r.Context()
	n := shape.NewRelease{Title: f.typed["title"], Body: f.typed["body"], Language: v.Lang()}
	day, err := dayOf(f.typed["released_at"], v.Zone(), "released_at")
	if err != nil {
		return rel, err
	}
	if !day.IsZero() && dayText(x.Now(), v.Zone()) != f.typed["released_at"] {
		n.ReleasedAt = day
	}
	for id := range f.chosen {
		n.Ideas = append(n.Ideas, id)
	}
	slices.Sort(n.Ideas)
	for _, t := range f.thanks {
		person, err := x.somebody(r, v, t.who)
		if err != nil {
			return rel, err
		}
		n.Credits = append(n.Credits, shape.Credit{Person: person, Because: t.because})
	}
	if f.id == 0 {
		return x.Ideas.MakeRelease(ctx, v.Actor, n)
	}
	was, err := x.Ideas.Release(ctx, v.Actor, f.id)
	if err != nil {
		return rel, err
	}
	if dayText(was.ReleasedAt, v.Zone()) == f.typed["released_at"] {
		n.ReleasedAt = was.ReleasedAt // the same day: its hour stays
	}
	return x.Ideas.EditRelease(ctx, v.Actor, f.id, n)
}

// somebody finds the one person that a name or an address names.
func (x *workshop) somebody(r *http.Request, v *page.View, text string) (int64, error) {
	people, err := x.People.Search(r.Context(), v.Actor, text, 20)
	if err != nil {
		return 0, err
	}
	var exact []int64
	for _, p := range people {
		if know.SameName(text, p.Name) {
			exact = append(exact, p.ID)
		}
	}
	switch {
	case len(exact) == 1:
		return exact[0], nil
	case len(people) == 1:
		return people[0].ID, nil
	case len(people) == 0:
		return 0, fault.New(fault.Invalid, "Nobody here is called {name}. Write the name as it stands among the people.", "name", text).On("thanks")
	}
	return 0, fault.New(fault.Invalid, "Several people are called {name}. Write the whole name, or the mail address.", "name", text).On("thanks")
}

func (f releaseForm) action() string {
	if f.id == 0 {
		return "/desk/releases/new"
	}
	return desk.Link("/desk/releases/%d", f.id)
}

func credits(v *page.View) []page.Option {
	return []page.Option{{Value: string(shape.ForTesting), Name: v.T("tried it for us")}, {Value: string(shape.ForMaking), Name: v.T("made it with us")}}
}

// thankedFor says what somebody is thanked for.
func thankedFor(v *page.View, c shape.CreditFor) string {
	switch c {
	case shape.ForProposing:
		return v.T("proposed it")
	case shape.ForVoice:
		return v.T("asked for it")
	case shape.ForCommenting:
		return v.T("discussed it")
	case shape.ForTesting:
		return v.T("tried it for us")
	}
	return v.T("made it with us")
}
