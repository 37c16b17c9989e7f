package posts

import (
	"context"
	"net/http"
	"strconv"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/internal/worddiff"
	"tribune/know"
	"tribune/web/page"
)

// proposal is a suggestion as it is being written.
type proposal struct {
	Post  post.Post // as it stands
	New   post.NewSuggestion
	By    know.Person // the post's author
	Wrong page.Wrong
}

// suggest shows the form in which somebody words a post otherwise.
func (h handlers) suggest(w http.ResponseWriter, r *http.Request, v *page.View) error {
	p, err := h.toSuggest(r, v)
	if err != nil {
		return err
	}
	return h.showProposal(w, r, v, proposal{Post: p, New: post.NewSuggestion{Title: p.Title, Body: p.Body, Version: p.Version}})
}

// toSuggest gives a post that the reader may word otherwise.
func (h handlers) toSuggest(r *http.Request, v *page.View) (post.Post, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return post.Post{}, err
	}
	p, err := h.Posts.Post(r.Context(), v.Actor, id)
	if err != nil {
		return p, err
	}
	return p, know.Require(v.Actor, know.Comment, p.Subject())
}

func (h handlers) showProposal(w http.ResponseWriter, r *http.Request, v *page.View, x proposal) (err error) {
	if x.By, err = h.People.Person(r.Context(), x.Post.Person); err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Suggest another wording"), "tribune", true
	return h.Show(w, r, v, suggestPage(v, x))
}

func (h handlers) suggested(w http.ResponseWriter, r *http.Request, v *page.View) error {
	p, err := h.toSuggest(r, v)
	if err != nil {
		return err
	}
	if err := page.BigForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	x := proposal{Post: p, New: post.NewSuggestion{Title: f.Get("title"), Body: f.Get("body"), Note: f.Get("note")}}
	x.New.Version, _ = strconv.ParseInt(f.Get("version"), 10, 64)
	e, err := h.Posts.Suggest(r.Context(), v.Actor, p.ID, x.New)
	if err != nil {
		if err := v.Wrong(err, &x.Wrong); err != nil {
			return err
		}
		x.New.Version = p.Version // what it says now stands beside the form
		return h.showProposal(w, r, v, x)
	}
	page.Flash(w, r, "suggested")
	return page.Back(w, r, string(ofEdit(e, "")))
}

// perSuggestions is how many suggestions the list shows at once.
const perSuggestions = 30

func (h handlers) suggestions(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	p, err := h.Posts.Post(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	all, err := h.Posts.Suggestions(r.Context(), v.Actor, id, before, perSuggestions+1)
	if err != nil {
		return err
	}
	next := ""
	if len(all) > perSuggestions {
		all = all[:perSuggestions]
		next = urlOf(id) + "/suggestions?before=" + strconv.FormatInt(all[perSuggestions-1].ID, 10)
	}
	var who []int64
	for _, e := range all {
		who = append(who, e.Person)
	}
	people, err := h.people(r.Context(), []post.Post{p}, who...)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Suggested wordings"), "tribune", true
	return h.Show(w, r, v, suggestionsPage(v, p, all, people, next))
}

// compared is a suggestion beside the text as it stands.
type compared struct {
	Edit    post.Suggestion
	Post    post.Post
	People  map[int64]know.Person
	Author  bool // the reader wrote the post
	Stale   bool // the text has changed since
	Clash   bool // and in the same words
	Title   []worddiff.Piece
	Body    []worddiff.Piece
	Between [2][]worddiff.Piece // what changed meanwhile, title and body
	Result  [2]string           // what taking it makes of the text
	Answer  string
	Wrong   page.Wrong
}

func (h handlers) suggestion(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showSuggestion(w, r, v, compared{})
}

// showSuggestion fills in what the form does not hold.
func (h handlers) showSuggestion(w http.ResponseWriter, r *http.Request, v *page.View, c compared) (err error) {
	id, err := page.ID(r, "edit")
	if err != nil {
		return err
	}
	if c.Edit, c.Post, err = h.Posts.Suggestion(r.Context(), v.Actor, id); err != nil {
		return err
	}
	if r.PathValue("id") != strconv.FormatInt(c.Post.ID, 10) {
		return nothing()
	}
	if c.People, err = h.people(r.Context(), []post.Post{c.Post}, c.Edit.Person); err != nil {
		return err
	}
	e, p := c.Edit, c.Post
	c.Author = p.Person == v.Actor.ID
	c.Stale = e.State == post.Waits && e.Base != p.Version
	if c.Stale {
		title, body, ok := post.Merged(e, p)
		c.Clash = !ok
		if !ok {
			title, body = e.Title, e.Body
		}
		c.Title, c.Body = worddiff.Words(p.Title, title), worddiff.Words(p.Body, body)
		c.Between = [2][]worddiff.Piece{worddiff.Words(e.BaseTitle, p.Title), worddiff.Words(e.BaseBody, p.Body)}
		if c.Result == ([2]string{}) {
			c.Result = [2]string{title, body}
		}
	} else {
		c.Title, c.Body = worddiff.Words(e.BaseTitle, e.Title), worddiff.Words(e.BaseBody, e.Body)
		if c.Result == ([2]string{}) {
			c.Result = [2]string{e.Title, e.Body}
		}
	}
	v.Title, v.Section, v.NoIndex = v.T("{name} would put it like this", "name", v.Named(c.People[e.Person])), "tribune", true
	return h.Show(w, r, v, suggestionPage(v, c))
}

func (h handlers) take(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "edit")
	if err != nil {
		return err
	}
	if err := page.BigForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	take := post.Take{Answer: f.Get("answer")}
	take.Version, _ = strconv.ParseInt(f.Get("version"), 10, 64)
	if f.Has("title") && f.Has("body") {
		title, body := f.Get("title"), f.Get("body")
		take.Title, take.Body = &title, &body
	}
	if err := h.Posts.TakeSuggestion(r.Context(), v.Actor, id, take); err != nil {
		c := compared{Answer: take.Answer}
		if take.Title != nil && fault.Is(err, fault.Invalid) {
			c.Result = [2]string{*take.Title, *take.Body}
		}
		return h.notAnswered(w, r, v, c, err)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/tribune/"+r.PathValue("id"))
}

// notAnswered shows a suggestion once more, with what is wrong.
func (h handlers) notAnswered(w http.ResponseWriter, r *http.Request, v *page.View, c compared, err error) error {
	if fault.Is(err, fault.Forbidden) {
		return err
	}
	if err := v.Wrong(err, &c.Wrong); err != nil {
		return err
	}
	return h.showSuggestion(w, r, v, c)
}

func (h handlers) leave(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.answered(w, r, v, func(ctx context.Context, id int64) error {
		return h.Posts.LeaveSuggestion(ctx, v.Actor, id, r.PostFormValue("answer"))
	})
}

func (h handlers) takeBack(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.answered(w, r, v, func(ctx context.Context, id int64) error { return h.Posts.WithdrawSuggestion(ctx, v.Actor, id) })
}

// answered does something to a suggestion and shows it again.
func (h handlers) answered(w http.ResponseWriter, r *http.Request, v *page.View, act func(ctx context.Context, id int64) error) error {
	if _, err := h.act(w, r); err != nil {
		return err
	}
	id, err := page.ID(r, "edit")
	if err != nil {
		return err
	}
	if err := act(r.Context(), id); err != nil {
		return h.notAnswered(w, r, v, compared{Answer: r.PostFormValue("answer")}, err)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/tribune/"+r.PathValue("id")+"/suggestions/"+strconv.FormatInt(id, 10))
}
