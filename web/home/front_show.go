package home

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/know"
	"tribune/listen"
	"tribune/measure"
	"tribune/shape"
	"tribune/web/page"
)

// How much of each list the front page shows.
const (
	decidingShown = 6
	heardShown    = 6
	releasesShown = 4
	callsShown    = 3
	postsShown    = 3
	teamShown     = 8
)

// front is all that the front page shows.
type front struct {
	Ideas    []shape.Idea
	Voted    map[int64]bool
	All      int64 // ideas, of every stage
	Calls    []shape.Call
	Releases []shape.Release
	Heard    []heardOf
	Team     []know.Person
	Clock    measure.Clock // of the last 90 days
	Posts    []post.Post
	Writers  map[int64]know.Person // of the posts
}

// heardOf is a mention, and what became of it.
type heardOf struct {
	listen.Mention
	Answer   converse.FirstAnswer // By 0: none yet
	Answerer know.Person
	Idea     shape.Idea // that its words stand behind; ID 0: none
}

func (h handlers) front(w http.ResponseWriter, r *http.Request, v *page.View) error {
	f, err := h.gather(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	v.Section, v.Feed, v.About = "home", "/changes.atom", purpose(v)
	return h.Show(w, r, v, frontPage(v, f))
}

func (h handlers) gather(ctx context.Context, a know.Actor) (f front, err error) {
	counts, err := h.Ideas.Counts(ctx)
	if err != nil {
		return f, err
	}
	for _, n := range counts {
		f.All += n
	}
	if f.Ideas, err = h.deciding(ctx, a); err != nil {
		return f, err
	}
	if f.Voted, err = h.Ideas.Voted(ctx, a.ID, ids(f.Ideas)); err != nil {
		return f, err
	}
	if f.Calls, err = h.Ideas.Calls(ctx, a, true); err != nil {
		return f, err
	}
	f.Calls = f.Calls[:min(len(f.Calls), callsShown)]
	if f.Releases, _, err = h.Ideas.Releases(ctx, a, "", releasesShown); err != nil {
		return f, err
	}
	if f.Heard, err = h.heard(ctx, a); err != nil {
		return f, err
	}
	if f.Posts, _, err = h.Posts.List(ctx, a, post.Filter{Limit: postsShown}); err != nil {
		return f, err
	}
	var writers []int64
	for _, p := range f.Posts {
		writers = append(append(writers, p.Person), p.Editors...)
	}
	if f.Writers, err = h.People.People(ctx, writers); err != nil {
		return f, err
	}
	if f.Clock, err = h.Measures.Clock(ctx, 90); err != nil {
		return f, err
	}
	f.Team, err = h.People.Team(ctx)
	f.Team = introduced(f.Team)
	f.Team = f.Team[:min(len(f.Team), teamShown)]
	return f, err
}

// heard gives what was said of us lately, and what became of it.
func (h handlers) heard(ctx context.Context, a know.Actor) ([]heardOf, error) {
	mentions, err := h.Radar.Heard(ctx, heardShown)
	if err != nil || len(mentions) == 0 {
		return nil, err
	}
	which := make([]int64, len(mentions))
	for i, m := range mentions {
		which[i] = m.ID
	}
	answers, err := h.Inbox.AnswersTo(ctx, which)
	if err != nil {
		return nil, err
	}
	behind, err := h.Ideas.Behind(ctx, a, which)
	if err != nil {
		return nil, err
	}
	var who []int64
	for _, answer := range answers {
		who = append(who, answer.By)
	}
	people, err := h.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	heard := make([]heardOf, len(mentions))
	for i, m := range mentions {
		answer := answers[m.ID]
		heard[i] = heardOf{m, answer, people[answer.By], behind[m.ID]}
	}
	return heard, nil
}

// deciding gives the ideas whose fate is open: what is under review and what
// is planned come in first, then the open ones that most people want.
func (h handlers) deciding(ctx context.Context, a know.Actor) ([]shape.Idea, error) {
	var ideas []shape.Idea
	for _, of := range []struct {
		stage shape.Stage
		most  int
	}{{shape.UnderReview, 3}, {shape.Planned, 2}, {shape.Open, decidingShown}} {
		some, _, err := h.Ideas.List(ctx, a, shape.Filter{Stage: of.stage, Limit: of.most})
		if err != nil {
			return nil, err
		}
		ideas = append(ideas, some...)
	}
	ideas = ideas[:min(len(ideas), decidingShown)]
	slices.SortStableFunc(ideas, func(a, b shape.Idea) int { return cmp.Compare(b.Votes, a.Votes) })
	return ideas, nil
}

func ids(ideas []shape.Idea) []int64 {
	list := make([]int64, len(ideas))
	for i, idea := range ideas {
		list[i] = idea.ID
	}
	return list
}

// purpose is the site's, in its owner's words; before they gave it, ours.
func purpose(v *page.View) string {
	if v.Site.Purpose != "" {
		return v.Site.Purpose
	}
	return v.T("Made with the people it is made for.")
}

// place is where something was said: the host of its address, or what its
// source is called.
func place(m listen.Mention) string {
	if u, err := url.Parse(m.URL); err == nil && u.Host != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return m.SourceName
}

// author is the name of who spoke, as they give it.
func author(m listen.Mention) string { return cmp.Or(m.Author.Name, m.Author.Handle) }

// cut shortens words to so many characters, between words where it can.
func cut(s string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	head := string(runes[:most-1])
	if space := strings.LastIndexByte(head, ' '); space > len(head)/2 {
		head = head[:space]
	}
	return strings.TrimRight(head, " ,;:.") + "…"
}

// introduced leaves out those of the team who have not said their name yet.
func introduced(team []know.Person) []know.Person {
	return slices.DeleteFunc(team, func(p know.Person) bool { return p.Name == "" })
}

// heardTitle says how fresh the mentions are.
func heardTitle(v *page.View, mentions []heardOf) string {
	if len(mentions) == 0 || v.Now.Sub(mentions[0].PublishedAt) < 8*24*time.Hour {
		return v.T("Heard this week")
	}
	return v.T("Heard lately")
}
