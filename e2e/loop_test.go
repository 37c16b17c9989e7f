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
)

// loop is one voice on its way around, and those it meets: the owner, Jo who
// said it, and Sam who comes by Jo's link.
type loop struct {
	t              *testing.T
	site           *Server
	office         *postOffice
	b              *Browser
	owner, jo, sam *Page
	idea, release  string // their paths on the square
	link           string // Jo's
}

const (
	joSaid  = "Could Oriflamme make a notebook with dotted pages? I would carry it everywhere."
	samSaid = "Jo would not stop talking about the dots, and sent me the page."
)

// TestLoop follows one voice from a stranger's sentence to another stranger's
// purchase and back: heard, decided, shipped, credited, carried on, found
// again as the reason why.
func TestLoop(t *testing.T) {
	t.Parallel()
	x := &loop{t: t, office: openPostOffice(t)}
	x.site = Start(t, Options{Env: []string{x.office.env()}})
	x.b = Open(t)
	x.owner, x.jo, x.sam = x.b.Page(1280, false), x.b.Another().Page(1280, false), x.b.Another().Page(1280, false)
	enter(x.owner, x.site.Add("Marta Lindqvist", "marta@oriflamme.example", "owner"))
	x.hear()
	x.shape()
	x.credit()
	x.arrive()
	x.buy()
	x.confirm()
	x.why()
	x.count()
}

// hear brings in what Jo said, by a file, and makes it one of us who listens.
func (x *loop) hear() {
	x.t.Helper()
	p := x.owner
	file := filepath.Join(x.t.TempDir(), "said.csv")
	rows := "external_id,author.name,author.email,text,published_at,country\n1,Jo Carter,jo@example.org,\"" + joSaid + "\"," + time.Now().AddDate(0, 0, -1).Format(time.DateOnly) + ",GB\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		x.t.Fatal(err)
	}
	p.Go(x.site.URL + "/desk/radar/import")
	p.Type("#import-source", "Shop mails")
	p.Type("#import-file", file)
	p.Follow("button[name=do][value=import]")
	says(p, "1 new")
	enter(x.jo, x.site.Add("Jo Carter", "jo@example.org", "member"))
}

// shape makes an idea of it, and brings the idea into the world.
func (x *loop) shape() {
	x.t.Helper()
	p := x.jo
	p.Go(x.site.URL + "/ideas/new")
	p.Type("[name=title]", "Dotted pages")
	p.Type("[name=body]", "To draw and write on the same page.")
	p.Follow("main form .primary")
	x.idea = strings.TrimPrefix(p.Location(), x.site.URL)
	p = x.owner
	p.Go(x.site.URL + "/desk/radar")
	more := Eval[string](p, "document.querySelector('.mention').id")
	p.Go(x.site.URL + "/desk/mentions/" + more[1:])
	p.Type("main input[id^=find-]", "dotted")
	p.Wait(".desk-found-idea button")
	p.Follow(".desk-found-idea button")
	says(p, joSaid)
	p.Go(x.site.URL + "/desk" + x.idea)
	unfold(p, "#decide-status")
	choose(p, "#decide-status", "shipped")
	p.Type("#decide-reason", "They are in the shop since this morning.")
	p.Type("#decide-title", "Notebooks with dotted pages")
	p.Follow(".work-decide button.primary")
	says(p, "They are in the shop since this morning.")
}

// credit is where Jo is thanked by name, and offered to carry it on.
func (x *loop) credit() {
	x.t.Helper()
	p := x.jo
	p.Go(x.site.URL + "/changes")
	p.Follow(".change h2 a")
	x.release = strings.TrimPrefix(p.Location(), x.site.URL)
	says(p, "Notebooks with dotted pages", "Jo Carter", "You helped to make this")
	look(p, "loop-credit")
	p.Follow(".carry form button")
	x.link = Eval[string](p, "document.querySelector('.carry-link input').value")
	if !strings.HasPrefix(x.link, x.site.URL+"/s/") {
		x.t.Fatalf("Jo's link is %q", x.link)
	}
	look(p, "loop-link")
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
	p.Go(x.link)
	says(p, "Notebooks with dotted pages")
	look(p, "loop-arrived")
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
	says(x.jo, "Carried on by me", "1 person joined by it")
	look(x.jo, "loop-carried")
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
	order, err := json.Marshal(map[string]any{"shop": "shop.example", "external_id": "OR-1", "at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "email": "sam@example.org",
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
	look(p, "loop-question")
	p.Type("[name=words]", samSaid)
	p.Type("[name=who]", "Jo Carter")
	p.Wait(".why-one input")
	look(p, "loop-naming")
	p.Click(".why-one input")
	p.Follow(".why-form .actions button.primary")
	says(p, "This is what you told us", samSaid, "they are asked first")
	look(p, "loop-said")
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
	says(p, samSaid)
	look(p, "loop-named")
	p.Follow("form[action^='/me/why/'] button[value=yes]")
	look(p, "loop-confirmed")
}

// why is the desk's view of it, and the tree that begins with Jo.
func (x *loop) why() {
	x.t.Helper()
	p := x.owner
	until(p, x.site.URL+"/desk/why", "document.querySelector('.why-mark.said') != null && document.querySelector('.why-chain') != null")
	says(p, samSaid, "said by the buyer", "Jo Carter", "Sam Osei", "Ghana")
	look(p, "loop-why")
	p.Follow(".why-name")
	says(p, "OR-1", samSaid, "Jo Carter")
	look(p, "loop-purchase")
	for _, at := range []string{"/desk/why/tree", "/desk/why/unexplained"} {
		p.Go(x.site.URL + at)
		look(p, "loop-"+strings.ReplaceAll(at[1:], "/", "-"))
	}
}

// count is the board: each step of the way moved.
func (x *loop) count() {
	x.t.Helper()
	p := x.owner
	numbers := "[...document.querySelectorAll('.loop-steps .loop-n a')].map(a => parseInt(a.firstChild.data)).join()"
	until(p, x.site.URL+"/desk/loop", "(n => n.length == 8 && [0, 2, 3, 4, 6, 7].every(i => n[i] > 0))("+numbers+".split(',').map(Number))")
	look(p, "loop-board")
	for _, step := range []string{"heard", "shipped", "shared", "found"} {
		p.Go(x.site.URL + "/desk/loop/" + step)
		look(p, "loop-behind-"+step)
	}
	p.Go(x.site.URL + "/clock")
	look(p, "loop-clock")
}
