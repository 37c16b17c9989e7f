package workshop

import (
	"net/http"
	"net/url"

	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// triage is the list of ideas and how it is filtered.
type triage struct {
	show  string // undecided, or a stage, or "" for all
	text  string
	sort  string
	ideas []shape.Idea
	next  string
	count map[shape.Stage]int64
	held  int // voices of visitors that nobody has read
}

func (x *workshop) ideas(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	v.Title, v.Section = v.T("Ideas"), "ideas"
	q := r.URL.Query()
	t := triage{show: q.Get("show"), text: q.Get("q"), sort: q.Get("sort")}
	f := shape.Filter{Text: t.text, Sort: shape.Sort(t.sort), Cursor: q.Get("cursor"), Limit: 50}
	switch t.show {
	case "undecided": // one that was opened again has a decision
		f.Stage, f.Undecided = shape.Open, true
	default:
		f.Stage = shape.Stage(t.show)
	}
	if f.Sort != shape.ByNew && f.Sort != shape.ByDecided && f.Sort != shape.ByVoices {
		f.Sort, t.sort = shape.ByVotes, ""
	}
	var next string
	var err error
	if t.ideas, next, err = x.Ideas.List(ctx, v.Actor, f); err != nil {
		return err
	}
	if next != "" {
		q.Set("cursor", next)
		t.next = "/desk/ideas?" + q.Encode()
	}
	if t.count, err = x.Ideas.Counts(ctx); err != nil {
		return err
	}
	held, err := x.Ideas.VoicesToRead(ctx, v.Actor, 200)
	if err != nil {
		return err
	}
	t.held = len(held)
	return x.ShowDesk(w, r, v, triagePage(v, t))
}

// tabs are the workshop's pages.
func tabs(v *page.View, current string) []desk.Tab {
	return []desk.Tab{
		{Name: v.T("Ideas"), Href: "/desk/ideas", Current: current == "ideas"},
		{Name: v.T("Calls for ideas"), Href: "/desk/calls", Current: current == "calls"},
		{Name: v.T("Charter"), Href: "/desk/charter", Current: current == "charter"},
		{Name: v.T("Hidden"), Href: "/desk/hidden", Current: current == "hidden"},
	}
}

func (t triage) options(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("all")}, {Value: "undecided", Name: v.T("no decision yet")}}
	for _, s := range shape.Stages() {
		options = append(options, page.Option{Value: string(s), Name: v.T("{stage} ({n})", "stage", v.Stage(s, ""), "n", v.Number(t.count[s]))})
	}
	return options
}

func sorts(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("most votes")}, {Value: "voices", Name: v.T("most voices")}, {Value: "new", Name: v.T("newest")}, {Value: "decided", Name: v.T("last decided")}}
}

// finding is the search for an idea, for words to stand behind or for another
// idea to become part of.
type finding struct {
	words, text string
	merge       int64
	ideas       []shape.Idea
}

// target is where the button of an idea that was found sends.
func (f finding) target() string {
	if f.merge != 0 {
		return desk.Link("/desk/ideas/%d/merge", f.merge)
	}
	return "/desk/voices/add"
}

// fields are the words' own fields, for the button's form.
func (f finding) fields() [][2]string {
	values, err := url.ParseQuery(f.words)
	if err != nil {
		return nil
	}
	var out [][2]string
	for _, name := range []string{"mention", "message"} {
		if value := values.Get(name); value != "" {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}
