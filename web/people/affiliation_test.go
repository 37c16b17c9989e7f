package people_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/know"
	"tribune/shape"
	"tribune/web/changes"
	"tribune/web/home"
	"tribune/web/ideas"
	"tribune/web/people"
	"tribune/web/posts"
	"tribune/web/webtest"
)

// TestAffiliation looks for where somebody works beside their name, on every
// page of the square that shows something of theirs.
func TestAffiliation(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes},
		webtest.Folder{Files: posts.Files, Routes: posts.Routes}, webtest.Folder{Files: changes.Files, Routes: changes.Routes}, webtest.Folder{Files: home.Files, Routes: home.Routes})
	ctx, marta, jo := t.Context(), s.Person("Marta Lindqvist", know.Owner), s.Person("Jo Carter", know.Member)
	idea, err := s.Ideas.Propose(ctx, marta.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	must(t, err)
	_, err = s.Ideas.Comment(ctx, marta.Actor, idea.ID, "We could try the mill.", "")
	must(t, err)
	_, err = s.Ideas.Decide(ctx, marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "Our mill can make it."})
	must(t, err)
	release, err := s.Ideas.MakeRelease(ctx, marta.Actor, shape.NewRelease{Title: "New paper", Body: "In every A5."})
	must(t, err)
	draft, err := s.Posts.Begin(ctx, marta.Actor, post.NewPost{Title: "On paper", Body: "It lasts."})
	must(t, err)
	_, err = s.Posts.Publish(ctx, marta.Actor, draft.ID)
	must(t, err)
	_, err = s.Posts.Reply(ctx, marta.Actor, draft.ID, 0, "And one thing more.", "")
	must(t, err)
	letter, err := s.Inbox.WriteTo(ctx, jo.Actor, converse.NewLetter{To: marta.ID, Public: true, Subject: "Thin", Body: "Why?"})
	must(t, err)
	_, err = s.Inbox.Answer(ctx, marta.Actor, letter.ID, "So that it weighs nothing.")
	must(t, err)
	pages := []string{"/", "/ideas", "/ideas/", "/changes/", "/tribune", "/tribune/", "/people", "/people/", "/letters/"}
	ids := map[string]int64{"/ideas/": idea.ID, "/changes/": release.ID, "/tribune/": draft.ID, "/people/": marta.ID, "/letters/": letter.ID}
	check := func(words string) {
		t.Helper()
		for _, path := range pages {
			if id := ids[path]; id != 0 {
				path += strconv.FormatInt(id, 10)
			}
			a := s.Visitor().Get(path).Want(t, 200)
			text := strings.Join(strings.Fields(regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(a.Body[strings.Index(a.Body, "<main"):], " ")), " ")
			for at, rest := 0, text; ; {
				i := strings.Index(rest, "Marta Lindqvist")
				if i < 0 {
					break
				}
				near := rest[i:min(len(rest), i+110)]
				if !strings.Contains(near, "Tribune") && !strings.Contains(near, "Write to") {
					t.Errorf("%s: nothing says where she %s: %q", path, words, near)
				}
				at, rest = at+i, rest[i+1:]
			}
		}
	}
	check("works")
	if err := s.People.SetProfile(ctx, marta.Actor, know.Profile{Name: "Marta Lindqvist", Title: "Founder"}); err != nil {
		t.Fatal(err)
	}
	check("works, and as what")
	s.Person("Nils Berg", know.Owner)
	must(t, s.People.SetRole(ctx, marta.Actor, marta.ID, know.Member, false))
	s.Visitor().Get("/letters/"+strconv.FormatInt(letter.ID, 10)).Want(t, 200, "worked at Tribune then")
	s.Visitor().Get("/ideas/"+strconv.FormatInt(idea.ID, 10)).Want(t, 200, "worked at Tribune then")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
