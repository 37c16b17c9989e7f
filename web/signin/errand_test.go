package signin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web/carry"
	"tribune/web/ideas"
	"tribune/web/people"
	"tribune/web/posts"
	"tribune/web/signin"
	"tribune/web/tribes"
	"tribune/web/webtest"
)

func square(t *testing.T, more ...webtest.Folder) (s *webtest.Site, ada *webtest.Reader, idea shape.Idea) {
	s = webtest.New(t, append(more, webtest.Folder{Files: signin.Files, Routes: signin.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes})...)
	ada = s.Person("Ada Brook", know.Member)
	idea, err := s.Ideas.Propose(t.Context(), ada.Actor, shape.NewIdea{Title: "Dotted paper", Body: "Dots.", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return s, ada, idea
}

// sent posts a form as a visitor, and gives where to sign in leads afterwards.
func sent(t *testing.T, s *webtest.Site, path string, fields ...string) (next string) {
	t.Helper()
	to, err := url.Parse(s.Visitor().Post(path, fields...).Want(t, http.StatusSeeOther).Header.Get("Location"))
	if err != nil || to.Path != "/signin" {
		t.Fatalf("leads to %v, %v", to, err)
	}
	return to.Query().Get("next")
}

func voted(t *testing.T, s *webtest.Site, idea int64) int64 {
	t.Helper()
	i, err := s.Ideas.Idea(t.Context(), know.Actor{}, idea)
	if err != nil {
		t.Fatal(err)
	}
	return i.Votes
}

// TestComesToVote takes a visitor's vote through the mail, opened in another
// browser, to becoming a member: done by the button that says so.
func TestComesToVote(t *testing.T) {
	s, _, idea := square(t)
	before := voted(t, s, idea.ID)
	next := sent(t, s, "/ideas/1/vote", "on", "1")
	s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200, "You are here to vote for “Dotted paper”.",
		`name="next" value="/signin?next=%2Fideas%2F1%3Fdo%3Dvote"`) // in French it is for the same
	link := linkFor(t, s, "jo@example.org", next)
	s.Visitor().Get(link).Want(t, 200, "You are here to vote for “Dotted paper”.", "Become a member and vote", "Only sign in")
	if voted(t, s, idea.ID) != before {
		t.Fatal("a link that was merely opened voted")
	}
	s.Visitor().Post(link, "do", "vote").Want(t, 422, "Say your name", "Become a member and vote")
	if to := s.Visitor().Post(link, "name", "Jo", "do", "vote").Want(t, 303).Header.Get("Location"); to != "/ideas/1" {
		t.Errorf("led to %s", to)
	}
	if voted(t, s, idea.ID) != before+1 {
		t.Error("the vote was lost on the way")
	}
}

// TestComesAgainst does the same with a vote against.
func TestComesAgainst(t *testing.T) {
	s, _, idea := square(t)
	link := linkFor(t, s, "jo@example.org", sent(t, s, "/ideas/1/against", "on", "1"))
	s.Visitor().Get(link).Want(t, 200, "You are here to vote against “Dotted paper”.", "Become a member and vote against it")
	s.Visitor().Post(link, "name", "Jo", "do", "against").Want(t, 303)
	i, err := s.Ideas.Idea(t.Context(), know.Actor{}, idea.ID)
	if err != nil {
		t.Fatal(err)
	}
	if i.Against != 1 || i.Votes != 1 {
		t.Errorf("%d votes and %d against, want who proposed it and one against", i.Votes, i.Against)
	}
}

// TestOnlySignsIn does no errand without the button that names it, nor one that
// the link does not have.
func TestOnlySignsIn(t *testing.T) {
	s, _, idea := square(t)
	before := voted(t, s, idea.ID)
	s.Visitor().Post(linkFor(t, s, "jo@example.org", "/ideas/1?do=vote"), "name", "Jo").Want(t, 303)
	s.Visitor().Post(linkFor(t, s, "al@example.org", "/ideas/1"), "name", "Al", "do", "vote").Want(t, 303)
	s.Visitor().Post(linkFor(t, s, "bo@example.org", "/ideas/1?do=follow"), "name", "Bo", "do", "vote").Want(t, 303)
	for _, next := range []string{"/ideas/1?do=unvote", "/ideas/99?do=vote", "/ideas/0?do=vote", "/ideas/1/vote?do=vote", "/ideas/1?do=comment&kept=1-forged", "/ideas/new?do=vote", "//evil.example/ideas/1?do=vote"} {
		s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200).Without(t, "You are here to")
	}
	if voted(t, s, idea.ID) != before {
		t.Error("a vote came of signing in alone")
	}
}

// TestComesSignedIn asks who is signed in already for one press: a link that
// somebody else wrote does not vote for them.
func TestComesSignedIn(t *testing.T) {
	s, _, idea := square(t)
	jo := s.Person("Jo Berg", know.Member)
	before := voted(t, s, idea.ID)
	jo.Get("/signin?next=%2Fideas%2F1%3Fdo%3Dvote").Want(t, 200, "Vote as Jo Berg", `action="/ideas/1/vote"`, "Only look at it")
	if voted(t, s, idea.ID) != before {
		t.Fatal("a link voted")
	}
	jo.Post("/ideas/1/vote", "on", "1").Want(t, 303)
	if voted(t, s, idea.ID) != before+1 {
		t.Error("the button did not vote")
	}
}

// TestComesToComment keeps a visitor's words over the sign-in, and erases what
// was kept once they are sent.
func TestComesToComment(t *testing.T) {
	s, ada, _ := square(t)
	next := sent(t, s, "/ideas/1/comments", "body", "Squares <script>, **too**.", "language", "en")
	if strings.Contains(next, "Squares") {
		t.Errorf("the words are in the address: %s", next)
	}
	s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200, "say this under “Dotted paper”", "<strong>too</strong>").Without(t, "<script>,")
	link := linkFor(t, s, "jo@example.org", next)
	s.Visitor().Get(link).Want(t, 200, "<strong>too</strong>", "Become a member and send it")
	to := s.Visitor().Post(link, "name", "Jo", "do", "comment").Want(t, 303).Header.Get("Location")
	if !regexp.MustCompile(`^/ideas/1\?comment=\d+#c\d+$`).MatchString(to) {
		t.Errorf("led to %s", to)
	}
	ada.Get("/ideas/1").Want(t, 200, "<strong>too</strong>", "Jo")
	if n := kept(t, s); n != 0 {
		t.Errorf("%d texts are still kept after they were sent", n)
	}
	s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200).Without(t, "Squares")
}

func kept(t *testing.T, s *webtest.Site) (n int) {
	t.Helper()
	if err := s.DB.Row(t.Context(), `select count(*) from kept_words`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWordsWait has the words stand in their form for who only signed in, and
// forgets after a day those that nobody came back for.
func TestWordsWait(t *testing.T) {
	s, ada, _ := square(t)
	next := sent(t, s, "/ideas/1/comments", "body", "Squares, too.")
	jo := s.Visitor()
	to := jo.Post(linkFor(t, s, "jo@example.org", next), "name", "Jo").Want(t, 303).Header.Get("Location")
	to, _, _ = strings.Cut(to, "#")
	ada.Get(to).Want(t, 200, ">Squares, too.</textarea>", `name="kept"`)
	s.Visitor().Get(to).Want(t, 200, ">Squares, too.</textarea>")
	ada.Get(strings.ReplaceAll(to, "kept=1-", "kept=2-")).Want(t, 200).Without(t, "Squares, too.")
	s.Pass(25 * time.Hour)
	ada.Get(to).Want(t, 200).Without(t, "Squares, too.")
	if err := s.People.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := kept(t, s); n != 0 {
		t.Errorf("%d texts are still kept after a day", n)
	}
}

// TestComesToPropose has a visitor's idea stand in its form again, with all
// that was typed.
func TestComesToPropose(t *testing.T) {
	s, ada, _ := square(t)
	next := sent(t, s, "/ideas", "title", "Squared paper", "body", "For sums.", "tags", "paper, sums", "language", "fr")
	s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200, "You are here to propose “Squared paper”.")
	to := s.Visitor().Post(linkFor(t, s, "jo@example.org", next), "name", "Jo").Want(t, 303).Header.Get("Location")
	page := ada.Get(to).Want(t, 200, `value="Squared paper"`, ">For sums.</textarea>", `value="paper, sums"`, `name="kept"`)
	ticket := regexp.MustCompile(`name="kept" value="([^"]+)"`).FindStringSubmatch(page.Body)
	ada.Post("/ideas", "title", "Squared paper", "body", "For sums.", "kept", ticket[1]).Want(t, 303)
	if n := kept(t, s); n != 0 {
		t.Errorf("%d texts are still kept", n)
	}
}

// TestTooLate says so when what somebody came for cannot be done any more, and
// signs them in all the same. An ended link asks for a new one with its aim.
func TestTooLate(t *testing.T) {
	s, _, idea := square(t)
	link := linkFor(t, s, "jo@example.org", "/ideas/1?do=vote")
	err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update idea set state = 'hidden' where id = $1`, idea.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Visitor().Get(link).Want(t, 200, "Become a member").Without(t, "and vote")
	s.Visitor().Post(link, "name", "Jo", "do", "vote").Want(t, 303)
	s.Visitor().Get(link).Want(t, 410, `name="next" value="/ideas/1?do=vote"`)
}

// TestTooMuch answers words that cannot be kept as before: they stay on the page.
func TestTooMuch(t *testing.T) {
	s, _, _ := square(t)
	s.Visitor().Post("/ideas/1/comments", "body", strings.Repeat("é", 9000)).Want(t, 303)
	s.Visitor().Post("/ideas", "title", "Squared paper", "body", strings.Repeat("é", 40000)).Want(t, 401, "Sign in first", "éé")
	if _, err := s.People.KeepWords(t.Context(), url.Values{"body": {strings.Repeat("x", 65<<10)}}); err == nil {
		t.Error("65 kB are kept")
	}
}

// parts are the other pages on which a visitor may be about to do something.
func parts() []webtest.Folder {
	return []webtest.Folder{{Files: posts.Files, Routes: posts.Routes}, {Files: tribes.Files, Routes: tribes.Routes}, {Files: carry.Files, Routes: carry.Routes}, {Files: people.Files, Routes: people.Routes}}
}

// TestComesWithMore takes what else a visitor may have been about to do through
// the mail: nothing is done by opening the link, and the button does it, once.
func TestComesWithMore(t *testing.T) {
	s, ada, idea := square(t, parts()...)
	ctx := t.Context()
	mara := s.Person("Mara Lind", know.Staff)
	p, err := s.Posts.Begin(ctx, ada.Actor, post.NewPost{Title: "Why dots", Body: "They do not shout.", Language: "en"})
	if err == nil {
		p, err = s.Posts.Publish(ctx, ada.Actor, p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Posts.Reply(ctx, mara.Actor, p.ID, 0, "What of lines?", "en")
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Tribes.Start(ctx, ada.Actor, tribe.NewTribe{Name: "Dotters"})
	if err != nil {
		t.Fatal(err)
	}
	at := func(pattern string, id int64) string {
		return strings.ReplaceAll(pattern, "N", strconv.FormatInt(id, 10))
	}
	count := func(query string) (n int) {
		t.Helper()
		if err := s.DB.Row(ctx, query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for n, c := range []struct {
		path                  string
		fields                []string
		came, button, do, sql string
		to                    string // where it leads
	}{
		{at("/tribune/N/replies", p.ID), []string{"body", "Lines <b>shout</b>, **too**.", "language", "en", "to", at("N", first.ID)}, "say this under “Why dots”", "Become a member and send it", "reply",
			`select count(*) from post_reply where thread_id <> id`, `^/tribune/\d+\?replies=r\w+\.0#r\d+$`},
		{at("/tribune/N/reactions", p.ID), []string{"kind", "agrees"}, "say “I agree” under “Why dots”", "Become a member and say so", "react",
			`select count(*) from post_reaction where kind = 'agrees'`, `^/tribune/\d+#reactions$`},
		{at("/tribes/N/join", g.ID), []string{}, "join the tribe “Dotters”.", "Become a member and join it", "join",
			`select count(*) from membership where shown = 0 and left_at = 0`, `^/tribes/\d+$`},
		{at("/tribes/N/join", g.ID), []string{"shown", "1"}, "and let everybody see that you are in it", "Become a member and join it", "join-seen",
			`select count(*) from membership where shown = 1`, `^/tribes/\d+$`},
		{"/tribes", []string{"name", "Ruled by hand", "stands", "A *ruler* each."}, "start the tribe “Ruled by hand”.", "Become a member and start it", "start",
			`select count(*) from tribe where name = 'Ruled by hand'`, `^/tribes/\d+$`},
		{"/thanks", []string{"kind", "idea", "id", at("N", idea.ID), "reason", "It cost me a night."}, "thank Ada Brook", "Become a member and say thank you", "thank",
			`select count(*) from thanks`, `^/ideas/\d+`},
		{at("/people/N/write", mara.Actor.ID), []string{"signin", "1", "who", "private", "subject", "A hole", "body", "My book has a hole."}, "send this letter to Mara Lind, “A hole”", "Become a member and send it", "write",
			`select count(*) from thread where kind = 'letter'`, `^/me/threads/\d+$`},
	} {
		t.Run(c.do, func(t *testing.T) {
			before := count(c.sql)
			link := linkFor(t, s, at("joN@example.org", int64(n)), sent(t, s, c.path, c.fields...))
			s.Visitor().Get(link).Want(t, 200, c.came, c.button, "Only sign in").Without(t, "<b>shout</b>")
			if count(c.sql) != before {
				t.Fatal("opening a link did it")
			}
			to := s.Visitor().Post(link, "name", at("Jo N", int64(n)), "do", c.do).Want(t, 303).Header.Get("Location")
			if count(c.sql) != before+1 {
				t.Errorf("it was lost on the way: %s", c.sql)
			}
			if !regexp.MustCompile(c.to).MatchString(to) {
				t.Errorf("led to %s", to)
			}
		})
	}
	if n := kept(t, s); n != 0 {
		t.Errorf("%d texts are still kept after they were sent", n)
	}
}

// TestMoreWordsWait has what was written stand in its form again for who only
// signed in, and for who is signed in already.
func TestMoreWordsWait(t *testing.T) {
	s, ada, idea := square(t, parts()...)
	mara, bo := s.Person("Mara Lind", know.Staff), s.Person("Bo Lund", know.Member)
	p, err := s.Posts.Begin(t.Context(), ada.Actor, post.NewPost{Title: "Why dots", Body: "They do not shout.", Language: "en"})
	if err == nil {
		_, err = s.Posts.Publish(t.Context(), ada.Actor, p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Posts.Reply(t.Context(), mara.Actor, p.ID, 0, "What of lines?", "en")
	if err != nil {
		t.Fatal(err)
	}
	id := func(n int64) string { return strconv.FormatInt(n, 10) }
	for path, c := range map[string][2][]string{
		"/tribune/" + id(p.ID) + "/replies": {{"body", "They shout.", "to", id(first.ID)}, {">They shout.</textarea>", `<details class="post-answer-form" open`}},
		"/tribes":                           {{"name", "Ruled by hand", "stands", "A ruler."}, {`value="Ruled by hand"`, ">A ruler.</textarea>"}},
		"/thanks":                           {{"kind", "idea", "id", id(idea.ID), "reason", "A night."}, {">A night.</textarea>"}},
		"/people/" + id(mara.Actor.ID) + "/write": {{"signin", "1", "who", "public", "subject", "A hole", "body", "It has one."}, {`value="A hole"`, ">It has one.</textarea>", `value="public" required checked`}},
	} {
		next := sent(t, s, path, c[0]...)
		to, _, _ := strings.Cut(s.Visitor().Post(linkFor(t, s, "jo@example.org", next), "name", "Jo").Want(t, 303).Header.Get("Location"), "#")
		bo.Get(to).Want(t, 200, append(c[1], `name="kept"`)...)
		landing, _, _ := strings.Cut(bo.Get("/signin?next="+url.QueryEscape(next)).Want(t, 303).Header.Get("Location"), "#")
		if landing != to {
			t.Errorf("who is signed in is led to %s, not to %s", landing, to)
		}
	}
	bo.Get("/signin?next="+url.QueryEscape("/tribune/"+id(p.ID)+"?do=react&kind=asks")).Want(t, 200, "Say so as Bo Lund", `name="kind" value="asks"`)
	for _, next := range []string{"/tribune/1?do=react&kind=hates", "/tribune/1?do=react", "/tribes/0?do=join", "/tribes/99?do=join", "/tribes/1/join?do=join", "/tribes/new?do=start",
		"/thanks?do=thank&kind=idea&id=1&kept=1-forged", "/thanks?do=thank&kind=nothing&id=1&kept=1-forged", "/people/1/write?do=write", "/people/1?do=write&kept=1-x"} {
		s.Visitor().Get("/signin?next="+url.QueryEscape(next)).Want(t, 200).Without(t, "You are here to")
	}
	if kept(t, s) != 4 {
		t.Errorf("%d texts are kept", kept(t, s))
	}
}
