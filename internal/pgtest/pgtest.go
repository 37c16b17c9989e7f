// Package pgtest gives tests a real PostgreSQL: a throw-away cluster made by
// the machine's own initdb, one for each test process, and a fresh empty
// database in it for each test that asks.
//
// The cluster listens on a Unix socket in a folder of its own and nowhere else.
// It is gone when the test process is, however that ends: a shell that holds
// the other end of a pipe outlives the process by just long enough to stop the
// server and remove the folder.
//
// It imports testing, so only tests may import it.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops databases
)

// The one cluster of this process. It is package state because a process's
// tests share it, in whatever package they are and in whatever order they run.
var (
	shared    = sync.OnceValues(start)
	databases atomic.Int64
)

// URL gives the address of a fresh, empty database for this test, in the form
// that pgx and TRIBUNE_DATABASE_URL take. The database is dropped when the test
// ends, open connections or not. Without PostgreSQL on the machine the test is
// skipped, or fails as Missing says.
func URL(t testing.TB) string {
	t.Helper()
	return server(t).copy(t, "template1")
}

// Copies gives databases as URL does that are not empty: copies of one that
// fill fills, once, for whoever asks first. fill leaves no connection open.
func Copies(fill func(url string) error) func(testing.TB) string {
	original := sync.OnceValues(func() (string, error) {
		c, err := shared()
		if err != nil {
			return "", err
		}
		name := fmt.Sprintf("t_%d", databases.Add(1))
		if err := c.exec("create database " + name); err != nil {
			return "", err
		}
		return name, fill(c.url(name))
	})
	return func(t testing.TB) string {
		t.Helper()
		c := server(t)
		name, err := original()
		if err != nil {
			t.Fatalf("fill a database for tests: %v", err)
		}
		return c.copy(t, name)
	}
}

// server gives the one cluster.
func server(t testing.TB) *cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		if c == nil {
			Missing(t, "PostgreSQL: "+err.Error())
		}
		t.Fatalf("start a PostgreSQL for tests: %v", err)
	}
	return c
}

// copy makes a database for a test from another one of the cluster.
func (c *cluster) copy(t testing.TB, original string) (url string) {
	t.Helper()
	name := fmt.Sprintf("t_%d", databases.Add(1))
	if err := c.exec("create database " + name + " template " + original); err != nil {
		t.Fatalf("create database %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := c.exec("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop database %s: %v", name, err)
		}
	})
	return c.url(name)
}

// Missing ends a test that needs something this machine has not: it skips it,
// or fails it where TRIBUNE_TEST_STRICT=1 says that everything must be there,
// as make check does.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("TRIBUNE_TEST_STRICT") == "1" {
		t.Fatalf("missing %s", what)
	}
	t.Skipf("missing %s", what)
}

// cluster is a running server: the folder its socket is in, and the database
// handle that makes and drops databases.
type cluster struct {
	dir   string
	admin *sql.DB
}

// url addresses one database of the cluster through its socket.
func (c *cluster) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database,
		RawQuery: url.Values{"host": {c.dir}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

func (c *cluster) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := c.admin.ExecContext(ctx, statement)
	return err
}

// ready waits until the server answers.
func (c *cluster) ready() error {
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = c.exec("select 1"); err == nil {
			return nil
		}
	}
	return err
}
