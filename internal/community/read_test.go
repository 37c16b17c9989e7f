package community_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/community"
)

// read reads a text and writes ties as "a-b weight", bad lines as "number".
func read(t *testing.T, text string) (ties, bad []string, list *community.List) {
	t.Helper()
	list, err := community.Read(strings.NewReader(text), func(line int, err error) {
		bad = append(bad, fmt.Sprint(line))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tie := range list.Ties {
		ties = append(ties, fmt.Sprintf("%s-%s %v", list.People[tie.A], list.People[tie.B], tie.Weight))
	}
	return ties, bad, list
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		ties, bad  []string
	}{
		{"nothing", "", nil, nil},
		{"ties", "ann,bob\nbob,cid,2.5\n", []string{"ann-bob 1", "bob-cid 2.5"}, nil},
		{"no line break at the end", "ann,bob\r\nbob,cid", []string{"ann-bob 1", "bob-cid 1"}, nil},
		{"byte order mark and header", "\ufeffA,B,Weight\nann,bob,1e3\n", []string{"ann-bob 1000"}, nil},
		{"header of two", "source,target\nann,bob\n", []string{"ann-bob 1"}, nil},
		{"not a header", "a,b\nb,c\n", []string{"b-c 1", "a-b 1"}, nil},
		{"header and nothing", "a,b\n", nil, nil},
		{"headers of weighted people", "a,b,1\n", []string{"a-b 1"}, nil},
		{"names are trimmed", "  ann\t, bob ,2\n\n  \n", []string{"ann-bob 2"}, nil},
		{"quoted", "\"Doe, Ann\",\"Bob \"\"B\"\" Roy\",3\nO'Hara \"x\",bob\n", []string{"Doe, Ann-Bob \"B\" Roy 3", "O'Hara \"x\"-bob 1"}, nil},
		{"too few or many", "ann\nann,bob,1,2\nann,bob\n", []string{"ann-bob 1"}, []string{"1", "2"}},
		{"nobody", ",bob\nann,\n\"\",bob\n", nil, []string{"1", "2", "3"}},
		{"weights", "a,b,-1\na,b,NaN\na,b,Inf\na,b,\na,b,x\na,b,1e400\na,b,1e16\na,b,0\n", []string{"a-b 0"}, []string{"1", "2", "3", "4", "5", "6", "7"}},
		{"quotes left open", "\"ann,bob\n\"ann\"x,bob\nann,bob\n", []string{"ann-bob 1"}, []string{"1", "2"}},
		{"not text", "ann\xff,bob\nann,bob\n", []string{"ann-bob 1"}, []string{"1"}},
		{"a long line", strings.Repeat("x", 3<<20) + ",bob\nann,bob\n", []string{"ann-bob 1"}, []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ties, bad, list := read(t, c.text)
			if diff := cmp.Diff(c.ties, ties); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.bad, bad); diff != "" || list.Bad != len(bad) {
				t.Errorf("%d bad lines: %s", list.Bad, diff)
			}
		})
	}
}

func TestReadCounts(t *testing.T) {
	_, _, list := read(t, "ann,ann\nbob,bob,3\nbob,cid\nx\n")
	want := &community.List{People: []string{"ann", "bob", "cid"}, Ties: []community.Tie{{A: 1, B: 2, Weight: 1}}, Lines: 4, Bad: 1, Self: 2}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func TestReadFails(t *testing.T) {
	list, err := community.Read(io.MultiReader(strings.NewReader("ann,bob\nbob,cid\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(list.Ties) != 2 {
		t.Errorf("%v, %d ties", err, len(list.Ties))
	}
}

// FuzzRead checks that any text is read without a panic, that what comes of it
// makes a graph, and that writing that down and reading it gives the same.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"a,b\nb,c,2\n", "\ufeffa,b,weight\n\"x, y\",\"q\"\"q\",1e-3\r\n", "a,b,NaN\n\"a\n,\n", "a,a\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := community.Read(bytes.NewReader(text), func(int, error) {})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := community.New(len(list.People), list.Ties); err != nil {
			t.Fatal(err)
		}
		quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		var b strings.Builder
		b.WriteString("a,b,weight\n")
		for _, p := range list.People {
			fmt.Fprintf(&b, "%s,%s\n", quote(p), quote(p))
		}
		for _, tie := range list.Ties {
			fmt.Fprintf(&b, "%s,%s,%v\n", quote(list.People[tie.A]), quote(list.People[tie.B]), tie.Weight)
		}
		again, err := community.Read(strings.NewReader(b.String()), nil)
		if err != nil || again.Bad > 0 {
			t.Fatalf("%v, %d bad lines in %q", err, again.Bad, b.String())
		}
		if diff := cmp.Diff(list.Ties, again.Ties); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list.People, again.People); diff != "" {
			t.Error(diff)
		}
	})
}
