package query

import (
	"slices"
	"sync"
)

// Set holds standing queries by their ids and finds all that match a text.
// The cost of matching grows with the queries that share a rare word with the
// text, hardly with their number. Any number of goroutines may use a Set;
// putting or removing a query takes microseconds and lets texts that are being
// matched finish first. Make one with NewSet.
type Set struct {
	pool sync.Pool // of *Matcher

	mu        sync.RWMutex
	numbers   map[string]wid
	words     []wordInfo // by wid
	freeWords []wid
	slots     map[int64]int32 // of query ids in entries
	entries   []entry
	freeSlots []int32
}

// wordInfo is what a Set knows of a word in its queries.
type wordInfo struct {
	text string
	uses int     // instructions that hold it
	keys []int32 // slots of the queries it is a key of
}

// entry is a query in a Set.
type entry struct {
	id   int64
	code []instr // nil in a free slot
	keys []wid   // sorted, each once
}

// NewSet makes an empty set.
func NewSet() *Set {
	return &Set{
		numbers: map[string]wid{},
		words:   make([]wordInfo, 1), // number 0 is for words of texts that no query holds
		slots:   map[int64]int32{},
	}
}

// Len gives the number of queries in the set.
func (s *Set) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.slots)
}

// Put adds q under id, in place of the query that had that id. A nil q or the
// zero Query removes it.
func (s *Set) Put(id int64, q *Query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(id)
	if q == nil || q.root == nil {
		return
	}
	code := s.compile(nil, q.root, false)
	for _, in := range code {
		if in.arg != 0 {
			s.words[in.arg].uses++
		}
	}
	best, ok := s.keys(code)
	if !ok {
		panic("query: a query without a necessary word: " + q.String()) // Parse refuses these
	}
	slices.Sort(best.words)
	e := entry{id: id, code: slices.Clip(code), keys: slices.Compact(best.words)}
	slot := int32(len(s.entries))
	if n := len(s.freeSlots); n > 0 {
		slot, s.freeSlots = s.freeSlots[n-1], s.freeSlots[:n-1]
		s.entries[slot] = e
	} else {
		s.entries = append(s.entries, e)
	}
	s.slots[id] = slot
	for _, w := range e.keys {
		s.words[w].keys = append(s.words[w].keys, slot)
	}
}

// Remove takes the query with that id out, if there is one.
func (s *Set) Remove(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(id)
}

func (s *Set) remove(id int64) {
	slot, ok := s.slots[id]
	if !ok {
		return
	}
	e := s.entries[slot]
	for _, w := range e.keys {
		list := s.words[w].keys
		i := slices.Index(list, slot)
		last := len(list) - 1
		list[i] = list[last]
		s.words[w].keys = list[:last]
	}
	for _, in := range e.code {
		if in.arg != 0 {
			s.release(in.arg)
		}
	}
	delete(s.slots, id)
	s.entries[slot] = entry{}
	s.freeSlots = append(s.freeSlots, slot)
}

// intern gives the number of a word. The caller counts its uses.
func (s *Set) intern(word string) wid {
	if w, ok := s.numbers[word]; ok {
		return w
	}
	w := wid(len(s.words))
	if n := len(s.freeWords); n > 0 {
		w, s.freeWords = s.freeWords[n-1], s.freeWords[:n-1]
		s.words[w].text = word
	} else {
		s.words = append(s.words, wordInfo{text: word})
	}
	s.numbers[word] = w
	return w
}

// release takes back one use of a word and forgets the word after its last.
func (s *Set) release(w wid) {
	info := &s.words[w]
	if info.uses--; info.uses > 0 {
		return
	}
	delete(s.numbers, info.text)
	*info = wordInfo{}
	s.freeWords = append(s.freeWords, w)
}

// Match appends to dst the ids of the queries that match doc, ascending, each
// once.
func (s *Set) Match(doc Doc, dst []int64) []int64 {
	m, _ := s.pool.Get().(*Matcher)
	if m == nil {
		m = new(Matcher)
	}
	defer s.pool.Put(m)
	return m.Match(s, doc, dst)
}
