package feature

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText   = 4096 // bytes of a text that are read
	maxTokens = 600
	maxToken  = 40 // characters of a token that are read

	address = '\uE001' // stands for an address
	name    = '\uE002' // stands for an @name
)

// token is a piece of the normalised text, and its hash.
type token struct {
	from, to int
	hash     uint64
	word     bool // letters or digits
	capitals bool // two letters or more, all of them capitals
}

// normalise reads a text into r.runes, and counts what is lost by it.
func (r *Reader) normalise(text string) {
	text = text[:min(len(text), maxText)]
	before := rune(' ')
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case (c|0x20 == 'h' || c|0x20 == 'w') && !unicode.IsLetter(before) && isAddress(text[i:]):
			for i < len(text) && text[i] > ' ' {
				i++
			}
			r.keep(address, false)
			before = address
			continue
		case c == '@' && nameLength(text[i+1:]) > 0:
			i += 1 + nameLength(text[i+1:])
			r.keep(name, false)
			before = name
			continue
		case c == '\\' || c == '&':
			c, size = unescape(text[i:])
		}
		i += size
		before = c
		lower := unicode.ToLower(c)
		if unicode.IsLetter(c) {
			r.letters++
		}
		capital := lower != c
		if capital {
			r.capitals++
		}
		r.keep(fold(lower), capital)
	}
}

// keep appends a character, unless it is 0 or the fourth of a run.
func (r *Reader) keep(c rune, capital bool) {
	n := len(r.runes)
	if c == 0 || n >= 3 && r.runes[n-1] == c && r.runes[n-2] == c && r.runes[n-3] == c {
		return
	}
	r.runes = append(r.runes, c)
	r.upper = append(r.upper, capital)
}

// fold makes one of several ways to write a character, 0 if it does not count.
func fold(c rune) rune {
	switch {
	case c < 0xB4:
		if c == '`' {
			return '\''
		}
		return c
	case c == '’' || c == '´':
		return '\''
	case c == 'أ' || c == 'إ' || c == 'آ' || c == 'ٱ':
		return 'ا'
	case c == 'ى':
		return 'ي'
	case c == 'ة':
		return 'ه'
	case 0x64B <= c && c <= 0x652, c == 'ـ': // vowel marks, the stretching of a word
		return 0
	case c == 0xFE0F, c == 0x200D, 0x1F3FB <= c && c <= 0x1F3FF: // variants of an emoji
		return 0
	}
	return c
}

// isAddress tells whether a text begins with http or www.
func isAddress(text string) bool {
	return len(text) >= 4 && (strings.EqualFold(text[:4], "http") || strings.EqualFold(text[:4], "www."))
}

// nameLength gives the length of the name at the beginning of a text.
func nameLength(text string) int {
	for i := range len(text) {
		c := text[i]
		if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_') {
			return i
		}
	}
	return len(text)
}

// unescape reads a character that was escaped for JSON or HTML and never put
// back, as is often so in texts that went through several hands; else the
// character itself.
func unescape(text string) (c rune, size int) {
	if len(text) >= 6 && text[0] == '\\' && text[1] == 'u' {
		if n, err := strconv.ParseUint(text[2:6], 16, 32); err == nil && !(0xD800 <= n && n < 0xE000) {
			return rune(n), 6
		}
	}
	for _, e := range [...]struct {
		text string
		c    rune
	}{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}} {
		if strings.HasPrefix(text, e.text) {
			return e.c, len(e.text)
		}
	}
	return rune(text[0]), 1
}

func isWord(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

func isSpace(c rune) bool {
	return c == ' ' || c < ' ' || c >= utf8.RuneSelf && unicode.IsSpace(c)
}

// tokenise cuts r.runes into r.tokens. An apostrophe inside a word belongs to it.
func (r *Reader) tokenise() {
	t := r.runes
	for i := 0; i < len(t) && len(r.tokens) < maxTokens; {
		if isSpace(t[i]) {
			i++
			continue
		}
		from, h, capitals, letters := i, startToken, 0, 0
		for i < len(t) && (isWord(t[i]) || t[i] == '\'' && i > from && i+1 < len(t) && isWord(t[i+1])) {
			if i-from < maxToken {
				h = mix(h, t[i])
			}
			letters++
			if r.upper[i] {
				capitals++
			}
			i++
		}
		word := i > from
		if !word {
			h = mix(h, t[i])
			i++
		}
		r.tokens = append(r.tokens, token{from, min(i, from+maxToken), h, word, letters > 1 && capitals == letters})
	}
}

// The hashes of the four kinds of features begin differently.
const (
	startToken uint64 = 1
	startPair  uint64 = 2
	startChars uint64 = 3
	startSigns uint64 = 4
)

// mix adds a character to a hash: a multiplication by the golden ratio's
// fraction, and a shift that brings high bits down again.
func mix(h uint64, c rune) uint64 {
	h = (h ^ uint64(c)) * 0x9E3779B97F4A7C15
	return h ^ h>>29
}

// bucket gives one of 2^bits places.
func bucket(h uint64, bits uint8) uint32 {
	return uint32(h * 0xD6E8FEB86659FD93 >> (64 - bits))
}
