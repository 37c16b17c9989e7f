// Package judge works out what a post does not say of itself: its language and
// its mood. It is pure.
package judge

import (
	"math"
	"sync"

	"tribune/internal/langid"
	"tribune/internal/query"
	"tribune/internal/sentiment"
)

// Judgement is language and mood of one text. Of a post it is the classifier,
// so that what matching asked for is not worked out again. The zero one is ready.
type Judgement struct {
	Tag                string // BCP 47; empty: unknown
	LanguageP          int64  // thousandths; 0: its source said so, or nobody knows
	Mood               string // positive, negative, unclear; empty: not judged
	Positive, Negative int64  // thousandths; the rest is neutral
}

// detector is made once: it takes a while, and is the same for every site.
var detector = sync.OnceValue(func() *langid.Detector {
	d, err := langid.New()
	if err != nil {
		panic(err) // without candidates there is nothing to be wrong
	}
	return d
})

// Language works out the language of a post that does not say it.
func (j *Judgement) Language(p *query.Post) string {
	tag, likely := detector().Detect(p.Text)
	if tag == langid.Unknown {
		return ""
	}
	j.Tag, j.LanguageP = tag, thousandths(likely)
	return tag
}

// Sentiment works out the mood of a post. Its language is what it says, or
// what Language found.
func (j *Judgement) Sentiment(p *query.Post) string {
	tag := p.Language
	if tag == "" {
		tag = j.Tag
	}
	if tag == "" {
		tag = j.Language(p)
	}
	if tag == "" {
		tag = langid.Unknown
	}
	mood, likely := sentiment.Default().Classify(p.Text, base(tag))
	j.Mood = mood.String()
	j.Positive, j.Negative = thousandths(float64(likely[sentiment.PositiveClass])), thousandths(float64(likely[sentiment.NegativeClass]))
	return j.Mood
}

func thousandths(p float64) int64 { return int64(math.Round(1000 * p)) }

// base gives a language tag without its region.
func base(tag string) string {
	for i := range len(tag) {
		if tag[i] == '-' {
			return tag[:i]
		}
	}
	return tag
}

// Finish works out what nobody has asked for yet.
func (j *Judgement) Finish(p *query.Post) {
	if p.Language == "" && j.Tag == "" {
		j.Language(p)
	}
	if j.Mood == "" {
		j.Sentiment(p)
	}
}
