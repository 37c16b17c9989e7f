package sentiment

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"sync"

	"tribune/internal/sentiment/feature"
)

//go:embed weights.bin
var embedded []byte

// magic begins a file of weights. After it come the length of Meta as JSON (four
// bytes, little endian, as all numbers), Meta, the word lists, the buckets, the
// two scales, the weights of the numbers, the calibrations, and a CRC-32 of all
// before it.
const magic = "TRIBUNE MOOD 1\n"

// Recipe numbers the way features are made and weights learnt. It changes
// whenever the same data would give other weights.
const Recipe = 1

// Meta tells where weights come from.
type Meta struct {
	Recipe   int    `json:"recipe"`
	Seed     uint64 `json:"seed"`
	Data     string `json:"data"`     // SHA-256 of the texts and word lists that were learnt from
	Texts    int    `json:"texts"`    // how many texts
	WordBits uint8  `json:"wordBits"` // buckets of words: two to that power
	CharBits uint8  `json:"charBits"` // buckets of characters
	Note     string `json:"note"`
}

// Bucket is what all features that share a place weigh.
type Bucket struct {
	IDF     uint8         // inverse document frequency in 24ths, 0 if too rare
	Weights [Classes]int8 // in units of the block's scale
}

// Calibration is the line between a score and a log-probability.
type Calibration struct {
	Slope  float32
	Offset [Classes]float32
}

// Parts is all that a model is made of. Dense and Calibration have an entry for
// each language; those of feature.Other are for what all languages share.
type Parts struct {
	Meta                 Meta
	Lexicon              *feature.Lexicon
	Buckets              []Bucket // of words, then of characters
	WordScale, CharScale float32
	Dense                [feature.Languages][Classes][feature.DenseSize]float32
	Calibration          [feature.Languages]Calibration
}

// check tells whether the parts fit each other.
func (p *Parts) check() error {
	if p.Meta.Recipe != Recipe {
		return fmt.Errorf("the weights were learnt by recipe %d, this program has %d: learn them anew with go run ./internal/sentiment/train", p.Meta.Recipe, Recipe)
	}
	if p.Meta.WordBits > 24 || p.Meta.CharBits > 24 {
		return errors.New("the weights name more buckets than there can be")
	}
	if want := 1<<p.Meta.WordBits + 1<<p.Meta.CharBits; len(p.Buckets) != want {
		return errShape("buckets", len(p.Buckets), want)
	}
	return nil
}

// Default gives the model in the program.
var Default = sync.OnceValue(func() *Model {
	m, err := Read(embedded)
	if err != nil {
		panic(fmt.Errorf("the weights of moods in this program are broken: %w", err)) // tests read them
	}
	return m
})

// Size is how many bytes the weights in the program have.
func Size() int { return len(embedded) }

// Append appends the stored form of the parts.
func (p *Parts) Append(to []byte) ([]byte, error) {
	meta, err := json.Marshal(p.Meta)
	if err != nil {
		return nil, err
	}
	start := len(to)
	to = append(to, magic...)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(meta)))
	to = append(to, meta...)
	to = p.Lexicon.Append(to)
	for _, b := range p.Buckets {
		to = append(to, b.IDF, byte(b.Weights[0]), byte(b.Weights[1]), byte(b.Weights[2]))
	}
	for _, f := range p.numbers() {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(*f))
	}
	return binary.LittleEndian.AppendUint32(to, crc32.ChecksumIEEE(to[start:])), nil
}

// numbers gives all single numbers in the order in which they are stored.
func (p *Parts) numbers() []*float32 {
	all := []*float32{&p.WordScale, &p.CharScale}
	for l := range p.Dense {
		for k := range p.Dense[l] {
			for i := range p.Dense[l][k] {
				all = append(all, &p.Dense[l][k][i])
			}
		}
	}
	for l := range p.Calibration {
		c := &p.Calibration[l]
		all = append(all, &c.Slope, &c.Offset[0], &c.Offset[1], &c.Offset[2])
	}
	return all
}

var errShort = errors.New("the file of weights ends too soon")

// Read makes a model of a file of weights, which the command in train writes.
func Read(data []byte) (*Model, error) {
	if !bytes.HasPrefix(data, []byte(magic)) || len(data) < len(magic)+8 {
		return nil, errors.New("not a file of weights for moods")
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errors.New("the file of weights is damaged: its checksum is wrong")
	}
	body = body[len(magic):]
	n := int(binary.LittleEndian.Uint32(body))
	body = body[4:]
	if n > len(body) {
		return nil, errShort
	}
	var p Parts
	if err := json.Unmarshal(body[:n], &p.Meta); err != nil {
		return nil, fmt.Errorf("what the file of weights says of itself cannot be read: %w", err)
	}
	if p.Meta.WordBits > 24 || p.Meta.CharBits > 24 {
		return nil, errors.New("the file of weights names more buckets than there can be")
	}
	var err error
	if p.Lexicon, body, err = feature.ReadLexicon(body[n:]); err != nil {
		return nil, err
	}
	count := 1<<p.Meta.WordBits + 1<<p.Meta.CharBits
	numbers := p.numbers()
	if len(body) != 4*count+4*len(numbers) {
		return nil, errShape("bytes of numbers", len(body), 4*count+4*len(numbers))
	}
	p.Buckets = make([]Bucket, count)
	for i := range p.Buckets {
		p.Buckets[i] = Bucket{body[4*i], [Classes]int8{int8(body[4*i+1]), int8(body[4*i+2]), int8(body[4*i+3])}}
	}
	for i, f := range numbers {
		*f = math.Float32frombits(binary.LittleEndian.Uint32(body[4*(count+i):]))
		if v := float64(*f); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("the file of weights holds what is no number")
		}
	}
	return New(p)
}
