package rate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRose holds the test to the binomial sum that it stands for.
func TestRose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, before := rapid.IntRange(0, 60).Draw(t, "now"), rapid.IntRange(0, 200).Draw(t, "before")
		share := rapid.Float64Range(.001, .999).Draw(t, "share")
		n, want := now+before, 0.
		for k := now; k <= n; k++ {
			lg := func(x int) float64 { l, _ := math.Lgamma(float64(x + 1)); return l }
			want += math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(share) + float64(n-k)*math.Log1p(-share))
		}
		if got := Rose(float64(now), float64(before), share); math.Abs(got-want) > 1e-9*max(want, 1e-3) {
			t.Fatalf("P(X ≥ %d of %d at %v) = %v, the sum is %v", now, n, share, got, want)
		}
	})
	if p := Rose(1e5, 9e5, .1); !(p > 0 && p < 1) {
		t.Errorf("large counts give %v", p)
	}
	if p := Rose(1e6, 1, .01); p != 0 {
		t.Errorf("what cannot be chance gives %v", p)
	}
}

func TestDispersion(t *testing.T) {
	one := []float64{1, 1, 1, 1}
	for _, c := range []struct {
		counts, exposures []float64
		prior, want       float64
	}{
		{[]float64{4, 4, 4, 4}, one, 0, 1},
		{[]float64{0, 8, 0, 8}, one, 0, 16. / 3},
		{[]float64{0, 8, 0, 8}, one, 3, 19. / 6},
		{[]float64{2, 6}, []float64{1, 3}, 0, 1},
		{[]float64{0, 0}, one[:2], 0, 1},
		{[]float64{5}, one[:1], 0, 1},
		{nil, nil, 0, 1},
	} {
		if got := Dispersion(c.counts, c.exposures, c.prior); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("Dispersion(%v, %v, %v) = %v, want %v", c.counts, c.exposures, c.prior, got, c.want)
		}
	}
}

// TestGrew checks what is made of counts by span, the newest first.
func TestGrew(t *testing.T) {
	even := []float64{100, 100, 100, 100, 100}
	for _, c := range []struct {
		name              string
		counts, exposures []float64
		below, above      float64 // of P
	}{
		{"new", []float64{12, 0, 0, 0, 0}, even, 1e-7, 0},
		{"steady", []float64{12, 12, 12, 12, 12}, even, .7, .3},
		{"as often in more posts", []float64{24, 12, 12, 12, 12}, []float64{200, 100, 100, 100, 100}, .7, .3},
		{"grown", []float64{30, 10, 10, 10, 10}, even, 1e-3, 0},
		{"grown, but it comes and goes", []float64{30, 20, 0, 20, 0}, even, .2, 2e-3},
		{"gone", []float64{0, 10, 10, 10, 10}, even, 1.1, .99},
	} {
		g, ok := Grew(c.counts, c.exposures)
		if !ok || g.P >= c.below || g.P < c.above || g.Now != c.counts[0] || math.IsNaN(g.Ratio) {
			t.Errorf("%s: %+v", c.name, g)
		}
	}
	for _, exposures := range [][]float64{{0, 1, 1}, {1, 0, 0}, {1}} {
		if g, ok := Grew(exposures, exposures); ok {
			t.Errorf("%v compares with nothing: %+v", exposures, g)
		}
	}
}

// TestDiscoveries has the example of Benjamini and Hochberg's paper, in which
// four of fifteen chances stand out at q = .05, and rounds in which nothing does.
func TestDiscoveries(t *testing.T) {
	paper := []float64{.0459, .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .3240, .4262, .5719, .6528, .7590, 1}
	if got := Discoveries(paper, 0, .05); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("found %v", got)
	}
	if got := Discoveries(paper, 300, .05); !slices.Equal(got, []int{1}) {
		t.Errorf("of 300, found %v", got)
	}
	r, rounds := rand.New(rand.NewPCG(1, 1)), 0
	for range 1000 {
		chances := make([]float64, 50)
		for i := range chances {
			chances[i] = r.Float64()
		}
		if len(Discoveries(chances, 0, .05)) > 0 {
			rounds++
		}
	}
	if rounds == 0 || rounds > 80 {
		t.Errorf("something was found in %d of 1000 rounds of nothing, want about 50", rounds)
	}
}
