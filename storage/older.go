package storage

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"tribune/internal/fault"
)

// renewed gives an archive that an older program wrote as this program would
// have written it. Its rows go into a database of the schema they fit, beside
// the site, which is then brought up to date: so whatever the migrations between
// do to a site (counts that are kept since, consents that are kept otherwise,
// links that hold no longer) is done to what comes out of an archive, too. done
// throws the database away.
func (db *DB) renewed(ctx context.Context, m Manifest, from Folder) (to Folder, now Manifest, done func(), err error) {
	if m.Schema < 1 {
		return nil, now, nil, fault.New(fault.Invalid, "This copy of a site is of a form that this program does not read. Nothing was changed.")
	}
	dir, err := os.MkdirTemp(db.folder, ".older-*")
	if err != nil {
		return nil, now, nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	if err := readOlder(ctx, filepath.Join(dir, "tribune.db"), m, from); err != nil {
		return nil, now, nil, err
	}
	aside, err := Open(ctx, db.log, Options{Folder: dir}) // brings it up to date
	if err != nil {
		return nil, now, nil, fmt.Errorf("bring schema %d up to date: %w", m.Schema, err)
	}
	to = scratch(dir)
	now, err = aside.Export(ctx, to, true, m.MadeAt)
	if e := aside.Close(); err == nil {
		err = e
	}
	return to, now, remove, err
}

// readOlder makes a database of an archive's schema, with its rows.
func readOlder(ctx context.Context, path string, m Manifest, from Folder) error {
	pool, err := sql.Open("sqlite", dsn(path, "rwc"))
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := migrateTo(ctx, pool, false, m.Schema); err != nil {
		return fmt.Errorf("make schema %d: %w", m.Schema, err)
	}
	raw, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer raw.Rollback()
	tx := &Tx{run: sqlTx{raw}}
	there, err := All(ctx, tx, Scalar[string], `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'goose_db_version'`)
	if err != nil {
		return err
	}
	for _, table := range inTurn(there) {
		if want, ok := m.readable(table); ok {
			if err := importTable(ctx, tx, from, table, want); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
	}
	return raw.Commit()
}

// inTurn puts tables into the order in which archives are read; those that are
// no more come last.
func inTurn(names []string) []string {
	turn := map[string]int{}
	for n, table := range tables {
		turn[table] = n - len(tables)
	}
	slices.Sort(names)
	slices.SortStableFunc(names, func(a, b string) int { return turn[a] - turn[b] })
	return names
}

// Newest is the schema that this program knows.
func Newest() (int64, error) {
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, f := range names {
		var n int64
		if _, err := fmt.Sscanf(f.Name(), "%d_", &n); err != nil {
			return 0, fmt.Errorf("storage: migration %s: %w", f.Name(), err)
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// scratch is an archive in a folder of our own.
type scratch string

func (s scratch) Create(name string) (io.WriteCloser, error) {
	return os.OpenFile(filepath.Join(string(s), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (s scratch) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(s), name))
}
