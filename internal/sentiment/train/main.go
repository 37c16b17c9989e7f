// Command train learns the weights by which moods are told:
//
//	go run ./internal/sentiment/train --data ../shared/data/language
//
// It reads the train and val parts of UMSAB, AFINN, and VADER's lexicon from a
// folder, and our word lists from beside it. First it prints what five-fold
// cross-validation gives, from which it also fits the probabilities; then it
// learns from all texts and writes the weights. The same data and seed give the
// same weights, byte for byte. Only weights are written, no text.
//
// With --report it learns from train alone, prints its figures on val, and
// writes nothing.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"tribune/internal/sentiment"
	"tribune/internal/sentiment/feature"
)

func main() {
	s := chosen
	data := flag.String("data", "../shared/data/language", "folder of the texts and word lists")
	to := flag.String("out", "internal/sentiment/weights.bin", "where to write the weights")
	report := flag.Bool("report", false, "learn from train, print the figures on val, write nothing")
	flag.Uint64Var(&s.seed, "seed", s.seed, "seed of the order in which texts are learnt")
	flag.Parse()
	if err := run(s, *data, *to, *report, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(s settings, data, to string, report bool, out io.Writer) error {
	from := newSource(data)
	lexicon, err := from.lexicon()
	if err != nil {
		return err
	}
	texts, err := from.texts("train")
	if err != nil {
		return err
	}
	val, err := from.texts("val")
	if err != nil {
		return err
	}
	if !report {
		texts = append(texts, val...)
	}
	parts, seen, blind, err := train(s, lexicon, texts)
	if err != nil {
		return err
	}
	measure(seen, parts.Calibration).print(out, "cross-validation")
	measure(blind, parts.Calibration).print(out, "without the language")
	if report {
		m, err := sentiment.New(parts)
		if err != nil {
			return err
		}
		measure(judge(m, val), parts.Calibration).print(out, "val")
		return nil
	}
	parts.Meta.Data = from.checksum()
	parts.Meta.Note = "learnt from UMSAB (train and val), AFINN, VADER's lexicon and our own word lists; see NOTICE"
	file, err := parts.Append(nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d texts, %d entries of word lists, %d bytes\n", len(texts), lexicon.Len(), len(file))
	return os.WriteFile(to, file, 0o644)
}

const folds = 5

// train learns from all texts; what cross-validation said of each, with and
// without its language, calibrates the probabilities, and is given too.
func train(s settings, lexicon *feature.Lexicon, texts []text) (parts sentiment.Parts, seen, blind []verdict, err error) {
	all := examples(s, lexicon, texts)
	for fold := range folds {
		var learning []example
		var judged []text
		for i := range all {
			if i/sentiment.Classes%folds == fold { // the classes take turns in the files
				judged = append(judged, texts[i])
			} else {
				learning = append(learning, all[i])
			}
		}
		m, err := sentiment.New(learn(s, lexicon, learning))
		if err != nil {
			return parts, nil, nil, err
		}
		seen = append(seen, judge(m, judged)...)
		blind = append(blind, judge(m, unnamed(judged))...)
	}
	parts = learn(s, lexicon, all)
	parts.Calibration = calibrate(seen, blind)
	return parts, seen, blind, nil
}
