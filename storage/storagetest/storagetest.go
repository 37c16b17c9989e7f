// Package storagetest gives tests a fresh database of each engine: the same
// test runs on SQLite and on PostgreSQL.
package storagetest

import (
	"log/slog"
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
	return open(t, storage.Options{Folder: t.TempDir()})
}

// Postgres opens a fresh database.
func Postgres(t testing.TB) *storage.DB {
	t.Helper()
	return open(t, storage.Options{Folder: t.TempDir(), URL: pgtest.URL(t)})
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
