package keyness_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tribune/internal/keyness"
)

// TestFormula holds one word to figures worked out by hand: y = 30 of 1,000
// against 10 of 2,000, a0 = 500.
func TestFormula(t *testing.T) {
	p := keyness.New(1)
	p.AddA(1, slices.Concat(slices.Repeat([]string{"paper"}, 30), slices.Repeat([]string{"other"}, 970)))
	p.AddB(2, slices.Concat(slices.Repeat([]string{"paper"}, 10), slices.Repeat([]string{"other"}, 1990)))
	ours, theirs := p.Terms(keyness.A0, 0, 10, func(w string) bool { return w == "other" })
	if len(ours) != 1 || len(theirs) != 0 {
		t.Fatalf("got %v and %v, want paper alone, on the first side", ours, theirs)
	}
	alpha := 500 * 40.0 / 3000
	d := math.Log((30+alpha)/(1500-30-alpha)) - math.Log((10+alpha)/(2500-10-alpha))
	z := d / math.Sqrt(1/(30+alpha)+1/(10+alpha))
	if got := ours[0]; math.Abs(got.LogOdds-d) > 1e-12 || math.Abs(got.Z-z) > 1e-12 {
		t.Errorf("d = %v, z = %v; by hand %v and %v", got.LogOdds, got.Z, d, z)
	}
	if g := 2 * (30*math.Log(30/(1000*40.0/3000)) + 10*math.Log(10/(2000*40.0/3000))); math.Abs(ours[0].G2-g) > 1e-9 {
		t.Errorf("G² = %v, by hand %v", ours[0].G2, g)
	}
}

// TestTurned checks that turning the corpora round turns every sign, and that
// few authors are not enough.
func TestTurned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom(strings.Fields("ink paper spiral cover left hand ship late kind price"))
		text := rapid.SliceOfN(word, 1, 200)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		p, q := keyness.New(2), keyness.New(2)
		for i, w := range a {
			p.AddA(int64(i%7), []string{w})
			q.AddB(int64(i%7), []string{w})
		}
		for i, w := range b {
			p.AddB(int64(i%5), []string{w})
			q.AddA(int64(i%5), []string{w})
		}
		pa, pb := p.Terms(keyness.A0, .5, 100, nil)
		qa, qb := q.Terms(keyness.A0, .5, 100, nil)
		if len(pa) != len(qb) || len(pb) != len(qa) {
			t.Fatalf("%d and %d terms, turned round %d and %d", len(pa), len(pb), len(qb), len(qa))
		}
		for i := range pa {
			if math.Abs(pa[i].Z+qb[i].Z) > 1e-9 || math.IsNaN(pa[i].Z) {
				t.Fatalf("%q has z = %v, turned round %v", pa[i].Word, pa[i].Z, qb[i].Z)
			}
		}
	})
	p := keyness.New(5)
	for range 100 {
		p.AddA(1, []string{"spam"})
		p.AddB(2, []string{"ham"})
	}
	if a, b := p.Terms(keyness.A0, keyness.Z, 10, nil); len(a)+len(b) != 0 {
		t.Errorf("two loud authors made %v and %v", a, b)
	}
}

// TestShuffled holds the promise that nothing is invented: where both sides
// draw from the same words, at most one term in a hundred rounds passes.
func TestShuffled(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	zipf := rand.NewZipf(r, 1.1, 3, 5000)
	found := 0
	const rounds = 20
	for range rounds {
		p := keyness.New(0)
		for author := range int64(900) {
			words := make([]string, 18)
			for i := range words {
				words[i] = "w" + string(rune('a'+zipf.Uint64()%26)) + string(rune('a'+zipf.Uint64()%26))
			}
			if author%2 == 0 {
				p.AddA(author, words)
			} else {
				p.AddB(author, words)
			}
		}
		a, b := p.Terms(keyness.A0, keyness.Z, 50, nil)
		found += len(a) + len(b)
	}
	if found > rounds {
		t.Errorf("%d terms in %d shuffled rounds, want at most one a round", found, rounds)
	}
	t.Logf("%d terms in %d shuffled rounds", found, rounds)
}

// TestEmpty checks that nothing is compared with nothing.
func TestEmpty(t *testing.T) {
	p := keyness.New(1)
	p.AddA(1, []string{"alone"})
	if a, b := p.Terms(keyness.A0, 0, 10, nil); a != nil || b != nil {
		t.Errorf("one side alone made %v and %v", a, b)
	}
}
