package query

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The set is held to the naive evaluator while queries come, change and go.
func TestSetIsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, other := NewSet(), NewSet()
		model := map[int64]*Query{}
		var m Matcher
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id := rapid.Int64Range(1, 12).Draw(t, "id")
				q := drawQuery(t)
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
				other.Put(1, drawQuery(t))
				p := drawPost(t)
				m.MatchPost(other, &p, nil)
			},
			"": func(t *rapid.T) {
				p := drawPost(t)
				if !marksAreSimple(p.Text) {
					return
				}
				doc := p.Tokenize()
				want := []int64{-5}
				for _, id := range slices.Sorted(maps.Keys(model)) {
					if newNaive(p).holds(model[id].root) {
						want = append(want, id)
					}
				}
				for name, got := range map[string][]int64{
					"Set.Match":         set.Match(doc, []int64{-5}),
					"Matcher.Match":     m.Match(set, doc, []int64{-5}),
					"Matcher.MatchPost": m.MatchPost(set, &p, []int64{-5}),
				} {
					if d := cmp.Diff(want, got); d != "" {
						t.Fatalf("%s of %v on %+v (-want +got):\n%s", name, model, p, d)
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
		v := set.now.Load()
		if v.count != 0 || v.words != 0 || v.marks != 0 || v.patterns != (patternCounts{}) || v.fields != [fieldReach + 1]int32{} ||
			len(set.freeFeatures) != v.features.n-1 || len(set.freeSlots) != v.entries.n {
			t.Fatalf("an emptied set still holds something: %d features, %d patterns", v.words, v.patterns.total)
		}
		for i := range v.table.n {
			if v.table.at(i).wid != 0 {
				t.Fatalf("an emptied set still has a feature in its table")
			}
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
