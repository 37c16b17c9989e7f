package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"tribune/internal/sentiment"
	"tribune/internal/sentiment/feature"
)

// verdict is what a model said of a text that it had not learnt from.
type verdict struct {
	language feature.Language
	class    int
	scores   [sentiment.Classes]float64
}

// judge asks a model for its scores of texts.
func judge(m *sentiment.Model, texts []text) []verdict {
	all := make([]verdict, len(texts))
	for i, t := range texts {
		all[i] = verdict{t.language, t.class, m.Score(t.text, t.language)}
	}
	return all
}

// unnamed gives the texts as if nobody knew their languages.
func unnamed(texts []text) []text {
	all := slices.Clone(texts)
	for i := range all {
		all[i].language = feature.Other
	}
	return all
}

// probabilities is what a calibration makes of scores.
func probabilities(c sentiment.Calibration, s [sentiment.Classes]float64) (p [sentiment.Classes]float64) {
	sum := 0.0
	for k := range s {
		p[k] = math.Exp(float64(c.Slope)*s[k] + float64(c.Offset[k]))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// calibrate fits the line from scores to log-probabilities: for each language a
// slope and offsets that make what happened most likely, drawn towards those of
// all languages together by a prior that is worth a few hundred texts. The
// verdicts on texts without their language are fitted alone.
func calibrate(all, unnamed []verdict) (lines [feature.Languages]sentiment.Calibration) {
	whole := fitLine(all, sentiment.Calibration{Slope: 0.7}, 0)
	lines[feature.Other] = fitLine(unnamed, sentiment.Calibration{Slope: 0.7}, 0)
	for l := feature.Arabic; l < feature.Languages; l++ {
		var own []verdict
		for _, v := range all {
			if v.language == l {
				own = append(own, v)
			}
		}
		lines[l] = fitLine(own, whole, 1)
	}
	return lines
}

// fitLine finds by gradient descent the line that makes the classes most likely,
// starting from one and, if pull is not 0, drawn to it.
func fitLine(all []verdict, from sentiment.Calibration, pull float64) sentiment.Calibration {
	const rounds, rate, prior = 300, 0.5, 200
	slope, offset := float64(from.Slope), [sentiment.Classes]float64{}
	for k := range offset {
		offset[k] = float64(from.Offset[k])
	}
	for range rounds {
		c := sentiment.Calibration{Slope: float32(slope)}
		for k := range offset {
			c.Offset[k] = float32(offset[k])
		}
		bySlope, byOffset := 0.0, [sentiment.Classes]float64{}
		for _, v := range all {
			p := probabilities(c, v.scores)
			for k := range p {
				d := p[k]
				if k == v.class {
					d--
				}
				bySlope += float64(d * v.scores[k])
				byOffset[k] += d
			}
		}
		bySlope += pull * prior * (slope - float64(from.Slope))
		n := float64(len(all)) + pull*prior
		slope -= rate * bySlope / n
		for k := range offset {
			byOffset[k] += pull * prior * (offset[k] - float64(from.Offset[k]))
			offset[k] -= rate * byOffset[k] / n
		}
	}
	c := sentiment.Calibration{Slope: float32(slope)}
	for k := range offset {
		c.Offset[k] = float32(offset[k])
	}
	return c
}

// figures are how good verdicts are.
type figures struct {
	f1       map[feature.Language]float64 // macro-averaged over the classes
	mean     float64                      // of f1 over the languages
	accuracy float64
	ece      float64 // expected calibration error, ten bins of the highest probability
	said     float64 // share called positive or negative
	right    float64 // share of those that are
	opposite float64 // share of those that are the opposite
}

// measure computes the figures of verdicts under a calibration.
func measure(all []verdict, lines [feature.Languages]sentiment.Calibration) figures {
	table := map[feature.Language]*[sentiment.Classes][sentiment.Classes]float64{}
	var bins [10]struct{ n, p, right float64 }
	var said, right, opposite, correct float64
	for _, v := range all {
		p := probabilities(lines[v.language], v.scores)
		best := 0
		for k := range p {
			if p[k] > p[best] {
				best = k
			}
		}
		if table[v.language] == nil {
			table[v.language] = new([sentiment.Classes][sentiment.Classes]float64)
		}
		table[v.language][v.class][best]++
		b := &bins[min(9, int(10*p[best]))]
		b.n++
		b.p += p[best]
		if best == v.class {
			b.right++
			correct++
		}
		if p[best] >= sentiment.Sure && best != sentiment.NeutralClass {
			said++
			switch v.class {
			case best:
				right++
			case sentiment.Classes - 1 - best:
				opposite++
			}
		}
	}
	n := float64(len(all))
	f := figures{f1: map[feature.Language]float64{}, accuracy: correct / n, said: said / n, right: right / said, opposite: opposite / said}
	for l, t := range table {
		f.f1[l] = macroF1(t)
		f.mean += f.f1[l] / float64(len(table))
	}
	for _, b := range bins {
		f.ece += math.Abs(b.p-b.right) / n
	}
	return f
}

// macroF1 is the mean over the classes of 2*right/(said+there are).
func macroF1(t *[sentiment.Classes][sentiment.Classes]float64) float64 {
	sum := 0.0
	for k := range t {
		said, there := 0.0, 0.0
		for j := range t {
			said += t[j][k]
			there += t[k][j]
		}
		if said+there > 0 {
			sum += 2 * t[k][k] / (said + there)
		}
	}
	return sum / float64(len(t))
}

// print writes the figures on two lines.
func (f figures) print(to io.Writer, what string) {
	fmt.Fprintf(to, "%s: macro-F1", what)
	for l := feature.Other; l < feature.Languages; l++ {
		if v, ok := f.f1[l]; ok {
			fmt.Fprintf(to, " %s %.3f", l, v)
		}
	}
	fmt.Fprintf(to, " mean %.4f\n  accuracy %.3f, calibration error %.3f, said of %.3f: right %.3f, opposite %.3f\n", f.mean, f.accuracy, f.ece, f.said, f.right, f.opposite)
}
