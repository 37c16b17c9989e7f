package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"tribune/internal/community"
)

type communitiesCommand struct {
	File       string  `arg:"" optional:"" type:"existingfile" help:"CSV file of lines a,b or a,b,weight; standard input if not given."`
	JSON       bool    `help:"Write one JSON object with everybody in it."`
	Seed       uint64  `default:"1" help:"Seed of all randomness: the same seed finds the same in the same file."`
	Resolution float64 `default:"1" help:"More than 1 finds smaller communities, less than 1 larger ones."`
}

// Run finds the communities of a graph of ties. Lines that can not be read are
// named on standard error, and the others count.
func (c *communitiesCommand) Run(ctx context.Context) error {
	in := os.Stdin
	if c.File != "" && c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	// Most of what this command holds it holds until it ends, so that a heap twice
	// as large would be a waste.
	debug.SetGCPercent(25)
	done := make(chan error, 1)
	go func() {
		bar := newBar(os.Stderr, time.Now)
		found, err := c.find(in, os.Stderr, bar)
		bar.end()
		if err == nil {
			err = c.write(os.Stdout, found)
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done(): // neither the search nor a read from a terminal can be broken off
		return ctx.Err()
	}
}

// tribes is what the command writes with --json.
type tribes struct {
	Modularity  float64      `json:"modularity"`
	Communities []tribesPart `json:"communities"`
}

type tribesPart struct {
	ID      int      `json:"id"`
	Size    int      `json:"size"`
	Members []string `json:"members"`
}

// find reads ties and finds their communities.
func (c *communitiesCommand) find(in *os.File, problems io.Writer, bar *bar) (*tribes, error) {
	size := int64(0)
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	list, err := community.Read(bar.reading(in, size), func(line int, err error) {
		bar.end()
		fmt.Fprintf(problems, "line %d: %v\n", line, err)
	})
	if err != nil {
		return nil, err
	}
	bar.end()
	if list.Self > 0 {
		fmt.Fprintf(problems, "lines that tie somebody with themselves, which name a person and count for no tie: %d\n", list.Self)
	}
	if list.Bad > 0 && len(list.People) == 0 {
		return nil, errors.New("no line could be read; write a,b or a,b,weight on each")
	}
	graph, err := community.New(len(list.People), list.Ties)
	if err != nil {
		return nil, err
	}
	list.Ties = nil
	debug.FreeOSMemory() // the search needs as much again as the list of ties took
	p, err := graph.Leiden(community.Options{Seed: c.Seed, Resolution: c.Resolution, Progress: bar.search})
	if err != nil {
		return nil, err
	}
	found := &tribes{Modularity: p.Modularity, Communities: make([]tribesPart, len(p.Sizes))}
	for id, members := range p.Members() {
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = list.People[m]
		}
		found.Communities[id] = tribesPart{ID: id, Size: len(names), Members: names}
	}
	return found, nil
}

// write writes what was found, whole as JSON, or the gist of it for a reader.
func (c *communitiesCommand) write(to io.Writer, found *tribes) error {
	out := bufio.NewWriter(to)
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		if err := e.Encode(found); err != nil {
			return err
		}
		return out.Flush()
	}
	const names = 8
	fmt.Fprintf(out, "modularity %.4f, %d communities\n", found.Modularity, len(found.Communities))
	for _, t := range found.Communities {
		more := ""
		if t.Size > names {
			more = ", ..."
		}
		fmt.Fprintf(out, "%6d %8d  %s%s\n", t.ID, t.Size, strings.Join(t.Members[:min(names, t.Size)], ", "), more)
	}
	return out.Flush()
}

// bar is a progress bar on a terminal. It shows itself when work has taken a
// second, and at most ten times a second. On anything but a terminal it is
// silent.
type bar struct {
	out   io.Writer // nil: silent
	now   func() time.Time
	since time.Time
	last  time.Time
	shown bool
}

func newBar(out *os.File, now func() time.Time) *bar {
	b := &bar{now: now, since: now()}
	if info, err := out.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.out = out
	}
	return b
}

// show draws the bar; part is from 0 to 1.
func (b *bar) show(part float64, text string) {
	if b.out == nil {
		return
	}
	now := b.now()
	if now.Sub(b.since) < time.Second || now.Sub(b.last) < time.Second/10 {
		return
	}
	b.last, b.shown = now, true
	const width = 30
	full := int(width * min(max(part, 0), 1))
	fmt.Fprintf(b.out, "\r[%s%s] %s\x1b[K", strings.Repeat("#", full), strings.Repeat(".", width-full), text)
}

// end wipes the bar off.
func (b *bar) end() {
	if b.shown {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.shown = false
	}
}

// search shows how far a search for communities is.
func (b *bar) search(s community.Step) {
	b.show(1-float64(s.Waiting)/float64(s.Nodes), fmt.Sprintf("pass %d of at most %d, level %d: %d of %d to look at", s.Pass, s.Passes, s.Level, s.Waiting, s.Nodes))
}

// reading shows how much of size bytes was read; 0 if nobody knows the size.
func (b *bar) reading(r io.Reader, size int64) io.Reader {
	return &barReader{r: r, bar: b, size: size}
}

type barReader struct {
	r          io.Reader
	bar        *bar
	read, size int64
}

// Read reads on.
func (r *barReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.read += int64(n)
	text := fmt.Sprintf("%d MB read", r.read>>20)
	if r.size > 0 {
		text += fmt.Sprintf(" of %d", r.size>>20)
	}
	r.bar.show(float64(r.read)/float64(max(r.size, r.read+1)), text)
	return n, err
}
