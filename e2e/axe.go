package e2e

import (
	_ "embed" // axe's source
	"encoding/json"
	"fmt"
	"strings"
)

// axeSource is axe-core 4.14.1 as published (MPL-2.0, testdata/axe.LICENSE.txt).
//
//go:embed testdata/axe.min.js
var axeSource string

// violation is one rule of axe that a page breaks.
type violation struct {
	ID      string `json:"id"`
	Impact  string `json:"impact"`
	Help    string `json:"help"`
	HelpURL string `json:"helpUrl"`
	Nodes   []struct {
		HTML           string            `json:"html"`
		Target         []json.RawMessage `json:"target"`
		FailureSummary string            `json:"failureSummary"`
	} `json:"nodes"`
}

// Check holds the page, as it stands, to what every page must be: no
// accessibility violation by any of axe's default rules, and nothing that makes
// it scroll sideways.
func (p *Page) Check() {
	p.t.Helper()
	for _, v := range p.violations() {
		p.t.Errorf("%s, %d pixels: %s", p.where(), p.width, v)
	}
	if too := p.tooWide(); too != "" {
		p.t.Errorf("%s: %s", p.where(), too)
	}
}

// CheckColours is Check for a page that was checked in the other light: only
// what colours can break.
func (p *Page) CheckColours() {
	p.t.Helper()
	for _, v := range p.violations("color-contrast", "link-in-text-block") {
		p.t.Errorf("%s, %d pixels, in the other light: %s", p.where(), p.width, v)
	}
}

// violations runs axe, after putting it into the page if it is not there: those
// rules, or all of them.
func (p *Page) violations(rules ...string) []violation {
	p.t.Helper()
	options := "{resultTypes: ['violations']}"
	if len(rules) > 0 {
		options = "{resultTypes: ['violations'], runOnly: ['" + strings.Join(rules, "', '") + "']}"
	}
	if Eval[bool](p, "typeof axe === 'undefined'") {
		Eval[bool](p, axeSource+"\n;true")
	}
	return Eval[[]violation](p, "axe.run(document, "+options+").then(r => r.violations)")
}

// tooWide says what makes the page scroll sideways, empty if nothing does.
func (p *Page) tooWide() string {
	p.t.Helper()
	wide := Eval[int](p, "document.documentElement.scrollWidth")
	if wide <= p.width {
		return ""
	}
	return fmt.Sprintf("%d pixels wide on a screen of %d: %s", wide, p.width, Eval[string](p, widest))
}

// widest names the elements that stick out to the right, at most five.
const widest = `[...document.querySelectorAll('body *')]
	.filter(e => e.getBoundingClientRect().right > screen.width + 1)
	.slice(0, 5).map(e => e.outerHTML.slice(0, 100)).join(' | ')`

// String tells a violation so that it can be mended.
func (v violation) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "axe %s (%s): %s\n  %s", v.ID, v.Impact, v.Help, v.HelpURL)
	for i, n := range v.Nodes {
		if i == 5 {
			fmt.Fprintf(&s, "\n  and %d more", len(v.Nodes)-i)
			break
		}
		target, err := json.Marshal(n.Target)
		if err != nil {
			target = []byte("?")
		}
		fmt.Fprintf(&s, "\n  %s %s\n    %s", target, firstLine(n.HTML), strings.ReplaceAll(n.FailureSummary, "\n", "\n    "))
	}
	return s.String()
}

// quote writes a string as JavaScript does.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
