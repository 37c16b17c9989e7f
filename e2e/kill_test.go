package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tribune"
	"tribune/event"
	"tribune/internal/mail"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// kills is how often each test below ends the program as a power cut would:
// 200 times, or as often as TRIBUNE_KILLS says.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("TRIBUNE_KILLS")); err == nil && n > 0 {
		return n
	}
	return 200
}

// openSite opens a site's folder beside the program, as its commands do.
func openSite(t *testing.T, data string) *tribune.Site {
	t.Helper()
	site, err := tribune.Open(context.Background(), slog.New(slog.DiscardHandler), tribune.Config{Data: data}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// run is one life of the program.
type run struct {
	cmd  *exec.Cmd
	out  output
	free func()
}

// begin starts the program and does not wait for it.
func begin(t *testing.T, data, address string, env ...string) *run {
	t.Helper()
	r := &run{cmd: exec.Command(Program(t), "serve", "--data", data, "--addr", address)}
	r.cmd.Env = append(append(environment(), "TRIBUNE_URL=http://"+address, "TRIBUNE_RATE_LIMIT=off"), env...)
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.out
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.free = tether(t, r.cmd.Process.Pid)
	return r
}

func (r *run) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // it was killed: that is its error
	r.free()
}

// ledger is a real SMTP server that notes the identity of each mail it takes,
// before it says so.
type ledger struct {
	mu    sync.Mutex
	taken map[string]int
	news  chan struct{}
}

func openLedger(t *testing.T) (l *ledger, address string) {
	t.Helper()
	l = &ledger{taken: map[string]int{}, news: make(chan struct{}, 1)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return counter{l}, nil }))
	server.Domain, server.ErrorLog = "localhost", slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close()
		<-done
	})
	return l, listener.Addr().String()
}

type counter struct{ *ledger }

func (counter) Reset()                               {}
func (counter) Logout() error                        { return nil }
func (counter) Mail(string, *smtp.MailOptions) error { return nil }
func (counter) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (c counter) Data(r io.Reader) error {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return err // cut off: not taken
	}
	c.mu.Lock()
	c.taken[strings.Trim(m.Header.Get("Message-Id"), "<>")]++
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
	time.Sleep(rand.N(3 * time.Millisecond)) // between taking it and saying so
	return nil
}

// TestKilledWhileSending kills the program at random moments while it sends to
// a real mail server: nothing is sent twice, and each row of the outbox says
// what is known of it.
func TestKilledWhileSending(t *testing.T) {
	data, address := t.TempDir(), freeAddress(t)
	fillOutbox(t, data, 4000+30*kills())
	l, smtpAddress := openLedger(t)
	env := "TRIBUNE_SMTP=smtp://" + smtpAddress
	for range kills() {
		r := begin(t, data, address, env)
		select {
		case <-l.news:
		case <-time.After(15 * time.Second):
			r.kill()
			t.Fatalf("no mail arrives\n%s", r.out.String())
		}
		time.Sleep(rand.N(40 * time.Millisecond))
		r.kill()
		select {
		case <-l.news:
		default:
		}
	}
	site := openSite(t, data)
	defer site.Close()
	dead := sending(t, site, nil)
	last := begin(t, data, address, env)
	defer last.kill()
	// What dead processes held is found once their leases have ended.
	select {
	case <-l.news:
	case <-time.After(time.Minute):
		t.Fatalf("no mail arrives\n%s", last.out.String())
	}
	for end := time.Now().Add(time.Minute); len(dead) > 0 && len(sending(t, site, dead)) > 0; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("rows %v are still sending a minute after the last kill", sending(t, site, dead))
			break
		}
	}
	_ = last.cmd.Process.Signal(syscall.SIGTERM)
	if err := last.cmd.Wait(); err != nil {
		t.Errorf("the program did not end well: %v\n%s", err, last.out.String())
	}
	l.compare(t, site)
}

// sending gives the rows that are being sent, among those given if any are.
func sending(t *testing.T, site *tribune.Site, among []int64) []int64 {
	t.Helper()
	ids, err := storage.All(t.Context(), site.DB, storage.Scalar[int64], `select id from outbox where state = 'sending' order by id`)
	if err != nil {
		t.Fatal(err)
	}
	if among != nil {
		ids = slices.DeleteFunc(ids, func(id int64) bool { return !slices.Contains(among, id) })
	}
	return ids
}

// compare holds what the mail server took against what the outbox says.
func (l *ledger) compare(t *testing.T, site *tribune.Site) {
	t.Helper()
	states := map[event.State]int{}
	for before := int64(0); ; {
		rows, err := site.Events.Deliveries(t.Context(), "", before, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, d := range rows {
			before = d.ID
			states[d.State]++
			taken := l.taken[mail.MessageID(d.Dedup, "127.0.0.1")]
			switch {
			case taken > 1:
				t.Errorf("%s was sent %d times", d.Dedup, taken)
			case d.State == event.Sent && taken != 1, d.State == event.Waiting && taken != 0:
				t.Errorf("%s is %s, and the server took it %d times", d.Dedup, d.State, taken)
			case d.State != event.Sent && d.State != event.Waiting && d.State != event.Uncertain:
				t.Errorf("%s is %s: %s", d.Dedup, d.State, d.Error)
			}
		}
	}
	t.Logf("after %d kills: %v; the server took %d", kills(), states, len(l.taken))
	if states[event.Uncertain] > kills() {
		t.Errorf("%d mails are uncertain after %d kills", states[event.Uncertain], kills())
	}
	if states[event.Sent] == 0 || states[event.Waiting] == 0 {
		t.Errorf("the kills did not fall into the sending: %v", states)
	}
}

// fillOutbox makes a site with one decision, and n mails that tell of it.
func fillOutbox(t *testing.T, data string, n int) {
	t.Helper()
	site := openSite(t, data)
	defer site.Close()
	ctx := t.Context()
	owner, err := member(ctx, site, 0, know.Owner)
	if err != nil {
		t.Fatal(err)
	}
	idea, err := site.Ideas.Propose(ctx, owner, shape.NewIdea{Title: "Paper that takes ink from both sides", Body: "So that nothing shines through."})
	if err != nil {
		t.Fatal(err)
	}
	decision, err := site.Ideas.Decide(ctx, owner, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "Many of you asked, and our mill can make it."})
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < n; at += 500 {
		err := site.DB.Update(ctx, func(tx *storage.Tx) error {
			for i := at; i < min(n, at+500); i++ {
				if err := site.Events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("decision:%d:copy %d", decision.ID, i), Kind: "decision",
					Person: owner.ID, Subject: event.Ref{Kind: "decision", ID: decision.ID}, Other: idea.ID}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func member(ctx context.Context, site *tribune.Site, n int, role know.Role) (know.Actor, error) {
	p, _, err := site.People.AddPerson(ctx, fmt.Sprintf("Person N%d", n), fmt.Sprintf("n%d@example.org", n), role)
	if err != nil {
		return know.Actor{}, err
	}
	return site.People.Actor(ctx, p.ID)
}

// writer is one who writes through the API and notes what was acknowledged.
type writer struct {
	person int64
	token  string
	client *http.Client

	ideas []string // titles proposed
	votes []int64  // ideas voted for
	next  int      // idea to vote for
}

// TestKilledWhileWriting kills the program at random moments while people
// write through the API: nothing that was acknowledged is lost, and nothing is
// half done.
func TestKilledWhileWriting(t *testing.T) {
	data, address := t.TempDir(), freeAddress(t)
	writers, ideas := fillWriters(t, data, 8, 4*kills())
	for n := range kills() {
		r := begin(t, data, address)
		ctx, stop := context.WithCancel(t.Context())
		var writing sync.WaitGroup
		wrote := make(chan struct{}, 1)
		for i, w := range writers {
			writing.Go(func() {
				w.write(ctx, fmt.Sprintf("http://%s/api/v1", address), fmt.Sprintf("Idea of %d in life %d", i, n), ideas, wrote)
			})
		}
		select {
		case <-wrote:
		case <-time.After(20 * time.Second):
			t.Errorf("nothing was written in life %d\n%s", n, r.out.String())
		}
		time.Sleep(rand.N(40 * time.Millisecond))
		r.kill()
		stop()
		writing.Wait()
		if t.Failed() {
			return
		}
	}
	site := openSite(t, data)
	defer site.Close()
	acknowledged := 0
	for _, w := range writers {
		acknowledged += len(w.ideas) + len(w.votes)
		w.check(t, site)
	}
	t.Logf("%d writes were acknowledged before %d kills", acknowledged, kills())
	var torn int
	if err := site.DB.Row(t.Context(), `select count(*) from idea i where votes <> (select count(*) from vote v where v.idea_id = i.id)
		or not exists (select 1 from event e where e.kind = 'idea.proposed' and e.subject_id = i.id)`).Scan(&torn); err != nil {
		t.Fatal(err)
	}
	if torn > 0 {
		t.Errorf("%d ideas are half written", torn)
	}
}

// fillWriters makes people who write, and ideas to vote for.
func fillWriters(t *testing.T, data string, people, ideas int) (writers []*writer, ids []int64) {
	t.Helper()
	site := openSite(t, data)
	defer site.Close()
	for n := range people {
		a, err := member(t.Context(), site, n, know.Member)
		if err != nil {
			t.Fatal(err)
		}
		token, err := site.People.NewToken(t.Context(), a, "test")
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, &writer{person: a.ID, token: token, client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}})
	}
	a, err := member(t.Context(), site, people, know.Owner)
	if err != nil {
		t.Fatal(err)
	}
	for n := range ideas {
		idea, err := site.Ideas.Propose(t.Context(), a, shape.NewIdea{Title: fmt.Sprintf("Wish number %d", n), Body: "It would help."})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, idea.ID)
	}
	return writers, ids
}

// write proposes ideas and votes for others until the program is gone.
func (w *writer) write(ctx context.Context, api, title string, ideas []int64, wrote chan<- struct{}) {
	told := func(request string, path string, body string) bool {
		for ctx.Err() == nil {
			req, err := http.NewRequestWithContext(ctx, request, api+path, strings.NewReader(body))
			if err != nil {
				return false
			}
			req.Header.Set("Authorization", "Bearer "+w.token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := w.client.Do(req)
			if err != nil {
				time.Sleep(5 * time.Millisecond) // not there yet, or gone: who knows what became of it
				continue
			}
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if err == nil && resp.StatusCode < 300 {
				select {
				case wrote <- struct{}{}:
				default:
				}
				return true
			}
			return false
		}
		return false
	}
	for n := 0; ctx.Err() == nil; n++ {
		if w.next < len(ideas) {
			if told("PUT", fmt.Sprintf("/ideas/%d/vote", ideas[w.next]), "") {
				w.votes = append(w.votes, ideas[w.next])
			}
			w.next++
		}
		one := fmt.Sprintf("%s, the %dth", title, n)
		if told("POST", "/ideas", fmt.Sprintf(`{"title": %q, "body": "Written while the power goes."}`, one)) {
			w.ideas = append(w.ideas, one)
		}
	}
}

// check looks for everything that was acknowledged.
func (w *writer) check(t *testing.T, site *tribune.Site) {
	t.Helper()
	voted, err := site.Ideas.Voted(t.Context(), w.person, w.votes)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range w.votes {
		if !voted[id] {
			t.Errorf("the vote of %d for %d was acknowledged and is lost", w.person, id)
		}
	}
	for _, title := range w.ideas {
		var n int
		if err := site.DB.Row(t.Context(), `select count(*) from idea where person_id = $1 and title = $2`, w.person, title).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n < 1 {
			t.Errorf("%q was acknowledged and is lost", title)
		}
	}
}
