package need

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"

	"tribune/internal/query"
)

const (
	labelStems = 3 // that name a group
	labelWords = 8 // that a label has at most, small ones included
	besides    = 3 // words before and behind a single one that says too little alone
)

// label gives a stretch of a clause that has the stems which weigh most in a
// group, from the first of them to the last: that which most authors say, and
// of several that of the most typical need.
func (g *grouper) label(c *centre) string {
	key := g.heaviest(c)
	for ; len(key) > 1; key = key[:len(key)-1] {
		if label := g.commonest(c, key); label != "" {
			return label
		}
	}
	return g.commonest(c, key)
}

// heaviest gives the stems that name a group, the heaviest first.
func (g *grouper) heaviest(c *centre) []string {
	stems := make([]string, 0, len(c.weights))
	for stem := range c.weights {
		stems = append(stems, stem)
	}
	slices.SortFunc(stems, func(a, b string) int {
		if d := c.weights[b] - c.weights[a]; math.Abs(d) > 1e-9 {
			return cmp.Compare(d, 0)
		}
		return cmp.Compare(a, b)
	})
	stems = stems[:min(len(stems), labelStems)]
	// A word that few of the group have does not name it.
	for len(stems) > 1 && c.weights[stems[len(stems)-1]] < c.weights[stems[0]]/3 {
		stems = stems[:len(stems)-1]
	}
	return stems
}

// commonest gives the stretch with all of some stems that most authors say; "" if
// none has them all close to each other.
func (g *grouper) commonest(c *centre, key []string) (label string) {
	env := snowballstem.NewEnv("")
	who, first := map[string]map[int64]bool{}, map[string]string{}
	most := 0
	for _, i := range c.needs {
		stretch := g.stretch(env, g.needs[i].Clause, key)
		if stretch == "" {
			continue
		}
		folded := strings.Join(query.Words(stretch), " ")
		if who[folded] == nil {
			who[folded], first[folded] = map[int64]bool{}, stretch
		}
		who[folded][g.needs[i].Author] = true
		if n := len(who[folded]); n > most || n == most && !strings.Contains(label, " ") {
			most, label = n, first[folded]
		}
	}
	return label
}

// stretch gives the shortest part of a clause that has all of some stems.
func (g *grouper) stretch(env *snowballstem.Env, clause string, key []string) string {
	tokens := query.Tokenize(clause).Tokens
	from, to := 0, len(tokens)
	at := map[string]int{}
	for i, t := range tokens {
		stem := g.stem(env, strings.ToLower(clause[t.Start:t.End]))
		if !slices.Contains(key, stem) {
			continue
		}
		at[stem] = i
		if len(at) < len(key) {
			continue
		}
		begin := i
		for _, place := range at {
			begin = min(begin, place)
		}
		if i+1-begin < to-from {
			from, to = begin, i+1
		}
	}
	if len(at) < len(key) || to-from > labelWords {
		return ""
	}
	if to-from == 1 && len(tokens) > 1 {
		from, to = max(0, from-besides), min(len(tokens), to+besides)
	}
	return clause[tokens[from].Start:tokens[to-1].End]
}
