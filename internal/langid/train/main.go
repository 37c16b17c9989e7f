// Command train makes the table of n-grams by which languages are told apart
// from that of the Efficient Language Detector:
//
//	npm pack eld@2.1.0 && tar xzf eld-2.1.0.tgz
//	go run ./internal/langid/train --eld package/src/ngrams/large.js --out internal/langid/grams.bin
//
// The same file gives the same table, byte for byte.
package main

import (
	"cmp"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/langid"
)

func main() {
	from := flag.String("eld", "", "eld's table: src/ngrams/large.js of the npm package eld")
	to := flag.String("out", "internal/langid/grams.bin", "where to write the table")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	tags, grams, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	tags, grams = withWords(tags, grams)
	out := write(tags, grams)
	fmt.Printf("%d languages, %d n-grams, %d bytes\n", len(tags), len(grams), len(out))
	return os.WriteFile(to, out, 0o644)
}

// gram is an n-gram of bytes and what it says for each language.
type gram struct {
	bytes []byte
	pairs []pair
}

type pair struct{ language, weight uint8 }

var errForm = errors.New("not a table of eld: {type:..., languages:{0:'am',...}, isSubset:..., ngrams:{'...':{0:176},...}}")

// parse reads eld's JavaScript: an object of object literals without spaces,
// whose keys are quoted where they are no identifiers.
func parse(text string) (tags []string, grams []gram, err error) {
	_, rest, ok := strings.Cut(text, "languages:{")
	list, rest, ok2 := strings.Cut(rest, "}")
	if !ok || !ok2 {
		return nil, nil, errForm
	}
	for i, entry := range strings.Split(list, ",") {
		number, tag, _ := strings.Cut(entry, ":")
		if number != strconv.Itoa(i) || len(tag) < 4 {
			return nil, nil, errForm
		}
		tags = append(tags, strings.Trim(tag, "'"))
	}
	_, rest, ok = strings.Cut(rest, "ngrams:{")
	if !ok {
		return nil, nil, errForm
	}
	for !strings.HasPrefix(rest, "}") {
		var key string
		if key, rest, err = parseKey(rest); err != nil {
			return nil, nil, err
		}
		list, after, ok := strings.Cut(rest, "}")
		if !ok {
			return nil, nil, errForm
		}
		g := gram{}
		for _, r := range key {
			b, ok := toByte(r)
			if !ok {
				return nil, nil, fmt.Errorf("%q stands for no byte", r)
			}
			g.bytes = append(g.bytes, b)
		}
		for entry := range strings.SplitSeq(list, ",") {
			var l, w int
			if _, err := fmt.Sscanf(entry, "%d:%d", &l, &w); err != nil || l >= len(tags) || w > 255 {
				return nil, nil, fmt.Errorf("%q: %w", entry, errForm)
			}
			g.pairs = append(g.pairs, pair{uint8(l), uint8(w)})
		}
		grams = append(grams, g)
		rest = strings.TrimPrefix(after, ",")
	}
	return tags, grams, nil
}

// parseKey reads a key and what follows it up to the list's opening brace.
func parseKey(text string) (key, rest string, err error) {
	if text == "" {
		return "", "", errForm
	}
	quote := text[0]
	if quote != '\'' && quote != '"' {
		key, rest, ok := strings.Cut(text, ":{")
		if !ok {
			return "", "", errForm
		}
		return key, rest, nil
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			key += text[i:min(i+1, len(text))]
		case quote:
			rest, ok := strings.CutPrefix(text[i+1:], ":{")
			if !ok {
				return "", "", errForm
			}
			return key, rest, nil
		default:
			key += text[i : i+1]
		}
	}
	return "", "", errForm
}

// high are the characters that stand for the bytes from 0x80 in eld's file,
// since JavaScript has no strings of bytes; a space is a byte that no letter
// has (dictionary.js of the package). Bytes below stand for themselves.
const high = "M2RJOP{ä>âüé_QáôëåõèïZû}à3ùÉYîí]|)ÿ~1VDT48FIK7WS/EB5;NCê*X=^:[Hò" +
	"  ¢!(,ß øó    Uö6@ÀÁ <ýG-Añú    $Læ?0\"#%&+ì9.ç µ                "

// toByte gives the byte that a character of eld's file stands for.
func toByte(r rune) (byte, bool) {
	if r == ' ' || r == '\'' || '`' <= r && r <= 'z' {
		return byte(r), true
	}
	i := slices.Index([]rune(high), r)
	return byte(0x80 + i), i >= 0
}

// write writes a table in the form that langid reads. Where two n-grams have
// the same key, which happens to some ten, the one that says less is left out.
func write(tags []string, grams []gram) []byte {
	type entry struct {
		key   uint32
		pairs []pair
	}
	entries := make([]entry, 0, len(grams))
	for _, g := range grams {
		entries = append(entries, entry{langid.Key(g.bytes), g.pairs})
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(len(b.pairs), len(a.pairs)))
	})
	entries = slices.CompactFunc(entries, func(a, b entry) bool { return a.key == b.key })
	out := []byte(langid.Magic)
	out = binary.AppendUvarint(out, uint64(len(tags)))
	for _, t := range tags {
		out = binary.AppendUvarint(out, uint64(len(t)))
		out = append(out, t...)
	}
	out = binary.AppendUvarint(out, uint64(len(entries)))
	last := uint32(0)
	for _, e := range entries {
		out = binary.AppendUvarint(out, uint64(e.key-last))
		last = e.key
		out = binary.AppendUvarint(out, uint64(len(e.pairs)))
		for _, p := range e.pairs {
			out = append(out, p.language, p.weight)
		}
	}
	return out
}
