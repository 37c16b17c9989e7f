package langid

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"
)

//go:embed grams.bin
var embedded []byte

// Magic begins a table of n-grams, the file that the command in train writes.
// After it come the number of languages, each as its length and tag; the number
// of n-grams; and the n-grams by rising key: what the key has over the one
// before, how many languages it tells of, and for each its index and its
// weight, a byte each. Numbers are unsigned varints.
const Magic = "TRIBUNE LANGUAGES 1\n"

// floor is what every weight has over what stands in the table, as in eld's.
const floor = 53

// maxLanguages is how many languages a table can tell apart.
const maxLanguages = 64

// grams holds the weights of n-grams. It does not change once it is read.
type grams struct {
	tags  []string
	slots []slot // open addressing, a power of two
	shift uint
	pairs []pair // of the n-grams of several languages
}

// slot is an n-gram: a key of 0 marks a free place.
type slot struct {
	key  uint32
	from uint32 // its pairs: where they begin, or the pair itself if there is one
	n    uint32
}

// pair is a language and what an n-gram says for it.
type pair struct{ language, weight uint8 }

// Key hashes an n-gram; it is never 0. The n-gram has a space in front where it
// begins a word, and one behind it where it ends one.
func Key(gram []byte) uint32 {
	h := uint64(len(gram))
	for _, b := range gram {
		h = (h ^ uint64(b)) * 0x9E3779B97F4A7C15
		h ^= h >> 32
	}
	return max(uint32(h), 1)
}

// table decodes the embedded table, once.
var table = sync.OnceValue(func() *grams {
	g, err := readGrams(embedded)
	if err != nil {
		panic(fmt.Errorf("the table of languages in this program is broken: %w", err)) // tests read it
	}
	return g
})

var errTable = errors.New("not a table of languages")

// readGrams decodes a table.
func readGrams(data []byte) (*grams, error) {
	if len(data) < len(Magic) || string(data[:len(Magic)]) != Magic {
		return nil, errTable
	}
	r := &reader{data: data[len(Magic):]}
	g := &grams{tags: make([]string, r.number(maxLanguages))}
	for i := range g.tags {
		g.tags[i] = string(r.bytes(int(r.number(16))))
	}
	n := int(r.number(1 << 24))
	size := 1 << bits.Len(uint(n*3/2))
	g.slots, g.shift = make([]slot, size), uint(32-bits.Len(uint(size-1)))
	key := uint32(0)
	for range n {
		key += uint32(r.number(1<<32 - 1))
		count := int(r.number(maxLanguages))
		s := slot{key: key, from: uint32(len(g.pairs)), n: uint32(count)}
		for range count {
			p := r.bytes(2)
			if r.bad || int(p[0]) >= len(g.tags) {
				return nil, errTable
			}
			g.pairs = append(g.pairs, pair{p[0], p[1]})
		}
		if r.bad || key == 0 {
			return nil, errTable
		}
		g.put(s)
	}
	if r.bad || len(r.data) > 0 {
		return nil, errTable
	}
	return g, nil
}

// put puts an n-gram into its place. A single pair is kept in the slot, to
// spare a look elsewhere.
func (g *grams) put(s slot) {
	if s.n == 1 {
		p := g.pairs[s.from]
		g.pairs = g.pairs[:s.from]
		s.from = uint32(p.language)<<8 | uint32(p.weight) + floor
	}
	mask := uint32(len(g.slots) - 1)
	at := s.key * 0x9E3779B1 >> g.shift & mask
	for g.slots[at].key != 0 {
		at = (at + 1) & mask
	}
	g.slots[at] = s
}

// find gives the place of an n-gram, or -1.
func (g *grams) find(key uint32) int {
	mask := uint32(len(g.slots) - 1)
	for at := key * 0x9E3779B1 >> g.shift & mask; ; at = (at + 1) & mask {
		switch g.slots[at].key {
		case key:
			return int(at)
		case 0:
			return -1
		}
	}
}

// add adds what an n-gram says to the scores of the languages.
func (g *grams) add(at int, scores *[maxLanguages]int32) {
	s := &g.slots[at]
	if s.n == 1 {
		scores[s.from>>8&(maxLanguages-1)] += int32(s.from&0xFF) + floor
		return
	}
	for _, p := range g.pairs[s.from : s.from+s.n] {
		scores[p.language&(maxLanguages-1)] += int32(p.weight) + floor
	}
}

// reader reads a table and remembers whether it ended too soon.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > most {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return v
}

// bytes gives the next n bytes; n zeros if there are fewer, n being small.
func (r *reader) bytes(n int) []byte {
	if len(r.data) < n {
		r.bad, r.data = true, nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}
