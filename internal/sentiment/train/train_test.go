package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"tribune/internal/sentiment"
	"tribune/internal/sentiment/feature"
)

// data is where the texts are on a machine that has them.
const data = "../../../../shared/data/language"

// needData skips a test where the texts are not.
func needData(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("the texts to learn from are not on this machine: ", err)
	}
}

// invented makes texts by a rule that can be learnt.
func invented(n int) (texts []text) {
	words := [][]string{
		{"terrible", "broken", "furchtbar", "nul", "schlecht"},
		{"table", "station", "Dienstag", "heure", "nine"},
		{"lovely", "great", "wunderbar", "génial", "danke"},
	}
	for i := range n {
		class := i % 3
		w := words[class]
		texts = append(texts, text{
			language: feature.Language(1 + i%8), class: class,
			text: fmt.Sprintf("number %d was %s and %s", i%7, w[i%len(w)], w[i*i%len(w)]),
		})
	}
	return texts
}

// small are settings with few buckets.
func small() settings {
	s := chosen
	s.wordBits, s.charBits = 11, 12
	return s
}

// smallLexicon has our own lists alone.
func smallLexicon(t *testing.T) *feature.Lexicon {
	t.Helper()
	x := &feature.Lexicon{}
	if err := ourWords(words, io.Discard, x); err != nil {
		t.Fatal(err)
	}
	x.Seal()
	return x
}

// TestReproducible learns twice and compares byte for byte; another seed must
// give other weights.
func TestReproducible(t *testing.T) {
	learnt := func(seed uint64) []byte {
		s := small()
		s.seed = seed
		parts, seen, _, err := train(s, smallLexicon(t), invented(240))
		if err != nil {
			t.Fatal(err)
		}
		if f := measure(seen, parts.Calibration); f.accuracy < 0.8 {
			t.Errorf("%.2f of texts made by a rule are told right", f.accuracy)
		}
		file, err := parts.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sentiment.Read(file); err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := learnt(1)
	if !bytes.Equal(first, learnt(1)) {
		t.Error("the same seed gave other weights")
	}
	if bytes.Equal(first, learnt(2)) {
		t.Error("the seed changes nothing")
	}
}

// TestEmbedded checks that the weights in the program were learnt from the data
// on this machine and the word lists beside this test.
func TestEmbedded(t *testing.T) {
	needData(t)
	from := newSource(data)
	n := 0
	if _, err := from.lexicon(); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"train", "val"} {
		texts, err := from.texts(part)
		if err != nil {
			t.Fatal(err)
		}
		n += len(texts)
	}
	m := sentiment.Default().Meta()
	if m.Data != from.checksum() || m.Texts != n || m.Seed != chosen.seed || m.Recipe != sentiment.Recipe || m.WordBits != chosen.wordBits || m.CharBits != chosen.charBits {
		t.Errorf("the embedded weights are those of %+v; learn them anew with go run ./internal/sentiment/train", m)
	}
}

// TestBars learns from the train part, in fewer passes than the weights in the
// program for the sake of time, and holds what it says of the val part to the
// bars.
func TestBars(t *testing.T) {
	needData(t)
	from := newSource(data)
	lexicon, err := from.lexicon()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := from.texts("train")
	if err != nil {
		t.Fatal(err)
	}
	val, err := from.texts("val")
	if err != nil {
		t.Fatal(err)
	}
	s := chosen
	s.passes = 3
	parts := learn(s, lexicon, examples(s, lexicon, texts))
	parts.Calibration = sentiment.Default().Calibrations()
	m, err := sentiment.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	f := measure(judge(m, val), parts.Calibration)
	var line strings.Builder
	f.print(&line, "val")
	t.Log(line.String())
	if f.mean < 0.575 || f.f1[feature.English] < 0.61 || f.ece > 0.04 || f.right < 0.7 {
		t.Errorf("below the bars (mean .575, English .61, calibration error .04, right .7 of what is said): %s", line.String())
	}
}

// TestNewton checks that the one-variable problem is solved, wherever it starts.
func TestNewton(t *testing.T) {
	for _, cost := range []float64{0.1, 1, 4} {
		for _, norm := range []float64{0, 0.3, 2, 40} {
			for _, old := range []float64{1e-8, 0.3, 0.999} {
				for _, margin := range []float64{-8, -0.5, 0, 0.5, 8} {
					start := old * cost
					z := newton(cost, norm, start, margin)
					if z <= 0 || z >= cost {
						t.Fatalf("%v of %v", z, cost)
					}
					if g := norm*(z-start) + margin + math.Log(z/(cost-z)); math.Abs(g) > 1e-3 {
						t.Errorf("cost %v, norm %v, from %v, margin %v: the gradient is %v", cost, norm, start, margin, g)
					}
				}
			}
		}
	}
}

// TestOurWords checks what the reader of our lists refuses.
func TestOurWords(t *testing.T) {
	x := smallLexicon(t)
	if x.Len() < 3500 {
		t.Errorf("%d words", x.Len())
	}
	for _, bad := range []string{"[xx] 1: a", "[en] maybe: a"} {
		folder := fstest.MapFS{"words/a.txt": {Data: []byte(bad)}}
		if err := ourWords(folder, io.Discard, &feature.Lexicon{}); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
