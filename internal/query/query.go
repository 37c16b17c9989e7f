package query

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Query is a query that was read by Parse. It never changes, so that any
// number of goroutines may use it. The zero Query matches nothing.
type Query struct {
	root *node
}

// op is what a node does. New kinds of term (nearness, prefixes, fields) become
// new ops with cases in the functions on node and in compile.
type op uint8

const (
	opTerm op = iota // its words stand side by side in the text
	opAnd            // all of at least two kids, none of which is an opAnd
	opOr             // any of at least two kids, none of which is an opOr
	opNot            // not its one kid, which is no opNot
)

// node is a part of a query.
type node struct {
	op    op
	words []string // of an opTerm, folded, at least one
	kids  []*node
	col   int // where it began in the text that was parsed
}

// join makes one node of kids under opAnd or opOr, as flat as it can be.
func join(o op, kids []*node) *node {
	if len(kids) == 1 {
		return kids[0]
	}
	n := &node{op: o, col: kids[0].col}
	for _, k := range kids {
		if k.op == o {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	return n
}

// boundless gives the part of n through which n matches a text that holds none
// of its positive words, nil if it cannot. Taking words away from a text can
// make positive terms false and negative ones true, no more; so the text to try
// is the empty one.
func (n *node) boundless() *node {
	switch n.op {
	case opTerm:
		return nil
	case opNot:
		if n.kids[0].boundless() == nil {
			return n
		}
		return nil
	case opOr:
		for _, k := range n.kids {
			if bad := k.boundless(); bad != nil {
				return bad
			}
		}
		return nil
	}
	for _, k := range n.kids {
		if k.boundless() == nil {
			return nil
		}
	}
	return n.kids[0].boundless()
}

// String gives the query in its canonical form: folded words, AND written out,
// only the parentheses it needs. Parse reads it back as the same query.
func (q *Query) String() string {
	if q.root == nil {
		return ""
	}
	var b strings.Builder
	q.root.print(&b)
	return b.String()
}

func (n *node) print(b *strings.Builder) {
	switch n.op {
	case opTerm:
		b.WriteString(printTerm(n.words))
	case opNot:
		b.WriteString("NOT ")
		n.kids[0].printIn(b, n.kids[0].op != opTerm)
	case opAnd, opOr:
		sep := " AND "
		if n.op == opOr {
			sep = " OR "
		}
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString(sep)
			}
			k.printIn(b, n.op == opAnd && k.op == opOr)
		}
	}
}

func (n *node) printIn(b *strings.Builder, parentheses bool) {
	if parentheses {
		b.WriteByte('(')
	}
	n.print(b)
	if parentheses {
		b.WriteByte(')')
	}
}

// printTerm writes a term. Words of a script without spaces are written without
// spaces where that reads back the same.
func printTerm(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	if first, _ := utf8.DecodeRuneInString(words[0]); unicode.In(first, unicode.Han, unicode.Hiragana,
		unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		if whole := strings.Join(words, ""); slices.Equal(Words(whole), words) {
			return whole
		}
	}
	return `"` + strings.Join(words, " ") + `"`
}

// Match reports whether the query matches doc. To try many queries on one
// text, put them in a Set.
func (q *Query) Match(doc Doc) bool {
	return q.root != nil && q.root.match(doc.Tokens)
}

func (n *node) match(tokens []Token) bool {
	switch n.op {
	case opTerm:
		return n.find(tokens, 0) >= 0
	case opNot:
		return !n.kids[0].match(tokens)
	case opOr:
		return slices.ContainsFunc(n.kids, func(k *node) bool { return k.match(tokens) })
	}
	return !slices.ContainsFunc(n.kids, func(k *node) bool { return !k.match(tokens) })
}

// find gives the first position at or after from where the words of a term
// stand side by side, -1 if there is none.
func (n *node) find(tokens []Token, from int) int {
next:
	for i := from; i+len(n.words) <= len(tokens); i++ {
		for j, w := range n.words {
			if tokens[i+j].Word != w {
				continue next
			}
		}
		return i
	}
	return -1
}

// Explain gives the places of the words that made the query match, in order,
// without overlap; ranges that touch are one. It is nil if the query does not
// match. Words in a part that did not match, or that NOT takes away, have no
// place.
func (q *Query) Explain(doc Doc) []Span {
	if !q.Match(doc) {
		return nil
	}
	spans := q.root.explain(doc.Tokens, false, nil)
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
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

// explain appends the places of the positive terms in the parts of n that hold;
// negated says that n stands under an odd number of NOTs.
func (n *node) explain(tokens []Token, negated bool, spans []Span) []Span {
	if n.match(tokens) == negated {
		return spans
	}
	switch {
	case n.op == opNot:
		return n.kids[0].explain(tokens, !negated, spans)
	case n.op != opTerm:
		for _, k := range n.kids {
			spans = k.explain(tokens, negated, spans)
		}
	case !negated:
		for i := n.find(tokens, 0); i >= 0; i = n.find(tokens, i+1) {
			for _, t := range tokens[i : i+len(n.words)] {
				spans = append(spans, Span{Start: t.Start, End: t.End})
			}
		}
	}
	return spans
}
