package query

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"unicode/utf8"
)

// opcode is what an instruction tests.
type opcode uint8

const (
	codeHas    opcode = iota // the feature arg is in the post
	codeAsk                  // the same, for one that is worked out when asked for
	codeReach                // the post's reach is as the feature arg says
	codeShared               // the code of the feature arg, something saved, holds
	codePhrase               // the features of the codeArgs that follow stand side by side
	codeArg                  // one of them; also, in the code of something saved, what it holds
	codeNear                 // what follows stands near each other: parts with a codeStep before each but the first
	codeStep                 // how near: arg is the distance, negative if in any order
	codeAll                  // all the tests that follow hold
	codeAny                  // any of them holds
)

// hasFeature reports whether arg is a feature.
func (o opcode) hasFeature() bool { return o <= codeShared || o == codeArg }

// instr is one instruction of a compiled query: a tree written down root
// first, in one piece of memory, since reading it is what matching costs.
type instr struct {
	op   opcode
	not  bool  // the answer is turned round; never on codeAll, codeAny
	lazy bool  // the feature is a pattern, for which words are tried when it is asked for unless it is a key
	arg  wid   // the feature; of a codeStep the distance
	size int32 // instructions up to the next sibling, this one included
}

// anyOrder is added to the distance of a codeStep in which either may come
// first.
const anyOrder wid = 1 << 16

// compile appends the code of n to code, with NOTs moved inwards. Every
// feature in it is used once more.
func (e *edit) compile(code []instr, n *node, negated bool) []instr {
	at := len(code)
	switch n.op {
	case opNot:
		return e.compile(code, n.kids[0], !negated)
	case opTerm:
		return e.compileAtoms(code, "", n.atoms, negated)
	case opField:
		return e.compileField(code, n, negated)
	case opSaved:
		if negated && n.kids[0].boundless() != nil {
			return e.compile(code, n.kids[0], true) // what it needs may be a key
		}
		return append(code, instr{op: codeShared, not: negated, arg: e.shared(n.kids[0]), size: 1})
	case opNear:
		code = append(code, instr{op: codeNear, not: negated})
		for i, k := range n.kids {
			if i > 0 {
				distance := wid(n.steps[i-1].most)
				if !n.steps[i-1].ordered {
					distance += anyOrder
				}
				code = append(code, instr{op: codeStep, arg: distance, size: 1})
			}
			code = e.compile(code, k, false)
		}
		code[at].size = int32(len(code) - at)
		return code
	}
	o := codeAll
	if (n.op == opOr) != negated {
		o = codeAny
	}
	code = append(code, instr{op: o})
	for _, k := range cheapFirst(n.kids) {
		code = e.compile(code, k, negated)
	}
	code[at].size = int32(len(code) - at)
	return code
}

// compileAtoms appends the code of words side by side in the text, or in the
// field that prefix names.
func (e *edit) compileAtoms(code []instr, prefix string, atoms []atom, negated bool) []instr {
	if len(atoms) == 1 {
		return append(code, instr{op: codeHas, not: negated, lazy: atoms[0].isPattern(), arg: e.atom(prefix, atoms[0]), size: 1})
	}
	code = append(code, instr{op: codePhrase, not: negated, size: int32(len(atoms) + 1)})
	for _, a := range atoms {
		code = append(code, instr{op: codeArg, lazy: a.isPattern(), arg: e.atom(prefix, a), size: 1})
	}
	return code
}

// atom gives the feature of an atom, used once more.
func (e *edit) atom(prefix string, a atom) wid {
	var w wid
	switch a.kind {
	case atomExact:
		w = e.intern("="+a.raw+"\x00"+a.text, func(_ wid, m *more) { m.exactly = &a })
		if e.features.at(int(w)).uses == 0 {
			e.addExact(w, a)
		}
	case atomGlob, atomFuzzy:
		w = e.intern(a.String(), func(_ wid, m *more) { m.pattern = newPattern(a) })
	default:
		w = e.intern(prefix+a.text, nil)
	}
	e.use(w)
	return w
}

func (e *edit) compileField(code []instr, n *node, negated bool) []instr {
	in := instr{op: codeAsk, not: negated, size: 1}
	kind := lazyNot
	switch n.field {
	case fieldAuthor, fieldSource:
		return e.compileAtoms(code, fieldNames[n.field]+":", n.atoms, negated)
	case fieldSite, fieldCountry:
		in.op = codeHas
	case fieldLang:
		kind = lazyLang
	case fieldSentiment:
		kind = lazyMood
	case fieldHas:
		kind = lazyHas
	case fieldReach:
		in.op, kind = codeReach, lazyReach
	}
	var fill func(wid, *more)
	if kind != lazyNot {
		fill = func(_ wid, m *more) { m.waiting, m.node = kind, n }
	}
	in.arg = e.intern(n.printField(), fill)
	e.use(in.arg)
	return append(code, in)
}

// shared gives the feature of something saved, used once more. It is named by
// what it says, so that all queries that name the same share its code.
func (e *edit) shared(n *node) wid {
	sum := sha256.Sum256([]byte(expanded(n)))
	name := "\x00" + string(sum[:])
	w := e.find([]byte(name))
	if w == 0 {
		code := e.compile(nil, n, false)
		w = e.intern(name, func(_ wid, m *more) { m.code = slices.Clip(code) })
	}
	e.use(w)
	return w
}

// expanded writes out what n says, without the names of what is saved.
func expanded(n *node) string {
	if n.op == opSaved {
		return "(" + expanded(n.kids[0]) + ")"
	}
	if n.op == opTerm || n.op == opField {
		return n.String()
	}
	s := string('0' + rune(n.op))
	for i, k := range n.kids {
		if i > 0 && n.op == opNear {
			s += n.steps[i-1].String()
		}
		s += "(" + expanded(k) + ")"
	}
	return s
}

// cheapFirst orders the kids of a node by what testing them costs: words, words
// that must not be there, phrases, groups, what must be asked for.
func cheapFirst(kids []*node) []*node {
	cost := func(n *node) int {
		negated := 0
		if n.op == opNot {
			n, negated = n.kids[0], 1
		}
		switch {
		case n.op == opTerm && len(n.atoms) == 1, n.op == opField && (n.field == fieldSite || n.field == fieldCountry):
			return negated
		case n.op == opField && n.field == fieldReach:
			return 2
		case n.op == opTerm:
			return 3
		case n.op == opField && (n.field == fieldLang || n.field == fieldHas):
			return 5
		case n.op == opField && n.field == fieldSentiment:
			return 6
		}
		return 4
	}
	out := slices.Clone(kids)
	slices.SortStableFunc(out, func(a, b *node) int { return cmp.Compare(cost(a), cost(b)) })
	return out
}

// keySet is a set of features of which a post must have at least one to match.
type keySet struct {
	features []wid
	cost     float64 // how many posts, by estimate, have one
}

// keys chooses the cheapest key set of the code at the front of code; ok is
// false if it has none, because it can hold of an empty post. Parse lets no
// whole query through that has none.
func (e *edit) keys(code []instr) (best keySet, ok bool) {
	head := code[0]
	if head.not {
		return keySet{}, false
	}
	switch head.op {
	case codeHas, codeAsk, codeReach:
		return keySet{features: []wid{head.arg}, cost: e.cost(head.arg)}, true
	case codeShared:
		return e.keys(e.features.at(int(head.arg)).more.code)
	}
	ok = head.op == codeAny // of nothing: it never holds, and needs no key
	for i := int32(1); i < head.size; i += code[i].size {
		if code[i].op == codeStep {
			continue
		}
		var k keySet
		has := true
		if code[i].op == codeArg {
			k = keySet{features: []wid{code[i].arg}, cost: e.cost(code[i].arg)}
		} else {
			k, has = e.keys(code[i:])
		}
		switch {
		case head.op == codeAny && !has:
			return keySet{}, false
		case head.op == codeAny:
			best.features = append(best.features, k.features...)
			best.cost += k.cost
		case has && (!ok || k.cost < best.cost):
			best, ok = k, true
		}
	}
	return best, ok
}

// second gives a feature, other than its keys, that a query needs and that is
// found without asking; the cheapest, 0 if there is none.
func (e *edit) second(code []instr, keys []wid) (best wid) {
	if code[0].op != codeAll {
		return 0
	}
	cost := 0.0
	for i := int32(1); i < code[0].size; i += code[i].size {
		in := code[i]
		if in.op != codeHas || in.not || in.lazy || slices.Contains(keys, in.arg) {
			continue
		}
		if c := e.cost(in.arg); best == 0 || c < cost {
			best, cost = in.arg, c
		}
	}
	return best
}

// cost estimates how much a feature costs as a key. What many queries hold is
// likely the brand or the trade they are all about, and its list would be long;
// among words as common as each other here, the longer is the rarer (Zipf 1935).
// Patterns cost more than all but the commonest words, for each word of a post is
// tried on those that are keys; what a post has to be asked for costs most.
func (e *edit) cost(w wid) float64 {
	f := e.features.at(int(w))
	c := float64(f.uses)
	if f.more != nil && f.more.waiting != lazyNot {
		return 1e6 * (1 + c)
	}
	if f.more != nil && f.more.pattern != nil {
		return 100 + c
	}
	if commonWords[f.text] {
		return 1000 + c
	}
	return c / float64(1+min(utf8.RuneCountInString(f.text), 16))
}
