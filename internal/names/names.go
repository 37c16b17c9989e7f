package names

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"tribune/internal/query"
	"tribune/internal/rate"
	"tribune/internal/rising"
)

// Name is a name that emerges, and how: its authors are counted.
type Name struct {
	Text string // as most write it
	rate.Growth
	Posts []int64 // where it is in the newest span, one of each author first
}

const (
	mostShown = 50
	mostly    = .5      // of a word's uses are capitalised: it is a name
	within    = .8      // of a name's authors use a longer one: that stands for it
	longest   = 300     // words of a post that are read
	mostNames = 300_000 // that are held at once
)

// Finder gathers posts, in any order. It is not safe for concurrent use.
type Finder struct {
	o      rising.Options
	lists  *lists
	known  []string // " folded words "
	copies *rising.Copies
	posts  []post
	names  map[string]*name
	forms  map[string]*wordForm // of single words, inside sentences
}

// post is what is kept of one.
type post struct {
	id, author int64
	span       int
	names      []*name
}

// name is what may be one.
type name struct {
	key     string
	text    string // what most write, by Boyer and Moore's vote
	votes   int
	strong  bool    // it was written like a name somewhere
	foreign bool    // and in another language than German
	idle    bool    // it is a word without a meaning of its own
	authors []int32 // by span
	last    int     // the author and span counted last
	posts   []int   // of the newest span

	uses, marked     int32 // all, and those that are more than just capitalised
	bare, determined int32 // in German, without and with a word that determines it
}

// wordForm counts how a word is written inside sentences.
type wordForm struct {
	capital, small int32
	upper          int32 // of the capital ones, all in capitals
}

// New makes an empty finder. known are names that are not new: our own, those of
// rivals.
func New(o rising.Options, known []string) *Finder {
	f := &Finder{o: o.Filled(), lists: newLists(), copies: rising.NewCopies(), names: map[string]*name{}, forms: map[string]*wordForm{}}
	for _, k := range known {
		if words := query.Words(k); len(words) > 0 {
			f.known = append(f.known, " "+strings.Join(words, " ")+" ")
		}
	}
	return f
}

// Add takes a post, and reports whether it counts: it lies in one of the spans,
// is no copy, and there was room for it.
func (f *Finder) Add(p rising.Post) bool {
	span := f.o.Place(p.At)
	if span < 0 || len(f.posts) >= f.o.Posts {
		return false
	}
	text := rising.WithoutLinks(p.Text)
	tokens := query.Tokenize(text).Tokens
	tokens = tokens[:min(len(tokens), longest)]
	if f.copies.Add(p.Author, tokens) {
		return false
	}
	kept := post{id: p.ID, author: p.Author, span: span}
	for _, c := range read(f.lists, p.Language, text, tokens) {
		if f.isKnown(c.run) {
			continue
		}
		n := f.names[c.key]
		if n == nil {
			if len(f.names) >= mostNames {
				continue
			}
			n = &name{key: c.key, last: -1}
			f.names[c.key] = n
		}
		n.strong = n.strong || c.strong
		if n.uses++; c.strong && !c.plain {
			n.marked++
		}
		n.foreign = n.foreign || c.strong && !c.german
		switch c.spoken {
		case bare:
			n.bare++
		case determined:
			n.determined++
		}
		n.idle = n.idle || f.lists.stop(p.Language, c.key)
		switch {
		case n.text == c.text:
			n.votes++
		case n.votes > 0:
			n.votes--
		default:
			n.text, n.votes = strings.Clone(c.text), 1
		}
		if !slices.Contains(kept.names, n) {
			kept.names = append(kept.names, n)
		}
	}
	f.write(text, tokens)
	f.posts = append(f.posts, kept)
	return true
}

// write counts how words are written inside sentences.
func (f *Finder) write(text string, tokens []query.Token) {
	r := reader{text: text, tokens: tokens}
	if r.shouts() {
		return
	}
	for i := range tokens {
		if r.starts(i) || r.marked(i) {
			continue
		}
		n := f.forms[tokens[i].Word]
		if n == nil {
			n = &wordForm{}
			f.forms[strings.Clone(tokens[i].Word)] = n
		}
		if word := r.word(i); capital(word) || inner(word) {
			n.capital++
			if upper(word) && utf8.RuneCountInString(word) > 1 {
				n.upper++
			}
		} else {
			n.small++
		}
	}
}

// isKnown reports whether words are, or hold, a known name.
func (f *Finder) isKnown(key string) bool {
	key = " " + key + " "
	return slices.ContainsFunc(f.known, func(known string) bool { return strings.Contains(key, known) })
}

// isName reports whether what looked like a name somewhere is one.
func (f *Finder) isName(n *name) bool {
	if !n.strong || utf8.RuneCountInString(n.key) <= 1 {
		return false
	}
	form := f.forms[n.key]
	if form == nil {
		form = new(wordForm)
	}
	if 2*n.marked >= n.uses { // most write it with a mark
		return form.small <= n.marked && (n.foreign || !f.lists.nouns[n.key])
	}
	for word := range strings.FieldsSeq(n.key) {
		if w := f.forms[word]; w != nil && float64(w.capital) < mostly*float64(w.capital+w.small) && !numeric(word) {
			return false
		}
	}
	if n.idle && 2*form.upper < form.capital+form.small {
		return false
	}
	return n.foreign || f.germanName(n)
}

// Names gives the names that emerge, the strongest evidence first.
func (f *Finder) Names() []Name {
	slices.SortFunc(f.posts, func(a, b post) int {
		return cmp.Or(cmp.Compare(a.span, b.span), cmp.Compare(a.author, b.author), cmp.Compare(a.id, b.id))
	})
	exposures := make([]float64, f.o.Before+1)
	for _, n := range f.names {
		n.authors, n.last, n.posts = nil, -1, nil
	}
	run := 0
	for i, p := range f.posts {
		if i > 0 && (p.author != f.posts[i-1].author || p.span != f.posts[i-1].span) {
			run++
		}
		exposures[p.span]++
		for _, n := range p.names {
			if n.last != run {
				n.last = run
				if n.authors == nil {
					n.authors = make([]int32, f.o.Before+1)
				}
				n.authors[p.span]++
			}
			if p.span == 0 {
				n.posts = append(n.posts, i)
			}
		}
	}
	return f.emerging(exposures)
}

// grown is a name that grew.
type grown struct {
	*name
	rate.Growth
}

// emerging chooses and writes out the names that grew.
func (f *Finder) emerging(exposures []float64) []Name {
	var tested []grown
	for _, n := range f.names {
		if n.authors == nil || int(n.authors[0]) < f.o.Authors || !f.isName(n) {
			continue
		}
		counts := make([]float64, len(n.authors))
		for i, a := range n.authors {
			counts[i] = float64(a)
		}
		if growth, ok := rate.Grew(counts, exposures); ok {
			tested = append(tested, grown{n, growth})
		}
	}
	all := len(tested)
	found := slices.DeleteFunc(tested, func(n grown) bool {
		return n.P > f.o.False/float64(all) || n.Ratio < f.o.Ratio
	})
	slices.SortFunc(found, func(a, b grown) int { return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(a.key, b.key)) })
	var out []Name
	for _, n := range found {
		if !stoodFor(n, found) {
			out = append(out, Name{n.text, n.Growth, f.shown(n.posts)})
		}
	}
	return out
}

// stoodFor reports whether another name that grew stands for this one: a longer
// one that most of its authors use, or a part of it that many more use.
func stoodFor(n grown, found []grown) bool {
	for _, other := range found {
		if other.key == n.key {
			continue
		}
		if holds(other.key, n.key) && other.Now >= within*n.Now || holds(n.key, other.key) && n.Now < within*other.Now {
			return true
		}
	}
	return false
}

// holds reports whether a name has another in it, word for word.
func holds(longer, part string) bool { return strings.Contains(" "+longer+" ", " "+part+" ") }

// shown gives posts by their ids: first one of each author.
func (f *Finder) shown(posts []int) []int64 {
	var first, more []int64
	for i, p := range posts {
		if i > 0 && f.posts[p].author == f.posts[posts[i-1]].author {
			more = append(more, f.posts[p].id)
		} else {
			first = append(first, f.posts[p].id)
		}
	}
	all := append(first, more...)
	return all[:min(len(all), mostShown)]
}
