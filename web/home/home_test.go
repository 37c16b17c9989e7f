package home_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/changes"
	"tribune/web/home"
	"tribune/web/page"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: home.Files, Routes: home.Routes}, webtest.Folder{Files: changes.Files, Routes: changes.Routes})
}

// TestFresh opens a site on which nothing has happened yet.
func TestFresh(t *testing.T) {
	s := site(t)
	s.Visitor().Get("/").Want(t, 200, "<h1 dir=\"auto\">Made with the people it is made for.</h1>", "/ideas/new", "Propose the first idea",
		"is quoted here, with where they said it", "it stands here, with the names", "Nobody has introduced themselves yet")
	s.Visitor().Get("/how-we-listen").Want(t, 200, "Nowhere yet, except on this site")
	s.Visitor().Get("/changes").Want(t, 200, "Nothing has changed yet")
	s.Visitor().Get("/robots.txt").Want(t, 200, "Sitemap: "+webtest.URL+"/sitemap.xml")
	s.Visitor().Get("/sitemap.xml").Want(t, 200, "<loc>"+webtest.URL+"/ideas</loc>")
}

// TestFilled opens a site where things have happened.
func TestFilled(t *testing.T) {
	s := site(t)
	ctx := t.Context()
	marta := s.Person("Marta Lindqvist", know.Owner)
	joao := s.Person("João Prates", know.Member)
	if err := s.People.Change(ctx, marta.Actor, func(site *know.Site) error {
		site.Brand, site.Purpose, site.SetUp = "Oriflamme", "Paper that lasts <b>", true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	open := propose(t, s, joao, "Thread, not <script>alert(1)</script> glue")
	done := propose(t, s, joao, "Sew the A5 too")
	if _, err := s.Ideas.Decide(ctx, marta.Actor, done.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "The binder has a machine for it now.",
		NewRelease: &shape.NewRelease{Title: "Sewn, at last", Body: "All A5 are *sewn* now."}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ideas.Vote(ctx, joao.Actor, open.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ideas.OpenCall(ctx, marta.Actor, shape.NewCall{Title: "What belongs in a pocket?", Body: "Tell us.", Will: "We make one of them.", Gets: "The first ten."}); err != nil {
		t.Fatal(err)
	}
	letter, err := s.Posts.Begin(ctx, marta.Actor, post.NewPost{Title: "What rain does", Body: "It makes *waves*.", Machine: true})
	if err == nil {
		_, err = s.Posts.Publish(ctx, marta.Actor, letter.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	front := s.Visitor().Get("/")
	front.Want(t, 200, "What rain does", "drafted by a machine", "<h1 dir=\"auto\">Paper that lasts &lt;b&gt;</h1>", "Thread, not &lt;script&gt;", "What belongs in a pocket?", "Sewn, at last",
		"From the idea of João Prates", "Marta Lindqvist", "All 2 ideas")
	front.Without(t, "<script>alert", "Sew the A5 too", "Nobody has")
	front.Want(t, 200, `data-live="`+page.LiveIdeas([]shape.Idea{open})+`"`)
	joao.Get("/").Want(t, 200, `aria-pressed="true"`)
	s.Visitor().Get("/").Want(t, 200, `aria-pressed="false"`)
	s.Visitor().Get("/sitemap.xml").Want(t, 200, webtest.URL+page.IdeaURL(open.ID))
	s.Visitor().Get("/changes").Want(t, 200, "All A5 are <em>sewn</em> now.", "From the idea of João Prates")
	s.Visitor().Get("/changes/1").Want(t, 200, "Sewn, at last", "proposed it", "Sew the A5 too")
	s.Visitor().Get("/changes/2").Want(t, 404)
	fr := s.Visitor()
	fr.Lang = "fr"
	fr.Get("/").Want(t, 200, `<html lang="fr">`, "En ce moment, nous décidons", "D’après l’idée de João Prates")
}

// TestHeard follows what was said of us to its answer and its idea.
func TestHeard(t *testing.T) {
	s := site(t)
	ctx := t.Context()
	marta, joao := s.Person("Marta Lindqvist", know.Owner), s.Person("João Prates", know.Member)
	if _, _, err := s.Radar.AddQuery(ctx, marta.Actor, listen.NewQuery{Text: "oriflamme"}); err != nil {
		t.Fatal(err)
	}
	heard, err := s.Radar.Hear(ctx, marta.Actor, []listen.Post{
		{Source: "Blogs", URL: "https://www.blog.example/1", Author: listen.Author{Name: "Anaïs <i>"}, Text: "Oriflamme, 1 < 2 & enfin", Language: "fr", Country: "FR"},
		{Source: "Mails", Kind: listen.KindMail, Author: listen.Author{Name: "Secret Sam"}, Text: "Oriflamme, privately"}})
	if err != nil || heard[0].Err != nil {
		t.Fatal(err, heard)
	}
	s.Visitor().Get("/").Want(t, 200, "Oriflamme, 1 &lt; 2 &amp; enfin", "Anaïs &lt;i&gt;", ">blog.example</a>", "France").
		Without(t, "privately", "Secret Sam", "answered by", "now behind")

	thread, err := s.Inbox.Open(ctx, marta.Actor, heard[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(3 * time.Hour)
	answer, err := s.Inbox.Answer(ctx, marta.Actor, thread.ID, "In March.")
	if err != nil {
		t.Fatal(err)
	}
	s.Visitor().Get("/").Without(t, "answered by")
	if err := s.Inbox.Posted(ctx, marta.Actor, answer.ID, ""); err != nil {
		t.Fatal(err)
	}
	idea := propose(t, s, joao, "An A6 squared one")
	if _, err := s.Ideas.AddVoice(ctx, marta.Actor, idea.ID, shape.VoiceFrom{Mention: heard[0].ID}); err != nil {
		t.Fatal(err)
	}
	s.Visitor().Get("/").Want(t, 200, "answered by", ">Marta Lindqvist (Tribune)</a> in 3\u00a0h", "now behind", ">An A6 squared one</a>")
	s.Visitor().Get("/how-we-listen").Want(t, 200, "Other programs of ours", "robots.txt", "noindex", "indexable", "forgotten 90 days after we heard it").Without(t, "Blogs", "Mails", "our service desk", "paused")
}

// Of what has no public name there is one line a kind; a paused source is named
// while something of it is kept.
func TestListening(t *testing.T) {
	s := site(t)
	ctx, marta := t.Context(), s.Person("Marta", know.Owner)
	add := func(n listen.NewSource) listen.Source {
		o, err := s.Radar.AddSource(ctx, marta.Actor, n)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	add(listen.NewSource{Kind: listen.APISource, Name: "Forum"})
	add(listen.NewSource{Kind: listen.WebhookSource, Name: "Desk"})
	shown, yes := "Our old shop", true
	for _, name := range []string{"Reviews", "Nothing came"} {
		o := add(listen.NewSource{Kind: listen.APISource, Name: name, Addressed: true})
		if name == "Reviews" {
			if _, err := s.Radar.Hear(ctx, marta.Actor, []listen.Post{{Source: name, Text: "Good."}}); err != nil {
				t.Fatal(err)
			}
		} else {
			shown = "Where nothing came from"
		}
		if _, err := s.Radar.ChangeSource(ctx, marta.Actor, o.ID, listen.SourceChange{Shown: &shown, Paused: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	page := s.Visitor().Get("/how-we-listen").Want(t, 200, "Our old shop", "paused: nothing new is heard there").Without(t, "Where nothing came from", "Forum", "Desk")
	if n := strings.Count(page.Body, "Other programs of ours"); n != 1 {
		t.Errorf("%d lines of other programs", n)
	}
}

func propose(t *testing.T, s *webtest.Site, by *webtest.Reader, title string) shape.Idea {
	t.Helper()
	idea, err := s.Ideas.Propose(t.Context(), by.Actor, shape.NewIdea{Title: title, Body: "Because."})
	if err != nil {
		t.Fatal(err)
	}
	return idea
}

func TestFrench(t *testing.T) {
	for _, dir := range []string{".", "../changes"} {
		words, err := i18n.Load(home.Files, changes.Files, page.Files)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := i18n.Untranslated(os.DirFS(dir), words)
		if err != nil || len(missing) > 0 {
			t.Errorf("%s: without French: %v %q", dir, err, missing)
		}
	}
}
