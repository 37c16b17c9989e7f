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
		{"#Tribune @jean_luc", "#tribune AND @jean_luc"},
		{"＃Été ＠ana@Notes.Example", "#ete AND @ana@notes.example"},
		{`"#Tribune now"`, `"tribune now"`},
		{"notes.example 1,000.50", `"notes example" AND 1,000.50`},
		{"rock-and-roll", `"rock and roll"`},
		{"東京タワー", "東京タワー"},
		{`"東京 tower"`, `東京tower`},
		{`"tower 東京"`, `"tower 東 京"`},
		{"（東京　OR　大阪）寿司", "(東京 OR 大阪) AND 寿司"},
		{"👍🏽 OR ❤️", "👍 OR ❤"},
		{`a"b c"(d)e`, `a AND "b c" AND d AND e`},
		{"ＡＮＤ", "and"},
		{strings.Repeat("(", 999) + "a" + strings.Repeat(")", 999), "a"},
		{"a" + strings.Repeat(" (b) -(c) NOT d", 201), "a" + strings.Repeat(" AND b AND NOT c AND NOT d", 201)},
		{"Wish* *Phone col?r", "wish* AND *phone AND col?r"},
		{"W*?*sh**", "w*?*sh*"},
		{"l'Ét*", `"l et*"`},
		{`"coffee (mug*, col?r) *"`, `"coffee mug* col?r"`},
		{`"what? why ~ * you~1"`, `"what why you~1"`},
		{"Word~ word~1 wordy~2", "word~1 AND word~1 AND wordy~2"},
		{`="Apple" =iPhone ="Été ½"`, `="Apple" AND ="iPhone" AND ="Été ½"`},
		{"a NEAR/5 b ONEAR/2 (c OR d) e", "a NEAR/5 b ONEAR/2 (c OR d) AND e"},
		{"a NOT b NEAR/3 c", "a AND NOT (b NEAR/3 c)"},
		{"a NEARBY near/3", `a AND nearby AND "near 3"`},
		{"LANG:pt_BR lang:fr", "lang:pt-br AND lang:fr"},
		{`author:"Jean-Luc" author:@Ana`, `author:"jean luc" AND author:@ana`},
		{"site:https://www.Example.com/", "site:example.com"},
		{"country:UK sentiment:Neutral has:LINK", "country:gb AND sentiment:unclear AND has:link"},
		{"reach>1000 reach<=5 reach≥7", "reach>1000 AND reach<=5 AND reach>=7"},
		{"https://a.test/b note: this", `"https a test b" AND note AND this`},
		{`source:"Hacker News"`, `source:"hacker news"`},
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
		{"a w*", "Column 3: “w*” would find nearly everything. Write at least two letters"},
		{"a ** b", "Column 3: “**” would find nearly everything"},
		{"東京*", "Column 1: * and ? stand for letters inside one word, and “東京*” is several"},
		{"good?", "Column 1: ? stands for one letter inside a word, as in col?r. Remove it"},
		{"mug~3", "Write “mug~1”, not “mug~3”."},
		{"wörter~12", "Write “wörter~2”, not “wörter~12”."},
		{`"a b"~3`, "Column 6: ~ must touch the word"},
		{"at~1", "Column 1: “at~1” would find too many other words or none. A word needs from 3 to 46 letters for ~1"},
		{"東京~1", "Column 1: ~ goes with one word"},
		{"=", "Column 1: = must touch"},
		{"=wish*", "Column 1: a word is looked for exactly as it is written, or with *"},
		{"#a-b", "Column 1: “#a-b” is not one hashtag"},
		{"@", "Column 1: “@” is not one hashtag or handle"},
		{"a NEAR b", "Column 3: write after NEAR how many words apart"},
		{"a ONEAR/0 b", "Column 3: write after ONEAR how many words apart, from 1"},
		{"a NEAR/5", `Column 9: a word, a phrase or a parenthesis must follow NEAR/5`},
		{"NEAR/5 a", `Column 1: a word, a phrase or a parenthesis must stand before NEAR/5`},
		{"a NEAR/5 (b c)", "Column 11: NEAR and ONEAR stand between words"},
		{"a NEAR/5 lang:fr", "Column 10: NEAR and ONEAR stand between words"},
		{"langue:fr", "Column 1: there is no field “langue:”. Perhaps you mean lang: ?"},
		{"autor:ana", "Perhaps you mean author: ?"},
		{`a auther:"Ana Silva"`, "Column 3: there is no field “auther:”. Perhaps you mean author: ?"},
		{"title:“foo bar”", "Column 1: there is no field “title:”. Words are looked for in all of the text, its title included"},
		{"from:ana", "Perhaps you mean author: ?"},
		{"url:foo", "Perhaps you mean site: ?"},
		{"domain:foo.com", "Perhaps you mean site: ?"},
		{"link:yes", "Perhaps you mean has:link ?"},
		{"until:2020", "there is no field “until:”. The time is chosen beside the query"},
		{"since:2020", "The time is chosen beside the query"},
		{"colour:red", "there is no field “colour:”. There are lang, author, site, source, country, sentiment, has, reach, list, query."},
		{"x:y ab:c", "there is no field “ab:”. There are lang"},
		{"a lang: fr", "Column 3: write right after lang: what it is to be"},
		{"lang:french", "Column 1: lang: takes the code of a language, not “french”. Write for example lang:fr."},
		{"lang:german", "Write for example lang:de."},
		{"country:france", "Column 1: country: takes the two letters"},
		{"site:example.com/blog", "Column 1: site: takes the name of a site"},
		{"sentiment:positif", "Column 1: sentiment: takes one of positive, negative, unclear, not “positif”. Write for example sentiment:positive."},
		{"has:links", "Write for example has:link."},
		{"author:je*", "Column 1: author: takes whole words. Remove * or ~"},
		{"reach:1000", "Column 1: reach is compared with a whole number"},
		{"reach>1k", "Column 1: reach is compared with a whole number, without spaces. Write for example reach>1000 instead of “reach>1k”."},
		{"list:nobody", "Column 1: there is no saved list “nobody”"},
		{`query:"no one"`, "Column 1: there is no saved query “no one”"},
		{"NOT a", "Column 1: this part alone would find texts"},
		{"-a -b", "Column 1: this part alone"},
		{"a OR NOT b", "Column 6: this part alone"},
		{"a OR (b OR -c)", "Column 12: this part alone"},
		{"NOT (a b)", "Column 1: this part alone"},
		{"a OR NOT a", "Column 6: this part alone"},
		{"(a OR NOT b) (c OR -d)", "Column 7: this part alone"},
		{strings.Repeat("(", 1000) + "a" + strings.Repeat(")", 1000), "Column 1000: parentheses and NOTs can stand within one another 999 deep"},
		{"a " + strings.Repeat("NOT ", 1000) + "b", "Column 3999: parentheses and NOTs"},
		{strings.Repeat("é ", 333_334), "Column 666667: a query must be shorter than 1000000 bytes and this one has 1000002"},
		{strings.Repeat("a ", 10_000), "Column 19999: a query must have fewer than 10000 words"},
		{`"` + strings.Repeat("a ", 10_000) + `"`, "Column 1: a query must have fewer than 10000 words"},
		{strings.Repeat("x", 1<<20), "a query must be shorter than"},
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

// What is allowed but seldom meant is told, and only that.
func TestSeldomMeant(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // what the messages hold, in order
	}{
		{"mug or cup", []string{"Column 5: “or” is looked for as a word. Operators are in upper case: write OR"}},
		{"mug And (cup near/5 coffee)", []string{"Column 5: “And” is looked for", "Column 14: “near/5” is looked for as a word. Operators are in upper case: write NEAR/5"}},
		{"mug not broken", []string{"Column 5: “not” is looked for"}},
		{`or "mug and cup" near`, nil},
		{"bague or", nil},
		{"(mug or) cup OR near you", nil},
		{strings.Repeat("mug or ", 50) + "cup", slices.Repeat([]string{"“or” is looked for as a word"}, maxNotes)},
		{"mug site:not_a_site", []string{"Column 5: “not_a_site” is no whole name of a site"}},
		{"mug site:com OR mug site:info OR mug site:localhost", nil},
		{"mug lang:xx country:zz", []string{"Column 5: no language has the code “xx”", "Column 13: no country has the code “zz”"}},
		{"mug lang:pt-br lang:fil country:xk country:uk", nil},
		{"the", []string{"Column 1: “the” stands in nearly every text"}},
		{"mug query:spam", nil},
	} {
		q, err := ParseWith(c.in, saved)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		got := q.Warnings()
		for i, w := range got {
			if i >= len(c.want) || !strings.Contains(w.Error(), c.want[i]) {
				t.Errorf("%.40s: %v", c.in, w)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%.40s: %d warnings, want %d", c.in, len(got), len(c.want))
		}
	}
}

// A name that is not there brings the one that may be meant, and a query that
// asks for itself is told by way of what.
func TestSavedNamesAreTold(t *testing.T) {
	round := shelf{lists: saved.lists, queries: map[string]string{"Kestrel": "query:nest", "nest": "mug query:Kestrel lang:en", "egg": "query:nest OR shell"}}
	for in, want := range map[string]string{
		"query:kestrl":        "Column 1: there is no saved query “kestrl”. Perhaps you mean “Kestrel”?",
		"a list:rival":        "Column 3: there is no saved list “rival”. Perhaps you mean “rivals”?",
		"list:competitors":    "there is no saved list “competitors”. Save one",
		"a query:nest":        "Column 3: the saved query “nest” asks for itself, by way of query:nest > query:Kestrel > query:nest.",
		"a OR (b query:egg)":  "Column 9: the saved query “egg” asks for itself, by way of query:nest > query:Kestrel > query:nest.",
		"query:Kestrel OR x*": "Column 1: the saved query “Kestrel” asks for itself, by way of query:Kestrel > query:nest > query:Kestrel.",
	} {
		if _, err := ParseWith(in, round); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

var sameQuery = cmp.FilterPath(func(p cmp.Path) bool {
	return p.String() == "notes" || p.String() == "col" || strings.HasSuffix(p.String(), ".col")
}, cmp.Ignore())

func diff(a, b *Query) string {
	return cmp.Diff(a, b, cmp.AllowUnexported(Query{}, node{}, atom{}, step{}), sameQuery)
}

func TestPrintedAndParsedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		again, err := ParseWith(q.String(), saved)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		if d := diff(q, again); d != "" {
			t.Fatalf("%s read again (-was +is):\n%s", q, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(`(mug OR "coffee cup") NOT (broken -"second hand") «l’été» 東京 👍`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseWith(text, saved)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(err.Error(), "Column ") {
				t.Fatalf("Parse(%q): %v", text, err)
			}
			return
		}
		again, err := ParseWith(q.String(), saved)
		if err != nil {
			t.Fatalf("%q printed as %s: %v", text, q, err)
		}
		if d := diff(q, again); d != "" {
			t.Fatalf("%q read again as %s (-was +is):\n%s", text, q, d)
		}
		if q.Match(Doc{}) {
			t.Fatalf("%q matches the empty text", text)
		}
	})
}
