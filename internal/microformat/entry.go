package microformat

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tribune/internal/plain"
)

// deepest is how many elements within each other are looked into.
const deepest = 200

// Entry is what a page says: its first h-entry.
type Entry struct {
	Found     bool // the page has an h-entry
	Author    Card
	Title     string // p-name
	Text      string // e-content or p-summary, plain
	Published time.Time
	URL       string
	ReplyTo   []string
	LikeOf    []string
	RepostOf  []string
}

// Card is who wrote it: h-card.
type Card struct {
	Name string
	URL  string
}

// Page is a page that was read.
type Page struct {
	Entry Entry
	Title string   // of the page
	Links []string // what a reader can follow or see: of a, area, img, video, audio, source
	Tags  []string // values of its meta robots and meta tribune
}

// Read reads a page that stands at an address.
func Read(body string, at *url.URL) Page {
	doc, err := html.Parse(strings.NewReader(strings.ToValidUTF8(body, "\uFFFD")))
	if err != nil {
		return Page{}
	}
	r := reader{at: at}
	r.walk(doc, 0)
	e := &r.page.Entry
	if r.entry != nil {
		e.Found = true
		r.properties(r.entry, e, 0)
		if e.Author.Name == "" && r.card != nil {
			e.Author = r.readCard(r.card)
		}
	}
	r.page.Title = plain.Line(r.title)
	return r.page
}

type reader struct {
	at          *url.URL
	page        Page
	title       string
	entry, card *html.Node
}

// walk finds links, the first h-entry, and an h-card outside of it, which
// stands for the author where the entry names none.
func (r *reader) walk(n *html.Node, depth int) {
	if depth > deepest {
		return
	}
	if n.Type == html.ElementNode {
		switch n.DataAtom {
		case atom.Base:
			if to, err := r.at.Parse(attr(n, "href")); err == nil && to.Host != "" {
				r.at = to
			}
		case atom.Title:
			if r.title == "" {
				r.title = text(n)
			}
		case atom.Meta:
			if name := strings.ToLower(attr(n, "name")); name == "robots" || name == "tribune" {
				r.page.Tags = append(r.page.Tags, attr(n, "content"))
			}
		case atom.Template: // is not shown
			return
		case atom.A, atom.Area, atom.Img, atom.Video, atom.Audio, atom.Source:
			if to := r.address(first(attr(n, "href"), attr(n, "src"))); to != "" {
				r.page.Links = append(r.page.Links, to)
			}
		}
		switch {
		case r.entry == nil && has(n, "h-entry"):
			r.entry = n
		case r.card == nil && has(n, "h-card"):
			r.card = n
		}
	}
	for c := range n.ChildNodes() {
		r.walk(c, depth+1)
	}
}

// properties fills an entry with what stands in n, but not within another
// thing of its own (an entry that is quoted, or answered).
func (r *reader) properties(n *html.Node, e *Entry, depth int) {
	if depth > deepest {
		return
	}
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode {
			continue
		}
		r.property(c, e)
		if !isRoot(c) && !has(c, "e-content") {
			r.properties(c, e, depth+1)
		}
	}
}

func (r *reader) property(n *html.Node, e *Entry) {
	if has(n, "p-author") && e.Author.Name == "" {
		e.Author = r.readCard(n)
	}
	if has(n, "p-name") && e.Title == "" && !isRoot(n) {
		e.Title = plain.Line(value(n))
	}
	if has(n, "e-content") || has(n, "p-content") || e.Text == "" && has(n, "p-summary") {
		e.Text = words(n)
	}
	if has(n, "dt-published") && e.Published.IsZero() {
		e.Published = date(first(attr(n, "datetime"), attr(n, "title"), attr(n, "value"), text(n)))
	}
	if has(n, "u-url") && e.URL == "" {
		e.URL = r.link(n)
	}
	for class, into := range map[string]*[]string{"u-in-reply-to": &e.ReplyTo, "u-like-of": &e.LikeOf, "u-repost-of": &e.RepostOf} {
		if has(n, class) {
			if to := r.link(n); to != "" && !slices.Contains(*into, to) {
				*into = append(*into, to)
			}
		}
	}
}

// readCard reads who somebody is: an h-card, or an author in plain words.
func (r *reader) readCard(n *html.Node) (c Card) {
	named, linked := find(n, "p-name", 0), find(n, "u-url", 0)
	if named != nil {
		c.Name = plain.Line(value(named))
	} else {
		c.Name = plain.Line(value(n))
	}
	if linked == nil {
		linked = n
	}
	c.URL = r.link(linked)
	return c
}

// link gives where an element points: itself, or for a thing quoted (h-cite) its
// u-url or first link.
func (r *reader) link(n *html.Node) string {
	for _, key := range []string{"href", "src", "value"} {
		if to := r.address(attr(n, key)); to != "" {
			return to
		}
	}
	if in := find(n, "u-url", 0); in != nil {
		return r.address(attr(in, "href"))
	}
	if said := strings.TrimSpace(text(n)); !isRoot(n) && (strings.HasPrefix(said, "https://") || strings.HasPrefix(said, "http://")) {
		return r.address(said)
	}
	return ""
}

// address makes an address of the web absolute; anything else is "".
func (r *reader) address(s string) string {
	if s = strings.TrimSpace(s); s == "" || len(s) > 4096 {
		return ""
	}
	to, err := r.at.Parse(s)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Hostname() == "" || to.User != nil {
		return ""
	}
	return to.String()
}

// find gives the first element within n, or n itself, that has a class.
func find(n *html.Node, class string, depth int) *html.Node {
	if n.Type == html.ElementNode && has(n, class) {
		return n
	}
	if depth > deepest {
		return nil
	}
	for c := range n.ChildNodes() {
		if in := find(c, class, depth+1); in != nil {
			return in
		}
	}
	return nil
}

func has(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

// isRoot reports whether an element begins a thing of its own: h-cite, h-card.
func isRoot(n *html.Node) bool {
	return slices.ContainsFunc(strings.Fields(attr(n, "class")), func(c string) bool {
		name, ok := strings.CutPrefix(c, "h-")
		return ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	})
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// value is what an element says as a p- property.
func value(n *html.Node) string {
	switch n.DataAtom {
	case atom.Abbr, atom.Link:
		return first(attr(n, "title"), text(n))
	case atom.Data, atom.Input:
		return first(attr(n, "value"), text(n))
	case atom.Img, atom.Area:
		return attr(n, "alt")
	}
	return text(n)
}

// words is the text of an element as a reader of the page sees it.
func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if html.Render(&b, c) != nil { // too broken to be written anew
			return plain.FromText(text(n))
		}
	}
	return plain.FromHTML(b.String())
}

func text(n *html.Node) string {
	var b strings.Builder
	gather(n, &b, 0)
	return b.String()
}

func gather(n *html.Node, b *strings.Builder, depth int) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
	case depth > deepest, n.DataAtom == atom.Script, n.DataAtom == atom.Style, n.DataAtom == atom.Template:
		return
	}
	for c := range n.ChildNodes() {
		gather(c, b, depth+1)
	}
}

// date reads what microformats2 takes for a date and time, zoned or in UTC.
func date(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
