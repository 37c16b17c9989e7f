package main

import (
	"os"
	"path/filepath"
	"testing"

	"tribune/storage"
)

// TestImportExitCode tells by the exit code whether rows were refused; the good
// rows go in all the same, but not on a dry run.
func TestImportExitCode(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const header = "text,author.name,url\n"
	good := write("good.csv", header+"The paper is good.,Jo,https://shop.example/1\n")
	mixed := write("mixed.csv", header+"The paper is thin.,Ann,https://shop.example/2\n,Nobody,\n")
	bad := write("bad.csv", header+",Nobody,\n")
	none := write("none.csv", "")
	lines := write("lines.json", "\uFEFF\n"+`{"text":"The paper is thick, \"quite\".","url":"https://shop.example/3"}`+"\n")
	rows := write("rows.txt", header+"The paper is blue.,Bo,https://shop.example/4\n")
	data := filepath.Join(folder, "site")
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"a dry run of a file with a refused row", []string{"--dry-run", mixed}, 3},
		{"a dry run of a good file", []string{"--dry-run", good}, 0},
		{"a good file", []string{good}, 0},
		{"the same again", []string{good}, 0},
		{"lines of JSON under another name", []string{lines}, 0},
		{"a table under another name", []string{rows}, 0},
		{"a file with a refused row", []string{mixed}, 3},
		{"a file without a good row", []string{bad}, 3},
		{"no table at all", []string{none}, 1},
		{"no such file", []string{filepath.Join(folder, "nowhere.csv")}, 2},
		{"no such flag", []string{"--sideways", good}, 2},
	} {
		if got := run(t.Context(), append([]string{"import", "mentions", "--data", data}, c.args...)); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
	// What was good is there: of both files nothing is new now.
	out := filepath.Join(folder, "said")
	printed := os.Stdout
	file, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = file
	code := run(t.Context(), []string{"import", "mentions", "--data", data, mixed})
	os.Stdout = printed
	file.Close()
	said, err := os.ReadFile(out)
	if want := "2 rows read: 0 new imported, 1 known already, 1 with errors.\n"; err != nil || code != 3 || string(said) != want {
		t.Errorf("exit code %d, %q, want %q, %v", code, said, want, err)
	}
}

// TestBackupKeepsWhatIsThere writes over an older backup only when told to.
func TestBackupKeepsWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	data, file, rows := filepath.Join(folder, "site"), filepath.Join(folder, "site.zip"), filepath.Join(folder, "rows.csv")
	for name, text := range map[string]string{file: "older", rows: "text,author.name,url\nThe paper is good.,Jo,https://shop.example/1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code := run(t.Context(), []string{"import", "mentions", "--data", data, rows}); code != 0 {
		t.Fatal(code)
	}
	backup := []string{"backup", "--data", data, file}
	if code := run(t.Context(), backup); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != "older" {
		t.Errorf("it holds %d bytes, %v", len(kept), err)
	}
	if code := run(t.Context(), append(backup, "--replace")); code != 0 {
		t.Errorf("exit code %d when told to, want 0", code)
	}
	if made, err := os.ReadFile(file); err != nil || len(made) < 100 {
		t.Errorf("it holds %d bytes, %v", len(made), err)
	}
}

// TestCounted says one of a kind as one, and what rests if anything does.
func TestCounted(t *testing.T) {
	for want, rows := range map[string]map[string]int64{
		"1 person, 1 mention, 1 idea, 1 vote":                                                 {"person": 1, "mention": 1, "idea": 1, "vote": 1},
		"2 people, 0 mentions, 0 ideas, 0 votes":                                              {"person": 2},
		"0 people, 0 mentions, 0 ideas, 0 votes, 1 post that no query matched and that rests": {"rest": 1},
		"0 people, 0 mentions, 0 ideas, 0 votes, 7 posts that no query matched and that rest": {"rest": 7},
	} {
		if got := counted(storage.Manifest{Rows: rows}); got != want {
			t.Errorf("%v: %q, want %q", rows, got, want)
		}
	}
}
