package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"tribune/internal/sentiment"
	"tribune/internal/sentiment/feature"
)

// settings are what was chosen by cross-validation within the train part of
// UMSAB (docs/language.md).
type settings struct {
	wordBits, charBits uint8
	cost               float64 // C of the logistic regression
	dense              float64 // what the numbers are multiplied by
	prior              float64 // how far a feature's weight follows its log-count ratio, 0 to 1
	passes             int
	seed               uint64
}

var chosen = settings{wordBits: 17, charBits: 18, cost: 1, dense: 0.5, prior: 1, passes: 12, seed: 1}

// term is a feature of a text and its value.
type term struct {
	at    uint32
	value float32
}

// example is a text as it is learnt from: its buckets with how often each
// stands in it, sorted, and its numbers.
type example struct {
	language feature.Language
	class    int
	buckets  []term
	dense    [feature.DenseSize]float32
}

// examples reads the features of texts. Buckets of characters follow those of
// words.
func examples(s settings, lexicon *feature.Lexicon, texts []text) []example {
	r := &feature.Reader{WordBits: s.wordBits, CharBits: s.charBits}
	all := make([]example, len(texts))
	for i, t := range texts {
		r.Read(lexicon, t.text, t.language)
		e := example{language: t.language, class: t.class, dense: r.Dense}
		for _, at := range r.Words {
			e.buckets = append(e.buckets, term{at, 1})
		}
		for _, at := range r.Chars {
			e.buckets = append(e.buckets, term{at + 1<<s.wordBits, 1})
		}
		e.buckets = merged(e.buckets)
		all[i] = e
	}
	return all
}

// merged sorts terms and adds up those of one place.
func merged(terms []term) []term {
	slices.SortFunc(terms, func(a, b term) int { return cmp.Compare(a.at, b.at) })
	kept := terms[:0]
	for _, t := range terms {
		if n := len(kept); n > 0 && kept[n-1].at == t.at {
			kept[n-1].value += t.value
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// learn gives the parts of a model, all but its calibration.
func learn(s settings, lexicon *feature.Lexicon, all []example) sentiment.Parts {
	p := sentiment.Parts{
		Meta:    sentiment.Meta{Recipe: sentiment.Recipe, Seed: s.seed, Texts: len(all), WordBits: s.wordBits, CharBits: s.charBits},
		Lexicon: lexicon,
		Buckets: make([]sentiment.Bucket, 1<<s.wordBits+1<<s.charBits),
	}
	weighBuckets(s, p.Buckets, all)
	rows := vectors(s, p.Buckets, all)
	var weights [sentiment.Classes][]float64
	for k := range weights {
		ratios := logRatios(s, p.Buckets, all, k)
		weights[k] = regress(s, rows, all, k, ratios)
		for i, r := range ratios {
			weights[k][i] *= r
		}
	}
	words := 1 << s.wordBits
	p.WordScale = quantise(p.Buckets[:words], weights, 0)
	p.CharScale = quantise(p.Buckets[words:], weights, words)
	for l := range p.Dense {
		for k := range p.Dense[l] {
			for i := range p.Dense[l][k] {
				p.Dense[l][k][i] = float32(s.dense * weights[k][denseAt(len(p.Buckets), feature.Language(l), i)])
			}
		}
	}
	for l := range p.Calibration {
		p.Calibration[l].Slope = 1
	}
	return p
}

// denseAt is the place of a number's weight for a language, behind the buckets.
func denseAt(buckets int, l feature.Language, i int) int {
	return buckets + int(l)*feature.DenseSize + i
}

// weighBuckets sets the inverse document frequencies: ln((1+N)/(1+df))+1 in
// 24ths, and 0 for what is in one text only (two for characters).
func weighBuckets(s settings, buckets []sentiment.Bucket, all []example) {
	df := make([]int, len(buckets))
	for i := range all {
		for _, t := range all[i].buckets {
			df[t.at]++
		}
	}
	for at, n := range df {
		least := 2
		if at >= 1<<s.wordBits {
			least = 3
		}
		if n >= least {
			idf := math.Log(float64(1+len(all))/float64(1+n)) + 1
			buckets[at].IDF = uint8(min(255, math.Round(24*idf)))
		}
	}
}

// vectors gives each text's row: both blocks weighed and brought to length 1,
// and the numbers, once for all languages and once for its own.
func vectors(s settings, buckets []sentiment.Bucket, all []example) [][]term {
	rows := make([][]term, len(all))
	for i := range all {
		var squares [2]float64
		block := func(at uint32) int {
			if at < 1<<s.wordBits {
				return 0
			}
			return 1
		}
		var row []term
		for _, t := range all[i].buckets {
			idf := float32(buckets[t.at].IDF)
			if idf == 0 {
				continue
			}
			squares[block(t.at)] += float64(t.value * idf * idf) // as the model adds them up
			row = append(row, term{t.at, t.value * idf})
		}
		for j := range row {
			row[j].value /= float32(math.Sqrt(squares[block(row[j].at)]))
		}
		for j, v := range all[i].dense {
			if v != 0 {
				v := float32(s.dense) * v
				row = append(row, term{uint32(denseAt(len(buckets), feature.Other, j)), v},
					term{uint32(denseAt(len(buckets), all[i].language, j)), v})
			}
		}
		rows[i] = row
	}
	return rows
}

// logRatios gives how much more often each bucket is in texts of a class than in
// others, as the size of a smoothed log-count ratio, so that the regression may
// lean on what tells classes apart (Wang & Manning 2012, "Baselines and Bigrams",
// in the one-against-the-rest form).
func logRatios(s settings, buckets []sentiment.Bucket, all []example, class int) []float64 {
	with, without := make([]float64, len(buckets)), make([]float64, len(buckets))
	nWith, nWithout := 0.0, 0.0
	for i := range all {
		side, n := without, &nWithout
		if all[i].class == class {
			side, n = with, &nWith
		}
		*n++
		for _, t := range all[i].buckets {
			side[t.at]++
		}
	}
	ratios := make([]float64, len(buckets))
	for at := range ratios {
		if buckets[at].IDF == 0 {
			continue
		}
		r := math.Log((with[at] + 1) / (nWith + 2) * (nWithout + 2) / (without[at] + 1))
		ratios[at] = 1 - s.prior + float64(s.prior*math.Abs(r))
	}
	return ratios
}

// regress fits an L2-regularised logistic regression of one class against the
// rest, whose buckets are multiplied by ratios, by dual coordinate descent (Yu,
// Huang, Lin 2011, "Dual coordinate descent methods for logistic regression and
// maximum entropy models", algorithm 5; liblinear's solver 7).
func regress(s settings, rows [][]term, all []example, class int, ratios []float64) []float64 {
	n := len(rows)
	w := make([]float64, len(ratios)+int(feature.Languages)*feature.DenseSize)
	alpha, rest := make([]float64, n), make([]float64, n) // add up to the cost
	norm := make([]float64, n)
	sign := make([]float64, n)
	scaled := make([][]term, n)
	for i, row := range rows {
		scaled[i] = slices.Clone(row)
		alpha[i], sign[i] = min(0.001*s.cost, 1e-8), -1
		if all[i].class == class {
			sign[i] = 1
		}
		rest[i] = s.cost - alpha[i]
		for j := range scaled[i] {
			t := &scaled[i][j]
			if int(t.at) < len(ratios) {
				t.value *= float32(ratios[t.at])
			}
			norm[i] += float64(t.value) * float64(t.value)
			w[t.at] += float64(sign[i] * alpha[i] * float64(t.value))
		}
	}
	random := rand.New(rand.NewPCG(s.seed, uint64(class)))
	order := random.Perm(n)
	for range s.passes {
		random.Shuffle(n, func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, i := range order {
			margin := 0.0
			for _, t := range scaled[i] {
				margin += float64(w[t.at] * float64(t.value))
			}
			margin *= sign[i]
			before := alpha[i]
			if norm[i]*(rest[i]-alpha[i])/2+margin < 0 {
				rest[i] = newton(s.cost, norm[i], rest[i], -margin)
				alpha[i] = s.cost - rest[i]
			} else {
				alpha[i] = newton(s.cost, norm[i], alpha[i], margin)
				rest[i] = s.cost - alpha[i]
			}
			step := (alpha[i] - before) * sign[i]
			if step == 0 {
				continue
			}
			for _, t := range scaled[i] {
				w[t.at] += float64(step * float64(t.value))
			}
		}
	}
	return w
}

// newton solves the problem of one variable: it gives the z between 0 and cost
// at which norm*(z-old) + margin + ln(z/(cost-z)), which rises with z, is 0. A
// step of Newton's that leaves what is known to hold the answer becomes a
// halving.
func newton(cost, norm, old, margin float64) float64 {
	low, high, z := 0.0, cost, old
	if cost-z < cost/2 {
		z /= 10
	}
	for range 100 {
		gradient := float64(norm*(z-old)) + margin + math.Log(z/(cost-z))
		if math.Abs(gradient) < 1e-4 {
			break
		}
		if gradient > 0 {
			high = z
		} else {
			low = z
		}
		z -= gradient / (norm + cost/(cost-z)/z)
		if z <= low || z >= high {
			z = (low + high) / 2
		}
	}
	return z
}

// quantise rounds a block's weights to 255 steps and gives the size of a step.
// The few largest are cut, for the sake of all others.
func quantise(block []sentiment.Bucket, weights [sentiment.Classes][]float64, from int) float32 {
	var sizes []float64
	for k := range weights {
		for i := range block {
			if w := math.Abs(weights[k][from+i]); w > 0 {
				sizes = append(sizes, w)
			}
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	step := sizes[len(sizes)-1-len(sizes)/cut] / 127
	for k := range weights {
		for i := range block {
			v := math.Round(weights[k][from+i] / step)
			block[i].Weights[k] = int8(max(-127, min(127, v)))
		}
	}
	return float32(step)
}

// cut is of how many weights one is cut when they are rounded.
const cut = 5000
