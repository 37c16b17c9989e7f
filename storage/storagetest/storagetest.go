// Package storagetest gives tests a fresh database of each engine: the same
// test runs on SQLite and on PostgreSQL.
//
// The schema is made once for each process, by all migrations one after the
// other; each test has a copy.
package storagetest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tribune/internal/pgtest"
	"tribune/storage"
)

// Each runs f as a subtest on a fresh SQLite folder and on a fresh PostgreSQL
// database. Without PostgreSQL on the machine that half is skipped, or fails
// where tests must be complete (see pgtest).
func Each(t *testing.T, f func(t *testing.T, db *storage.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite opens a fresh folder.
func SQLite(t testing.TB) *storage.DB {
	t.Helper()
	return open(t, storage.Options{Folder: Folder(t)})
}

// Postgres opens a fresh database.
func Postgres(t testing.TB) *storage.DB {
	t.Helper()
	return open(t, storage.Options{Folder: t.TempDir(), URL: URL(t)})
}

// Folder makes a fresh data folder, with the schema in its database.
func Folder(t testing.TB) string {
	t.Helper()
	file, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tribune.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// URL gives the address of a fresh PostgreSQL database with the schema.
func URL(t testing.TB) string {
	t.Helper()
	return copies(t)
}

// schema is SQLite's file of a database in which nothing has happened.
var schema = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "schema")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := create(storage.Options{Folder: folder}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "tribune.db"))
})

// copies gives copies of such a database of PostgreSQL.
var copies = pgtest.Copies(func(url string) error { return create(storage.Options{URL: url}) })

func create(o storage.Options) error {
	db, err := storage.Open(context.Background(), slog.New(slog.DiscardHandler), o)
	if err != nil {
		return err
	}
	return db.Close()
}

func open(t testing.TB, o storage.Options) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), slog.New(slog.DiscardHandler), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
