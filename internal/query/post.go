package query

import (
	"strings"
	"unicode/utf8"
)

// Post is what a query is matched against: a text, and what is known beside
// it. Only the text is needed. Fields that are empty are not known, and no query
// that asks for one of them finds the post.
type Post struct {
	Text      string
	Author    string // the name shown
	Handle    string // with or without @
	Site      string // a host; that of URL if empty
	Source    string // the name of what delivered it
	Language  string // BCP 47
	Country   string // ISO 3166-1 alpha-2
	Sentiment string // positive, negative, or unclear
	URL       string
	Reach     int64 // people who may have seen it; 0 if nobody knows
	HasImage  bool
	HasLink   bool // beside those in the text

	// Classifier works out Language and Sentiment if they are empty, once each,
	// when the first query that asks for them may match. It may be nil.
	Classifier Classifier

	askedLanguage, askedSentiment bool
}

// Classifier works out what a post does not say of itself. It gives "" for
// what it does not know.
type Classifier interface {
	Language(p *Post) string
	Sentiment(p *Post) string
}

// language gives the post's language, working it out at the first call.
func (p *Post) language() string {
	if p.Language == "" && p.Classifier != nil && !p.askedLanguage {
		p.askedLanguage = true
		p.Language = p.Classifier.Language(p)
	}
	return p.Language
}

// sentiment gives the post's mood, working it out at the first call.
func (p *Post) sentiment() string {
	if p.Sentiment == "" && p.Classifier != nil && !p.askedSentiment {
		p.askedSentiment = true
		p.Sentiment = p.Classifier.Sentiment(p)
	}
	return p.Sentiment
}

// site gives the host that the post stands on, "" if it is not known.
func (p *Post) site() string {
	if p.Site != "" {
		return hostOf(p.Site)
	}
	return hostOf(p.URL)
}

// hostOf gives the host of an address or a host, without www. and port.
func hostOf(address string) string {
	if i := strings.Index(address, "://"); i >= 0 {
		address = address[i+3:]
	}
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		address = address[:i]
	}
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		address = address[i+1:]
	}
	if i := strings.LastIndexByte(address, ':'); i >= 0 {
		address = address[:i]
	}
	if len(address) > 4 && strings.EqualFold(address[:4], "www.") {
		address = address[4:]
	}
	return strings.TrimSuffix(address, ".")
}

// hasLink reports whether the post has a link.
func (p *Post) hasLink() bool { return p.HasLink || linkAt(p.Text) >= 0 }

// linkAt gives where the first link of a text begins, -1 if it has none.
func linkAt(text string) int {
	for from := 0; ; {
		i := strings.IndexAny(text[from:], ":.")
		if i < 0 {
			return -1
		}
		i += from
		if text[i] == ':' && strings.HasPrefix(text[i:], "://") {
			for _, scheme := range []string{"http", "https"} {
				if start := i - len(scheme); start >= 0 && strings.EqualFold(text[start:i], scheme) && startsWord(text, start) {
					return start
				}
			}
		}
		if start := i - 3; text[i] == '.' && start >= 0 && strings.EqualFold(text[start:i], "www") && startsWord(text, start) &&
			i+1 < len(text) && isWordByte(text[i+1]) {
			return start
		}
		from = i + 1
	}
}

// startsWord reports whether no ASCII letter or digit stands right before at.
func startsWord(text string, at int) bool {
	return at == 0 || !isWordByte(text[at-1])
}

func isWordByte(b byte) bool { return b < utf8.RuneSelf && isInWord(rune(b), 1) }

// hasQuestion reports whether the post asks something: it has a question mark,
// in any writing, outside its links.
func (p *Post) hasQuestion() bool {
	text := p.Text
	for text != "" {
		rest := ""
		if at := linkAt(text); at >= 0 {
			if end := strings.IndexAny(text[at:], " \t\r\n"); end >= 0 {
				rest = text[at+end:]
			}
			text = text[:at]
		}
		if strings.ContainsAny(text, "?？؟;՞፧⁇⁈⁉︖") {
			return true
		}
		text = rest
	}
	return false
}
