package rising

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/rate"
)

// Term is a word or phrase that rises, and how: its authors are counted.
type Term struct {
	Text string // as most spell it
	rate.Growth
}

// Topic is terms that rise in the same posts.
type Topic struct {
	Terms    []Term // the leader first, then by rising P
	Language string
	Authors  int     // who use any of them now
	Posts    []int64 // where: those with the most of the terms first, an author's second one after all first ones
}

// Limits of what a topic shows.
const (
	within   = .8 // of a term's posts hold a longer term: that stands for it
	together = .5 // of a term's posts hold the leader: it joins
	mostPost = 50
)

// Topics gives what rises, the strongest evidence first.
func (f *Finder) Topics() []Topic {
	c := f.count()
	languages := make([]string, len(f.langs))
	for name, l := range f.langs {
		languages[l.id] = name
	}
	var topics []Topic
	for _, group := range c.groups(c.whole(c.risen())) {
		topics = append(topics, c.topic(group, languages))
	}
	return topics
}

// found is a term that rose.
type found struct {
	id int
	rate.Growth
}

// exposures counts posts by language and span.
func (c *counter) exposures() [][]float64 {
	all := make([][]float64, len(c.f.langs))
	for i := range all {
		all[i] = make([]float64, c.f.o.Before+1)
	}
	for _, p := range c.f.posts {
		all[p.lang][p.span]++
	}
	return all
}

// risen gives the terms that stand out, by falling evidence.
func (c *counter) risen() []found {
	exposures := c.exposures()
	var tested []found
	for id := range c.terms {
		t := &c.terms[id]
		counts := make([]float64, len(t.counts))
		for i, n := range t.counts {
			counts[i] = float64(n)
		}
		if growth, ok := rate.Grew(counts, exposures[c.f.posts[t.posts[0]].lang]); ok { // else its language is new
			tested = append(tested, found{id, growth})
		}
	}
	out := slices.DeleteFunc(tested, func(t found) bool {
		return t.P > c.f.o.False/float64(len(tested)) || t.Ratio < c.f.o.Ratio
	})
	slices.SortStableFunc(out, func(a, b found) int { // a phrase before its parts
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(c.terms[b.id].n, c.terms[a.id].n), cmp.Compare(a.id, b.id))
	})
	return out
}

// whole keeps one of each pair of which one is part of the other: the longer if
// it holds most of the posts, or else the shorter, of which the longer is then
// but one use.
func (c *counter) whole(all []found) []found {
	rose, out := map[int]bool{}, map[int]bool{}
	for _, t := range all {
		rose[t.id] = true
	}
	var compare func(longer, id int)
	compare = func(longer, id int) {
		if c.terms[id].n == 1 {
			return
		}
		for _, p := range c.terms[id].parts {
			if float64(len(c.terms[longer].posts)) >= within*float64(len(c.terms[p].posts)) {
				out[p] = true
			} else if rose[p] {
				out[longer] = true
			}
			compare(longer, p)
		}
	}
	for _, t := range all {
		compare(t.id, t.id)
	}
	return slices.DeleteFunc(slices.Clone(all), func(t found) bool { return out[t.id] })
}

// groups puts terms together that stand in the same posts.
func (c *counter) groups(all []found) [][]found {
	var groups [][]found
	leaders := map[int32][]int{} // the groups whose leader a post holds
	for _, t := range all {
		posts := c.terms[t.id].posts
		shared := map[int]int{}
		for _, p := range posts {
			for _, g := range leaders[p] {
				shared[g]++
			}
		}
		join := -1
		for g, n := range shared {
			if float64(n) >= together*float64(len(posts)) && (join < 0 || g < join) {
				join = g
			}
		}
		if join >= 0 {
			groups[join] = append(groups[join], t)
			continue
		}
		for _, p := range posts {
			leaders[p] = append(leaders[p], len(groups))
		}
		groups = append(groups, []found{t})
	}
	return groups
}

// topic writes a group out.
func (c *counter) topic(group []found, languages []string) Topic {
	var out Topic
	holds := map[int32]int{}
	for _, t := range group {
		for _, p := range c.terms[t.id].posts {
			holds[p]++
		}
	}
	for _, chain := range c.chains(group) {
		t := strongest(chain)
		out.Terms = append(out.Terms, Term{c.spell(chain), t.Growth})
	}
	posts := make([]int32, 0, len(holds))
	for p := range holds {
		posts = append(posts, p)
	}
	slices.SortFunc(posts, func(a, b int32) int {
		return cmp.Or(cmp.Compare(holds[b], holds[a]), cmp.Compare(a, b))
	})
	turn := map[int64]int{} // posts of an author up to now
	turns := make(map[int32]int, len(posts))
	for _, p := range posts {
		author := c.f.posts[p].author
		turns[p] = turn[author]
		turn[author]++
	}
	slices.SortStableFunc(posts, func(a, b int32) int { return cmp.Compare(turns[a], turns[b]) })
	out.Authors = len(turn)
	out.Language = languages[c.f.posts[posts[0]].lang]
	for _, p := range posts[:min(len(posts), mostPost)] {
		out.Posts = append(out.Posts, c.f.posts[p].id)
	}
	return out
}

// chains strings phrases together that overlap and stand in the same posts: "a b
// c" and "b c d" are one phrase. Chains keep the order of their first terms.
func (c *counter) chains(group []found) [][]found {
	next, used := map[int]int{}, map[int]bool{} // indexes of group
	for i := range group {
		for j := range group {
			if i != j && !used[j] && c.follows(group[i].id, group[j].id) && !c.loops(next, j, i) {
				next[i], used[j] = j, true
				break
			}
		}
	}
	var chains [][]found
	for i := range group {
		if used[i] {
			continue
		}
		chain := []found{group[i]}
		for j, ok := next[i]; ok; j, ok = next[j] {
			chain = append(chain, group[j])
		}
		chains = append(chains, chain)
	}
	slices.SortStableFunc(chains, func(a, b []found) int { return cmp.Compare(strongest(a).P, strongest(b).P) })
	return chains
}

// strongest gives the term of a chain with the most evidence.
func strongest(chain []found) found {
	return slices.MinFunc(chain, func(a, b found) int { return cmp.Compare(a.P, b.P) })
}

// loops reports whether going on from a leads to b.
func (c *counter) loops(next map[int]int, a, b int) bool {
	for ok := true; ok; a, ok = next[a] {
		if a == b {
			return true
		}
	}
	return false
}

// follows reports whether b begins with all but the first word of a, and the
// two stand in the same posts.
func (c *counter) follows(a, b int) bool {
	x, y := &c.terms[a], &c.terms[b]
	if x.n < 2 || x.n != y.n || x.parts[1] != y.parts[0] {
		return false
	}
	in := map[int32]bool{}
	for _, p := range x.posts {
		in[p] = true
	}
	shared := 0
	for _, p := range y.posts {
		if in[p] {
			shared++
		}
	}
	return float64(shared) >= within*float64(len(x.posts)+len(y.posts)-shared)
}

// spell writes a chain of terms as most write its words, without spaces in
// scripts that have none.
func (c *counter) spell(chain []found) string {
	words := slices.Clone(c.terms[chain[0].id].words[:c.terms[chain[0].id].n])
	for _, t := range chain[1:] {
		words = append(words, c.terms[t.id].words[c.terms[t.id].n-1])
	}
	var b strings.Builder
	for i, w := range words {
		s := c.f.vocab[w].spelling
		switch last, _ := utf8.DecodeLastRuneInString(b.String()); {
		case i == 0 || spaceless(last) && spaceless(firstRune(s)):
		case joined(c.f.vocab[words[i-1]], c.f.vocab[w]):
			b.WriteString("’")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// sortTerms puts terms in an order that does not hang on chance.
func sortTerms(terms []term) {
	slices.SortFunc(terms, func(a, b term) int { return slices.Compare(a.words[:], b.words[:]) })
}
