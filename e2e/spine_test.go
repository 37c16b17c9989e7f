package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tribune/internal/pgtest"
)

// story is what is said on the way of one voice, in one language.
type story struct {
	lang     string
	width    int
	dark     bool
	posts    []post // the first asks, the second agrees, the third is about rain
	query    string
	note     string
	answer   string
	title    string // of the idea that the first post becomes
	search   string // words with which the idea is found
	comment  string
	plan     string // why it is planned
	release  string
	shipped  string // why it shipped
	purpose  string
	customer string
}

func stories() []story {
	return []story{{
		lang: "en", width: 1280,
		posts: []post{
			{"Jo Carter", "I love my Oriflamme notebook. Could you please make one with dotted pages?"},
			{"Ines Roth", "An Oriflamme notebook with dotted paper would end my search for good."},
			{"Walt Rainey", "Rain again on the harbour, and nobody minds."},
		},
		query: "oriflamme AND notebook", note: "Jo also wrote to us in spring.", answer: "Hello Jo, we are looking for a paper that takes ink well. I will tell you.",
		title: "Dotted pages", search: "dotted", comment: "Five millimetres between the dots, please.",
		plan: "Enough of you draw and write on the same page. The paper is chosen.", release: "Notebooks with dotted pages", shipped: "They are in the shop since this morning.",
		purpose: "We make notebooks for people who think on paper.", customer: "Amara Okafor",
	}, {
		lang: "fr", width: 390, dark: true,
		posts: []post{
			{"Maëlle Le Goff", "J’adore mon carnet Oriflamme. Pourriez-vous en faire un à pages pointillées ?"},
			{"Hervé d’Aubigné", "Un carnet Oriflamme en papier pointillé, et je ne cherche plus."},
			{"Luc Pluvier", "Encore la pluie sur le port, et personne ne s’en plaint."},
		},
		query: "oriflamme AND carnet", note: "Maëlle nous avait déjà écrit au printemps.", answer: "Bonjour Maëlle, nous cherchons un papier qui aime l’encre. Je vous le dirai.",
		title: "Des pages pointillées", search: "pointillées", comment: "Cinq millimètres entre les points, s’il vous plaît.",
		plan: "Vous êtes assez à dessiner et à écrire sur la même page. Le papier est choisi.", release: "Carnets à pages pointillées", shipped: "Ils sont en boutique depuis ce matin.",
		purpose: "Nous faisons des carnets pour celles et ceux qui pensent sur le papier.", customer: "Paul-Henri de La Rochefoucauld-Montbazon",
	}}
}

// spine is one voice on its way, and those it meets.
type spine struct {
	story
	t             *testing.T
	site          *Server
	office        *postOffice
	blog          string
	owner, member *Page
	idea          string // its path on the square
	database      string // PostgreSQL to use in place of the folder's own
}

// TestSpine takes one thing that somebody said somewhere all the way to "you
// said, we did", in English on a desk and in French on a dark phone.
func TestSpine(t *testing.T) {
	t.Parallel()
	for _, tale := range stories() {
		t.Run(tale.lang, func(t *testing.T) {
			t.Parallel()
			x := &spine{story: tale, t: t}
			x.tell()
		})
	}
}

// TestSpineOnPostgres takes the same way in French, the database being
// PostgreSQL. What is shown there does not depend on the database, so nobody
// looks at each page again.
func TestSpineOnPostgres(t *testing.T) {
	t.Parallel()
	Program(t) // with -short nothing is started
	x := &spine{story: stories()[1], t: t, database: pgtest.URL(t)}
	x.tell()
}

// tell starts the program and goes the whole way.
func (x *spine) tell() {
	x.office, x.blog = openPostOffice(x.t), blog(x.t, x.lang, x.posts)
	env := []string{"TRIBUNE_FETCH_PRIVATE=true", x.office.env()}
	if x.database != "" {
		env = append(env, "TRIBUNE_DATABASE_URL="+x.database)
	}
	x.site = Start(x.t, Options{Env: env})
	b := Open(x.t)
	x.owner, x.member = b.Page(x.width, x.dark), b.Another().Page(x.width, x.dark)
	x.begin()
	x.connect()
	x.listen()
	x.answerThem()
	x.makeIdea()
	x.addVoice()
	x.join()
	x.takePart()
	x.planned()
	x.ship()
	x.tellByHand()
	x.youSaid()
	if _, err := os.Stat(filepath.Join(x.site.Data, "tribune.db")); os.IsNotExist(err) != (x.database != "") {
		x.t.Errorf("the folder's own database: %v", err)
	}
}

func (x *spine) look(p *Page, name string) {
	x.t.Helper()
	if got := Eval[string](p, "document.documentElement.lang"); got != x.lang {
		x.t.Errorf("%s is in %q", p.where(), got)
	}
	if x.database != "" {
		return
	}
	look(p, "spine-"+x.lang+"-"+name)
}

// speak chooses the language at the foot of the front page.
func (x *spine) speak(p *Page) {
	x.t.Helper()
	p.Go(x.site.URL)
	if x.lang != "en" {
		p.Follow(".foot-languages button")
	}
	x.look(p, "front")
}

// begin is the owner's first minute: the printed link, the first words.
func (x *spine) begin() {
	x.speak(x.owner)
	p := x.owner
	enter(p, x.site.SignIn())
	p.Type("[name=brand]", "Oriflamme")
	p.Type("[name=purpose]", x.purpose)
	p.Type("[name=name]", "Marta Lindqvist")
	p.Type("[name=title]", "Chief executive")
	p.Type("[name=email]", "marta@oriflamme.example")
	choose(p, "[name=language]", x.lang)
	x.look(p, "welcome")
	p.Follow("main form .actions button")
	p.Go(x.site.URL + "/desk")
	p.Wait(".desk-steps")
	x.look(p, "first-steps")
}

// connect adds the blog's feed by the address of its page.
func (x *spine) connect() {
	p := x.owner
	p.Follow(".desk-steps li:first-child a.button")
	p.Type("#source-url", x.blog)
	x.look(p, "sources")
	p.Follow("form[action='/desk/radar/sources'] button.primary")
	until(p, p.Location(), "document.querySelector('.source-facts').innerText.includes('3')")
	says(p, "Paper people", x.blog+"/posts.atom")
	x.look(p, "source")
}

// listen adds a standing query: what the feed delivered before is found by it.
func (x *spine) listen() {
	p := x.owner
	p.Follow(".desk-attention-line a.button")
	p.Type("#query-text", x.query)
	p.Follow("button[name=do][value=try]")
	p.Wait("#trial-part .mention")
	x.look(p, "query-tried")
	p.Follow("button[name=do][value=save]")
	until(p, x.site.URL+"/desk/radar", "document.querySelectorAll('.mention').length == 2")
	says(p, x.posts[0].text, x.posts[1].text, x.posts[0].author)
	x.look(p, "radar")
}

// answerThem takes the thread that the question opened, and answers it: a note
// for the team, then an answer that a person carries to the original.
func (x *spine) answerThem() {
	p := x.owner
	until(p, x.site.URL+"/desk/inbox", "document.querySelector('.thread') != null")
	if n := Eval[int](p, "document.querySelectorAll('.thread').length"); n != 1 {
		x.t.Errorf("%d conversations wait, want only the one that asks", n)
	}
	x.look(p, "inbox")
	p.Follow("a.thread")
	p.Follow("form[action*='/take'] button")
	p.Type("#reply", x.note)
	p.Follow("button[name=as][value=note]")
	p.WaitText(".inbox-note", x.note)
	p.Type("#reply", x.answer)
	p.Follow("button[name=as][value=answer]")
	p.Wait(".inbox-copy")
	if got := Eval[string](p, "document.querySelector('.inbox-copy textarea').value"); !strings.HasPrefix(got, x.answer+"\n\n") || !strings.Contains(got, "/held/") {
		x.t.Errorf("to be copied is %q, want the answer and where to see what is held", got)
	}
	if at := path(p, ".inbox-steps a"); at != x.blog+"/0" {
		x.t.Errorf("the original is said to be at %s", at)
	}
	p.Click(".inbox-copy [data-copy]")
	x.look(p, "thread-copy")
	p.Type("[name=url]", x.blog+"/0#answer")
	p.Follow("form[action*='/posted'] button.primary")
	p.Wait(".thread-state .status.shipped")
	x.look(p, "thread-answered")
}

// makeIdea makes an idea of what was asked; the words stay with it.
func (x *spine) makeIdea() {
	p := x.owner
	p.Follow("figcaption a[data-key=e]")
	fill(p, "#from-title", x.title)
	x.look(p, "make-idea")
	p.Follow("main form.desk-form button.primary")
	says(p, x.title, x.posts[0].text, x.posts[0].author)
	x.idea = strings.TrimPrefix(p.Location(), x.site.URL+"/desk")
	if !strings.HasPrefix(x.idea, "/ideas/") {
		x.t.Fatalf("the idea is at %s", p.Location())
	}
}

// addVoice puts the second post behind the idea, found while typing.
func (x *spine) addVoice() {
	p := x.owner
	p.Go(x.site.URL + "/desk/radar")
	more := Eval[string](p, "[...document.querySelectorAll('.mention')].find(m => m.innerText.includes("+quote(x.posts[1].author)+")).id")
	p.Go(x.site.URL + "/desk/mentions/" + more[1:])
	p.Type("main input[id^=find-]", x.search)
	p.Wait(".desk-found-idea button")
	x.look(p, "add-voice")
	p.Follow(".desk-found-idea button")
	says(p, x.posts[0].text, x.posts[1].text, x.posts[1].author)
	x.look(p, "desk-idea")
}

// join makes a customer a member, by mail.
func (x *spine) join() {
	x.speak(x.member)
	p := x.member
	p.Go(x.site.URL + x.idea)
	says(p, x.title, x.posts[0].text, x.posts[1].author)
	x.look(p, "idea-visitor")
	p.Follow("header a.button") // sign in, and come back here
	p.Type("[name=email]", "customer@example.org")
	p.Follow("main form button")
	x.look(p, "signin-sent")
	p.Go(x.office.wait("customer@example.org", 0).link(x.t, x.site.URL+"/signin/"))
	p.Type("[name=name]", x.customer)
	x.look(p, "signin-link")
	p.Follow("main form button[type=submit]")
	if p.Location() != x.site.URL+x.idea {
		x.t.Errorf("signed in, the member is at %s", p.Location())
	}
}

// takePart votes and comments, and the owner sees it happen: counts change on a
// page that is open, and new comments come when they are asked for.
func (x *spine) takePart() {
	p, open := x.member, x.owner
	open.Go(x.site.URL + x.idea)
	open.WaitText(".idea-by button.vote .n", "1") // who proposed it was the first
	p.Click(".idea-by button.vote")
	p.Wait(".idea-by button.vote[aria-pressed=true]")
	p.WaitText(".idea-by button.vote .n", "2")
	open.WaitText(".idea-by button.vote .n", "2")
	p.Type("#comment textarea", x.comment)
	p.Follow("#comment button.primary")
	says(p, x.comment, x.customer)
	x.look(p, "idea-member")
	open.Type("#comment textarea", "…") // stays while the comment is fetched
	open.Wait("#comments .fresh a")
	x.look(open, "idea-new-comment")
	open.Click("#comments .fresh a")
	open.WaitText("#comments:not(:has(.fresh:not([hidden]) a:not([hidden]))) .comments", x.comment) // and the offer goes
	open.WaitText("#comments", x.customer)
	if got := Eval[string](open, "document.querySelector('#comment textarea').value + document.querySelector('#comments .fresh').innerText"); got != "…" {
		x.t.Errorf("beside the new comment stands %q", got)
	}
}

// decide writes a decision on the desk.
func (x *spine) decide(stage, reason string, more func(p *Page)) {
	x.t.Helper()
	p := x.owner
	p.Go(x.site.URL + "/desk" + x.idea)
	unfold(p, "#decide-status")
	choose(p, "#decide-status", stage)
	p.Type("#decide-reason", reason)
	more(p)
	x.look(p, "decide-"+stage)
	p.Follow(".work-decide button.primary")
	says(p, reason)
}

// told waits for the member's nth mail, and holds it to the reason.
func (x *spine) told(n int, reason string) {
	x.t.Helper()
	mail := x.office.wait("customer@example.org", n)
	if !strings.Contains(mail.text, reason) || !strings.Contains(mail.html, "Marta Lindqvist") || !strings.Contains(mail.subject(), x.title) {
		x.t.Errorf("%q does not give the reason, who gave it or the idea:\n%s", mail.subject(), mail.text)
	}
	if !strings.Contains(mail.html, `<html lang="`+x.lang+`"`) {
		x.t.Errorf("%q is not in %s", mail.subject(), x.lang)
	}
	if !strings.Contains(mail.header.Get("List-Unsubscribe"), x.site.URL+"/unsubscribe/") || mail.header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		x.t.Errorf("%q cannot be ended in one click: %v", mail.subject(), mail.header)
	}
}

func (x *spine) planned() {
	x.decide("planned", x.plan, func(p *Page) {
		p.Set("#decide-promised_at", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	})
	x.told(1, x.plan)
	p := x.member
	p.Go(x.site.URL + "/me")
	says(p, x.title)
	x.look(p, "me-promised")
	p.Go(x.site.URL + x.idea)
	says(p, x.plan, "Marta Lindqvist")
	x.look(p, "idea-planned")
}

func (x *spine) ship() {
	x.decide("shipped", x.shipped, func(p *Page) { p.Type("#decide-title", x.release) })
	x.told(2, x.shipped)
	if n := len(x.office.to("customer@example.org")); n != 3 {
		x.t.Errorf("the member got %d mails: one link and one of each decision is three", n)
	}
}

// tellByHand finds, in the inbox, those who are to be told where they spoke.
func (x *spine) tellByHand() {
	p := x.owner
	until(p, x.site.URL+"/desk/inbox", "document.querySelectorAll('.thread').length >= 2")
	x.look(p, "inbox-tell")
	p.Follow("a.thread")
	if got := Eval[string](p, "document.querySelector('#reply').value"); !strings.Contains(got, x.site.URL+x.idea) {
		x.t.Errorf("the draft does not lead to the idea: %q", got)
	}
	x.look(p, "thread-tell")
}

// youSaid is what everybody sees in the end.
func (x *spine) youSaid() {
	for _, p := range []*Page{x.member, x.owner} {
		p.Go(x.site.URL + "/changes")
		says(p, x.release, x.posts[0].author, x.posts[1].author)
	}
	p := x.member
	x.look(p, "changes")
	p.Follow(".change h2 a")
	says(p, x.release, x.shipped, x.posts[0].author, x.posts[1].author, x.title)
	x.look(p, "change")
	p.Go(x.site.URL + "/roadmap")
	says(p, x.title)
	x.look(p, "roadmap")
	p.Go(x.site.URL)
	says(p, x.purpose, x.release)
	x.look(p, "front-after")
	x.owner.Go(x.site.URL + "/desk")
	x.look(x.owner, "today-after")
}
