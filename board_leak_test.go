package tribune_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/storage/storagetest"
)

// Words that a board alone may read; the search folds, so each is one.
const (
	boardIdea    = "quibblewort"
	boardComment = "snickerdoodlum"
	boardCall    = "frobnicatory"
	boardTalk    = "wizzlethorp"
)

// TestBoardStaysInside asks every list, search, feed and page for what is said
// on a board: its member finds it, a stranger and another member never do.
func TestBoardStaysInside(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), URL: "http://localhost:8080", RateLimit: "off"}, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	person := func(name string, role know.Role) (func() know.Actor, string) {
		p, _, err := site.People.AddPerson(ctx, name, name+"@example.org", role)
		must(err)
		now := func() know.Actor {
			a, err := site.People.Actor(ctx, p.ID)
			must(err)
			return a
		}
		token, err := site.People.NewToken(ctx, now(), "test")
		must(err)
		return now, token
	}
	marta, _ := person("Marta", know.Owner)
	ada, adaToken := person("Ada", know.Member)
	_, benToken := person("Ben", know.Member)
	b, err := site.Boards.Convene(ctx, marta(), board.NewBoard{Name: "The board", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
		ClosesAt: at.Add(time.Hour), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: at.Add(2 * time.Hour), From: at.Add(3 * time.Hour), To: at.Add(900 * time.Hour)})
	must(err)
	_, err = site.Boards.Apply(ctx, ada(), b.ID, board.NewApplication{Sentence: "Me."})
	must(err)
	at = at.Add(time.Hour)
	must(site.Boards.KeepOnce(ctx))
	at = at.Add(time.Hour)
	_, err = site.Boards.Draw(ctx, marta(), b.ID, "3 17 22")
	must(err)
	must(site.Boards.Accept(ctx, ada(), b.ID, true))
	call, err := site.Ideas.OpenCall(ctx, marta(), shape.NewCall{Title: "A call, " + boardCall, Will: "x", Gets: "x", Audience: b.Circle()})
	must(err)
	idea, err := site.Ideas.Propose(ctx, ada(), shape.NewIdea{Title: "An idea, " + boardIdea, Body: boardIdea, Call: call.ID, Tags: []string{boardIdea}})
	must(err)
	_, err = site.Ideas.Comment(ctx, ada(), idea.ID, "I say "+boardComment, "en")
	must(err)
	_, err = site.Ideas.Decide(ctx, marta(), idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "Because of " + boardIdea})
	must(err)
	talk, err := site.Boards.OpenTalk(ctx, ada(), b.ID, "A talk, "+boardTalk, boardTalk)
	must(err)
	must(site.CatchUp(ctx))
	handler, err := site.Handler()
	must(err)
	get := func(path, token string) string {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.Host = "localhost:8080"
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	found := map[string]bool{}
	for _, path := range []string{"/", "/ideas", "/ideas?q=" + boardIdea, "/ideas?sort=new", "/ideas/similar?title=" + boardIdea, fmt.Sprint("/ideas/", idea.ID), fmt.Sprint("/calls/", call.ID),
		"/ideas/new", "/roadmap", "/changes", "/sitemap.xml", "/ideas.atom", "/roadmap.atom", fmt.Sprint("/ideas/", idea.ID, ".atom"), fmt.Sprint("/people/", marta().ID),
		fmt.Sprint("/boards/", b.ID), fmt.Sprint("/boards/", b.ID, "/talks"), fmt.Sprint("/boards/", b.ID, "/talks/", talk.ID),
		"/api/v1/ideas", "/api/v1/ideas?q=" + boardIdea, "/api/v1/ideas/similar?text=" + boardIdea, fmt.Sprint("/api/v1/ideas/", idea.ID), fmt.Sprint("/api/v1/ideas/", idea.ID, "/comments"),
		fmt.Sprint("/api/v1/ideas/", idea.ID, "/decisions"), "/api/v1/roadmap", "/api/v1/tags", "/api/v1/calls", fmt.Sprint("/api/v1/calls/", call.ID), fmt.Sprint("/api/v1/boards/", b.ID, "/talks")} {
		for who, token := range map[string]string{"a stranger": "", "another member": benToken} {
			body := get(path, token)
			for _, word := range []string{boardIdea, boardComment, boardCall, boardTalk} {
				if n := strings.Count(body, word); n > strings.Count(path, word)*20 || n > 0 && !strings.Contains(path, word) {
					t.Errorf("%s finds %s at %s", who, word, path)
				}
			}
			if strings.Contains(body, "An idea, "+boardIdea) {
				t.Errorf("%s finds the idea at %s", who, path)
			}
		}
		body := get(path, adaToken)
		for _, word := range []string{"An idea, " + boardIdea, boardComment, boardCall, boardTalk} {
			found[word] = found[word] || strings.Contains(body, word)
		}
	}
	if len(found) != 4 || !found["An idea, "+boardIdea] || !found[boardComment] || !found[boardCall] || !found[boardTalk] {
		t.Errorf("the member finds only %v: the test tests nothing", found)
	}
}
