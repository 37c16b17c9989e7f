package tribune_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ladder is the whole dependency rule of this repository. A package may import
// packages on lower rungs only; folders that share a rung may not import each
// other. A folder's own subfolders may.
var ladder = [][]string{
	{"internal"},           // mechanisms: no product words
	{"storage"},            // database handle, transactions, migrations
	{"event"},              // durable log, cursors, outbox
	{"know"},               // people, identity, consent
	{"listen"},             // sources, mentions, trends
	{"converse"},           // threads, replies, deliveries
	{"shape"},              // ideas, votes, decisions, boards, assemblies
	{"advocate"},           // share links, referrals, thanks
	{"tribe"},              // ties, tribes, membership
	{"measure"},            // the loop, counted
	{"gate"},               // who is asking, limits, error answers
	{"web", "api", "wire"}, // faces
	{"."},                  // composition root: wires everything
	{"cmd", "e2e"},         // main, browser journeys
}

// TestLadder checks every import of every package, tests included, and that
// each top-level folder with Go in it stands on a rung.
func TestLadder(t *testing.T) {
	rung := map[string]int{}
	for i, names := range ladder {
		for _, n := range names {
			rung[n] = i
		}
	}
	for folder := range goFolders(t) {
		if _, ok := rung[folder]; !ok {
			t.Errorf("the folder %s is on no rung: add it to ladder, or move its code into a folder that is", folder)
		}
	}
	for from, imports := range packages(t) {
		at, ok := rung[top(from)]
		if !ok {
			continue // named above
		}
		for _, imp := range imports {
			to := top(imp)
			if to == "" || to == top(from) {
				continue
			}
			if r, ok := rung[to]; ok && r >= at {
				t.Errorf("%s imports %s: the ladder forbids %s -> %s", from, imp, top(from), to)
			}
		}
	}
}

// rooms names what has no place in a folder: a capability has no template and
// serves no page, a face has no SQL.
var rooms = []struct {
	folders string
	banned  []string
	why     string
}{
	{"internal storage event know listen converse shape advocate tribe measure", []string{"github.com/a-h/templ", "html/template"}, "pages are rendered by web"},
	{"gate web api wire", []string{"database/sql", "github.com/jackc/pgx/v5", "modernc.org/sqlite"}, "SQL stands in the capability that owns the table"},
}

// TestRooms checks what the packages themselves import; their tests are free.
func TestRooms(t *testing.T) {
	for from, imports := range list(t, "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}") {
		for _, room := range rooms {
			if !slices.Contains(strings.Fields(room.folders), top(from)) {
				continue
			}
			for _, imp := range imports {
				for _, banned := range room.banned {
					if imp == banned || strings.HasPrefix(imp, banned+"/") {
						t.Errorf("%s imports %s: %s", from, imp, room.why)
					}
				}
			}
		}
	}
}

// TestNoTestCode checks that the program has nothing of the tests in it.
func TestNoTestCode(t *testing.T) {
	if !goFolders(t)["cmd"] {
		t.Fatal("there is no program")
	}
	for name := range list(t, "{{.ImportPath}}", "-deps", "./cmd/tribune") {
		if name == "tribune/internal/pgtest" || name == "tribune/e2e" || top(name) != "" && strings.HasSuffix(name, "test") {
			t.Errorf("cmd/tribune depends on %s, which is for tests", name)
		}
	}
}

// packages gives the imports of each package, those of its tests included.
func packages(t *testing.T) map[string][]string {
	return list(t, "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}")
}

// list runs go list, over the whole module if not told otherwise; the first
// word of a line is its key.
func list(t *testing.T, format string, what ...string) map[string][]string {
	t.Helper()
	if what == nil {
		what = []string{"./..."}
	}
	cmd := exec.Command("go", append([]string{"list", "-f", format}, what...)...)
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, problem.String())
	}
	lines := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		lines[words[0]] = words[1:]
	}
	return lines
}

// goFolders gives the top-level folders that hold Go of this module, "." for
// the root itself.
func goFolders(t *testing.T) map[string]bool {
	t.Helper()
	folders := map[string]bool{}
	for path := range goFiles(t) {
		first, _, nested := strings.Cut(path, "/")
		if !nested {
			first = "."
		}
		folders[first] = true
	}
	return folders
}

// goFiles gives every Go file of this module with its slash-separated path. It
// leaves out what go build leaves out, and tools/, which is another module.
func goFiles(t *testing.T) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" || path == "tools") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			files[filepath.ToSlash(path)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// top returns the first folder of a package in this module, "." for the root
// package, and "" for a package outside it.
func top(path string) string {
	if path == "tribune" {
		return "."
	}
	rest, ok := strings.CutPrefix(path, "tribune/")
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}
