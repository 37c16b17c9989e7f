package markdown

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// deepest is how many levels of quotes or lists plain text still indents. More
// would let a line of ">" grow into megabytes.
const deepest = 6

// Text renders src as plain text: no markup, a blank line between blocks, "-"
// and numbers before list items, ">" before quotes, and after a link's words
// its address.
func (r *Renderer) Text(src string) string {
	return r.plain(src, &plainWriter{addresses: true})
}

// Excerpt renders the beginning of src as one line of at most so many runes,
// cut between words where that is possible and then ended with "…".
func (r *Renderer) Excerpt(src string, runes int) string {
	runes = max(runes, 0)
	return r.memory.get(src, runes, func() string { return r.excerpt(src, runes) })
}

func (r *Renderer) excerpt(src string, runes int) string {
	line := strings.Join(strings.Fields(r.plain(src, &plainWriter{bare: true})), " ")
	if utf8.RuneCountInString(line) <= runes {
		return line
	}
	if runes < 1 {
		return ""
	}
	cut, n := 0, 0
	for i := range line {
		if n++; n == runes { // the last rune is for the ellipsis
			cut = i
			break
		}
	}
	head := line[:cut]
	if space := strings.LastIndexByte(head, ' '); space > len(head)/2 && line[cut] != ' ' {
		head = head[:space]
	}
	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// plain reads the rendered HTML rather than the Markdown, so that both say the
// same: entities decoded, escapes gone, pictures dropped.
func (r *Renderer) plain(src string, w *plainWriter) string {
	z := html.NewTokenizer(strings.NewReader(r.html(src)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.b.String()
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z.Token())
		case html.EndTagToken:
			w.end(z.Token().DataAtom)
		}
	}
}

// plainWriter lays out the blocks of a text.
type plainWriter struct {
	addresses bool // write the addresses of links
	bare      bool // write words only: no bullets, no ">"

	b       strings.Builder
	gap     int    // line ends to write before the next word
	bullet  string // to write before the next word
	quotes  int
	lists   []int // the next number of each open list, -1 for bullets
	pre     int
	href    string
	hrefAt  int // where the words of the open link begin
	started bool
}

func (w *plainWriter) start(t html.Token) {
	switch t.DataAtom {
	case atom.Br:
		w.want(1)
	case atom.Hr:
		w.want(2)
	case atom.P, atom.H4, atom.H5, atom.H6:
		w.want(2)
	case atom.Pre:
		w.want(2)
		w.pre++
	case atom.Blockquote:
		w.want(2)
		w.quotes++
	case atom.Ul:
		w.openList(-1)
	case atom.Ol:
		first := 1
		for _, a := range t.Attr {
			if n, err := strconv.Atoi(a.Val); err == nil && a.Key == "start" {
				first = n
			}
		}
		w.openList(first)
	case atom.Li:
		w.item()
	case atom.A:
		for _, a := range t.Attr {
			if a.Key == "href" {
				w.href, w.hrefAt = a.Val, w.b.Len()
			}
		}
	}
}

func (w *plainWriter) end(tag atom.Atom) {
	switch tag {
	case atom.P, atom.H4, atom.H5, atom.H6:
		w.want(2)
	case atom.Pre:
		w.want(2)
		w.pre--
	case atom.Blockquote:
		w.want(2)
		w.quotes--
	case atom.Ul, atom.Ol:
		w.lists = w.lists[:max(0, len(w.lists)-1)]
		w.bullet = ""
		w.want(2 - min(1, len(w.lists)))
	case atom.Li:
		w.want(1)
	case atom.A:
		w.address()
	}
}

func (w *plainWriter) openList(first int) {
	w.bullet = ""
	w.want(2 - min(1, len(w.lists)))
	w.lists = append(w.lists, first)
}

func (w *plainWriter) item() {
	w.bullet = ""
	w.want(1)
	if len(w.lists) == 0 {
		return
	}
	next := &w.lists[len(w.lists)-1]
	w.bullet = "- "
	if *next >= 0 {
		w.bullet = strconv.Itoa(*next) + ". "
		*next++
	}
}

// address writes where a link leads, unless its words say so already or it
// leads nowhere outside the page it was written for.
func (w *plainWriter) address() {
	words := w.b.String()[min(w.hrefAt, w.b.Len()):]
	href := w.href
	w.href = ""
	bare := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(href, "mailto:"), "https://"), "http://")
	if !w.addresses || bare == href || strings.Contains(words, bare) {
		return
	}
	w.words(" (" + strings.TrimPrefix(href, "mailto:") + ")")
}

// want asks for line ends before the next word. Between a bullet and its first
// word there are none.
func (w *plainWriter) want(lines int) {
	if w.bullet == "" {
		w.gap = max(w.gap, lines)
	}
}

func (w *plainWriter) text(s string) {
	if w.pre == 0 {
		// Line ends of the source stand beside <br> and between tags.
		s = strings.ReplaceAll(s, "\n", "")
		if s != "" {
			w.words(s)
		}
		return
	}
	for i, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		if i > 0 {
			w.gap++
		}
		if line != "" {
			w.words(line)
		}
	}
}

func (w *plainWriter) words(s string) {
	if w.gap > 0 || !w.started {
		if w.started {
			for range w.gap - 1 {
				w.b.WriteString("\n" + strings.TrimRight(w.quote(), " "))
			}
			w.b.WriteByte('\n')
		}
		w.b.WriteString(w.quote())
		w.indent()
		w.gap, w.started = 0, true
	}
	w.b.WriteString(s)
}

func (w *plainWriter) quote() string {
	if w.bare {
		return ""
	}
	return strings.Repeat("> ", min(w.quotes, deepest))
}

// indent begins a line inside a list: the bullet if one is due, else the room
// it took.
func (w *plainWriter) indent() {
	depth := min(len(w.lists), deepest)
	if w.bare || depth == 0 {
		w.bullet = ""
		return
	}
	w.b.WriteString(strings.Repeat("  ", depth-1))
	if w.bullet == "" {
		w.b.WriteString("  ")
	}
	w.b.WriteString(w.bullet)
	w.bullet = ""
}
