package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the engine the program uses
)

// reference is what the roads are compared with, a second.
type reference struct{ handler, commits, votes float64 }

// references measures the bare handler and the bare group commit.
func references(ctx context.Context, dir string, o options) (base reference, err error) {
	addr, err := free()
	if err != nil {
		return base, err
	}
	self, err := os.Executable()
	if err != nil {
		return base, err
	}
	bare := exec.CommandContext(ctx, self, "--bare", addr)
	if err := bare.Start(); err != nil {
		return base, err
	}
	defer func() { bare.Process.Signal(syscall.SIGTERM); bare.Wait() }()
	if err := ready(ctx, "http://"+addr); err != nil {
		return base, err
	}
	r, err := hammer(ctx, "bare handler, 20 kB", o.seconds, func(int, int) (*http.Request, error) { return http.NewRequest(http.MethodGet, "http://"+addr, nil) })
	if err != nil {
		return base, err
	}
	r.line(0)
	base.handler = r.perSecond
	if base.commits, err = groupCommit(ctx, filepath.Join(dir, "bare.db"), o.seconds); err != nil {
		return base, err
	}
	fmt.Printf("  %-28s %9.0f /s\n", "bare SQLite group commit", base.commits)
	if base.votes, err = bareVotes(ctx, self, filepath.Join(dir, "votes.db"), o); err != nil {
		return base, err
	}
	return base, nil
}

// serveBare answers 20 kB to whatever is asked.
func serveBare(ctx context.Context, addr string) error {
	body := bytes.Repeat([]byte("twenty kilobytes of page. "), 20_000/26)
	server := &http.Server{Addr: addr, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(body)
	})}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// groupCommit gives how many rows a second 32 waiters have made durable by one
// SQLite connection that commits them together: one insert each, nothing else.
func groupCommit(ctx context.Context, path string, seconds int) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `create table vote (id integer primary key, idea bigint, person bigint)`); err != nil {
		return 0, err
	}
	queue := make(chan chan struct{}, connections)
	var rows atomic.Int64
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var waiters sync.WaitGroup
	for range connections {
		waiters.Go(func() {
			for time.Now().Before(end) {
				done := make(chan struct{})
				queue <- done
				<-done
				rows.Add(1)
			}
		})
	}
	go func() { waiters.Wait(); close(queue) }()
	for first := range queue {
		batch := []chan struct{}{first}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		for more := true; more; {
			if _, err := tx.ExecContext(ctx, `insert into vote (idea, person) values ($1, $2)`, len(batch), 7); err != nil {
				return 0, err
			}
			select {
			case next, ok := <-queue:
				if more = ok; ok {
					batch = append(batch, next)
				}
			default:
				more = false
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
		for _, done := range batch {
			close(done)
		}
	}
	return float64(rows.Load()) / float64(seconds), nil
}

var assets = regexp.MustCompile(`(?:href|src)="(/(?:assets/[^"]+|brand\.css[^"]*|favicon\.svg))"`)
var fonts = regexp.MustCompile(`url\((/assets/[^)]+)\)`)

// firstVisit gives the bytes over the wire of a page and what it loads, bodies
// compressed, with fonts that its style sheet would load for text in Latin
// letters (the italic is not used on it).
func firstVisit(ctx context.Context, base, path string) (int64, error) {
	seen := map[string]bool{}
	var total int64
	fetch := func(path string, compressed bool) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return nil, err
		}
		if compressed {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		answer, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		return io.ReadAll(answer.Body)
	}
	visit := func(path string) ([]byte, error) {
		if seen[path] {
			return nil, nil
		}
		seen[path] = true
		wire, err := fetch(path, true)
		if err != nil {
			return nil, err
		}
		total += int64(len(wire))
		return fetch(path, false)
	}
	page, err := visit(path)
	if err != nil {
		return 0, err
	}
	for _, m := range assets.FindAllSubmatch(page, -1) {
		body, err := visit(string(bytes.ReplaceAll(m[1], []byte("&amp;"), []byte("&"))))
		if err != nil {
			return 0, err
		}
		for _, f := range fonts.FindAllSubmatch(body, -1) {
			if bytes.Contains(f[1], []byte("italic")) {
				continue
			}
			if _, err := visit(string(f[1])); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}
