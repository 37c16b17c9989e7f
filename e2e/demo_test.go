package e2e

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// sample is the sample site, and who looks at it.
type sample struct {
	*Server
	visitor, customer, owner *Browser
}

// TestDemo looks at every page of the sample site, filled as it is: as a
// visitor, as a customer, and as the owner on the desk.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := sample{Server: Start(t, Options{Command: "demo"})}
	s.visitor = Open(t)
	s.customer, s.owner = s.visitor.Another(), s.visitor.Another()
	enter(s.owner.Page(1280, false), s.Link(0))
	enter(s.customer.Page(1280, false), s.Link(1))
	t.Run("visitor", s.visit)
	t.Run("customer", s.customerPages)
	t.Run("desk", s.desk)
	t.Run("french", s.french)
	t.Run("keyboard", s.keyboard)
	t.Run("weight", s.weight)
}

// square gives every public page.
func (s sample) square(p *Page) []string {
	p.t.Helper()
	paths := []string{"", "/ideas", "/ideas?q=paper", "/ideas/new", "/roadmap", "/changes", "/people", "/tribune", "/tribes", "/boards", "/charter", "/charter/1",
		"/charter/overrides", "/purpose", "/clock", "/how-we-listen", "/signin"}
	for _, l := range []struct{ from, link string }{
		{"/ideas", ".idea h3 a"}, {"/changes", ".change h2 a"}, {"/people", "a[href^='/people/']"}, {"/tribune", "a[href^='/tribune/']:not([href$=write])"},
		{"/tribes", "a[href^='/tribes/']:not([href$=new])"}, {"/boards", "a[href^='/boards/']"}, {"/boards", "li:last-child a[href^='/boards/']"},
	} {
		from, link := l.from, l.link
		p.Go(s.URL + from)
		to := path(p, "main "+link)
		if to == "" {
			p.t.Fatalf("%s leads to none of its own", from)
		}
		paths = append(paths, to)
	}
	return paths
}

func (s sample) visit(t *testing.T) {
	b := *s.visitor
	b.t = t
	p := b.Page(1280, false)
	tour(t, &b, s.URL, "square", s.square(p))
	p.Expect("status 404 .*/nowhere")
	p.Go(s.URL + "/nowhere")
	look(p, "square-nowhere")
}

func (s sample) customerPages(t *testing.T) {
	b := *s.customer
	b.t = t
	p := b.Page(1280, false)
	p.Go(s.URL + "/me")
	paths := []string{"/me", "/me/settings", "/me/letters/new", "/me/leave", "/me/why", "/tribune/write", "/tribune/drafts", "/tribes/new"}
	if thread := path(p, ".me-thread a"); thread != "" {
		paths = append(paths, thread)
	}
	if idea := path(p, "#votes a[href^='/ideas/']"); idea != "" {
		paths = append(paths, idea)
	}
	tour(t, &b, s.URL, "customer", paths)
}

// deskPages gives every page of the desk.
func (s sample) deskPages(p *Page) []string {
	p.t.Helper()
	paths := []string{"/desk", "/desk/inbox", "/desk/inbox?state=answered", "/desk/radar", "/desk/radar/queries", "/desk/radar/queries/new", "/desk/radar/lists", "/desk/radar/lists/new", "/desk/radar/sources",
		"/desk/radar/import", "/desk/ideas", "/desk/voices", "/desk/calls", "/desk/calls/new", "/desk/releases", "/desk/releases/new", "/desk/people", "/desk/outbox",
		"/desk/settings", "/desk/settings/team", "/desk/settings/mail", "/desk/settings/rules", "/desk/settings/audit", "/desk/welcome",
		"/desk/tribes", "/desk/boards", "/desk/boards/new", "/desk/charter", "/desk/charter/purpose", "/desk/why", "/desk/why?sure=unknown", "/desk/why/tree", "/desk/why/unexplained",
		"/desk/why/import", "/desk/loop", "/desk/loop/heard", "/desk/loop/found"}
	for _, l := range []struct{ from, link string }{
		{"/desk/inbox", "a.thread"}, {"/desk/inbox?state=tell", "a.thread"}, {"/desk/radar", ".mention .actions a:has(+ details)"},
		{"/desk/radar", ".mention a[href$='/idea']"}, {"/desk/radar", ".mention a[href^='/desk/voices/add']"}, {"/desk/radar", ".mention b a"},
		{"/desk/radar/queries", ".query-row h2 a"}, {"/desk/radar/sources", ".sources a"}, {"/desk/ideas?sort=votes", ".work-idea h2 a"},
		{"/desk/why", ".why-name"}, {"/desk/why/tree", "main a[href^='/desk/why/tree/']"}, {"/desk/tribes", "main a[href^='/desk/tribes/']"}, {"/desk/boards", "main a[href^='/desk/boards/']:not([href$=new])"},
		{"/desk/releases", ".work-row h2 a"}, {"/desk/people", "main .rows a, main td a, main li a"}, {"/desk/outbox", ".outbox a"}, {"/desk/calls", "main a[href^='/desk/calls/']:not([href$=new])"},
	} {
		p.Go(s.URL + l.from)
		if to := path(p, l.link); to != "" {
			paths = append(paths, to)
		} else {
			p.t.Logf("%s has no %s", l.from, l.link)
		}
	}
	return paths
}

func (s sample) desk(t *testing.T) {
	b := *s.owner
	b.t = t
	p := b.Page(1280, false)
	p.Read(s.URL, "en")
	tour(t, &b, s.URL, "owner", s.deskPages(p))
}

// french reads every page in French, on a phone, where words are longest.
func (s sample) french(t *testing.T) {
	for _, who := range []struct {
		name  string
		b     Browser
		paths func(p *Page) []string
	}{{"visitor", *s.visitor, s.square}, {"owner", *s.owner, s.deskPages}} {
		who.b.t = t
		p := who.b.Page(390, false)
		paths := who.paths(p)
		p.Read(s.URL, "fr")
		for _, at := range paths {
			p.Go(s.URL + at)
			if got := Eval[string](p, "document.documentElement.lang"); got != "fr" {
				t.Errorf("%s is in %q", at, got)
			}
			inFrench(p)
			if too := p.tooWide(); too != "" {
				t.Errorf("%s: %s", at, too)
			}
			p.Keep("fr-" + who.name + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(at))
			Eval[bool](p, longFolds)
			if too := p.tooWide(); too != "" {
				t.Errorf("%s, with long words on what is folded: %s", at, too)
			}
		}
		p.Read(s.URL, "en")
	}
}

// longFolds gives all that is folded a long line to open it by.
const longFolds = `document.querySelectorAll('.fold > summary').forEach(s => {
	s.textContent = 'Ce que chaque requête permanente a trouvé pendant cette période, par langue, par pays et par humeur';
}) === undefined`

// focused tells what has the focus, and whether one sees that.
type focused struct {
	Name    string `json:"name"`
	Visible bool   `json:"visible"`
}

func focus(p *Page) focused {
	p.t.Helper()
	return Eval[focused](p, `(() => {
		const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
		return {
			name: e.outerHTML.slice(0, 120),
			visible: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth &&
				(s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1 || s.boxShadow !== 'none'),
		};
	})()`)
}

// keyboard goes through the desk without a mouse.
func (s sample) keyboard(t *testing.T) {
	b := *s.owner
	b.t = t
	p := b.Page(1280, false)
	p.Go(s.URL + "/desk/inbox")
	for _, at := range []string{path(p, "a.thread"), "/ideas", "/desk/ideas"} {
		p.Go(s.URL + at)
		for n := range 24 {
			press(p, "\t")
			f := focus(p)
			if n == 0 && !strings.Contains(f.Name, "skip") {
				t.Errorf("%s: the first stop is not the way to the content: %s", at, f.Name)
			}
			if !f.Visible {
				t.Errorf("%s: stop %d does not show that it has the focus: %s", at, n, f.Name)
			}
		}
		p.Go(s.URL + at)
		press(p, "\t")
		press(p, "\r")
		press(p, "\t")
		if !Eval[bool](p, "document.activeElement.closest('#main') != null") {
			t.Errorf("%s: the way to the content leads to %s", at, focus(p).Name)
		}
	}
	p.Go(s.URL + "/desk/inbox")
	p.Follow("a.thread")
	first := p.Location()
	arrive := func(key string, there func(at string) bool) string {
		t.Helper()
		press(p, key)
		for range 200 {
			if at := p.Location(); there(at) {
				return at
			}
			Eval[bool](p, "new Promise(done => setTimeout(() => done(true), 50))")
		}
		t.Fatalf("%s leads nowhere from %s", key, p.Location())
		return ""
	}
	second := arrive("j", func(at string) bool { return at != first })
	p.Wait("#reply")
	arrive("k", func(at string) bool { return at == first })
	p.Wait("#reply")
	press(p, "r")
	press(p, "j") // in the field it is a letter, not a key
	if got := Eval[string](p, "document.activeElement.value ?? ''"); !strings.HasSuffix(got, "j") || p.Location() != first {
		t.Errorf("r then j wrote %q at %s", got, p.Location())
	}
	p.Go(second)
	press(p, "?")
	p.Wait("dialog[open]")
	look(p, "keys")
	press(p, "\x1b")
	if Eval[bool](p, "document.querySelector('dialog').open") {
		t.Error("the keys do not close")
	}
}

// maxFirstVisit is what the first visit of the ideas may weigh, in bytes on
// the wire, headers and fonts included.
const maxFirstVisit = 120_000

// weight loads the ideas with nothing in the cache.
func (s sample) weight(t *testing.T) {
	b := *s.visitor
	b.t = t
	fresh := b.Another()
	var bytes, fonts atomic.Int64
	p := &Page{t: t, width: 390, requests: map[string]string{}}
	ctx, cancel := chromedp.NewContext(fresh.ctx, chromedp.WithListener(func(event any) {
		p.hear(event)
		if e, ok := event.(*network.EventLoadingFinished); ok {
			bytes.Add(int64(e.EncodedDataLength))
			if strings.Contains(p.requests[string(e.RequestID)], ".woff2") {
				fonts.Add(1)
			}
		}
	}))
	t.Cleanup(cancel)
	p.ctx = ctx
	p.do("open a page", p.emulate(false))
	p.Go(s.URL + "/ideas")
	Eval[bool](p, "document.fonts.ready.then(() => new Promise(done => setTimeout(() => done(true), 1000)))")
	p.Settle()
	t.Logf("the first visit of the ideas: %d bytes, %d fonts", bytes.Load(), fonts.Load())
	if bytes.Load() > maxFirstVisit {
		t.Errorf("the first visit of the ideas weighs %d bytes, want at most %d", bytes.Load(), maxFirstVisit)
	}
	if bytes.Load() < 20_000 || fonts.Load() == 0 {
		t.Errorf("%d bytes with %d fonts: that cannot be all of it", bytes.Load(), fonts.Load())
	}
}
