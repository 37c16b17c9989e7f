package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Q is what can be asked with a statement: the database itself (a read on its
// own) or a transaction.
type Q interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Row(ctx context.Context, query string, args ...any) *sql.Row
	Postgres() bool
}

// Tx is a write transaction. It is used by one goroutine and must not outlive
// the function that got it.
type Tx struct {
	postgres bool
	run      runner
	after    []func()
}

// runner is the part of *sql.Conn and *sql.Tx that statements run through.
type runner interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	row(ctx context.Context, query string, args ...any) *sql.Row
	exec(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Postgres reports whether the engine is PostgreSQL.
func (tx *Tx) Postgres() bool { return tx.postgres }

// Query runs a statement that answers rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.run.query(ctx, query, args...)
}

// Row runs a statement that answers at most one row.
func (tx *Tx) Row(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.run.row(ctx, query, args...)
}

// Exec runs a statement and gives the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := tx.run.exec(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Insert runs an "insert ... returning id" and gives the id.
func (tx *Tx) Insert(ctx context.Context, query string, args ...any) (id int64, err error) {
	err = tx.Row(ctx, query, args...).Scan(&id)
	return id, err
}

// After registers f to run once the transaction is durable; it does not run if
// the transaction fails.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// Update runs f in a write transaction and returns when it is durable, or has
// left no trace. On SQLite f runs between other writers' work: it must not
// wait for anything outside the database. f may run again after a
// serialisation failure (PostgreSQL), so it must not keep state between runs.
func (db *DB) Update(ctx context.Context, f func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !db.postgres {
		return db.writer.do(ctx, f)
	}
	for try := 1; ; try++ {
		err := db.updatePostgres(ctx, f)
		if try == 10 || !retryable(err) {
			return err
		}
		wait := time.Duration(rand.Int64N(int64(try) * int64(5*time.Millisecond)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (db *DB) updatePostgres(ctx context.Context, f func(tx *Tx) error) error {
	t, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	tx := &Tx{postgres: true, run: sqlTx{t}}
	if err := f(tx); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	for _, f := range tx.after {
		f()
	}
	return nil
}

// retryable reports a serialisation failure or a deadlock (SQLSTATE 40001, 40P01).
func retryable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

type sqlTx struct{ *sql.Tx }

func (t sqlTx) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return t.QueryContext(ctx, q, args...)
}
func (t sqlTx) row(ctx context.Context, q string, args ...any) *sql.Row {
	return t.QueryRowContext(ctx, q, args...)
}
func (t sqlTx) exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	return t.ExecContext(ctx, q, args...)
}

// Query runs a read on its own. SQLite statements are prepared once and kept;
// pgx keeps its own.
//
// A read on SQLite that has begun is carried through: to be able to interrupt
// it, the driver and database/sql each start a goroutine for every statement,
// which cost more than most statements do.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if db.postgres {
		return db.pool.QueryContext(ctx, query, args...)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	s, err := db.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// Row runs a read on its own that answers at most one row.
func (db *DB) Row(ctx context.Context, query string, args ...any) *sql.Row {
	if db.postgres {
		return db.pool.QueryRowContext(ctx, query, args...)
	}
	if ctx.Err() != nil { // the row says it
		return db.pool.QueryRowContext(ctx, query, args...)
	}
	ctx = context.WithoutCancel(ctx)
	s, err := db.prepared(ctx, query)
	if err != nil { // let the driver say the same error through the row
		return db.pool.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// prepared keeps statements by their text. Texts are constants of the program
// with few variants, so the map does not grow without bound.
func (db *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := db.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := db.pool.PrepareContext(ctx, steady(query))
	if err != nil {
		return nil, err
	}
	if kept, loaded := db.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		return kept.(*sql.Stmt), nil
	}
	return s, nil
}

// All runs a query and scans every row with scan, in order.
func All[T any](ctx context.Context, q Q, scan func(row Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%w in %.80q", err, query)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%w in %.80q", err, query)
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Each runs a query and gives every row to f, in order.
func Each(ctx context.Context, q Q, f func(row Scanner) error, query string, args ...any) error {
	_, err := All(ctx, q, func(row Scanner) (struct{}, error) { return struct{}{}, f(row) }, query, args...)
	return err
}

// Scanner is a row: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// Scalar scans a row of one value; it goes with All.
func Scalar[T any](row Scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// Micros gives a time as the database keeps it; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time gives a time back from the database, in UTC; 0 is the zero time.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Bit gives a boolean as the database keeps it.
func Bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Holes gives "$n, $n+1, ..." for values, beginning at from, and the values as
// arguments. Values are padded to the next power of two with the last one, so
// that few statement texts exist.
func Holes[T any](from int, values []T) (holes string, args []any) {
	if len(values) == 0 {
		return "null", nil
	}
	size := 1
	for size < len(values) {
		size *= 2
	}
	var b strings.Builder
	args = make([]any, size)
	for i := range size {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
		args[i] = values[min(i, len(values)-1)]
	}
	return b.String(), args
}
