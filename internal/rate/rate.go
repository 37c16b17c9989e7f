// Package rate tests whether something happens more often than it did, and
// keeps the number of false findings down when many things are tested at once.
// It is what rising topics, emerging names and the causes of bursts share.
//
// Two counts are compared by the conditional test of Przyborowski and Wilenski
// (1940): if the rate did not change, then of n = now + before events each
// falls into "now" with the chance s, which is now's share of the exposure:
//
//	P(X ≥ now) = I_s(now, n − now + 1),   X ~ Binomial(n, s)
//
// I is the regularised incomplete beta function, so that counts need not be
// whole. Words come in waves, which makes their counts vary more than chance;
// both counts are divided by how much more (quasi-likelihood: Wedderburn 1974,
// McCullagh and Nelder 1989, section 9), see Dispersion.
//
// Grew puts that together for a count in several spans of time.
//
// Of many tests, Discoveries chooses by Benjamini and Hochberg (1995): where
// nothing rose at all, the chance that anything is found is at most q.
//
// The package is pure: no I/O, no clock, no state.
package rate

import (
	"math"
	"slices"
)

// Rose gives the chance that a rate which did not change shows now events or
// more of now + before. share is now's part of the whole exposure, above 0 and
// below 1. Counts are 0 or more, and need not be whole.
func Rose(now, before, share float64) float64 {
	if now <= 0 {
		return 1
	}
	return incompleteBeta(share, now, before+1)
}

// Ratio gives how many times as often something happens now, with half an event
// added to both counts, so that it is finite.
func Ratio(now, before, share float64) float64 {
	return (now + .5) / share * (1 - share) / (before + .5)
}

// Growth is how a count grew over the spans before.
type Growth struct {
	Now    float64 // in the newest span
	Before float64 // in a span before, on average
	Ratio  float64 // how many times as frequent it is, by share of the exposure
	P      float64 // the chance that it is as frequent as it was
}

// Grew compares the newest count, the first, with those of the spans before:
// what varied much there has to grow more. It reports false if nothing was
// exposed now, or nothing before.
func Grew(counts, exposures []float64) (Growth, bool) {
	var before, whole float64
	for i := 1; i < len(counts); i++ {
		before += counts[i]
		whole += exposures[i]
	}
	if whole == 0 || exposures[0] == 0 {
		return Growth{}, false
	}
	share := exposures[0] / (exposures[0] + whole)
	vary := Dispersion(counts[1:], exposures[1:], priorFreedom)
	return Growth{counts[0], before / float64(len(counts)-1), Ratio(counts[0], before, share), Rose(counts[0]/vary, before/vary, share)}, true
}

// priorFreedom holds the dispersion of things that were counted a few times to
// that of chance.
const priorFreedom = 3

// Dispersion gives how many times as much as by chance counts vary over spans
// of unlike exposure: Pearson's χ² per degree of freedom, 1 or more. prior is
// with how many degrees of freedom to hold to 1: rare things have too few counts to tell.
func Dispersion(counts, exposures []float64, prior float64) float64 {
	var n, whole float64
	for i := range counts {
		n += counts[i]
		whole += exposures[i]
	}
	if n == 0 || whole == 0 {
		return 1
	}
	chi, freedom := 0., -1.
	for i := range counts {
		if expected := n * exposures[i] / whole; expected > 0 {
			chi += (counts[i] - expected) * (counts[i] - expected) / expected
			freedom++
		}
	}
	if freedom+prior <= 0 {
		return 1
	}
	return max((chi+prior)/(freedom+prior), 1)
}

// Discoveries gives the indexes of the chances that stand out of all, those of
// the smallest chances first, such that at most the share q of them is false on
// average. of is how many things were tested: those that were not worth giving
// a chance count as 1; it is taken to be len(chances) at least.
func Discoveries(chances []float64, of int, q float64) []int {
	order := make([]int, len(chances))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case chances[a] < chances[b]:
			return -1
		case chances[a] > chances[b]:
			return 1
		}
		return 0
	})
	of = max(of, len(chances))
	found := 0
	for rank, i := range order {
		if chances[i] <= q*float64(rank+1)/float64(of) {
			found = rank + 1
		}
	}
	return order[:found]
}

// incompleteBeta is I_x(a, b) by Lentz's continued fraction (DLMF 8.17.22).
func incompleteBeta(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2): // where the fraction converges fast
		return 1 - incompleteBeta(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	c, d := 1., 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	sum := d
	for i := 1.; i < 10000; i++ {
		step := func(numerator float64) float64 {
			if d = 1 + numerator*d; math.Abs(d) < tiny {
				d = tiny
			}
			if c = 1 + numerator/c; math.Abs(c) < tiny {
				c = tiny
			}
			d = 1 / d
			return c * d
		}
		sum *= step(i * (b - i) * x / ((a + 2*i - 1) * (a + 2*i)))
		last := step(-(a + i) * (a + b + i) * x / ((a + 2*i) * (a + 2*i + 1)))
		sum *= last
		if math.Abs(last-1) < 1e-13 {
			break
		}
	}
	return min(max(front*sum, 0), 1)
}
