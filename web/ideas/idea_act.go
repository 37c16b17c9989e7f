package ideas

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// vote votes, or takes the vote back. A script gets the button alone, and on the
// idea's own page the line of those against it, too.
func (h handlers) vote(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.stand(w, r, v, h.Ideas.Vote, func(idea shape.Idea, voted, against bool) templ.Component {
		if !fromIdea(r, idea.ID) {
			return page.Vote(v, idea, voted)
		}
		return page.VoteBoth(v, idea, voted, against)
	})
}

// against is vote of who would rather not have an idea.
func (h handlers) against(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.stand(w, r, v, h.Ideas.VoteAgainst, func(idea shape.Idea, voted, against bool) templ.Component {
		return page.AgainstBoth(v, idea, voted, against)
	})
}

// stand changes how the reader stands to an idea, and answers a script with a
// part of the page.
func (h handlers) stand(w http.ResponseWriter, r *http.Request, v *page.View, change func(context.Context, know.Actor, int64, bool) (shape.Ballots, error), part func(idea shape.Idea, voted, against bool) templ.Component) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	if v.Actor.ID == 0 {
		return toSignIn(w, r, id)
	}
	now, err := change(r.Context(), v.Actor, id, r.PostFormValue("on") != "0")
	if err != nil {
		return err
	}
	if !page.Partial(r) {
		return page.Back(w, r, back(r, id))
	}
	idea, err := h.Ideas.Idea(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	idea.Votes, idea.Against = now.For, now.Against
	voted, err := h.Ideas.Voted(r.Context(), v.Actor.ID, []int64{id})
	if err != nil {
		return err
	}
	against, err := h.Ideas.Against(r.Context(), v.Actor.ID, []int64{id})
	if err != nil {
		return err
	}
	return h.Fragment(w, r, v, part(idea, voted[id], against[id]))
}

// fromIdea reports whether a script sent a form from an idea's own page.
func fromIdea(r *http.Request, id int64) bool {
	from, err := url.Parse(r.Header.Get("HX-Current-URL"))
	return err == nil && from.Path == page.IdeaURL(id)
}

// back is the page of ours that a form was sent from, else the idea's.
func back(r *http.Request, id int64) string {
	if from, ok := fromHere(r); ok {
		return from
	}
	return page.IdeaURL(id)
}

// fromHere gives the path of the page that sent the form, if it is one of
// ours that stays valid: the lists and the front page.
func fromHere(r *http.Request) (string, bool) {
	path, query, ok := referred(r)
	if !ok || path != "/" && path != "/ideas" {
		return "", false
	}
	if query != "" {
		path += "?" + query
	}
	return path, know.SafeNext(path) != ""
}

func (h handlers) follow(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	if v.Actor.ID == 0 {
		return toSignIn(w, r, id)
	}
	if err := h.Ideas.Follow(r.Context(), v.Actor, id, r.PostFormValue("on") != "0"); err != nil {
		return err
	}
	return page.Back(w, r, page.IdeaURL(id))
}

func (h handlers) comment(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	t := talk{Comment: r.PostFormValue("body"), Lang: r.PostFormValue("language"), Kept: r.PostFormValue("kept")}
	if v.Actor.ID == 0 && shape.CommentFits(t.Comment) == nil {
		if _, err := h.Ideas.Idea(r.Context(), v.Actor, id); err != nil {
			return err
		}
		done, err := h.KeepOver(w, r, page.Errand{Do: page.ToComment, ID: id}, url.Values{"body": {t.Comment}, "language": {cmp.Or(t.Lang, v.Lang())}})
		if done || err != nil {
			return err
		}
	}
	c, err := h.Ideas.Comment(r.Context(), v.Actor, id, t.Comment, cmp.Or(t.Lang, v.Lang()))
	if err != nil {
		return h.again(w, r, v, id, err, &t, &t.CommentWrong)
	}
	if err := h.People.DropWords(r.Context(), t.Kept); err != nil {
		return err
	}
	remember(w, r, v, c.Language)
	page.Flash(w, r, "commented")
	return page.Back(w, r, page.CommentURL(id, c.ID))
}

func (h handlers) voice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := h.act(w, r)
	if err != nil {
		return err
	}
	t := talk{Words: r.PostFormValue("words"), Author: r.PostFormValue("author")}
	giveBack := func() {}
	if v.Actor.ID == 0 {
		if giveBack, err = h.Gate.VoiceAllowed(gate.From(r.Context()).Address, id); err != nil {
			return h.again(w, r, v, id, err, &t, &t.VoiceWrong)
		}
	}
	voice, err := h.Ideas.AddVoice(r.Context(), v.Actor, id, shape.VoiceFrom{Words: t.Words, Author: t.Author})
	if err != nil {
		giveBack()
		return h.again(w, r, v, id, err, &t, &t.VoiceWrong)
	}
	if voice.Public && voice.State == know.Visible {
		page.Flash(w, r, "voice")
	} else {
		page.Flash(w, r, "voice-held")
	}
	if v.Actor.ID == 0 {
		to, err := h.VoiceURL(r.Context(), voice.ID)
		if err != nil {
			return err
		}
		http.Redirect(w, r, to, http.StatusSeeOther) // its address is a secret: no code of a share link goes with it
		return nil
	}
	return page.Back(w, r, page.IdeaURL(id)+"#voices")
}

// again shows the idea once more with what was typed and what is wrong, which
// it notes in t's wrong.
func (h handlers) again(w http.ResponseWriter, r *http.Request, v *page.View, id int64, err error, t *talk, wrong *page.Wrong) error {
	if !page.SignInFirst(v, err, wrong) {
		if err := v.Wrong(err, wrong); err != nil {
			return err
		}
	}
	return h.showIdea(w, r, v, id, *t)
}

// act reads an idea's id and a posted form.
func (h handlers) act(w http.ResponseWriter, r *http.Request) (int64, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return 0, err
	}
	return id, page.Form(w, r)
}

// part reads the ids of an idea and of a comment or voice of it, and a form.
func (h handlers) part(w http.ResponseWriter, r *http.Request, name string) (idea, id int64, err error) {
	if idea, err = h.act(w, r); err != nil {
		return 0, 0, err
	}
	id, err = page.ID(r, name)
	return idea, id, err
}

// history shows an idea's earlier wordings.
func (h handlers) history(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	idea, err := h.Ideas.Idea(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	wordings, err := h.People.Revisions(r.Context(), event.Ref{Kind: "idea", ID: id})
	if err != nil {
		return err
	}
	if len(wordings) == 0 {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	by := make([]int64, 0, len(wordings))
	for _, one := range wordings {
		by = append(by, one.By)
	}
	people, err := h.People.People(r.Context(), by)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Earlier wordings"), "ideas", true
	return h.Show(w, r, v, historyPage(v, idea, wordings, people))
}
