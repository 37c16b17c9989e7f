package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/fault"
)

// atoms reads the words of a term, with the wildcards and distances in it.
// Between quotation marks these signs count only where they touch letters as
// they would in a word of their own; elsewhere they are punctuation, so that
// "is it good?" can be looked for.
func atoms(text string, quoted bool, col int) ([]atom, error) {
	if !strings.ContainsAny(text, "*?~") {
		return wordAtoms(nil, text), nil
	}
	chars := []rune(text)
	active := make([]bool, len(chars))
	for i := range chars {
		active[i] = strings.ContainsRune("*?~", chars[i]) && (!quoted || isActive(chars, i))
	}
	var out []atom
	plain := 0 // where what has not been read begins
	for i := 0; i < len(chars); {
		end := i
		special := false
		for end < len(chars) && (active[end] || isInWord(chars[end], utf8.RuneLen(chars[end]))) {
			special = special || active[end]
			end++
		}
		if special {
			out = wordAtoms(out, string(chars[plain:i]))
			a, err := specialAtom(string(chars[i:end]), col)
			if err != nil {
				return nil, err
			}
			out = append(out, a)
			plain = end
		}
		i = max(end, i+1)
	}
	return wordAtoms(out, string(chars[plain:])), nil
}

// isActive reports whether the sign at i of a phrase means what it means
// outside quotation marks.
func isActive(chars []rune, i int) bool {
	letter := func(at int) bool {
		return at >= 0 && at < len(chars) && isInWord(chars[at], utf8.RuneLen(chars[at]))
	}
	switch chars[i] {
	case '*':
		return letter(i-1) || letter(i+1)
	case '?':
		return (letter(i-1) || i > 0 && chars[i-1] == '?' && isActive(chars, i-1)) && activeAfter(chars, i+1, letter)
	}
	return letter(i-1) && i+1 < len(chars) && (chars[i+1] == '1' || chars[i+1] == '2') && !letter(i+2)
}

// activeAfter reports whether a letter follows the question marks at i.
func activeAfter(chars []rune, i int, letter func(int) bool) bool {
	for i < len(chars) && chars[i] == '?' {
		i++
	}
	return letter(i)
}

func wordAtoms(dst []atom, text string) []atom {
	for _, w := range Words(text) {
		dst = append(dst, atom{kind: atomWord, text: w})
	}
	return dst
}

// specialAtom reads one run of letters, wildcards and ~.
func specialAtom(text string, col int) (atom, error) {
	word, after, fuzzy := strings.Cut(text, "~")
	if fuzzy {
		return fuzzyAtom(text, word, after, col)
	}
	if strings.HasPrefix(text, "?") || strings.HasSuffix(text, "?") {
		return atom{}, fault.New(fault.Invalid, "Column {column}: ? stands for one letter inside a word, as in col?r. Remove it from “{text}”, or write * for any ending.",
			"column", col, "text", text)
	}
	var b strings.Builder
	letters := 0
	for i, part := range splitKeep(text) {
		if i%2 == 1 {
			b.WriteString(part)
			continue
		}
		if part == "" {
			continue
		}
		folded := Fold(part)
		if !isPartOfWord(part) || !isPartOfWord(folded) {
			return atom{}, fault.New(fault.Invalid, "Column {column}: * and ? stand for letters inside one word, and “{text}” is several. Write the words without them.",
				"column", col, "text", text)
		}
		b.WriteString(folded)
		letters += utf8.RuneCountInString(folded)
	}
	if letters < 2 {
		return atom{}, fault.New(fault.Invalid, "Column {column}: “{text}” would find nearly everything. Write at least two letters beside * and ?.", "column", col, "text", text)
	}
	pattern := b.String()
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	return atom{kind: atomGlob, text: pattern}, nil
}

// splitKeep cuts text at runs of wildcards and keeps them: literals stand at
// the even places.
func splitKeep(text string) []string {
	var parts []string
	from, wild := 0, false
	for i, r := range text {
		if is := r == '*' || r == '?'; is != wild {
			parts = append(parts, text[from:i])
			from, wild = i, is
		}
	}
	return append(parts, text[from:])
}

// isPartOfWord reports whether letters can stand inside one word of a text.
// Writing without spaces is read character by character, katakana in runs.
func isPartOfWord(letters string) bool {
	for _, beside := range []string{"x", "ア"} {
		if w := Words(beside + letters + beside); len(w) == 1 && w[0] == beside+Fold(letters)+beside {
			return true
		}
	}
	return false
}

// fuzzyAtom reads word~, word~1 or word~2.
func fuzzyAtom(text, word, after string, col int) (atom, error) {
	if word == "" {
		return atom{}, fault.New(fault.Invalid, "Column {column}: ~ must touch the word before it, as in word~1. To find words near each other, write NEAR between them: coffee NEAR/3 mug.", "column", col)
	}
	distance := 1
	switch after {
	case "", "1":
	case "2":
		distance = 2
	default:
		most := 1
		if utf8.RuneCountInString(word) >= 5 {
			most = 2
		}
		return atom{}, fault.New(fault.Invalid, "Column {column}: ~ stands at the end of a word, with the number of letters that may differ, 1 or 2, as in word~1. Write “{instead}”, not “{text}”.",
			"column", col, "instead", word+"~"+strconv.Itoa(most), "text", text)
	}
	found := Words(word)
	if len(found) != 1 || strings.ContainsAny(word, "*?") {
		return atom{}, fault.New(fault.Invalid, "Column {column}: ~ goes with one word without * and ?, and “{text}” is not one. Remove it.", "column", col, "text", text)
	}
	folded := found[0]
	n := utf8.RuneCountInString(folded)
	if least := 1 + 2*distance; n < least || n > maxFuzzy-2 {
		return atom{}, fault.New(fault.Invalid, "Column {column}: “{text}” would find too many other words or none. A word needs from {least} to {most} letters for ~{distance}.",
			"column", col, "text", text, "least", least, "most", maxFuzzy-2, "distance", distance)
	}
	return atom{kind: atomFuzzy, text: folded, distance: distance}, nil
}

// exactAtoms reads the words of a term in which case and accents count.
func exactAtoms(text string) []atom {
	doc := Tokenize(text)
	out := make([]atom, len(doc.Tokens))
	for i, t := range doc.Tokens {
		out[i] = atom{kind: atomExact, text: t.Word, raw: exactForm(text[t.Start:t.End])}
	}
	return out
}

// printAtoms writes a term. Words of a script without spaces are written
// without spaces where that reads back the same.
func printAtoms(atoms []atom) string {
	if atoms[0].kind == atomExact {
		return `="` + strings.Join(exactWords(atoms), " ") + `"`
	}
	if len(atoms) == 1 {
		return atoms[0].String()
	}
	words := make([]string, len(atoms))
	plain := true
	for i, a := range atoms {
		words[i] = a.String()
		plain = plain && a.kind == atomWord
	}
	if first, _ := utf8.DecodeRuneInString(words[0]); plain && unicode.In(first, unicode.Han, unicode.Hiragana,
		unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		if whole := strings.Join(words, ""); slices.Equal(Words(whole), words) {
			return whole
		}
	}
	return `"` + strings.Join(words, " ") + `"`
}

// exactWords gives the written forms in a term, one that folds into several
// words once.
func exactWords(atoms []atom) []string {
	var words []string
	for i := 0; i < len(atoms); {
		words = append(words, atoms[i].raw)
		i += max(1, len(exactAtoms(atoms[i].raw)))
	}
	return words
}
