package settings

import (
	"fmt"
	"net/http"
	"strconv"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/web/page"
)

// auditPage is how many acts the page lists at once.
const auditRows = 60

// act is one thing that somebody of the team did.
type act struct {
	who  know.Person
	fact event.Event
	did  string
	what string // the thing's name, or what sort of thing it is
	url  string // where it is, "" if it is nowhere any more
	more string // what else is to be said of it, "" for nothing
}

// by names who did it.
func (a act) by(v *page.View) string {
	if a.fact.Actor == 0 {
		return v.T("Somebody at the server’s command line")
	}
	if a.who.Left() {
		return v.T("Somebody who left")
	}
	return v.Named(a.who)
}

func (p panel) audit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	facts, err := p.People.Audit(r.Context(), v.Actor, max(0, before), auditRows+1)
	if err != nil {
		return err
	}
	more := ""
	if len(facts) > auditRows {
		facts = facts[:auditRows]
		more = fmt.Sprintf("/desk/settings/audit?before=%d", facts[auditRows-1].ID)
	}
	acts, err := p.acts(r, v, facts)
	if err != nil {
		return err
	}
	v.Title = v.T("What staff did")
	return p.ShowDesk(w, r, v, auditList(v, acts, more))
}

// acts puts facts in words.
func (p panel) acts(r *http.Request, v *page.View, facts []event.Event) ([]act, error) {
	var persons, ideas []int64
	for _, f := range facts {
		persons = append(persons, f.Actor)
		if f.Subject.Kind == "person" {
			persons = append(persons, f.Subject.ID)
		}
		if f.Kind == know.MailRead || f.Kind == "account.moved" || f.Kind == "thread.taken" {
			persons = append(persons, f.Other)
		}
		ideas = append(ideas, ideaOf(f))
	}
	people, err := p.People.People(r.Context(), persons)
	if err != nil {
		return nil, err
	}
	titles, err := p.Ideas.ByID(r.Context(), v.Actor, ideas)
	if err != nil {
		return nil, err
	}
	known := names{panel: p, people: people, ideas: titles, read: map[event.Ref]string{}}
	acts := make([]act, len(facts))
	for i, f := range facts {
		acts[i] = act{who: people[f.Actor], fact: f, did: did(v, f), more: known.more(v, f)}
		if acts[i].what, acts[i].url, err = known.thing(r.Context(), v, f); err != nil {
			return nil, err
		}
	}
	return acts, nil
}

// ideaOf gives the idea that a fact is about, 0 if none.
func ideaOf(f event.Event) int64 {
	switch f.Subject.Kind {
	case "idea":
		return f.Subject.ID
	case "comment", "voice":
		return f.Other
	}
	return 0
}

// boardOf gives the board in which something was done, 0 if the fact does not
// say so.
func boardOf(f event.Event) int64 {
	switch f.Kind {
	case "seat.accepted", "seat.declined", "boardtalk.opened", "boardsaid.edited", "boardsaid.withdrawn", "boardsaid.hidden", "boardsaid.shown",
		"task.opened", "task.reported", "task.published":
		return f.Other
	}
	return 0
}

// did says what was done, in words that a thing's name can follow.
func did(v *page.View, f event.Event) string {
	for _, words := range []func(*page.View, event.Event) string{didMaking, didTalking, didListening, didSite, didSquare, didTribune, didTribes, didBuyers, didBoards, didPeople} {
		if s := words(v, f); s != "" {
			return s
		}
	}
	return f.Kind // not yet in words here, but not hidden either
}

func didMaking(v *page.View, f event.Event) string {
	switch f.Kind {
	case "idea.proposed":
		return v.T("proposed")
	case "idea.edited":
		return v.T("changed the idea")
	case "idea.withdrawn":
		return v.T("withdrew the idea")
	case "idea.hidden":
		return v.T("hid the idea")
	case "idea.shown":
		return v.T("showed the idea again")
	case "idea.merged":
		return v.T("made part of another idea:")
	case "idea.unmerged":
		return v.T("parted again from another idea:")
	case "idea.commented":
		return v.T("commented on")
	case "decision.made":
		return v.T("decided on")
	case "decision.overrode":
		return v.T("signed for deciding against the charter on")
	case "idea.cited":
		return v.T("put under another clause of the charter:")
	case "charter.published":
		return v.T("published")
	case "purpose.written":
		return v.T("said anew")
	case "comment.edited":
		return v.T("changed their comment on")
	case "comment.withdrawn":
		return v.T("withdrew their comment on")
	case "comment.hidden":
		return v.T("hid a comment on")
	case "comment.shown":
		return v.T("showed again a comment on")
	case "voice.added":
		return v.T("added a voice behind")
	case "voice.allowed":
		return v.T("let a visitor’s words be seen behind")
	case "voice.hidden":
		return v.T("hid a voice behind")
	case "voice.shown":
		return v.T("showed again a voice behind")
	case "voice.withdrawn":
		return v.T("withdrew, for its author, a voice behind")
	case "call.opened":
		return v.T("opened a call for ideas:")
	case "call.edited":
		return v.T("changed a call for ideas:")
	case "release.made":
		return v.T("released")
	case "release.edited":
		return v.T("changed")
	}
	return ""
}

func didTalking(v *page.View, f event.Event) string {
	switch f.Kind {
	case "thread.opened":
		return v.T("opened")
	case "thread.taken":
		switch f.Other {
		case 0:
			return v.T("let go of")
		case f.Actor:
			return v.T("took")
		}
		return v.T("gave")
	case "thread.answered":
		return v.T("answered in")
	case "thread.closed":
		return v.T("closed, with a reason,")
	case "thread.reopened":
		return v.T("reopened")
	case "thread.woken":
		return v.T("said more in")
	case "message.sent":
		return v.T("sent an answer in")
	case "message.written":
		return v.T("wrote an answer to copy in")
	case "message.posted":
		return v.T("posted an answer of")
	case "message.noted":
		return v.T("wrote a note in")
	case "message.edited":
		return v.T("changed their words in")
	case "message.withdrawn":
		return v.T("took back their words in")
	case "message.hidden":
		return v.T("hid a message in")
	case "message.shown":
		return v.T("showed again a message in")
	}
	return ""
}

func didListening(v *page.View, f event.Event) string {
	switch f.Kind {
	case "source.added", "query.added", "list.added", "relay.added":
		return v.T("added")
	case "source.changed", "query.changed", "list.changed", "relay.changed":
		return v.T("changed")
	case "source.removed", "query.removed", "list.removed", "relay.removed":
		return v.T("removed")
	case "mention.hidden":
		return v.T("hid")
	case "mention.withdrawn":
		return v.T("withdrew, for its author,")
	case listen.AccountForgotten:
		return v.T("forgot, as was asked,")
	case listen.ForgetRefused:
		return v.T("refused to forget")
	case "mention.quotable":
		return v.T("noted whether it may be quoted:")
	}
	return ""
}

func didSite(v *page.View, f event.Event) string {
	switch f.Kind {
	case "person.invited":
		return v.T("invited")
	case "person.promoted":
		switch was, now := know.Promotion(f.N); {
		case was == know.Visitor && now != know.Visitor:
			return v.T("added")
		case was == now && was != know.Visitor:
			return v.T("said whether they lead the conversation:")
		}
		return v.T("changed the role of")
	case "person.changed":
		return v.T("changed their own profile")
	case "account.moved":
		return v.T("joined or parted an account:")
	case "session.ended":
		return v.T("ended a session of their own")
	case "token.made":
		return v.T("made an API token")
	case "token.ended":
		return v.T("ended an API token")
	case "settings.statuses":
		return v.T("changed the names of the stages")
	case "settings.changed":
		return v.T("changed the settings: {what}", "what", changed(v, f.N))
	case know.MailResent:
		return v.T("sent again")
	case know.MailRead:
		return v.T("opened the one-time link of")
	}
	return ""
}

// changed names the settings that a change touched.
func changed(v *page.View, n int64) string {
	var all []string
	for _, s := range []struct {
		bit  int64
		name string
	}{
		{know.ChangedWords, v.T("name or purpose")}, {know.ChangedLook, v.T("colour or logo")}, {know.ChangedPlace, v.T("language or time zone")},
		{know.ChangedMail, v.T("mail server")}, {know.ChangedRules, v.T("who may do what")}, {know.ChangedRetention, v.T("how long strangers’ words are kept")},
		{know.ChangedMentions, v.T("telling pages that posts link to them")},
	} {
		if n&s.bit != 0 {
			all = append(all, s.name)
		}
	}
	if len(all) == 0 {
		return v.T("nothing")
	}
	return v.List(all)
}
