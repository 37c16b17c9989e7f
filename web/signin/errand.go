package signin

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// errand is what somebody came for, as the pages of signing in tell it. Its zero
// value is to sign in, and no more.
type errand struct {
	page.Errand
	idea  shape.Idea
	words url.Values // that are kept, to be sent
}

// errandIn reads what somebody comes for. What is no longer there, or not open
// to them, is none.
func (d door) errandIn(ctx context.Context, v *page.View, next string) (e errand, err error) {
	asked, ok := page.ErrandIn(next)
	if !ok {
		return e, nil
	}
	if asked.Idea != 0 {
		if e.idea, err = d.Ideas.Idea(ctx, v.Actor, asked.Idea); fault.Is(err, fault.NotFound) {
			return errand{}, nil
		} else if err != nil {
			return e, err
		}
	}
	if asked.Kept != "" {
		if e.words, err = d.People.KeptWords(ctx, asked.Kept); fault.Is(err, fault.NotFound) {
			return errand{}, nil
		} else if err != nil {
			return e, err
		}
	}
	e.Errand = asked
	return e, nil
}

// here reports whether the errand is done with the button that signs in. An
// idea to propose waits in its form, beside the ideas that are like it.
func (e errand) here() bool { return e.Do != "" && e.Do != "propose" }

// run does the errand as a, and gives what to say of it and where. What cannot
// be done any more is said, and is theirs to do by hand.
func (d door) run(ctx context.Context, v *page.View, a know.Actor, e errand) (said, to string, err error) {
	to = e.Landing()
	switch e.Do {
	case "vote":
		said = "came-to-vote"
		_, err = d.Ideas.Vote(ctx, a, e.Idea, true)
	case "against":
		said = "came-against"
		_, err = d.Ideas.VoteAgainst(ctx, a, e.Idea, true)
	case "follow":
		said = "came-to-follow"
		err = d.Ideas.Follow(ctx, a, e.Idea, true)
	case "comment":
		said = "came-to-comment"
		var c shape.Comment
		if c, err = d.Ideas.Comment(ctx, a, e.Idea, e.words.Get("body"), cmp.Or(e.words.Get("language"), v.Lang())); err == nil {
			to = page.CommentURL(e.Idea, c.ID)
			err = d.People.DropWords(ctx, e.Kept)
		}
	}
	if err != nil && fault.KindOf(err) != fault.Internal {
		return "came-in-vain", to, nil
	}
	return said, to, err
}

// welcome leads somebody who has just signed in to where they wanted to be, and
// does what they came for if they said so with the button.
func (d door) welcome(w http.ResponseWriter, r *http.Request, v *page.View, person int64, next string) error {
	p, err := d.People.Person(r.Context(), person)
	if err != nil {
		return err
	}
	e, err := d.errandIn(r.Context(), v, next)
	if err != nil {
		return err
	}
	said, to := "signed-in", after(v, p.Role, next)
	if e.Do != "" {
		to = e.Landing()
	}
	if e.here() && r.PostForm.Get("do") == e.Do {
		a, err := d.People.Actor(r.Context(), person)
		if err != nil {
			return err
		}
		if said, to, err = d.run(r.Context(), v, a, e); err != nil {
			return err
		}
	}
	page.Flash(w, r, said)
	return page.Back(w, r, to)
}

// came is the line that says what somebody is here for.
func (e errand) came(v *page.View) string {
	switch e.Do {
	case "vote":
		return v.T("You are here to vote for “{title}”.", "title", e.idea.Title)
	case "against":
		return v.T("You are here to vote against “{title}”.", "title", e.idea.Title)
	case "follow":
		return v.T("You are here to follow “{title}”.", "title", e.idea.Title)
	case "comment":
		return v.T("You are here to say this under “{title}”:", "title", e.idea.Title)
	case "propose":
		return v.T("You are here to propose “{title}”. Your words are kept for a day, and stand in the form again once you are in.", "title", e.words.Get("title"))
	}
	return ""
}

// button names the button that signs in and does the errand.
func (f useForm) button(v *page.View) string {
	switch {
	case f.newcomer() && f.errand.Do == "vote":
		return v.T("Become a member and vote")
	case f.newcomer() && f.errand.Do == "against":
		return v.T("Become a member and vote against it")
	case f.newcomer() && f.errand.Do == "follow":
		return v.T("Become a member and follow it")
	case f.newcomer() && f.errand.Do == "comment":
		return v.T("Become a member and send it")
	case f.newcomer():
		return v.T("Become a member")
	case f.link.Name == "":
		return v.T("Sign in")
	case f.errand.Do == "vote":
		return v.T("Vote as {name}", "name", f.link.Name)
	case f.errand.Do == "against":
		return v.T("Vote against it as {name}", "name", f.link.Name)
	case f.errand.Do == "follow":
		return v.T("Follow it as {name}", "name", f.link.Name)
	case f.errand.Do == "comment":
		return v.T("Send it as {name}", "name", f.link.Name)
	}
	return v.T("Go on as {name}", "name", f.link.Name)
}
