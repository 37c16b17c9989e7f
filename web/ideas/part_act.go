package ideas

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// referred gives the page of this host that sent a request.
func referred(r *http.Request) (path, query string, ok bool) {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host == "" || u.Host != r.Host {
		return "", "", false
	}
	return u.Path, u.RawQuery, true
}

// words is a comment as its author edits it.
type words struct {
	Idea    shape.Idea
	Comment shape.Comment
	Wrong   page.Wrong
}

// ownComment finds a comment that the reader may edit.
func (h handlers) ownComment(r *http.Request, v *page.View) (e words, err error) {
	idea, err := page.ID(r, "id")
	if err != nil {
		return e, err
	}
	id, err := page.ID(r, "comment")
	if err != nil {
		return e, err
	}
	if e.Idea, err = h.Ideas.Idea(r.Context(), v.Actor, idea); err != nil {
		return e, err
	}
	if e.Comment, err = h.Ideas.OneComment(r.Context(), v.Actor, idea, id); err != nil {
		return e, err
	}
	return e, know.Require(v.Actor, know.Edit, know.Subject{Audience: e.Idea.Audience, Author: e.Comment.Person})
}

func (h handlers) editComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e, err := h.ownComment(r, v)
	if err != nil {
		return err
	}
	return h.showWords(w, r, v, e)
}

func (h handlers) showWords(w http.ResponseWriter, r *http.Request, v *page.View, e words) error {
	v.Title, v.Section, v.NoIndex = v.T("Edit your comment"), "ideas", true
	return h.Show(w, r, v, commentPage(v, e))
}

func (h handlers) editedComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e, err := h.ownComment(r, v)
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	e.Comment.Body = r.PostFormValue("body")
	if _, err := h.Ideas.EditComment(r.Context(), v.Actor, e.Comment.ID, e.Comment.Body); err != nil {
		if err := v.Wrong(err, &e.Wrong); err != nil {
			return err
		}
		return h.showWords(w, r, v, e)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, page.CommentURL(e.Idea.ID, e.Comment.ID))
}

func (h handlers) withdrawComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "comment", "removed", h.Ideas.WithdrawComment)
}

func (h handlers) hideComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "comment", "saved", func(ctx context.Context, a know.Actor, id int64) error {
		return h.Ideas.HideComment(ctx, a, id, r.PostFormValue("reason"))
	})
}

func (h handlers) showComment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "comment", "saved", h.Ideas.ShowComment)
}

func (h handlers) withdrawVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "voice", "removed", h.Ideas.WithdrawVoice)
}

func (h handlers) hideVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "voice", "saved", func(ctx context.Context, a know.Actor, id int64) error {
		return h.Ideas.HideVoice(ctx, a, id, r.PostFormValue("reason"))
	})
}

func (h handlers) showVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.partDone(w, r, v, "voice", "saved", h.Ideas.ShowVoice)
}

// partDone does something to a comment or voice and goes back to its idea.
func (h handlers) partDone(w http.ResponseWriter, r *http.Request, v *page.View, kind, done string, act func(context.Context, know.Actor, int64) error) error {
	idea, id, err := h.part(w, r, kind)
	if err != nil {
		return err
	}
	if err := act(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, done)
	if kind == "comment" {
		return page.Back(w, r, page.CommentURL(idea, id))
	}
	return page.Back(w, r, page.IdeaURL(idea)+"#v"+strconv.FormatInt(id, 10))
}
