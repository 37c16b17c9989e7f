package listen

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// utterance is one thing somebody said, made plain and settled: what the main
// road carries from normalise to store.
type utterance struct {
	source      int64
	addressed   bool
	kind        Kind
	externalID  string
	replyTo     string
	url         string
	public      bool
	author      Author
	account     know.Account // to be found or made: kind, address, name, address to open
	text        string
	language    string
	country     string
	reach       int64
	publishedAt time.Time
	identity    string
	doc         query.Doc
	hash        int64 // of the folded words
	stale       bool  // does not rest: it was let go before, or came too late
	item        int64 // the resting row it comes from, 0 if it comes from outside

	queries []int64 // set by match
	asks    Ask     // set by match
}

// utter makes an utterance of a post that is clean and settled already. stated
// is the date it came with, right or wrong; zero if none.
func utter(s Source, p Post, stated time.Time) utterance {
	u := utterance{source: s.ID, addressed: s.Addressed, kind: p.Kind, externalID: p.ExternalID, replyTo: p.ReplyTo, url: p.URL,
		public: isPublic(p), author: p.Author, account: accountOf(s.ID, s.Name, p.Author), text: p.Text, language: p.Language,
		country: p.Country, reach: p.Reach, publishedAt: p.PublishedAt, doc: query.Tokenize(p.Text)}
	words := folded(u.doc, p.Text)
	sum := sha256.Sum256([]byte(words))
	u.hash = int64(binary.BigEndian.Uint64(sum[:8]))
	if u.hash == 0 { // 0 means no text
		u.hash = 1
	}
	u.identity = identityOf(&u, words, stated)
	return u
}

// folded gives the words of a text as they are compared; a text without any
// (a row of dots) is compared as it is.
func folded(doc query.Doc, text string) string {
	if len(doc.Tokens) == 0 {
		return query.Fold(text)
	}
	words := make([]string, len(doc.Tokens))
	for i, t := range doc.Tokens {
		words[i] = t.Word
	}
	return strings.Join(words, " ")
}

// isPublic reports whether anyone can open what was said. Mail, calls and
// forms never are public, and nothing that was said to be private.
func isPublic(p Post) bool {
	return p.URL != "" && (p.Kind == KindPost || p.Kind == KindReview) && (p.Public == nil || *p.Public)
}

// identityOf names an utterance: by its source and the id it has there, else
// by its address, else by who said it when and in which words. An id that only
// repeats the address is none, so that what comes by two roads is one; but not
// if the address points into a page, for a page may say many things. Only the
// hash is kept: nothing can be read back from it once the words are withdrawn.
func identityOf(u *utterance, words string, stated time.Time) string {
	page := canonical(u.url)
	var parts []string
	switch {
	case u.externalID != "" && (u.externalID != u.url || page == "" || strings.Contains(u.url, "#")):
		parts = []string{"source", strconv.FormatInt(u.source, 10), u.externalID}
	case page != "":
		parts = []string{"address", page}
	default:
		parts = []string{"said", string(u.account.Kind), u.account.Address, strconv.FormatInt(storage.Micros(stated), 10), words}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// place is where an utterance stands, for copies: the same words in the same
// place twice are not a copy elsewhere.
func place(address string, source int64) string {
	if page := canonical(address); page != "" {
		return page
	}
	return strconv.FormatInt(source, 10)
}
