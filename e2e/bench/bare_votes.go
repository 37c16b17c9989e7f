package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// A bare handler for votes, in a process of its own: what a durable vote over
// HTTP costs at the least. It reads an idea's number from the path and the
// person's from a header, and makes the rows of a vote durable (the vote, the
// idea's count, the fact) by one SQLite connection that commits together those
// who wait. Nobody is asked who they are or what they may do.

// bareVotes measures it as the program's votes are measured.
func bareVotes(ctx context.Context, self, path string, o options) (float64, error) {
	addr, err := free()
	if err != nil {
		return 0, err
	}
	bare := exec.CommandContext(ctx, self, "--bare-votes", addr, "--db", path, "--ideas", strconv.Itoa(o.ideas))
	if err := bare.Start(); err != nil {
		return 0, err
	}
	defer func() { bare.Process.Signal(syscall.SIGTERM); bare.Wait() }()
	if err := ready(ctx, "http://"+addr+"/healthz"); err != nil {
		return 0, err
	}
	r, err := hammer(ctx, "bare group commit over HTTP", o.seconds, func(worker, n int) (*http.Request, error) {
		r, err := http.NewRequest(http.MethodPut, fmt.Sprintf("http://%s/ideas/%d/vote", addr, (worker*997+n)%o.ideas+1), nil)
		if err == nil {
			r.Header.Set("X-Person", strconv.Itoa(worker+n/o.ideas*connections))
		}
		return r, err
	})
	r.line(0)
	return r.perSecond, err
}

// ballot is a vote that waits to be durable.
type ballot struct {
	idea, person int64
	done         chan error
}

// serveVotes answers votes at an address until ctx ends.
func serveVotes(ctx context.Context, addr, path string, ideas int) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `create table idea (id integer primary key, votes bigint not null);
		create index idea_votes on idea (votes, id);
		create table vote (idea_id bigint not null, person_id bigint not null, at bigint not null, primary key (idea_id, person_id));
		create index vote_person on vote (person_id, at);
		create table fact (id integer primary key autoincrement, at bigint not null, kind text not null, person_id bigint not null, idea_id bigint not null);
		create index fact_idea on fact (idea_id, id);
		insert into idea (id, votes) with recursive n (i) as (select 1 union all select i + 1 from n where i < `+strconv.Itoa(ideas)+`) select i, i % 40 from n`); err != nil {
		return err
	}
	queue := make(chan ballot, 256)
	go commitVotes(ctx, db, queue)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("PUT /ideas/{id}/vote", func(w http.ResponseWriter, r *http.Request) {
		idea, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		person, err2 := strconv.ParseInt(r.Header.Get("X-Person"), 10, 64)
		if err := errors.Join(err, err2); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b := ballot{idea, person, make(chan error, 1)}
		queue <- b
		if err := <-b.done; err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%d,"voted":true}`, idea)
	})
	server := &http.Server{Addr: addr, Handler: mux}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// commitVotes makes what waits durable together, until ctx ends.
func commitVotes(ctx context.Context, db *sql.DB, queue <-chan ballot) {
	var statements [3]*sql.Stmt
	for i, text := range []string{`insert into vote (idea_id, person_id, at) values ($1, $2, $3) on conflict do nothing`,
		`update idea set votes = votes + 1 where id = $1`, `insert into fact (at, kind, person_id, idea_id) values ($3, 'vote.cast', $2, $1)`} {
		s, err := db.PrepareContext(ctx, text)
		if err != nil {
			panic(err) // it is written above
		}
		statements[i] = s
	}
	for {
		var batch []ballot
		select {
		case <-ctx.Done():
			return
		case b := <-queue:
			batch = append(batch, b)
		}
		err := commitBatch(ctx, db, statements, &batch, queue)
		for _, b := range batch {
			b.done <- err
		}
	}
}

// commitBatch writes the first ballot and those that come meanwhile, and
// commits.
func commitBatch(ctx context.Context, db *sql.DB, statements [3]*sql.Stmt, batch *[]ballot, queue <-chan ballot) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for n := 0; n < len(*batch); n++ {
		b := (*batch)[n]
		for i, s := range statements {
			args := []any{b.idea, b.person, time.Now().UnixMicro()}
			if i == 1 {
				args = args[:1]
			}
			if _, err := tx.StmtContext(ctx, s).ExecContext(ctx, args...); err != nil {
				return err
			}
		}
		select {
		case more := <-queue:
			*batch = append(*batch, more)
		default:
		}
	}
	return tx.Commit()
}
