package spike

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/query"
)

const (
	together    = .8 // of those who say a part of a phrase say all of it: it stands for its parts, as in internal/rising
	longestSaid = 5  // words in a phrase
)

// passage is a text as phrases are looked for in it.
type passage struct {
	author int64
	text   string
	tokens []query.Token
}

// joined reports whether a word stands right behind the one before it.
func (p passage) joined(i int) bool {
	if i <= 0 || i >= len(p.tokens) {
		return false
	}
	gap := p.text[p.tokens[i-1].End:p.tokens[i].Start]
	return gap == " " || gap == "-" || gap == "'" || gap == "’"
}

// begins reports whether a sentence begins with a word.
func (p passage) begins(i int) bool {
	return i == 0 || strings.ContainsAny(p.text[p.tokens[i-1].End:p.tokens[i].Start], ".!?:…\n\"“„«")
}

// at calls for each place where a phrase stands.
func (p passage) at(phrase []string, call func(i int)) {
next:
	for i := 0; i+len(phrase) <= len(p.tokens); i++ {
		for j, word := range phrase {
			if p.tokens[i+j].Word != word || j > 0 && !p.joined(i+j) {
				continue next
			}
		}
		call(i)
	}
}

// phrases puts the words that drove a rise together where people say them
// together, as most write them; the newest first. Words that carry no meaning
// begin a phrase only where they are written as a part of a name, and end none.
func phrases(words []string, in, before []post, empty func(string) bool) []Driver {
	passages := make([]passage, len(in))
	for i, p := range in {
		passages[i] = passage{p.Author, p.text, query.Tokenize(p.text).Tokens}
	}
	var drivers []Driver
	covered := map[string]bool{}
	for _, word := range words {
		if covered[word] || reporting[word] && saidBefore(before, []string{word}) > 0 {
			continue
		}
		phrase := trim(passages, extend(passages, []string{word}, covered), word, empty)
		d := Driver{Text: written(passages, phrase), Now: sayers(passages, phrase), Before: saidBefore(before, phrase)}
		for _, part := range phrase {
			covered[part] = covered[part] || float64(d.Now) >= together*float64(sayers(passages, []string{part}))
		}
		drivers = append(drivers, d)
	}
	slices.SortStableFunc(drivers, func(a, b Driver) int {
		return cmp.Compare(float64(a.Before)/float64(max(a.Now, 1)), float64(b.Before)/float64(max(b.Now, 1)))
	})
	return drivers
}

// extend adds the words before and behind a phrase with which most say it, but
// for those of phrases that are shown already.
func extend(passages []passage, phrase []string, shown map[string]bool) []string {
	for len(phrase) < longestSaid {
		// What stands beside it: who says it so, by word; before it, and behind it.
		var beside [2]map[string]map[int64]bool
		beside[0], beside[1] = map[string]map[int64]bool{}, map[string]map[int64]bool{}
		who := map[int64]bool{}
		for _, p := range passages {
			p.at(phrase, func(i int) {
				who[p.author] = true
				if p.joined(i) && !shown[p.tokens[i-1].Word] {
					note(beside[0], p.tokens[i-1].Word, p.author)
				}
				if end := i + len(phrase); p.joined(end) && !shown[p.tokens[end].Word] {
					note(beside[1], p.tokens[end].Word, p.author)
				}
			})
		}
		before, n := commonest(beside[0])
		behind, m := commonest(beside[1])
		switch {
		case float64(max(n, m)) < together*float64(len(who)) || max(n, m) == 0:
			return phrase
		case m >= n:
			phrase = append(slices.Clone(phrase), behind)
		default:
			phrase = append([]string{before}, phrase...)
		}
	}
	return phrase
}

func note(who map[string]map[int64]bool, word string, author int64) {
	if who[word] == nil {
		who[word] = map[int64]bool{}
	}
	who[word][author] = true
}

func commonest(who map[string]map[int64]bool) (word string, n int) {
	for w, authors := range who {
		if len(authors) > n || len(authors) == n && w < word {
			word, n = w, len(authors)
		}
	}
	return word, n
}

// trim takes the empty words off both ends of a phrase, but for a first one
// that is written with a capital inside of sentences ("The Long Table").
func trim(passages []passage, phrase []string, word string, empty func(string) bool) []string {
	spare := func(w string) bool { return w != word && (empty(w) || reporting[w]) }
	for len(phrase) > 1 && spare(phrase[len(phrase)-1]) {
		phrase = phrase[:len(phrase)-1]
	}
	for len(phrase) > 1 && spare(phrase[0]) && !named(passages, phrase) {
		phrase = phrase[1:]
	}
	return phrase
}

// named reports whether the first two words of a phrase have capitals inside of sentences.
func named(passages []passage, phrase []string) bool {
	capitals, small := 0, 0
	for _, p := range passages {
		p.at(phrase, func(i int) {
			if p.begins(i) {
				return
			}
			if capital(p, i) && capital(p, i+1) {
				capitals++
			} else {
				small++
			}
		})
	}
	return capitals > small
}

func capital(p passage, i int) bool {
	r, _ := utf8.DecodeRuneInString(p.text[p.tokens[i].Start:])
	return unicode.IsUpper(r)
}

// written gives a phrase, which is folded, as people write it most often.
func written(passages []passage, phrase []string) string {
	forms := map[string]int{}
	for _, p := range passages {
		p.at(phrase, func(i int) { forms[p.text[p.tokens[i].Start:p.tokens[i+len(phrase)-1].End]]++ })
	}
	text, most := strings.Join(phrase, " "), 0
	for form, n := range forms {
		if n > most || n == most && form < text {
			text, most = form, n
		}
	}
	return strings.Clone(text)
}

// sayers counts who says a phrase.
func sayers(passages []passage, phrase []string) int {
	who := map[int64]bool{}
	for _, p := range passages {
		p.at(phrase, func(int) { who[p.author] = true })
	}
	return len(who)
}

// saidBefore counts who said the words of a phrase one after the other.
func saidBefore(before []post, phrase []string) int {
	who := map[int64]bool{}
	for _, p := range before {
		for i := 0; i+len(phrase) <= len(p.Words) && !who[p.Author]; i++ {
			if slices.Equal(p.Words[i:i+len(phrase)], phrase) {
				who[p.Author] = true
			}
		}
	}
	return len(who)
}

// reporting are words, folded, that only say that somebody says something: where they
// were said before as well, they are not what is new.
var reporting = set(`say says said saying tell tells told report reports reported according announce announces announced claim claims claimed write writes wrote
	dit disent dire selon affirme affirment annonce annoncent explique rapporte ecrit ecrivent declare
	sagt sagen sagte sagten laut berichtet berichten meldet melden erklart schreibt schreiben teilt mitgeteilt
	dice dicen dijo dijeron segun afirma afirman anuncia explica informa escribe
	dicono detto secondo annuncia spiega riferisce scrive scrivono
	diz dizem disse disseram segundo relata escreve`)

func set(text string) map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		words[w] = true
	}
	return words
}
