package query

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reason is one part of a query that a post fulfils.
type Reason struct {
	Part   string // as a query writes it; a saved list or query by its name
	Column int    // where it began in the text that was parsed, in characters from 1
	Spans  []Span // the words in the text that it found, in order; none for a field
}

// Why gives the parts of the query that made it match, in the order they are
// written: what it looks for and found. Parts that did not match, or that NOT
// takes away, are left out. It is nil if the query does not match.
func (q *Query) Why(doc Doc) []Reason {
	if !q.Match(doc) {
		return nil
	}
	return newEvaluator(doc).why(q.root, false, nil)
}

// why appends the positive parts of n that hold; negated says that n stands
// under an odd number of NOTs.
func (e *evaluator) why(n *node, negated bool, reasons []Reason) []Reason {
	if e.holds(n) == negated {
		return reasons
	}
	switch n.op {
	case opNot:
		return e.why(n.kids[0], !negated, reasons)
	case opAnd, opOr:
		for _, k := range n.kids {
			reasons = e.why(k, negated, reasons)
		}
		return reasons
	}
	r := Reason{Part: n.String(), Column: n.col}
	switch {
	case n.op == opSaved:
		inner := e.why(n.kids[0], negated, nil)
		if len(inner) == 0 {
			return reasons
		}
		for _, i := range inner {
			r.Spans = append(r.Spans, i.Spans...)
		}
	case negated:
		return reasons
	case n.op == opTerm:
		r.Spans = e.spans(n, e.places(n), nil)
	case n.op == opNear:
		for i, places := range e.chain(n) {
			r.Spans = e.spans(n.kids[i], places, r.Spans)
		}
	}
	slices.SortFunc(r.Spans, compareSpans)
	r.Spans = slices.Compact(r.Spans)
	return append(reasons, r)
}

// spans appends the bytes of the tokens at places; of a hashtag or handle with
// its sign.
func (e *evaluator) spans(n *node, places []place, spans []Span) []Span {
	for _, p := range places {
		if p.to == p.from {
			continue
		}
		first := len(spans)
		for _, t := range e.doc.Tokens[p.from:p.to] {
			spans = append(spans, Span{Start: t.Start, End: t.End})
		}
		if m := markAt(e.doc.Marks, n, p); m != nil {
			spans = append(spans[:first], Span{Start: m.Start, End: m.End})
		}
	}
	return spans
}

// markAt gives the mark at a place that n found as a mark, nil if it found
// words there.
func markAt(marks []Mark, n *node, p place) *Mark {
	if n.op != opTerm {
		for _, k := range n.kids {
			if m := markAt(marks, k, p); m != nil {
				return m
			}
		}
		return nil
	}
	for i, m := range marks {
		if m.Token == p.from && m.Tokens == p.to-p.from && m.Word == n.atoms[0].text {
			return &marks[i]
		}
	}
	return nil
}

func compareSpans(a, b Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// Explain gives the places of the words that made the query match, in order,
// without overlap; ranges that touch are one. It is nil if the query does not
// match, and empty if it matches without a word of the text, by a field.
func (q *Query) Explain(doc Doc) []Span {
	var spans []Span
	for _, r := range q.Why(doc) {
		spans = append(spans, r.Spans...)
	}
	slices.SortFunc(spans, compareSpans)
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.Start <= merged[last].End {
			merged[last].End = max(merged[last].End, s.End)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// Term is one of the smallest parts of a query: a word or phrase, a field,
// something saved. Those that NEAR joins are terms each.
type Term struct {
	Text    string // as a query writes it
	Column  int    // where it began in the text that was parsed, in characters from 1
	Negated bool   // it takes away: it stands under an odd number of NOTs
}

// Terms gives the terms of the query in the order they are written. Without
// takes one out by its index here.
func (q *Query) Terms() []Term {
	var terms []Term
	var walk func(n *node, negated bool)
	walk = func(n *node, negated bool) {
		switch n.op {
		case opTerm, opField, opSaved:
			terms = append(terms, Term{Text: n.String(), Column: n.col, Negated: negated})
			return
		}
		for _, k := range n.kids {
			walk(k, negated != (n.op == opNot))
		}
	}
	if q.root != nil {
		walk(q.root, false)
	}
	return terms
}

// Without gives the query without one of its Terms, so that what the term adds
// or costs can be counted. ok is false if what is left is no query: nothing, or
// NOTs alone.
func (q *Query) Without(term int) (rest *Query, ok bool) {
	if q.root == nil || term < 0 {
		return nil, false
	}
	at := -1
	return q.pruned(func(n *node) bool {
		at++
		return at == term
	}, func() bool { return at >= term })
}

// Need is a folded word that a text has, or the beginning of one.
type Need struct {
	Word   string
	Begins bool
}

// better orders needs: whole words first, then longer ones, which are rarer as
// a rule.
func better(a, b Need) int {
	if a.Begins != b.Begins {
		if a.Begins {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(len(b.Word), len(a.Word)), cmp.Compare(a.Word, b.Word))
}

// Needs gives words, or beginnings of words, that a text has if the query finds
// it: all of them, or at least one if anyOf. Beginnings are only given where
// there are no words, and then one, if not anyOf. It gives none if the query can
// find a text by something else: letters inside a word, a field. A search by an
// index of words can begin with them.
func (q *Query) Needs() (needs []Need, anyOf bool) {
	if q.root == nil {
		return nil, false
	}
	needs, anyOf = q.root.needs()
	slices.SortFunc(needs, better)
	needs = slices.Compact(needs)
	anyOf = anyOf && len(needs) > 1
	if begun := slices.IndexFunc(needs, func(n Need) bool { return n.Begins }); begun >= 0 && !anyOf {
		needs = needs[:max(1, begun)]
	}
	return needs, anyOf
}

func (n *node) needs() (needs []Need, anyOf bool) {
	switch n.op {
	case opTerm:
		for _, a := range n.atoms {
			if need, ok := a.need(); ok {
				needs = append(needs, need)
			}
		}
		return needs, false
	case opSaved:
		return n.kids[0].needs()
	case opAnd, opNear:
		var first []Need // of alternatives, where no kid has words that it needs
		for _, k := range n.kids {
			need, any := k.needs()
			if !any {
				needs = append(needs, need...)
			} else if first == nil || len(need) < len(first) {
				first = need
			}
		}
		if len(needs) == 0 {
			return first, true
		}
		return needs, false
	case opOr:
		for _, k := range n.kids {
			need, any := k.needs()
			if len(need) == 0 {
				return nil, false
			}
			if !any { // one of what it needs is enough to begin with
				need = []Need{slices.MinFunc(need, better)}
			}
			needs = append(needs, need...)
		}
		return needs, true
	}
	return nil, false
}

// need gives what a text needs to have for an atom to find something.
func (a atom) need() (n Need, ok bool) {
	switch a.kind {
	case atomWord, atomExact:
		return Need{Word: a.text}, true
	case atomGlob:
		n = Need{Word: a.text[:strings.IndexAny(a.text, "*?")], Begins: true}
	case atomMark: // the first word in it can be longer: #paper's
		n = Need{Word: a.text[1:], Begins: true}
		if strings.ContainsFunc(n.Word, func(r rune) bool { return r >= utf8.RuneSelf }) { // may be several words
			return Need{}, false
		}
	}
	return n, len(n.Word) >= 2 && !strings.ContainsFunc(n.Word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// WordsOnly gives the query without what it asks of fields, to explain a text
// that is known to match by itself. ok is false if what is left is no query.
func (q *Query) WordsOnly() (rest *Query, ok bool) {
	if q.root == nil {
		return nil, false
	}
	isField := func(n *node) bool { return n.op == opField || n.op == opSaved && prune(n.kids[0], onlyField) == nil }
	return q.pruned(isField, func() bool { return true })
}

func onlyField(n *node) bool { return n.op == opField }

// pruned gives the query without the terms that drop names; ok is false if
// what is left is no query, or if found says that there was nothing to drop.
func (q *Query) pruned(drop func(*node) bool, found func() bool) (rest *Query, ok bool) {
	root := prune(q.root, drop)
	if !found() || root == nil || root.boundless() != nil {
		return nil, false
	}
	return &Query{root: root}, true
}

// prune gives n without the terms in it that drop names, asked in the order
// they are written; nil if that leaves nothing.
func prune(n *node, drop func(*node) bool) *node {
	switch n.op {
	case opTerm, opField, opSaved:
		if drop(n) {
			return nil
		}
		return n
	}
	var kids []*node
	var steps []step
	for i, k := range n.kids {
		kept := prune(k, drop)
		if kept == nil {
			continue
		}
		if n.op == opNear && len(kids) > 0 {
			steps = append(steps, n.steps[i-1])
		}
		kids = append(kids, kept)
	}
	if len(kids) == 0 {
		return nil
	}
	switch n.op {
	case opNot:
		if kids[0].op == opNot {
			return kids[0].kids[0]
		}
		return &node{op: opNot, kids: kids, col: n.col}
	case opNear:
		if len(kids) == 1 {
			return kids[0]
		}
		return &node{op: opNear, kids: kids, steps: steps, col: n.col}
	}
	return join(n.op, kids)
}

// isList reports whether n is a saved list.
func (n *node) isList() bool { return n.op == opSaved && strings.HasPrefix(n.name, savedList+":") }
