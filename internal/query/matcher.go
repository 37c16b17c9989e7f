package query

import "slices"

// Matcher matches texts against a Set and keeps the memory it needs for that,
// so that one text after another allocates nothing. It is for one goroutine at
// a time. The zero value is ready, for any Set.
type Matcher struct {
	scan scanner

	ids  []wid   // of the words of the text, by position; 0 if no query holds it
	next []int32 // the next position with the same word, -1 if none

	epoch uint32   // the number of the text, never 0
	seen  []uint32 // by wid: the epoch that saw the word last
	first []int32  // by wid: its first position, if seen in this epoch
	tried []uint32 // by slot: the epoch that tried the query last
}

// Match appends to dst the ids of the queries in s that match doc, ascending,
// each once.
func (m *Matcher) Match(s *Set, doc Doc, dst []int64) []int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m.begin(s, len(doc.Tokens))
	for i := len(doc.Tokens) - 1; i >= 0; i-- {
		m.see(i, s.numbers[doc.Tokens[i].Word])
	}
	return m.collect(s, dst)
}

// MatchText is Match for a text that has not been tokenised.
func (m *Matcher) MatchText(s *Set, text string, dst []int64) []int64 {
	m.scan.scan(text)
	s.mu.RLock()
	defer s.mu.RUnlock()
	m.begin(s, len(m.scan.pieces))
	for i := len(m.scan.pieces) - 1; i >= 0; i-- {
		p := m.scan.pieces[i]
		m.see(i, s.numbers[string(m.scan.buf[p.from:p.to])])
	}
	return m.collect(s, dst)
}

// begin makes ready for a text of n words.
func (m *Matcher) begin(s *Set, n int) {
	if m.epoch++; m.epoch == 0 { // it has gone round: old marks would count again
		clear(m.seen[:cap(m.seen)])
		clear(m.tried[:cap(m.tried)])
		m.epoch = 1
	}
	m.ids = sized(m.ids, n)
	m.next = sized(m.next, n)
	m.seen = sized(m.seen, len(s.words))
	m.first = sized(m.first, len(s.words))
	m.tried = sized(m.tried, len(s.entries))
}

// sized gives s with length n. What it had beyond its length is kept: marks of
// older epochs there are harmless.
func sized[E any](s []E, n int) []E {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]E, n-cap(s))...)
}

// see notes that word w stands at position i. Positions come last first, so that
// the chain of places of a word begins with its first.
func (m *Matcher) see(i int, w wid) {
	m.ids[i] = w
	if w == 0 {
		return
	}
	m.next[i] = -1
	if m.seen[w] == m.epoch {
		m.next[i] = m.first[w]
	}
	m.seen[w] = m.epoch
	m.first[w] = int32(i)
}

// collect tries the queries that one of the words seen is a key of.
func (m *Matcher) collect(s *Set, dst []int64) []int64 {
	start := len(dst)
	for i, w := range m.ids {
		if w == 0 || m.first[w] != int32(i) {
			continue
		}
		for _, slot := range s.words[w].keys {
			if m.tried[slot] == m.epoch {
				continue
			}
			m.tried[slot] = m.epoch
			if e := &s.entries[slot]; m.holds(e.code) {
				dst = append(dst, e.id)
			}
		}
	}
	slices.Sort(dst[start:])
	return dst
}

// holds runs the test at the front of code on the text seen.
func (m *Matcher) holds(code []instr) bool {
	head := code[0]
	switch head.op {
	case codeWord:
		return (m.seen[head.arg] == m.epoch) != head.not
	case codePhrase:
		return m.phrase(code[1:head.size]) != head.not
	}
	decides := head.op == codeAny // one that holds decides codeAny, one that does not codeAll
	for i := int32(1); i < head.size; i += code[i].size {
		if m.holds(code[i:]) == decides {
			return decides
		}
	}
	return !decides
}

// phrase reports whether the words of args stand side by side in the text.
func (m *Matcher) phrase(args []instr) bool {
	for _, a := range args {
		if m.seen[a.arg] != m.epoch {
			return false
		}
	}
next:
	for i := m.first[args[0].arg]; i >= 0; i = m.next[i] {
		if int(i)+len(args) > len(m.ids) {
			return false
		}
		for j, a := range args[1:] {
			if m.ids[int(i)+1+j] != a.arg {
				continue next
			}
		}
		return true
	}
	return false
}
