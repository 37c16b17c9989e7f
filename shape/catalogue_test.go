package shape_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every fault of this package stands in the French catalogue, with the same
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
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "New" {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			lit, isText := call.Args[1].(*ast.BasicLit)
			if !ok || pkg.Name != "fault" || !isText {
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
			if fr[text] == "" || !slices.Equal(want, got) {
				t.Errorf("%s: %q in French: %q", name, text, fr[text])
			}
			return true
		})
	}
	if len(used) < 20 {
		t.Fatalf("only %d faults found", len(used))
	}
	for text := range fr {
		if !used[text] {
			t.Errorf("fr.json has a text that is not used: %q", text)
		}
	}
}
