// Package ideas is the square's pages of ideas: the list, one idea with its
// voices, its decisions and its discussion, proposing, and calls for ideas.
package ideas

import (
	"cmp"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tribune/shape"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes adds this folder's pages.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /ideas", k.Common(k.Handle(h.list), h.listMark))
	mux.Handle("GET /ideas/new", k.Handle(h.propose))
	mux.Handle("POST /ideas", k.Handle(h.proposed))
	mux.Handle("GET /ideas/similar", k.Handle(h.similar))
	mux.Handle("GET /ideas/{id}", ownWords(k.Handle(h.show), k.Common(k.Handle(h.show), k.OfIdea)))
	mux.Handle("GET /ideas/{id}/history", k.Handle(h.history))
	mux.Handle("GET /ideas/{id}/edit", k.Handle(h.edit))
	mux.Handle("POST /ideas/{id}/edit", k.Handle(h.edited))
	mux.Handle("POST /ideas/{id}/withdraw", k.Handle(h.withdraw))
	mux.Handle("POST /ideas/{id}/vote", k.Handle(h.vote))
	mux.Handle("POST /ideas/{id}/against", k.Handle(h.against))
	mux.Handle("POST /ideas/{id}/follow", k.Handle(h.follow))
	mux.Handle("POST /ideas/{id}/comments", k.Handle(h.comment))
	mux.Handle("GET /ideas/{id}/comments/{comment}/edit", k.Handle(h.editComment))
	mux.Handle("POST /ideas/{id}/comments/{comment}/edit", k.Handle(h.editedComment))
	mux.Handle("POST /ideas/{id}/comments/{comment}/withdraw", k.Handle(h.withdrawComment))
	mux.Handle("POST /ideas/{id}/comments/{comment}/hide", k.Handle(h.hideComment))
	mux.Handle("POST /ideas/{id}/comments/{comment}/show", k.Handle(h.showComment))
	mux.Handle("POST /ideas/{id}/voices", k.Handle(h.voice))
	mux.Handle("POST /ideas/{id}/voices/{voice}/withdraw", k.Handle(h.withdrawVoice))
	mux.Handle("POST /ideas/{id}/voices/{voice}/hide", k.Handle(h.hideVoice))
	mux.Handle("POST /ideas/{id}/voices/{voice}/show", k.Handle(h.showVoice))
	mux.Handle("GET /voices/{id}/{code}", k.Handle(h.ownVoice))
	mux.Handle("POST /voices/{id}/{code}", k.Handle(h.takeBack))
	mux.Handle("GET /calls/{id}", k.Cached(k.Handle(h.call)))
}

type handlers struct{ *page.Kit }

// toSignIn sends a visitor to sign in and back to an idea afterwards, with what
// they were about to do.
func toSignIn(w http.ResponseWriter, r *http.Request, idea int64) error {
	next := page.IdeaURL(idea)
	if e, ok := page.ErrandOf(r.URL.Path, r.PostFormValue("on")); ok {
		next = e.Next()
	}
	return page.ToSignIn(w, r, next)
}

// idOf gives an idea's id from the path. "12.atom" is what people guess of a
// feed's address: they are sent to it.
func idOf(w http.ResponseWriter, r *http.Request) (id int64, done bool, err error) {
	if name, ok := strings.CutSuffix(r.PathValue("id"), ".atom"); ok {
		if n, err := strconv.ParseInt(name, 10, 64); err == nil && n > 0 {
			http.Redirect(w, r, feedOf(n), http.StatusMovedPermanently)
			return n, true, nil
		}
	}
	id, err = page.ID(r, "id")
	return id, false, err
}

// feedOf is the path of an idea's feed.
func feedOf(id int64) string { return page.IdeaURL(id) + "/feed.atom" }

// urlOf is the path of something of an idea.
func urlOf(idea int64, what string) string { return page.IdeaURL(idea) + "/" + what }

// partOf is the path of an act on a comment or voice of an idea.
func partOf(idea int64, kind string, id int64, act string) templ.SafeURL {
	return templ.SafeURL(page.IdeaURL(idea) + "/" + kind + "/" + strconv.FormatInt(id, 10) + "/" + act)
}

// choice is what a reader chose of the list, as its address says it.
type choice struct {
	Text  string
	Stage shape.Stage
	Tag   string
	Sort  shape.Sort
	Call  int64
}

// noStage stands for whatever is called a stage and is none: as with a tag that
// nothing bears, no idea is there.
const noStage shape.Stage = "none"

// chosen reads a choice; a call or an order that is not known is left out.
func chosen(q url.Values) (c choice) {
	c.Text = strings.TrimSpace(q.Get("q"))
	if c.Stage = shape.Stage(q.Get("stage")); c.Stage != "" && !slices.Contains(shape.Stages(), c.Stage) {
		c.Stage = noStage
	}
	c.Tag = q.Get("tag")
	switch s := shape.Sort(q.Get("sort")); s {
	case shape.ByNew, shape.ByDecided:
		c.Sort = s
	}
	if id, err := strconv.ParseInt(q.Get("call"), 10, 64); err == nil && id > 0 {
		c.Call = id
	}
	return c
}

// URL is the address of the choice's list.
func (c choice) URL() string {
	q := url.Values{}
	for _, p := range [][2]string{{"q", c.Text}, {"stage", string(c.Stage)}, {"tag", c.Tag}, {"sort", string(c.Sort)}} {
		if p[1] != "" {
			q.Set(p[0], p[1])
		}
	}
	if c.Call != 0 {
		q.Set("call", strconv.FormatInt(c.Call, 10))
	}
	if len(q) == 0 {
		return "/ideas"
	}
	return "/ideas?" + q.Encode()
}

// further is the address of the page after.
func (c choice) further(cursor string) string {
	if cursor == "" {
		return ""
	}
	u := c.URL()
	sep := "?"
	if strings.Contains(u, "?") {
		sep = "&"
	}
	return u + sep + "cursor=" + url.QueryEscape(cursor)
}

func (c choice) withStage(s shape.Stage) choice { c.Stage = s; return c }
func (c choice) withTag(t string) choice        { c.Tag = t; return c }
func (c choice) withSort(s shape.Sort) choice   { c.Sort = s; return c }
func (c choice) withCall(id int64) choice       { c.Call = id; return c }
func (c choice) withText(s string) choice       { c.Text = s; return c }

// narrow reports whether the choice leaves anything out.
func (c choice) narrow() bool {
	return c.Text != "" || c.Stage != "" || c.Tag != "" || c.Call != 0 || c.Sort == shape.ByDecided
}

// sort is the order in force.
func (c choice) sort() shape.Sort { return cmp.Or(c.Sort, shape.ByVotes) }
