package plain

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FromHTML gives the text of an HTML fragment or document. Scripts, styles and
// whatever else holds no words for a reader go with their content, entities are
// decoded, white space is folded. A line break or a block ends the line, a
// paragraph is set off by one empty line. The text of a picture is kept only
// when it is a sign without letters, as in pictures of emoji.
//
// Broken markup is read as far as it goes; text that only looks like a tag
// ("a <3 b") stays.
func FromHTML(s string) string {
	w := writer{}
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(s, "\uFFFD")))
	r := reader{out: &w}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return w.String()
		}
		r.take(kind, z)
	}
}

// reader follows the tokens of one document. skip names the element whose
// content is being dropped, depth how often it is open within itself.
type reader struct {
	out   *writer
	skip  atom.Atom
	depth int
	pre   int
}

func (r *reader) take(kind html.TokenType, z *html.Tokenizer) {
	switch kind {
	case html.TextToken:
		if r.skip == 0 {
			r.out.text(string(z.Text()), r.pre > 0)
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		name, attrs := z.TagName()
		r.open(atom.Lookup(name), attrs, z, kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		name, _ := z.TagName()
		r.close(atom.Lookup(name))
	}
}

func (r *reader) open(tag atom.Atom, attrs bool, z *html.Tokenizer, closed bool) {
	if r.skip != 0 {
		if tag == r.skip && !closed {
			r.depth++
		}
		return
	}
	if wordless(tag) {
		if !closed {
			r.skip, r.depth = tag, 1
		}
		return
	}
	switch {
	case tag == atom.Br:
		r.out.line()
	case tag == atom.Img && attrs:
		r.out.text(sign(z), false)
	case tag == atom.Td || tag == atom.Th:
		r.out.text(" ", false)
	default:
		r.edge(tag)
		if tag == atom.Pre {
			r.pre++
		}
	}
}

func (r *reader) close(tag atom.Atom) {
	if r.skip != 0 {
		if tag == r.skip {
			if r.depth--; r.depth == 0 {
				r.skip = 0
			}
		}
		return
	}
	r.edge(tag)
	if tag == atom.Pre && r.pre > 0 {
		r.pre--
	}
}

// edge breaks the line at the start or the end of a block.
func (r *reader) edge(tag atom.Atom) {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre,
		atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Hr, atom.Figure:
		r.out.atLeast(2)
	case atom.Div, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Caption, atom.Section, atom.Article, atom.Aside,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Address, atom.Figcaption, atom.Details,
		atom.Summary, atom.Fieldset, atom.Legend, atom.Form, atom.Title, atom.Body, atom.Center, atom.Option:
		r.out.atLeast(1)
	}
}

// wordless reports whether an element's content is nothing that a reader of
// the page sees as words.
func wordless(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes,
		atom.Svg, atom.Canvas, atom.Audio, atom.Video, atom.Applet:
		return true
	}
	return false
}

// sign gives the alternative text of an image if it is a sign such as an
// emoji, and nothing if it is a description: the writer did not say that.
func sign(z *html.Tokenizer) string {
	const longest = 32 // bytes; a family emoji with joiners has 25
	for more := true; more; {
		var key, val []byte
		key, val, more = z.TagAttr()
		if string(key) == "alt" && len(val) <= longest && !hasLetter(string(val)) {
			return string(val)
		}
	}
	return ""
}
