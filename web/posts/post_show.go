package posts

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/worddiff"
	"tribune/know"
	"tribune/web/carry"
	"tribune/web/page"
)

// repliesShown is how many replies stand under a post at once.
const repliesShown = 40

// talk is what a reader was writing under a post when something was wrong.
type talk struct {
	Body     string
	To       int64
	Language string
	Kept     string // ticket of the words, if they were kept over a sign-in
	Wrong    page.Wrong
}

// whole is all that a post's page shows.
type whole struct {
	Post     post.Post
	Pictures map[int64]post.Picture
	People   map[int64]know.Person
	Replies  []post.Reply
	Next     string // the next page of replies
	Later    bool   // this is not the first page of them
	Reacted  []post.Reaction
	Mine     bool
	Waits    int64      // suggestions that wait for the reader
	Here     carry.Here // thanks, and the reader's link
	Talk     talk
	Tongues  []page.Option
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ticket, words, err := h.KeptWords(r)
	if err != nil {
		return err
	}
	return h.showPost(w, r, v, id, talkOf(words, ticket))
}

// talkOf is a reply as its form sends it.
func talkOf(fields url.Values, kept string) talk {
	t := talk{Body: fields.Get("body"), Language: fields.Get("language"), Kept: kept}
	t.To, _ = strconv.ParseInt(fields.Get("to"), 10, 64)
	t.To = max(t.To, 0)
	return t
}

// showPost shows a post, with what the reader was writing under it.
func (h handlers) showPost(w http.ResponseWriter, r *http.Request, v *page.View, id int64, t talk) (err error) {
	ctx, x := r.Context(), whole{Talk: t}
	if x.Post, err = h.Posts.Post(ctx, v.Actor, id); err != nil {
		return err
	}
	x.Mine = v.Actor.ID != 0 && x.Post.Person == v.Actor.ID
	if x.Mine {
		x.Waits = x.Post.Suggestions
	}
	if x.Pictures, err = h.Posts.Pictures(ctx, v.Actor, id); err != nil {
		return err
	}
	cursor := r.URL.Query().Get("replies")
	if cursor == "" && t.To != 0 { // what is answered has to be on the page
		if to, err := h.Posts.OneReply(ctx, v.Actor, t.To); err == nil && to.Post == id {
			cursor = page.RepliesFrom(to)
		}
	}
	x.Later = cursor != ""
	if x.Replies, x.Next, err = h.Posts.Replies(ctx, v.Actor, id, cursor, repliesShown); err != nil {
		return err
	}
	if x.Next != "" {
		x.Next = urlOf(id) + "?replies=" + url.QueryEscape(x.Next) + "#replies"
	}
	var who []int64
	for _, one := range x.Replies {
		who = append(who, one.Person)
	}
	if x.People, err = h.people(ctx, []post.Post{x.Post}, who...); err != nil {
		return err
	}
	reacted, err := h.Posts.Reacted(ctx, v.Actor, []int64{id})
	if err != nil {
		return err
	}
	x.Reacted = reacted[id]
	if x.Here, err = carry.At(ctx, h.Kit, v, event.Ref{Kind: "post", ID: id}); err != nil {
		return err
	}
	if x.Talk.Language == "" {
		x.Talk.Language = x.Post.Language
	}
	x.Tongues = tongues(v, x.Talk.Language)
	v.Title, v.Section, v.Feed, v.JSON = x.Post.Title, "tribune", feed, jsonFeed
	if v.Title == "" {
		v.Title = v.T("Without a title")
	}
	v.About = v.Excerpt(post.Words(x.Post.Body), 160)
	v.NoIndex = x.Post.State != know.Visible
	return h.Show(w, r, v, postPage(v, x))
}

// picture serves a picture of a post to whoever may see the post.
func (h handlers) picture(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	picture, err := page.ID(r, "picture")
	if err != nil {
		return err
	}
	data, contentType, public, err := h.Posts.PictureData(r.Context(), v.Actor, id, picture)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "private, no-cache")
	if public {
		w.Header().Set("Cache-Control", "public, max-age=600") // it may be withdrawn
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data)
	return nil
}

// wording is one version of a post, and how it came of the one before.
type wording struct {
	Version int64
	At      time.Time // when it was made
	Title   []worddiff.Piece
	Body    []worddiff.Piece
	By      int64 // whose suggestion it was, 0: the author's own
	Machine bool  // its author said that a machine drafted it
}

// history shows what a post said before, the latest first.
func (h handlers) history(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, err := h.Posts.Post(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	before, err := h.People.Revisions(ctx, event.Ref{Kind: "post", ID: id})
	if err != nil {
		return err
	}
	if len(before) == 0 {
		return nothing()
	}
	taken, err := h.Posts.TakenFor(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	var all []wording
	title, body, machine := p.Title, p.Body, p.Machine
	for n := len(before) - 1; n >= 0; n-- { // before[n] is version n+1, until its At
		version := int64(n) + 2
		all = append(all, wording{Version: version, At: before[n].At, By: taken[version].Person, Machine: machine,
			Title: worddiff.Words(before[n].Title, title), Body: worddiff.Words(before[n].Body, body)})
		title, body, machine = before[n].Title, before[n].Body, before[n].Machine
	}
	people, err := h.people(ctx, []post.Post{p})
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("What it said before"), "tribune", true
	return h.Show(w, r, v, historyPage(v, p, people, all, before[0]))
}
