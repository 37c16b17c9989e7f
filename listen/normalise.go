package listen

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/judge"
	"tribune/listen/reader"
	"tribune/storage"
)

const (
	maxText = 20_000 // runes
	maxName = 200    // runes
	maxID   = 512    // bytes
)

// oldest is the earliest date that is believed: the web is not older.
var oldest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// tags finds markup by the elements that texts are written with, so that
// "x<y and y>z" stays what it is.
var tags = regexp.MustCompile(`(?i)</[a-z][a-z0-9-]*\s*>|<!--|<!doctype|<(p|br|div|span|a|b|i|u|s|em|strong|small|sub|sup|ul|ol|li|dl|dt|dd|h[1-6]|hr|img|blockquote|pre|code|table|tr|td|th|script|style|iframe|svg|video|audio|html|head|body|article|section|font|center|link|meta|object|embed|form|input|button)(\s[^<>]*)?/?>`)

// plainText makes plain text of what may hold markup.
func plainText(s string) string {
	if tags.MatchString(s) {
		return plain.FromHTML(s)
	}
	return plain.FromText(html.UnescapeString(s))
}

// fromReader makes a post of what a reader gives, whose text is plain.
func fromReader(p reader.Post) Post {
	kind := KindPost
	if p.Letter {
		kind = KindMail
	}
	return Post{Kind: kind, ExternalID: p.ID, URL: p.URL, ReplyTo: p.ReplyTo, Author: Author{Name: p.Author.Name, Handle: p.Author.Handle, URL: p.Author.URL, Email: p.Author.Email},
		Text: plain.Clip(p.Text, maxText), Language: p.Language, Reach: p.Reach, HasImage: p.HasImage, PublishedAt: p.PublishedAt, atAddress: p.AtAddress}
}

// sound leaves out of what a reader gives what no database takes: bytes that
// are no UTF-8, and zeros.
func sound(p reader.Post) reader.Post {
	for _, s := range []*string{&p.ID, &p.URL, &p.ReplyTo, &p.Author.Name, &p.Author.Handle, &p.Author.URL, &p.Author.Email, &p.Text, &p.Language} {
		*s = soundText(*s)
	}
	return p
}

func soundText(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// ahead is how far a clock elsewhere may be before ours: a day alone, written
// where it has begun already, is no mistake.
const ahead = 24 * time.Hour

// checkDate refuses a date that somebody gives and that cannot be.
func checkDate(at, now time.Time) error {
	if !at.IsZero() && (at.Before(oldest) || at.After(now.Add(ahead))) {
		return fault.New(fault.Invalid, "Nothing was published then: the date lies before {year}, or is still to come.", "year", fmt.Sprint(oldest.Year())).On("published_at")
	}
	return nil
}

// settleDate believes a date that lies in the past; else the utterance gets
// the hour it was heard.
func settleDate(at, now time.Time) time.Time {
	if at.Before(oldest) || at.After(now) {
		at = now
	}
	return at.UTC().Truncate(time.Microsecond)
}

// clean checks a post that came from outside and makes it plain. Its fault
// names the member that is wrong.
func clean(p Post) (Post, error) {
	p.Text = plainText(p.Text)
	if p.Text == "" {
		return p, fault.New(fault.Invalid, "There is no text: say in text what was said.").On("text")
	}
	if n := utf8.RuneCountInString(p.Text); n > maxText {
		return p, fault.New(fault.Invalid, "This text has {n} characters, and a mention at most {limit}. Send the part that matters, and the original’s address.", "n", n, "limit", maxText).On("text")
	}
	switch p.Kind {
	case "":
		p.Kind = KindPost
	case KindPost, KindReview, KindMail, KindCall, KindForm:
	default:
		return p, fault.New(fault.Invalid, "The kind is post, review, mail, call or form.").On("kind")
	}
	p.ExternalID, p.ReplyTo = plain.Line(p.ExternalID), plain.Line(p.ReplyTo)
	if len(p.ExternalID) > maxID || len(p.ReplyTo) > maxAddress {
		return p, fault.New(fault.Invalid, "An id has at most {limit} bytes.", "limit", maxID).On("external_id")
	}
	p.URL = strings.TrimSpace(p.URL)
	if _, ok := webAddress(p.URL); p.URL != "" && !ok {
		return p, fault.New(fault.Invalid, "The address must begin with http:// or https:// and name a site.").On("url")
	}
	if p.Reach < 0 {
		return p, fault.New(fault.Invalid, "Reach is a number of people, 0 or more.").On("reach")
	}
	if !p.PublishedAt.IsZero() && (p.PublishedAt.Year() < 1 || p.PublishedAt.Year() > 9999) {
		p.PublishedAt = time.Time{}
	}
	if err := cleanPlace(&p); err != nil {
		return p, err
	}
	return p, cleanAuthor(&p.Author)
}

// cleanPlace settles language and country.
func cleanPlace(p *Post) error {
	if p.Language = strings.TrimSpace(p.Language); p.Language != "" {
		tag, err := language.Parse(p.Language)
		if err != nil {
			return fault.New(fault.Invalid, "The language is a tag such as en or pt-BR.").On("language")
		}
		if p.Language = tag.String(); tag == language.Und {
			p.Language = ""
		}
	}
	if p.Country = strings.TrimSpace(p.Country); p.Country != "" {
		region, err := language.ParseRegion(p.Country)
		if err != nil || !region.IsCountry() {
			return fault.New(fault.Invalid, "The country is a code of two letters such as FR.").On("country")
		}
		p.Country = region.String()
	}
	return nil
}

// cleanAuthor settles who speaks. A mail address in place of a name finds the
// account, but is not for showing.
func cleanAuthor(by *Author) error {
	by.Name, by.Handle = plain.Clip(plain.Line(by.Name), maxName), plain.Clip(plain.Line(by.Handle), maxName)
	by.URL, by.Email = strings.TrimSpace(by.URL), strings.TrimSpace(by.Email)
	if _, ok := webAddress(by.URL); by.URL != "" && !ok {
		return fault.New(fault.Invalid, "The author’s address must begin with http:// or https:// and name a site.").On("author.url")
	}
	mailHandle(by)
	if by.Email == "" && strings.Contains(by.Name, "@") && !strings.HasPrefix(by.Name, "@") {
		if a, ok := mailAddress(by.Name); ok {
			by.Email, by.Name = a, strings.TrimSpace(strings.SplitN(by.Name, "<", 2)[0])
			if strings.Contains(by.Name, "@") {
				by.Name = ""
			}
		}
	}
	if by.Email != "" {
		a, ok := mailAddress(by.Email)
		if !ok {
			return fault.New(fault.Invalid, "The author’s mail address should look like name@example.org.").On("author.email")
		}
		by.Email = a
	}
	return nil
}

// mailHandle takes a handle that is a mail address for one, so that it is not
// shown. With a page on that server, as the fediverse has them, it is a handle
// there that lacks its first @.
func mailHandle(by *Author) {
	a, ok := mailAddress(by.Handle)
	if !ok || a != by.Handle {
		return
	}
	if page, ok := webAddress(by.URL); ok && strings.HasSuffix(strings.ToLower(a), "@"+strings.ToLower(page.Hostname())) &&
		(strings.HasPrefix(page.Path, "/@") || strings.HasPrefix(page.Path, "/users/")) {
		by.Handle = "@" + a
		return
	}
	if by.Handle = ""; by.Email == "" {
		by.Email = a
	}
}

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
	hasImage    bool
	publishedAt time.Time
	undated     bool // it came without a date
	identity    string
	doc         query.Doc
	hash        int64 // of the folded words
	stale       bool  // does not rest: it was let go before, or came too late
	rested      bool  // it rested here, and is counted already
	current     bool  // as its source has it now: if it is known in other words, it was edited
	edited      bool  // its source says that it was
	introduced  bool  // its author says there, on a page of their own, what they are called
	overheard   bool  // somebody else may have brought it to us than who said it
	atAddress   bool  // its address names it, whatever its source calls it

	queries []int64         // set by match
	asks    Ask             // set by match
	judged  judge.Judgement // set by judgeAll
}

// utter makes an utterance of a post that is clean and settled already. stated
// is the date it came with, right or wrong; zero if none.
func utter(s Source, p Post, stated time.Time) utterance {
	u := utterance{source: s.ID, addressed: s.Addressed, kind: p.Kind, externalID: p.ExternalID, replyTo: p.ReplyTo, url: p.URL,
		public: isPublic(p), author: p.Author, account: accountOf(s.ID, s.Name, p.Kind, p.Author), text: p.Text, language: p.Language,
		country: p.Country, reach: p.Reach, hasImage: p.HasImage, publishedAt: p.PublishedAt, undated: stated.IsZero(), atAddress: p.atAddress}
	u.doc = asked(p.Text, p.URL, u.account, s.Name, p.Language, p.Country, p.Reach, p.HasImage).Tokenize()
	words := folded(u.doc, p.Text)
	u.hash = hashOf(words)
	u.identity = identityOf(&u, words, stated)
	return u
}

// asked gives what standing queries are asked about something said. It rests
// on nothing but what a mention keeps, so that a query finds later among mentions
// what it would have found when they came.
func asked(text, url string, by know.Account, source, language, country string, reach int64, hasImage bool) *query.Post {
	return &query.Post{Text: text, Author: by.Name, Handle: handleOf(by), Source: source, URL: url,
		Language: language, Country: country, Reach: reach, HasImage: hasImage, Classifier: new(judge.Judgement)}
}

// handleOf gives the handle that an account's address holds, "" if it holds
// none.
func handleOf(by know.Account) string {
	switch by.Kind {
	case know.Fediverse:
		return by.Address
	case know.NameOnly:
		_, who, _ := strings.Cut(by.Address, "/")
		if strings.HasPrefix(who, "@") || who != strings.Join(strings.Fields(query.Fold(by.Name)), " ") {
			return who // not the name, folded (accountOf)
		}
	case know.Web:
		if _, name, ok := strings.Cut(by.Address, "/@"); ok {
			return name
		}
	}
	return ""
}

// askedColumns are the columns of mention m, its account a and its source s
// that scanAsked reads; askedTables joins them.
const (
	askedColumns = `m.text, m.url, m.language, m.mood, m.country, m.reach, m.has_image, coalesce(a.kind, ''), coalesce(a.address, ''), coalesce(a.name, ''), coalesce(s.name, '')`
	askedTables  = ` left join account a on a.id = m.account_id left join source s on s.id = m.source_id`
)

// askedFor gives askedColumns and askedTables, without the account where a query
// does not ask for it: accounts lie all over the disk.
func askedFor(q *query.Query) (columns, tables string) {
	if q.AsksAuthor() {
		return askedColumns, askedTables
	}
	tables, columns = askedTables[strings.Index(askedTables, ` left join source`):], askedColumns
	for _, column := range []string{`coalesce(a.kind, '')`, `coalesce(a.address, '')`, `coalesce(a.name, '')`} {
		columns = strings.Replace(columns, column, `''`, 1)
	}
	return columns, tables
}

// scanAsked reads askedColumns, after the columns that go into before.
func scanAsked(row storage.Scanner, before ...any) (*query.Post, error) {
	var by know.Account
	var text, url, language, mood, country, source string
	var reach, hasImage int64
	err := row.Scan(append(before, &text, &url, &language, &mood, &country, &reach, &hasImage, &by.Kind, &by.Address, &by.Name, &source)...)
	p := asked(text, url, by, source, language, country, reach, hasImage == 1)
	p.Sentiment = mood
	return p, err
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

// hashOf gives the hash of the words of a text, as folded gives them.
func hashOf(words string) int64 {
	sum := sha256.Sum256([]byte(words))
	if hash := int64(binary.BigEndian.Uint64(sum[:8])); hash != 0 {
		return hash
	}
	return 1 // 0 means no text
}

// Marks gives what something said is known by if its source names it by an id:
// its identity, and the hash of its words. They are for who writes an archive.
func Marks(source int64, id string, doc query.Doc) (identity string, hash int64) {
	return namedBySource(source, id), hashOf(folded(doc, doc.Post.Text))
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
	case u.externalID != "" && !(u.atAddress && page != "") && (u.externalID != u.url || page == "" || strings.Contains(u.url, "#")):
		return namedBySource(u.source, u.externalID)
	case page != "":
		parts = []string{"address", page}
	default:
		parts = []string{"said", string(u.account.Kind), u.account.Address, strconv.FormatInt(storage.Micros(stated), 10), words}
	}
	return named(parts...)
}

// namedBySource is the identity of what its source names by an id.
func namedBySource(source int64, id string) string {
	return named("source", strconv.FormatInt(source, 10), id)
}

func named(parts ...string) string {
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
