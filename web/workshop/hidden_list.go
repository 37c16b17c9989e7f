package workshop

import (
	"net/http"
	"strconv"

	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// hiddenShown is how many hidden things are listed at once.
const hiddenShown = 50

// hidden is the list of what one of us hid, of one kind.
type hidden struct {
	kind  string // idea, comment, voice
	list  []shape.HiddenPart
	next  string
	faces desk.Faces
}

// kinds are the lists of what is hidden.
func (h hidden) kinds(v *page.View) []desk.Tab {
	var tabs []desk.Tab
	for _, k := range []struct{ kind, name string }{{"idea", v.T("Ideas")}, {"comment", v.T("Comments")}, {"voice", v.T("Voices")}} {
		tabs = append(tabs, desk.Tab{Name: k.name, Href: "/desk/hidden?kind=" + k.kind, Current: h.kind == k.kind})
	}
	return tabs
}

// show is where the button that shows a part again sends.
func (h hidden) show(id int64) string {
	switch h.kind {
	case "comment":
		return desk.Link("/desk/comments/%d/show", id)
	case "voice":
		return desk.Link("/desk/voices/%d/show", id)
	}
	return desk.Link("/desk/ideas/%d/show", id)
}

// hidden lists what is hidden, with the reason, who hid it and when.
func (x *workshop) hidden(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	q := r.URL.Query()
	h := hidden{kind: first(q.Get("kind"), "idea")}
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	if h.list, err = x.Ideas.Hidden(r.Context(), v.Actor, h.kind, max(before, 0), hiddenShown+1); err != nil {
		return err
	}
	if len(h.list) > hiddenShown {
		h.list = h.list[:hiddenShown]
		h.next = desk.Link("/desk/hidden?kind="+h.kind+"&before=%d", h.list[hiddenShown-1].ID)
	}
	var people []int64
	for _, one := range h.list {
		people = append(people, one.Person, one.By)
	}
	if h.faces, err = desk.Meet(r.Context(), x.Kit, people, nil); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Hidden"), "ideas"
	return x.ShowDesk(w, r, v, hiddenPage(v, h))
}

// showComment shows a hidden comment again.
func (x *workshop) showComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := x.Ideas.ShowComment(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/hidden?kind=comment")
}
