// Package querytest makes the work that the matcher is measured on: posts and
// queries as uneven as language is. docs/bench.md describes it with the figures.
package querytest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"
)

const (
	vocabulary = 40_000 // words there are
	shift      = 2.7    // of Zipf's law as Mandelbrot has it: word r comes up in proportion to 1/(r+shift)
)

// Workload is posts, and queries to match them against.
type Workload struct {
	Posts   []string
	Queries []Query
}

// Query is a query of two words that are needed and two that must not be
// there.
type Query struct {
	Needs, Not [2]string
}

// Text gives the query in our language.
func (q Query) Text() string {
	return fmt.Sprintf("%s %s -%s -%s", q.Needs[0], q.Needs[1], q.Not[0], q.Not[1])
}

// New makes a workload, the same for the same numbers. Posts have 12 to 28
// words of a vocabulary of 40,000 that come up by Zipf's law, the commonest the
// shortest; one word in 25 has an accent, one post in 4 a hashtag, a handle, a link
// or an emoji. Words of queries are drawn evenly over the logarithm of their rank,
// from the hundredth to the ten thousandth: people name things that are neither
// everywhere nor unheard of. So about one post in seven matches one of 10,000.
func New(posts, queries int) Workload {
	rng := rand.New(rand.NewPCG(7, uint64(posts)))
	words := spell(rng)
	rank := ranks()
	w := Workload{Posts: make([]string, posts), Queries: make([]Query, queries)}
	for i := range w.Posts {
		w.Posts[i] = say(rng, words, rank)
	}
	pick := func() string { return words[int(math.Exp(math.Log(100)+rng.Float64()*math.Log(100)))] }
	for i := range w.Queries {
		q := &w.Queries[i]
		for j := range 2 {
			q.Needs[j], q.Not[j] = pick(), pick()
		}
	}
	return w
}

// ranks gives what draws the number of a word by its frequency: the cumulated
// frequencies, to be searched.
func ranks() []float64 {
	sum, out := 0.0, make([]float64, vocabulary)
	for r := range out {
		sum += 1 / (float64(r) + shift)
		out[r] = sum
	}
	return out
}

// spell makes the words: syllables, more of them in rarer words.
func spell(rng *rand.Rand) []string {
	const heads, hearts, tails = "b c d f g h j k l m n p r s t v w z br ch cl dr fl gr pl pr sh st th tr", "a e i o u ai ea ou io é", " n r s t l nt rd st"
	syllable := func() string {
		one := func(from string) string {
			all := strings.Split(from, " ")
			return all[rng.IntN(len(all))]
		}
		return one(heads) + one(hearts) + one(tails)
	}
	seen := map[string]bool{}
	var words []string
	for len(words) < vocabulary {
		word := syllable()
		for n := 1.2 + math.Log10(float64(len(words)+1))/2 + rng.Float64() - 0.5; n > 2; n-- {
			word += syllable()
		}
		if !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return words
}

// say makes a post.
func say(rng *rand.Rand, words []string, rank []float64) string {
	draw := func() string {
		x := rng.Float64() * rank[vocabulary-1]
		lo, hi := 0, vocabulary-1
		for lo < hi {
			if mid := (lo + hi) / 2; rank[mid] < x {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return words[lo]
	}
	var b strings.Builder
	n := 12 + rng.IntN(17)
	for i := range n {
		word := draw()
		switch {
		case i == 0 || rng.IntN(20) == 0:
			word = strings.ToUpper(word[:1]) + word[1:]
		case rng.IntN(12) == 0:
			word += ","
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	b.WriteString([]string{".", "!", "?", "", " 👍", " #" + draw(), " @" + draw() + "_" + draw(), " https://example.com/" + draw()}[rng.IntN(16)%8])
	return b.String()
}

// CPU gives the processor time that this process has used. On a machine that
// others use too it says more than the clock does.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
