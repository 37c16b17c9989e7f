package query

import (
	"strconv"
	"strings"

	"tribune/internal/fault"
)

// Query is a query that was read by Parse. It never changes, so that any
// number of goroutines may use it. The zero Query matches nothing.
type Query struct {
	root  *node
	notes []*fault.Error // what of its text is allowed but seldom meant
}

// op is what a node does.
type op uint8

const (
	opTerm  op = iota // its atoms stand side by side in the text
	opField           // a field of the post is as it says
	opNear            // each of at least two kids stands near the one before it
	opAnd             // all of at least two kids, none of which is an opAnd
	opOr              // any of its kids, none of which is an opOr
	opNot             // not its one kid, which is no opNot
	opSaved           // its one kid, which is saved under a name
)

// node is a part of a query. Where something saved is named twice, both
// nodes share their kid.
type node struct {
	op     op
	atoms  []atom // of an opTerm, at least one; of an opField that holds words
	field  field  // of an opField
	value  string // of an opField without atoms; of fieldReach the sign
	number int64  // of fieldReach
	steps  []step // of an opNear: from each kid to the next
	name   string // of an opSaved, with list: or query:
	kids   []*node
	col    int // where it began in the text that was parsed
}

// step is how near a part of an opNear stands to the one before it: words side
// by side are 1 apart.
type step struct {
	most    int
	ordered bool // it must come after
}

// String gives the step as a query writes it.
func (s step) String() string {
	if s.ordered {
		return "ONEAR/" + strconv.Itoa(s.most)
	}
	return "NEAR/" + strconv.Itoa(s.most)
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

// And gives a query that finds what all of these find; nil if there are none.
func And(all ...*Query) *Query {
	if len(all) == 0 {
		return nil
	}
	kids := make([]*node, len(all))
	for i, q := range all {
		kids[i] = q.root
	}
	return &Query{root: join(opAnd, kids)}
}

// isPositional reports whether n stands at places in a text, so that NEAR can
// join it: a term, or terms with OR between them.
func (n *node) isPositional() bool {
	switch n.op {
	case opTerm:
		return true
	case opOr, opSaved:
		for _, k := range n.kids {
			if !k.isPositional() {
				return false
			}
		}
		return len(n.kids) > 0
	}
	return false
}

// boundless gives the part of n through which n matches a post that has none
// of what it looks for, nil if it cannot. Taking words and fields away from a
// post can make positive parts false and negative ones true, no more; so the post
// to try is the empty one. Its reach is not known, and reach<10 does not hold of it.
func (n *node) boundless() *node {
	switch n.op {
	case opTerm, opField, opNear:
		return nil
	case opNot:
		if n.kids[0].boundless() == nil {
			return n
		}
		return nil
	case opOr, opSaved:
		if n.isList() {
			return nil // no item of a list takes away
		}
		for _, k := range n.kids {
			if bad := k.boundless(); bad != nil {
				if n.op == opSaved {
					return n // the part is written elsewhere
				}
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
	return q.root.String()
}

// String gives the part as a query writes it.
func (n *node) String() string {
	var b strings.Builder
	n.print(&b)
	return b.String()
}

func (n *node) print(b *strings.Builder) {
	switch n.op {
	case opTerm:
		b.WriteString(printAtoms(n.atoms))
	case opField:
		b.WriteString(n.printField())
	case opSaved:
		kind, name, _ := strings.Cut(n.name, ":")
		if strings.ContainsFunc(name, isBreak) {
			name = `"` + name + `"`
		}
		b.WriteString(kind + ":" + name)
	case opNot:
		b.WriteString("NOT ")
		n.kids[0].printIn(b, n.kids[0].joins())
	case opNear:
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString(" " + n.steps[i-1].String() + " ")
			}
			k.printIn(b, k.joins())
		}
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

// joins reports whether n is parts with an operator between them.
func (n *node) joins() bool { return n.op == opAnd || n.op == opOr || n.op == opNear }

func (n *node) printIn(b *strings.Builder, parentheses bool) {
	if parentheses {
		b.WriteByte('(')
	}
	n.print(b)
	if parentheses {
		b.WriteByte(')')
	}
}
