package query

import (
	"slices"
	"strings"
)

// Match reports whether the query matches doc. To try many queries on one
// post, put them in a Set.
func (q *Query) Match(doc Doc) bool {
	if q.root == nil {
		return false
	}
	e := newEvaluator(doc)
	return e.holds(q.root)
}

// evaluator tries the parts of one query on one post.
type evaluator struct {
	doc   Doc
	saved map[*node]bool // what saved parts were found to be, each tried once
}

func newEvaluator(doc Doc) *evaluator {
	if doc.Post == nil {
		doc.Post = &Post{}
	}
	return &evaluator{doc: doc}
}

// holds reports whether the post is as n says.
func (e *evaluator) holds(n *node) bool {
	switch n.op {
	case opTerm:
		at, _ := e.find(n.atoms, 0)
		return at >= 0
	case opField:
		return e.hasField(n)
	case opNear:
		places := e.chain(n)
		return len(places[0]) > 0
	case opSaved:
		return e.holdsSaved(n.kids[0])
	case opNot:
		return !e.holds(n.kids[0])
	case opAnd:
		return !slices.ContainsFunc(n.kids, func(k *node) bool { return !e.holds(k) })
	}
	return slices.ContainsFunc(n.kids, e.holds)
}

func (e *evaluator) holdsSaved(n *node) bool {
	holds, tried := e.saved[n]
	if tried {
		return holds
	}
	if e.saved == nil {
		e.saved = map[*node]bool{}
	}
	holds = e.holds(n)
	e.saved[n] = holds
	return holds
}

// place is where a part stands in a text: the tokens from, up to but without to.
type place struct{ from, to int }

// nearness tells whether places are near any of those that it holds. It keeps
// its memory. The zero value holds none.
type nearness struct {
	starts, ends []int // of the places held, each sorted
}

// hold replaces what it holds.
func (n *nearness) hold(places []place) {
	n.starts, n.ends = n.starts[:0], n.ends[:0]
	for _, p := range places {
		n.starts, n.ends = append(n.starts, p.from), append(n.ends, p.to)
	}
	for _, of := range [2][]int{n.starts, n.ends} {
		if !slices.IsSorted(of) {
			slices.Sort(of)
		}
	}
}

// isNear reports whether one of the places held is at most so many words from
// p, side by side being 1: one before it or one after it, as asked for. Places that
// share a word are not near: nothing is near itself.
func (n *nearness) isNear(p place, most int, before, after bool) bool {
	if before {
		i, _ := slices.BinarySearch(n.ends, p.from-most+1)
		if i < len(n.ends) && n.ends[i] <= p.from {
			return true
		}
	}
	if after {
		i, _ := slices.BinarySearch(n.starts, p.to)
		return i < len(n.starts) && n.starts[i] < p.to+most
	}
	return false
}

// find gives the first place at or after from where a term stands, -1 if
// there is none.
func (e *evaluator) find(atoms []atom, from int) (at, length int) {
	if atoms[0].kind == atomMark {
		for _, m := range e.doc.Marks {
			if m.Token >= from && m.Word == atoms[0].text {
				return m.Token, m.Tokens
			}
		}
		return -1, 0
	}
next:
	for i := from; i+len(atoms) <= len(e.doc.Tokens); i++ {
		for j, a := range atoms {
			if !a.finds(e.doc.Tokens[i+j], e.doc.Post.Text) {
				continue next
			}
		}
		return i, len(atoms)
	}
	return -1, 0
}

// places gives the places of a positional part, in the order of their first
// words.
func (e *evaluator) places(n *node) []place {
	var out []place
	if n.op == opTerm {
		for at, length := e.find(n.atoms, 0); at >= 0; at, length = e.find(n.atoms, at+1) {
			out = append(out, place{at, at + length})
		}
		return out
	}
	for _, k := range n.kids {
		out = append(out, e.places(k)...)
	}
	slices.SortFunc(out, func(a, b place) int { return a.from - b.from })
	return out
}

// chain gives for each kid of an opNear the places that are part of a whole
// chain; if one kid has none, none has any.
func (e *evaluator) chain(n *node) [][]place {
	found := make([][]place, len(n.kids))
	var others nearness
	for i, k := range n.kids {
		found[i] = e.places(k)
		if i > 0 {
			others.hold(found[i-1])
			step := n.steps[i-1]
			found[i] = slices.DeleteFunc(found[i], func(p place) bool { return !others.isNear(p, step.most, true, !step.ordered) })
		}
	}
	for i := len(n.kids) - 2; i >= 0; i-- {
		others.hold(found[i+1])
		step := n.steps[i]
		found[i] = slices.DeleteFunc(found[i], func(p place) bool { return !others.isNear(p, step.most, !step.ordered, true) })
	}
	return found
}

// hasField reports whether a field of the post is as n says.
func (e *evaluator) hasField(n *node) bool {
	p := e.doc.Post
	switch n.field {
	case fieldAuthor:
		if n.atoms[0].kind == atomMark {
			return slices.Contains(handlesOf(p.Handle), n.atoms[0].text)
		}
		return sideBySide(n.atoms, Words(p.Author)) || sideBySide(n.atoms, Words(p.Handle))
	case fieldSource:
		return sideBySide(n.atoms, Words(p.Source))
	case fieldSite:
		host := lowerText(p.site())
		return host == n.value || strings.HasSuffix(host, "."+n.value)
	case fieldLang:
		tag := strings.ReplaceAll(lowerText(p.language()), "_", "-")
		return tag == n.value || strings.HasPrefix(tag, n.value+"-")
	case fieldCountry:
		return countryOf(p.Country) == n.value
	case fieldSentiment:
		return moodOf(p.sentiment()) == n.value
	case fieldReach:
		return p.Reach > 0 && reaches(n.value, p.Reach, n.number)
	}
	switch n.value {
	case "link":
		return p.hasLink()
	case "image":
		return p.HasImage
	}
	return p.hasQuestion()
}

func sideBySide(atoms []atom, words []string) bool {
	for i := 0; i+len(atoms) <= len(words); i++ {
		j := 0
		for j < len(atoms) && atoms[j].text == words[i+j] {
			j++
		}
		if j == len(atoms) {
			return true
		}
	}
	return false
}

// handlesOf gives the names under which an author's handle can be looked for:
// with its server and without.
func handlesOf(handle string) []string {
	var s scanner
	name, whole := handleParts(handle)
	return []string{string(s.appendName([]byte("@"), name, true)), string(s.appendName([]byte("@"), whole, true))}
}

func countryOf(s string) string {
	if s = lowerText(s); s == "uk" {
		return "gb"
	}
	return s
}

func moodOf(s string) string {
	if s == "neutral" {
		return "unclear"
	}
	return s
}
