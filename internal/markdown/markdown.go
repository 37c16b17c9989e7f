// Package markdown turns what people write into HTML that is safe to show, and
// into plain text for mails, feeds and excerpts.
//
// It reads CommonMark with bare addresses as links and every line break kept.
// HTML in a text is shown as it was typed, never obeyed. A picture becomes its
// alternative text, so that no page asks a third party for anything. Headings
// begin at h4, under the headings of the page. Two filters stand in a row: what
// is rendered here, and an allow-list over the result that would hold even if
// the first one erred.
package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// linkRel keeps search engines from rewarding what visitors link to, and the
// linked page from reaching back into ours.
const linkRel = "nofollow noopener ugc"

// Renderer renders Markdown and remembers what it rendered of late. It may be
// used by any number of goroutines.
type Renderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
	memory   memory
}

// New builds a renderer; one is enough for a program.
func New() *Renderer {
	return &Renderer{
		markdown: goldmark.New(
			goldmark.WithParser(newParser()),
			goldmark.WithRendererOptions(html.WithHardWraps()),
			// After the parser, because it adds to the parser given.
			goldmark.WithExtensions(extension.NewLinkify(
				extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
			)),
		),
		policy: newPolicy(),
	}
}

// newParser is CommonMark without its two readers of HTML, so that "<b>" is
// three characters of text and nothing that somebody typed disappears.
func newParser() parser.Parser {
	var blocks, inlines []util.PrioritizedValue
	for _, v := range parser.DefaultBlockParsers() {
		if v.Value != parser.NewHTMLBlockParser() {
			blocks = append(blocks, v)
		}
	}
	for _, v := range parser.DefaultInlineParsers() {
		if v.Value != parser.NewRawHTMLParser() {
			inlines = append(inlines, v)
		}
	}
	return parser.NewParser(
		parser.WithBlockParsers(blocks...),
		parser.WithInlineParsers(inlines...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithASTTransformers(util.Prioritized(tamer{}, 1000)),
	)
}

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h4", "h5", "h6")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + linkRel + "$")).OnElements("a")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("dir").Matching(regexp.MustCompile("^auto$")).Globally()
	p.AllowStandardURLs()
	return p
}

// HTML renders src. The result needs no further escaping.
func (r *Renderer) HTML(src string) string {
	return r.memory.get(src, -1, func() string { return r.html(src) })
}

func (r *Renderer) html(src string) string {
	var out bytes.Buffer
	// Convert fails only if the writer does, and a buffer does not.
	_ = r.markdown.Convert([]byte(shallow(strings.ToValidUTF8(src, "\ufffd"))), &out)
	return r.policy.SanitizeReader(&out).String()
}

// tamer changes the parsed text before it is rendered: pictures become words,
// headings go down, links and blocks get their attributes.
type tamer struct{}

// Transform does what tamer is for.
func (tamer) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var pictures []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			pictures = append(pictures, n)
		case *ast.Heading:
			n.Level = min(n.Level+3, 6)
			n.SetAttributeString("dir", []byte("auto"))
		case *ast.Paragraph, *ast.ListItem, *ast.Blockquote, *ast.List:
			n.SetAttributeString("dir", []byte("auto"))
		case *ast.Link, *ast.AutoLink:
			n.SetAttributeString("rel", []byte(linkRel))
		}
		return ast.WalkContinue, nil
	})
	for _, picture := range pictures {
		parent := picture.Parent()
		for child := picture.FirstChild(); child != nil; child = picture.FirstChild() {
			parent.InsertBefore(parent, picture, child)
		}
		parent.RemoveChild(parent, picture)
	}
}
