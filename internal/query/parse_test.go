package query

import (
	"encoding/json"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/internal/fault"
)

func mustParse(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string) *Query {
	t.Helper()
	q, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return q
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Été", "ete"},
		{"a b", "a AND b"},
		{"a AND b c", "a AND b AND c"},
		{"a OR b c", "a OR b AND c"},
		{"(a OR b) c", "(a OR b) AND c"},
		{"a (b (c d))", "a AND b AND c AND d"},
		{"((a OR (b OR c)))", "a OR b OR c"},
		{"a NOT b", "a AND NOT b"},
		{"a -b −c", "a AND NOT b AND NOT c"},
		{"a -(b OR c)", "a AND NOT (b OR c)"},
		{`a -"b c"`, `a AND NOT "b c"`},
		{"NOT NOT a", "a"},
		{"NOT (NOT a)", "a"},
		{"NOT (NOT a OR b)", "NOT (NOT a OR b)"},
		{"a AND (b OR NOT c)", "a AND (b OR NOT c)"},
		{"this and that or not", "this AND and AND that AND or AND not"},
		{`"AND" "or else" b`, `and AND "or else" AND b`},
		{"“new york” «San José»", `"new york" AND "san jose"`},
		{"l’été don't", `"l ete" AND "don t"`},
		{"#Tribune @jean_luc", "tribune AND jean_luc"},
		{"notes.example 1,000.50", `"notes example" AND 1,000.50`},
		{"rock-and-roll", `"rock and roll"`},
		{"東京タワー", "東京タワー"},
		{`"東京 tower"`, `東京tower`},
		{`"tower 東京"`, `"tower 東 京"`},
		{"（東京　OR　大阪）寿司", "(東京 OR 大阪) AND 寿司"},
		{"👍🏽 OR ❤️", "👍 OR ❤"},
		{`a"b c"(d)e`, `a AND "b c" AND d AND e`},
		{"ＡＮＤ", "and"},
		{strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200), "a"},
		{"a" + strings.Repeat(" (b) -(c) NOT d", 201), "a" + strings.Repeat(" AND b AND NOT c AND NOT d", 201)},
	} {
		if got := mustParse(t, c.in).String(); got != c.want {
			t.Errorf("Parse(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in, want string // what the message holds
	}{
		{"", "Column 1: the query is empty"},
		{" \t ", "Column 1: the query is empty"},
		{"été AND", `Column 8: a word, a phrase or a parenthesis must follow AND. To look for the word itself, write it in quotation marks: "and".`},
		{"a AND OR b", "Column 7: a word, a phrase or a parenthesis must follow AND"},
		{"a OR )", "Column 6: a word, a phrase or a parenthesis must follow OR"},
		{"a NOT", "Column 6: a word, a phrase or a parenthesis must follow NOT"},
		{"OR b", `Column 1: a word, a phrase or a parenthesis must stand before OR`},
		{"(AND b)", `Column 2: a word, a phrase or a parenthesis must stand before AND`},
		{"a -OR", "Column 4: a word, a phrase or a parenthesis must stand before OR"},
		{"été (b OR c", "Column 5: this ( is never closed. Write )"},
		{"a (b (c)", "Column 3: this ( is never closed"},
		{"a) b", "Column 2: this ) closes nothing"},
		{")", "Column 1: this ) closes nothing"},
		{"a ()", "Column 3: there is nothing between these parentheses"},
		{`a "b c`, `Column 3: this quotation mark is never closed. Write " where`},
		{`a “b c"`, `Column 3: this quotation mark is never closed. Write ” where`},
		{`«b c`, `Column 1: this quotation mark is never closed. Write » where`},
		{`a "…"`, "Column 3: there is no word in this phrase"},
		{`""`, "Column 1: there is no word in this phrase"},
		{"a +", "Column 3: there is no word in “+”."},
		{"a - b", "Column 3: - must touch the word"},
		{"a -", "Column 3: - must touch the word"},
		{"a && b", "Column 3: write AND, or just a space, instead of “&&”"},
		{"a || b", "Column 3: write OR, with a space on both sides, instead of | in “||”"},
		{"a !b", "Column 3: write NOT or - instead of !"},
		{"a wish*", "Column 3: words are looked for whole, so “wish*” would not"},
		{"word~1", "Column 1: words are looked for whole"},
		{"NOT a", "Column 1: this part alone would find texts"},
		{"-a -b", "Column 1: this part alone"},
		{"a OR NOT b", "Column 6: this part alone"},
		{"a OR (b OR -c)", "Column 12: this part alone"},
		{"NOT (a b)", "Column 1: this part alone"},
		{"a OR NOT a", "Column 6: this part alone"},
		{"(a OR NOT b) (c OR -d)", "Column 7: this part alone"},
		{strings.Repeat("(", 201) + "a" + strings.Repeat(")", 201), "Column 201: parentheses and NOTs can stand within one another 200 deep"},
		{"a " + strings.Repeat("NOT ", 201) + "b", "Column 803: parentheses and NOTs"},
		{strings.Repeat("é ", 10_001), "Column 20001: a query can have at most 20000 characters and this one has 20002"},
		{"a\xff \xff", "Column 4: there is no word in"},
	} {
		_, err := Parse(c.in)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%.40q): %v, want %q", c.in, err, c.want)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("Parse(%.40q): kind %v, want invalid", c.in, fault.KindOf(err))
		}
	}
}

// Every message of this package stands in the French catalogue with the same
// holes, and nothing else stands there.
func TestCatalogue(t *testing.T) {
	raw, err := os.ReadFile("fr.json")
	if err != nil {
		t.Fatal(err)
	}
	var fr map[string]string
	if err := json.Unmarshal(raw, &fr); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	holes := regexp.MustCompile(`\{\w+\}`)
	used := map[string]bool{}
	for _, name := range files {
		f, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || strings.HasSuffix(name, "_test.go") || !strings.HasPrefix(lit.Value, `"Column {column}: `) {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			used[text] = true
			want, got := holes.FindAllString(text, -1), holes.FindAllString(fr[text], -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: holes of %q in French: %q", name, text, fr[text])
			}
			return true
		})
	}
	if len(used) < 10 {
		t.Fatalf("only %d messages found", len(used))
	}
	for text := range fr {
		if !used[text] {
			t.Errorf("fr.json has a message that is not used: %q", text)
		}
	}
}

// termWords draws the words of a term.
func termWords() *rapid.Generator[[]string] {
	common := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "ete", "and", "or", "not", "東", "京", "👍", "1,000.5", "ﾊ"}), 1, 3)
	odd := rapid.Map(anyText(), func(s string) []string {
		if w := Words(s); len(w) > 0 {
			return w[:min(len(w), 4)]
		}
		return []string{"x"}
	})
	return rapid.Custom(func(t *rapid.T) []string {
		if rapid.IntRange(0, 4).Draw(t, "odd") == 0 {
			return odd.Draw(t, "words")
		}
		return Words(strings.Join(common.Draw(t, "words"), " "))
	})
}

// drawNode draws a query that holds what is said of node, to a depth.
func drawNode(t *rapid.T, depth int, under op) *node {
	kind := opTerm
	if depth > 0 {
		kind = rapid.SampledFrom([]op{opTerm, opAnd, opOr, opNot}).Draw(t, "op")
	}
	if kind == under || kind == opTerm {
		return &node{op: opTerm, words: termWords().Draw(t, "term")}
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

// queries draws queries that Parse would let through.
func queries() *rapid.Generator[*Query] {
	return rapid.Custom(func(t *rapid.T) *Query {
		n := drawNode(t, rapid.IntRange(0, 4).Draw(t, "depth"), opTerm)
		if n.boundless() != nil {
			n = join(opAnd, []*node{n, {op: opTerm, words: termWords().Draw(t, "term")}})
		}
		return &Query{root: n}
	})
}

var sameQuery = cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "col" || strings.HasSuffix(p.String(), ".col") }, cmp.Ignore())

func diff(a, b *Query) string {
	return cmp.Diff(a, b, cmp.AllowUnexported(Query{}, node{}), sameQuery)
}

func TestPrintedAndParsedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queries().Draw(t, "query")
		if d := diff(q, mustParse(t, q.String())); d != "" {
			t.Fatalf("%s read again (-was +is):\n%s", q, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(`(mug OR "coffee cup") NOT (broken -"second hand") «l’été» 東京 👍`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(err.Error(), "Column ") {
				t.Fatalf("Parse(%q): %v", text, err)
			}
			return
		}
		if d := diff(q, mustParse(t, q.String())); d != "" {
			t.Fatalf("%q read again as %s (-was +is):\n%s", text, q, d)
		}
		if q.Match(Doc{}) {
			t.Fatalf("%q matches the empty text", text)
		}
	})
}
