// Package people is who speaks on the square: the people of the company, with
// what they answer for and how long they let others wait, what anybody's public
// words are, and letters to one of us.
package people

import (
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/carry"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// faces is the handlers of this folder.
type faces struct{ *page.Kit }

// Routes serves the people of the square, and letters to them.
func Routes(mux *http.ServeMux, k *page.Kit) {
	f := faces{k}
	mux.Handle("GET /people", k.Cached(k.Handle(f.list)))
	mux.Handle("GET /people/{id}", k.Cached(k.Handle(f.show)))
	mux.Handle("GET /people/{id}/write", k.Handle(f.writing))
	mux.Handle("POST /people/{id}/write", k.Handle(f.write))
	mux.Handle("GET /letter/sent", k.Handle(f.sent))
	mux.Handle("GET /letter/{secret}", k.Handle(f.look))
	mux.Handle("POST /letter/{secret}", k.Handle(f.confirm))
	mux.Handle("GET /letters/{id}", k.Cached(k.Handle(f.letter)))
	mux.Handle("POST /letters/{id}", k.Handle(f.say))
	mux.Handle("POST /letters/{id}/withdraw", k.Handle(f.withdraw))
	mux.Handle("POST /letters/{id}/hide", k.Handle(f.hide))
	mux.Handle("POST /letters/{id}/show", k.Handle(f.unhide))
	mux.Handle("GET /decisions/{id}/answer/{person}/{code}", k.Handle(f.answerForm))
	mux.Handle("POST /decisions/{id}/answer/{person}/{code}", k.Handle(f.answer))
	mux.Handle("GET /letters/{id}/key/{key}", k.Handle(f.byKey))
	mux.Handle("POST /letters/{id}/key/{key}", k.Handle(f.sayByKey))
	mux.Handle("POST /letters/{id}/key/{key}/withdraw", k.Handle(f.withdrawByKey))
}

func (f faces) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	team, err := f.People.Faces(r.Context())
	if err != nil {
		return err
	}
	ids := make([]int64, len(team))
	for i, p := range team {
		ids[i] = p.ID
	}
	clocks, err := f.Inbox.Clocks(r.Context(), ids)
	if err != nil {
		return err
	}
	v.Title, v.Section = v.T("People"), "people"
	v.About = v.T("The people of {brand} who listen, answer and decide.", "brand", v.Site.Brand)
	return f.Show(w, r, v, listPage(v, team, clocks))
}

// someone is one person, as everybody may see them.
type someone struct {
	person    know.Person
	clock     converse.Clock
	asked     []converse.Thread // public letters to them that wait
	answers   []converse.PublicAnswer
	earlier   string // address of the answers before those
	posts     []post.Post
	more      bool                  // there are more posts
	names     map[int64]know.Person // of who is named beside posts and letters
	decisions []shape.Decision
	releases  []shape.Release
	proposed  []shape.Idea
	ideas     map[int64]shape.Idea // that were decided on
	known     carry.Known          // what lasted, and thanks
}

// How many of each a page shows.
const (
	shown        = 50
	answersShown = 10
	askedShown   = 5
	postsShown   = 5
)

// show gives one person's page. Who left has none.
func (f faces) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, s := r.Context(), someone{}
	if s.person, err = f.People.Person(ctx, id); err != nil {
		return err
	}
	if s.person.Left() || s.person.Name == "" || !s.person.Role.AtLeast(know.Member) {
		return fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	// A person's page is the same for everybody who may see the ideas on it:
	// what they wrote and hid or withdrew is on their own page.
	if s.proposed, _, err = f.Ideas.List(ctx, v.Actor, shape.Filter{Person: id, Sort: shape.ByNew, Limit: shown}); err != nil {
		return err
	}
	s.proposed = slices.DeleteFunc(s.proposed, func(i shape.Idea) bool { return i.State != know.Visible })
	if s.posts, _, err = f.Posts.By(ctx, v.Actor, id, "", postsShown+1); err != nil {
		return err
	}
	if s.more = len(s.posts) > postsShown; s.more {
		s.posts = s.posts[:postsShown]
	}
	if s.known, err = carry.KnownFor(ctx, f.Kit, v.Actor, id); err != nil {
		return err
	}
	if len(s.proposed)+len(s.posts) == 0 && !s.known.Any() && !s.staff() && v.Actor.ID != id && !v.Actor.IsStaff() {
		// Who never spoke up here is nobody's business.
		return fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	if s.staff() {
		if err := f.made(r, v, &s); err != nil {
			return err
		}
		if err := f.answered(r, v, &s); err != nil {
			return err
		}
	}
	if err := f.meet(r, &s); err != nil {
		return err
	}
	v.Title, v.Section, v.About = s.person.Name, "people", s.person.About
	return f.Show(w, r, v, personPage(v, s))
}

func (s someone) staff() bool { return s.person.Role.AtLeast(know.Staff) }

// made adds what somebody of the team decided and released.
func (f faces) made(r *http.Request, v *page.View, s *someone) (err error) {
	ctx := r.Context()
	if s.decisions, err = f.Ideas.DecisionsBy(ctx, v.Actor, s.person.ID, shown); err != nil {
		return err
	}
	ids := make([]int64, len(s.decisions))
	for i, d := range s.decisions {
		ids[i] = d.Idea
	}
	if s.ideas, err = f.Ideas.ByID(ctx, v.Actor, ids); err != nil {
		return err
	}
	all, _, err := f.Ideas.Releases(ctx, v.Actor, "", 100)
	for _, release := range all {
		if release.By == s.person.ID {
			s.releases = append(s.releases, release)
		}
	}
	return err
}

// answered adds the public letters to somebody of the team, what they answered
// in public, and how long they let people wait.
func (f faces) answered(r *http.Request, v *page.View, s *someone) (err error) {
	ctx, id := r.Context(), s.person.ID
	clocks, err := f.Inbox.Clocks(ctx, []int64{id})
	if err != nil {
		return err
	}
	s.clock = clocks[id]
	before, _ := strconv.ParseInt(r.URL.Query().Get("answers"), 10, 64)
	if s.answers, err = f.Inbox.AnswersBy(ctx, v.Actor, id, max(before, 0), answersShown+1); err != nil {
		return err
	}
	if len(s.answers) > answersShown {
		s.answers = s.answers[:answersShown]
		s.earlier = "/people/" + strconv.FormatInt(id, 10) + "?answers=" + strconv.FormatInt(s.answers[answersShown-1].Message, 10) + "#answers"
	}
	s.asked, err = f.Inbox.AskedInPublic(ctx, v.Actor, id, askedShown)
	return err
}

// meet loads who is named on a person's page, all at once.
func (f faces) meet(r *http.Request, s *someone) (err error) {
	var ids []int64
	for _, a := range s.answers {
		ids = append(ids, a.Writer)
	}
	for _, t := range s.asked {
		ids = append(ids, t.Person)
	}
	for _, p := range s.posts {
		ids = append(append(ids, p.Person), p.Editors...)
	}
	s.names, err = f.People.People(r.Context(), ids)
	return err
}

// given is the name by which somebody is written to: the first of several.
func given(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// speaks names the languages that somebody speaks with people.
func speaks(v *page.View, p know.Person) string {
	names := make([]string, len(p.Languages))
	for i, tag := range p.Languages {
		names[i] = v.Language(tag)
	}
	return v.List(names)
}

func letterURL(id int64) string { return "/letters/" + strconv.FormatInt(id, 10) }

func writeURL(id int64) string { return "/people/" + strconv.FormatInt(id, 10) + "/write" }
