package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/internal/langid"
	"tribune/internal/ndjson"
	"tribune/internal/query"
)

type matchCommand struct {
	Queries string `required:"" type:"existingfile" help:"File of queries: lines {\"id\",\"text\"}, or a YAML list of the same."`
	File    string `arg:"" optional:"" type:"existingfile" help:"File of posts, a JSON object with id and text on each line; standard input if not given."`
	All     bool   `help:"Write every post, also those that no query matches."`
	Explain bool   `help:"Write which part of each query matched which words."`

	reader query.Classifier // works out language and mood where a post does not say; nil for nobody
}

// Run says which queries match which posts. Lines that can not be read are
// named on standard error, and the others count; the exit code is 3 if a query was refused.
func (c *matchCommand) Run(ctx context.Context) error {
	in := os.Stdin
	if c.File != "" && c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	held, err := readQueries(c.Queries, os.Stderr)
	if err != nil {
		return err
	}
	classifier, err := (&classifyCommand{}).classifier()
	if err != nil {
		return err
	}
	c.reader = postReader{classifier}
	size := int64(0)
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	done := make(chan error, 1)
	go func() {
		bar := newBar(os.Stderr, time.Now)
		defer bar.end()
		done <- c.filter(held, bar.reading(in, size), os.Stdout, &wiping{bar, os.Stderr})
	}()
	select {
	case err := <-done:
		if err == nil && held.refused > 0 {
			return held.refused
		}
		return err
	case <-ctx.Done(): // a read from a terminal can not be broken off
		return ctx.Err()
	}
}

// postReader works out what a post does not say of itself.
type postReader struct{ *classifier }

// Language tells the language of a post, "" if it is not known.
func (r postReader) Language(p *query.Post) string {
	tag, _ := r.languages.Detect(p.Text)
	if tag == langid.Unknown {
		return ""
	}
	return tag
}

// Sentiment tells the mood of a post.
func (r postReader) Sentiment(p *query.Post) string {
	tag := p.Language
	if tag == "" {
		tag = r.Language(p)
	}
	mood, _ := r.moods.Classify(p.Text, tag)
	return mood.String()
}

// wiping writes after wiping the bar off.
type wiping struct {
	bar *bar
	to  io.Writer
}

// Write writes what is to be said beside the bar.
func (w *wiping) Write(p []byte) (int, error) {
	w.bar.end()
	return w.to.Write(p)
}

// chunkSize is how many bytes are read, matched and written together.
const chunkSize = 256 << 10

// chunk is some lines of posts, and what became of them.
type chunk struct {
	text     []byte // whole lines
	line     int    // the number of the first
	out      []byte
	problems []byte
	done     chan struct{}
}

// filter reads posts and writes what matches them, in their order, on all
// cores.
func (c *matchCommand) filter(held *heldQueries, in io.Reader, out, problems io.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan *chunk, workers), make(chan *chunk, 2*workers)
	stop := make(chan struct{})
	defer close(stop)
	var readError error
	go func() {
		readError = cutLines(in, func(k *chunk) bool {
			select {
			case order <- k:
				work <- k
				return true
			case <-stop:
				return false
			}
		})
		close(work)
		close(order)
	}()
	for range workers {
		go func() {
			p := postMatcher{matchCommand: c, held: held}
			for k := range work {
				p.lines(k)
				close(k.done)
			}
		}()
	}
	for k := range order {
		<-k.done
		if len(k.problems) > 0 {
			if _, err := problems.Write(k.problems); err != nil {
				return err
			}
		}
		if len(k.out) > 0 {
			if _, err := out.Write(k.out); err != nil {
				return err
			}
		}
	}
	return readError
}

// cutLines reads chunks of whole lines until take is false. What there is to
// read is taken at once, so that posts that trickle in do not wait for others.
func cutLines(in io.Reader, take func(*chunk) bool) error {
	buf := make([]byte, 0, chunkSize)
	line := 1
	tooLong := false // what is being read is a line too long, named already
	for {
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := in.Read(buf[len(buf):cap(buf)])
		fresh := buf[len(buf) : len(buf)+n]
		buf = buf[:len(buf)+n]
		end := 0
		if last := bytes.LastIndexByte(fresh, '\n'); last >= 0 {
			end = len(buf) - len(fresh) + last + 1
		}
		if err == io.EOF {
			end = len(buf)
		}
		if end > 0 {
			text := buf[:end:end]
			buf = append(make([]byte, 0, max(chunkSize, 2*(len(buf)-end))), buf[end:]...)
			if tooLong {
				tooLong = false
				_, text, _ = bytes.Cut(text, []byte{'\n'})
				line++
			}
			if !take(&chunk{text: text, line: line, done: make(chan struct{})}) {
				return nil
			}
			line += bytes.Count(text, []byte{'\n'})
		}
		if len(buf) > maxPost {
			if !tooLong && !take(&chunk{line: line, problems: fmt.Appendf(nil, "line %d: %v\n", line, errPostLong), done: make(chan struct{})}) {
				return nil
			}
			tooLong, buf = true, buf[:0]
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// postMatcher matches the posts of chunks, one after another.
type postMatcher struct {
	*matchCommand
	held    *heldQueries
	matcher query.Matcher
	reader  ndjson.Reader
	post    query.Post
	id      string // as it is written
	matched []int64
}

// lines matches the posts of a chunk.
func (p *postMatcher) lines(k *chunk) {
	text := string(k.text) // once, so that all strings of its posts are parts of it
	if k.line == 1 {
		text = strings.TrimPrefix(text, "\uFEFF")
	}
	k.out = make([]byte, 0, len(text)/4)
	p.reader.Forget(0)
	for number := k.line; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := p.read(line); err != nil {
			k.problems = fmt.Appendf(k.problems, "line %d: %v\n", number, err)
			continue
		}
		p.matched = p.matcher.MatchPost(p.held.set, &p.post, p.matched[:0])
		if len(p.matched) > 0 || p.All {
			k.out = p.write(k.out)
		}
	}
}

// read reads a post.
func (p *postMatcher) read(line string) error {
	p.post = query.Post{Classifier: p.matchCommand.reader}
	p.id = ""
	if len(line) > maxPost {
		return errPostLong
	}
	said := false
	err := p.reader.Object(line, func(name string, v ndjson.Value) error {
		if v.Kind == ndjson.Null {
			return nil
		}
		var to *string
		switch name {
		case "id":
			return p.readID(v)
		case "text":
			to, said = &p.post.Text, true
		case "author":
			if v.Kind == ndjson.Object {
				return p.readAuthor(v.Text)
			}
			to = &p.post.Author
		case "handle":
			to = &p.post.Handle
		case "site":
			to = &p.post.Site
		case "source":
			to = &p.post.Source
		case "language":
			to = &p.post.Language
		case "country":
			to = &p.post.Country
		case "sentiment":
			to = &p.post.Sentiment
		case "url":
			to = &p.post.URL
		case "reach":
			return p.readReach(v)
		case "has_image":
			p.post.HasImage = v.Text == "true"
			return nil
		case "has_link":
			p.post.HasLink = v.Text == "true"
			return nil
		default:
			return nil
		}
		if v.Kind != ndjson.String {
			return fmt.Errorf("%s must be a string", name)
		}
		*to = v.Text
		return nil
	})
	switch {
	case err != nil:
		return err
	case p.id == "":
		return errors.New("there is no id")
	case !said:
		return errors.New("there is no text")
	}
	return nil
}

func (p *postMatcher) readID(v ndjson.Value) error {
	switch v.Kind {
	case ndjson.Number:
		p.id = v.Text
	case ndjson.String:
		p.id = string(appendString(nil, v.Text))
	default:
		return errors.New("id must be a number or a string")
	}
	return nil
}

func (p *postMatcher) readReach(v ndjson.Value) error {
	n, err := strconv.ParseFloat(v.Text, 64)
	if err != nil || v.Kind != ndjson.Number {
		return errors.New("reach must be a number")
	}
	p.post.Reach = int64(min(max(n, 0), math.MaxInt64/2))
	return nil
}

// readAuthor reads an author as the API takes one: an object with name and
// handle.
func (p *postMatcher) readAuthor(object string) error {
	return p.reader.Object(object, func(name string, v ndjson.Value) error {
		if v.Kind != ndjson.String {
			return nil
		}
		switch name {
		case "name":
			p.post.Author = v.Text
		case "handle":
			p.post.Handle = v.Text
		}
		return nil
	})
}

// write appends what is said of a post.
func (p *postMatcher) write(out []byte) []byte {
	out = append(append(out, `{"id":`...), p.id...)
	out = append(out, `,"queries":[`...)
	for i, n := range p.matched {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, p.held.ids[n]...)
	}
	out = append(out, ']')
	if p.Explain {
		out = p.writeWhy(out)
	}
	return append(out, "}\n"...)
}

// writeWhy appends the parts that matched, with the words they found; places
// are counted in characters from 0.
func (p *postMatcher) writeWhy(out []byte) []byte {
	out = append(out, `,"why":[`...)
	var doc query.Doc
	if len(p.matched) > 0 {
		doc = p.post.Tokenize()
	}
	for i, n := range p.matched {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, `{"query":`...), p.held.ids[n]...)
		out = append(out, `,"parts":[`...)
		for j, r := range p.held.queries[n].Why(doc) {
			if j > 0 {
				out = append(out, ',')
			}
			out = appendString(append(out, `{"part":`...), r.Part)
			words, at := []byte(`,"words":[`), []byte(`],"at":[`)
			for k, s := range r.Spans {
				if k > 0 {
					words, at = append(words, ','), append(at, ',')
				}
				words = appendString(words, p.post.Text[s.Start:s.End])
				from := utf8.RuneCountInString(p.post.Text[:s.Start])
				at = fmt.Appendf(at, "[%d,%d]", from, from+utf8.RuneCountInString(p.post.Text[s.Start:s.End]))
			}
			out = append(append(append(out, words...), at...), "]}"...)
		}
		out = append(out, "]}"...)
	}
	return append(out, ']')
}

// appendString appends s as JSON writes it.
func appendString(out []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf || s[i] == '"' || s[i] == '\\' {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(s); err != nil { // strings always can be
				panic(err)
			}
			return append(out, bytes.TrimSpace(b.Bytes())...)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}
