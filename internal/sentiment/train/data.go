package main

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/sentiment/feature"
)

// text is one text to learn from.
type text struct {
	language feature.Language
	class    int // as sentiment's
	text     string
}

// corpora are UMSAB's files and the languages they are in.
var corpora = []struct {
	name     string
	language feature.Language
}{
	{"arabic", feature.Arabic}, {"english", feature.English}, {"french", feature.French}, {"german", feature.German},
	{"hindi", feature.Hinglish}, {"italian", feature.Italian}, {"portuguese", feature.Portuguese}, {"spanish", feature.Spanish},
}

// source reads the folder of data and keeps a checksum of all that it read.
type source struct {
	folder string
	sum    hash.Hash
}

func newSource(folder string) *source { return &source{folder, sha256.New()} }

// checksum gives the checksum of what was read up to now.
func (s *source) checksum() string { return hex.EncodeToString(s.sum.Sum(nil)) }

// lines calls each with the fields of every line of a compressed file.
func (s *source) lines(name string, each func(fields []string) error) error {
	file, err := os.Open(filepath.Join(s.folder, name))
	if err != nil {
		return err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(s.sum, "%s\n", name)
	lines := bufio.NewScanner(io.TeeReader(unpacked, s.sum))
	for n := 1; lines.Scan(); n++ {
		if err := each(strings.Split(lines.Text(), "\t")); err != nil {
			return fmt.Errorf("%s, line %d: %w", name, n, err)
		}
	}
	return lines.Err()
}

// texts reads a part of UMSAB, train or val.
func (s *source) texts(part string) ([]text, error) {
	var all []text
	for _, c := range corpora {
		first := true
		err := s.lines("umsab_"+c.name+"_"+part+".tsv.gz", func(fields []string) error {
			if first { // the header
				first = false
				return nil
			}
			class, err := strconv.Atoi(fields[0])
			if err != nil || class < 0 || class > 2 || len(fields) < 2 {
				return fmt.Errorf("a label (0, 1 or 2) and a text expected, not %q", fields)
			}
			all = append(all, text{c.language, class, strings.Join(fields[1:], "\t")})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

//go:embed words
var words embed.FS

// lexicon reads all word lists: AFINN and VADER from the folder, ours from here.
func (s *source) lexicon() (*feature.Lexicon, error) {
	x := &feature.Lexicon{}
	if err := ourWords(words, s.sum, x); err != nil {
		return nil, err
	}
	err := s.lines("multilang_afinn_8.tsv.gz", func(f []string) error {
		l := languageOf(f[0])
		if v, err := strconv.Atoi(f[2]); err == nil && l != feature.Other {
			x.Add(f[1], feature.Afinn, l, int8(v))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.lines("vader_lexicon.tsv.gz", func(f []string) error {
		v, err := strconv.ParseFloat(f[1], 64)
		if err == nil {
			x.Add(f[0], feature.Vader, feature.English, int8(math.Round(10*v)))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	x.Seal()
	return x, nil
}

// languageOf gives the language of a tag as the lists have them: hi is Hindi in
// Latin letters.
func languageOf(tag string) feature.Language {
	if tag == "hi" {
		return feature.Hinglish
	}
	return feature.LanguageOf(tag)
}

var functions = map[string]int8{"negator": feature.Negator, "booster": feature.Booster, "damper": feature.Damper, "but": feature.But}

// ourWords reads our lists. In a list, [en] begins the words of a language, or
// of all for [emoji]; 2: begins those with a score, and not: and the like those
// with a function; wish* is a beginning of words, and _ stands between two words.
func ourWords(folder fs.FS, sum io.Writer, x *feature.Lexicon) error {
	names, err := fs.Glob(folder, "words/*.txt")
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		sum.Write(content)
		l, k, value := feature.Other, feature.Own, int8(0)
		for word := range strings.FieldsSeq(string(content)) {
			if tag, ok := strings.CutPrefix(word, "["); ok {
				tag = strings.TrimSuffix(tag, "]")
				if l = languageOf(tag); l == feature.Other && tag != "emoji" {
					return fmt.Errorf("%s: no language %q", name, tag)
				}
				continue
			}
			if head, ok := strings.CutSuffix(word, ":"); ok {
				if v, err := strconv.Atoi(head); err == nil {
					k, value = feature.Own, int8(v)
					if l == feature.Other {
						k = feature.Emoji
					}
				} else if v, ok := functions[head]; ok {
					k, value = feature.Function, v
				} else {
					return fmt.Errorf("%s: neither a score nor a function: %q", name, head)
				}
				continue
			}
			if stem, ok := strings.CutSuffix(word, "*"); ok {
				x.Add(stem, feature.OwnStem, l, value)
				continue
			}
			x.Add(strings.ReplaceAll(word, "_", " "), k, l, value)
		}
	}
	return nil
}
