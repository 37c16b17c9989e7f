package query

import (
	"slices"
	"strings"
	"unicode"

	"tribune/internal/fault"
)

// kind is what a lexeme of a query is.
type kind uint8

const (
	kindEnd kind = iota
	kindTerm
	kindAnd
	kindOr
	kindNot
	kindOpen
	kindClose
)

// lexeme is one sign of a query.
type lexeme struct {
	kind  kind
	text  string   // as it was written
	words []string // of a term
	col   int      // of its first character, from 1
}

// lexer cuts a query into lexemes.
type lexer struct {
	text []rune
	pos  int
}

// next gives the next lexeme, kindEnd after the last one.
func (l *lexer) next() (lexeme, error) {
	for l.pos < len(l.text) && unicode.IsSpace(l.text[l.pos]) {
		l.pos++
	}
	if l.pos == len(l.text) {
		return lexeme{col: l.pos + 1}, nil
	}
	col := l.pos + 1
	switch r := l.text[l.pos]; {
	case r == '(' || r == '（':
		l.pos++
		return lexeme{kind: kindOpen, text: "(", col: col}, nil
	case r == ')' || r == '）':
		l.pos++
		return lexeme{kind: kindClose, text: ")", col: col}, nil
	case closers(r) != "":
		return l.phrase()
	case isMinus(r):
		l.pos++
		if l.pos == len(l.text) || unicode.IsSpace(l.text[l.pos]) || l.text[l.pos] == ')' {
			return lexeme{}, fault.New(fault.Invalid, "Column {column}: - must touch the word that it takes away, as in -spam.", "column", col)
		}
		return lexeme{kind: kindNot, text: "-", col: col}, nil
	}
	return l.bare()
}

// phrase reads what stands between quotation marks.
func (l *lexer) phrase() (lexeme, error) {
	col := l.pos + 1
	closing := closers(l.text[l.pos])
	n := slices.IndexFunc(l.text[l.pos+1:], func(r rune) bool { return strings.ContainsRune(closing, r) })
	if n < 0 {
		return lexeme{}, fault.New(fault.Invalid, "Column {column}: this quotation mark is never closed. Write {mark} where the phrase ends.",
			"column", col, "mark", string([]rune(closing)[0]))
	}
	inner := string(l.text[l.pos+1 : l.pos+1+n])
	l.pos += n + 2
	found := Words(inner)
	if len(found) == 0 {
		return lexeme{}, fault.New(fault.Invalid, "Column {column}: there is no word in this phrase. Write one between the quotation marks.", "column", col)
	}
	return lexeme{kind: kindTerm, text: inner, words: found, col: col}, nil
}

// bare reads an operator or a word without quotation marks.
func (l *lexer) bare() (lexeme, error) {
	start := l.pos
	for l.pos < len(l.text) && !isBreak(l.text[l.pos]) {
		l.pos++
	}
	lx := lexeme{kind: kindTerm, text: string(l.text[start:l.pos]), col: start + 1}
	switch lx.text {
	case "AND":
		lx.kind = kindAnd
		return lx, nil
	case "OR":
		lx.kind = kindOr
		return lx, nil
	case "NOT":
		lx.kind = kindNot
		return lx, nil
	}
	if err := foreign(lx); err != nil {
		return lexeme{}, err
	}
	lx.words = Words(lx.text)
	if len(lx.words) == 0 {
		return lexeme{}, fault.New(fault.Invalid, "Column {column}: there is no word in “{text}”. Write a word, a number or an emoji, or remove it.",
			"column", lx.col, "text", lx.text)
	}
	return lx, nil
}

// foreign refuses the signs of other query languages. To skip over them as
// punctuation would quietly give another query than the one that was meant.
func foreign(lx lexeme) error {
	switch {
	case lx.text == "&" || strings.Contains(lx.text, "&&"):
		return fault.New(fault.Invalid, "Column {column}: write AND, or just a space, instead of “{text}”.", "column", lx.col, "text", lx.text)
	case strings.Contains(lx.text, "|"):
		return fault.New(fault.Invalid, "Column {column}: write OR, with a space on both sides, instead of | in “{text}”.", "column", lx.col, "text", lx.text)
	case strings.HasPrefix(lx.text, "!"):
		return fault.New(fault.Invalid, "Column {column}: write NOT or - instead of ! before what you want taken away.", "column", lx.col)
	case strings.ContainsAny(lx.text, "*~"):
		return fault.New(fault.Invalid, "Column {column}: words are looked for whole, so “{text}” would not find what you mean. Remove * or ~, or write each form with OR between.",
			"column", lx.col, "text", lx.text)
	}
	return nil
}

// isBreak reports whether r ends a word without quotation marks.
func isBreak(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("()（）", r) || closers(r) != ""
}

// isMinus reports whether r, before a word, means NOT.
func isMinus(r rune) bool { return r == '-' || r == '−' }

// closers gives the marks that can end a phrase that begins with mark, the
// usual one first; empty if mark is no quotation mark.
func closers(mark rune) string {
	switch mark {
	case '"':
		return `"`
	case '“', '”', '„', '‟':
		return "”“‟"
	case '«':
		return "»"
	case '»':
		return "«"
	}
	return ""
}
