// Package changes is "you said, we did": what changed, why, and thanks to whom.
package changes

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tribune/event"
	"tribune/shape"
	"tribune/web/carry"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes adds this folder's pages.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /changes", k.Cached(k.Handle(h.list)))
	mux.Handle("GET /changes/{id}", k.Cached(k.Handle(h.show)))
}

type handlers struct{ *page.Kit }

// perPage is how many changes stand on a page.
const perPage = 15

func (h handlers) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	releases, next, err := h.Ideas.Releases(r.Context(), v.Actor, r.URL.Query().Get("cursor"), perPage)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.Feed = v.T("You said, we did"), "changes", "/changes.atom"
	v.About = v.T("What changed at {brand} because people asked for it, and who they are.", "brand", v.Site.Brand)
	if next != "" {
		next = "/changes?cursor=" + url.QueryEscape(next)
	}
	return h.Show(w, r, v, listPage(v, releases, next))
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	rel, err := h.Ideas.Release(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	people, err := h.People.People(r.Context(), []int64{rel.By})
	if err != nil {
		return err
	}
	var ids []int64
	for _, idea := range rel.Ideas {
		ids = append(ids, idea.ID)
	}
	voted, err := h.Ideas.Voted(r.Context(), v.Actor.ID, ids)
	if err != nil {
		return err
	}
	here, err := carry.At(r.Context(), h.Kit, v, event.Ref{Kind: "release", ID: id})
	if err != nil {
		return err
	}
	v.Title, v.Section, v.Feed = rel.Title, "changes", "/changes.atom"
	v.About = v.Excerpt(rel.Body, 160)
	return h.Show(w, r, v, showPage(v, rel, people[rel.By], voted, here))
}

// CameFrom says in one line from whom a change came: whose idea or whose
// words, how many voices and votes, who tried it. "" if nobody is known.
func CameFrom(v *page.View, r shape.Release) string {
	var parts []string
	if g := credited(r, shape.ForProposing); len(g.Names) > 0 {
		parts = append(parts, v.T("From the idea of {names}", "names", v.List(people(v, few(g)))))
	} else if g := credited(r, shape.ForVoice); len(g.Names) > 0 {
		parts = append(parts, v.T("From the words of {names}", "names", v.List(people(v, few(g)))))
	} else if len(r.Ideas) > 0 {
		parts = append(parts, v.N("From an idea of yours", "From {n} ideas of yours", int64(len(r.Ideas))))
	}
	if voices := named(r, shape.ForVoice); voices > 0 { // who is thanked: what was said since did not ask for it
		parts = append(parts, v.N("{n} voice", "{n} voices", voices))
	}
	if r.Voters > 0 {
		parts = append(parts, v.N("wanted by {n} person", "wanted by {n} people", r.Voters))
	}
	if testers := named(r, shape.ForTesting); testers > 0 {
		parts = append(parts, v.N("tried out by one of you", "tried out by {n} of you", testers))
	}
	return strings.Join(parts, ", ")
}

// credited gives those credited for something: the names, each once, and how
// many have none.
func credited(r shape.Release, because shape.CreditFor) (g thanks) {
	for _, c := range r.Credits {
		switch {
		case c.Because != because:
		case c.Name == "":
			g.Unnamed++
		case !slices.Contains(g.Names, c.Name):
			g.Names = append(g.Names, c.Name)
		}
	}
	return g
}

// named counts those credited for something, those without a name included.
func named(r shape.Release, because shape.CreditFor) (n int64) {
	for _, c := range r.Credits {
		if c.Because == because {
			n++
		}
	}
	return n
}

// few keeps a list of names readable: three, and how many more.
func few(g thanks) thanks {
	if len(g.Names) > 4 || len(g.Names) == 4 && g.Unnamed > 0 {
		return thanks{g.Because, g.Names[:3:3], g.Unnamed + int64(len(g.Names)-3)}
	}
	return g
}

// thanks is a group of those a change came from.
type thanks struct {
	Because string
	Names   []string
	Unnamed int64
}

// thanked groups a change's credits by what people are thanked for.
func thanked(v *page.View, r shape.Release) (groups []thanks) {
	for _, g := range []struct {
		because shape.CreditFor
		words   string
	}{
		{shape.ForProposing, v.T("proposed it")},
		{shape.ForVoice, v.T("said it, here or elsewhere")},
		{shape.ForCommenting, v.T("thought it through with us")},
		{shape.ForTesting, v.T("tried it out")},
		{shape.ForMaking, v.T("made it")},
	} {
		if by := credited(r, g.because); len(by.Names) > 0 || by.Unnamed > 0 {
			by.Because = g.words
			groups = append(groups, by)
		}
	}
	return groups
}

// people gives the names of a group, and how many more there are: those who
// did not agree to be named, and who left.
func people(v *page.View, g thanks) []string {
	switch {
	case g.Unnamed == 0:
		return g.Names
	case len(g.Names) == 0:
		return []string{v.N("somebody who is not named", "{n} people who are not named", g.Unnamed)}
	}
	return append(g.Names[:len(g.Names):len(g.Names)], v.N("{n} more person", "{n} more people", g.Unnamed))
}
