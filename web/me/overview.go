package me

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"tribune/advocate"
	"tribune/converse"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/web/carry"
	"tribune/web/page"
)

// mine is all that is a person's, as their page shows it.
type mine struct {
	person   know.Person
	misnamed string // why nobody can be called so any more, "" if they can
	threads  []converse.Thread
	promises []promise
	ideas    []shape.Idea
	voices   []shape.Voice
	voted    []know.Moment
	against  []know.Moment
	boards   []sitting
	comments []know.Moment
	links    []advocate.Share
	known    carry.Known
	tribes   myTribes
	titles   map[int64]shape.Idea // of the ideas that voices stand behind
}

// sitting is a board, and what the reader has to do with it.
type sitting struct {
	board.Board
	applied, seated bool
	number          int
	seat            board.Seat
}

// boards finds the boards that a person was invited to, applied to or sits on.
func (o own) boards(r *http.Request, v *page.View) (all []sitting, err error) {
	found, err := o.Boards.OfMember(r.Context(), v.Actor)
	if err != nil {
		return nil, err
	}
	for _, b := range found {
		x := sitting{Board: b}
		p, applied, err := o.Boards.Mine(r.Context(), v.Actor, b.ID)
		if err != nil {
			return nil, err
		}
		x.applied, x.number = applied, p.Number
		if x.seat, x.seated, err = o.Boards.MySeat(r.Context(), v.Actor, b.ID); err != nil {
			return nil, err
		}
		if x.seated && !x.seat.Taken() || !x.seated && !(x.applied && (b.State == board.Open || b.State == board.Closed)) && !b.Takes(v.Now) {
			continue // nothing of theirs any more
		}
		all = append(all, x)
	}
	return all, nil
}

// promise is a decision that gives a day, to somebody who asked for it.
type promise struct {
	idea shape.Idea
	by   know.Person
	day  time.Time
}

// listed is how many of each the page shows.
const listed = 100

func (o own) overview(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx, m := r.Context(), mine{}
	accounts, err := o.accountIDs(r, v.Actor.ID)
	if err != nil {
		return err
	}
	if m.person, err = o.People.Person(ctx, v.Actor.ID); err != nil {
		return err
	}
	if _, err := o.People.CheckName(ctx, v.Actor, m.person.Name); fault.Is(err, fault.Invalid) {
		m.misnamed = v.Fault(err)
	} else if err != nil {
		return err
	}
	if m.tribes, err = o.tribes(ctx, v.Actor); err != nil {
		return err
	}
	threads, err := o.Inbox.ThreadsOf(ctx, v.Actor, v.Actor.ID, accounts)
	if err != nil {
		return err
	}
	for _, t := range threads {
		if t.Kind != converse.OfTell {
			m.threads = append(m.threads, t)
		}
	}
	if m.ideas, _, err = o.Ideas.List(ctx, v.Actor, shape.Filter{Person: v.Actor.ID, Sort: shape.ByNew, Limit: listed}); err != nil {
		return err
	}
	if m.voices, err = o.Ideas.VoicesOf(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if m.boards, err = o.boards(r, v); err != nil {
		return err
	}
	moments, err := o.Ideas.Moments(ctx, v.Actor.ID, accounts, 5*listed)
	if err != nil {
		return err
	}
	if err := o.sort(r, v, &m, moments); err != nil {
		return err
	}
	if m.links, err = o.Advocacy.Shares(ctx, v.Actor); err != nil {
		return err
	}
	if m.known, err = carry.KnownFor(ctx, o.Kit, v.Actor, v.Actor.ID); err != nil {
		return err
	}
	v.Title = v.T("Your own page")
	return o.Show(w, r, v, overviewPage(v, m))
}

// sort puts a person's moments where the page shows them, and finds the ideas
// that they are about.
func (o own) sort(r *http.Request, v *page.View, m *mine, moments []know.Moment) (err error) {
	var ids, promised []int64
	for _, moment := range moments {
		switch moment.Kind {
		case "voted":
			m.voted = append(m.voted, moment)
		case "against":
			m.against = append(m.against, moment)
		case "commented":
			m.comments = append(m.comments, moment)
		case "promised":
			promised = append(promised, moment.Subject.ID)
		default:
			continue
		}
		ids = append(ids, moment.Subject.ID)
	}
	for _, voice := range m.voices {
		ids = append(ids, voice.Idea)
	}
	if m.titles, err = o.Ideas.ByID(r.Context(), v.Actor, ids); err != nil {
		return err
	}
	unseen := func(moment know.Moment) bool { _, ok := m.titles[moment.Subject.ID]; return !ok }
	m.voted, m.against, m.comments = slices.DeleteFunc(m.voted, unseen), slices.DeleteFunc(m.against, unseen), slices.DeleteFunc(m.comments, unseen)
	return o.promised(r, v, m, promised)
}

// promised finds what the latest decision on each idea promises.
func (o own) promised(r *http.Request, v *page.View, m *mine, ideas []int64) error {
	var latest []int64
	for _, id := range ideas {
		latest = append(latest, m.titles[id].Decision)
	}
	decisions, err := o.Ideas.DecisionsByID(r.Context(), v.Actor, latest)
	if err != nil {
		return err
	}
	var by []int64
	for _, d := range decisions {
		by = append(by, d.By)
	}
	people, err := o.People.People(r.Context(), by)
	for _, d := range decisions {
		if !d.PromisedAt.IsZero() {
			m.promises = append(m.promises, promise{m.titles[d.Idea], people[d.By], d.PromisedAt})
		}
	}
	slices.SortFunc(m.promises, func(a, b promise) int { return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.idea.ID, b.idea.ID)) })
	return err
}

func (o own) withdrawVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := o.Ideas.WithdrawVoice(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/me#voices")
}
