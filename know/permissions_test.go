package know_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"tribune/know"
)

var updatePermissions = flag.Bool("update-permissions", false, "write docs/permissions.md anew")

const permissionsHead = `# Who may do what

` + "`know.May(actor, verb, subject)`" + ` alone decides it; this page is worked out from it by
` + "`go test ./know -run TestPermissions -update-permissions`" + `, and the same test fails once it is stale. The
settings may give some verbs another least role; the last column says which.

A cell names the roles that may, from visitor, guest, member, staff and owner: "member and up" is
member, staff and owner. Columns are by who may see what it is done to. Of a board or a tribe it is said of those
who are in its circle; staff are in the circle of every board, and of no tribe that they did not join.
What is hidden is seen by its author and staff alone; what is closed takes nothing new.

| what | meaning | public | members | a board or tribe, from inside | from outside | the team | settings allow |
|---|---|---|---|---|---|---|---|
`

// declared reads the verbs and what each means from where they are declared, so
// that a new one cannot be left out.
func declared(t *testing.T) (list []know.Verb, means map[know.Verb]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "may.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	means = map[know.Verb]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if of, ok := v.Type.(*ast.Ident); ok && of.Name == "Verb" {
				verb := know.Verb(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
				list, means[verb] = append(list, verb), strings.TrimSpace(v.Comment.Text())
			}
		}
		return true
	})
	return list, means
}

// who names the roles that may, of those who are the author of what it is done
// to if only they may.
func who(v know.Verb, audience know.Audience, inside bool) string {
	roles := []know.Role{know.Visitor, know.Guest, know.Member, know.Staff, know.Owner}
	names := []string{"visitor", "guest", "member", "staff", "owner"}
	may := func(author int64) (n int) { // from which role up; the roles below may not
		n = len(roles)
		for i := len(roles) - 1; i >= 0; i-- {
			a := know.Actor{Role: roles[i]}
			if roles[i] != know.Visitor {
				a.ID = 7
			}
			if inside {
				a.Circles = []know.Audience{audience}
			}
			if !know.May(a, v, know.Subject{Audience: audience, Author: author}) {
				break
			}
			n = i
		}
		return n
	}
	words := func(n int) string {
		switch n {
		case len(roles):
			return ""
		case 0:
			return "everybody"
		case len(roles) - 1:
			return "owner"
		}
		return names[n] + " and up"
	}
	others, own := may(1), may(7)
	switch {
	case others == len(roles) && own == len(roles):
		return "nobody"
	case others == len(roles):
		return "its author: " + words(own)
	case own < others && own > 0:
		return words(others) + "; its author: " + words(own)
	}
	return words(others)
}

// TestPermissions holds docs/permissions.md to know.May.
func TestPermissions(t *testing.T) {
	const page = "../docs/permissions.md"
	list, means := declared(t)
	if len(list) < 30 {
		t.Fatalf("%d verbs are declared", len(list))
	}
	var b strings.Builder
	b.WriteString(permissionsHead)
	adjustable := know.Adjustable()
	for _, v := range list {
		var least []string
		for _, r := range adjustable[v] {
			least = append(least, map[know.Role]string{know.Visitor: "visitor"}[r]+string(r))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", v, means[v], who(v, know.Public, false), who(v, know.Members, false),
			who(v, "tribe:1", true), who(v, "tribe:1", false), who(v, know.Team, false), strings.Join(least, ", "))
	}
	if *updatePermissions {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is stale: write it anew with -update-permissions, and read what changed:\n%s", page, b.String())
	}
}
