// Package naming is the one rule of what people, guests, and tribes may be called. People speak here
// under their own names: nobody is "Support", "the Oriflamme team" or "Customer
// Service". A name is compared by its folded words, so that accents, capitals
// and signs make no difference, and in each of the ways in which it may be read
// (readings): look-alikes of other scripts, digits in the place of letters, and
// strokes are no disguise.
//
//   - the brand, or a stretch of its words, is no name of a person, nor does a
//     whole brand stand within one ("Marta Lindqvist, Oriflamme"), unless one of
//     us is called so: then it is the name of families, too, and may end a name;
//   - a name of nothing but functions, the brand, and small words between them
//     is none ("Sales", "Service client de Oriflamme", "Customer Care 24"), nor
//     is the title that one of us has ("Orders and repairs");
//   - nor is one that begins or ends with a word for many people, or for those
//     who help ("Paper team", "Équipe produit", "Anna Support"), but for "Staff"
//     behind a first name: it is the name of families, too. Functions that
//     are also names of families (Sales, Press, Legal) may end a name;
//   - nor is "the" and one more word ("The Boss"). Longer names may begin so:
//     The Anh Nguyen is somebody;
//   - a name that is one letter away from the brand is somebody's ("Oriflame" beside
//     Oriflamme): families are called Marin and Martin, and no rule tells them
//     from those who would be taken for us. Staff always have their place beside
//     their name, nobody else has;
//   - words that are nobody's name (Nobody: "a friend", "Google", "CEO", one letter)
//     are none, nor do they find somebody where names are looked for;
//   - who does not work here is not called as somebody who does, in any order of
//     words: two namesakes tell themselves apart, so that nobody is taken for us.
//
// Tribes are not people: "Left-handed crew" and "The Penfriends" are tribes, but
// "Support", the brand, our titles and our names are none.
package naming

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
	"tribune/internal/alike"
	"tribune/internal/query"
)

func listed(list, word string) bool {
	for one := range strings.FieldsSeq(list) {
		if one == word {
			return true
		}
	}
	return false
}

// nameWords gives the folded words of a name, without numbers at their ends.
func nameWords(name string) (words []string) {
	for _, w := range query.Words(name) {
		if w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// Kind is what a name passes for.
type Kind uint8

const (
	Somebody  Kind = iota // a person, or a tribe
	TheBrand              // the company
	AFunction             // a department, or many people
	NoName                // nobody's name, as Nobody has it
)

// Personal reports whether a name can be a person's at a company of that
// brand; "" for a brand that nobody chose yet. borne says that the brand is the
// name of families, too.
func Personal(name, brand string, borne bool) Kind {
	for _, r := range readings(name, brand) {
		if got := r.brandish(borne); got != Somebody {
			return got
		}
		if len(r.words) == 1 && strings.HasSuffix(r.words[0], "abteilung") || allFunctions(r.words, r.house) || manyAt(r.words, r.house) || listed(many(), strings.Join(r.words, "")) {
			return AFunction
		}
		if len(r.words) == 2 && r.words[0] == "the" && strings.EqualFold(strings.Fields(name)[0], "the") {
			return AFunction
		}
	}
	if listed(elsewhere(), strings.ReplaceAll(query.Fold(name), " ", "")) {
		return AFunction
	}
	if Nobody(name) {
		return NoName
	}
	return Somebody
}

// Tribal is Personal for the name of a tribe.
func Tribal(name, brand string) Kind {
	for _, r := range readings(name, brand) {
		if got := r.brandish(false); got != Somebody {
			return got
		}
		if allFunctions(r.words, r.house) {
			return AFunction
		}
	}
	if listed(elsewhere(), strings.ReplaceAll(query.Fold(name), " ", "")) {
		return AFunction
	}
	return Somebody
}

// reading is one way to read a name, and the brand in the same way.
type reading struct {
	text  string   // the name
	words []string // of the name
	house []string // of the brand, without the form of company
}

// readings gives the ways in which a name can be read.
func readings(name, brand string) []reading {
	plain := func(s string) string { return s }
	ways := []func(string) string{plain, alike.Letters, func(s string) string { return alike.Digits(alike.Letters(s)) }}
	if len([]rune(brand)) >= surely {
		ways = append(ways, func(s string) string { return alike.Strokes(alike.Digits(alike.Letters(s))) },
			func(s string) string { return alike.Strokes(strings.ToLower(alike.Digits(alike.Letters(s)))) })
	}
	var all []reading
	for i, way := range ways {
		text := way(name)
		if i > 0 && text == name {
			continue
		}
		r := reading{text: text, words: nameWords(text), house: nameWords(way(brand))}
		if bare := slices.DeleteFunc(slices.Clone(r.house), func(w string) bool { return listed(legal(), w) }); len(bare) > 0 {
			r.house = bare
		}
		all = append(all, r)
	}
	return all
}

// surely is how many letters a brand has, at least, that is looked for where
// letters may be mistaken for others, or run together with a function: names of
// people are near to a shorter one by chance.
const surely = 6

// brandish reports whether a name is the brand, or wears it.
func (r reading) brandish(borne bool) Kind {
	bare := slices.DeleteFunc(slices.Clone(r.words), func(w string) bool { return listed(legal(), w) })
	if len(bare) > 1 && listed(articles(), bare[0]) && within(r.house, bare[1:]) {
		return TheBrand
	}
	if len(r.house) == 0 || len(bare) == 0 {
		return Somebody
	}
	one := strings.Join(r.house, "")
	if within(r.house, bare) || strings.Join(bare, "") == one {
		return TheBrand
	}
	if allFunctions(r.words, r.house) {
		return AFunction
	}
	for at := 0; at+len(r.house) <= len(bare); at++ {
		if slices.Equal(bare[at:at+len(r.house)], r.house) && !(borne && r.surname(bare, at)) {
			return TheBrand
		}
	}
	if len(one) < surely {
		return Somebody
	}
	for _, w := range bare {
		if w == one && len(r.house) == 1 {
			continue // a family's name, as seen above
		}
		rest := strings.TrimPrefix(strings.TrimSuffix(w, one), one)
		if rest != w && (rest == "" || listed(functions(), rest) || listed(many(), rest)) {
			return TheBrand
		}
	}
	return Somebody
}

// surname reports whether the brand ends a name as a family's does: behind
// other words, without a sign or a small word between.
func (r reading) surname(bare []string, at int) bool {
	return at > 0 && at+len(r.house) == len(bare) && !listed(between(), bare[at-1]) && !strings.ContainsAny(r.text, ",;:/()&–—·•") && !strings.Contains(r.text, " - ")
}

// within reports whether words are a stretch of the brand's: all of it, or a
// part that says something.
func within(house, words []string) bool {
	if len(words) == 0 || len(words) > len(house) {
		return false
	}
	if len(words) == 1 && len(house) > 1 && (len([]rune(words[0])) < 3 || listed(between(), words[0])) {
		return false
	}
	for at := 0; at+len(words) <= len(house); at++ {
		if slices.Equal(house[at:at+len(words)], words) {
			return true
		}
	}
	return false
}

// allFunctions reports whether nothing but functions, the brand, and small
// words stand in a name, with a function among them.
func allFunctions(words, house []string) bool {
	found := false
	for at, w := range words {
		switch {
		case listed(functions(), w):
			found = true
		case at > 0 && listed(between(), w), listed(articles(), w), slices.Contains(house, w):
		default:
			return false
		}
	}
	return found
}

// manyAt reports whether a name begins or ends with a word for many people.
func manyAt(words, house []string) bool {
	if len(words) == 0 { // an owner has no name before set-up
		return false
	}
	last := len(words) - 1
	family := last == 1 && words[last] == "staff" && !listed(functions(), words[0]) && !slices.Contains(house, words[0]) && !listed(between(), words[0]) // Sam Staff is somebody
	if listed(many(), words[0]) || listed(many(), words[last]) && !family {
		return true
	}
	plain := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return listed(" au a al ao aux de du del do des ", w) })
	return len(plain) > 1 && (listed(many(), plain[0]+"+"+plain[1]) || listed(many(), plain[len(plain)-2]+"+"+plain[len(plain)-1]))
}

// points are signs that browsers, or eyes, take for a full stop.
var points = strings.NewReplacer("。", ".", "｡", ".", "․", ".", "‧", ".")

// Marked reports whether a name has signs of markup, or addresses: of the web with
// a scheme or "www", or a domain under one that is given out, or kept for
// examples (RFC 2606). Of those the last part must be written small, so that
// "M.Page" is somebody. A point may be written as a word.
func Marked(name string) bool {
	name = points.Replace(norm.NFKC.String(name))
	if strings.ContainsAny(name, "<>{}[]|\\^`~@#$%*=_\u00a6") || strings.Contains(name, "://") {
		return true
	}
	words := strings.Fields(name)
	for at := 1; at+1 < len(words); at++ {
		if listed(" dot point punkt punto ponto punt ", strings.ToLower(strings.Trim(words[at], "()-"))) {
			words = append(words, words[at-1]+"."+words[at+1])
		}
	}
	for _, word := range words {
		host, _, _ := strings.Cut(strings.Trim(word, "().,;:!?\"'"), "/")
		at := strings.LastIndexByte(host, '.')
		if at <= 0 {
			continue
		}
		suffix, given := publicsuffix.PublicSuffix(strings.ToLower(host))
		given = given || listed(" example invalid localhost onion ", suffix)
		if strings.HasPrefix(strings.ToLower(host), "www.") || given && len(suffix) < len(host) && host[at:] == strings.ToLower(host[at:]) {
			return true
		}
	}
	return false
}
