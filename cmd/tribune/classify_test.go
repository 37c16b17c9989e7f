package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// classify runs the filter on a text.
func classify(t *testing.T, command classifyCommand, in string) (out, problems string, err error) {
	t.Helper()
	c, err := command.classifier()
	if err != nil {
		return "", "", err
	}
	var to, bad bytes.Buffer
	err = c.filter(strings.NewReader(in), &to, func(line int, err error) { fmt.Fprintf(&bad, "line %d: %v\n", line, err) })
	return to.String(), bad.String(), err
}

// TestClassify checks the contract of the filter: what it writes, in which
// order, and what it says of lines that it cannot read.
func TestClassify(t *testing.T) {
	in := "\uFEFF" + `{"id":1,"text":"I love this mug, it is wonderful!","author":"x"}
not JSON

{"id":"b","text":"Quelle honte, livraison jamais arrivée, service nul"}
{"id":true,"text":"x"}
{"text":"x"}
{"id":3}
{"id":{},"text":"x"}
{"id":4,"text":""}` + "\r\n" + `{"id":-5.5,"text":"東京は今日もいい天気です","extra":[1]}`
	out, problems, err := classify(t, classifyCommand{}, in)
	if refused, is := errors.AsType[refusedLines](err); !is || refused != 5 || refused.ExitCode() != 3 {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out) {
		var p struct {
			ID        json.RawMessage    `json:"id"`
			Language  string             `json:"language"`
			LanguageP *float64           `json:"language_p"`
			Sentiment string             `json:"sentiment"`
			P         map[string]float64 `json:"p"`
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(line, err)
		}
		sum := p.P["negative"] + p.P["neutral"] + p.P["positive"]
		if p.LanguageP == nil || len(p.P) != 3 || sum < 0.999 || sum > 1.001 {
			t.Error(line)
		}
		got = append(got, string(p.ID)+" "+p.Language+" "+p.Sentiment)
	}
	want := []string{`1 en positive`, `"b" fr negative`, `4 und unclear`, `-5.5 ja unclear`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	form := `write one object {"id": ..., "text": "..."} on each line`
	if diff := cmp.Diff("line 2: "+form+"\nline 5: id must be a text or a number\nline 6: "+form+"\nline 7: "+form+"\nline 8: id must be a text or a number\n", problems); diff != "" {
		t.Error(diff)
	}
}

// TestClassifyOrder checks that posts come out in their order, from many batches.
func TestClassifyOrder(t *testing.T) {
	var in, want strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&in, "{\"id\":%d,\"text\":\"number %d\"}\n", i, i)
		fmt.Fprintf(&want, "%d\n", i)
	}
	out, _, err := classify(t, classifyCommand{}, in.String())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(out) {
		id, _, _ := strings.Cut(strings.TrimPrefix(line, `{"id":`), ",")
		got.WriteString(id + "\n")
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestClassifyBadInput(t *testing.T) {
	if _, _, err := classify(t, classifyCommand{}, "x\ny\n"); err == nil {
		t.Error("nothing that can be read is no error")
	}
	if out, _, err := classify(t, classifyCommand{}, ""); err != nil || out != "" {
		t.Error(out, err)
	}
	long := `{"id":1,"text":"` + strings.Repeat("a", 1<<20) + "\"}\n" + `{"id":2,"text":"` + strings.Repeat("b", maxPost) + "\"}\n" + `{"id":3,"text":"c"}`
	out, problems, err := classify(t, classifyCommand{}, long)
	if err != refusedLines(1) || strings.Count(out, "\n") != 2 || problems != "line 2: the line is longer than 16 MB\n" {
		t.Error(strings.Count(out, "\n"), problems, err)
	}
	if _, _, err := classify(t, classifyCommand{Languages: []string{"xx"}}, ""); err == nil || !strings.Contains(err.Error(), `"xx"`) {
		t.Error(err)
	}
	model := filepath.Join(t.TempDir(), "weights")
	if err := os.WriteFile(model, []byte("no weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := classify(t, classifyCommand{Model: model}, ""); err == nil || !strings.Contains(err.Error(), model) {
		t.Error(err)
	}
}

// broken is an output that nobody reads any more.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestClassifyOutputGone(t *testing.T) {
	c, err := (&classifyCommand{}).classifier()
	if err != nil {
		t.Fatal(err)
	}
	in := strings.Repeat(`{"id":1,"text":"a"}`+"\n", 5000)
	if err := c.filter(strings.NewReader(in), broken{}, func(int, error) {}); err == nil {
		t.Error("nobody is told that the output is gone")
	}
}

// TestClassifyLanguages checks that a choice of languages limits the answers.
func TestClassifyLanguages(t *testing.T) {
	post := `{"id":1,"text":"yeh bahut accha hai yaar, mujhe nahi pata tha"}`
	for _, c := range []struct{ languages, want string }{{"en,hi", "hi-Latn"}, {"en,hi-Latn", "hi-Latn"}, {"ru", "und"}, {"en", "en"}} {
		out, _, err := classify(t, classifyCommand{Languages: strings.Split(c.languages, ",")}, post)
		if err != nil || !strings.Contains(out, `"language":"`+c.want+`"`) {
			t.Errorf("%s: %s %v", c.languages, out, err)
		}
	}
}
