package pgtest

import (
	"bufio"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestFreshDatabases checks that two tests never see each other's tables, and
// that text folds and sorts as the product expects.
func TestFreshDatabases(t *testing.T) {
	a, b := open(t), open(t)
	if _, err := a.Exec("create table only_here (n bigint)"); err != nil {
		t.Fatal(err)
	}
	var found bool
	if err := b.QueryRow("select to_regclass('only_here') is not null").Scan(&found); err != nil {
		t.Fatal(err)
	}
	if found {
		t.Error("a table made in one database is there in the other")
	}
	var lower string
	var sorted bool
	if err := b.QueryRow("select lower('ÉTÉ'), 'Z' < 'a'").Scan(&lower, &sorted); err != nil {
		t.Fatal(err)
	}
	if lower != "été" || !sorted {
		t.Errorf("lower('ÉTÉ') = %q, 'Z' < 'a' = %v; want été, true", lower, sorted)
	}
}

// TestNothingLeft ends a process that holds a cluster the hard way and waits
// for the cluster's folder to be gone.
func TestNothingLeft(t *testing.T) {
	if os.Getenv("PGTEST_HOLD") == "1" {
		hold(t)
		return
	}
	if _, err := shared(); err != nil {
		URL(t) // says what is missing
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestNothingLeft$", "-test.v")
	cmd.Env = append(os.Environ(), "PGTEST_HOLD=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		if d, ok := strings.CutPrefix(lines.Text(), "holding "); ok {
			dir = d
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("the cluster's folder: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed: the error is that
	for range 3000 {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s is still there a minute after its process was killed", dir)
}

// hold starts a cluster, names its folder, and waits to be killed.
func hold(t *testing.T) {
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("holding " + c.dir + "\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
