// Package posts is the tribune: the list of what people publish under their
// own names, one post with its replies, writing one, the wordings that others
// suggest, and what a text said before.
package posts

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /tribune", k.Cached(k.Handle(h.list)))
	mux.Handle("GET /tribune/write", k.Handle(h.begin))
	mux.Handle("POST /tribune/write", k.Handle(h.begun))
	mux.Handle("GET /tribune/drafts", k.Handle(h.drafts))
	mux.Handle("GET /tribune/{id}", k.Cached(k.Handle(h.show)))
	mux.Handle("GET /tribune/{id}/edit", k.Handle(h.edit))
	mux.Handle("POST /tribune/{id}/edit", k.Handle(h.edited))
	mux.Handle("POST /tribune/{id}/publish", k.Handle(h.publish))
	mux.Handle("POST /tribune/{id}/discard", k.Handle(h.discard))
	mux.Handle("POST /tribune/{id}/withdraw", k.Handle(h.withdraw))
	mux.Handle("POST /tribune/{id}/hide", k.Handle(h.hide))
	mux.Handle("POST /tribune/{id}/show", k.Handle(h.unhide))
	mux.Handle("GET /tribune/{id}/pictures/{picture}", k.Handle(h.picture))
	mux.Handle("GET /tribune/{id}/history", k.Handle(h.history))
	mux.Handle("POST /tribune/{id}/reactions", k.Handle(h.react))
	mux.Handle("POST /tribune/{id}/replies", k.Handle(h.reply))
	mux.Handle("GET /tribune/{id}/replies/{reply}/edit", k.Handle(h.editReply))
	mux.Handle("POST /tribune/{id}/replies/{reply}/edit", k.Handle(h.editedReply))
	mux.Handle("POST /tribune/{id}/replies/{reply}/withdraw", k.Handle(h.withdrawReply))
	mux.Handle("POST /tribune/{id}/replies/{reply}/hide", k.Handle(h.hideReply))
	mux.Handle("POST /tribune/{id}/replies/{reply}/show", k.Handle(h.showReply))
	mux.Handle("GET /tribune/{id}/suggest", k.Handle(h.suggest))
	mux.Handle("POST /tribune/{id}/suggest", k.Handle(h.suggested))
	mux.Handle("GET /tribune/{id}/suggestions", k.Handle(h.suggestions))
	mux.Handle("GET /tribune/{id}/suggestions/{edit}", k.Handle(h.suggestion))
	mux.Handle("POST /tribune/{id}/suggestions/{edit}/take", k.Handle(h.take))
	mux.Handle("POST /tribune/{id}/suggestions/{edit}/leave", k.Handle(h.leave))
	mux.Handle("POST /tribune/{id}/suggestions/{edit}/withdraw", k.Handle(h.takeBack))
}

type handlers struct{ *page.Kit }

// feed is the path of the tribune's Atom feed; its JSON Feed stands beside it.
const (
	feed     = "/tribune.atom"
	jsonFeed = "/tribune.json"
)

// nothing is what one finds where nothing is.
func nothing() error {
	return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
}

// urlOf is the path of a post.
func urlOf(id int64) string { return "/tribune/" + strconv.FormatInt(id, 10) }

// of is the path of something of a post.
func of(id int64, what string) templ.SafeURL { return templ.SafeURL(urlOf(id) + "/" + what) }

// ofReply is the path of an act on a reply.
func ofReply(r post.Reply, act string) templ.SafeURL {
	return of(r.Post, "replies/"+strconv.FormatInt(r.ID, 10)+"/"+act)
}

// ofEdit is the path of a suggestion, or of an act on it.
func ofEdit(e post.Suggestion, act string) templ.SafeURL {
	path := "suggestions/" + strconv.FormatInt(e.ID, 10)
	if act != "" {
		path += "/" + act
	}
	return of(e.Post, path)
}

// author is where a person's name leads: to their page if they work here, else
// to what they published.
func author(p know.Person) templ.SafeURL {
	if p.Role.AtLeast(know.Staff) {
		return page.PersonURL(p.ID)
	}
	return templ.SafeURL(choice{Author: p.ID}.URL())
}

// act reads a post's id and a small posted form.
func (h handlers) act(w http.ResponseWriter, r *http.Request) (int64, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return 0, err
	}
	return id, page.Form(w, r)
}

// member stands in for a visitor where a form is shown that they are asked to
// sign in for.
func member(v *page.View) know.Actor {
	if v.Actor.ID == 0 {
		return know.Actor{Role: know.Member, Rules: &v.Site.Rules}
	}
	return v.Actor
}

// people gives everybody who has a name beside these posts.
func (h handlers) people(ctx context.Context, posts []post.Post, more ...int64) (map[int64]know.Person, error) {
	for _, p := range posts {
		more = append(append(more, p.Person), p.Editors...)
	}
	return h.People.People(ctx, more)
}

// names lists people in a sentence.
func names(v *page.View, people map[int64]know.Person, ids []int64) string {
	all := make([]string, len(ids))
	for n, id := range ids {
		all[n] = v.Named(people[id])
	}
	return v.List(all)
}

// choice is what a reader chose of the list, as its address says it.
type choice struct {
	Text     string
	Author   int64
	Language string
	Letters  bool
}

// URL is the address of the choice's list.
func (c choice) URL() string {
	q := url.Values{}
	if c.Text != "" {
		q.Set("q", c.Text)
	}
	if c.Author != 0 {
		q.Set("author", strconv.FormatInt(c.Author, 10))
	}
	if c.Language != "" {
		q.Set("language", c.Language)
	}
	if c.Letters {
		q.Set("letters", "1")
	}
	if len(q) == 0 {
		return "/tribune"
	}
	return "/tribune?" + q.Encode()
}

// narrow reports whether the choice leaves anything out.
func (c choice) narrow() bool { return c != choice{} }

func (c choice) withText(s string) choice     { c.Text = s; return c }
func (c choice) withAuthor(id int64) choice   { c.Author = id; return c }
func (c choice) withLanguage(s string) choice { c.Language = s; return c }
func (c choice) withLetters(on bool) choice   { c.Letters = on; return c }

// audience says in words who may see a post.
func audience(v *page.View, a know.Audience) string {
	switch a {
	case know.Public:
		return v.T("Everybody")
	case know.Members:
		return v.T("Members, and us")
	case know.Team:
		return v.T("Only us who work here")
	}
	if kind, id, ok := a.Circle(); ok && kind == "board" {
		return v.T("The board number {id}, and us", "id", id)
	} else if ok {
		return v.T("The tribe number {id}", "id", id)
	}
	return string(a)
}

// audiences are those that the reader may publish for.
func audiences(v *page.View, chosen know.Audience) (all []page.Option) {
	for _, a := range v.Actor.Audiences() {
		all = append(all, page.Option{Value: string(a), Name: audience(v, a)})
	}
	if chosen != "" && !slices.Contains(v.Actor.Audiences(), chosen) {
		all = append(all, page.Option{Value: string(chosen), Name: audience(v, chosen)})
	}
	return all
}

// pictureURL is the path of a post's picture.
func pictureURL(p post.Picture) string {
	return urlOf(p.Post) + "/pictures/" + strconv.FormatInt(p.ID, 10)
}
