package query

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// shelf holds the lists and queries that tests name.
type shelf struct {
	lists   map[string]List
	queries map[string]string
}

func (s shelf) List(name string) (List, bool) { l, ok := s.lists[name]; return l, ok }

func (s shelf) Query(name string) (string, bool) { q, ok := s.queries[name]; return q, ok }

func (s shelf) Names(lists bool) []string {
	if lists {
		return slices.Sorted(maps.Keys(s.lists))
	}
	return slices.Sorted(maps.Keys(s.queries))
}

var saved = shelf{
	lists: map[string]List{
		"rivals":   {ListWords, []string{"a b", "colo?r", "#tag", "東京"}},
		"our team": {ListAuthors, []string{"@ana", "Jean Luc"}},
		"press":    {ListSites, []string{"example.com", "https://news.test/"}},
		"none":     {ListWords, nil},
	},
	queries: map[string]string{
		"spam":  "NOT (wish* OR b)",
		"brand": `list:rivals OR "c ab" OR query:spam`,
	},
}

// drawWords draws the words of a plain term.
func drawWords() *rapid.Generator[[]string] {
	common := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "ete", "and", "ab", "wish", "wishes", "color", "colour", "東", "京", "👍", "1,000.5", "ﾊ"}), 1, 3)
	odd := rapid.Map(anyText(), func(s string) []string {
		if w := Words(s); len(w) > 0 {
			return w[:min(len(w), 4)]
		}
		return []string{"x"}
	})
	return rapid.Custom(func(t *rapid.T) []string {
		if rapid.IntRange(0, 5).Draw(t, "odd") == 0 {
			return odd.Draw(t, "words")
		}
		return Words(strings.Join(common.Draw(t, "words"), " "))
	})
}

// drawTerm draws a term of any kind.
func drawTerm(t *rapid.T) *node {
	n := &node{op: opTerm}
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		n.atoms = exactAtoms(rapid.SampledFrom([]string{"Été", "A b", "Wish", "½", "COLOR a", "東京"}).Draw(t, "exact"))
	case 1:
		name, _ := markOf(rapid.SampledFrom([]string{"#tag", "#Été", "#東京", "@ana", "@ana@notes.test", "@jean_luc", "#a"}).Draw(t, "mark"))
		n.atoms = []atom{{kind: atomMark, text: name}}
	case 2, 3:
		var err error
		text := rapid.SampledFrom([]string{"wi*", "*sh", "*is*", "c*r", "col?r", "c*l??r", "a wish*", "wish~1", "colour~1 b", "color~2", "wishes~2", "wi*s* a", "é?*te", "アッ*"}).Draw(t, "special")
		if n.atoms, err = atoms(text, true, 1); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	default:
		n.atoms = wordAtoms(nil, strings.Join(drawWords().Draw(t, "term"), " "))
	}
	return n
}

// drawField draws a field.
func drawField(t *rapid.T) *node {
	text := rapid.SampledFrom([]string{"lang:fr", "lang:pt", "lang:pt-br", "author:ana", `author:"jean luc"`, "author:@ana", "author:@ana@notes.test",
		"site:example.com", "site:news.test", "site:test", "source:notes", `source:"hacker news"`, "country:fr", "country:gb",
		"sentiment:positive", "sentiment:unclear", "has:link", "has:image", "has:question", "reach>10", "reach>=10", "reach<10", "reach<=10"}).Draw(t, "field")
	return mustParse(t, text).root
}

// drawSaved draws the name of something saved.
func drawSaved(t *rapid.T) *node {
	q, err := ParseWith("a AND "+rapid.SampledFrom([]string{"list:rivals", `list:"our team"`, "list:press", "list:none", "query:spam", "query:brand"}).Draw(t, "saved"), saved)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return q.root.kids[1]
}

// drawNear draws parts that stand near each other.
func drawNear(t *rapid.T) *node {
	n := &node{op: opNear}
	for i := range rapid.IntRange(2, 3).Draw(t, "parts") {
		k := drawTerm(t)
		if rapid.IntRange(0, 3).Draw(t, "group") == 0 {
			k = &node{op: opOr, kids: []*node{k, drawTerm(t)}}
		}
		n.kids = append(n.kids, k)
		if i > 0 {
			n.steps = append(n.steps, step{most: rapid.IntRange(1, 5).Draw(t, "most"), ordered: rapid.Bool().Draw(t, "ordered")})
		}
	}
	return n
}

// drawNode draws a part that holds what is said of node, to a depth.
func drawNode(t *rapid.T, depth int, under op) *node {
	kinds := []op{opTerm, opTerm, opTerm, opField, opNear, opSaved}
	if depth > 0 {
		kinds = []op{opTerm, opField, opNear, opAnd, opAnd, opOr, opOr, opNot}
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "op")
	switch {
	case kind == opField:
		return drawField(t)
	case kind == opNear:
		return drawNear(t)
	case kind == opSaved:
		return drawSaved(t)
	case kind == under || kind == opTerm:
		return drawTerm(t)
	}
	n := &node{op: kind}
	count := 1
	if kind != opNot {
		count = rapid.IntRange(2, 4).Draw(t, "kids")
	}
	for range count {
		n.kids = append(n.kids, drawNode(t, depth-1, kind))
	}
	return n
}

// drawQuery draws a query that Parse would let through.
func drawQuery(t *rapid.T) *Query {
	n := drawNode(t, rapid.IntRange(0, 4).Draw(t, "depth"), opTerm)
	if n.boundless() != nil {
		n = join(opAnd, []*node{n, drawTerm(t)})
	}
	return &Query{root: n}
}

// drawPost draws a post that often has what queries look for.
func drawPost(t *rapid.T) Post {
	said := rapid.SampledFrom([]string{"Été", "ÉTÉ", "A b", "a B", "Wish", "wishing", "whish", "Wishes", "COLOR", "colour", "colr", "colors", "½", "#Tag", "#Été", "#東京", "東京",
		"@Ana", "@ana@notes.test", "@jean_luc", "c", "ab", "why?", "https://a.test/?b", "www.c.test", "アップル"})
	var parts []string
	for range rapid.IntRange(0, 8).Draw(t, "parts") {
		if rapid.IntRange(0, 2).Draw(t, "said") > 0 {
			parts = append(parts, said.Draw(t, "part"))
		} else {
			parts = append(parts, strings.Join(drawWords().Draw(t, "words"), " "))
		}
	}
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
	return Post{
		Text:      strings.Join(parts, pick("between", " ", ", ", " ", "’")),
		Author:    pick("author", "", "Ana", "Jean Luc", "luc jean"),
		Handle:    pick("handle", "", "@Ana", "ana@notes.test", "@jean_luc"),
		Site:      pick("site", "", "", "www.Example.com", "a.example.com"),
		URL:       pick("url", "", "https://news.test/x", "https://www.my.news.test/"),
		Source:    pick("source", "", "Notes", "Hacker News"),
		Language:  pick("language", "", "fr", "pt", "pt-BR", "fra"),
		Country:   pick("country", "", "FR", "gb"),
		Sentiment: pick("sentiment", "", "positive", "neutral", "unclear"),
		Reach:     rapid.SampledFrom([]int64{0, 9, 10, 11}).Draw(t, "reach"),
		HasImage:  rapid.Bool().Draw(t, "image"),
		HasLink:   rapid.IntRange(0, 3).Draw(t, "link") == 0,
	}
}

// marksAreSimple reports whether the hashtags of a text are such that the
// regular expressions of naive read them as the package does.
func marksAreSimple(text string) bool {
	return !strings.ContainsAny(text, "#@＃＠") || !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return isDropped(r) || r == '\u200d' || r == '·' || isSkinTone(r)
	})
}
