package feature

// Reader reads texts into features. Its zero value is ready; it is used for one
// text after another, by one goroutine at a time.
type Reader struct {
	// WordBits and CharBits say how many buckets the two blocks have: two to that
	// power.
	WordBits, CharBits uint8

	// Words are the buckets of words, pairs of words side by side, and pairs of
	// signs (see tag); Chars those of n-grams of 2 to 5 characters within words,
	// the space before and behind counted. A word said twice counts once.
	Words, Chars []uint32
	// Dense are the numbers.
	Dense [DenseSize]float32

	runes    []rune
	upper    []bool // whether a rune was a capital
	tokens   []token
	letters  int
	capitals int
	signs    []rune
	seen     [1024]uint32 // hashes of the words that were read
}

// Read reads a text in a language; Words, Chars and Dense hold its features
// until the next call.
func (r *Reader) Read(lexicon *Lexicon, text string, l Language) {
	r.Words, r.Chars = r.Words[:0], r.Chars[:0]
	r.runes, r.upper, r.tokens, r.signs = r.runes[:0], r.upper[:0], r.tokens[:0], r.signs[:0]
	r.letters, r.capitals = 0, 0
	clear(r.seen[:])
	r.normalise(text)
	r.tokenise()
	r.hashTokens()
	r.measure(lexicon, l)
	r.hashSigns()
}

// hashTokens writes the buckets of words, pairs and n-grams of characters.
func (r *Reader) hashTokens() {
	for i, t := range r.tokens {
		if i+1 < len(r.tokens) {
			r.Words = append(r.Words, bucket(pairHash(t.hash, r.tokens[i+1].hash), r.WordBits))
		}
		if r.again(t.hash) {
			continue
		}
		r.Words = append(r.Words, bucket(t.hash, r.WordBits))
		r.hashChars(r.runes[t.from:t.to])
	}
}

// again tells whether it was called with a hash before, in this text.
func (r *Reader) again(h uint64) bool {
	const mask = 1023
	key := max(uint32(h>>20), 1)
	i := uint32(h>>52) & mask
	for ; r.seen[i] != 0; i = (i + 1) & mask {
		if r.seen[i] == key {
			return true
		}
	}
	r.seen[i] = key
	return false
}

const longest = 5 // characters of an n-gram

// hashChars writes the buckets of the n-grams of a word.
func (r *Reader) hashChars(word []rune) {
	n := len(word)
	for from := -1; from < n; from++ {
		h := startChars
		for to := from; to < from+longest && to <= n; to++ {
			c := ' '
			if to >= 0 && to < n {
				c = word[to]
			}
			h = mix(h, c)
			if to == from || to == from+1 && n == 1 {
				continue
			}
			r.Chars = append(r.Chars, bucket(h, r.CharBits))
		}
	}
}

// hashSigns writes the buckets of single signs and pairs of signs.
func (r *Reader) hashSigns() {
	for i, s := range r.signs {
		h := mix(startSigns, s)
		r.Words = append(r.Words, bucket(h, r.WordBits))
		if i+1 < len(r.signs) {
			r.Words = append(r.Words, bucket(mix(h, r.signs[i+1]), r.WordBits))
		}
	}
}
