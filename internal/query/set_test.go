package query

import (
	"fmt"
	"maps"
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

// TestHardPosts bears with posts that are long, of one word, or of no language.
func TestHardPosts(t *testing.T) {
	set := NewSet()
	for i, text := range []string{"needle", "need*", "*edle", "*eedl*", "needel~1", "ne?d*e", "hay NEAR/9 needle", "(hay OR hey) ONEAR/1000 hay NEAR/3 needle",
		`"hay hay hay needle"`, `="needle"`, "#needle", "has:question needle", "has:link"} {
		set.Put(int64(i+1), mustParse(t, text))
	}
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"one word":      {strings.Repeat("needle", 1<<20/6), 4},
		"one letter":    {strings.Repeat("a", 1<<20), 0},
		"accents":       {"a" + strings.Repeat("\u0301", 1<<19), 0},
		"many":          {strings.Repeat("hay ", 1<<18) + "needle", 10},
		"signs":         {strings.Repeat("#@", 1<<19), 0},
		"tags":          {strings.Repeat("#a@b.c ", 1<<17), 0},
		"dots":          {strings.Repeat("www.:// ", 1<<17), 0},
		"invalid":       {strings.Repeat("\xff\xc3", 1<<19) + " needle\xff", 7},
		"mixed scripts": {strings.Repeat("日本 héй กข 👍 ", 1<<15) + "needle", 7},
		"joiners":       {strings.Repeat("👩\u200d", 1<<17), 0},
	} {
		doc := Tokenize(c.text)
		var m Matcher
		got := m.MatchText(set, c.text, nil)
		if len(got) != c.want {
			t.Errorf("%s: %v match, want %d", name, got, c.want)
		}
		for _, id := range got {
			if q := mustParse(t, []string{"needle", "need*"}[min(id-1, 1)]); id <= 2 && len(q.Explain(doc)) == 0 {
				t.Errorf("%s: %d is not explained", name, id)
			}
		}
	}
}

// Who matches against a version finds the same whatever changes after it.
func TestVersionsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := NewSet()
		change := func() {
			set.Put(rapid.Int64Range(1, 12).Draw(t, "id"), drawQuery(t))
			set.Remove(rapid.Int64Range(1, 12).Draw(t, "id"))
		}
		for range 8 {
			change()
		}
		p := drawPost(t)
		var m Matcher
		old := set.now.Load()
		found := func() []int64 {
			m.scan.load(p.Tokenize())
			return m.match(old, &p, nil)
		}
		before := found()
		for range 8 {
			change()
		}
		if diff := cmp.Diff(before, found()); diff != "" {
			t.Fatalf("an old version changed (-before +after):\n%s", diff)
		}
	})
}

// The short ways of a pattern turn away no word that fits.
func TestPatternsFit(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abcdé")), 3, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		a := atom{kind: atomFuzzy, text: word.Draw(t, "pattern"), distance: rapid.IntRange(1, 2).Draw(t, "distance")}
		chars := []rune(a.text)
		for range rapid.IntRange(0, 3).Draw(t, "mistakes") {
			i := rapid.IntRange(0, len(chars)-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				chars[i] = 'x'
			case 1:
				chars = slices.Insert(chars, i, 'y')
			case 2:
				chars[i], chars[0] = chars[0], chars[i]
			case 3:
				if len(chars) > 1 {
					chars = slices.Delete(chars, i, i+1)
				}
			}
		}
		written := string(chars)
		if got, want := newPattern(a).fits([]byte(written)), mistakes([]rune(a.text), chars, a.distance); got != want {
			t.Fatalf("%s fits %s: %v, want %v", written, a, got, want)
		}
		if mistakes([]rune(a.text), chars, a.distance) {
			keys := fuzzyKeys(nil, []rune(a.text), a.distance)
			if !slices.ContainsFunc(fuzzyKeys(nil, chars, a.distance), func(k uint64) bool { return slices.Contains(keys, k) }) {
				t.Fatalf("%s and %s have no gram in common", written, a)
			}
		}
	})
}
