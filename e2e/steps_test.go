package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// enter uses a one-time link: the page that asks, then its button.
func enter(p *Page, link string) {
	p.t.Helper()
	p.Go(link)
	p.Follow("main form button[type=submit]")
}

// fill types into a field in place of what it holds.
func fill(p *Page, selector, text string) {
	p.t.Helper()
	p.do("clear "+selector, chromedp.Clear(chromedp.CSS(selector), chromedp.NodeVisible))
	p.Type(selector, text)
}

// choose gives a select one of its values, and fails if it has no such value.
func choose(p *Page, selector, value string) {
	p.t.Helper()
	p.Set(selector, value)
	if got := Eval[string](p, "document.querySelector("+quote(selector)+").value"); got != value {
		p.t.Fatalf("%s has no choice %q", selector, value)
	}
}

// unfold opens the closed part of the page that holds the element.
func unfold(p *Page, selector string) {
	p.t.Helper()
	Eval[bool](p, "(() => { const d = document.querySelector("+quote(selector)+").closest('details'); if (!d.open) d.querySelector('summary').click(); return d.open })()")
	p.Wait(selector)
}

// path gives the path of the first link that the selector finds.
func path(p *Page, selector string) string {
	p.t.Helper()
	return Eval[string](p, "document.querySelector("+quote(selector)+")?.getAttribute('href') ?? ''")
}

// press presses a key, where the focus is.
func press(p *Page, key string) {
	p.t.Helper()
	p.do("press "+key, chromedp.KeyEvent(key))
}

// until loads an address again and again until an expression is true there:
// what it waits for happens in the program, not on the page.
func until(p *Page, address, expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		p.Go(address)
		if Eval[bool](p, expression) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s never became true of %s: %s", expression, address, p.Text("main"))
		}
	}
}

// says fails unless the page's content has all these texts in it.
func says(p *Page, texts ...string) {
	p.t.Helper()
	content := Eval[string](p, "document.querySelector('main').innerText")
	for _, text := range texts {
		if !strings.Contains(content, text) {
			p.t.Errorf("%s does not say %q:\n%s", p.where(), text, content)
		}
	}
}

// look is the check of a page at rest: axe, its width, its language; and a
// picture, if pictures are kept.
func look(p *Page, name string) {
	p.t.Helper()
	p.Keep(name)
	p.Check()
	inFrame(p)
	if Eval[string](p, "document.documentElement.lang") == "fr" {
		inFrench(p)
	}
}

// inFrame fails unless the navigation is one row with the current entry in
// sight, and the page begins where every page of the square does: the front
// page alone, and what was just done, take more room.
func inFrame(p *Page) {
	p.t.Helper()
	for _, wrong := range Eval[[]string](p, `(() => {
		const wrong = [], row = document.querySelector('.bar nav, .rail-in'), main = document.querySelector('main.wrap');
		if (row && getComputedStyle(row).display === 'flex') {
			const entries = [...row.querySelectorAll(':scope > a')].map(a => a.getBoundingClientRect()).filter(r => r.width);
			if (entries.some(r => r.top >= entries[0].bottom)) wrong.push('the navigation breaks into rows');
			const here = row.querySelector('[aria-current]')?.getBoundingClientRect(), seen = row.getBoundingClientRect();
			if (here && (here.left < seen.left - 1 || here.right > seen.right + 1)) wrong.push('where one is cannot be seen in the navigation');
		}
		const first = main?.firstElementChild;
		if (first && !first.matches('.front, .flash')) {
			const s = getComputedStyle(first), top = first.getBoundingClientRect().top - main.getBoundingClientRect().top;
			if (s.paddingTop !== '0px' || Math.abs(top - 36) > 1) wrong.push('it begins at ' + top + ' + ' + s.paddingTop + ', not at 36px');
		}
		return wrong;
	})()`) {
		p.t.Errorf("%s at %d pixels: %s", p.where(), p.width, wrong)
	}
}

// english is every text of the program that has another text in French.
var english = sync.OnceValues(func() ([]string, error) {
	files, err := filepath.Glob("../web/*/fr.json")
	if err != nil {
		return nil, err
	}
	texts, french := map[string]bool{}, map[string]bool{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var words map[string]any
		if err := json.Unmarshal(data, &words); err != nil {
			return nil, err
		}
		for en, fr := range words {
			if s, ok := fr.(string); ok {
				french[s] = true
				texts[en] = s != en
			}
		}
	}
	var all []string
	for s, differs := range texts {
		if differs && !french[s] && !strings.Contains(s, "{") {
			all = append(all, s)
		}
	}
	return all, nil
})

// inFrench fails if a page in French shows a text of the program in English.
func inFrench(p *Page) {
	p.t.Helper()
	texts, err := english()
	if err != nil {
		p.t.Fatal(err)
	}
	list, err := json.Marshal(texts)
	if err != nil {
		p.t.Fatal(err)
	}
	left := Eval[[]string](p, `(() => {
		const english = new Set(`+string(list)+`), found = [document.title.split(', ')[0]];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n; n = walk.nextNode()) {
			const e = n.nodeType === 3 ? n.parentElement : n;
			if (e.closest('[lang]').lang !== 'fr' || e.closest('code')) continue; // names of columns are no words
			if (n.nodeType === 3) found.push(n.data.trim());
			else for (const a of ['aria-label', 'placeholder', 'title', 'alt']) if (e.hasAttribute(a)) found.push(e.getAttribute(a));
		}
		return found.filter(s => english.has(s));
	})()`)
	for _, s := range left {
		p.t.Errorf("%s, in French, says %q", p.where(), s)
	}
}

// bothLights looks at a page as it stands, by day and by night.
func bothLights(p *Page, name string) {
	p.t.Helper()
	look(p, name+"-light")
	p.do("turn dark", p.emulate(true))
	p.Keep(name + "-dark")
	p.CheckColours()
	p.do("turn light", p.emulate(false))
}

// tour looks at every path at both widths, by day and by night, with the
// cookies of b.
func tour(t *testing.T, b *Browser, address, name string, paths []string) {
	t.Helper()
	for _, width := range []int{1280, 390} {
		size := map[int]string{1280: "wide", 390: "phone"}[width]
		p := b.Page(width, false)
		for _, at := range paths {
			p.Go(address + at)
			bothLights(p, name+strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(strings.TrimSuffix(at, "/"))+"-"+size)
		}
	}
}
