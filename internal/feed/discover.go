package feed

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"tribune/internal/fault"
	"tribune/internal/plain"
)

// Link is a feed that a page names. Type is its media type, empty if the page
// does not say.
type Link struct {
	URL   string
	Title string
	Type  string
}

const maxLinks = 50

// Discover finds the feeds that an HTML page names: those that its head
// declares, plain JSON last since it is most often something else; and if there
// are none, the links whose address looks like a feed's. base is the address of
// the page. Every URL is absolute, http or https, and given once.
func Discover(body []byte, base *url.URL) []Link {
	if enc, name, _ := charset.DetermineEncoding(body, "text/html"); name != "utf-8" {
		if out, err := enc.NewDecoder().Bytes(body); err == nil {
			body = out
		}
	}
	f := finder{base: base}
	z := html.NewTokenizer(bytes.NewReader(repair(body)))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return f.links()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if tag := atom.Lookup(name); more && (tag == atom.Base || tag == atom.Link || tag == atom.A) {
				f.take(tag, attributes(z))
			}
		}
	}
}

func attributes(z *html.Tokenizer) map[string]string {
	out := map[string]string{}
	for more := true; more && len(out) < 32; {
		var key, val []byte
		key, val, more = z.TagAttr()
		if _, twice := out[string(key)]; !twice {
			out[string(key)] = string(val)
		}
	}
	return out
}

type finder struct {
	base                 *url.URL
	based                bool
	feeds, json, guesses []Link
}

func (f *finder) take(tag atom.Atom, attr map[string]string) {
	switch tag {
	case atom.Base:
		if at, err := url.Parse(absolute(f.base, attr["href"])); err == nil && at.Host != "" && !f.based {
			f.base, f.based = at, true // only the first counts (HTML, section 4.2.3)
		}
	case atom.Link:
		f.declared(attr)
	case atom.A:
		if at, err := url.Parse(attr["href"]); err == nil {
			if kind, ok := looksLikeFeed(at.Path); ok {
				f.guesses = f.with(f.guesses, attr, kind)
			}
		}
	}
}

func (f *finder) declared(attr map[string]string) {
	rel := strings.Fields(strings.ToLower(attr["rel"]))
	if !slices.Contains(rel, "alternate") || slices.Contains(rel, "stylesheet") {
		return
	}
	kind, _, err := mime.ParseMediaType(attr["type"])
	if err != nil {
		return
	}
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml":
		f.feeds = f.with(f.feeds, attr, kind)
	case "application/json":
		// WordPress declares its programming interface in the same way.
		if !strings.Contains(attr["href"], "/wp-json/") && !strings.Contains(attr["href"], "oembed") {
			f.json = f.with(f.json, attr, kind)
		}
	}
}

func (f *finder) with(list []Link, attr map[string]string, kind string) []Link {
	at := absolute(f.base, attr["href"])
	if at == "" || len(list) >= maxLinks {
		return list
	}
	return append(list, Link{URL: at, Title: plain.Clip(plain.Line(attr["title"]), maxTitle), Type: kind})
}

func (f *finder) links() []Link {
	all := append(f.feeds, f.json...)
	if len(all) == 0 {
		all = f.guesses
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(l Link) bool {
		twice := seen[l.URL]
		seen[l.URL] = true
		return twice
	})
}

func looksLikeFeed(p string) (kind string, ok bool) {
	p = strings.ToLower(strings.TrimSuffix(p, "/"))
	switch path.Ext(p) {
	case ".rss":
		return "application/rss+xml", true
	case ".atom":
		return "application/atom+xml", true
	}
	switch path.Base(p) {
	case "rss.xml":
		return "application/rss+xml", true
	case "atom.xml":
		return "application/atom+xml", true
	case "feed.json":
		return "application/feed+json", true
	case "feed.xml", "feed", "rss":
		return "", true
	}
	return "", false
}

// explainOther says what a document is that has no feed in it; body is the
// document as it came, data as UTF-8.
func explainOther(root string, body, data []byte, contentType string, base *url.URL) error {
	if len(data) == 0 {
		return fault.New(fault.Invalid, "The answer is empty. Check that the address is the feed’s own.")
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	sniffed, _, _ := mime.ParseMediaType(http.DetectContentType(body))
	var links []Link
	if data[0] == '<' {
		links = Discover(body, base)
	}
	switch {
	case root == "html" || sniffed == "text/html" || kind == "text/html" || len(links) > 0:
		if len(links) > 0 {
			return fault.New(fault.Invalid, "This page is HTML, not a feed, but it names one. Give the address {url}.", "url", links[0].URL)
		}
		return fault.New(fault.Invalid, "This page is HTML, not a feed, and names no feed. Give the address of an RSS, Atom or JSON feed.")
	case data[0] == '{' || data[0] == '[':
		return fault.New(fault.Invalid, "This is JSON, but not a JSON Feed. Give the address of an RSS, Atom or JSON feed.")
	case root != "":
		return fault.New(fault.Invalid, "This is XML that begins with {element}, not a feed. Give the address of an RSS, Atom or JSON feed.",
			"element", plain.Clip(plain.Line(root), 40))
	case sniffed != "text/plain" && sniffed != "text/xml":
		return fault.New(fault.Invalid, "This is a file of the type {type}, not a feed. Give the address of an RSS, Atom or JSON feed.", "type", sniffed)
	}
	return fault.New(fault.Invalid, "This is text, not a feed. Give the address of an RSS, Atom or JSON feed.")
}
