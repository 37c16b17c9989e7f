package listen

import (
	"time"

	"tribune/internal/query"
	"tribune/know"
)

// Kind is what sort of utterance a mention is.
type Kind string

// The kinds of mention. Posts and reviews with an address are public; what
// came by mail, telephone or form never is.
const (
	KindPost   Kind = "post"
	KindReview Kind = "review"
	KindMail   Kind = "mail"
	KindCall   Kind = "call"
	KindForm   Kind = "form"
)

// Author is who speaks, as far as it is said.
type Author struct {
	Name   string
	Handle string // @name@server, or a name on the place
	URL    string
	Email  string // to find the account; never shown, never written to because of this
}

// Mention is one utterance by one account in one place.
type Mention struct {
	ID          int64
	Source      int64
	SourceName  string
	Addressed   bool // its source speaks to us
	Kind        Kind
	ExternalID  string
	URL         string
	ReplyTo     string // external id or address of what it answers
	Public      bool   // anyone can open its address
	Account     int64
	Person      int64  // behind the account, 0 if nobody claimed it
	Author      Author // without the mail address
	Nobody      bool   // it has no author; Author.Name is its source's then
	Text        string // plain; empty once withdrawn
	Language    string
	LanguageP   int64 // how likely it is, in thousandths, where it was worked out
	Mood        Mood  // empty: nobody judged it yet
	Positive    int64 // how likely it is that it is positive, in thousandths
	Negative    int64 // the same for negative; the rest is neutral
	Country     string
	Reach       int64
	HasImage    bool // its source says so
	PublishedAt time.Time
	HeardAt     time.Time
	EditedAt    time.Time // by its author, where they said it; zero if never
	CopyOf      int64     // the mention it repeats, 0 if none
	Asks        Ask
	Quotable    Quotability
	State       know.TextState
	StateReason string
	Queries     []int64   // standing queries that match
	Purposes    []Purpose // theirs, each once
}

// Post gives what a query is asked about the mention, as it is now.
func (m Mention) Post() *query.Post {
	p := asked(m.Text, m.URL, know.Account{Name: m.Author.Name}, m.SourceName, m.Language, m.Country, m.Reach, m.HasImage)
	p.Handle, p.Sentiment = m.Author.Handle, string(m.Mood)
	return p
}

// Quotability is what the author of a private mention said to being quoted.
type Quotability string

// The answers to being quoted.
const (
	NotAsked Quotability = ""
	Asked    Quotability = "asked"
	Named    Quotability = "named"
	Unnamed  Quotability = "unnamed"
	Refused  Quotability = "refused"
)

// What filters say in place of a language or a country for mentions of which it
// is not known: the codes that BCP 47 and CLDR have for that.
const (
	UnknownLanguage = "und"
	UnknownCountry  = "ZZ"
)

// Filter says which mentions to list. The zero Filter lists all.
type Filter struct {
	Text     string // in the language of internal/query
	Words    string // all of which a mention must hold, whatever they are
	Query    int64  // a standing query that matches
	Source   int64
	Sources  []int64 // any of them, if there are some
	Language string
	Mood     Mood
	Country  string    // two letters
	Author   string    // words of a name, or a handle with @
	Has      string    // link, image or question
	Reach    int64     // at least so many people
	Once     bool      // copies left out
	Since    time.Time // published
	Until    time.Time // published before
	Accounts []int64   // said by one of these
	Cursor   string    // where to go on
	Limit    int       // 50 if 0, at most 200
}
