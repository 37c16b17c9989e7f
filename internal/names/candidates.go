package names

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tribune/internal/query"
)

// candidate is what may be a name in a post.
type candidate struct {
	key    string // folded words, a space between
	text   string // as it is written
	strong bool   // it looks like a name by itself; else it must be one elsewhere
	plain  bool   // it is strong only by being capitalised
	run    string // key of all the capitalised words that it stands among
	german bool   // it is said in German
	spoken string // then bare, or determined by the word before it, or neither is known
}

// How a capitalised word stands in German.
const (
	bare       = "bare"
	determined = "determined"
)

const (
	mostWords   = 3
	shouting    = .6 // of a post's words are capitalised: that says nothing
	fewestWords = 6  // of a post that can be told to shout
)

// reader finds what may be a name in a text.
type reader struct {
	text   string
	tokens []query.Token
	lists  *lists
	german bool
	found  []candidate
}

// read gives the candidates of a text; the same may come more than once.
func read(l *lists, language, text string, tokens []query.Token) []candidate {
	r := reader{text: text, tokens: tokens, lists: l, german: language == "de" || strings.HasPrefix(language, "de-")}
	quiet := !r.shouts()
	for i := 0; i < len(tokens); {
		word := r.word(i)
		switch first, _ := utf8.DecodeRuneInString(word); {
		case r.marked(i):
			r.add(i, i+1, true, false)
			i++
		case unicode.Is(unicode.Katakana, first):
			i = r.katakana(i)
		case quiet && r.nameLike(i):
			i = r.run(i)
		default:
			i++
		}
	}
	r.quoted()
	return r.found
}

func (r *reader) word(i int) string { return r.text[r.tokens[i].Start:r.tokens[i].End] }

// gap gives what stands before a word, after the one before it.
func (r *reader) gap(i int) string {
	if i == 0 {
		return r.text[:r.tokens[0].Start]
	}
	return r.text[min(r.tokens[i-1].End, r.tokens[i].Start):r.tokens[i].Start]
}

// add notes the words from i up to but without j.
func (r *reader) add(i, j int, strong, plain bool) {
	key := r.key(i, j)
	r.found = append(r.found, candidate{key: key, text: r.text[r.tokens[i].Start:r.tokens[j-1].End], strong: strong, plain: plain, run: key, german: r.german})
}

func (r *reader) key(i, j int) string {
	var keys []string
	for _, t := range r.tokens[i:j] {
		keys = append(keys, t.Word)
	}
	return strings.Join(keys, " ")
}

// marked reports whether a word is a handle or a hashtag.
func (r *reader) marked(i int) bool {
	before, _ := utf8.DecodeLastRuneInString(r.gap(i))
	return (before == '@' || before == '#' || before == '＃') && utf8.RuneCountInString(r.word(i)) > 1 && !numeric(r.word(i))
}

// starts reports whether a sentence begins with a word.
func (r *reader) starts(i int) bool {
	gap := r.gap(i)
	return i == 0 || strings.ContainsAny(gap, "!?\n:…•。！？\"“„«(") || strings.Contains(gap, ". ") || strings.Contains(gap, "- ")
}

// capital reports whether a word begins with a capital, and inner whether it has
// one, or a digit, after that.
func capital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

func inner(word string) bool {
	_, size := utf8.DecodeRuneInString(word)
	letters, marks := 0, 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	for _, r := range word[size:] {
		if unicode.IsUpper(r) || unicode.IsDigit(r) {
			marks++
		}
	}
	return letters > 1 && marks > 0 && marks < utf8.RuneCountInString(word) && (marks < letters-1 || !upper(word) || strings.ContainsAny(word, "0123456789"))
}

// measured reports whether a word is a number with what it counts: 11th, 30pm.
func measured(word string) bool {
	rest := strings.TrimLeft(word, "0123456789.,:")
	return rest != word && slices.Contains([]string{"st", "nd", "rd", "th", "am", "pm", "h", "min", "s", "m", "mm", "cm", "km", "g", "kg", "l", "ml", "x", "er", "e", "eme", "ème", "k"}, rest)
}

// upper reports whether all letters of a word are capitals.
func upper(word string) bool { return strings.ToUpper(word) == word && strings.ToLower(word) != word }

func numeric(word string) bool {
	for _, r := range word {
		if !unicode.IsDigit(r) && r != '.' && r != ',' {
			return false
		}
	}
	return true
}

// nameLike reports whether a word may be, or begin, a name.
func (r *reader) nameLike(i int) bool {
	word := r.word(i)
	if r.lists.noise[r.tokens[i].Word] || measured(word) {
		return false
	}
	return (capital(word) || inner(word)) && utf8.RuneCountInString(word) > 1 && !r.lists.calendar[r.tokens[i].Word]
}

// shouts reports whether most words of a text are capitalised.
func (r *reader) shouts() bool {
	words, capitals := 0, 0
	for i := range r.tokens {
		if word := r.word(i); !numeric(word) {
			words++
			if capital(word) {
				capitals++
			}
		}
	}
	return words >= fewestWords && float64(capitals) >= shouting*float64(words) || words > mostWords && capitals == words
}

// run reads the capitalised words, and numbers among them, from i on, and notes
// each stretch of them up to three; it gives where to go on.
func (r *reader) run(i int) int {
	j := i + 1
	for j < len(r.tokens) && joins(r.gap(j)) && (r.nameLike(j) || numeric(r.word(j))) {
		j++
	}
	if j-i > 2*mostWords { // a list, or a headline
		return j
	}
	run := r.key(i, j)
	for from := i; from < j; from++ {
		if numeric(r.word(from)) {
			continue
		}
		after := r.german && r.determined(from)
		weak := from == i && r.starts(i) || after
		for to := from + 1; to <= min(j, from+mostWords); to++ {
			marked := inner(r.word(from)) || inner(r.word(to-1))
			r.add(from, to, marked || !weak, !marked)
			last := &r.found[len(r.found)-1]
			last.run = run
			if r.german && after && r.lists.determiners[r.tokens[from-1].Word] {
				last.spoken = determined
			} else if r.german && !weak {
				last.spoken = bare
			}
		}
	}
	return j
}

// joins reports whether words with this between them can be one name.
func joins(gap string) bool {
	return gap == " " || gap == "-" || gap == " & " || gap == "&" || gap == "'"
}

// determined reports whether a word follows a German article, or an adjective
// that is inflected as after one.
func (r *reader) determined(i int) bool {
	if i == 0 || r.starts(i) {
		return false
	}
	before := r.word(i - 1)
	inflected := slices.ContainsFunc([]string{"e", "en", "er", "es", "em"}, func(ending string) bool { return strings.HasSuffix(before, ending) })
	return r.lists.determiners[r.tokens[i-1].Word] || inflected && !capital(before) && len(before) > 4
}

// katakana reads a word of Katakana and gives where to go on.
func (r *reader) katakana(i int) int {
	if utf8.RuneCountInString(r.word(i)) >= 3 {
		r.add(i, i+1, true, false)
	}
	return i + 1
}

// quoted notes what stands in quotation marks.
func (r *reader) quoted() {
	for _, pair := range [...][2]string{{"“", "”"}, {"„", "“"}, {"«", "»"}, {"\"", "\""}, {"「", "」"}, {"『", "』"}, {"《", "》"}} {
		for rest, at := r.text, 0; ; {
			open := strings.Index(rest, pair[0])
			if open < 0 {
				break
			}
			start := at + open + len(pair[0])
			length := strings.Index(r.text[start:], pair[1])
			if length < 0 {
				break
			}
			r.between(start, start+length)
			at = start + length + len(pair[1])
			rest = r.text[at:]
		}
	}
}

// between notes the words of a stretch of the text if they are few, and each
// begins like a name; in scripts without capitals any does.
func (r *reader) between(start, end int) {
	from, to := -1, -1
	for i, t := range r.tokens {
		if t.Start >= start && t.End <= end {
			if from < 0 {
				from = i
			}
			to = i + 1
			first, _ := utf8.DecodeRuneInString(r.word(i))
			if !capital(r.word(i)) && !inner(r.word(i)) && !numeric(r.word(i)) && !unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
				return
			}
		}
	}
	limit := mostWords
	if from >= 0 && unicode.In([]rune(r.word(from))[0], unicode.Han, unicode.Hiragana) {
		limit = 2 * mostWords // segments are shorter than words
	}
	if from >= 0 && to-from <= limit && utf8.RuneCountInString(r.text[start:end]) > 1 && !numeric(r.word(from)) {
		r.add(from, to, true, false)
	}
}
