package storage

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver, by its name "pgx"
	_ "modernc.org/sqlite"             // the SQLite driver, by its name "sqlite"
)

// Options say where the database is.
type Options struct {
	Folder string // the data folder; SQLite keeps tribune.db in it
	URL    string // postgres://...; empty for SQLite
}

// DB is one site's database. It is safe for concurrent use.
type DB struct {
	log      *slog.Logger
	postgres bool
	folder   string
	pool     *sql.DB // readers (SQLite), or everything (PostgreSQL)
	writer   *writer // SQLite only
	stmts    sync.Map
}

// Open opens the database, creates it if it is not there, and brings its
// schema up to date. A database written by a newer Tribune is refused.
func Open(ctx context.Context, log *slog.Logger, o Options) (*DB, error) {
	db := &DB{log: log, postgres: o.URL != "", folder: o.Folder}
	var err error
	if db.postgres {
		err = db.openPostgres(ctx, o.URL)
	} else {
		err = db.openSQLite(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("storage: open: %w", err)
	}
	return db, nil
}

func (db *DB) openPostgres(ctx context.Context, address string) error {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(16)
	db.pool = pool
	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("the PostgreSQL server does not answer: %w", err)
	}
	return migrate(ctx, pool, true)
}

func (db *DB) openSQLite(ctx context.Context) error {
	if err := os.MkdirAll(db.folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(db.folder, "tribune.db")
	write, err := sql.Open("sqlite", dsn(path, "rwc")+"&_pragma=cache_size(-48000)&_pragma=wal_autocheckpoint(16000)")
	if err != nil {
		return err
	}
	write.SetMaxOpenConns(2) // the writer, and one for checkpoints
	if err := migrate(ctx, write, false); err != nil {
		write.Close()
		return err
	}
	if db.writer, err = newWriter(ctx, db.log, write, db.folder); err != nil {
		write.Close()
		return err
	}
	db.pool, err = sql.Open("sqlite", dsn(path, "rw")+"&_pragma=query_only(1)&_pragma=cache_size(-8000)")
	if err != nil {
		return err
	}
	db.pool.SetMaxOpenConns(8)
	db.pool.SetMaxIdleConns(8)
	db.pool.SetConnMaxIdleTime(time.Minute) // a connection holds up to 8 MB of pages
	return nil
}

// Rest gives back what the writer holds of pages, up to 48 MB, and can read
// again: for when nobody is about.
func (db *DB) Rest(ctx context.Context) error {
	if db.postgres {
		return nil
	}
	return db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `pragma shrink_memory`)
		return err
	})
}

// The writer's connection has a larger cache than those that read: indexes that
// are written all over come back soon. The log is folded into the database
// after 64 MB: a page that changes with every batch is then copied less often.
// (Measured with mentions coming in as fast as they are stored: 6 to 12 % more of
// them a second than after 16 MB, 9 to 18 % where all match two queries.)

// dsn gives the address of a SQLite file with the settings every connection
// has: durable commits (synchronous=FULL in WAL mode syncs the log on each
// one), foreign keys, and deleted rows overwritten, so that what a person
// erased is not left behind in free pages.
func dsn(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode + "&_txlock=immediate" +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=temp_store(2)"
}

// Close ends the writer after the writes it has accepted, and the connections.
func (db *DB) Close() error {
	if db.writer != nil {
		db.writer.close()
	}
	return db.pool.Close()
}

// Postgres reports whether the engine is PostgreSQL. Each use outside this
// package is a dialect fork.
func (db *DB) Postgres() bool { return db.postgres }

// Folder gives the data folder; with PostgreSQL it holds only local files.
func (db *DB) Folder() string { return db.folder }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

// Analyze makes PostgreSQL look at once at what so many new rows are like: until
// then it plans as if they were not there, and searches are slow. It would do so
// by itself a while later. SQLite plans by its indexes alone.
func (db *DB) Analyze(ctx context.Context) error {
	if !db.postgres {
		return nil
	}
	_, err := db.pool.ExecContext(ctx, `analyze`)
	return err
}

// AnalyzeFrom is how many new rows are worth a look (see Analyze): it takes a
// second or two, whatever the size.
const AnalyzeFrom = 5_000

// Scrub makes what was deleted unreadable in the files, too: SQLite's
// write-ahead log is folded into the database, whose freed pages are already
// overwritten. On PostgreSQL vacuum does this in its own time
// (docs/operate.md, "When somebody leaves").
func (db *DB) Scrub(ctx context.Context) error {
	if db.postgres {
		return nil
	}
	return db.writer.checkpoint(ctx)
}
