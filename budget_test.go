package tribune_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The budgets: sizes past which a thing most likely holds more than one. Aim
// well below: a file at 400 lines, a function at 60. Tests may be longer, for
// tables are. Generated files are not counted.
const (
	maxFileLines         = 600
	maxTestFileLines     = 800
	maxFunctionLines     = 100
	maxTestFunctionLines = 150
	maxPackageFiles      = 25 // without tests

	maxForks = 20 // places where SQL differs between the engines, outside storage
)

// source is one parsed file that a person wrote.
type source struct {
	path  string
	lines int
	test  bool
	file  *ast.File
	fset  *token.FileSet
}

// size is a thing counted, against the most it may be.
type size struct {
	n, most int
	what    string
}

// TestBudget counts lines and files, and prints the ten that are nearest to
// their budget or the furthest over it. It checks how migrations are numbered.
func TestBudget(t *testing.T) {
	var files, functions, folders []size
	inFolder := map[string]int{}
	for _, s := range sources(t) {
		lines, long := maxFileLines, maxFunctionLines
		if s.test {
			lines, long = maxTestFileLines, maxTestFunctionLines
		} else {
			inFolder[path.Dir(s.path)]++
		}
		files = append(files, size{s.lines, lines, s.path})
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			from, to := s.fset.Position(f.Pos()), s.fset.Position(f.End())
			functions = append(functions, size{to.Line - from.Line + 1, long, fmt.Sprintf("%s:%d %s", s.path, from.Line, f.Name.Name)})
		}
	}
	for folder, n := range inFolder {
		folders = append(folders, size{n, maxPackageFiles, folder})
	}
	report(t, "lines of a file", files)
	report(t, "lines of a function", functions)
	report(t, "files of a package", folders)
	numbered(t)
}

// report prints the worst ten and fails for each that is over its budget.
func report(t *testing.T, of string, sizes []size) {
	t.Helper()
	slices.SortFunc(sizes, func(a, b size) int {
		return cmp.Or(cmp.Compare(b.n*a.most, a.n*b.most), cmp.Compare(a.what, b.what))
	})
	var worst strings.Builder
	for i, s := range sizes {
		if i < 10 {
			fmt.Fprintf(&worst, "\n%5d of %d  %s", s.n, s.most, s.what)
		}
		if s.n > s.most {
			t.Errorf("%s: %d %s, the most is %d: does it hold one thing?", s.what, s.n, of, s.most)
		}
	}
	t.Logf("%s, worst first:%s", of, worst.String())
}

// numbered checks that migrations are numbered one after the other: two of one
// number are refused at start, and one that comes late is run too late.
func numbered(t *testing.T) {
	t.Helper()
	files, err := os.ReadDir("storage/migrations")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if want := fmt.Sprintf("%05d_", i+1); !strings.HasPrefix(f.Name(), want) {
			t.Errorf("the migration %s is out of order: its name should begin with %s", f.Name(), want)
		}
	}
}

// TestForks counts the places outside storage that ask which engine they talk
// to. One marked with the comment "full text" on its line is not counted: that
// seam is a fork by nature.
func TestForks(t *testing.T) {
	var forks []string
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.path, "storage/") {
			continue
		}
		exempt := map[int]bool{}
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				if strings.Contains(c.Text, "full text") {
					exempt[s.fset.Position(c.Pos()).Line] = true
				}
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) > 0 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if line := s.fset.Position(call.Pos()).Line; ok && sel.Sel.Name == "Postgres" && !exempt[line] {
				forks = append(forks, fmt.Sprintf("%s:%d", s.path, line))
			}
			return true
		})
	}
	t.Logf("%d of at most %d dialect forks: %s", len(forks), maxForks, strings.Join(forks, " "))
	if len(forks) > maxForks {
		t.Errorf("%d dialect forks, the most is %d: write one text for both engines", len(forks), maxForks)
	}
}

// TestFolderMap checks that the README's folder map names every top-level
// folder with Go in it, and no folder that is not there. The map is the table,
// list or code block under the heading with "folder" or "map" in it; a line
// names folders in its first column.
func TestFolderMap(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	mapped := folderMap(string(text))
	if len(mapped) == 0 {
		t.Fatal("README.md has no folder map: no folder is named under a heading with Folder or Map in it")
	}
	for folder := range goFolders(t) {
		if folder != "." && !mapped[folder] {
			t.Errorf("the folder %s is not in the README's folder map", folder)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(mapped)) {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			t.Errorf("the README's folder map names %s, and there is no such folder", folder)
		}
	}
}

var (
	mapHeading = regexp.MustCompile(`(?i)^#+ .*\b(folders?|map)\b`)
	mapFolder  = regexp.MustCompile("^[`]?([a-z.][a-z0-9_.-]*)(/[a-z0-9_/*.-]*)?[`]?$")
)

// folderMap reads the first folders of the names in the first column.
func folderMap(markdown string) map[string]bool {
	folders := map[string]bool{}
	inside, fenced := false, false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			continue
		case strings.HasPrefix(line, "#") && !fenced:
			inside = mapHeading.MatchString(line)
			continue
		case !inside:
			continue
		}
		column := line
		switch {
		case strings.HasPrefix(line, "|"):
			column, _, _ = strings.Cut(line[1:], "|")
		case fenced:
			column, _, _ = strings.Cut(line, "  ")
		case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "* "):
			column, _, _ = strings.Cut(line[2:], ":")
		default:
			continue // prose
		}
		for name := range strings.SplitSeq(column, ",") {
			m := mapFolder.FindStringSubmatch(strings.TrimSpace(name))
			if m != nil && (fenced || strings.Contains(name, "`")) {
				folders[m[1]] = true
			}
		}
	}
	delete(folders, ".")
	return folders
}

// TestFolderMapReads holds folderMap to the forms it promises to read.
func TestFolderMapReads(t *testing.T) {
	for name, markdown := range map[string]string{
		"table": "## Folder map\n| folder | what |\n|---|---|\n| `know` | who |\n| `web`, `api/` | faces |\n| `internal/*` | x |\n## Next\n| `nope` | |\n",
		"fence": "# The map\n```\nknow/      who\nweb, api   faces\ninternal/  x\n```\n",
		"list":  "## Folders\nSome `prose` here.\n- `know`: who, `where`\n- `web`, `api`: faces\n- `internal/`: x\n",
	} {
		got := slices.Sorted(maps.Keys(folderMap(markdown)))
		if want := []string{"api", "internal", "know", "web"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// sources parses the files that people wrote, in order of their paths.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, name := range slices.Sorted(maps.Keys(goFiles(t))) {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(file) {
			continue
		}
		all = append(all, source{
			path: name, lines: fset.File(file.Pos()).LineCount(), test: strings.HasSuffix(name, "_test.go"),
			file: file, fset: fset,
		})
	}
	return all
}
