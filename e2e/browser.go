package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tribune/internal/pgtest"
)

// Browser is one person's Chromium: a fresh profile, whose pages share cookies.
type Browser struct {
	t   testing.TB
	ctx context.Context // its pages are made under it
}

// Open starts Chromium with a fresh profile. It ends, and its profile goes,
// when the test does. Without Chromium on the machine the test is skipped, or
// fails as pgtest.Missing says.
func Open(t testing.TB) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("journeys run without -short")
	}
	path := chromium()
	if path == "" {
		pgtest.Missing(t, "Chromium or Chrome; on Debian: apt-get install chromium; its path may be given in TRIBUNE_CHROMIUM")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("no-sandbox", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en"),
		chromedp.Env("LANGUAGE=en", "LANG=C.UTF-8", "TZ=UTC"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{t: t, ctx: ctx}
}

// Another gives a second person: the same Chromium, other cookies.
func (b *Browser) Another() *Browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatal(err)
	}
	return &Browser{t: b.t, ctx: ctx}
}

// Page opens a tab of that width, light or dark, with less motion asked for, so
// that pictures and axe see pages at rest. Under 600 pixels it is a phone: it
// has touch, and keeps to the page's viewport. When the test ends, it fails for
// every problem that the page met.
func (b *Browser) Page(width int, dark bool) *Page {
	b.t.Helper()
	p := &Page{t: b.t, width: width, requests: map[string]string{}}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithListener(p.hear))
	p.ctx = ctx
	b.t.Cleanup(func() {
		p.Settle()
		cancel()
	})
	p.do("open a page", p.emulate(dark))
	return p
}

// chromium finds the browser: TRIBUNE_CHROMIUM, then the usual names.
func chromium() string {
	if path := os.Getenv("TRIBUNE_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// patience is how long one step of a journey may take. Under the race detector
// on two busy cores a page takes seconds.
const patience = 30 * time.Second
