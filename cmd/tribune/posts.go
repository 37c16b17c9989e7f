package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// post is one line of NDJSON as the filters read it. ID is kept as it was
// written, a text or a number.
type post struct {
	ID   json.RawMessage `json:"id"`
	Text *string         `json:"text"`
}

// maxPost is how long a line may be, in bytes.
const maxPost = 16 << 20

var (
	errPost     = errors.New(`write one object {"id": ..., "text": "..."} on each line`)
	errPostID   = errors.New("id must be a text or a number")
	errPostLong = fmt.Errorf("the line is longer than %d MB", maxPost>>20)
)

// readPosts calls each with every post, until it fails, and bad with the number
// of every line that holds none, which are passed over. Empty lines are no lines.
func readPosts(from io.Reader, each func(post) error, bad func(line int, err error)) error {
	in := bufio.NewReaderSize(from, 1<<18)
	var long []byte // a line that does not fit into the buffer of in
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long[:0], line...)
			for errors.Is(err, bufio.ErrBufferFull) {
				line, err = in.ReadSlice('\n')
				if len(long) <= maxPost {
					long = append(long, line...)
				}
			}
			line = long
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if p, err := readPost(line); err != nil {
				bad(n, err)
			} else if err := each(p); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readPost reads one line.
func readPost(line []byte) (post, error) {
	var p post
	if len(line) > maxPost {
		return p, errPostLong
	}
	if err := json.Unmarshal(line, &p); err != nil || p.Text == nil || len(p.ID) == 0 {
		return p, errPost
	}
	if c := p.ID[0]; c != '"' && c != '-' && (c < '0' || c > '9') {
		return p, errPostID
	}
	return p, nil
}
