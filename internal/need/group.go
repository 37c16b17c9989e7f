package need

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/spanish"

	"tribune/internal/keyness"
	"tribune/internal/query"
)

// Post is something that somebody said.
type Post struct {
	ID       int64
	Author   int64
	Language string
	Text     string
}

// Said is a need and the post that it stands in.
type Said struct {
	Need
	Post, Author int64
}

// Group is needs that are about the same, in one language.
type Group struct {
	Label    string // the words of one that name it, as they stand there with the small words between
	Kind     Kind   // of most of them
	Language string
	Authors  int
	Needs    []Said // the most typical first
}

// Limits of grouping.
const (
	near      = .4     // least cosine of a clause with its group
	mostNeeds = 20_000 // the rest are left out
)

// Groups finds the needs in posts and groups them: the groups of the most authors
// first.
func (t *Tables) Groups(posts []Post) []Group {
	byLanguage := map[string][]Said{}
	n := 0
	for _, p := range posts {
		for _, found := range t.Find(p.Language, p.Text) {
			if n++; n <= mostNeeds {
				byLanguage[found.Language] = append(byLanguage[found.Language], Said{found, p.ID, p.Author})
			}
		}
	}
	var groups []Group
	for language, said := range byLanguage {
		groups = append(groups, newGrouper(t.languages[language], said).groups()...)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Authors, a.Authors), cmp.Compare(len(b.Needs), len(a.Needs)), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Needs[0].Post, b.Needs[0].Post), cmp.Compare(a.Needs[0].Start, b.Needs[0].Start))
	})
	return groups
}

// grouper groups the needs of one language.
type grouper struct {
	table   *table
	plain   func(word string) bool
	needs   []clause
	df      map[string]int            // authors
	stems   map[string]string         // of words in lower case
	written map[string]map[string]int // how often a stem is written as which word
}

// clause is a need as a vector of length 1, its stems in the order of the text.
type clause struct {
	Said
	stems   []string
	weights []float64
	fit     float64 // cosine with its group
}

func newGrouper(t *table, said []Said) *grouper {
	g := &grouper{table: t, plain: keyness.Stop(t.language), df: map[string]int{}, stems: map[string]string{}, written: map[string]map[string]int{}}
	slices.SortFunc(said, func(a, b Said) int { return cmp.Or(cmp.Compare(a.Post, b.Post), cmp.Compare(a.Start, b.Start)) })
	env := snowballstem.NewEnv("")
	type saying struct {
		author int64
		stem   string
	}
	seen := map[saying]bool{}
	for _, s := range said {
		c := clause{Said: s}
		for _, token := range query.Tokenize(s.Clause).Tokens {
			if g.plain(token.Word) || t.plain[token.Word] {
				continue
			}
			word := s.Clause[token.Start:token.End]
			stem := g.stem(env, strings.ToLower(word))
			if stem == "" || slices.Contains(c.stems, stem) {
				continue
			}
			c.stems = append(c.stems, stem)
			if saidBy := (saying{s.Author, stem}); !seen[saidBy] {
				seen[saidBy] = true
				g.df[stem]++
			}
			if g.written[stem] == nil {
				g.written[stem] = map[string]int{}
			}
			g.written[stem][word]++
		}
		g.needs = append(g.needs, c)
	}
	for i := range g.needs {
		c := &g.needs[i]
		length := 0.
		for _, stem := range c.stems {
			c.weights = append(c.weights, g.idf(stem))
			length += g.idf(stem) * g.idf(stem)
		}
		for j := range c.weights {
			c.weights[j] /= math.Sqrt(length)
		}
	}
	return g
}

// idf weighs a stem; one that a single author has cannot bring needs together,
// and should not keep them apart either: it weighs half.
func (g *grouper) idf(stem string) float64 {
	idf := math.Log(1 + float64(len(g.needs))/float64(g.df[stem]))
	if g.df[stem] == 1 {
		return idf / 2
	}
	return idf
}

// stem gives the folded stem of a word in lower case.
func (g *grouper) stem(env *snowballstem.Env, word string) string {
	if stem, known := g.stems[word]; known {
		return stem
	}
	env.SetCurrent(word)
	switch g.table.language {
	case "ar":
		arabic.Stem(env)
	case "de":
		german.Stem(env)
	case "en":
		english.Stem(env)
	case "es":
		spanish.Stem(env)
	case "fr":
		french.Stem(env)
	case "it":
		italian.Stem(env)
	case "nl":
		dutch.Stem(env)
	case "pt":
		portuguese.Stem(env)
	}
	stem := query.Fold(env.Current())
	g.stems[word] = stem
	return stem
}

// centre is the sum of a group's vectors.
type centre struct {
	weights map[string]float64
	length  float64 // squared
	needs   []int
}

func (c *centre) add(need *clause, i int) {
	for j, stem := range need.stems {
		was := c.weights[stem]
		c.weights[stem] = was + need.weights[j]
		c.length += need.weights[j] * (2*was + need.weights[j])
	}
	c.needs = append(c.needs, i)
}

// groups groups the needs: once as they come, then again around what came of it.
func (g *grouper) groups() []Group {
	var centres []*centre
	index := map[string][]int{} // the centres that hold a stem
	own := make([]int, len(g.needs))
	for i := range g.needs {
		need := &g.needs[i]
		best, _ := nearest(need, centres, index, -1)
		if best < 0 {
			best = len(centres)
			centres = append(centres, &centre{weights: map[string]float64{}})
		}
		for _, stem := range need.stems {
			if centres[best].weights[stem] == 0 {
				index[stem] = append(index[stem], best)
			}
		}
		centres[best].add(need, i)
		own[i] = best
	}
	again := make([]*centre, len(centres))
	for i := range again {
		again[i] = &centre{weights: map[string]float64{}}
	}
	for i := range g.needs {
		best, fit := nearest(&g.needs[i], centres, index, own[i])
		g.needs[i].fit = fit
		again[best].add(&g.needs[i], i)
	}
	var groups []Group
	for _, c := range again {
		if len(c.needs) > 0 {
			groups = append(groups, g.group(c))
		}
	}
	return groups
}

// nearest gives the centre that a need is nearest to, own if none is near. A
// need does not count for the centre of its own; −1 if it has none yet.
func nearest(need *clause, centres []*centre, index map[string][]int, own int) (best int, fit float64) {
	dots := map[int]float64{}
	for j, stem := range need.stems {
		for _, c := range index[stem] {
			dots[c] += need.weights[j] * centres[c].weights[stem]
		}
	}
	best = own
	for c, dot := range dots {
		length := centres[c].length
		if c == own {
			dot, length = dot-1, length-2*dot+1
		}
		if length < 1e-9 {
			continue // nothing else in it
		}
		cosine := dot / math.Sqrt(length)
		if cosine >= near && (cosine > fit+1e-9 || cosine > fit-1e-9 && c < best) {
			best, fit = c, cosine
		}
	}
	return best, fit
}

// group writes a group out.
func (g *grouper) group(c *centre) Group {
	slices.SortStableFunc(c.needs, func(a, b int) int { return cmp.Compare(g.needs[b].fit, g.needs[a].fit) })
	out := Group{Label: g.label(c), Language: g.table.language}
	authors, kinds := map[int64]bool{}, map[Kind]int{}
	for _, i := range c.needs {
		out.Needs = append(out.Needs, g.needs[i].Said)
		authors[g.needs[i].Author] = true
		kinds[g.needs[i].Kind]++
	}
	out.Authors = len(authors)
	for _, kind := range []Kind{Wish, Missing, Complaint} {
		if kinds[kind] > kinds[out.Kind] {
			out.Kind = kind
		}
	}
	return out
}
