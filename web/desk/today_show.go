package desk

import (
	"net/http"
	"time"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/page"
)

// How much of each thing today's page shows; the rest is a click away.
const (
	waitingShown = 8
	askedShown   = 5
	mineShown    = 5
	postsShown   = 4
	ideasShown   = 5
	heardShown   = 3
	unreadShown  = 3

	namedWithin = 30 * 24 * time.Hour // a post that names the reader is shown for so long
	promiseSoon = 14 * 24 * time.Hour // a promise is shown from two weeks before its day
)

// today is what waits, in the order in which it should be done.
type today struct {
	counts    converse.Counts
	waiting   []converse.Thread
	mine      []converse.Thread
	asked     []converse.Thread // of the reader, by name
	leads     bool              // the reader leads the conversation
	under     []post.Post       // of the reader's own, under which people ask for more
	naming    []post.Post       // of others, in which the reader is named
	faces     Faces
	undecided []shape.Idea
	promises  []shape.Promise
	failing   []listen.Source      // they cannot be read, or what came last was refused
	mails     int64                // uncertain or failed
	forget    int64                // who ask to be forgotten
	unread    []shape.Voice        // visitors' words that nobody has looked at, the first of them
	about     map[int64]shape.Idea // the ideas they stand behind
	mentions  int64                // published since yesterday
	ideas     int                  // proposed since yesterday
	heard     []listen.Mention
	steps     []step
}

// step is one of the first things to do on a fresh site.
type step struct {
	name, text, href, action string
	done                     bool
}

func (d *desk) today(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx, now := r.Context(), d.Now()
	v.Title, v.Section = v.T("Today"), "today"
	var t today
	var err error
	if t.counts, err = d.Inbox.Counts(ctx, v.Actor); err != nil {
		return err
	}
	if t.waiting, _, err = d.Inbox.Threads(ctx, v.Actor, converse.Filter{State: converse.Waiting, Limit: waitingShown}); err != nil {
		return err
	}
	if t.mine, _, err = d.Inbox.Threads(ctx, v.Actor, converse.Filter{State: converse.Waiting, Owner: v.Actor.ID, Limit: mineShown}); err != nil {
		return err
	}
	if t.asked, _, err = d.Inbox.Threads(ctx, v.Actor, converse.Filter{State: converse.Waiting, Asked: v.Actor.ID, Limit: askedShown}); err != nil {
		return err
	}
	var people, accounts []int64
	if err := d.led(r, v, &t); err != nil {
		return err
	}
	for _, p := range t.naming {
		people = append(people, p.Person)
	}
	for _, list := range [][]converse.Thread{t.waiting, t.mine, t.asked} {
		for _, x := range list {
			people, accounts = append(people, x.Person, x.Owner), append(accounts, x.Account)
		}
	}
	if t.promises, err = d.Ideas.Promises(ctx, v.Actor, now.Add(promiseSoon)); err != nil {
		return err
	}
	for _, p := range t.promises {
		people = append(people, p.Decision.By)
	}
	if t.faces, err = Meet(ctx, d.Kit, people, accounts); err != nil {
		return err
	}
	if err := d.unread(r, v, &t); err != nil {
		return err
	}
	states, err := d.Events.States(ctx)
	if err != nil {
		return err
	}
	t.mails = states[event.Uncertain] + states[event.Failed]
	if err := d.making(r, v, &t); err != nil {
		return err
	}
	if err := d.listening(r, v, &t); err != nil {
		return err
	}
	return d.ShowDesk(w, r, v, todayPage(v, t))
}

// led adds, for the one who leads the conversation, what is asked of them on
// the tribune: under their own posts, and in those of others that name them.
func (d *desk) led(r *http.Request, v *page.View, t *today) error {
	ctx := r.Context()
	me, err := d.People.Person(ctx, v.Actor.ID)
	if err != nil || !me.Leads || me.Name == "" {
		return err
	}
	t.leads = true
	own, _, err := d.Posts.By(ctx, v.Actor, me.ID, "", 20)
	if err != nil {
		return err
	}
	for _, p := range own {
		if p.Reactions.Asks > 0 && len(t.under) < postsShown {
			t.under = append(t.under, p)
		}
	}
	others, _, err := d.Posts.List(ctx, v.Actor, post.Filter{Text: me.Name, Limit: 20})
	for _, p := range others {
		if p.Person != me.ID && len(t.naming) < postsShown && d.Now().Sub(p.PublishedAt) < namedWithin {
			t.naming = append(t.naming, p)
		}
	}
	return err
}

// unread adds the words of visitors that wait to be looked at.
func (d *desk) unread(r *http.Request, v *page.View, t *today) (err error) {
	if t.unread, err = d.Ideas.VoicesToRead(r.Context(), v.Actor, unreadShown); err != nil {
		return err
	}
	t.about = map[int64]shape.Idea{}
	for _, voice := range t.unread {
		if t.about[voice.Idea], err = d.Ideas.Idea(r.Context(), v.Actor, voice.Idea); err != nil {
			return err
		}
	}
	return nil
}

// making adds the ideas that wait for a first decision, and the new ones.
func (d *desk) making(r *http.Request, v *page.View, t *today) error {
	open, _, err := d.Ideas.List(r.Context(), v.Actor, shape.Filter{Stage: shape.Open, Limit: 50})
	if err != nil {
		return err
	}
	for _, idea := range open {
		if idea.Decision == 0 && len(t.undecided) < ideasShown {
			t.undecided = append(t.undecided, idea)
		}
	}
	fresh, _, err := d.Ideas.List(r.Context(), v.Actor, shape.Filter{Sort: shape.ByNew, Limit: 100})
	if err != nil {
		return err
	}
	for _, idea := range fresh {
		if idea.CreatedAt.After(d.Now().Add(-24 * time.Hour)) {
			t.ideas++
		}
	}
	calls, err := d.Ideas.Calls(r.Context(), v.Actor, false)
	if err != nil {
		return err
	}
	t.steps = append(t.steps, step{name: v.T("Ask people something"),
		text: v.T("Open a call for ideas that says what you will do with them, or propose the first idea yourself."),
		href: "/desk/calls/new", action: v.T("Open a call for ideas"), done: len(fresh)+len(calls) > 0})
	return nil
}

// listening adds what was heard, and the sources that fail.
func (d *desk) listening(r *http.Request, v *page.View, t *today) error {
	ctx, since := r.Context(), d.Now().Add(-24*time.Hour)
	sources, err := d.Radar.Sources(ctx, v.Actor)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if s.Failures > 0 && !s.Paused {
			t.failing = append(t.failing, s)
		}
	}
	asks, err := d.Radar.ForgetAsks(ctx, v.Actor)
	if err != nil {
		return err
	}
	t.forget = int64(len(asks))
	queries, err := d.Radar.Queries(ctx, v.Actor)
	if err != nil {
		return err
	}
	hours, err := d.Radar.Volume(ctx, v.Actor, 0, since)
	if err != nil {
		return err
	}
	for _, h := range hours {
		t.mentions += h.N
	}
	if t.heard, _, err = d.Radar.Mentions(ctx, v.Actor, listen.Filter{Since: since, Limit: heardShown}); err != nil {
		return err
	}
	t.steps = append([]step{
		{name: v.T("Connect a source"), text: v.T("The address of a blog, a forum or a search is enough: its feed is found from the page."),
			href: "/desk/radar/sources", action: v.T("Connect a feed"), done: len(sources) > 0},
		{name: v.T("Say what to listen for"), text: v.T("A standing query picks out what is about you: your name, your products, what they are for."),
			href: "/desk/radar/queries/new", action: v.T("Add a standing query"), done: len(queries) > 0},
	}, t.steps...)
	if t.steps[0].done && t.steps[1].done && t.steps[2].done {
		t.steps = nil
	}
	return nil
}

// calm reports whether nothing at all waits for somebody.
func (t today) calm() bool {
	return len(t.asked)+len(t.under)+len(t.naming)+len(t.waiting)+len(t.undecided)+len(t.promises)+len(t.failing)+len(t.unread) == 0 && t.mails+t.forget == 0 && len(t.steps) == 0
}

// PromiseClass tells how near the day of a promise is.
func PromiseClass(p shape.Promise, now time.Time) string {
	if p.Decision.PromisedAt.Before(now) {
		return "late"
	}
	return "soon"
}
