package listen

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/plain"
)

// SourceKind is by what road a source delivers.
type SourceKind string

// The kinds of source. Those that are read have a reader; the others send by
// themselves.
const (
	FeedSource       SourceKind = "feed"       // RSS, Atom or JSON Feed
	SitemapSource    SourceKind = "sitemap"    // a news sitemap
	MastodonSource   SourceKind = "mastodon"   // a hashtag or a search on a server of the fediverse
	BlueskySource    SourceKind = "bluesky"    // all of Bluesky
	HackerNewsSource SourceKind = "hackernews" // a search on Hacker News
	ImportSource     SourceKind = "import"     // a file
	FormSource       SourceKind = "form"       // a form on our own pages
	MailSource       SourceKind = "mail"       // letters
	APISource        SourceKind = "api"        // another program
)

// IsRead reports whether sources of the kind are read, again and again.
func (k SourceKind) IsRead() bool {
	switch k {
	case FeedSource, SitemapSource, MastodonSource, BlueskySource, HackerNewsSource:
		return true
	}
	return false
}

// IsLive reports whether a connection to sources of the kind is kept open,
// where the other side offers it.
func (k SourceKind) IsLive() bool { return k == MastodonSource || k == BlueskySource }

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
	DueAt      time.Time // when it is read next, if it is read
	BusyUntil  time.Time // in the future while a process reads it
	HasToken   bool      // an access token is kept for it
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
	Token     string // an access token, where the other side wants one; never shown
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
	Text string `json:"text"`
	Args []any  `json:"args,omitempty"`
	Also []Said `json:"also,omitempty"` // sentences that follow it
}

const (
	maxSourceName = 80          // runes
	maxToken      = 500         // bytes
	everyLeast    = time.Minute // how often a feed may be read
	everyUsual    = 15 * time.Minute
	everyMost     = 7 * 24 * time.Hour
)

// checkName settles a name that people gave.
func checkName(name string) (string, error) {
	name = plain.Line(name)
	if name == "" {
		return "", fault.New(fault.Invalid, "Give it a name.").On("name")
	}
	if utf8.RuneCountInString(name) > maxSourceName {
		return "", fault.New(fault.Invalid, "A name has at most {limit} characters.", "limit", maxSourceName).On("name")
	}
	return name, nil
}

// checkEvery settles how often a feed is read.
func checkEvery(every time.Duration) (time.Duration, error) {
	switch {
	case every == 0:
		return everyUsual, nil
	case every < everyLeast:
		return 0, fault.New(fault.Invalid, "A feed is read at most every {seconds} seconds.", "seconds", int(everyLeast/time.Second)).On("every_seconds")
	case every > everyMost:
		return 0, fault.New(fault.Invalid, "A feed is read at least every {days} days.", "days", int(everyMost/(24*time.Hour))).On("every_seconds")
	}
	return every.Truncate(time.Second), nil
}

// String gives the sentence in English.
func (s Said) String() string { return s.In(fault.Fill) }

// In gives the sentence, and those that follow it, in the language of t, a
// printer's T.
func (s Said) In(t func(text string, args ...any) string) string {
	if s.Text == "" {
		return ""
	}
	all := t(s.Text, s.Args...)
	for _, also := range s.Also {
		all += " " + also.In(t)
	}
	return all
}

// keep gives the sentence as the database keeps it; an empty one is empty.
func (s Said) keep() string {
	if s.Text == "" {
		return ""
	}
	data, err := json.Marshal(s)
	if err != nil { // an argument that is no JSON: the English stands for itself
		data, _ = json.Marshal(map[string]string{"text": s.String()})
	}
	return string(data)
}

// said reads a sentence that was kept. Whole numbers come back as int64.
func said(kept string) Said {
	if kept == "" {
		return Said{}
	}
	var s Said
	d := json.NewDecoder(strings.NewReader(kept))
	d.UseNumber()
	if err := d.Decode(&s); err != nil {
		return Said{Text: kept}
	}
	s.settle()
	return s
}

// settle makes whole numbers of what JSON gave.
func (s *Said) settle() {
	for i := range s.Also {
		s.Also[i].settle()
	}
	for i, v := range s.Args {
		if n, ok := v.(json.Number); ok {
			if whole, err := n.Int64(); err == nil {
				s.Args[i] = whole
			} else {
				s.Args[i] = n.String()
			}
		}
	}
}

// saidOf gives the sentence of an error: a fault's own, else that it is ours.
func saidOf(err error) Said {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		return Said{Text: f.Text, Args: f.Args}
	}
	return Said{Text: textOurs}
}

// What a source says of its last reading; the keys of the catalogue.
const (
	textSame = "Nothing new: the feed has not changed."
	textRead = "Items read: {read}. New: {new}. Mentions: {mentions}."

	textOurs = "It was read but could not be stored. The details are in the log; it is tried again by itself."
)
