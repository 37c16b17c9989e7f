package query

import (
	"strings"
	"unicode/utf8"

	"tribune/internal/fault"
)

// The bounds of a query, so that no text can exhaust the stack or the matcher.
// The longest queries in real use hold a few thousand words.
const (
	maxLength = 20_000 // characters
	maxDepth  = 200    // parentheses and NOTs within one another
)

// Parse reads a query. Its errors are of kind fault.Invalid, name the column
// (from 1, counted in characters), and say what was expected there.
func Parse(text string) (*Query, error) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if n := utf8.RuneCountInString(text); n > maxLength {
		return nil, fault.New(fault.Invalid, "Column {column}: a query can have at most {limit} characters and this one has {length}. Divide it into several queries.",
			"column", maxLength+1, "limit", maxLength, "length", n)
	}
	p := parser{lexer: lexer{text: []rune(text)}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.cur.kind == kindEnd {
		return nil, fault.New(fault.Invalid, "Column {column}: the query is empty. Write at least one word to look for.", "column", 1)
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.cur.kind == kindClose {
		return nil, fault.New(fault.Invalid, "Column {column}: this ) closes nothing. Remove it, or write ( where the group begins.", "column", p.cur.col)
	}
	if bad := root.boundless(); bad != nil {
		return nil, fault.New(fault.Invalid, "Column {column}: this part alone would find texts with none of your words, because NOT only takes away. Join it with AND to a word to look for, as in: word NOT spam.",
			"column", bad.col)
	}
	return &Query{root: root}, nil
}

// parser reads, by recursive descent, the grammar of docs/query.md.
type parser struct {
	lexer lexer
	cur   lexeme
	prev  lexeme
	depth int
}

func (p *parser) advance() error {
	next, err := p.lexer.next()
	p.prev, p.cur = p.cur, next
	return err
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
		case kindTerm, kindNot, kindOpen:
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
		return p.primary()
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

func (p *parser) primary() (*node, error) {
	switch p.cur.kind {
	case kindTerm:
		n := &node{op: opTerm, words: p.cur.words, col: p.cur.col}
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
	case before.kind == kindAnd || before.kind == kindOr || before.text == "NOT":
		return fault.New(fault.Invalid, "Column {column}: a word, a phrase or a parenthesis must follow {operator}. To look for the word itself, write it in quotation marks: {example}.",
			"column", here.col, "operator", before.text, "example", quote(before.text))
	case here.kind == kindAnd || here.kind == kindOr:
		return fault.New(fault.Invalid, "Column {column}: a word, a phrase or a parenthesis must stand before {operator}. To look for the word itself, write it in quotation marks: {example}.",
			"column", here.col, "operator", here.text, "example", quote(here.text))
	case here.kind == kindClose:
		return fault.New(fault.Invalid, "Column {column}: this ) closes nothing. Remove it, or write ( where the group begins.", "column", here.col)
	}
	return fault.New(fault.Invalid, "Column {column}: write a word, a phrase or a parenthesis here.", "column", here.col)
}

func quote(word string) string { return `"` + strings.ToLower(word) + `"` }
