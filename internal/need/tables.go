package need

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"tribune/internal/query"
)

//go:embed tables/*.txt
var files embed.FS

// Kind is what is said of a need.
type Kind string

// The kinds of need.
const (
	Wish      Kind = "wish"
	Missing   Kind = "missing"
	Complaint Kind = "complaint"

	not Kind = "not" // looks like one of the others and is none
)

// Tables are the ways to say a need, ready to be found. They do not change, and
// may be used by many at once.
type Tables struct {
	languages map[string]*table
	order     []string
}

// table is one language's.
type table struct {
	language string
	edges    map[edge]int32  // a trie: from a node by a word to a node
	ends     []ending        // by node; the kind is empty where nothing ends
	stops    map[string]bool // where clauses end
	plain    map[string]bool // words that say nothing of what is needed
}

type edge struct {
	node int32
	word string // folded; or one of the signs below
}

// What stands for words in a table.
const (
	anyWord  = "*"
	begins   = "^"
	from     = ">"
	before   = "<"
	upToTwo  = ".."
	mostWays = 20_000 // that one line may spell out to
)

// ending is a line that fits.
type ending struct {
	kind   Kind
	from   int  // after how many words the clause begins
	before bool // or the clause stands before them
}

// Load reads the tables that the program has in it.
func Load() (*Tables, error) {
	entries, err := files.ReadDir("tables")
	if err != nil {
		return nil, err
	}
	t := &Tables{languages: map[string]*table{}}
	for _, e := range entries {
		text, err := files.ReadFile("tables/" + e.Name())
		if err != nil {
			return nil, err
		}
		if err := t.add(strings.TrimSuffix(path.Base(e.Name()), ".txt"), string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	return t, nil
}

// Languages gives the codes of the languages that have a table.
func (t *Tables) Languages() []string { return slices.Clone(t.order) }

// add reads one language's table.
func (t *Tables) add(language, text string) error {
	out := &table{language: language, edges: map[edge]int32{}, ends: make([]ending, 1), stops: map[string]bool{}, plain: map[string]bool{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		kind, rest, found := strings.Cut(line, ":")
		if !found {
			return fmt.Errorf("line %d: write a kind, a colon and words", n)
		}
		if kind == "end" || kind == "plain" {
			for w := range strings.SplitSeq(rest, "|") {
				map[string]map[string]bool{"end": out.stops, "plain": out.plain}[kind][strings.Join(query.Words(w), " ")] = true
			}
			continue
		}
		if !slices.Contains([]Kind{Wish, Missing, Complaint, not}, Kind(kind)) {
			return fmt.Errorf("line %d: %q is no kind", n, kind)
		}
		ways, err := spellOut(rest)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		for _, way := range ways {
			out.put(Kind(kind), way)
		}
	}
	t.languages[language] = out
	t.order = append(t.order, language)
	return nil
}

// spellOut gives every sequence of words and signs that a line stands for.
func spellOut(line string) ([][]string, error) {
	ways := [][]string{nil}
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		var choices [][]string
		if line[0] == '(' {
			inside, rest, found := strings.Cut(line[1:], ")")
			if !found || strings.Contains(inside, "(") {
				return nil, fmt.Errorf("a bracket is not closed")
			}
			for choice := range strings.SplitSeq(inside, "|") {
				choices = append(choices, words(choice))
			}
			if line = rest; strings.HasPrefix(line, "?") {
				choices, line = append(choices, nil), line[1:]
			}
		} else {
			end := strings.IndexAny(line, " (")
			if end < 0 {
				end = len(line)
			}
			choices = [][]string{words(line[:end])}
			if line[:end] == upToTwo {
				choices = [][]string{nil, {anyWord}, {anyWord, anyWord}}
			}
			line = line[end:]
		}
		var longer [][]string
		known := map[string]bool{}
		for _, way := range ways {
			for _, c := range choices {
				next := slices.Concat(way, c)
				if key := strings.Join(next, " "); !known[key] {
					known[key] = true
					longer = append(longer, next)
				}
			}
		}
		if ways = longer; len(ways) > mostWays {
			return nil, fmt.Errorf("it can be said in more than %d ways: write several lines", mostWays)
		}
	}
	return ways, nil
}

// words folds the words of a table, and leaves its signs.
func words(text string) []string {
	var out []string
	for w := range strings.FieldsSeq(text) {
		if w == anyWord || w == begins || w == from || w == before {
			out = append(out, w)
		} else {
			out = append(out, query.Words(w)...)
		}
	}
	return out
}

// put adds one way of saying a kind to the trie. Of two lines for the same
// words the first stays, unless the second takes it back.
func (t *table) put(kind Kind, way []string) {
	end := ending{kind: kind, from: -1}
	node, n := int32(0), 0
	for _, w := range way {
		switch w {
		case before:
			end.before = true
			continue
		case from:
			end.from = n
			continue
		}
		next, ok := t.edges[edge{node, w}]
		if !ok {
			next = int32(len(t.ends))
			t.ends = append(t.ends, ending{})
			t.edges[edge{node, w}] = next
		}
		node = next
		if w != begins {
			n++
		}
	}
	if end.from < 0 {
		end.from = n
	}
	if node != 0 && (t.ends[node].kind == "" || kind == not) {
		t.ends[node] = end
	}
}
