package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/query"
	"tribune/internal/query/querytest"
)

// holding writes a file of queries and reads it.
func holding(t testing.TB, queries string) (held *heldQueries, problems string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queries")
	if err := os.WriteFile(path, []byte(queries), 0o600); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	held, err = readQueries(path, &b)
	return held, b.String(), err
}

const fourQueries = `{"id": 1, "text": "coffee mug -broken"}
{"id": "été", "text": "lang:fr OR author:@ana"}

{"id": 3, "text": "list:rivals"}
{"list": "rivals", "kind": "words", "items": ["acme", "blue sky"]}
{"id": 4, "text": "query:1 NEAR/2"}
{"id": 1, "text": "again"}
{"id": null, "text": "x"}
{"id": 5, "text": "the"}
not json
{"id": 6, "text": "\"#Tag #\" NEAR/3 =Apple"}
`

// TestMatchQueries reads files of queries in each form, and names what is wrong.
func TestMatchQueries(t *testing.T) {
	held, problems, err := holding(t, fourQueries)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"line 2: warning: Column 1: “lang:fr” alone", "line 6: Column 15: a word", "line 7: the id 1 is there already", "line 8: a query needs an id", "line 9: warning: Column 1: “the” stands", "line 10: invalid character"} {
		if !strings.Contains(problems, "queries, "+want) {
			t.Errorf("problem %d, %q, is not said:\n%s", i, want, problems)
		}
	}
	if len(held.queries) != 5 || strings.Count(problems, "\n") != 6 || held.refused != 4 || held.refused.ExitCode() != 3 {
		t.Errorf("%d queries read, %v:\n%s", len(held.queries), held.refused, problems)
	}
	const yaml = `# ours
---
- id: 1
  text: coffee mug -broken   # a comment
- id: "a b"
  text: '"it''s" OR #tag'
-   text: "say \"yes\" \u00e9"
    id: x-1
- id: 007
  text: >
    (one OR
     two)

    three
- id: 9
  text: |-
    four
- id: 10
  text: "unclosed
`
	held, problems, err = holding(t, yaml)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for n, q := range held.queries {
		got[held.ids[n]] = q.String()
	}
	want := map[string]string{"1": "coffee AND mug AND NOT broken", `"a b"`: `"it s" OR #tag`, `"x-1"`: "say AND yes AND e", `"007"`: "(one OR two) AND three", "9": "four"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(problems, "queries, line 19: \"unclosed is no value") || !strings.Contains(problems, "queries, line 18: Column 1: the query is empty") {
		t.Error(problems)
	}
	if held, _, err = holding(t, ` [{"id":1,"text":"a"}, {"id":2,"text":"query:1 b"}]`); err != nil || len(held.queries) != 2 {
		t.Errorf("a JSON array: %v", err)
	}
	for _, bad := range []string{"", "x\n", `{"id":1,"text":"NOT a"}`, "[{]"} {
		if _, _, err := holding(t, bad); err == nil {
			t.Errorf("%q was let through", bad)
		}
	}
}

// TestMatchFilter checks the contract of the filter: what it writes, and what
// it says of lines it can not read.
func TestMatchFilter(t *testing.T) {
	held, _, err := holding(t, fourQueries)
	if err != nil {
		t.Fatal(err)
	}
	const posts = `{"id": 1, "text": "My COFFEE mug"}
{"id":"p2","text":"a broken coffee mug","language":"fr-CA"}
nonsense
{"id":3,"text":"nothing","published_at":"2026-01-01T00:00:00Z","other":{"a":[1]}}

{"id":4,"text":"d\u00e9j\u00e0 vu, blue sky, Acme!","author":{"name":"Ana","handle":"@ana"}}
{"text":"no id"}
{"id":5}
{"id":6,"text":"x","language":7}
{"id":7,"text":"#tag to Apple","reach":12.5,"has_image":true,"country":null}`
	const all = `{"id":1,"queries":[1]}
{"id":"p2","queries":["été"]}
{"id":3,"queries":[]}
{"id":4,"queries":["été",3]}
{"id":7,"queries":[6]}
`
	const bad = `line 3: it is not a JSON object: { is missing
line 7: there is no id
line 8: there is no text
line 9: language must be a string
`
	for name, c := range map[string]struct {
		command matchCommand
		want    string
	}{
		"all":     {matchCommand{All: true}, all},
		"matched": {matchCommand{}, strings.Replace(all, `{"id":3,"queries":[]}`+"\n", "", 1)},
		"explained": {matchCommand{Explain: true}, `{"id":1,"queries":[1],"why":[{"query":1,"parts":[{"part":"coffee","words":["COFFEE"],"at":[[3,9]]},{"part":"mug","words":["mug"],"at":[[10,13]]}]}]}
{"id":"p2","queries":["été"],"why":[{"query":"été","parts":[{"part":"lang:fr","words":[],"at":[]}]}]}
{"id":4,"queries":["été",3],"why":[{"query":"été","parts":[{"part":"author:@ana","words":[],"at":[]}]},{"query":3,"parts":[{"part":"list:rivals","words":["blue","sky","Acme"],"at":[[9,13],[14,17],[19,23]]}]}]}
{"id":7,"queries":[6],"why":[{"query":6,"parts":[{"part":"tag NEAR/3 =\"Apple\"","words":["tag","Apple"],"at":[[1,4],[8,13]]}]}]}
`},
	} {
		for how, in := range map[string]io.Reader{"whole": strings.NewReader(posts), "byte by byte": iotest.OneByteReader(strings.NewReader(posts + "\n"))} {
			var out, problems bytes.Buffer
			if err := c.command.filter(held, in, &out, &problems); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, how, diff)
			}
			if diff := cmp.Diff(bad, problems.String()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, how, diff)
			}
		}
	}
	var out, problems bytes.Buffer
	long := "\uFEFF{\"id\":1,\"text\":\"coffee mug\"}\n" + strings.Repeat("x", maxPost+chunkSize) + "\n{\"id\":2,\"text\":\"coffee mug\"}\nx"
	if err := (&matchCommand{}).filter(held, strings.NewReader(long), &out, &problems); err != nil || out.String() != "{\"id\":1,\"queries\":[1]}\n{\"id\":2,\"queries\":[1]}\n" {
		t.Errorf("%s, %v", out.String(), err)
	}
	out.Reset()
	if err := (&matchCommand{}).filter(held, iotest.HalfReader(iotest.DataErrReader(strings.NewReader(long))), &out, io.Discard); err != nil || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%s, %v", out.String(), err)
	}
	if problems.String() != "line 2: the line is longer than 16 MB\nline 4: it is not a JSON object: { is missing\n" {
		t.Errorf("problems: %s", problems.String())
	}
	if err := (&matchCommand{}).filter(held, iotest.ErrReader(os.ErrDeadlineExceeded), io.Discard, io.Discard); err == nil {
		t.Error("a file that cannot be read is no error")
	}
}

// TestMatchLarge keeps the order of many posts, and bears with hard ones.
func TestMatchLarge(t *testing.T) {
	held, _, err := holding(t, `{"id":1,"text":"needle OR wis* OR needel~1"}`)
	if err != nil {
		t.Fatal(err)
	}
	var in, want bytes.Buffer
	for i := range 30_000 {
		text := fmt.Sprintf("hay hay %d", i)
		switch {
		case i%1000 == 0:
			text = strings.Repeat("x", 1<<17) + " needle"
		case i%1000 == 1:
			text = strings.Repeat("hay! ", 20_000) + "wish"
		case i%1000 == 2:
			text = strings.Repeat("日本\xff\u0301", 9_000) + " needl"
		}
		if i%1000 < 3 {
			fmt.Fprintf(&want, "{\"id\":%d,\"queries\":[1]}\n", i)
		}
		fmt.Fprintf(&in, "{\"id\":%d,\"text\":\"%s\"}\n", i, text)
	}
	var out bytes.Buffer
	if err := (&matchCommand{}).filter(held, &in, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// knowing is a classifier that counts what it is asked.
type knowing struct{ asked int }

func (k *knowing) Language(*query.Post) string { k.asked++; return "fr" }

func (k *knowing) Sentiment(*query.Post) string { k.asked++; return "negative" }

// TestMatchClassifies asks for the language only if a query that may match
// does, and the post does not say.
func TestMatchClassifies(t *testing.T) {
	held, _, err := holding(t, `{"id":1,"text":"mug lang:fr"}`+"\n"+`{"id":2,"text":"mug lang:fr sentiment:negative"}`)
	if err != nil {
		t.Fatal(err)
	}
	k := &knowing{}
	var out bytes.Buffer
	in := strings.NewReader(`{"id":1,"text":"no"}` + "\n" + `{"id":2,"text":"mug"}` + "\n" + `{"id":3,"text":"mug","language":"en"}`)
	p := postMatcher{matchCommand: &matchCommand{reader: k}, held: held}
	text, _ := io.ReadAll(in)
	c := &chunk{text: text, line: 1}
	p.lines(c)
	out.Write(c.out)
	if out.String() != "{\"id\":2,\"queries\":[1,2]}\n" || k.asked != 2 {
		t.Errorf("asked %d times: %s", k.asked, out.String())
	}
}

// BenchmarkMatchFilter is the whole filter: JSON in, matched, JSON out.
func BenchmarkMatchFilter(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			w := querytest.New(20_000, n)
			var queries, posts bytes.Buffer
			for i, q := range w.Queries {
				fmt.Fprintf(&queries, "{\"id\":%d,\"text\":%q}\n", i+1, q.Text())
			}
			for i, p := range w.Posts {
				text, err := json.Marshal(p)
				if err != nil {
					b.Fatal(err)
				}
				fmt.Fprintf(&posts, "{\"id\":%d,\"text\":%s,\"author\":\"Ana Silva\",\"source\":\"notes\",\"language\":\"en\",\"published_at\":\"2026-11-02T10:00:00Z\"}\n", i+1, text)
			}
			held, _, err := holding(b, queries.String())
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(posts.Len()))
			start, did := querytest.CPU(), 0
			for b.Loop() {
				if err := (&matchCommand{}).filter(held, bytes.NewReader(posts.Bytes()), io.Discard, io.Discard); err != nil {
					b.Fatal(err)
				}
				did += len(w.Posts)
			}
			b.ReportMetric(float64(did)/b.Elapsed().Seconds(), "posts/s")
			b.ReportMetric(float64(did)/(querytest.CPU()-start).Seconds(), "posts/cpu-s")
		})
	}
}
