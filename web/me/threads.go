package me

import (
	"cmp"
	"net/http"
	"strconv"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/web/carry"
	"tribune/web/page"
)

// letterForm is a letter as it was typed.
type letterForm struct {
	subject, body string
	wrong         page.Wrong
}

func (o own) letter(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return o.showLetter(w, r, v, letterForm{})
}

func (o own) showLetter(w http.ResponseWriter, r *http.Request, v *page.View, f letterForm) error {
	team, err := o.People.Faces(r.Context())
	if err != nil {
		return err
	}
	v.Title = v.T("Write to us")
	return o.Show(w, r, v, letterPage(v, f, team))
}

func (o own) writeLetter(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := letterForm{subject: r.PostForm.Get("subject"), body: r.PostForm.Get("body")}
	t, err := o.Inbox.Letter(r.Context(), v.Actor, f.subject, f.body)
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return o.showLetter(w, r, v, f)
	}
	page.Flash(w, r, "sent")
	return page.Back(w, r, threadURL(t.ID))
}

func threadURL(id int64) string { return "/me/threads/" + strconv.FormatInt(id, 10) }

// conversation is one thread as its person sees it.
type conversation struct {
	thread   converse.Thread
	messages []converse.Message
	people   map[int64]know.Person
	accounts map[int64]know.Account
	here     carry.Here // thanks
	body     string
	wrong    page.Wrong
}

func (o own) thread(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return o.showThread(w, r, v, conversation{})
}

func (o own) showThread(w http.ResponseWriter, r *http.Request, v *page.View, c conversation) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	// Also one of the team sees here what anybody would: no notes.
	reader := v.Actor
	reader.Role = know.Member
	if c.thread, c.messages, err = o.Inbox.Thread(r.Context(), reader, id); err != nil {
		return err
	}
	if c.thread.IsPublic() { // it has a page of its own
		return page.Back(w, r, "/letters/"+strconv.FormatInt(id, 10))
	}
	ids, accounts := make([]int64, len(c.messages)), make([]int64, len(c.messages))
	for i, m := range c.messages {
		ids[i], accounts[i] = m.Person, m.Account
	}
	if c.accounts, err = o.People.Accounts(r.Context(), accounts); err != nil {
		return err
	}
	if c.people, err = o.People.People(r.Context(), ids); err != nil {
		return err
	}
	if c.here, err = carry.At(r.Context(), o.Kit, v, event.Ref{Kind: "thread", ID: id}); err != nil {
		return err
	}
	v.Title = subjectOf(v, c.thread)
	return o.Show(w, r, v, threadPage(v, c))
}

func (o own) say(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	c := conversation{body: r.PostForm.Get("body")}
	if _, err := o.Inbox.Say(r.Context(), v.Actor, id, c.body); err != nil {
		if err := v.Wrong(err, &c.wrong); err != nil {
			return err
		}
		return o.showThread(w, r, v, c)
	}
	page.Flash(w, r, "sent")
	return page.Back(w, r, threadURL(id)+"#end")
}

// speaker names who of those outside the team said a message: others may have
// joined in.
func (c conversation) speaker(v *page.View, m converse.Message) string {
	a := c.accounts[m.Account]
	if m.Person == v.Actor.ID || m.Account == c.thread.Account || a.Person == v.Actor.ID {
		return v.T("You")
	}
	return cmp.Or(a.Name, v.T("somebody"))
}

// subjectOf names a conversation.
func subjectOf(v *page.View, t converse.Thread) string {
	switch {
	case t.Subject != "":
		return t.Subject
	case t.Last != "":
		return v.Excerpt(t.Last, 70)
	}
	return v.T("A conversation")
}
