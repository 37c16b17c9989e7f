package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/community"
)

// TestCommunities checks the contract of the filter: what it writes, and what it
// says of lines it can not read.
func TestCommunities(t *testing.T) {
	for _, c := range []struct {
		name, text, json, problems string
		fails                      bool
	}{
		{"nothing", "", `{"modularity":0,"communities":[]}`, "", false},
		{"a header alone", "a,b,weight\n", `{"modularity":0,"communities":[]}`, "", false},
		{"two triangles", "from,to\na,b\nb,c\nc,a\nx,y\ny,<z>\n<z>,x\n", `{"modularity":0.5,"communities":[{"id":0,"size":3,"members":["a","b","c"]},{"id":1,"size":3,"members":["x","y","<z>"]}]}`, "", false},
		{"bad lines and self-ties", "a,b,-1\na,b\nc,c\nx\n", `{"modularity":0,"communities":[{"id":0,"size":2,"members":["a","b"]},{"id":1,"size":1,"members":["c"]}]}`,
			"line 1: the weight must be 0, or a number from 1e-15 to 1e15\n" +
				"line 4: write two people, and a weight if there is one: a,b,weight\n" +
				"lines that tie somebody with themselves, which name a person and count for no tie: 1\n", false},
		{"nothing that can be read", "x\n", "", "line 1: write two people, and a weight if there is one: a,b,weight\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "edges.csv")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			command := communitiesCommand{JSON: true, Seed: 1, Resolution: 1}
			var out, problems bytes.Buffer
			found, err := command.find(in, &problems, &bar{now: time.Now})
			if (err != nil) != c.fails {
				t.Fatalf("%v", err)
			}
			if diff := cmp.Diff(c.problems, problems.String()); diff != "" {
				t.Error(diff)
			}
			if c.fails {
				return
			}
			if err := command.write(&out, found); err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.json), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBar checks that the bar waits a second, draws at most ten times a second,
// and leaves nothing behind.
func TestBar(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	b := &bar{out: &out, now: func() time.Time { return now }, since: now}
	step := community.Step{Pass: 1, Passes: 3, Level: 2, Nodes: 4, Waiting: 2}
	b.search(step)
	b.end()
	if out.Len() > 0 {
		t.Errorf("shown at once: %q", out.String())
	}
	now = now.Add(time.Second)
	b.search(step)
	b.search(step)
	b.end()
	b.end()
	want := "\r[###############...............] pass 1 of at most 3, level 2: 2 of 4 to look at\x1b[K\r\x1b[K"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
