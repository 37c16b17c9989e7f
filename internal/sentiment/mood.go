package sentiment

import (
	"fmt"
	"math"
	"sync"

	"tribune/internal/sentiment/feature"
)

// Mood is what a text sounds like. The zero value is Unclear.
type Mood uint8

// The moods. A text that is neutral and one of which the model is not sure are
// not told apart: neutral is what it knows least about.
const (
	Unclear Mood = iota
	Positive
	Negative
)

// String gives the mood's name, as the command line and the API write it.
func (m Mood) String() string {
	switch m {
	case Positive:
		return "positive"
	case Negative:
		return "negative"
	}
	return "unclear"
}

// The classes that probabilities are given of, in their order.
const (
	NegativeClass = iota
	NeutralClass
	PositiveClass
	Classes
)

// Sure is the probability from which a text is called positive or negative. It
// was chosen by what is wrong among what is said (docs/language.md).
const Sure = 0.60

// unknown is the tag of a text whose language is not known.
const unknown = "und"

// Model tells moods. It is safe for concurrent use.
type Model struct {
	parts   Parts
	readers sync.Pool
}

// New makes a model of its parts.
func New(p Parts) (*Model, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	m := &Model{parts: p}
	m.readers.New = func() any {
		return &feature.Reader{WordBits: p.Meta.WordBits, CharBits: p.Meta.CharBits}
	}
	return m, nil
}

// Meta tells where the model comes from.
func (m *Model) Meta() Meta { return m.parts.Meta }

// Calibrations gives the model's lines from scores to log-probabilities.
func (m *Model) Calibrations() [feature.Languages]Calibration { return m.parts.Calibration }

// Learnt tells whether moods are learnt in a language, given by its BCP 47 tag
// without region. In all others Classify says Unclear.
func Learnt(tag string) bool { return feature.LanguageOf(tag) != feature.Other }

// Classify tells the mood of a text in a language, given by its BCP 47 tag
// without region, and how probable the classes are; they add up to 1. In a
// language that no moods are learnt in the mood is Unclear. There, and where the
// language is not known (und; often a few emoji are all there is), the
// probabilities come from what all languages share.
func (m *Model) Classify(text, tag string) (Mood, [Classes]float32) {
	l := feature.LanguageOf(tag)
	p := m.probabilities(m.Score(text, l), l)
	switch {
	case l == feature.Other && tag != unknown:
		return Unclear, p
	case p[PositiveClass] >= Sure:
		return Positive, p
	case p[NegativeClass] >= Sure:
		return Negative, p
	}
	return Unclear, p
}

// Score gives the three sums of weights of which Classify makes probabilities.
func (m *Model) Score(text string, l feature.Language) [Classes]float64 {
	r := m.readers.Get().(*feature.Reader)
	r.Read(m.parts.Lexicon, text, l)
	words := uint32(1) << m.parts.Meta.WordBits
	var s [Classes]float64
	add(&s, m.parts.Buckets[:words], r.Words, m.parts.WordScale)
	add(&s, m.parts.Buckets[words:], r.Chars, m.parts.CharScale)
	own, all := &m.parts.Dense[l], &m.parts.Dense[feature.Other]
	for i, v := range r.Dense {
		if v == 0 {
			continue
		}
		for k := range s {
			w := all[k][i]
			if l != feature.Other {
				w += own[k][i]
			}
			s[k] += float64(v) * float64(w)
		}
	}
	m.readers.Put(r)
	return s
}

// add adds what a block of buckets says, brought to length 1.
func add(s *[Classes]float64, block []Bucket, buckets []uint32, scale float32) {
	var sums [Classes]int64
	var squares int64
	for _, at := range buckets {
		b := &block[at]
		idf := int64(b.IDF)
		squares += idf * idf
		sums[0] += idf * int64(b.Weights[0])
		sums[1] += idf * int64(b.Weights[1])
		sums[2] += idf * int64(b.Weights[2])
	}
	if squares == 0 {
		return
	}
	f := float64(scale) / math.Sqrt(float64(squares))
	for k := range s {
		s[k] += float64(sums[k]) * f
	}
}

// probabilities makes probabilities of scores: softmax of a line fitted for
// each language on texts that the model had not seen.
func (m *Model) probabilities(s [Classes]float64, l feature.Language) (p [Classes]float32) {
	c := &m.parts.Calibration[l]
	most := math.Inf(-1)
	for k := range s {
		s[k] = float64(c.Slope)*s[k] + float64(c.Offset[k])
		most = max(most, s[k])
	}
	sum := 0.0
	for k := range s {
		s[k] = math.Exp(s[k] - most)
		sum += s[k]
	}
	for k := range s {
		p[k] = float32(s[k] / sum)
	}
	return p
}

// errShape is what a file of weights with sizes that do not fit gives.
func errShape(what string, got, want int) error {
	return fmt.Errorf("the weights have %d %s, not %d", got, what, want)
}
