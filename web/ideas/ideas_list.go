package ideas

import (
	"net/http"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

const (
	perPage   = 20
	tagsShown = 16
)

// list is all that the list's page shows.
type list struct {
	Choice choice
	Ideas  []shape.Idea
	Voted  map[int64]bool
	Counts map[shape.Stage]int64
	All    int64
	Tags   []shape.TagCount
	Calls  []shape.Call
	Call   shape.Call // the one chosen
	Next   string
}

// uncounted is a number that is not shown.
const uncounted = -1

// counted gives a count of ideas as it stands beside a stage: the counts are of
// all ideas, so that beside a search they would say what is not there.
func (l list) counted(n int64) int64 {
	if l.Choice.withStage("").narrow() {
		return uncounted
	}
	return n
}

// filter is the list that a request asks for.
func filter(r *http.Request) (choice, shape.Filter) {
	q := r.URL.Query()
	c := chosen(q)
	return c, shape.Filter{Text: c.Text, Stage: c.Stage, Tag: c.Tag, Call: c.Call, Sort: c.sort(), Cursor: q.Get("cursor"), Limit: perPage}
}

// listMark marks the pages of the list: all that is on them but the list itself
// changes with facts that make it another list, too.
func (h handlers) listMark(r *http.Request, a know.Actor) (uint64, error) {
	_, f := filter(r)
	return h.Ideas.ListMark(r.Context(), a, f)
}

func (h handlers) list(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	c, f := filter(r)
	l := list{Choice: c}
	if l.Counts, err = h.Ideas.Counts(ctx); err != nil {
		return err
	}
	for _, n := range l.Counts {
		l.All += n
	}
	if l.Ideas, l.Next, err = h.Ideas.List(ctx, v.Actor, f); err != nil {
		return err
	}
	l.Next = c.further(l.Next)
	if l.Voted, err = h.Ideas.Voted(ctx, v.Actor.ID, ids(l.Ideas)); err != nil {
		return err
	}
	if l.Tags, err = h.Ideas.Tags(ctx, v.Actor, tagsShown); err != nil {
		return err
	}
	if l.Calls, err = h.Ideas.Calls(ctx, v.Actor, true); err != nil {
		return err
	}
	if c.Call != 0 {
		if l.Call, err = h.Ideas.Call(ctx, v.Actor, c.Call); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	v.Title, v.Section, v.Feed, v.NoIndex = v.T("Ideas"), "ideas", "/ideas.atom", c.Text != ""
	v.About = v.T("What people ask of {brand}: read it, vote for it, add your voice, and see what becomes of it.", "brand", v.Site.Brand)
	return h.Show(w, r, v, listPage(v, l))
}

func ids(ideas []shape.Idea) []int64 {
	list := make([]int64, len(ideas))
	for i, idea := range ideas {
		list[i] = idea.ID
	}
	return list
}

// call shows a call for ideas.
func (h handlers) call(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := h.Ideas.Call(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	ideas, next, err := h.Ideas.List(ctx, v.Actor, shape.Filter{Call: id, Limit: perPage})
	if err != nil {
		return err
	}
	voted, err := h.Ideas.Voted(ctx, v.Actor.ID, ids(ideas))
	if err != nil {
		return err
	}
	people, err := h.People.People(ctx, []int64{c.By})
	if err != nil {
		return err
	}
	v.Title, v.Section, v.Feed = c.Title, "ideas", "/ideas.atom"
	v.About = v.Excerpt(c.Will, 160)
	return h.Show(w, r, v, callPage(v, c, people[c.By], ideas, voted, choice{Call: id}.further(next)))
}
