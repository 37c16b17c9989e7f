package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"time"

	"tribune/internal/langid"
	"tribune/internal/sentiment"
)

type classifyCommand struct {
	Languages []string `help:"Choose among these languages only, as BCP 47 tags: ar,de,... Naming hi, or hi-Latn, also looks for Hindi in Latin letters, which is off otherwise."`
	Model     string   `type:"existingfile" help:"Weights of moods to use instead of the program's own, as the command in internal/sentiment/train writes them."`
}

// Run tells language and mood of each post on standard input. Lines that can
// not be read are named on standard error, and the others go on; the exit code is
// 3 if there were any.
func (c *classifyCommand) Run(ctx context.Context) error {
	classifier, err := c.classifier()
	if err != nil {
		return err
	}
	size := int64(0)
	if info, err := os.Stdin.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	done := make(chan error, 1)
	go func() {
		bar := newBar(os.Stderr, time.Now)
		err := classifier.filter(bar.reading(os.Stdin, size), os.Stdout, func(line int, err error) {
			bar.end()
			fmt.Fprintf(os.Stderr, "line %d: %v\n", line, err)
		})
		bar.end()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done(): // a read from a terminal can not be broken off
		return ctx.Err()
	}
}

// classifier is what tells language and mood.
type classifier struct {
	languages *langid.Detector
	moods     *sentiment.Model
}

func (c *classifyCommand) classifier() (*classifier, error) {
	languages, err := langid.New(c.Languages...)
	if err != nil {
		return nil, err
	}
	if c.Model == "" {
		return &classifier{languages, sentiment.Default()}, nil
	}
	file, err := os.ReadFile(c.Model)
	if err != nil {
		return nil, err
	}
	moods, err := sentiment.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Model, err)
	}
	return &classifier{languages, moods}, nil
}

// classified is what the filter writes of a post.
type classified struct {
	ID        json.RawMessage `json:"id"`
	Language  string          `json:"language"`
	LanguageP rounded         `json:"language_p"`
	Sentiment string          `json:"sentiment"`
	P         struct {
		Negative rounded `json:"negative"`
		Neutral  rounded `json:"neutral"`
		Positive rounded `json:"positive"`
	} `json:"p"`
}

// rounded is a probability, written with four decimals.
type rounded float64

// MarshalJSON writes it.
func (r rounded) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(r), 'f', 4, 64), nil
}

// of classifies one post.
func (c *classifier) of(p post) classified {
	out := classified{ID: p.ID}
	var sure float64
	out.Language, sure = c.languages.Detect(*p.Text)
	mood, likely := c.moods.Classify(*p.Text, out.Language)
	out.LanguageP, out.Sentiment = rounded(sure), mood.String()
	out.P.Negative = rounded(likely[sentiment.NegativeClass])
	out.P.Neutral = rounded(likely[sentiment.NeutralClass])
	out.P.Positive = rounded(likely[sentiment.PositiveClass])
	return out
}

var errNoPost = errors.New(`no line could be read; write one object {"id": ..., "text": "..."} on each`)

// refusedLines is how many lines were refused. The others count; a script can
// tell by the exit code.
type refusedLines int

func (n refusedLines) Error() string {
	if n == 1 {
		return "1 line was refused; the others count"
	}
	return fmt.Sprintf("%d lines were refused; the others count", int(n))
}

// ExitCode is that of a command.
func (refusedLines) ExitCode() int { return 3 }

// filter classifies posts, in batches on all cores, and writes them in their
// order.
func (c *classifier) filter(from io.Reader, to io.Writer, bad func(line int, err error)) error {
	const size = 256
	type batch struct {
		posts []post
		done  chan []classified
	}
	work, order := make(chan batch), make(chan batch, 2*runtime.GOMAXPROCS(0))
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for b := range work {
				all := make([]classified, len(b.posts))
				for i, p := range b.posts {
					all[i] = c.of(p)
				}
				b.done <- all
			}
		}()
	}
	written := make(chan error, 1)
	go func() {
		out := bufio.NewWriterSize(to, 1<<16)
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		var failed error
		for b := range order { // to the end, so that nobody waits for ever
			for _, p := range <-b.done {
				if failed == nil {
					failed = lines.Encode(p)
				}
			}
			if failed == nil {
				failed = out.Flush()
			}
		}
		written <- failed
	}()
	posts, good, wrong := make([]post, 0, size), 0, 0
	hand := func() {
		b := batch{posts, make(chan []classified, 1)}
		order <- b
		work <- b
		posts = make([]post, 0, size)
	}
	err := readPosts(from, func(p post) error {
		good++
		if posts = append(posts, p); len(posts) == size {
			hand()
		}
		return nil
	}, func(line int, err error) {
		wrong++
		bad(line, err)
	})
	hand()
	close(work)
	close(order)
	if failed := <-written; err == nil {
		err = failed
	}
	switch {
	case err != nil || wrong == 0:
		return err
	case good == 0:
		return errNoPost
	}
	return refusedLines(wrong)
}
