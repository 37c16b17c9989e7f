package signin

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
	"tribune/web/page"
)

// errand is what somebody came for, as the pages of signing in tell it. Its zero
// value is to sign in, and no more.
type errand struct {
	page.Errand
	about string     // the name of what it is about, or of who is thanked or written to
	words url.Values // that are kept, to be sent
}

// errandIn reads what somebody comes for. What is no longer there, or not open
// to them, is none.
func (d door) errandIn(ctx context.Context, v *page.View, next string) (e errand, err error) {
	asked, ok := page.ErrandIn(next)
	if !ok {
		return e, nil
	}
	if e.about, err = d.about(ctx, v, asked); err == nil && asked.Kept != "" {
		e.words, err = d.People.KeptWords(ctx, asked.Kept)
	}
	if fault.Is(err, fault.NotFound) {
		return errand{}, nil
	}
	e.Errand = asked
	return e, err
}

// about names what an errand is about, if it is there for the reader.
func (d door) about(ctx context.Context, v *page.View, e page.Errand) (string, error) {
	switch e.Do {
	case page.ToVote, page.ToAgainst, page.ToFollow, page.ToComment:
		i, err := d.Ideas.Idea(ctx, v.Actor, e.ID)
		return i.Title, err
	case page.ToReact:
		if !slices.Contains(post.AllReactions(), post.Reaction(e.Kind)) {
			return "", fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		fallthrough
	case page.ToReply:
		p, err := d.Posts.Post(ctx, v.Actor, e.ID)
		return cmp.Or(p.Title, v.T("Without a title")), err
	case page.ToJoin, page.ToJoinSeen:
		t, err := d.Tribes.Tribe(ctx, v.Actor, e.ID)
		return t.Name, err
	case page.ToWrite:
		p, err := d.People.Person(ctx, e.ID)
		return p.Name, err
	case page.ToThank:
		t, err := d.Advocacy.Thing(ctx, v.Actor, event.Ref{Kind: e.Kind, ID: e.ID})
		if err != nil || t.Author == 0 {
			return "", err
		}
		p, err := d.People.Person(ctx, t.Author)
		return p.Name, err
	}
	return "", nil
}

// here reports whether the errand is done with the button that signs in. An
// idea to propose waits in its form, beside the ideas that are like it.
func (e errand) here() bool { return e.Do != "" && e.Do != page.ToPropose }

// run does the errand as a, and gives what to say of it and where. What cannot
// be done any more is said, and is theirs to do by hand.
func (d door) run(ctx context.Context, v *page.View, a know.Actor, e errand) (said, to string, err error) {
	to = e.Landing()
	if e.Kept == "" {
		said, err = d.press(ctx, a, e)
	} else {
		said, to, err = d.send(ctx, v, a, e)
		if err == nil {
			err = d.People.DropWords(ctx, e.Kept)
		}
	}
	if err != nil && fault.KindOf(err) != fault.Internal {
		return "came-in-vain", e.Landing(), nil
	}
	return said, to, err
}

// press does an errand without words.
func (d door) press(ctx context.Context, a know.Actor, e errand) (said string, err error) {
	switch e.Do {
	case page.ToVote:
		said = "came-to-vote"
		_, err = d.Ideas.Vote(ctx, a, e.ID, true)
	case page.ToAgainst:
		said = "came-against"
		_, err = d.Ideas.VoteAgainst(ctx, a, e.ID, true)
	case page.ToFollow:
		said = "came-to-follow"
		err = d.Ideas.Follow(ctx, a, e.ID, true)
	case page.ToReact:
		said = "came-to-react"
		_, err = d.Posts.React(ctx, a, e.ID, post.Reaction(e.Kind), true)
	case page.ToJoin, page.ToJoinSeen:
		said = "came-to-join"
		err = d.Tribes.Join(ctx, a, e.ID, e.Do == page.ToJoinSeen)
	}
	return said, err
}

// send does an errand with words, and gives where they stand.
func (d door) send(ctx context.Context, v *page.View, a know.Actor, e errand) (said, to string, err error) {
	body, language := e.words.Get("body"), cmp.Or(e.words.Get("language"), v.Lang())
	switch e.Do {
	case page.ToComment:
		c, err := d.Ideas.Comment(ctx, a, e.ID, body, language)
		return "came-to-comment", page.CommentURL(e.ID, c.ID), err
	case page.ToReply:
		answered, _ := strconv.ParseInt(e.words.Get("to"), 10, 64) // 0: the post itself
		r, err := d.Posts.Reply(ctx, a, e.ID, answered, body, language)
		return "came-to-reply", page.ReplyURL(r), err
	case page.ToThank:
		t, err := d.Advocacy.Thank(ctx, a, advocate.NewThanks{Subject: event.Ref{Kind: e.Kind, ID: e.ID}, Reason: e.words.Get("reason"), Language: language})
		return "came-to-thank", t.Path(a), err
	case page.ToStart:
		t, err := d.Tribes.Start(ctx, a, tribe.NewTribe{Name: e.words.Get("name"), Stands: e.words.Get("stands"), Shown: e.words.Get("shown") == "1"})
		return "came-to-start", "/tribes/" + strconv.FormatInt(t.ID, 10), err
	}
	if e.words.Get("who") == "" {
		return "", "", fault.New(fault.Invalid, "Choose who may read your letter.").On("who")
	}
	t, err := d.Inbox.WriteTo(ctx, a, converse.NewLetter{To: e.ID, Public: e.words.Get("who") == "public", Subject: e.words.Get("subject"), Body: body, Language: language})
	return "came-to-write", page.LetterURL(t), err
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
	if e.here() && r.PostForm.Get("do") == string(e.Do) {
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
	case page.ToVote:
		return v.T("You are here to vote for “{title}”.", "title", e.about)
	case page.ToAgainst:
		return v.T("You are here to vote against “{title}”.", "title", e.about)
	case page.ToFollow:
		return v.T("You are here to follow “{title}”.", "title", e.about)
	case page.ToReact:
		return v.T("You are here to say “{words}” under “{title}”.", "words", page.Reaction(v, post.Reaction(e.Kind)), "title", e.about)
	case page.ToJoin:
		return v.T("You are here to join the tribe “{title}”.", "title", e.about)
	case page.ToJoinSeen:
		return v.T("You are here to join the tribe “{title}”, and let everybody see that you are in it.", "title", e.about)
	case page.ToComment, page.ToReply:
		return v.T("You are here to say this under “{title}”:", "title", e.about)
	case page.ToPropose:
		return v.T("You are here to propose “{title}”. Your words are kept for a day, and stand in the form again once you are in.", "title", e.words.Get("title"))
	case page.ToStart:
		if e.words.Get("shown") == "1" {
			return v.T("You are here to start the tribe “{title}”, and let everybody see that you are in it.", "title", e.words.Get("name"))
		}
		return v.T("You are here to start the tribe “{title}”.", "title", e.words.Get("name"))
	case page.ToWrite:
		return v.T("You are here to send this letter to {name}, “{title}”:", "name", e.about, "title", e.words.Get("subject"))
	case page.ToThank:
		if e.about != "" {
			return v.T("You are here to thank {name}:", "name", e.about)
		}
		return v.T("You are here to say thank you:")
	}
	return ""
}

// said is what somebody wrote, to be shown to them: "" if the form shows it.
func (e errand) said() string {
	switch e.Do {
	case page.ToComment, page.ToReply, page.ToWrite:
		return e.words.Get("body")
	case page.ToStart:
		return e.words.Get("stands")
	case page.ToThank:
		return e.words.Get("reason")
	}
	return ""
}

// readers says who will read a letter.
func (e errand) readers(v *page.View) string {
	switch {
	case e.Do != page.ToWrite:
		return ""
	case e.words.Get("who") == "public":
		return v.T("Everybody may read it, with your name beside it.")
	case e.words.Get("who") == "":
		return v.T("You have not chosen yet who may read it: the form asks you again.")
	}
	return v.T("It is read by those who work at {brand}, and nobody else.", "brand", v.Site.Brand)
}

// button names the button that signs in and does the errand.
func (f useForm) button(v *page.View) string {
	switch {
	case f.newcomer():
		return f.errand.becoming(v)
	case f.link.Name == "":
		return v.T("Sign in")
	}
	return f.errand.as(v, f.link.Name)
}

// becoming names the button for who is not a member yet.
func (e errand) becoming(v *page.View) string {
	switch e.Do {
	case page.ToVote:
		return v.T("Become a member and vote")
	case page.ToAgainst:
		return v.T("Become a member and vote against it")
	case page.ToFollow:
		return v.T("Become a member and follow it")
	case page.ToReact:
		return v.T("Become a member and say so")
	case page.ToJoin, page.ToJoinSeen:
		return v.T("Become a member and join it")
	case page.ToStart:
		return v.T("Become a member and start it")
	case page.ToThank:
		return v.T("Become a member and say thank you")
	case page.ToComment, page.ToReply, page.ToWrite:
		return v.T("Become a member and send it")
	}
	return v.T("Become a member")
}

// as names the button for a member.
func (e errand) as(v *page.View, name string) string {
	switch e.Do {
	case page.ToVote:
		return v.T("Vote as {name}", "name", name)
	case page.ToAgainst:
		return v.T("Vote against it as {name}", "name", name)
	case page.ToFollow:
		return v.T("Follow it as {name}", "name", name)
	case page.ToReact:
		return v.T("Say so as {name}", "name", name)
	case page.ToJoin, page.ToJoinSeen:
		return v.T("Join it as {name}", "name", name)
	case page.ToStart:
		return v.T("Start it as {name}", "name", name)
	case page.ToThank:
		return v.T("Say thank you as {name}", "name", name)
	case page.ToComment, page.ToReply, page.ToWrite:
		return v.T("Send it as {name}", "name", name)
	}
	return v.T("Go on as {name}", "name", name)
}
