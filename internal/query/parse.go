package query

import (
	"strings"
	"unicode/utf8"

	"tribune/internal/fault"
)

// The bounds of a query, so that no text can exhaust the stack or the matcher.
// The longest queries in real use hold a few thousand words.
const (
	maxLength = 1_000_000 // bytes: a query this long is refused
	maxTerms  = 10_000    // words, those of saved queries included: as many are refused
	maxDepth  = 999       // parentheses and NOTs within one another
)

// Parse reads a query that names nothing saved. Its errors are of kind
// fault.Invalid, name the column (from 1, counted in characters), and say what was
// expected there.
func Parse(text string) (*Query, error) { return ParseWith(text, nil) }

// ParseWith is Parse for a query that may name saved lists and queries, which
// saved gives. What they hold becomes part of the query: when one changes, the
// queries that name it (Names) must be read again.
func ParseWith(text string, saved Saved) (*Query, error) {
	s := &saving{saved: saved, done: map[string]savedPart{}}
	root, _, err := s.parse(text)
	if err != nil {
		return nil, err
	}
	if bad := root.boundless(); bad != nil {
		return nil, fault.New(fault.Invalid, "Column {column}: this part alone would find texts with none of your words, because NOT only takes away. Join it with AND to a word to look for, as in: word NOT spam.",
			"column", bad.col)
	}
	return &Query{root: root, notes: s.notes}, nil
}

// parse reads a text, the whole query or a saved one in it, and gives its
// terms counted.
func (s *saving) parse(text string) (root *node, terms int, err error) {
	if len(text) >= maxLength {
		return nil, 0, fault.New(fault.Invalid, "Column {column}: a query must be shorter than {limit} bytes and this one has {length}. Divide it into several queries.",
			"column", utf8.RuneCountInString(text[:maxLength]), "limit", maxLength, "length", len(text))
	}
	p := parser{lexer: lexer{text: []rune(strings.ToValidUTF8(text, "\uFFFD"))}, saving: s}
	if err := p.advance(); err != nil {
		return nil, 0, err
	}
	if p.cur.kind == kindEnd {
		return nil, 0, fault.New(fault.Invalid, "Column {column}: the query is empty. Write at least one word to look for.", "column", 1)
	}
	if root, err = p.or(); err != nil {
		return nil, 0, err
	}
	if p.cur.kind == kindClose {
		return nil, 0, fault.New(fault.Invalid, "Column {column}: this ) closes nothing. Remove it, or write ( where the group begins.", "column", p.cur.col)
	}
	if len(s.open) == 0 { // what is said of a saved query stands with it
		s.notes = p.notes
	}
	return root, p.terms, nil
}

// maxNotes is how many words that look like operators are told of.
const maxNotes = 5

// parser reads, by recursive descent, the grammar of docs/query.md.
type parser struct {
	lexer  lexer
	saving *saving
	cur    lexeme
	prev   lexeme
	depth  int
	terms  int
	notes  []*fault.Error // words that look like operators
}

func (p *parser) advance() error {
	next, err := p.lexer.next()
	if before, follows := p.prev.kind, next.kind != kindEnd && next.kind != kindClose; p.cur.like != "" && follows && len(p.notes) < maxNotes {
		if ends := before == kindTerm || before == kindSaved || before == kindClose; ends || p.cur.like == "NOT" {
			p.notes = append(p.notes, fault.New(fault.Invalid, "Column {column}: “{text}” is looked for as a word. Operators are in upper case: write {operator}, or, to look for the word, put it in quotation marks.",
				"column", p.cur.col, "text", p.cur.text, "operator", p.cur.like))
		}
	}
	p.prev, p.cur = p.cur, next
	return err
}

// count adds terms to those of the query.
func (p *parser) count(terms, col int) error {
	if p.terms += terms; p.terms >= maxTerms {
		return fault.New(fault.Invalid, "Column {column}: a query must have fewer than {limit} words, those of saved queries in it included. Divide it into several queries, or save the words as a list.",
			"column", col, "limit", maxTerms)
	}
	return nil
}

func (p *parser) or() (*node, error) {
	n, err := p.and()
	if err != nil {
		return nil, err
	}
	kids := []*node{n}
	for p.cur.kind == kindOr {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if n, err = p.and(); err != nil {
			return nil, err
		}
		kids = append(kids, n)
	}
	return join(opOr, kids), nil
}

func (p *parser) and() (*node, error) {
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	kids := []*node{n}
	for {
		switch p.cur.kind {
		case kindAnd:
			if err := p.advance(); err != nil {
				return nil, err
			}
		case kindTerm, kindSaved, kindNot, kindOpen:
		default:
			return join(opAnd, kids), nil
		}
		if n, err = p.not(); err != nil {
			return nil, err
		}
		kids = append(kids, n)
	}
}

func (p *parser) not() (*node, error) {
	if p.cur.kind != kindNot {
		return p.near()
	}
	col := p.cur.col
	if err := p.enter(); err != nil {
		return nil, err
	}
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	p.depth--
	if n.op == opNot {
		return n.kids[0], nil
	}
	return &node{op: opNot, kids: []*node{n}, col: col}, nil
}

func (p *parser) near() (*node, error) {
	n, err := p.primary()
	if err != nil || p.cur.kind != kindNear {
		return n, err
	}
	chain := &node{op: opNear, kids: []*node{n}, col: n.col}
	for p.cur.kind == kindNear {
		chain.steps = append(chain.steps, p.cur.step)
		if err := p.advance(); err != nil {
			return nil, err
		}
		if n, err = p.primary(); err != nil {
			return nil, err
		}
		chain.kids = append(chain.kids, n)
	}
	for _, k := range chain.kids {
		if !k.isPositional() {
			return nil, fault.New(fault.Invalid, "Column {column}: NEAR and ONEAR stand between words, phrases, and groups of them with OR, as in (wish OR hope) NEAR/5 tribune. Write this part so.", "column", k.col)
		}
	}
	return chain, nil
}

func (p *parser) primary() (*node, error) {
	switch p.cur.kind {
	case kindTerm:
		n := p.cur.term
		if err := p.count(max(1, len(n.atoms)), n.col); err != nil {
			return nil, err
		}
		return n, p.advance()
	case kindSaved:
		n, terms, err := p.saving.named(p.cur.text, p.cur.col)
		if err != nil {
			return nil, err
		}
		if err := p.count(terms, n.col); err != nil {
			return nil, err
		}
		return n, p.advance()
	case kindOpen:
		return p.group()
	}
	return nil, p.missing()
}

func (p *parser) group() (*node, error) {
	col := p.cur.col
	if err := p.enter(); err != nil {
		return nil, err
	}
	if p.cur.kind == kindClose {
		return nil, fault.New(fault.Invalid, "Column {column}: there is nothing between these parentheses. Write a word in them or remove them.", "column", col)
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.cur.kind != kindClose {
		return nil, fault.New(fault.Invalid, "Column {column}: this ( is never closed. Write ) where the group ends.", "column", col)
	}
	p.depth--
	return n, p.advance()
}

// enter steps over a sign that opens a level.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return fault.New(fault.Invalid, "Column {column}: parentheses and NOTs can stand within one another {limit} deep. Write this part more simply.",
			"column", p.cur.col, "limit", maxDepth)
	}
	return p.advance()
}

// missing says what to write where a term should be.
func (p *parser) missing() error {
	before, here := p.prev, p.cur
	switch {
	case before.kind == kindAnd || before.kind == kindOr || before.kind == kindNear || before.text == "NOT":
		return fault.New(fault.Invalid, "Column {column}: a word, a phrase or a parenthesis must follow {operator}. To look for the word itself, write it in quotation marks: {example}.",
			"column", here.col, "operator", before.text, "example", quote(before.text))
	case here.kind == kindAnd || here.kind == kindOr || here.kind == kindNear:
		return fault.New(fault.Invalid, "Column {column}: a word, a phrase or a parenthesis must stand before {operator}. To look for the word itself, write it in quotation marks: {example}.",
			"column", here.col, "operator", here.text, "example", quote(here.text))
	case here.kind == kindClose:
		return fault.New(fault.Invalid, "Column {column}: this ) closes nothing. Remove it, or write ( where the group begins.", "column", here.col)
	}
	return fault.New(fault.Invalid, "Column {column}: write a word, a phrase or a parenthesis here.", "column", here.col)
}

func quote(word string) string { return `"` + strings.ToLower(word) + `"` }
