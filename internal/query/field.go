package query

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tribune/internal/fault"
)

// field is what of a post a part of a query asks for.
type field uint8

const (
	fieldText field = iota // not a field: the text itself
	fieldLang
	fieldAuthor
	fieldSite
	fieldSource
	fieldCountry
	fieldSentiment
	fieldHas
	fieldReach
)

// fieldNames are the names of fields as queries write them, with those that
// name something saved.
var fieldNames = []string{"", "lang", "author", "site", "source", "country", "sentiment", "has", "reach", "list", "query"}

// The last two of fieldNames.
const (
	savedList  = "list"
	savedQuery = "query"
)

// The values that fields with few of them can have.
var (
	moods = []string{"positive", "negative", "unclear"}
	haves = []string{"link", "image", "question"}
)

// languageNames are names that people write for the codes they mean.
var languageNames = map[string]string{
	"english": "en", "anglais": "en", "french": "fr", "français": "fr", "francais": "fr", "spanish": "es", "espagnol": "es", "español": "es",
	"german": "de", "allemand": "de", "deutsch": "de", "italian": "it", "italien": "it", "portuguese": "pt", "portugais": "pt",
	"arabic": "ar", "arabe": "ar", "japanese": "ja", "japonais": "ja", "chinese": "zh", "chinois": "zh", "dutch": "nl", "russian": "ru", "russe": "ru",
}

// fieldNode reads the value of a field. quoted says that it stood between
// quotation marks.
func fieldNode(name, value string, col int) (*node, error) {
	f := field(slices.Index(fieldNames, name))
	n := &node{op: opField, field: f, col: col}
	value = strings.TrimSpace(value)
	lower := lowerText(value)
	switch f {
	case fieldAuthor, fieldSource:
		return wordsField(n, name, value)
	case fieldLang:
		n.value = strings.ReplaceAll(lower, "_", "-")
		if code, ok := languageNames[strings.ToLower(value)]; ok || !isTag(n.value) {
			if !ok {
				code = "fr"
			}
			return nil, fault.New(fault.Invalid, "Column {column}: lang: takes the code of a language, not “{text}”. Write for example lang:{example}.", "column", col, "text", value, "example", code)
		}
	case fieldCountry:
		n.value = lower
		if len(lower) != 2 || !isTag(lower) {
			return nil, fault.New(fault.Invalid, "Column {column}: country: takes the two letters of a country, not “{text}”. Write for example country:fr.", "column", col, "text", value)
		}
		if n.value == "uk" {
			n.value = "gb"
		}
	case fieldSite:
		n.value = lowerText(hostOf(value))
		if !isHost(n.value) || hasPath(value) {
			return nil, fault.New(fault.Invalid, "Column {column}: site: takes the name of a site, not “{text}”. Write for example site:example.com.", "column", col, "text", value)
		}
	case fieldSentiment:
		if n.value = lower; lower == "neutral" {
			n.value = "unclear"
		}
		if !slices.Contains(moods, n.value) {
			return nil, notOneOf(name, value, moods, col)
		}
	case fieldHas:
		if n.value = lower; !slices.Contains(haves, lower) {
			return nil, notOneOf(name, value, haves, col)
		}
	}
	return n, nil
}

// wordsField reads a field that holds words: a name, or an author's handle.
func wordsField(n *node, name, value string) (*node, error) {
	if n.field == fieldAuthor && strings.HasPrefix(value, "@") {
		handle, ok := markOf(value)
		if !ok {
			return nil, notAMark(value, n.col)
		}
		n.atoms = []atom{{kind: atomMark, text: handle}}
		return n, nil
	}
	if strings.ContainsAny(value, "*~") {
		return nil, fault.New(fault.Invalid, "Column {column}: {name}: takes whole words. Remove * or ~ from “{text}”.", "column", n.col, "name", name, "text", value)
	}
	if n.atoms = wordAtoms(nil, value); len(n.atoms) == 0 {
		return nil, fault.New(fault.Invalid, "Column {column}: there is no word in “{text}”. Write a word, a number or an emoji, or remove it.", "column", n.col, "text", value)
	}
	return n, nil
}

func notOneOf(name, value string, values []string, col int) error {
	return fault.New(fault.Invalid, "Column {column}: {name}: takes one of {values}, not “{text}”. Write for example {name}:{example}.",
		"column", col, "name", name, "values", strings.Join(values, ", "), "text", value, "example", cmp.Or(Nearest(value, values), values[0]))
}

// Nearest gives the word of a list that is written most like value: but for a
// letter, or two of a longer word, or beginning alike. It is empty if none is.
func Nearest(value string, list []string) string {
	value = Fold(value)
	most := 0
	switch n := utf8.RuneCountInString(value); {
	case n >= 6:
		most = 2
	case n >= 3:
		most = 1
	}
	for d := range most + 1 {
		for _, w := range list {
			if w != "" && within(value, Fold(w), d) {
				return w
			}
		}
	}
	for _, w := range list {
		if f := Fold(w); len(value) >= 3 && strings.HasPrefix(f, value[:3]) || len(f) >= 4 && strings.HasPrefix(value, f) {
			return w
		}
	}
	return ""
}

// foreignFields are fields that people know from elsewhere, and what says the
// same here.
var foreignFields = map[string]string{
	"from": "author:", "by": "author:", "user": "author:", "username": "author:", "account": "author:", "handle": "author:", "name": "author:",
	"url": "site:", "domain": "site:", "host": "site:", "website": "site:", "inurl": "site:", "to": "@name", "mentions": "@name",
	"link": "has:link", "links": "has:link", "image": "has:image", "images": "has:image", "photo": "has:image", "picture": "has:image", "media": "has:image",
	"question": "has:question", "filter": "has:", "language": "lang:", "langue": "lang:", "location": "country:", "place": "country:", "geo": "country:", "pays": "country:",
	"auteur": "author:", "mood": "sentiment:", "tone": "sentiment:", "followers": "reach>", "audience": "reach>", "tag": "#word", "hashtag": "#word", "near": "NEAR",
}

// The fields of other places that nothing here answers to: the time is chosen
// beside the query, and a title is looked for with the rest of the words.
var (
	timeFields = []string{"since", "until", "before", "after", "date", "from_date", "published", "newer", "older", "year"}
	textFields = []string{"title", "intitle", "titre", "headline", "subject", "text", "intext", "body", "content", "all", "allintitle"}
)

// noField says that there is no field of a name, and what there is in its place.
func noField(name string, col int) error {
	if slices.Contains(timeFields, name) {
		return fault.New(fault.Invalid, "Column {column}: there is no field “{name}:”. The time is chosen beside the query, not in it. To look for the words themselves, write them in quotation marks.", "column", col, "name", name)
	}
	if slices.Contains(textFields, name) {
		return fault.New(fault.Invalid, "Column {column}: there is no field “{name}:”. Words are looked for in all of the text, its title included: write them alone. To look for the words themselves, write them in quotation marks.", "column", col, "name", name)
	}
	example := foreignFields[name]
	if example == "" {
		if example = Nearest(name, fieldNames[1:]); example != "" {
			example += ":"
		}
	}
	if example == "" {
		return fault.New(fault.Invalid, "Column {column}: there is no field “{name}:”. There are {names}. To look for the words themselves, write them in quotation marks.",
			"column", col, "name", name, "names", strings.Join(fieldNames[1:], ", "))
	}
	return fault.New(fault.Invalid, "Column {column}: there is no field “{name}:”. Perhaps you mean {example} ? To look for the words themselves, write them in quotation marks.",
		"column", col, "name", name, "example", example)
}

// reachNode reads what follows reach: a comparison with a number.
func reachNode(text, rest string, col int) (*node, error) {
	rest = strings.NewReplacer("≥", ">=", "≤", "<=").Replace(rest)
	n := &node{op: opField, field: fieldReach, col: col}
	for _, sign := range []string{">=", "<=", ">", "<"} {
		if after, ok := strings.CutPrefix(rest, sign); ok {
			number, err := strconv.ParseUint(after, 10, 63)
			if err != nil {
				break
			}
			n.value, n.number = sign, int64(number)
			return n, nil
		}
	}
	return nil, fault.New(fault.Invalid, "Column {column}: reach is compared with a whole number, without spaces. Write for example reach>1000 instead of “{text}”.", "column", col, "text", text)
}

// reaches compares a post's reach as a query says.
func reaches(sign string, reach, number int64) bool {
	switch sign {
	case ">":
		return reach > number
	case ">=":
		return reach >= number
	case "<":
		return reach < number
	}
	return reach <= number
}

// printField writes a field as a query does.
func (n *node) printField() string {
	name := fieldNames[n.field]
	switch n.field {
	case fieldReach:
		return name + n.value + strconv.FormatInt(n.number, 10)
	case fieldAuthor, fieldSource:
		return name + ":" + printAtoms(n.atoms)
	}
	return name + ":" + n.value
}

// isTag reports whether s is a lower-case language tag as BCP 47 writes it.
func isTag(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) {
			return false
		}
		for _, b := range []byte(part) {
			if !('a' <= b && b <= 'z' || i > 0 && '0' <= b && b <= '9') {
				return false
			}
		}
	}
	return true
}

// isHost reports whether s can be the name of a site, or the end of one.
func isHost(s string) bool {
	for _, label := range strings.Split(s, ".") {
		if label == "" || runLength(strings.ReplaceAll(label, "-", "x")) != len(label) {
			return false
		}
	}
	return true
}

// hasPath reports whether an address has more than a host in it.
func hasPath(address string) bool {
	if i := strings.Index(address, "://"); i >= 0 {
		address = address[i+3:]
	}
	i := strings.IndexAny(address, "/?#")
	return i >= 0 && i < len(address)-1
}

// lowerText puts the ASCII letters of s in lower case.
func lowerText(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lowerASCII(b[i])
	}
	return string(b)
}

// Ask is what a query asks of one field of a post.
type Ask struct {
	Field  string // lang, author, site, source, country, sentiment, has, reach
	Value  string // in lower case; of reach the sign, and nothing of what is asked for in words
	Number int64  // of reach
	node   *node
}

// Finds reports whether the field of a post is as asked for.
func (a Ask) Finds(p *Post) bool { return newEvaluator(Doc{Post: p}).hasField(a.node) }

// Asks gives what each post that the query finds has in its fields.
func (q *Query) Asks() (all []Ask) {
	var walk func(n *node)
	walk = func(n *node) {
		switch n.op {
		case opField:
			all = append(all, Ask{fieldNames[n.field], n.value, n.number, n})
		case opAnd, opSaved:
			for _, k := range n.kids {
				walk(k)
			}
		}
	}
	if q.root != nil {
		walk(q.root)
	}
	return all
}

// AsksAuthor reports whether it depends on who said a text whether the query
// finds it.
func (q *Query) AsksAuthor() bool {
	var asks func(n *node) bool
	asks = func(n *node) bool {
		return n.op == opField && n.field == fieldAuthor || slices.ContainsFunc(n.kids, asks)
	}
	return q.root != nil && asks(q.root)
}
