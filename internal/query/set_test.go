package query

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// naive evaluates a query the plainest way, on the folded words of a text.
func naive(n *node, words []string) bool {
	switch n.op {
	case opNot:
		return !naive(n.kids[0], words)
	case opAnd:
		for _, k := range n.kids {
			if !naive(k, words) {
				return false
			}
		}
		return true
	case opOr:
		for _, k := range n.kids {
			if naive(k, words) {
				return true
			}
		}
		return false
	}
	line := func(w []string) string { return "\n" + strings.Join(w, "\n") + "\n" }
	return strings.Contains(line(words), line(n.words))
}

// texts draws texts that often hold the words of queries.
func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var parts []string
		for range rapid.IntRange(0, 6).Draw(t, "parts") {
			parts = append(parts, strings.Join(termWords().Draw(t, "words"), " "))
		}
		return strings.Join(parts, rapid.SampledFrom([]string{" ", ", ", "’"}).Draw(t, "between"))
	})
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        string // the words explained, joined by |; "-" if there is no match
	}{
		{"ETE", "Un été à Paris", "été"},
		{"été", "L’ÉTÉ arrive", "ÉTÉ"},
		{"l'été", "vive l’été", "l|été"},
		{"l’été", "vive l'ete", "l|ete"},
		{"the", "The mug", "The"},
		{"mug", "mugs", "-"},
		{`"coffee mug"`, "a coffee, mug!", "coffee|mug"},
		{`"coffee mug"`, "mug coffee", "-"},
		{"coffee mug", "mug coffee", "mug|coffee"},
		{"mug NOT broken", "a broken mug", "-"},
		{"mug -broken", "my mug", "mug"},
		{"mug AND (blue OR NOT red)", "mug", "mug"},
		{"mug AND (blue OR NOT red)", "red mug", "-"},
		{"mug AND (blue OR NOT red)", "red blue mug", "blue|mug"},
		{"(a b) OR c", "c a", "c"},
		{"NOT (NOT a OR b)", "a c", "a"},
		{"NOT (NOT a OR b)", "a b", "-"},
		{"東京", "私は東京に住む", "東京"},
		{"京東", "私は東京に住む", "-"},
		{"กข", "xกขค", "กข"},
		{"#notes", "love notes", "notes"},
		{"notes", "love #Notes!", "Notes"},
		{"👍", "nice 👍🏽", "👍🏽"},
		{"strasse", "Große Straße", "Straße"},
		{"łódź OR lodz", "Lodz ŁÓDŹ", "Lodz|ŁÓDŹ"},
	} {
		q := mustParse(t, c.query)
		doc := Tokenize(c.text)
		got := "-"
		if q.Match(doc) {
			var found []string
			for _, s := range q.Explain(doc) {
				found = append(found, c.text[s.Start:s.End])
			}
			got = strings.Join(found, "|")
		} else if q.Explain(doc) != nil {
			t.Errorf("%s does not match %q and is explained", c.query, c.text)
		}
		if got != c.want {
			t.Errorf("%s on %q: %s, want %s", c.query, c.text, got, c.want)
		}
	}
}

func TestMatchIsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkMatch(t, queries().Draw(t, "query"), texts().Draw(t, "text"))
	})
}

func checkMatch(t interface{ Fatalf(string, ...any) }, q *Query, text string) {
	doc := Tokenize(text)
	want := naive(q.root, Words(text))
	if got := q.Match(doc); got != want {
		t.Fatalf("%s on %q: %v, want %v", q, text, got, want)
	}
	spans := q.Explain(doc)
	if (len(spans) > 0) != want {
		t.Fatalf("%s on %q: match %v, explained by %v", q, text, want, spans)
	}
	last := -1
	for _, s := range spans {
		if s.Start <= last || s.End <= s.Start || s.End > len(text) || utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
			t.Fatalf("%s on %q: bad spans %v", q, text, spans)
		}
		last = s.End
	}
	set := NewSet()
	set.Put(7, q)
	if got := len(set.Match(doc, nil)) == 1; got != want {
		t.Fatalf("set with %s on %q: %v, want %v", q, text, got, want)
	}
}

// The set is held to the naive evaluator while queries come, change and go.
func TestSetIsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, other := NewSet(), NewSet()
		model := map[int64]*Query{}
		var m Matcher
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id := rapid.Int64Range(1, 12).Draw(t, "id")
				q := queries().Draw(t, "query")
				set.Put(id, q)
				model[id] = q
			},
			"remove": func(t *rapid.T) {
				id := rapid.Int64Range(1, 12).Draw(t, "id")
				set.Remove(id)
				delete(model, id)
			},
			"wrap": func(*rapid.T) { m.epoch = ^uint32(0) },
			"elsewhere": func(t *rapid.T) {
				other.Put(1, queries().Draw(t, "query"))
				m.Match(other, Tokenize(texts().Draw(t, "text")), nil)
			},
			"": func(t *rapid.T) {
				text := texts().Draw(t, "text")
				want := []int64{-5}
				for _, id := range slices.Sorted(maps.Keys(model)) {
					if naive(model[id].root, Words(text)) {
						want = append(want, id)
					}
				}
				for name, got := range map[string][]int64{
					"Set.Match":         set.Match(Tokenize(text), []int64{-5}),
					"Matcher.Match":     m.Match(set, Tokenize(text), []int64{-5}),
					"Matcher.MatchText": m.MatchText(set, text, []int64{-5}),
				} {
					if d := cmp.Diff(want, got); d != "" {
						t.Fatalf("%s on %q (-want +got):\n%s", name, text, d)
					}
				}
				if set.Len() != len(model) {
					t.Fatalf("Len %d, want %d", set.Len(), len(model))
				}
			},
		})
		for id := range model {
			set.Remove(id)
		}
		if len(set.numbers) != 0 || len(set.freeWords) != len(set.words)-1 || len(set.freeSlots) != len(set.entries) {
			t.Fatalf("an emptied set still holds words: %v", set.numbers)
		}
	})
}

func TestSetPutNothing(t *testing.T) {
	set := NewSet()
	set.Put(1, mustParse(t, "a"))
	set.Put(1, nil)
	set.Put(2, &Query{})
	set.Remove(3)
	if set.Len() != 0 || len(set.Match(Tokenize("a"), nil)) != 0 {
		t.Fatalf("set holds %d queries, want none", set.Len())
	}
}

// Matching goes on while queries change; what does not change is always found.
func TestSetWhileItChanges(t *testing.T) {
	set := NewSet()
	set.Put(1, mustParse(t, `"coffee mug" -broken`))
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range int64(300) {
			set.Put(2+i%7, mustParse(t, fmt.Sprintf("coffee w%d", i)))
			set.Remove(2 + (i+3)%7)
		}
		close(done)
	})
	for range 2 {
		wg.Go(func() {
			doc := Tokenize("my coffee mug")
			for {
				if got := set.Match(doc, nil); len(got) != 1 || got[0] != 1 {
					t.Errorf("matched %v, want 1 alone", got)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	wg.Wait()
}

func TestMatchAllocatesNothing(t *testing.T) {
	set, posts := sample(1000)
	var m Matcher
	docs := make([]Doc, len(posts))
	for i, p := range posts {
		docs[i] = Tokenize(p)
	}
	dst := make([]int64, 0, 1000)
	all := func() {
		for i, p := range posts {
			m.MatchText(set, p, dst)
			m.Match(set, docs[i], dst)
		}
	}
	all()
	if n := testing.AllocsPerRun(3, all); n != 0 {
		t.Errorf("%v allocations for %d posts, want none", n, len(posts))
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`(mug OR "coffee cup") NOT broken`, "My COFFEE cup’s fine")
	f.Add("東京 -大阪", "私は東京に住む👍")
	f.Fuzz(func(t *testing.T, query, text string) {
		if len(query) > 2000 || len(text) > 2000 {
			return
		}
		if q, err := Parse(query); err == nil {
			checkMatch(t, q, text)
		}
	})
}

// sample makes n queries of two required and two excluded words, and posts of
// 20 words, from a vocabulary as uneven as a language is: word number r is
// drawn in proportion to 1/r (Zipf). Query words are drawn evenly from all but the
// hundred commonest, as people choose words that mean something.
func sample(n int) (*Set, []string) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	const vocabulary = 20_000
	word := func(i uint64) string {
		return []string{"", "é", "Ca", "so"}[i%4] + fmt.Sprintf("w%dx", i)
	}
	zipf := rand.NewZipf(rng, 1.01, 1, vocabulary-1)
	set := NewSet()
	for id := range int64(n) {
		draw := func() string { return word(100 + rng.Uint64N(vocabulary-100)) }
		q, err := Parse(fmt.Sprintf("%s %s -%s -%s", word(rng.Uint64N(2000)), draw(), draw(), draw()))
		if err != nil {
			panic(err)
		}
		set.Put(id+1, q)
	}
	posts := make([]string, 500)
	for i := range posts {
		words := make([]string, 20)
		for j := range words {
			words[j] = word(zipf.Uint64())
		}
		posts[i] = strings.Join(words, " ") + "."
	}
	return set, posts
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			set, posts := sample(n)
			var m Matcher
			var dst []int64
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				dst = m.MatchText(set, posts[i%len(posts)], dst[:0])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
		})
	}
}

func BenchmarkPut(b *testing.B) {
	set, _ := sample(10_000)
	q, err := Parse("w5x Caw1802x -w9x -w12x")
	if err != nil {
		b.Fatal(err)
	}
	id := int64(0)
	for b.Loop() {
		set.Put(1+id%10_000, q)
		id++
	}
}
