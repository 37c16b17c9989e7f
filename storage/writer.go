package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// The writer shares one durable transaction between the writes that wait for
// it: at most maxBatch of them, and no new one is begun once the batch is
// maxBatchTime old, so that nobody waits long behind a crowd. Measured with
// 32 waiters: 4 to 5 times the commits a second of one transaction each.
const (
	maxBatch     = 256
	maxBatchTime = 20 * time.Millisecond
)

// writer is SQLite's only writing connection, and the queue before it.
type writer struct {
	log   *slog.Logger
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *write
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once

	folder string // for people to read
	full   bool   // the disk was when last written to; the loop's alone
}

type write struct {
	ctx   context.Context
	f     func(tx *Tx) error
	tx    *Tx
	err   error
	ready chan struct{}
}

// ErrClosed is what a write gets that comes after Close.
var ErrClosed = errors.New("storage: the database is closed")

func newWriter(ctx context.Context, log *slog.Logger, db *sql.DB, folder string) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{log: log, db: db, folder: folder, conn: conn, stmts: map[string]*sql.Stmt{},
		queue: make(chan *write, maxBatch), stop: make(chan struct{}), done: make(chan struct{})}
	go w.loop()
	return w, nil
}

// do queues f and waits until it is durable or undone. A context that ends
// while f is queued withdraws it; once begun, f is carried through.
func (w *writer) do(ctx context.Context, f func(tx *Tx) error) error {
	job := &write{ctx: ctx, f: f, ready: make(chan struct{})}
	select {
	case w.queue <- job:
	case <-w.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-job.ready:
	case <-w.done: // closed with the job still queued
		select {
		case <-job.ready:
		default:
			return ErrClosed
		}
	}
	if job.err == nil && job.tx != nil {
		for _, f := range job.tx.after {
			f()
		}
	}
	return job.err
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	defer w.db.Close()
	defer w.conn.Close()
	for {
		select {
		case job := <-w.queue:
			w.batch(job)
		case <-w.stop:
			for {
				select {
				case job := <-w.queue:
					w.batch(job)
				default:
					return
				}
			}
		}
	}
}

// batch runs job and those that wait behind it in one transaction.
func (w *writer) batch(job *write) {
	ctx := context.Background()
	var batch []*write
	_, err := w.exec(ctx, "begin immediate")
	if err == nil {
		began := time.Now()
		for more := true; more; {
			batch = append(batch, job)
			if len(batch) == 1 {
				if job.err = w.first(ctx, job); job.err != nil {
					err = job.err
					break
				}
			} else if job.err = w.one(ctx, job); job.err != nil && errors.Is(job.err, errBroken) {
				err = job.err
				break
			}
			if len(batch) >= maxBatch || time.Since(began) > maxBatchTime {
				break
			}
			select {
			case job = <-w.queue:
			default:
				more = false
			}
		}
		if err == nil {
			_, err = w.exec(ctx, "commit")
		}
		w.room(err)
		if err != nil {
			if !w.full && (len(batch) > 1 || job.err == nil) {
				w.log.Error("a batch of writes was rolled back", "writes", len(batch), "error", err)
			}
			// What fills the disk, and some else, undoes the transaction by itself.
			if _, err := w.exec(ctx, "rollback"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
				w.log.Error("rollback failed", "error", err)
			}
		}
	} else {
		batch = append(batch, job)
	}
	for _, job := range batch {
		if err != nil && job.err == nil {
			job.err = fmt.Errorf("storage: commit: %w", err)
		}
		close(job.ready)
	}
}

// room says in plain words, once, that the disk is full, and once that it no
// longer is: whatever writes meanwhile fails by itself, loudly enough.
func (w *writer) room(err error) {
	switch full := err != nil && strings.Contains(err.Error(), "disk is full"); {
	case full && !w.full:
		w.full = true
		w.log.Error("The disk is full, so nothing new can be saved. What was saved before is safe. Free some room on the disk of the data folder; nothing needs to be restarted.", "folder", w.folder, "error", err)
	case err == nil && w.full:
		w.full = false
		w.log.Info("The disk has room again: what is new is saved.", "folder", w.folder)
	}
}

// errBroken marks a transaction whose savepoint could not be undone.
var errBroken = errors.New("storage: savepoint could not be undone")

// first runs the write that begins a batch. It needs no savepoint: if it fails,
// the batch is undone, in which there is nothing else. Within a savepoint
// SQLite keeps a copy of each page in a list, whose end each statement finds
// anew; a write of thousands of rows spent a third of its time so.
func (w *writer) first(ctx context.Context, job *write) error {
	if err := job.ctx.Err(); err != nil {
		return err
	}
	job.tx = &Tx{run: w}
	return guarded(job)
}

// one runs a write in a savepoint of its own.
func (w *writer) one(ctx context.Context, job *write) (err error) {
	if err := job.ctx.Err(); err != nil {
		return err
	}
	if _, err := w.exec(ctx, "savepoint w"); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	job.tx = &Tx{run: w}
	err = guarded(job)
	if err != nil {
		if _, e := w.exec(ctx, "rollback to w"); e != nil {
			return fmt.Errorf("%w: %w after %w", errBroken, e, err)
		}
	}
	if _, e := w.exec(ctx, "release w"); e != nil {
		return fmt.Errorf("%w: %w", errBroken, e)
	}
	return err
}

// guarded turns a panic in one write into that write's error: the writer
// serves everybody.
func guarded(job *write) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("storage: a write panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return job.f(job.tx)
}

// checkpoint folds the write-ahead log into the database and empties it.
func (w *writer) checkpoint(ctx context.Context) error {
	return w.outside(ctx, func(conn *sql.Conn) error {
		var busy, frames, moved int
		return conn.QueryRowContext(ctx, "pragma wal_checkpoint(truncate)").Scan(&busy, &frames, &moved)
	})
}

// outside runs f on a connection of its own, not in a batch.
func (w *writer) outside(ctx context.Context, f func(conn *sql.Conn) error) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return f(conn)
}

// prepared keeps the writer's statements by their text.
func (w *writer) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, steady(query))
	if err != nil {
		return nil, err
	}
	if len(w.stmts) > 1000 { // statements with a varying number of values
		for text, old := range w.stmts {
			old.Close()
			delete(w.stmts, text)
		}
	}
	w.stmts[query] = s
	return s, nil
}

// Statements of a batch are not interrupted when the one who asked goes away:
// others share their transaction, and watching for it costs a goroutine each.

func (w *writer) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := w.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (w *writer) row(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	s, err := w.prepared(ctx, query)
	if err != nil {
		return w.conn.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

func (w *writer) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := w.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}
