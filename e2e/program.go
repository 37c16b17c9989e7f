package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program that the tests of this process share, built by the
// first of them that asks.
type binary struct {
	once sync.Once
	dir  string // holds it; empty if it was not built
	err  error
}

var program binary

// build writes the program into a folder of its own.
func (b *binary) build() {
	root, err := moduleRoot()
	if err != nil {
		b.err = err
		return
	}
	if _, err := os.Stat(filepath.Join(root, "cmd", "tribune", "main.go")); err != nil {
		b.err = err
		return
	}
	if b.dir, b.err = os.MkdirTemp("", "tribune-e2e-"); b.err != nil {
		return
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", b.dir, "./cmd/tribune")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped
	if out, err := cmd.CombinedOutput(); err != nil {
		b.err = fmt.Errorf("build the program: %w\n%s", err, out)
	}
}

// Main runs the tests of a package that uses Program, and removes what was
// built for them. Its TestMain is os.Exit(e2e.Main(m)).
func Main(m *testing.M) int {
	code := m.Run()
	if program.dir != "" {
		if err := os.RemoveAll(program.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return max(code, 1)
		}
	}
	return code
}

// moduleRoot gives the folder that holds go.mod, from the test's own upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above")
		}
		dir = up
	}
}

// Program gives the path of the binary, built on first use. Journeys take long,
// so with -short the test is skipped.
func Program(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("journeys run without -short")
	}
	program.once.Do(program.build)
	if program.err != nil {
		t.Fatal(program.err)
	}
	return filepath.Join(program.dir, "tribune")
}

// Options say how the program is started. The zero Options serve a fresh
// folder on SQLite.
type Options struct {
	Command string   // serve if empty; demo is the other one that serves
	Data    string   // the data folder; a fresh one if empty. demo has its own, and is not given one if empty
	Args    []string // further arguments
	Env     []string // further NAME=value settings
}

// Server is a running program.
type Server struct {
	URL  string // http://127.0.0.1:port, no slash at the end
	Data string // its data folder, empty for a demo without one

	t       testing.TB
	cmd     *exec.Cmd
	output  *output
	exited  chan struct{}
	stopped sync.Once
}

// Start starts the program on a free port of the loopback and waits until
// /healthz answers 200. It is stopped when the test ends. If the test fails,
// its output is in the test's log.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	path := Program(t)
	address := freeAddress(t)
	s := &Server{URL: "http://" + address, Data: o.Data, t: t, output: &output{}, exited: make(chan struct{})}
	command := o.Command
	if command == "" {
		command = "serve"
	}
	if s.Data == "" && command == "serve" {
		s.Data = t.TempDir()
	}
	args := []string{command, "--addr", address}
	if s.Data != "" {
		args = append(args, "--data", s.Data)
	}
	s.cmd = exec.Command(path, append(args, o.Args...)...)
	s.cmd.Env = append(environment(), "TRIBUNE_URL="+s.URL)
	s.cmd.Env = append(s.cmd.Env, o.Env...)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	s.cmd.WaitDelay = 5 * time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // Stop looks at the state
		close(s.exited)
	}()
	loosen := tether(t, s.cmd.Process.Pid)
	t.Cleanup(func() {
		s.Stop()
		loosen()
		if t.Failed() {
			t.Logf("what the program printed:\n%s", s.output)
		}
	})
	s.await()
	return s
}

// tether kills a process should this one end without its cleanups, by a panic or
// a timeout: a shell waits for the end of a pipe that only this process holds
// open. The function that it gives ends the shell.
func tether(t testing.TB, pid int) (loosen func()) {
	t.Helper()
	shell := exec.Command("/bin/sh", "-c", `cat >/dev/null; kill -KILL "$1" 2>/dev/null`, "tether", strconv.Itoa(pid))
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is not for it
	held, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) // the shell and its cat
		_ = shell.Wait()
		_ = held.Close()
	}
}

// environment is this process's, without settings of Tribune that would leak
// into the program.
func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TRIBUNE_") {
			env = append(env, v)
		}
	}
	return env
}

// freeAddress finds a port of the loopback that nobody listens on. It lies below
// those that systems hand out by themselves, so that no other test's connection
// takes it while a program that was killed begins anew.
func freeAddress(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12_000+rand.N(18_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal(err)
	return ""
}

// await returns when the program is ready, and fails the test if it exits
// first or is not ready within a minute.
func (s *Server) await() {
	s.t.Helper()
	client := &http.Client{Timeout: 2 * time.Second}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-s.exited:
			s.t.Fatalf("the program ended before it was ready: %v", s.cmd.ProcessState)
		default:
		}
		resp, err := client.Get(s.URL + "/healthz")
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	s.t.Fatal("the program was not ready within a minute")
}

// Stop asks the program to end (SIGTERM), waits, and fails the test if it does
// not end well within fifteen seconds. Stopping twice does nothing.
func (s *Server) Stop() {
	s.t.Helper()
	s.stopped.Do(func() {
		s.t.Helper()
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended: seen below
		select {
		case <-s.exited:
			if code := s.cmd.ProcessState.ExitCode(); code != 0 {
				s.t.Errorf("the program ended with %v", s.cmd.ProcessState)
			}
		case <-time.After(15 * time.Second):
			_ = s.cmd.Process.Kill()
			<-s.exited
			s.t.Error("the program did not end within 15 s of SIGTERM")
		}
	})
}

// Kill ends the program as a power cut would (SIGKILL).
func (s *Server) Kill() {
	s.stopped.Do(func() {
		_ = s.cmd.Process.Kill()
		<-s.exited
	})
}

// Output gives everything that the program printed so far.
func (s *Server) Output() string { return s.output.String() }

// SignIn gives the first one-time link that the program printed, the owner's.
func (s *Server) SignIn() string {
	s.t.Helper()
	return s.Link(0)
}

// Link gives the nth one-time link that the program printed, from 0, and waits
// for it. A link is an address of this server with a path.
func (s *Server) Link(n int) string {
	s.t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(s.URL) + `/[^\s"'<>]+`)
	for range 500 {
		if found := link.FindAllString(s.Output(), n+1); len(found) > n {
			return found[n]
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("the program printed no sign-in link number %d within ten seconds", n)
	return ""
}

// Run runs another command on the server's data folder, while it serves or
// after, and gives what it printed to standard output. The test fails unless it
// exits with 0.
func (s *Server) Run(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, Program(s.t), append(args, "--data", s.Data)...)
	cmd.Env = s.cmd.Env
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("tribune %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), problem.String())
	}
	return out.String()
}

// Add makes a person and gives their one-time sign-in link.
func (s *Server) Add(name, email, role string) string {
	s.t.Helper()
	words := strings.Fields(s.Run("person", "add", "--name", name, "--email", email, "--role", role))
	if len(words) == 0 {
		s.t.Fatal("tribune person add printed nothing")
	}
	return words[len(words)-1]
}

// Token gives an API token that acts as the person with that address.
func (s *Server) Token(email string) string {
	s.t.Helper()
	words := strings.Fields(s.Run("token", "--email", email))
	if len(words) == 0 {
		s.t.Fatal("tribune token printed nothing")
	}
	return words[len(words)-1]
}

// output collects what a process prints; it is safe for concurrent use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
