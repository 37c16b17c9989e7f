package ideas_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"tribune/gate"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/shape"
	"tribune/web/ideas"
	"tribune/web/page"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes})
}

func propose(t *testing.T, s *webtest.Site, by *webtest.Reader, title string) shape.Idea {
	t.Helper()
	idea, err := s.Ideas.Propose(t.Context(), by.Actor, shape.NewIdea{Title: title, Body: "Because *it* is <b>missing</b>.", Tags: []string{"paper"}})
	if err != nil {
		t.Fatal(err)
	}
	return idea
}

func TestPropose(t *testing.T) {
	s := site(t)
	visitor, ana := s.Visitor(), s.Person("Ana", know.Member)
	visitor.Get("/ideas").Want(t, 200, "Propose the first idea")
	visitor.Get("/ideas/new?title=A+pocket").Want(t, 200, `value="A pocket"`)

	// Whoever has not signed in gets their words back.
	visitor.Post("/ideas", "title", " ", "body", "So <that> it fits.").Want(t, 401, "So &lt;that&gt; it fits.", `href="/signin"`)

	ana.Post("/ideas", "title", "A", "body", "kept words", "tags", "size, paper").Want(t, 422,
		`value="A"`, "kept words", `value="size, paper"`, `aria-invalid="true"`, "4 to 120 characters.")
	made := ana.Post("/ideas", "title", "A6 & squared", "body", "So that it fits.", "tags", "Größe, paper")
	made.Want(t, 303)
	to := made.Header.Get("Location")
	visitor.Get(to).Want(t, 200, "A6 &amp; squared", "So that it fits.", ">paper</a>", "Nothing is decided yet", "Ana")
	visitor.Get("/ideas").Want(t, 200, "A6 &amp; squared", "All ideas", `<span class="n">`)
	visitor.Get("/ideas?q=squared").Want(t, 200, "A6 &amp; squared").Without(t, `<span class="n">`) // counts of all ideas, not of these
	visitor.Get("/ideas?q=nothing&stage=planned").Want(t, 200, "Nothing here", "/ideas/new?title=nothing")

	visitor.Get("/ideas?stage=bogus").Want(t, 200, "Nothing here").Without(t, "A6 &amp; squared")

	script := s.Visitor()
	script.Script = true
	script.Get("/ideas/similar?title=squared").Want(t, 200, "Perhaps it is here already", "A6 &amp; squared")
	script.Get("/ideas/similar?title=x").Without(t, "Perhaps")
}

func TestVote(t *testing.T) {
	s := site(t)
	ana := s.Person("Ana", know.Member)
	at := page.IdeaURL(propose(t, s, ana, "Thread, not glue").ID)
	ana.Post(at+"/vote", "on", "1").Want(t, 303)
	ana.Get(at).Want(t, 200, `aria-pressed="true"`, `<span class="n" data-count="votes.1">1</span>`)
	ana.Script = true
	ana.Post(at+"/vote", "on", "0").Want(t, 200, `aria-pressed="false"`, `<span class="n" data-count="votes.1">0</span>`)

	visitor := s.Visitor()
	if a := visitor.Post(at+"/vote", "on", "1"); a.Status != 303 || a.Header.Get("Location") != "/signin?next=%2Fideas%2F1%3Fdo%3Dvote" {
		t.Errorf("visitor: %d to %q", a.Status, a.Header.Get("Location"))
	}
	visitor.Script = true
	if a := visitor.Post(at+"/vote", "on", "1"); a.Header.Get("HX-Redirect") != "/signin?next=%2Fideas%2F1%3Fdo%3Dvote" {
		t.Errorf("visitor's script: %d, %q", a.Status, a.Header.Get("HX-Redirect"))
	}
}

func TestVoteAgainst(t *testing.T) {
	s := site(t)
	ana, bo := s.Person("Ana", know.Member), s.Person("Bo", know.Member)
	at := page.IdeaURL(propose(t, s, ana, "Gilded edges").ID)
	const against, for_ = `data-count="against.1">1 against<`, `<span class="n" data-count="votes.1">1</span>`
	bo.Get(at).Want(t, 200, "I would rather not have this", `data-count="against.1" hidden`)
	bo.Post(at+"/vote", "on", "1").Want(t, 303)
	bo.Post(at+"/against", "on", "1").Want(t, 303) // which takes the vote back
	bo.Get(at).Want(t, 200, "You would rather not have this.", "Take that back", `aria-pressed="false"`, for_, against)
	ana.Get(at).Want(t, 200, "I would rather not have this", `aria-pressed="true"`, against).Without(t, "Take that back")
	ana.Get("/ideas").Want(t, 200, against)
	bo.Get("/ideas").Want(t, 200, against, `aria-pressed="false"`)

	bo.Script = true
	bo.Post(at+"/against", "on", "0").Want(t, 200, "I would rather not have this", `data-count="against.1" hidden`, `<hx-partial hx-target=".idea-by .vote-form"`, `aria-pressed="false"`)
	bo.Post(at+"/against", "on", "1").Want(t, 200, "Take that back", against)
	bo.Post(at+"/vote", "on", "1").Want(t, 200, `aria-pressed="true"`).Without(t, "hx-partial", "rather not") // from a list
	bo.Script = false
	if i, err := s.Ideas.Idea(t.Context(), ana.Actor, 1); err != nil || i.Votes != 2 || i.Against != 0 {
		t.Errorf("%d for, %d against, %v", i.Votes, i.Against, err)
	}
	bo.Post("/ideas/99/against", "on", "1").Want(t, 404)
	bo.Post("/ideas/x/against", "on", "1").Want(t, 404)
	if a := s.Visitor().Post(at+"/against", "on", "1"); a.Status != 303 || a.Header.Get("Location") != "/signin?next=%2Fideas%2F1%3Fdo%3Dagainst" {
		t.Errorf("visitor: %d to %q", a.Status, a.Header.Get("Location"))
	}
}

func TestDiscussion(t *testing.T) {
	s := site(t)
	ana, bo, marta, visitor := s.Person("Ana", know.Member), s.Person("Bo", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	idea := propose(t, s, ana, "Thread, not glue")
	at := page.IdeaURL(idea.ID)

	long := "mine <i>too</i>" + strings.Repeat(".", 10_000)
	visitor.Post(at+"/comments", "body", long).Want(t, 401, "mine &lt;i&gt;too&lt;/i&gt;....", "Sign in on another page")
	bo.Post(at+"/comments", "body", " ").Want(t, 422, "Thread, not glue", `aria-invalid="true"`)
	bo.Post(at+"/comments", "body", "It <script>alert(1)</script> holds **better**.").Want(t, 303)
	visitor.Get(at).Want(t, 200, "&lt;script&gt;alert(1)&lt;/script&gt; holds <strong>better</strong>", "1 comment").
		Without(t, "<script>alert", "comments/1/edit")

	bo.Get(at+"/comments/1/edit").Want(t, 200, "It &lt;script&gt;")
	ana.Get(at+"/comments/1/edit").Want(t, 403)
	bo.Post(at+"/comments/1/edit", "body", "").Want(t, 422)
	bo.Post(at+"/comments/1/edit", "body", "It holds.").Want(t, 303)
	visitor.Get(at).Want(t, 200, "It holds.", "(edited)")

	marta.Post(at+"/comments/1/hide", "reason", "Off the point").Want(t, 303)
	visitor.Get(at).Want(t, 200, "A comment we have hidden.").Without(t, "It holds.", "Off the point")
	bo.Get(at).Want(t, 200, "It holds.", "Off the point")
	marta.Get(at).Want(t, 200, "It holds.", `href="/desk/ideas/1"`, "Let everybody see it")
	ana.Post(at+"/comments/1/show").Want(t, 404)
	marta.Post(at+"/comments/1/show").Want(t, 303)
	bo.Post(at+"/comments/1/withdraw").Want(t, 303)
	visitor.Get(at).Want(t, 200, "A comment its author took back.").Without(t, "It holds.")
}

func TestVoices(t *testing.T) {
	s := site(t)
	ana, marta, visitor := s.Person("Ana", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	at := page.IdeaURL(propose(t, s, ana, "Thread, not glue").ID)
	visitor.Post(at+"/voices", "words", "", "author", "Jo Blo").Want(t, 422, `value="Jo Blo"`, "<details class=\"idea-add\" open>")
	visitor.Post(at+"/voices", "words", "Mine fell <u>apart</u>.", "author", "Jo").Want(t, 303)
	visitor.Get(at).Want(t, 200).Without(t, "fell")
	marta.Get(at).Want(t, 200, "Mine fell &lt;u&gt;apart", "Let everybody see it", "Not public yet")
	marta.Post(at+"/voices/1/show").Want(t, 303)
	visitor.Get(at).Want(t, 200, "Mine fell &lt;u&gt;apart", "<bdi>Jo</bdi>")
	ana.Post(at+"/voices", "words", "I sew mine again myself.").Want(t, 303)
	visitor.Get(at).Want(t, 200, "I sew mine again myself.").Without(t, "Take your words back")
	ana.Get(at).Want(t, 200, "Take your words back")
	visitor.Post(at+"/voices/2/withdraw").Want(t, 401)
	ana.Post(at+"/voices/2/withdraw").Want(t, 303)
	visitor.Get(at).Want(t, 200, "a voice withdrawn by its author (on this site, November 2026)").Without(t, "I sew mine")
}

func TestDecision(t *testing.T) {
	s := site(t)
	ana, marta, visitor := s.Person("Ana", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	idea := propose(t, s, ana, "Thread, not glue")
	at := page.IdeaURL(idea.ID)
	for n, stage := range []shape.Stage{shape.UnderReview, shape.Planned} {
		s.Pass(time.Hour)
		if _, err := s.Ideas.Decide(t.Context(), marta.Actor, idea.ID, shape.NewDecision{Stage: stage, Reason: fmt.Sprintf("Reason *%d* for it", n),
			PromisedAt: s.Clock().Add(time.Duration(n) * 48 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	for more := true; more; {
		var err error
		if more, err = s.Ideas.TellOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.Pass(time.Minute)
	a := visitor.Get(at)
	a.Want(t, 200, "Reason <em>0</em>", "Reason <em>1</em>", "Marta Lindqvist", "works at Tribune", "Promised for 22 November 2026")
	if strings.Index(a.Body, "<em>1</em>") > strings.Index(a.Body, "<em>0</em>") {
		t.Error("the newest decision does not come first")
	}
}

func TestOwnIdea(t *testing.T) {
	s := site(t)
	ana, bo, marta, visitor := s.Person("Ana", know.Member), s.Person("Bo", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	idea := propose(t, s, ana, "Thread, not glue")
	other := propose(t, s, bo, "Sewn spines for all")
	at := page.IdeaURL(idea.ID)
	visitor.Get(at+"/history").Want(t, 404)
	bo.Get(at+"/edit").Want(t, 403)
	ana.Get(at+"/edit").Want(t, 200, `value="Thread, not glue"`, `value="paper"`)
	ana.Post(at+"/edit", "title", "T", "body", "kept").Want(t, 422, `value="T"`, "kept")
	ana.Post(at+"/edit", "title", "Thread, please", "body", "Now.", "tags", "").Want(t, 303)
	visitor.Get(at).Want(t, 200, "Thread, please", "reworded since")
	visitor.Get(at+"/history").Want(t, 200, "Thread, not glue", "Because <em>it</em> is &lt;b&gt;")

	ana.Post(at+"/follow", "on", "0").Want(t, 303)
	ana.Get(at).Want(t, 200, ">Follow</button>")
	ana.Post(at+"/follow", "on", "1").Want(t, 303)
	ana.Get(at).Want(t, 200, "Stop following")

	if err := s.Ideas.Hide(t.Context(), marta.Actor, idea.ID, "An advertisement"); err != nil {
		t.Fatal(err)
	}
	visitor.Get(at).Want(t, 404)
	bo.Get(at).Want(t, 404)
	ana.Get(at).Want(t, 200, "An advertisement")
	marta.Get(at).Want(t, 200, "An advertisement")
	visitor.Get("/ideas").Without(t, "Thread, please")
	if err := s.Ideas.Show(t.Context(), marta.Actor, idea.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Ideas.Merge(t.Context(), marta.Actor, idea.ID, other.ID); err != nil {
		t.Fatal(err)
	}
	visitor.Get(at).Want(t, 200, "Sewn spines for all", page.IdeaURL(other.ID), "disabled")
	bo.Post(page.IdeaURL(other.ID)+"/withdraw").Want(t, 303)
	visitor.Get(page.IdeaURL(other.ID)).Want(t, 404)
}

func TestCall(t *testing.T) {
	s := site(t)
	ana, marta, visitor := s.Person("Ana", know.Member), s.Person("Marta Lindqvist", know.Staff), s.Visitor()
	call, err := s.Ideas.OpenCall(t.Context(), marta.Actor, shape.NewCall{Title: "What belongs in a pocket?", Body: "Tell <us>.", Will: "We make one of them.",
		Gets: "The first ten.", ClosesAt: s.Clock().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	at := string(page.Path("/calls/", call.ID))
	visitor.Get(at).Want(t, 200, "What belongs in a pocket?", "We make one of them.", "The first ten.", "/ideas/new?call=1", "Yours can be the first")
	visitor.Get("/ideas").Want(t, 200, "What belongs in a pocket?")
	ana.Get("/ideas/new?call=1").Want(t, 200, `<option value="1" selected>`)
	ana.Post("/ideas", "title", "A map of inks", "body", "x", "call", "1").Want(t, 303)
	visitor.Get(at).Want(t, 200, "A map of inks")
	visitor.Get("/ideas/1").Want(t, 200, at)
	visitor.Get("/ideas?call=1").Want(t, 200, "A map of inks", "Not only for the call")
	s.Pass(48 * time.Hour)
	visitor.Get(at).Want(t, 200, "Closed on 21 November 2026").Without(t, "/ideas/new?call=1")
	ana.Post("/ideas", "title", "Another map", "body", "kept words", "call", "1").Want(t, 409, "kept words")
}

func TestPagesOfTheList(t *testing.T) {
	s := site(t)
	ana, visitor := s.Person("Ana", know.Member), s.Visitor()
	for n := range 23 {
		propose(t, s, ana, fmt.Sprintf("Idea number %02d", n))
	}
	first := visitor.Get("/ideas?sort=new&tag=paper")
	first.Want(t, 200, "Idea number 22", "Further", "sort=new&amp;tag=paper&amp;cursor=")
	_, link, _ := strings.Cut(first.Body, `rel="next" href="`)
	link, _, _ = strings.Cut(link, `"`)
	visitor.Get(strings.ReplaceAll(link, "&amp;", "&")).Want(t, 200, "Idea number 00").Without(t, "Idea number 22", "Further")
	visitor.Get("/ideas?cursor=nonsense").Want(t, 422)
	if a := visitor.Get("/ideas/3.atom"); a.Status != 301 || a.Header.Get("Location") != "/ideas/3/feed.atom" {
		t.Errorf("feed: %d to %q", a.Status, a.Header.Get("Location"))
	}
}

// TestFrench reads every page in French: none of this folder's English is left.
func TestFrench(t *testing.T) {
	words, err := i18n.Load(ideas.Files, page.Files, know.Texts)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(os.DirFS("."), words)
	if err != nil || len(missing) > 0 {
		t.Errorf("without French: %v %q", err, missing)
	}
	s := site(t)
	ana := s.Person("Ana", know.Member)
	idea := propose(t, s, ana, "Thread, not glue")
	fr := s.Visitor()
	fr.Lang = "fr"
	fr.Get("/ideas").Want(t, 200, "Proposer une idée", ">Toutes<").Without(t, "Propose an idea", "Search")
	fr.Get(page.IdeaURL(idea.ID)).Want(t, 200, "Les voix qui la portent").Without(t, "Voices behind", "Where it stands")
	fr.Post("/ideas", "title", "").Want(t, 401, "Connectez-vous")
}

// TestVoicesOfVisitors: a few voices a day from one network; then a clear word
// with what was typed. Members are not counted.
func TestVoicesOfVisitors(t *testing.T) {
	s := site(t)
	ana := s.Person("Ana", know.Member)
	var err error
	if s.Gate, err = gate.New(slog.New(slog.DiscardHandler), s.People, gate.Options{URL: webtest.URL, Limits: true}, s.Now); err != nil {
		t.Fatal(err)
	}
	at := page.IdeaURL(propose(t, s, ana, "Thread, not glue").ID)
	s.Visitor().Post(at+"/voices", "words", "").Want(t, 422)
	for range 3 {
		s.Visitor().Post(at+"/voices", "words", "It would last.").Want(t, 303)
	}
	s.Visitor().Post(at+"/voices", "words", "It would last longer.").Want(t, 429, "3 voices behind this idea came from your network", "It would last longer.</textarea>")
	ana.Post(at+"/voices", "words", "It would last longer.").Want(t, 303)
	other := page.IdeaURL(propose(t, s, ana, "Dotted paper").ID)
	s.Visitor().Post(other+"/voices", "words", "Dots.").Want(t, 303)
}

// TestWrittenIn says in which language words are: that of the page, unless
// their author chooses another, which is then remembered.
func TestWrittenIn(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo", know.Member)
	jo.Lang = "fr"
	jo.Get("/ideas/new").Want(t, 200, `<option value="fr" selected>français`, `<option value="ar">arabe`)
	got := jo.Post("/ideas", "title", "Du papier plus fin", "body", "Plus mince.").Want(t, 303)
	first := got.Header.Get("Location")
	jo.Get(first).Want(t, 200, `lang="fr" dir="auto">Du papier plus fin`)
	if c := cookie(got); c == nil || c.MaxAge >= 0 {
		t.Errorf("the language of the page is remembered: %v", c)
	}
	got = jo.Post("/ideas", "title", "ورق أرق", "body", "أرق", "language", "ar").Want(t, 303)
	arabic := got.Header.Get("Location")
	jo.Get(arabic).Want(t, 200, `lang="ar" dir="auto">ورق أرق`)
	chosen := cookie(got)
	if chosen == nil || chosen.Value != "ar" || chosen.MaxAge <= 0 {
		t.Fatalf("what was chosen is not remembered: %v", chosen)
	}
	again := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/ideas/new", nil)
	again.AddCookie(chosen)
	jo.Do(again).Want(t, 200, `<option value="ar" selected>`)
	again = httptest.NewRequestWithContext(t.Context(), http.MethodGet, first, nil)
	again.AddCookie(chosen)
	jo.Do(again).Want(t, 200, `<option value="ar" selected>`)

	jo.Post(first+"/comments", "body", "Ja, bitte.", "language", "de").Want(t, 303)
	jo.Get(first).Want(t, 200, `<div class="prose" lang="de" dir="auto">`)
	jo.Post(first+"/comments", "body", "", "language", "klingon!").Want(t, 422, `<p class="wrong" id="h-body">`, `<p class="wrong" id="h-language">`)
	jo.Get(arabic+"/edit").Want(t, 200, `<option value="ar" selected>`)
	jo.Post(arabic+"/edit", "title", "ورق أرق", "body", "أرق", "language", "fa").Want(t, 303)
	jo.Get(arabic).Want(t, 200, `lang="fa" dir="auto">ورق أرق`)
	jo.Post("/ideas", "title", "x", "body", "Kept words.", "language", "??").Want(t, 422, "Kept words.", "La langue est une étiquette", `<p class="wrong" id="h-title">`)
}

// cookie gives the one that remembers a language.
func cookie(a webtest.Answer) *http.Cookie {
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == "__Host-written" {
			return c
		}
	}
	return nil
}

// TestCommentPages turns the pages of a long discussion, and finds a comment
// by its address.
func TestCommentPages(t *testing.T) {
	s := site(t)
	ana, visitor := s.Person("Ana", know.Member), s.Visitor()
	idea := propose(t, s, ana, "Thread, not glue")
	at := page.IdeaURL(idea.ID)
	for n := range 50 {
		if _, err := s.Ideas.Comment(t.Context(), ana.Actor, idea.ID, fmt.Sprintf("Word %02d.", n+1), ""); err != nil {
			t.Fatal(err)
		}
	}
	visitor.Get(at).Want(t, 200, "Word 01.", "Word 50.").Without(t, "More comments")
	sent := ana.Post(at+"/comments", "body", "Word 51.").Want(t, 303)
	if to := sent.Header.Get("Location"); to != at+"?comment=51#c51" {
		t.Errorf("leads to %s", to)
	}
	visitor.Get(at).Want(t, 200, "Word 50.", "More comments", `href="`+at+`?comments=50#comments"`).Without(t, "Word 51.")
	visitor.Get(at+"?comments=50").Want(t, 200, "Word 51.", "Earlier comments", `href="`+at+`?comment=50#c50"`).Without(t, "Word 50.")
	visitor.Get(at+"?comment=51").Want(t, 200, "Word 51.").Without(t, "Word 50.")
	visitor.Get(at+"?comment=last").Want(t, 200, "Word 51.").Without(t, "Word 50.")
	visitor.Get(at+"?comments=99999").Want(t, 200, "Word 51.", "Earlier comments").Without(t, "Word 50.", "Nobody has said anything yet")
	visitor.Get(at+"?comment=50").Want(t, 200, "Word 01.").Without(t, "Word 51.")
}

// TestTooLong keeps what was typed, and says beside the field what is too long.
func TestTooLong(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo Beck", know.Member)
	jo.Post("/ideas", "title", "Kept words", "body", strings.Repeat("é", 200_000)).Want(t, 422, "Kept words", `id="h-body"`)
	long := strings.Repeat("long ", 100)
	jo.Post("/ideas", "title", long, "body", "Kept words").Want(t, 422, long, "Kept words", `aria-invalid="true"`)
	idea := propose(t, s, jo, "Thread, not glue")
	jo.Get("/ideas/new").Want(t, 200).Without(t, "maxlength") // it cuts what is pasted, and says nothing
	path := page.IdeaURL(idea.ID) + "/voices"
	s.Visitor().Post(path, "words", "I would buy ten.", "author", strings.Repeat("long", 75)).Want(t, 422, "A name has at most 80 characters.", "I would buy ten.")
}
