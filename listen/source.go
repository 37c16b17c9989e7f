package listen

import (
	"time"
)

// SourceKind is by what road a source delivers.
type SourceKind string

// The kinds of source.
const (
	FeedSource   SourceKind = "feed"   // RSS, Atom or JSON Feed, read again and again
	ImportSource SourceKind = "import" // a file
	FormSource   SourceKind = "form"   // a form on our own pages
	MailSource   SourceKind = "mail"   // letters
	APISource    SourceKind = "api"    // another program
)

// Source is where items come from. An addressed one speaks to us: all its
// items are mentions. Of an open one only what a standing query matches is.
type Source struct {
	ID         int64
	Name       string
	Kind       SourceKind
	Addressed  bool
	URL        string
	Every      time.Duration
	Paused     bool
	Failures   int       // in a row
	DueAt      time.Time // when it is read next (feeds)
	TriedAt    time.Time
	OKAt       time.Time // when it last answered as it should
	LastResult Said      // what the last try found; empty before the first
	LastError  Said      // why the last try failed; empty if it did not
	Items      int64     // delivered so far, each counted once
	Mentions   int64     // of them became mentions
	CreatedBy  int64
	CreatedAt  time.Time
}

// NewSource is a source to be added. Name may be empty (the feed's title, made
// unique); Every is at least a minute, and 15 minutes if it is zero.
type NewSource struct {
	Name      string
	Kind      SourceKind // feed if empty
	URL       string
	Every     time.Duration
	Addressed bool
}

// SourceChange is what is to be different about a source; nil leaves it.
type SourceChange struct {
	Name      *string
	Every     *time.Duration
	Paused    *bool
	Addressed *bool
}

// Said is a sentence that is kept and shown later, in its reader's language:
// English text with {name} holes, which is the catalogue's key, and the name,
// value pairs that fill them.
type Said struct {
	Text string
	Args []any
}
