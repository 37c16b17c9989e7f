package posts

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

func (h handlers) publish(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.done(w, r, v, "published", "", func(ctx context.Context, a know.Actor, id int64) error {
		_, err := h.Posts.Publish(ctx, a, id)
		return err
	})
}

func (h handlers) discard(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.done(w, r, v, "removed", "/tribune/drafts", h.Posts.Discard)
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.done(w, r, v, "removed", "", h.Posts.Withdraw)
}

func (h handlers) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.done(w, r, v, "saved", "", func(ctx context.Context, a know.Actor, id int64) error {
		return h.Posts.Hide(ctx, a, id, r.PostFormValue("reason"))
	})
}

func (h handlers) unhide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.done(w, r, v, "saved", "", h.Posts.Show)
}

// done does something to a post and goes on to its page, or elsewhere.
func (h handlers) done(w http.ResponseWriter, r *http.Request, v *page.View, done, to string, act func(context.Context, know.Actor, int64) error) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	if err := act(r.Context(), v.Actor, id); err != nil {
		return err
	}
	if to == "" {
		to = urlOf(id)
	}
	page.Flash(w, r, done)
	return page.Back(w, r, to)
}

// react reacts to a post or takes it back. A script gets the buttons alone.
func (h handlers) react(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	kind, on := r.PostFormValue("kind"), r.PostFormValue("on") != "0"
	if _, err := h.Posts.React(r.Context(), v.Actor, id, post.Reaction(kind), on); fault.Is(err, fault.Unauthorised) && on {
		return page.ToSignIn(w, r, page.Errand{Do: page.ToReact, ID: id, Kind: kind}.Next())
	} else if err != nil {
		return err
	}
	if !page.Partial(r) {
		return page.Back(w, r, urlOf(id)+"#reactions")
	}
	p, err := h.Posts.Post(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	reacted, err := h.Posts.Reacted(r.Context(), v.Actor, []int64{id})
	if err != nil {
		return err
	}
	return h.Fragment(w, r, v, reactions(v, p, reacted[id]))
}

func (h handlers) reply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	t := talkOf(r.PostForm, r.PostForm.Get("kept"))
	one, err := h.Posts.Reply(r.Context(), v.Actor, id, t.To, t.Body, t.Language)
	if fault.Is(err, fault.Unauthorised) && strings.TrimSpace(t.Body) != "" {
		fields := url.Values{"body": {t.Body}, "language": {t.Language}, "to": {strconv.FormatInt(t.To, 10)}}
		if done, err := h.KeepOver(w, r, page.Errand{Do: page.ToReply, ID: id}, fields); done || err != nil {
			return err
		}
	}
	if err != nil {
		if !page.SignInFirst(v, err, &t.Wrong) {
			if err := v.Wrong(err, &t.Wrong); err != nil {
				return err
			}
		}
		return h.showPost(w, r, v, id, t)
	}
	if err := h.People.DropWords(r.Context(), t.Kept); err != nil {
		return err
	}
	page.Flash(w, r, "replied")
	return page.Back(w, r, page.ReplyURL(one))
}

// words is a reply as its author edits it.
type words struct {
	Post  post.Post
	Reply post.Reply
	Wrong page.Wrong
}

// ownReply finds a reply that is the reader's to edit.
func (h handlers) ownReply(r *http.Request, v *page.View) (e words, err error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return e, err
	}
	reply, err := page.ID(r, "reply")
	if err != nil {
		return e, err
	}
	if e.Post, err = h.Posts.Post(r.Context(), v.Actor, id); err != nil {
		return e, err
	}
	if e.Reply, err = h.Posts.OneReply(r.Context(), v.Actor, reply); err != nil {
		return e, err
	}
	if e.Reply.Post != id {
		return e, nothing()
	}
	return e, know.Require(v.Actor, know.Edit, know.Subject{Audience: e.Post.Audience, Author: e.Reply.Person})
}

func (h handlers) editReply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e, err := h.ownReply(r, v)
	if err != nil {
		return err
	}
	return h.showWords(w, r, v, e)
}

func (h handlers) showWords(w http.ResponseWriter, r *http.Request, v *page.View, e words) error {
	v.Title, v.Section, v.NoIndex = v.T("Edit your reply"), "tribune", true
	return h.Show(w, r, v, replyPage(v, e))
}

func (h handlers) editedReply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e, err := h.ownReply(r, v)
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	e.Reply.Body = r.PostFormValue("body")
	if _, err := h.Posts.EditReply(r.Context(), v.Actor, e.Reply.ID, e.Reply.Body); err != nil {
		if err := v.Wrong(err, &e.Wrong); err != nil {
			return err
		}
		return h.showWords(w, r, v, e)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, page.ReplyURL(e.Reply))
}

func (h handlers) withdrawReply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.replyDone(w, r, v, "removed", h.Posts.WithdrawReply)
}

func (h handlers) hideReply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.replyDone(w, r, v, "saved", func(ctx context.Context, a know.Actor, id int64) error {
		return h.Posts.HideReply(ctx, a, id, r.PostFormValue("reason"))
	})
}

func (h handlers) showReply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.replyDone(w, r, v, "saved", h.Posts.ShowReply)
}

// replyDone does something to a reply and goes back to its post.
func (h handlers) replyDone(w http.ResponseWriter, r *http.Request, v *page.View, done string, act func(context.Context, know.Actor, int64) error) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	reply, err := page.ID(r, "reply")
	if err != nil {
		return err
	}
	if err := act(r.Context(), v.Actor, reply); err != nil {
		return err
	}
	page.Flash(w, r, done)
	return page.Back(w, r, urlOf(id)+"#replies")
}
