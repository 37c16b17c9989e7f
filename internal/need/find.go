package need

import (
	"slices"
	"strings"
	"unicode"

	"tribune/internal/keyness"
	"tribune/internal/query"
)

// Need is something that somebody says they need.
type Need struct {
	Kind       Kind
	Language   string // of the table that found it
	Clause     string // what is needed, in the words of the text
	Start, End int    // the bytes of the text that the clause stands in
}

// longest is how many words of a text are read, and longestClause how long what
// is needed may be.
const (
	longest       = 2000
	longestClause = 30
)

// Find gives the needs that a text speaks of, in order. A language without a
// table finds nothing; where the language is not known ("" or "und") the first table
// that finds something decides.
func (t *Tables) Find(language, text string) []Need {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	tokens := query.Tokenize(text).Tokens
	tokens = tokens[:min(len(tokens), longest)]
	if base != "" && base != "und" {
		if table := t.languages[base]; table != nil {
			return table.find(text, tokens)
		}
		return nil
	}
	for _, language := range t.order {
		if found := t.languages[language].find(text, tokens); len(found) > 0 {
			return found
		}
	}
	return nil
}

// Sentence gives the sentence of a text that speaks of what is needed: of several,
// the first with the most of some words, as a group's label has them. A text
// that speaks of nothing of the kind gives "".
func (t *Tables) Sentence(language, text, label string) string {
	small := keyness.Stop(language)
	words := slices.DeleteFunc(query.Words(label), small)
	best, most := Need{}, -1
	for _, n := range t.Find(language, text) {
		held := 0
		for _, w := range query.Words(n.Clause) {
			if slices.Contains(words, w) {
				held++
			}
		}
		if held > most {
			best, most = n, held
		}
	}
	if most < 0 {
		return ""
	}
	tokens := query.Tokenize(text).Tokens
	from, to := 0, len(text)
	for i := 1; i < len(tokens); i++ {
		if !ends(between(text, tokens, i)) {
			continue
		}
		if tokens[i].Start <= best.Start {
			from = tokens[i].Start
		} else if tokens[i].Start >= best.End {
			to = tokens[i].Start
			break
		}
	}
	return strings.TrimSpace(text[from:to])
}

// find reads sentence by sentence.
func (t *table) find(text string, tokens []query.Token) []Need {
	var found []Need
	for len(tokens) > 0 {
		n := 1
		for n < len(tokens) && !ends(between(text, tokens, n)) {
			n++
		}
		found = t.sentence(found, text, tokens[:n])
		tokens = tokens[n:]
	}
	return found
}

// between gives what stands before a word, after the one before it; words that
// were one have nothing between them.
func between(text string, tokens []query.Token, i int) string {
	return text[min(tokens[i-1].End, tokens[i].Start):tokens[i].Start]
}

// ends reports whether a sentence ends in what stands between two words.
func ends(gap string) bool {
	return strings.ContainsAny(gap, "!?\n؟¿¡…。！？") || strings.Contains(gap, ". ") || strings.Contains(gap, "..")
}

// sentence finds the needs of one sentence, from left to right.
func (t *table) sentence(found []Need, text string, tokens []query.Token) []Need {
	done := 0 // tokens that a need holds already
	for i := 0; i < len(tokens); {
		end, n := t.longest(tokens, i)
		if end.kind == "" {
			i++
			continue
		}
		from, to := i+end.from, len(tokens)
		if end.before {
			from, to = done, i
		}
		i += max(n, 1)
		if end.kind == not {
			continue
		}
		if from, to = t.clause(text, tokens, from, to, end.before); from < to {
			start, stop := tokens[from].Start, tokens[to-1].End
			found = append(found, Need{end.kind, t.language, text[start:stop], start, stop})
			i = max(i, to)
		}
		done = i
	}
	return found
}

// longest gives the line of the most words that fits at a place, and their
// number. Words that belong to what is needed do not count.
func (t *table) longest(tokens []query.Token, at int) (best ending, words int) {
	var walk func(node int32, n int)
	walk = func(node int32, n int) {
		if end := t.ends[node]; end.kind != "" && (best.kind == "" || end.from > words || end.from == words && end.kind == not) {
			best, words = end, end.from
		}
		if at+n >= len(tokens) {
			return
		}
		if next, ok := t.edges[edge{node, tokens[at+n].Word}]; ok {
			walk(next, n+1)
		}
		if next, ok := t.edges[edge{node, anyWord}]; ok {
			walk(next, n+1)
		}
	}
	walk(0, 0)
	if next, ok := t.edges[edge{0, begins}]; ok && at == 0 {
		walk(next, 0)
	}
	return best, words
}

// clause narrows a stretch of a sentence to what is needed: up to a comma or a
// word that ends it, once there are two words. It is empty if there is nothing but
// short words.
func (t *table) clause(text string, tokens []query.Token, from, to int, before bool) (int, int) {
	if before {
		for i := to - 1; i > from; i-- {
			if to-i >= 2 && parts(between(text, tokens, i)) {
				from = i
			}
		}
		return max(from, to-longestClause), to
	}
	to = min(to, from+longestClause)
	for i := from + 1; i < to; i++ {
		if i-from >= 2 && parts(between(text, tokens, i)) || t.stops[tokens[i].Word] || i+1 < to && t.stops[tokens[i].Word+" "+tokens[i+1].Word] {
			to = i
		}
	}
	for i := from; i < to; i++ {
		if len([]rune(tokens[i].Word)) > 2 || unicode.IsDigit(rune(tokens[i].Word[0])) {
			return from, to
		}
	}
	return from, from
}

// parts reports whether a clause ends in what stands between two words.
func parts(gap string) bool { return strings.ContainsAny(gap, ",;:()«»\"“”–—،؛") }
