package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Page is one tab. Its steps fail the test when they cannot be done within
// half a minute. It is for one goroutine.
type Page struct {
	t     testing.TB
	ctx   context.Context
	width int
	problems
	requests map[string]string // address by request, for what failed; only hear uses it
}

// emulate sets the size and the media that Page promises.
func (p *Page) emulate(dark bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		height, options := int64(900), []chromedp.EmulateViewportOption{}
		if p.width < 600 {
			height, options = 844, append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
		}
		if _, err := chromedp.EmulateViewport(int64(p.width), height, options...)(ctx, t); err != nil {
			return err
		}
		scheme := "light"
		if dark {
			scheme = "dark"
		}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// do runs actions within patience.
func (p *Page) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	// The first run binds the tab's life to its context: it gets no deadline.
	if chromedp.FromContext(p.ctx).Target == nil {
		if err := chromedp.Do(p.ctx); err != nil {
			p.t.Fatalf("%s: %v", what, err)
		}
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%s (on %s): %v\n%s", what, p.where(), err, p.list())
	}
}

// value runs an action that gives a value, within patience.
func value[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s (on %s): %v\n%s", what, p.where(), err, p.list())
	}
	return v
}

// where is the page's address for a message; it does not fail.
func (p *Page) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	address, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page"
	}
	return address
}

// Go opens an address and waits until it has loaded.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.do("open "+address, chromedp.Navigate(address))
}

// Read makes the site's pages be in a language, by the button at their foot.
func (p *Page) Read(site, lang string) {
	p.t.Helper()
	p.Go(site + "/ideas")
	if Eval[string](p, "document.documentElement.lang") != lang {
		p.Follow(".foot-languages button")
	}
}

// Click waits until the first element that the CSS selector finds is visible,
// and clicks it.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Follow clicks, and waits until the page that the click leads to has loaded.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)); err != nil {
		p.t.Fatalf("follow %s (on %s): %v\n%s", selector, p.where(), err, p.list())
	}
}

// Type types into the first field that the CSS selector finds.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// Set gives a field or a select its value, as if chosen at once.
func (p *Page) Set(selector, text string) {
	p.t.Helper()
	p.do("set "+selector, chromedp.SetValue(chromedp.CSS(selector), text))
}

// Wait waits until the first element that the CSS selector finds is visible.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitText waits until the element's text has that in it.
func (p *Page) WaitText(selector, text string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		got := Eval[string](p, "(document.querySelector("+quote(selector)+")?.innerText ?? '')")
		if strings.Contains(got, text) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s on %s never said %q; it says %q", selector, p.where(), text, got)
		}
	}
}

// Text gives the visible text of the first element that the CSS selector finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return value(p, "read "+selector, chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Title gives the document's title.
func (p *Page) Title() string {
	p.t.Helper()
	return value(p, "read the title", chromedp.Title())
}

// Location gives the address that the page is at.
func (p *Page) Location() string {
	p.t.Helper()
	return value(p, "read the address", chromedp.Location())
}

// Eval gives the value of a JavaScript expression, awaited if it is a promise.
// The page's content security policy does not stand in its way.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return value(p, "evaluate "+firstLine(expression), chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Shot writes a picture of the whole page, as PNG, to a file; its folder is
// made if need be.
func (p *Page) Shot(path string) {
	p.t.Helper()
	picture := value(p, "take a picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Keep takes a picture called name into the folder that TRIBUNE_SHOTS names, to
// be looked at by a person; without one it does nothing.
func (p *Page) Keep(name string) {
	p.t.Helper()
	if folder := os.Getenv("TRIBUNE_SHOTS"); folder != "" {
		p.Shot(filepath.Join(folder, name+".png"))
	}
}

// Expect announces a problem that the journey causes on purpose, such as
// `status 404 .*/ideas/9$`; the pattern is matched against the whole line that
// would otherwise fail the test. It counts for the page's whole life.
func (p *Page) Expect(pattern string) {
	p.t.Helper()
	re, err := regexp.Compile(pattern)
	if err != nil {
		p.t.Fatal(err)
	}
	p.allow(re)
}

// Settle fails the test for every problem met so far, and forgets them.
func (p *Page) Settle() {
	p.t.Helper()
	for _, line := range p.take() {
		p.t.Errorf("%d pixels: %s", p.width, line)
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	if len(line) > 80 {
		line = line[:80] + "..."
	}
	return line
}
