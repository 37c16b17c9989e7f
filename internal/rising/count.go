package rising

// term is a word or a phrase that enough authors use now.
type term struct {
	words  [3]uint32
	n      int     // how many of words it has
	parts  [2]int  // the terms it begins and ends with, if n > 1
	counts []int32 // authors by span
	last   int64   // the author and span counted last, as an index of runs
	posts  []int32 // in the newest span
}

// key finds a phrase by the phrase it begins with and its last word.
type key struct {
	begin int32 // a term
	word  uint32
}

// counter counts the authors of terms.
type counter struct {
	f       *Finder
	terms   []term
	words   map[uint32]int32 // to the terms of one word
	phrases map[key]int32
}

// count finds the terms of the newest span and counts their authors in each.
func (f *Finder) count() *counter {
	f.arranged()
	c := &counter{f: f, words: map[uint32]int32{}, phrases: map[key]int32{}}
	newest := 0
	for newest < len(f.posts) && f.posts[newest].span == 0 {
		newest++
	}
	c.frequentWords(newest)
	for n := 2; n <= 3; n++ {
		c.frequentPhrases(n, newest)
	}
	for i := range c.terms {
		c.terms[i].counts = make([]int32, f.o.Before+1)
		c.terms[i].last = -1
	}
	c.countAll()
	return c
}

// run numbers the stretch of posts of one author in one span that post i is in.
func (f *Finder) run(i int, run int64) int64 {
	if i > 0 && f.posts[i].author == f.posts[i-1].author && f.posts[i].span == f.posts[i-1].span {
		return run
	}
	return run + 1
}

// frequentWords makes terms of the words that enough authors use in the first
// newest posts.
func (c *counter) frequentWords(newest int) {
	authors, last := make([]int32, len(c.f.vocab)), make([]int64, len(c.f.vocab))
	run := int64(0)
	for i := range newest {
		run = c.f.run(i, run)
		p := c.f.posts[i]
		for _, w := range c.f.words[p.from:p.to] {
			if last[w] != run {
				last[w] = run
				authors[w]++
			}
		}
	}
	for w, n := range authors {
		if int(n) >= c.f.o.Authors {
			c.words[uint32(w)] = int32(len(c.terms))
			c.terms = append(c.terms, term{words: [3]uint32{uint32(w)}, n: 1})
		}
	}
}

// frequentPhrases makes terms of the phrases of n words, both of whose parts of
// n−1 words are terms, that enough authors use in the first newest posts.
func (c *counter) frequentPhrases(n, newest int) {
	type tally struct {
		authors int32
		last    int64
		end     int32
	}
	tallies := map[key]tally{}
	run := int64(0)
	for i := range newest {
		run = c.f.run(i, run)
		p := c.f.posts[i]
		c.each(c.f.words[p.from:p.to], n-1, func(begin, end int32, word uint32) {
			k := key{begin, word}
			if t := tallies[k]; t.last != run {
				tallies[k] = tally{t.authors + 1, run, end}
			}
		})
	}
	first := len(c.terms)
	for k, t := range tallies {
		if int(t.authors) >= c.f.o.Authors {
			phrase := c.terms[k.begin]
			phrase.words[n-1], phrase.n = k.word, n
			phrase.parts = [2]int{int(k.begin), int(t.end)}
			c.terms = append(c.terms, phrase)
		}
	}
	sortTerms(c.terms[first:])
	for i := first; i < len(c.terms); i++ {
		c.phrases[key{int32(c.terms[i].parts[0]), c.terms[i].words[n-1]}] = int32(i)
	}
}

// each calls for each two neighbouring terms of n words that overlap in all but
// a word: the begin and the end of a phrase of n+1, and its last word.
func (c *counter) each(words []uint32, n int, call func(begin, end int32, word uint32)) {
	begin := int32(-1)
	for i := range words {
		end := c.find(words, i, n)
		if begin >= 0 && end >= 0 {
			call(begin, end, words[i+n-1])
		}
		begin = end
	}
}

// find gives the term of the n words from i on; −1 if that is none.
func (c *counter) find(words []uint32, i, n int) int32 {
	if i+n > len(words) {
		return -1
	}
	t, ok := c.words[words[i]]
	for j := 1; j < n && ok; j++ {
		t, ok = c.phrases[key{t, words[i+j]}]
	}
	if !ok {
		return -1
	}
	return t
}

// countAll counts the authors of every term in every span, and notes where the
// newest use it.
func (c *counter) countAll() {
	run := int64(0)
	for i := range c.f.posts {
		run = c.f.run(i, run)
		p := c.f.posts[i]
		words := c.f.words[p.from:p.to]
		for j := range words {
			id, ok := c.words[words[j]]
			for k := 1; ok; k++ {
				t := &c.terms[id]
				if t.last != run {
					t.last = run
					t.counts[p.span]++
				}
				if n := len(t.posts); p.span == 0 && (n == 0 || t.posts[n-1] != int32(i)) {
					t.posts = append(t.posts, int32(i))
				}
				if k == 3 || j+k >= len(words) {
					break
				}
				id, ok = c.phrases[key{id, words[j+k]}]
			}
		}
	}
}
