package listen

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
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
	MailboxSource    SourceKind = "mailbox"    // letters, read from a mail server
	ImportSource     SourceKind = "import"     // a file
	FormSource       SourceKind = "form"       // a form on our own pages
	MailSource       SourceKind = "mail"       // letters
	APISource        SourceKind = "api"        // another program
	WebhookSource    SourceKind = "webhook"    // another program, by what it signs
	WebmentionSource SourceKind = "webmention" // pages that link to ours
)

// IsRead reports whether sources of the kind are read, again and again.
func (k SourceKind) IsRead() bool {
	switch k {
	case FeedSource, SitemapSource, MastodonSource, BlueskySource, HackerNewsSource, MailboxSource:
		return true
	}
	return false
}

// IsOpen reports whether anybody can read what sources of the kind are read
// from.
func (k SourceKind) IsOpen() bool { return k.IsRead() && k != MailboxSource }

// brings reports whether sources of the kind bring what others said in public.
// Strangers' words of these are forgotten unless somebody says that they were
// said to us.
func (k SourceKind) brings() bool {
	return k.IsOpen() || k == APISource || k == WebhookSource || k == ImportSource
}

// IsLive reports whether a connection to sources of the kind is kept open,
// where the other side offers it.
func (k SourceKind) IsLive() bool { return k == MastodonSource || k == BlueskySource }

// usual is how often a source of the kind is read if nobody says otherwise: of
// one that is followed live, how soon it is asked again where nothing is offered
// to be followed, or after an end.
func (k SourceKind) usual() time.Duration {
	switch k {
	case MastodonSource:
		return 2 * time.Minute
	case BlueskySource:
		return time.Minute
	case HackerNewsSource, MailboxSource:
		return 5 * time.Minute
	}
	return 15 * time.Minute
}

// bareSite is the address of a site without the scheme.
var bareSite = regexp.MustCompile(`^[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?$`)

// Recognise says what kind of source somebody means by what they typed or
// pasted, and writes it as the kind's reader takes it: "bluesky", "hn: words",
// "webmention", a hashtag or @server, or an address. What says no more is a feed, or a page
// that names one.
func Recognise(typed string) (SourceKind, string) {
	typed = plain.Line(typed)
	word, _, _ := strings.Cut(strings.ToLower(strings.Trim(typed, "/")), " ")
	switch strings.TrimSuffix(word, ":") {
	case "bluesky", "bsky", "bsky.app", "bsky.social":
		return BlueskySource, typed
	case "webmention", "webmentions":
		return WebmentionSource, typed
	case "hn", "hackernews", "news.ycombinator.com", "hn.algolia.com":
		return HackerNewsSource, typed
	}
	switch lower := strings.ToLower(typed); {
	case strings.HasPrefix(lower, "hn:") || strings.HasPrefix(lower, "hackernews:") || strings.HasPrefix(lower, "hacker news"):
		return HackerNewsSource, typed
	case strings.HasPrefix(lower, "ws://") || strings.HasPrefix(lower, "wss://"):
		return BlueskySource, typed
	case strings.HasPrefix(lower, "imaps://") || strings.HasPrefix(lower, "imap://"):
		return MailboxSource, typed
	case strings.HasPrefix(typed, "#") || strings.HasPrefix(typed, "@"):
		return MastodonSource, typed
	case bareSite.MatchString(typed):
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil {
		return FeedSource, typed
	}
	host, path := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), strings.ToLower(strings.Trim(u.Path, "/"))
	switch {
	case host == "bsky.app" || strings.HasPrefix(host, "jetstream"):
		return BlueskySource, typed
	case host == "news.ycombinator.com" && !strings.Contains(path, "rss") || host == "hn.algolia.com":
		return HackerNewsSource, typed
	case strings.HasSuffix(path, ".rss") || strings.HasSuffix(path, ".atom"):
		return FeedSource, typed
	case strings.HasPrefix(path, "tags/") || path == "public/local":
		return MastodonSource, typed
	case strings.Contains(path, "sitemap") && (strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".gz")):
		return SitemapSource, typed
	}
	return FeedSource, typed
}

// Source is where items come from. An addressed one speaks to us: all its
// items are mentions. Of an open one only what a standing query matches is.
type Source struct {
	ID         int64
	Name       string
	Shown      string // what everybody may call one that is not read; "": its kind alone
	Kind       SourceKind
	Addressed  bool
	Forgets    bool // of an addressed one: what strangers said in public is forgotten all the same
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
	LastError  Said      // why the last try failed, or all of the last call was refused; empty if it did not
	Refused    int       // what strangers sent to it since something good came; it works all the same
	RefusedAt  time.Time // the last of that
	RefusedWhy Said
	Items      int64 // delivered so far, each counted once
	Mentions   int64 // of them became mentions
	CreatedBy  int64
	CreatedAt  time.Time
}

// NewSource is a source to be added. Name may be empty (what it calls itself,
// made unique); Every is at least a minute, and as is usual for its kind if it
// is zero.
type NewSource struct {
	Name      string
	Kind      SourceKind // recognised by URL if empty
	URL       string
	Every     time.Duration
	Addressed bool
	Forgets   *bool  // as of SourceChange; nil: as is usual for its kind
	Token     string // an access token or a password, where the other side wants one; never shown
}

// SourceChange is what is to be different about a source; nil leaves it.
type SourceChange struct {
	Name      *string
	Shown     *string // at most as long as a name; of one that is not read
	Every     *time.Duration
	Paused    *bool
	Addressed *bool
	Forgets   *bool   // false takes that it is, or becomes, addressed; one that becomes addressed forgets unless this says otherwise
	Token     *string // a new access token or password, which is tried first
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
	everyMost     = 7 * 24 * time.Hour
)

// Fails reports whether nothing is heard there until something is mended. Of one
// that sends by itself nobody knows: a call that was refused says nothing of the
// next one.
func (s Source) Fails() bool { return s.Kind.IsRead() && s.Failures > 0 && !s.Paused }

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

// checkShown settles what public pages call a source.
func checkShown(name string) (string, error) {
	name = plain.Line(name)
	if utf8.RuneCountInString(name) > maxSourceName {
		return "", fault.New(fault.Invalid, "A name has at most {limit} characters.", "limit", maxSourceName).On("shown")
	}
	return name, nil
}

// checkEvery settles how often a source is read.
func checkEvery(kind SourceKind, every time.Duration) (time.Duration, error) {
	switch {
	case every == 0:
		return kind.usual(), nil
	case every < everyLeast:
		return 0, fault.New(fault.Invalid, "A source is read at most every {seconds} seconds.", "seconds", int(everyLeast/time.Second)).On("every_seconds")
	case every > everyMost:
		return 0, fault.New(fault.Invalid, "A source is read at least every {days} days.", "days", int(everyMost/(24*time.Hour))).On("every_seconds")
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

// KeepError gives the sentence of a fault as a database keeps it; Kept reads it.
func KeepError(err error) string { return saidOf(err).keep() }

// Kept reads a sentence that was kept.
func Kept(kept string) Said { return said(kept) }

// What a source says of its last reading; the keys of the catalogue.
const (
	textSame    = "Nothing new: it has not changed."
	textRefused = "Refused: {n}. What is wrong with the first of them:"
	textRead    = "Items read: {read}. New: {new}."

	textOurs = "It was read but could not be stored. The details are in the log; it is tried again by itself."
)
