package rising

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tribune/internal/query"
)

// Post is something that somebody said.
type Post struct {
	ID       int64
	Author   int64
	At       time.Time
	Language string // whatever names it; posts of different ones are not compared
	Text     string
}

// Options say what is compared. The zero value of a number takes its default.
type Options struct {
	Now     time.Time     // the end of the newest span
	Span    time.Duration // how long spans are: a day, a week
	Before  int           // spans before the newest one; 4
	Authors int           // authors who must use a term now; 5
	Posts   int           // most posts that are held; the rest are left out; 400,000
	False   float64       // terms that may be chance, on average; .01
	Ratio   float64       // how many times as frequent a term must be; 2
}

// The defaults, and what bounds a finder.
const (
	spansBefore = 4
	minAuthors  = 5
	mostPosts   = 400_000
	mostFalse   = .01
	minRatio    = 2
	longest     = 300 // words of a post that are read
)

// Filled gives the options with the defaults in place of what is not set.
func (o Options) Filled() Options {
	fill(&o.Before, spansBefore)
	fill(&o.Authors, minAuthors)
	fill(&o.Posts, mostPosts)
	fill(&o.False, mostFalse)
	fill(&o.Ratio, minRatio)
	fill(&o.Span, 7*24*time.Hour)
	return o
}

// Place gives the span that a moment lies in, 0 being the newest; −1 if none.
func (o Options) Place(at time.Time) int {
	ago := o.Now.Sub(at)
	if ago < 0 || ago >= time.Duration(o.Before+1)*o.Span {
		return -1
	}
	return int(ago / o.Span)
}

func fill[N int | float64 | time.Duration](n *N, with N) {
	if *n <= 0 {
		*n = with
	}
}

// Finder gathers posts, in any order. It is not safe for concurrent use.
type Finder struct {
	o      Options
	posts  []post
	words  []uint32 // of all posts, one after the other
	vocab  []word
	langs  map[string]*language
	copies *Copies
}

// post is what is kept of one.
type post struct {
	id, author int64
	from, to   int32 // in Finder.words
	span       int32 // 0 is the newest
	lang       int32
}

// word is one of a language's words; its spelling is the one that most use,
// by Boyer and Moore's vote.
type word struct {
	spelling string
	votes    int32
	// Uses with an apostrophe before it, behind it, and all: "don't", "l'encre".
	before, behind, uses int32
}

// language has its own words, so that "die" is two.
type language struct {
	id    int32
	words map[string]uint32
}

// New makes an empty finder.
func New(o Options) *Finder {
	return &Finder{o: o.Filled(), langs: map[string]*language{}, copies: NewCopies()}
}

// Add takes a post, and reports whether it counts: it lies in one of the spans,
// is no copy, and there was room for it.
func (f *Finder) Add(p Post) bool {
	span := f.o.Place(p.At)
	if span < 0 || len(f.posts) >= f.o.Posts {
		return false
	}
	lang := f.langs[p.Language]
	if lang == nil {
		lang = &language{id: int32(len(f.langs)), words: map[string]uint32{}}
		f.langs[p.Language] = lang
	}
	text := WithoutLinks(p.Text)
	tokens := query.Tokenize(text).Tokens
	tokens = tokens[:min(len(tokens), longest)]
	from := len(f.words)
	if f.copies.Add(p.Author, tokens) {
		return false
	}
	for i, t := range tokens {
		n := f.word(lang, t.Word, text[t.Start:t.End])
		f.words = append(f.words, n)
		w := &f.vocab[n]
		w.uses++
		if i > 0 && apostrophe(text[tokens[i-1].End:t.Start]) {
			w.before++
		}
		if i+1 < len(tokens) && apostrophe(text[t.End:tokens[i+1].Start]) {
			w.behind++
		}
	}
	f.posts = append(f.posts, post{p.ID, p.Author, int32(from), int32(len(f.words)), int32(span), lang.id})
	return true
}

// word gives the number of a word, and counts how it is spelt.
func (f *Finder) word(lang *language, folded, spelling string) uint32 {
	n, known := lang.words[folded]
	if !known {
		n = uint32(len(f.vocab))
		lang.words[strings.Clone(folded)] = n
		f.vocab = append(f.vocab, word{})
	}
	w := &f.vocab[n]
	switch {
	case w.spelling == spelling:
		w.votes++
	case w.votes > 0:
		w.votes--
	default:
		w.spelling, w.votes = strings.Clone(spelling), 1
	}
	return n
}

func apostrophe(gap string) bool { return gap == "'" || gap == "’" }

// joined reports whether two words are one with an apostrophe between them: one
// of them mostly stands so.
func joined(a, b word) bool { return 2*a.behind > a.uses || 2*b.before > b.uses }

// WithoutLinks takes addresses out: their parts are not words.
func WithoutLinks(text string) string {
	if !strings.Contains(text, "://") && !strings.Contains(text, "www.") {
		return text
	}
	return strings.Join(slices.DeleteFunc(strings.Fields(text), func(w string) bool {
		return strings.Contains(w, "://") || strings.HasPrefix(w, "www.")
	}), " ")
}

// arranged sorts the posts by span, then author: those of one author in one
// span stand together, so that who was counted last is enough to know.
func (f *Finder) arranged() {
	slices.SortFunc(f.posts, func(a, b post) int {
		return cmp.Or(cmp.Compare(a.span, b.span), cmp.Compare(a.author, b.author), cmp.Compare(a.id, b.id), cmp.Compare(a.from, b.from))
	})
}
