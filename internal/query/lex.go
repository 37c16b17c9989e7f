package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tribune/internal/fault"
)

// kind is what a lexeme of a query is.
type kind uint8

const (
	kindEnd kind = iota
	kindTerm
	kindSaved
	kindAnd
	kindOr
	kindNot
	kindNear
	kindOpen
	kindClose
)

// lexeme is one sign of a query.
type lexeme struct {
	kind kind
	text string // as it was written; of a kindSaved with list: or query:
	term *node  // of a kindTerm
	like string // of a kindTerm: the operator that it would be in upper case, or empty
	step step   // of a kindNear
	col  int    // of its first character, from 1
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
		inner, err := l.quoted()
		if err != nil {
			return lexeme{}, err
		}
		found, err := atoms(inner, true, col)
		return phrase(inner, found, col, err)
	case isMinus(r):
		l.pos++
		if l.pos == len(l.text) || unicode.IsSpace(l.text[l.pos]) || l.text[l.pos] == ')' {
			return lexeme{}, fault.New(fault.Invalid, "Column {column}: - must touch the word that it takes away, as in -spam.", "column", col)
		}
		return lexeme{kind: kindNot, text: "-", col: col}, nil
	}
	return l.bare()
}

// quoted reads what stands between quotation marks.
func (l *lexer) quoted() (string, error) {
	col := l.pos + 1
	closing := closers(l.text[l.pos])
	n := slices.IndexFunc(l.text[l.pos+1:], func(r rune) bool { return strings.ContainsRune(closing, r) })
	if n < 0 {
		return "", fault.New(fault.Invalid, "Column {column}: this quotation mark is never closed. Write {mark} where the phrase ends.",
			"column", col, "mark", string([]rune(closing)[0]))
	}
	inner := string(l.text[l.pos+1 : l.pos+1+n])
	l.pos += n + 2
	return inner, nil
}

// phrase makes a term of what stood between quotation marks.
func phrase(inner string, found []atom, col int, err error) (lexeme, error) {
	if err == nil && len(found) == 0 {
		err = fault.New(fault.Invalid, "Column {column}: there is no word in this phrase. Write one between the quotation marks.", "column", col)
	}
	if err != nil {
		return lexeme{}, err
	}
	return lexeme{kind: kindTerm, text: inner, term: &node{op: opTerm, atoms: found, col: col}, col: col}, nil
}

// bare reads an operator, a field, or a word without quotation marks.
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
	if isNear, err := near(&lx); isNear || err != nil {
		return lx, err
	}
	lx.like = operatorLike(lx.text)
	if strings.HasPrefix(lx.text, "=") {
		return l.exact(lx)
	}
	if done, err := l.fieldTerm(&lx); done || err != nil {
		return lx, err
	}
	if err := foreign(lx); err != nil {
		return lexeme{}, err
	}
	if strings.ContainsAny(lx.text[:1], "#@") || strings.HasPrefix(lx.text, "＃") || strings.HasPrefix(lx.text, "＠") {
		name, ok := markOf(lx.text)
		if !ok {
			return lexeme{}, notAMark(lx.text, lx.col)
		}
		lx.term = &node{op: opTerm, atoms: []atom{{kind: atomMark, text: name}}, col: lx.col}
		return lx, nil
	}
	found, err := atoms(lx.text, false, lx.col)
	if err != nil {
		return lexeme{}, err
	}
	if len(found) == 0 {
		return lexeme{}, noWord(lx.text, lx.col)
	}
	lx.term = &node{op: opTerm, atoms: found, col: lx.col}
	return lx, nil
}

func noWord(text string, col int) error {
	return fault.New(fault.Invalid, "Column {column}: there is no word in “{text}”. Write a word, a number or an emoji, or remove it.", "column", col, "text", text)
}

func notAMark(text string, col int) error {
	return fault.New(fault.Invalid, "Column {column}: “{text}” is not one hashtag or handle, which hold letters, digits and _. To look for its words, write them in quotation marks.",
		"column", col, "text", text)
}

// operatorLike gives the operator that a word would be in upper case, empty if
// there is none.
func operatorLike(text string) string {
	for _, operator := range []string{"AND", "OR", "NOT"} {
		if strings.EqualFold(text, operator) {
			return operator
		}
	}
	if name, _, slash := strings.Cut(text, "/"); slash && (strings.EqualFold(name, "NEAR") || strings.EqualFold(name, "ONEAR")) { // "near" is a word like others
		lx := lexeme{text: strings.ToUpper(text)}
		if _, err := near(&lx); err == nil {
			return lx.text
		}
	}
	return ""
}

// maxNear is the largest distance of NEAR; beyond it AND says as much.
const maxNear = 1000

// near reads NEAR/n and ONEAR/n; it reports false if lx is something else.
func near(lx *lexeme) (bool, error) {
	rest, ordered := strings.CutPrefix(lx.text, "ONEAR")
	if !ordered {
		var ok bool
		if rest, ok = strings.CutPrefix(lx.text, "NEAR"); !ok {
			return false, nil
		}
	}
	number, slash := strings.CutPrefix(rest, "/")
	if rest != "" && !slash {
		return false, nil // NEARBY is a word
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxNear {
		name := lx.text[:len(lx.text)-len(rest)]
		return false, fault.New(fault.Invalid, "Column {column}: write after {operator} how many words apart, from 1 (side by side) to {limit}, as in {operator}/5. To look for the word itself, write it in quotation marks.",
			"column", lx.col, "operator", name, "limit", maxNear)
	}
	lx.kind, lx.step = kindNear, step{most: n, ordered: ordered}
	return true, nil
}

// exact reads a term in which case and accents count, after its =.
func (l *lexer) exact(lx lexeme) (lexeme, error) {
	inner := lx.text[1:]
	if inner == "" {
		if l.pos == len(l.text) || closers(l.text[l.pos]) == "" {
			return lexeme{}, fault.New(fault.Invalid, "Column {column}: = must touch the word or phrase that is to be found written exactly so. Write for example =\"Apple\".", "column", lx.col)
		}
		var err error
		if inner, err = l.quoted(); err != nil {
			return lexeme{}, err
		}
	} else if strings.ContainsAny(inner, "*~") {
		return lexeme{}, fault.New(fault.Invalid, "Column {column}: a word is looked for exactly as it is written, or with * and ~, not both. Remove one of them from “{text}”.", "column", lx.col, "text", lx.text)
	}
	found := exactAtoms(inner)
	if len(found) == 0 {
		return lexeme{}, noWord(inner, lx.col)
	}
	lx.term = &node{op: opTerm, atoms: found, col: lx.col}
	return lx, nil
}

// fieldTerm reads a field, or the name of something saved; it reports false if
// lx is something else.
func (l *lexer) fieldTerm(lx *lexeme) (bool, error) {
	n := 0
	for n < len(lx.text) && ('a' <= lowerASCII(lx.text[n]) && lowerASCII(lx.text[n]) <= 'z') {
		n++
	}
	if n < 2 || n == len(lx.text) {
		return false, nil
	}
	name, sign, rest := lowerText(lx.text[:n]), lx.text[n], lx.text[n+1:]
	if name == "reach" && (strings.ContainsRune("<>=:", rune(sign)) || strings.HasPrefix(lx.text[n:], "≥") || strings.HasPrefix(lx.text[n:], "≤")) {
		var err error
		lx.term, err = reachNode(lx.text, lx.text[n:], lx.col)
		return true, err
	}
	if sign != ':' {
		return false, nil
	}
	known := slices.Contains(fieldNames, name)
	quoted := rest == "" && l.pos < len(l.text) && closers(l.text[l.pos]) != ""
	if !known && (rest == "" && !quoted || strings.HasPrefix(rest, "//")) { // "note: ..." and https://...
		return false, nil
	}
	if !known {
		return false, noField(name, lx.col)
	}
	if quoted {
		var err error
		if rest, err = l.quoted(); err != nil {
			return false, err
		}
	}
	if strings.TrimSpace(rest) == "" {
		return false, fault.New(fault.Invalid, "Column {column}: write right after {name}: what it is to be, without a space, in quotation marks if it is several words.", "column", lx.col, "name", name)
	}
	var err error
	if name == savedList || name == savedQuery {
		lx.kind, lx.text = kindSaved, name+":"+strings.Join(strings.Fields(rest), " ")
		return true, nil
	}
	lx.term, err = fieldNode(name, rest, lx.col)
	return true, err
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
