package inbox

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// opened is one thread, as its page shows it.
type opened struct {
	listing
	thread   converse.Thread
	messages []converse.Message
	mention  listen.Mention  // what opened it; the zero Mention if nothing did
	task     *shape.TellTask // kind tell
	tongue   string          // in which they write, as far as it is known
	begun    string          // how an answer may begin
	way      converse.Way    // how an answer would leave
	mailed   bool            // and whether by mail, too
	lastBy   int64           // who of us last spoke with them
	lastAt   time.Time
	team     []know.Person
	heldLink string                          // to the page that shows what is held about who speaks
	theirs   func(lang string) *i18n.Printer // writes for who speaks; the site's language, if theirs is not known
	typed    map[string]string               // what was typed into the form that is wrong
	form     string                          // which form that is
	wrong    page.Wrong
}

func (x *inbox) open(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.show1(w, r, v, id, nil)
}

// show1 shows a thread; fill, if not nil, puts a form's faults into the page.
func (x *inbox) show1(w http.ResponseWriter, r *http.Request, v *page.View, id int64, fill func(o *opened)) error {
	o, err := x.read(r.Context(), v, id)
	if err != nil {
		return err
	}
	people, accounts := []int64{o.thread.To, o.thread.Asked, o.thread.HandedBy, o.thread.Person, o.thread.Owner, o.lastBy, v.Actor.ID}, []int64{o.thread.Account}
	for _, m := range o.messages {
		people, accounts = append(people, m.Person), append(accounts, m.Account)
	}
	if o.listing, err = x.listed(r, v, id, people, accounts); err != nil {
		return err
	}
	v.Title = o.faces.Name(v, o.thread.Person, o.thread.Account)
	if fill != nil {
		fill(&o)
	}
	return x.ShowDesk(w, r, v, threadPage(v, o))
}

// read gathers what a thread's page shows.
func (x *inbox) read(ctx context.Context, v *page.View, id int64) (o opened, err error) {
	a := v.Actor
	if o.thread, o.messages, err = x.Inbox.Thread(ctx, a, id); err != nil {
		return o, err
	}
	t := o.thread
	o.theirs = func(lang string) *i18n.Printer { return x.Words.Printer(cmp.Or(lang, v.Site.Language), v.Zone()) }
	if t.Account != 0 {
		token, err := x.People.HeldToken(ctx, t.Account)
		if err != nil {
			return o, err
		}
		o.heldLink = x.URL + "/held/" + token
	}
	if t.Mention != 0 {
		if o.mention, err = x.Radar.Mention(ctx, a, t.Mention); err != nil && !fault.Is(err, fault.NotFound) {
			return o, err
		}
	}
	if t.Kind == converse.OfTell {
		tasks, err := x.Ideas.TellTasks(ctx, a, []int64{id})
		if err != nil {
			return o, err
		}
		if task, ok := tasks[id]; ok {
			o.task, o.tongue = &task, task.Voice.Language
			o.begun = o.draft(o.theirs(o.tongue), x.URL)
		}
	}
	if o.way, o.mailed, err = x.Inbox.WayTo(ctx, a, t.Reader); err != nil {
		return o, err
	}
	var accounts []int64
	if t.Account != 0 {
		accounts = []int64{t.Account}
	}
	if o.lastBy, o.lastAt, err = x.Inbox.LastSpoke(ctx, t.Person, accounts); err != nil {
		return o, err
	}
	o.team, err = x.People.Team(ctx)
	return o, err
}

// original is the address at which an answer can be posted.
func (o opened) original() string {
	if o.task != nil && o.task.Voice.URL != "" {
		return o.task.Voice.URL
	}
	return o.thread.URL
}

// first is the message whose words an idea could be made of, nil if there is
// none any more.
func (o opened) first() *converse.Message {
	for i := range o.messages {
		if m := &o.messages[i]; m.Kind == converse.Said && m.State == know.Visible && m.Body != "" {
			return m
		}
	}
	return nil
}

// several reports whether more than one of them speaks in the conversation: then
// each of their words stands under a name.
func (o opened) several() bool {
	return slices.ContainsFunc(o.messages, func(m converse.Message) bool {
		return m.Kind == converse.Said && !o.faces.Same(m.Person, m.Account, o.thread.Person, o.thread.Account)
	})
}

// toPost is an answer that waits to be posted elsewhere by the reader: their own,
// or one by who is not of the team any more.
func (o opened) toPost(v *page.View, m converse.Message) bool {
	waits := !o.gone() && m.Kind == converse.Reply && m.Way == converse.ByCopy && m.DeliveredAt.IsZero() && m.State == know.Visible
	return waits && (m.Person == v.Actor.ID || o.orphaned(m))
}

// orphaned reports whether who wrote an answer is not of the team any more.
func (o opened) orphaned(m converse.Message) bool {
	return !o.faces.Person(m.Person).Role.AtLeast(know.Staff)
}

// held is the end of an answer that is posted elsewhere: where they see what we
// hold on them. It is read by them, so it is in the language of what was
// answered, whatever the language of our own pages.
func (o opened) held(answer converse.Message) string {
	if o.heldLink == "" {
		return ""
	}
	return "\n\n" + o.theirs(o.asked(answer)).T("What we hold on you: {link}", "link", o.heldLink)
}

// asked is the language of what an answer answers, "" if it is not known: of
// the last that they said before it, else of what we tell them about.
func (o opened) asked(answer converse.Message) string {
	lang := o.tongue
	for _, m := range o.messages {
		if m.ID == answer.ID {
			break
		}
		if m.Kind == converse.Said && m.Language != "" && m.Language != listen.UnknownLanguage {
			lang = m.Language
		}
	}
	return lang
}

// gone reports whether who spoke has left: there is nobody to answer, but the
// readers of a letter in public.
func (o opened) gone() bool {
	who := o.thread.Person
	if who == 0 {
		who = o.faces.Account(o.thread.Account).Person
	}
	return o.faces.Person(who).Left() && !o.thread.IsPublic()
}

// leaves says truthfully in whose name and which way an answer goes out.
func (o opened) leaves(v *page.View) string {
	as := v.T("Goes out as {name}, {brand}", "name", v.Actor.Name, "brand", v.Site.Brand)
	switch {
	case o.way == converse.BySite && o.mailed:
		return v.T("{as}: on the page of this conversation, and by mail.", "as", as)
	case o.way == converse.BySite:
		return v.T("{as}: on the page of this conversation only, for they have no confirmed address or want no mails of this kind.", "as", as)
	case o.original() != "":
		return v.T("{as}: we cannot write there, so you copy it and post it under the original.", "as", as)
	}
	return v.T("{as}: we cannot reach them from here, so you copy it and send it the way they spoke to us.", "as", as)
}

// value is what was typed into a field of a form that is shown again.
func (o opened) value(form, field string) string {
	if o.form != form {
		return ""
	}
	return o.typed[field]
}

// fault is what is wrong with one of the page's forms.
func (o opened) fault(form string) page.Wrong {
	if o.form != form {
		return page.Wrong{}
	}
	return o.wrong
}

// ideaHref leads to the form that makes an idea of a message's words.
func ideaHref(m converse.Message) string {
	if m.Mention != 0 {
		return desk.Link("/desk/mentions/%d/idea", m.Mention)
	}
	return desk.Link("/desk/messages/%d/idea", m.ID)
}

// voiceQuery names a message's words for adding them as a voice.
func voiceQuery(m converse.Message) string {
	if m.Mention != 0 {
		return desk.Link("mention=%d", m.Mention)
	}
	return desk.Link("message=%d", m.ID)
}
