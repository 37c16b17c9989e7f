package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tribune/internal/i18n"
	"tribune/web"
)

// turn is what is said while one voice goes around, in one language.
type turn struct {
	lang    string
	width   int
	dark    bool
	said    string // by Jo, in a mail to the shop
	answer  string // Marta's, under her own name
	title   string // of the idea that Jo makes of it
	body    string
	search  string // a word with which the idea is found
	reason  string // why it shipped
	news    string // the title of the release
	brought string // Sam, on what brought them
}

func turns() []turn {
	return []turn{{
		lang: "en", width: 1280,
		said:   "Could Oriflamme make a notebook with dotted pages? I would carry it everywhere.",
		answer: "Hello Jo, we draw on dots ourselves. Tell us what you would use it for.",
		title:  "Dotted pages", body: "To draw and write on the same page.", search: "dotted",
		reason: "They are in the shop since this morning.", news: "Notebooks with dotted pages",
		brought: "Jo would not stop talking about the dots, and sent me the page.",
	}, {
		lang: "fr", width: 390, dark: true,
		said:   "Oriflamme pourrait-elle faire un carnet à pages pointillées ? Je l’emporterais partout.",
		answer: "Bonjour Jo, nous dessinons nous-mêmes sur des points. Dites-nous à quoi il vous servirait.",
		title:  "Des pages pointillées", body: "Pour dessiner et écrire sur la même page.", search: "pointillées",
		reason: "Ils sont en boutique depuis ce matin.", news: "Carnets à pages pointillées",
		brought: "Jo ne parlait plus que des points, et m’a envoyé la page.",
	}}
}

// loop is one voice on its way around, and those it meets: the owner, Jo who
// said it, and Sam who comes by Jo's link.
type loop struct {
	turn
	*i18n.Printer  // what the program says in that language
	t              *testing.T
	site           *Server
	office         *postOffice
	owner, jo, sam *Page
	idea, release  string // their paths on the square
	link           string // Jo's
}

// TestLoop follows one voice from a stranger's sentence to another stranger's
// purchase and back: heard, answered, decided, shipped, told, credited, carried
// on, found again as the reason why.
func TestLoop(t *testing.T) {
	t.Parallel()
	words, err := web.Words()
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns() {
		t.Run(turn.lang, func(t *testing.T) {
			t.Parallel()
			x := &loop{turn: turn, Printer: words.Printer(turn.lang, time.UTC), t: t}
			x.around()
		})
	}
}

// around starts the program and goes all the way around.
func (x *loop) around() {
	x.office = openPostOffice(x.t)
	x.site = Start(x.t, Options{Env: []string{x.office.env()}})
	b := Open(x.t)
	x.owner, x.jo, x.sam = b.Page(x.width, x.dark), b.Another().Page(x.width, x.dark), b.Another().Page(x.width, x.dark)
	x.enter(x.owner, x.site.Add("Marta Lindqvist", "marta@oriflamme.example", "owner"))
	x.hear()
	x.answered()
	x.shape()
	x.credit()
	x.arrive()
	x.buy()
	x.confirm()
	x.why()
	x.count()
}

// enter uses a one-time link, and chooses the language.
func (x *loop) enter(p *Page, link string) {
	x.t.Helper()
	enter(p, link)
	x.speak(p)
}

// speak chooses the language at the foot of the front page.
func (x *loop) speak(p *Page) {
	x.t.Helper()
	if x.lang != "en" {
		p.Go(x.site.URL)
		p.Follow(".foot-languages button")
	}
}

// look is the check of a page at rest, in the language of the turn.
func (x *loop) look(p *Page, name string) {
	x.t.Helper()
	if got := Eval[string](p, "document.documentElement.lang"); got != x.lang {
		x.t.Errorf("%s is in %q", p.where(), got)
	}
	look(p, "loop-"+x.lang+"-"+name)
}

// hear brings in what Jo said, by a file, and makes it one of us who listens.
func (x *loop) hear() {
	x.t.Helper()
	p := x.owner
	file := filepath.Join(x.t.TempDir(), "said.csv")
	rows := "external_id,author.name,author.email,text,published_at,country\n1,Jo Carter,jo@example.org,\"" + x.said + "\"," + time.Now().AddDate(0, 0, -1).Format(time.DateOnly) + ",GB\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		x.t.Fatal(err)
	}
	p.Go(x.site.URL + "/desk/radar/import")
	p.Type("#import-source", "Shop mails")
	p.Type("#import-file", file)
	p.Follow("button[name=do][value=import]")
	says(p, x.N("{n} new", "{n} new ones", 1))
	x.enter(x.jo, x.site.Add("Jo Carter", "jo@example.org", "member"))
}

// answered is the first word of a person to Jo, under her own name.
func (x *loop) answered() {
	x.t.Helper()
	p := x.owner
	until(p, x.site.URL+"/desk/inbox", "document.querySelector('a.thread') != null")
	p.Follow("a.thread")
	says(p, x.said)
	p.Type("#reply", x.answer)
	p.Follow("button[name=as][value=answer]")
	says(p, x.answer)
	x.look(p, "answered")
	if m := x.office.wait("jo@example.org", 0); !strings.Contains(m.text, x.answer) || !strings.Contains(m.text, "Marta Lindqvist") {
		x.t.Errorf("Jo is answered with\n%s", m.text)
	}
}

// shape makes an idea of it, and brings the idea into the world.
func (x *loop) shape() {
	x.t.Helper()
	p := x.jo
	p.Go(x.site.URL + "/ideas/new")
	p.Type("[name=title]", x.title)
	p.Type("[name=body]", x.body)
	p.Follow("main form .primary")
	x.idea = strings.TrimPrefix(p.Location(), x.site.URL)
	p = x.owner
	p.Go(x.site.URL + "/desk/radar")
	more := Eval[string](p, "document.querySelector('.mention').id")
	p.Go(x.site.URL + "/desk/mentions/" + more[1:])
	p.Type("main input[id^=find-]", x.search)
	p.Wait(".desk-found-idea button")
	p.Follow(".desk-found-idea button")
	says(p, x.said)
	p.Go(x.site.URL + "/desk" + x.idea)
	unfold(p, "#decide-status")
	choose(p, "#decide-status", "shipped")
	p.Type("#decide-reason", x.reason)
	p.Type("#decide-title", x.news)
	p.Follow(".work-decide button.primary")
	says(p, x.reason)
	if m := x.office.wait("jo@example.org", 1); !strings.Contains(m.text, x.reason) {
		x.t.Errorf("Jo is told\n%s", m.text)
	}
}

// credit is where Jo is thanked by name, and offered to carry it on.
func (x *loop) credit() {
	x.t.Helper()
	p := x.jo
	p.Go(x.site.URL + "/changes")
	p.Follow(".change h2 a")
	x.release = strings.TrimPrefix(p.Location(), x.site.URL)
	says(p, x.news, "Jo Carter", x.T("You helped to make this")) // named as who proposed it in public
	x.look(p, "credit")
	p.Follow(".carry-name button[value=yes]")
	if !strings.Contains(p.Text(".change-thanks"), "Jo Carter") {
		x.t.Error("Jo agreed, and is not named")
	}
	p.Follow(".carry form[action='/shares'] button")
	x.link = Eval[string](p, "document.querySelector('.carry-link input').value")
	if !strings.HasPrefix(x.link, x.site.URL+"/s/") {
		x.t.Fatalf("Jo's link is %q", x.link)
	}
	x.look(p, "link")
	x.sam.Go(x.site.URL + x.release)
	if Eval[bool](x.sam, "document.querySelector('.carry') != null") {
		x.t.Error("a link is offered to somebody who did not help")
	}
}

// arrive is Sam's way in: by the link, and in by mail.
func (x *loop) arrive() {
	x.t.Helper()
	p := x.sam
	x.head()
	x.speak(p)
	p.Go(x.link)
	says(p, x.news)
	x.look(p, "arrived")
	p.Follow("header a.button")
	p.Type("[name=email]", "sam@example.org")
	p.Follow("main form button")
	p.Go(x.office.wait("sam@example.org", 0).link(x.t, x.site.URL+"/signin/"))
	p.Type("[name=name]", "Sam Osei")
	p.Follow("main form button[type=submit]")
	if !strings.HasPrefix(p.Location(), x.site.URL+x.release) {
		x.t.Errorf("signed in, Sam is at %s", p.Location())
	}
	x.jo.Go(x.site.URL + "/me")
	says(x.jo, x.T("Carried on by me"), x.N("{n} person joined by it", "{n} people joined by it", 1))
	x.look(x.jo, "carried")
}

// head makes Sam's browser call itself what people's browsers do: one that says
// it has no head is not counted as a reader.
func (x *loop) head() {
	x.t.Helper()
	x.sam.do("put a head on", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"})
		return err
	}))
}

// buy tells of Sam's order as a shop does, and Sam says what brought them.
func (x *loop) buy() {
	x.t.Helper()
	order, err := json.Marshal(map[string]any{"shop": "shop.example", "external_id": "OR-1", "at": time.Now().UTC().Format(time.RFC3339Nano), "email": "sam@example.org",
		"country": "GH", "amount_minor": 2400, "currency": "EUR", "code": x.link[strings.LastIndex(x.link, "/")+1:], "items": []any{map[string]any{"sku": "a5-dots", "quantity": 1}}})
	if err != nil {
		x.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.site.URL+"/api/v1/purchases", bytes.NewReader(order))
	if err != nil {
		x.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+x.site.Token("marta@oriflamme.example"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		x.t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusCreated {
		x.t.Fatalf("the order is answered with %d: %s", answer.StatusCode, body)
	}
	until(x.owner, x.site.URL+"/desk/why?sure=link", "document.querySelector('.why-mark.link') != null") // until somebody says more
	p := x.sam
	p.Go(x.office.wait("sam@example.org", 1).link(x.t, x.site.URL+"/why/"))
	x.look(p, "question")
	p.Type("[name=words]", x.brought)
	p.Type("[name=who]", "Jo Carter")
	p.Wait(".why-one input")
	x.look(p, "naming")
	p.Click(".why-one input")
	p.Follow(".why-form .actions button.primary")
	says(p, x.T("Thank you. This is what you told us:"), x.brought, x.T("they are asked first whether they may be named."))
	x.look(p, "said")
	x.owner.Go(x.site.URL + "/desk/why")
	if strings.Contains(x.owner.Text("main .why-what blockquote + p"), "Jo Carter") {
		x.t.Error("Jo is shown as who told Sam before having agreed")
	}
}

// confirm is Jo's word on being shown.
func (x *loop) confirm() {
	x.t.Helper()
	p := x.jo
	p.Go(x.site.URL + "/me/why")
	says(p, x.brought)
	x.look(p, "named")
	p.Follow("form[action^='/me/why/'] button[value=yes]")
	x.look(p, "confirmed")
}

// why is the desk's view of it, and the tree that begins with Jo.
func (x *loop) why() {
	x.t.Helper()
	p := x.owner
	until(p, x.site.URL+"/desk/why", "document.querySelector('.why-mark.said') != null && document.querySelector('.why-chain') != null")
	says(p, x.brought, x.T("somebody, says the buyer"), "Jo Carter", "Sam Osei", x.Country("GH"))
	x.look(p, "why")
	p.Follow(".why-name")
	says(p, "OR-1", x.brought, "Jo Carter")
	x.look(p, "purchase")
	for _, at := range []string{"/desk/why/tree", "/desk/why/unexplained"} {
		p.Go(x.site.URL + at)
		x.look(p, strings.ReplaceAll(at[1:], "/", "-"))
	}
}

// count is the board: each step of the way moved.
func (x *loop) count() {
	x.t.Helper()
	p := x.owner
	numbers := "[...document.querySelectorAll('.loop-steps .loop-n a')].map(a => parseInt(a.firstChild.data)).join()"
	until(p, x.site.URL+"/desk/loop", "(n => n.length == 8 && n.every(v => v > 0))("+numbers+".split(',').map(Number))")
	x.look(p, "board")
	for _, step := range []string{"heard", "shipped", "shared", "found"} {
		p.Go(x.site.URL + "/desk/loop/" + step)
		x.look(p, "behind-"+step)
	}
	p.Go(x.site.URL + "/clock")
	x.look(p, "clock")
}
