package query

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// opcode is what an instruction tests.
type opcode uint8

const (
	codeWord   opcode = iota // the word arg is in the text
	codePhrase               // the words of the codeArg that follow stand side by side
	codeArg                  // a word of a phrase
	codeAll                  // all the tests that follow hold
	codeAny                  // any of them holds
)

// instr is one instruction of a compiled query: a tree written down root
// first, in one piece of memory, since reading it is what matching costs.
type instr struct {
	op   opcode
	not  bool  // the answer is turned round; never on codeAll, codeAny
	arg  wid   // the word
	size int32 // instructions up to the next sibling, this one included
}

// wid is the number of a word in a Set. No word has number 0.
type wid uint32

// compile appends the code of n to code, with NOTs moved inwards to the terms.
func (s *Set) compile(code []instr, n *node, negated bool) []instr {
	at := len(code)
	switch n.op {
	case opNot:
		return s.compile(code, n.kids[0], !negated)
	case opTerm:
		if len(n.words) == 1 {
			return append(code, instr{op: codeWord, not: negated, arg: s.intern(n.words[0]), size: 1})
		}
		code = append(code, instr{op: codePhrase, not: negated, size: int32(len(n.words) + 1)})
		for _, w := range n.words {
			code = append(code, instr{op: codeArg, arg: s.intern(w), size: 1})
		}
		return code
	}
	o := codeAll
	if (n.op == opOr) != negated {
		o = codeAny
	}
	code = append(code, instr{op: o})
	for _, k := range cheapFirst(n.kids) {
		code = s.compile(code, k, negated)
	}
	code[at].size = int32(len(code) - at)
	return code
}

// cheapFirst orders the kids of a node by what testing them costs: words, words
// that must not be there, phrases, groups.
func cheapFirst(kids []*node) []*node {
	cost := func(n *node) int {
		switch {
		case n.op == opTerm && len(n.words) == 1:
			return 0
		case n.op == opNot && n.kids[0].op == opTerm && len(n.kids[0].words) == 1:
			return 1
		case n.op == opTerm:
			return 2
		}
		return 3
	}
	out := slices.Clone(kids)
	slices.SortStableFunc(out, func(a, b *node) int { return cmp.Compare(cost(a), cost(b)) })
	return out
}

// keySet is a set of words of which a text must hold at least one to match.
type keySet struct {
	words []wid
	cost  float64 // how many texts, by estimate, hold one
}

// keys chooses the cheapest key set of the code at the front of code; ok is
// false if it has none, because it can hold of an empty text. Parse lets no
// whole query through that has none.
func (s *Set) keys(code []instr) (best keySet, ok bool) {
	head := code[0]
	switch {
	case head.not:
		return keySet{}, false
	case head.op == codeWord:
		return keySet{words: []wid{head.arg}, cost: s.cost(head.arg)}, true
	case head.op == codePhrase:
		for _, in := range code[1:head.size] {
			if c := s.cost(in.arg); !ok || c < best.cost {
				best, ok = keySet{words: []wid{in.arg}, cost: c}, true
			}
		}
		return best, ok
	}
	for i := int32(1); i < head.size; i += code[i].size {
		k, has := s.keys(code[i:])
		switch {
		case head.op == codeAny && !has:
			return keySet{}, false
		case head.op == codeAny:
			best.words = append(best.words, k.words...)
			best.cost += k.cost
			ok = true
		case has && (!ok || k.cost < best.cost):
			best, ok = k, true
		}
	}
	return best, ok
}

// cost estimates how much a word costs as a key. What many queries hold is
// likely the brand or the trade they are all about, and its list would be long;
// among words as common as each other here, the longer is the rarer (Zipf 1935).
func (s *Set) cost(w wid) float64 {
	info := &s.words[w]
	return float64(info.uses) / float64(1+min(utf8.RuneCountInString(info.text), 16))
}
