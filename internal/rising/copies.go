package rising

import (
	"hash/maphash"

	"tribune/internal/query"
)

// copyWords is how long a text must be not to be said twice by chance.
const copyWords = 5

// Copies knows the texts that were there already. A text of five words or more
// is a copy whoever says it, a shorter one only if the same author does.
type Copies struct {
	seed maphash.Seed
	seen map[uint64]struct{} // hashes: the chance that two of 200,000 texts have the same is 10^-9
}

// NewCopies knows none.
func NewCopies() *Copies {
	return &Copies{maphash.MakeSeed(), map[uint64]struct{}{}}
}

// Add takes the words of a text, and reports whether it is a copy.
func (c *Copies) Add(author int64, words []query.Token) bool {
	var hash maphash.Hash
	hash.SetSeed(c.seed)
	for _, t := range words {
		hash.WriteString(t.Word)
		hash.WriteByte(0)
	}
	if len(words) < copyWords {
		maphash.WriteComparable(&hash, author)
	}
	if _, seen := c.seen[hash.Sum64()]; seen {
		return true
	}
	c.seen[hash.Sum64()] = struct{}{}
	return false
}
