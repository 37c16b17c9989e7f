package ideas

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/tribe"
	"tribune/web/carry"
	"tribune/web/page"
)

// liveTalk is the data-live of an idea's discussion: its counts follow the log,
// and comments that the page does not show are said to be there.
func liveTalk(i shape.Idea) string {
	if i.State != know.Visible || i.MergedInto != 0 {
		return ""
	}
	return page.LiveIdeas([]shape.Idea{i}) + "&talk=" + strconv.FormatInt(i.Comments, 10)
}

// How many voices and how many comments stand on an idea's page at once.
const (
	voicesShown   = 12
	commentsShown = 50
)

// turned is which of an idea's voices and comments a page shows.
type turned struct {
	voices   int64 // those before this one; 0: from the newest
	comments int64 // those after this one; 0: from the first
}

// turned reads it from an address: "voices" and "comments" name the last one
// seen, "comment" the one to be shown ("last": the newest).
func (h handlers) turned(r *http.Request, idea int64) (t turned, err error) {
	q := r.URL.Query()
	id := func(name string) int64 {
		n, _ := strconv.ParseInt(q.Get(name), 10, 64)
		return max(n, 0)
	}
	t.voices, t.comments = id("voices"), id("comments")
	comment := id("comment")
	if q.Get("comment") == "last" {
		comment = shape.LastComment
	}
	if comment != 0 {
		t.comments, err = h.Ideas.PageOfComment(r.Context(), idea, comment, commentsShown)
	}
	return t, err
}

// newest is the page that a new comment stands on.
func (p whole) newest() string {
	if p.Begins != 0 || p.Ends != 0 || len(p.Comments) == commentsShown {
		return page.IdeaURL(p.Idea.ID) + "?comment=last"
	}
	return page.IdeaURL(p.Idea.ID)
}

// decided is a decision, and how many were told of it.
type decided struct {
	shape.Decision
	Told    shape.Told
	Release shape.Release    // that brings it, if the reader may see it
	Signed  charter.Override // if it is against the charter
	Cites   charter.Clause
}

// talk is what a reader was writing under an idea when something was wrong.
type talk struct {
	Comment      string
	Kept         string // ticket of the comment, if it was kept over a sign-in
	Lang         string // the comment is written in
	Langs        []page.Option
	CommentWrong page.Wrong
	Words        string
	Author       string
	VoiceWrong   page.Wrong
}

// whole is all that an idea's page shows.
type whole struct {
	Idea      shape.Idea
	Nameless  bool // its author left and took the words along
	Voted     bool
	Against   bool
	Following bool
	Into      shape.Idea // what it was merged into
	Call      shape.Call
	Voices    []shape.Voice
	After     int64 // the last voice shown, if there are more
	Decisions []decided
	Bound     shape.Bound // to the charter
	Comments  []shape.Comment
	Begins    int64 // the last comment of the page before, 0 on the first
	Ends      int64 // the last comment shown, if there are more
	People    map[int64]know.Person
	Here      carry.Here // thanks, and the reader's link
	Talk      talk
	Support   tribe.SupportOf
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, done, err := idOf(w, r)
	if err != nil || done {
		return err
	}
	var t talk
	var words url.Values
	if t.Kept, words, err = h.KeptWords(r); err != nil {
		return err
	}
	t.Comment, t.Lang = words.Get("body"), words.Get("language")
	return h.showIdea(w, r, v, id, t)
}

// showIdea shows an idea, with what the reader was writing under it.
func (h handlers) showIdea(w http.ResponseWriter, r *http.Request, v *page.View, id int64, t talk) error {
	at, err := h.turned(r, id)
	if err != nil {
		return err
	}
	p, err := h.gather(r.Context(), v.Actor, id, at)
	if err != nil {
		return err
	}
	if p.Here, err = carry.At(r.Context(), h.Kit, v, event.Ref{Kind: "idea", ID: id}); err != nil {
		return err
	}
	if t.Lang == "" {
		t.Lang = writtenIn(r, v)
	}
	t.Langs = v.Languages(t.Lang)
	p.Talk = t
	if v.IsCommon() {
		own, err := h.Ideas.Own(r.Context(), id)
		if err != nil {
			return err
		}
		page.Apart(r.Context(), own)
	}
	v.Title, v.Section, v.Feed = p.Idea.Title, "ideas", feedOf(id)
	v.About = v.Excerpt(p.Idea.Body, 160)
	v.NoIndex = p.Idea.State != know.Visible || p.Idea.MergedInto != 0
	return h.Show(w, r, v, ideaPage(v, p))
}

func (h handlers) gather(ctx context.Context, a know.Actor, id int64, at turned) (p whole, err error) {
	if p.Idea, err = h.Ideas.Idea(ctx, a, id); err != nil {
		return p, err
	}
	if p.Nameless, err = h.Ideas.Nameless(ctx, p.Idea); err != nil {
		return p, err
	}
	if err = h.around(ctx, a, &p); err != nil {
		return p, err
	}
	if p.Voices, err = h.Ideas.Voices(ctx, a, id, at.voices, voicesShown+1); err != nil {
		return p, err
	}
	if len(p.Voices) > voicesShown {
		p.Voices = p.Voices[:voicesShown]
		p.After = p.Voices[voicesShown-1].ID
	}
	if p.Comments, err = h.Ideas.CommentsAfter(ctx, a, id, at.comments, commentsShown+1); err != nil {
		return p, err
	}
	if len(p.Comments) == 0 && at.comments != 0 { // beyond the end: the last page
		if at.comments, err = h.Ideas.PageOfComment(ctx, id, shape.LastComment, commentsShown); err != nil {
			return p, err
		}
		if p.Comments, err = h.Ideas.CommentsAfter(ctx, a, id, at.comments, commentsShown+1); err != nil {
			return p, err
		}
	}
	p.Begins = at.comments
	if len(p.Comments) > commentsShown {
		p.Comments = p.Comments[:commentsShown]
		p.Ends = p.Comments[commentsShown-1].ID
	}
	if p.Decisions, err = h.decisions(ctx, a, id); err != nil {
		return p, err
	}
	if p.Bound, err = h.Ideas.Bound(ctx, p.Idea); err != nil {
		return p, err
	}
	if p.Support, err = h.Tribes.Supported(ctx, a, id); err != nil {
		return p, err
	}
	p.People, err = h.People.People(ctx, p.speakers())
	return p, err
}

// around finds what the reader has to do with an idea, and what it belongs to.
func (h handlers) around(ctx context.Context, a know.Actor, p *whole) error {
	id := p.Idea.ID
	if a.ID != 0 {
		voted, err := h.Ideas.Voted(ctx, a.ID, []int64{id})
		if err != nil {
			return err
		}
		following, err := h.Ideas.Following(ctx, a.ID, []int64{id})
		if err != nil {
			return err
		}
		against, err := h.Ideas.Against(ctx, a.ID, []int64{id})
		if err != nil {
			return err
		}
		p.Voted, p.Against, p.Following = voted[id], against[id], following[id]
	}
	var err error
	if p.Idea.MergedInto != 0 {
		if p.Into, err = h.Ideas.Idea(ctx, a, p.Idea.MergedInto); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if p.Idea.Call != 0 {
		if p.Call, err = h.Ideas.Call(ctx, a, p.Idea.Call); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// decisions gives an idea's decisions, the newest first, with how many were
// told of each.
func (h handlers) decisions(ctx context.Context, a know.Actor, id int64) ([]decided, error) {
	made, err := h.Ideas.Decisions(ctx, a, id)
	if err != nil {
		return nil, err
	}
	var ids, clauses []int64
	for _, d := range made {
		ids, clauses = append(ids, d.ID), append(clauses, d.Clause)
	}
	signed, err := h.Charter.OverridesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	cited, err := h.Charter.Clauses(ctx, clauses)
	if err != nil {
		return nil, err
	}
	list := make([]decided, 0, len(made))
	for _, d := range made {
		one := decided{Decision: d, Signed: signed[d.ID], Cites: cited[d.Clause]}
		if one.Told, err = h.Ideas.Told(ctx, a, d.ID); err != nil {
			return nil, err
		}
		if d.Release != 0 {
			if one.Release, err = h.Ideas.Release(ctx, a, d.Release); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// speakers lists everybody who has a name on the page.
func (p *whole) speakers() []int64 {
	who := []int64{p.Idea.Person}
	for _, d := range p.Decisions {
		who = append(who, d.By)
	}
	for _, c := range p.Comments {
		who = append(who, c.Person)
	}
	return who
}

// may reports whether the reader may do something to the idea.
func may(v *page.View, verb know.Verb, i shape.Idea) bool {
	return know.May(v.Actor, verb, i.Subject())
}

// takes reports whether members, at least, may do something to the idea: then
// a visitor is shown the form, and signs in when they send it.
func takes(v *page.View, verb know.Verb, i shape.Idea) bool {
	a := v.Actor
	if a.ID == 0 {
		a = know.Actor{Role: know.Member, Rules: &v.Site.Rules}
	}
	return know.May(a, verb, i.Subject())
}

// place is where a voice was heard, in words.
func place(v *page.View, said string) string {
	switch said {
	case "post":
		return v.T("in a post")
	case "review":
		return v.T("in a review")
	case "mail":
		return v.T("by mail")
	case "call":
		return v.T("by telephone")
	case "form":
		return v.T("by a form")
	case "letter":
		return v.T("in a letter")
	case "site", "":
		return v.T("on this site")
	}
	return said
}

// gone says what is left of a voice that was withdrawn.
func gone(v *page.View, voice shape.Voice) string {
	day := v.Date(voice.SaidAt)
	_, month, ok := strings.Cut(day, " ")
	if !ok {
		month = day
	}
	return v.T("a voice withdrawn by its author ({place}, {month})", "place", place(v, voice.Place), "month", month)
}

// mine reports whether a voice is the reader's own.
func mine(v *page.View, voice shape.Voice) bool {
	return v.Actor.ID != 0 && (voice.Person == v.Actor.ID || voice.AddedBy == v.Actor.ID && voice.Mention == 0 && voice.Message == 0)
}
