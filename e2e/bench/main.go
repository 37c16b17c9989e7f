// Command bench measures a filled site on this machine: requests a second and
// the 99th percentile at 32 connections, beside a bare net/http handler that
// sends 20 kB, a bare SQLite group commit in-process and the same over HTTP, in
// the same run, while 200 votes a second go on beside the reading. Figures of one run compare with each other, not with those of
// another machine, or another day on a shared one.
//
//	go run ./e2e/bench [--seconds 5] [--ideas 10000 ...]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// options are the run's sizes.
type options struct {
	seconds                        int
	ideas, votes, comments, people int
	factor                         int
	hearing                        bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.IntVar(&o.seconds, "seconds", 5, "how long each line is measured")
	flag.IntVar(&o.ideas, "ideas", 10_000, "ideas")
	flag.IntVar(&o.votes, "votes", 100_000, "votes")
	flag.IntVar(&o.comments, "comments", 20_000, "comments")
	flag.IntVar(&o.people, "people", 5_000, "people")
	flag.IntVar(&o.factor, "factor", 10, "measure reading again with so many times the ideas; 1 leaves it out")
	flag.BoolVar(&o.hearing, "hearing", false, "measure only the road of what is heard")
	bare := flag.String("bare", "", "serve the bare handler at this address (used by itself)")
	votes := flag.String("bare-votes", "", "serve bare votes at this address (used by itself)")
	db := flag.String("db", "", "the file that bare votes go to (used by itself)")
	flag.Parse()
	err := error(nil)
	switch {
	case *bare != "":
		err = serveBare(ctx, *bare)
	case *votes != "":
		err = serveVotes(ctx, *votes, *db, o.ideas)
	default:
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures everything and prints it.
func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "tribune-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "tribune")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/tribune")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	if o.hearing {
		return hearing(ctx, program, filepath.Join(dir, "radar"), o)
	}
	fmt.Printf("%d ideas, %d votes, %d comments, %d people; 32 connections, %d s a line\n\n", o.ideas, o.votes, o.comments, o.people, o.seconds)
	small, err := start(ctx, program, filepath.Join(dir, "small"), o)
	if err != nil {
		return err
	}
	defer small.stop()
	if err := small.footprint(ctx); err != nil {
		return err
	}
	base, err := references(ctx, dir, o)
	if err != nil {
		return err
	}
	first, err := small.measure(ctx, o, base)
	if err != nil {
		return err
	}
	small.stop()
	if err := hearing(ctx, program, filepath.Join(dir, "radar"), o); err != nil {
		return err
	}
	if o.factor < 2 {
		return nil
	}
	o.ideas *= o.factor
	fmt.Printf("\n%d ideas\n", o.ideas)
	large, err := start(ctx, program, filepath.Join(dir, "large"), o)
	if err != nil {
		return err
	}
	defer large.stop()
	second, err := large.measure(ctx, o, base)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d times the ideas: cost a request, compared\n", o.factor)
	for i, r := range first {
		fmt.Printf("  %-28s %.2f\n", r.name, r.perSecond/second[i].perSecond)
	}
	return nil
}

// line prints a result beside what it is compared with.
func (r result) line(against float64) {
	ratio := ""
	if against > 0 {
		ratio = fmt.Sprintf("%6.1f %% of bare", 100*r.perSecond/against)
	}
	fmt.Println(strings.TrimRight(fmt.Sprintf("  %-28s %9.0f /s   p99 %7.1f ms   %s", r.name, r.perSecond, float64(r.p99)/float64(time.Millisecond), ratio), " "))
}
