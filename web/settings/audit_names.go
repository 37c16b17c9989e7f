package settings

import (
	"context"
	"strconv"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// names is what the things that facts are about are called.
type names struct {
	panel
	people map[int64]know.Person
	ideas  map[int64]shape.Idea
	read   map[event.Ref]string // so far, "" for what is gone
}

// thing names what a fact is about, and where it is.
func (n names) thing(ctx context.Context, v *page.View, f event.Event) (name, address string, err error) {
	if id := ideaOf(f); id != 0 {
		if idea, ok := n.ideas[id]; ok {
			return idea.Title, page.IdeaURL(id), nil
		}
		return v.T("an idea that is no longer open"), "", nil
	}
	switch f.Subject.Kind {
	case "person":
		switch {
		case f.Subject.ID != f.Actor:
		case f.Kind == "person.promoted" || f.Kind == "person.invited":
			return v.T("themselves"), "", nil
		default:
			return "", "", nil
		}
		return v.Named(n.people[f.Subject.ID]), at("/desk/people/", f.Subject.ID), nil
	case "account":
		if strings.HasPrefix(f.Kind, "thanks.") {
			return v.T("somebody without an account"), "", nil
		}
		return v.Named(n.people[f.Other]), "", nil
	case "charter":
		return v.T("version {n} of the charter", "n", f.N), at("/charter/", f.N), nil
	case "purpose":
		return v.T("what we are for"), at("/purpose/", f.Subject.ID), nil
	}
	about := within(f)
	called, err := n.called(ctx, v, about)
	if err != nil {
		return "", "", err
	}
	name, address = worded(v, f, about, called)
	return name, address, nil
}

// more says what a fact tells beside the thing that it is about: to whom a
// conversation was given, and from which role to which.
func (n names) more(v *page.View, f event.Event) string {
	switch f.Kind {
	case "thread.taken":
		if f.Other != 0 && f.Other != f.Actor {
			return v.T("to {name}", "name", v.Named(n.people[f.Other]))
		}
	case "person.promoted":
		was, now := know.Promotion(f.N)
		switch {
		case was != know.Visitor && was != now:
			return v.T("(before: {was}; now: {now})", "was", role(v, was), "now", role(v, now))
		case now != know.Visitor && was != now:
			return v.T("({role})", "role", role(v, now))
		}
	}
	return ""
}

func at(path string, id int64) string { return path + strconv.FormatInt(id, 10) }

// within gives what holds the thing that a fact is about, or the thing itself.
func within(f event.Event) event.Ref {
	switch f.Subject.Kind {
	case "message":
		return event.Ref{Kind: "thread", ID: f.Other}
	case "reply", "edit":
		return event.Ref{Kind: "post", ID: f.Other}
	}
	if board := boardOf(f); board != 0 {
		return event.Ref{Kind: "board", ID: board}
	}
	return f.Subject
}

// called gives the name of a thing, "" if it is gone or the reader may not see it.
func (n names) called(ctx context.Context, v *page.View, ref event.Ref) (string, error) {
	if name, ok := n.read[ref]; ok {
		return name, nil
	}
	name, err := n.look(ctx, v, ref)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		name, err = "", nil
	}
	n.read[ref] = name
	return name, err
}

func (n names) look(ctx context.Context, v *page.View, ref event.Ref) (string, error) {
	switch ref.Kind {
	case "source":
		s, err := n.Radar.Source(ctx, v.Actor, ref.ID)
		return s.Name, err
	case "query":
		q, err := n.Radar.Query(ctx, v.Actor, ref.ID)
		return q.Name, err
	case "list":
		l, _, err := n.Radar.List(ctx, v.Actor, ref.ID)
		return l.Name, err
	case "relay":
		r, err := n.Relays.Relay(ctx, v.Actor, ref.ID)
		return r.Name, err
	case "mention":
		m, err := n.Radar.Mention(ctx, v.Actor, ref.ID)
		if err != nil {
			return "", err
		}
		return desk.Speaker(v, m), nil
	case "thread":
		t, _, err := n.Inbox.Thread(ctx, v.Actor, ref.ID)
		if err != nil {
			return "", err
		}
		faces, err := desk.Meet(ctx, n.Kit, []int64{t.Person}, []int64{t.Account})
		return faces.Name(v, t.Person, t.Account), err
	case "purchase":
		p, err := n.Purchases.Purchase(ctx, v.Actor, ref.ID)
		return p.ExternalID, err
	case "release":
		r, err := n.Ideas.Release(ctx, v.Actor, ref.ID)
		return r.Title, err
	case "call":
		c, err := n.Ideas.Call(ctx, v.Actor, ref.ID)
		return c.Title, err
	case "post":
		p, err := n.Posts.Post(ctx, v.Actor, ref.ID)
		return p.Title, err
	case "tribe":
		t, err := n.Tribes.Tribe(ctx, v.Actor, ref.ID)
		return t.Name, err
	case "board":
		b, err := n.Boards.Board(ctx, v.Actor, ref.ID)
		return b.Name, err
	case "mail":
		m, err := n.Events.Delivery(ctx, ref.ID)
		if err != nil {
			return "", err
		}
		faces, err := desk.Meet(ctx, n.Kit, []int64{m.Person}, []int64{m.Account})
		return faces.Name(v, m.Person, m.Account), err
	}
	return "", nil
}

// worded says a thing with its name, and where it is. What has no name is gone,
// and nowhere.
func worded(v *page.View, f event.Event, ref event.Ref, name string) (what, address string) {
	gone, path := v.T("something that is no longer there"), ""
	switch ref.Kind {
	case "source":
		what, gone, path = v.T("the source {name}", "name", name), v.T("a source that is no longer there"), "/desk/radar/sources/"
	case "query":
		what, gone, path = v.T("the standing query {name}", "name", name), v.T("a standing query that is no longer there"), "/desk/radar/queries/"
	case "list":
		what, gone, path = v.T("the list {name}", "name", name), v.T("a list that is no longer there"), "/desk/radar/lists/"
	case "relay":
		what, gone, path = v.T("the webhook {name}", "name", name), v.T("a webhook that is no longer there"), "/desk/radar/webhooks/"
	case "mention":
		what, gone, path = v.T("the mention by {name}", "name", name), v.T("a mention that is no longer there"), "/desk/mentions/"
	case "thread":
		what, gone, path = v.T("the conversation with {name}", "name", name), v.T("a conversation that is no longer there"), "/desk/inbox/"
	case "purchase":
		what, path = v.T("the order {number}", "number", name), "/desk/why/purchases/"
	case "release":
		what, path = v.T("the release “{title}”", "title", name), "/changes/"
	case "call":
		what, path = name, "/desk/calls/"
	case "post":
		what, path = v.T("the post “{title}”", "title", name), "/tribune/"
	case "tribe":
		what, path = v.T("the tribe {name}", "name", name), "/tribes/"
	case "board":
		what, path = v.T("the board {name}", "name", name), "/desk/boards/"
	case "mail":
		what, path = v.T("the mail to {name}", "name", name), "/desk/outbox/"
	default:
		return "", ""
	}
	switch {
	case name == "":
		return gone, ""
	case f.Kind == "release.made" || f.Kind == "post.published": // the verb says what it is
		what = name
	}
	return what, at(path, ref.ID)
}
