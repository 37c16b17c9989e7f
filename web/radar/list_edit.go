package radar

import (
	"net/http"
	"strings"

	"tribune/internal/query"
	"tribune/listen"
	"tribune/listen/saved"
	"tribune/web/desk"
	"tribune/web/page"
)

func (x *radar) lists(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title, v.Section = v.T("Saved lists"), "radar"
	all, err := x.Radar.Lists(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, listsPage(v, all))
}

// listForm is a saved list being written.
type listForm struct {
	id      int64 // 0: a new one
	name    string
	kind    query.ListKind
	items   string // one a line
	queries []saved.Follower
	wrong   page.Wrong
}

func (x *radar) newList(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showList(w, r, v, listForm{kind: query.ListWords})
}

func (x *radar) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	l, by, err := x.Radar.List(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return x.showList(w, r, v, listForm{id: id, name: l.Name, kind: l.Kind, items: strings.Join(l.Items, "\n"), queries: by})
}

func (x *radar) showList(w http.ResponseWriter, r *http.Request, v *page.View, f listForm) error {
	v.Title, v.Section = v.T("A saved list"), "radar"
	return x.ShowDesk(w, r, v, listPage(v, f))
}

func (x *radar) addList(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.saveList(w, r, v, listForm{})
}

func (x *radar) changeList(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	_, by, err := x.Radar.List(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return x.saveList(w, r, v, listForm{id: id, queries: by})
}

func (x *radar) saveList(w http.ResponseWriter, r *http.Request, v *page.View, f listForm) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f.name, f.kind, f.items = r.PostForm.Get("name"), query.ListKind(r.PostForm.Get("kind")), r.PostForm.Get("items")
	_, err := x.Radar.PutList(r.Context(), v.Actor, f.id, listen.NewList{Name: f.name, Kind: f.kind, Items: strings.Split(f.items, "\n")})
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showList(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/radar/lists")
}

func (x *radar) removeList(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := x.Radar.RemoveList(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/desk/radar/lists")
}

func (f listForm) action() string {
	if f.id == 0 {
		return "/desk/radar/lists/new"
	}
	return desk.Link("/desk/radar/lists/%d", f.id)
}

func listKinds(v *page.View) []page.Option {
	return []page.Option{
		{Value: string(query.ListWords), Name: v.T("words and phrases, #hashtags, @handles")},
		{Value: string(query.ListAuthors), Name: v.T("authors: names, or @handles")},
		{Value: string(query.ListSites), Name: v.T("sites, such as example.com")},
	}
}

// listOf says of what and how many a list is.
func listOf(v *page.View, l saved.List) string {
	n := int64(len(l.Items))
	switch l.Kind {
	case query.ListAuthors:
		return v.N("{n} author", "{n} authors", n)
	case query.ListSites:
		return v.N("{n} site", "{n} sites", n)
	}
	return v.N("{n} word or phrase", "{n} words or phrases", n)
}

// named writes the name of a list as a query asks for it.
func named(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool {
		return !(r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) {
		return `list:"` + name + `"`
	}
	return "list:" + name
}

// few gives the first items of a list, to show what it is.
func few(l saved.List) string { return strings.Join(l.Items[:min(len(l.Items), 12)], ", ") }
