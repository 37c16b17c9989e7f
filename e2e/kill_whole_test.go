package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tribune"
	"tribune/know"
	"tribune/shape/board"
)

// wholes is how often each test below ends the program: what they do is done in
// few transactions, so a few dozen kills meet each of its moments.
func wholes() int { return max(1, kills()/10) }

// count reads one number.
func count(t *testing.T, site *tribune.Site, query string, args ...any) (n int) {
	t.Helper()
	if err := site.DB.Row(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return n
}

// How many boards are drawn at once; and of each its seats, applicants, and the
// value that was announced.
const (
	atOnce     = 4
	seatsDrawn = 5
	applicants = 8
	lotto      = "3 17 22 31 40 44"
)

// TestKilledWhileDrawing kills the program at random moments of the draws of a
// few boards at once: each is drawn once, or not at all. A draw that was
// acknowledged stands, and asking for it again changes nothing.
func TestKilledWhileDrawing(t *testing.T) {
	t.Parallel()
	data, address := t.TempDir(), freeAddress(t)
	token, boards := fillBoards(t, data, atOnce*(wholes()+1))
	drawn := map[int64]bool{} // acknowledged
	took := time.Duration(0)  // by the draws of one life that is left in peace
	for part := range slices.Chunk(boards, atOnce) {
		r := begin(t, data, address)
		ready(t, r, address)
		ctx, stop := context.WithCancel(t.Context())
		began, said := time.Now(), make(chan int64, atOnce)
		var asking sync.WaitGroup
		for _, id := range part {
			asking.Go(func() {
				if drawOne(ctx, fmt.Sprintf("http://%s/api/v1/boards/%d/draw", address, id), token) {
					said <- id
				}
			})
		}
		if took == 0 {
			asking.Wait()
			took = time.Since(began)
		} else {
			time.Sleep(rand.N(took * 3 / 2))
		}
		r.kill()
		stop()
		asking.Wait()
		for len(said) > 0 {
			drawn[<-said] = true
		}
	}
	site := openSite(t, data)
	defer site.Close()
	owner, err := site.People.Actor(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	halves := 0
	for _, id := range boards {
		halves += drawnOnce(t, site, id, drawn[id])
	}
	t.Logf("%d of %d boards are drawn after %d kills, %d of them acknowledged; %d draws at once take %v", halves, len(boards), wholes(), len(drawn), atOnce, took)
	if len(drawn) == 0 {
		t.Error("no draw was acknowledged")
	}
	for _, id := range boards {
		if _, err := site.Boards.Draw(t.Context(), owner, id, lotto); err != nil {
			t.Fatal(err)
		}
		drawnOnce(t, site, id, true)
	}
	if n := count(t, site, `select count(*) from outbox where kind = 'drawn'`); n != seatsDrawn*len(boards) {
		t.Errorf("%d mails about %d seats", n, seatsDrawn*len(boards))
	}
}

// fillBoards makes boards whose pools are frozen and whose value may be known,
// and gives the token of their owner.
func fillBoards(t *testing.T, data string, n int) (token string, ids []int64) {
	t.Helper()
	Program(t) // with -short nothing is begun
	ctx, at := t.Context(), time.Now().Add(-20*24*time.Hour)
	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: data}, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	owner, err := member(ctx, site, 0, know.Owner)
	if err != nil {
		t.Fatal(err)
	}
	if token, err = site.People.NewToken(ctx, owner, "test"); err != nil {
		t.Fatal(err)
	}
	var who []know.Actor
	for i := range applicants {
		a, err := member(ctx, site, i+1, know.Member)
		if err != nil {
			t.Fatal(err)
		}
		who = append(who, a)
	}
	for i := range n {
		b, err := site.Boards.Convene(ctx, owner, board.NewBoard{Name: fmt.Sprintf("Board %d", i), Purpose: "Paper.", CompanyGets: "Advice.", MembersGet: "Paper.", Duties: "An hour a month.", Seats: seatsDrawn,
			ClosesAt: at.Add(7 * 24 * time.Hour), Announced: fmt.Sprintf("Paper %d", i), Beacon: "Lotto of Saturday", Counts: "the main numbers", Numbers: 6, BeaconAt: at.Add(9 * 24 * time.Hour), From: at.Add(10 * 24 * time.Hour), To: at.Add(200 * 24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Boards.SetQuotas(ctx, owner, b.ID, []board.Quota{{Feature: "country", Value: "NO", Min: 2, Max: 3}}); err != nil {
			t.Fatal(err)
		}
		for i, a := range who {
			if _, err := site.Boards.Apply(ctx, a, b.ID, board.NewApplication{Sentence: "I write a lot.", Country: []string{"NO", "BR"}[i%2]}); err != nil {
				t.Fatal(err)
			}
		}
		ids = append(ids, b.ID)
	}
	at = at.Add(7 * 24 * time.Hour)
	if err := site.Boards.KeepOnce(ctx); err != nil {
		t.Fatal(err)
	}
	return token, ids
}

// ready waits until the program answers.
func ready(t *testing.T, r *run, address string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		resp, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			r.kill()
			t.Fatalf("the program does not answer\n%s", r.out.String())
		}
	}
}

// drawOne asks for a draw, and reports whether it was acknowledged.
func drawOne(ctx context.Context, address, token string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, strings.NewReader(`{"value": "`+lotto+`"}`))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}

// drawnOnce fails unless a board is drawn once and whole, or not at all where
// that may be; it gives 1 if it is drawn.
func drawnOnce(t *testing.T, site *tribune.Site, id int64, must bool) int {
	t.Helper()
	state := count(t, site, `select case when state = 'drawn' then 1 when state = 'closed' then 0 else -1 end from board where id = $1`, id)
	got := map[string]int{
		"draws": count(t, site, `select count(*) from board_draw where board_id = $1`, id),
		"facts": count(t, site, `select count(*) from event where kind = 'board.drawn' and subject_id = $1`, id),
		"seats": count(t, site, `select count(*) from board_seat where board_id = $1 and state = 'offered'`, id),
		"mails": count(t, site, `select count(*) from outbox where kind = 'drawn' and subject_id = $1`, id),
	}
	for what, n := range got {
		if want := map[string]int{"draws": 1, "facts": 1, "seats": seatsDrawn, "mails": seatsDrawn}[what] * state; n != want {
			t.Errorf("board %d, drawn %d: %d %s, want %d", id, state, n, what, want)
		}
	}
	if must && state != 1 {
		t.Errorf("the draw of board %d was acknowledged and is lost", id)
	}
	return max(state, 0)
}

// TestKilledWhileImporting kills imports of orders and of mentions at random
// moments, and begins each again on the same file: in the end every row is
// there once, and so is what is counted of it.
func TestKilledWhileImporting(t *testing.T) {
	t.Parallel()
	const rows = 6000
	path, folder := Program(t), t.TempDir()
	var orders, mentions strings.Builder
	orders.WriteString("order_id,ordered_at,email,country,amount,currency\n")
	mentions.WriteString("external_id,author.name,text,published_at,language\n")
	for i := range rows {
		fmt.Fprintf(&orders, "%d,2026-01-%02d,buyer%d@example.org,NO,12.50,EUR\n", i, 1+i%28, i%(rows/3))
		fmt.Fprintf(&mentions, "%d,Reader %d,\"The paper of number %d takes ink well, I find.\",2026-02-%02d,en\n", i, i%500, i, 1+i%28)
	}
	for _, kind := range []struct{ name, text, table, fact, first string }{
		{"purchases", orders.String(), "purchase", "purchase.stored", "subject_id"},
		{"mentions", mentions.String(), "mention", "mentions.stored", "other_id"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			data, file := t.TempDir(), filepath.Join(folder, kind.name+".csv")
			if err := os.WriteFile(file, []byte(kind.text), 0o600); err != nil {
				t.Fatal(err)
			}
			site := openSite(t, data)
			defer site.Close()
			began := time.Now()
			load := func() *exec.Cmd {
				cmd := exec.Command(path, "import", kind.name, "--data", data, file)
				cmd.Env = environment()
				return cmd
			}
			there, cut := 0, 0
			for there < rows && cut < wholes() {
				now := cutOff(t, site, load(), kind.table, there)
				if now < rows {
					cut++
				}
				there = now
				// What is there is in a fact, whole batches of it.
				if n := count(t, site, `select count(*) from `+kind.table+` x where not exists (select 1 from event e where e.kind = $1 and x.id between e.`+kind.first+` and e.n)`, kind.fact); n > 0 {
					t.Errorf("%d rows are in no fact", n)
				}
			}
			if out, err := load().CombinedOutput(); err != nil {
				t.Fatalf("the last import: %v\n%s", err, out)
			}
			if err := site.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			t.Logf("cut off %d times, in %v", cut, time.Since(began).Round(time.Second))
			if cut < 3 {
				t.Errorf("only %d kills fell into an import", cut)
			}
			for query, want := range map[string]int{
				`select count(*) from ` + kind.table:                            rows,
				`select count(distinct external_id) from ` + kind.table:         rows,
				`select coalesce(sum(purchases), 0) from cohort`:                map[string]int{"purchases": rows}[kind.name],
				`select coalesce(sum(purchases), 0) from referral`:              map[string]int{"purchases": rows}[kind.name],
				`select coalesce(sum(n), 0) from loop_day where step = 'heard'`: map[string]int{"mentions": rows}[kind.name],
				`select count(*) from account where kind = 'mail'`:              map[string]int{"purchases": rows / 3}[kind.name],
			} {
				if n := count(t, site, query); n != want {
					t.Errorf("%s gives %d, want %d", query, n, want)
				}
			}
		})
	}
}

// cutOff begins an import, kills it a moment after it has stored more than was
// there, and gives how much is there then.
func cutOff(t *testing.T, site *tribune.Site, cmd *exec.Cmd, table string, there int) int {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	loosen := tether(t, cmd.Process.Pid)
	defer loosen()
	for end := time.Now().Add(20 * time.Second); count(t, site, `select count(*) from `+table) <= there; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			t.Fatalf("nothing more is stored\n%s", out.String())
		}
	}
	time.Sleep(rand.N(8 * time.Millisecond))
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed: that is its error
	return count(t, site, `select count(*) from `+table)
}
