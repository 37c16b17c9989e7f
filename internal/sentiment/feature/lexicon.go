package feature

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// kind is a word list.
type kind uint8

// The word lists. All but emoji have entries of their own for each language.
const (
	Afinn    kind = iota + 1 // AFINN, machine translated: -5 to 5
	Vader                    // VADER's lexicon, for English and Hinglish: tenths, -40 to 40
	Own                      // ours: -3 to 3
	OwnStem                  // ours: beginnings of words
	Emoji                    // ours: -3 to 3
	Function                 // words that change what others say: negator and the like
)

// What an entry of Function says.
const (
	Negator int8 = iota + 1 // not, never
	Booster                 // very
	Damper                  // somewhat
	But                     // what follows weighs more
)

// Lexicon holds the word lists, by hashes of their words. A word that is in none
// is taken for one that is once in some hundred thousand times.
type Lexicon struct {
	entries []entry // sorted by key, for writing
	slots   []entry // open addressing, a power of two; key 0 is a free place
	shift   uint8
	maybe   [1 << 11]uint64 // a bit for each key's lowest 17 bits, to say no quickly
}

type entry struct {
	key   uint32
	value int8
}

// key is the hash of a word in a list.
func key(h uint64, k kind, l Language) uint32 {
	h = (h ^ uint64(k)<<8 ^ uint64(l)<<16) * 0xFF51AFD7ED558CCD
	return max(uint32(h>>32), 1)
}

// pairHash is the hash of two tokens side by side.
func pairHash(a, b uint64) uint64 { return mix(startPair^a, rune(b>>33)) ^ b }

// Add adds a term of one or two words to a list before the lexicon is sealed.
// What is added first stays. It reports whether the term has a form that can be
// found.
func (x *Lexicon) Add(term string, k kind, l Language, value int8) bool {
	var r Reader
	r.normalise(term)
	r.tokenise()
	var h uint64
	switch len(r.tokens) {
	case 1:
		h = r.tokens[0].hash
	case 2:
		h = pairHash(r.tokens[0].hash, r.tokens[1].hash)
	default:
		return false
	}
	x.entries = append(x.entries, entry{key(h, k, l), value})
	return true
}

// Seal makes the lexicon ready to be asked.
func (x *Lexicon) Seal() {
	slices.SortStableFunc(x.entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	x.entries = slices.CompactFunc(x.entries, func(a, b entry) bool { return a.key == b.key })
	size := 1 << bits.Len(uint(len(x.entries)*3/2+1))
	x.slots, x.shift = make([]entry, size), uint8(32-bits.Len(uint(size-1)))
	x.maybe = [1 << 11]uint64{}
	for _, e := range x.entries {
		at := e.key * 0x9E3779B1 >> x.shift
		for x.slots[at].key != 0 {
			at = (at + 1) & uint32(size-1)
		}
		x.slots[at] = e
		x.maybe[e.key>>6&(1<<11-1)] |= 1 << (e.key & 63)
	}
}

// find gives what a list says of a hash.
func (x *Lexicon) find(h uint64, k kind, l Language) (value int8, ok bool) {
	want := key(h, k, l)
	if x.maybe[want>>6&(1<<11-1)]>>(want&63)&1 == 0 {
		return 0, false
	}
	mask := uint32(len(x.slots) - 1)
	for at := want * 0x9E3779B1 >> x.shift; x.slots[at].key != 0; at = (at + 1) & mask {
		if x.slots[at].key == want {
			return x.slots[at].value, true
		}
	}
	return 0, false
}

// Len gives the number of entries.
func (x *Lexicon) Len() int { return len(x.entries) }

// Append appends the lexicon's stored form: the number of entries, then their
// keys, each as what it has over the one before, and their values.
func (x *Lexicon) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(x.entries)))
	last := uint32(0)
	for _, e := range x.entries {
		b = binary.AppendUvarint(b, uint64(e.key-last))
		last = e.key
	}
	for _, e := range x.entries {
		b = append(b, byte(e.value))
	}
	return b
}

var errLexicon = errors.New("the word lists end too soon")

// ReadLexicon reads what Append wrote, and gives what follows it.
func ReadLexicon(b []byte) (*Lexicon, []byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)) {
		return nil, nil, errLexicon
	}
	b = b[size:]
	x := &Lexicon{entries: make([]entry, n)}
	last := uint32(0)
	for i := range x.entries {
		d, size := binary.Uvarint(b)
		if size <= 0 {
			return nil, nil, errLexicon
		}
		b = b[size:]
		last += uint32(d)
		x.entries[i].key = max(last, 1)
	}
	if len(b) < len(x.entries) {
		return nil, nil, errLexicon
	}
	for i := range x.entries {
		x.entries[i].value = int8(b[i])
	}
	b = b[n:]
	x.Seal()
	return x, b, nil
}
