package converse

import (
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Inbox is all conversations of one site. Safe for concurrent use.
type Inbox struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	now    func() time.Time
}

// New makes the inbox of an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, now func() time.Time) *Inbox {
	return &Inbox{log: log, db: db, events: events, people: people, radar: radar, now: now}
}

// State is where a thread stands.
type State string

// The states of a thread.
const (
	Waiting  State = "open"     // waits for one of us
	Answered State = "answered" // answered, and delivered
	Closed   State = "closed"   // dismissed, with a reason
)

// Kind is how a thread came to be.
type Kind string

// The kinds of thread.
const (
	OfMention Kind = "mention" // what somebody said, by the rule
	OfLetter  Kind = "letter"  // a member wrote to us
	OfTell    Kind = "tell"    // a decision is to be told to somebody we cannot mail
	OfHand    Kind = "hand"    // what somebody said, opened by one of us
)

// Why is the rule by which a thread was opened.
type Why string

// The reasons to open a thread.
const (
	Addressed Why = "addressed" // it was sent to us: mail, call, form, letter
	Asks      Why = "asks"      // it asks something
	Complains Why = "complains" // it complains
	ByHand    Why = "hand"      // one of us thought so
	ToTell    Why = "tell"      // a decision is to be told
)

// Late is how long a thread may wait before it counts as late.
const Late = 3 * 24 * time.Hour

// Thread is a conversation that waits, or waited, for one of us.
type Thread struct {
	ID          int64
	Kind        Kind
	Account     int64 // who speaks, 0 for a member's letter
	Person      int64 // the person behind it as known now, 0: nobody known
	Reader      int64 // who of those outside the team reads it and is written to: Person, unless the account is private and not theirs to read
	Mention     int64 // what opened it, 0: none
	Decision    int64 // kind tell: what is to be told
	Subject     string
	Why         Why
	State       State
	StateReason string // closed: why it is not answered; in our own words for the team alone
	Owner       int64  // who of us took it, 0: nobody
	WaitsAt     time.Time
	OpenedAt    time.Time
	AnsweredAt  time.Time // the first answer by one of us
	StateAt     time.Time
	Audience    know.Audience  // know.Public: a public letter; else the team's and its writer's
	To          int64          // a letter: who of us its writer addressed, 0: whoever knows
	Asked       int64          // who of us is asked by name now, 0: nobody
	HandedBy    int64          // who of us asked them, 0: the writer did
	TextState   know.TextState // a letter may be hidden, or withdrawn
	TextReason  string         // why it is hidden: its writer and the team read it
	Messages    int            // notes included
	Last        string         // what was said last by somebody who is not of us, cut to 300 characters
	LastPerson  int64          // who said that, if it is known: not always whose conversation it is
	LastAccount int64
	URL         string // the original elsewhere, "" if there is none
	Place       string // where it was said: a host, or mail, call, form
}

// ByOther reports whether somebody else than who the conversation is with spoke
// last.
func (t Thread) ByOther() bool {
	if t.Last == "" || t.LastPerson != 0 && t.LastPerson == t.Person {
		return false
	}
	return t.LastAccount != t.Account || t.LastAccount == 0
}

// IsPublic reports whether a thread is a public letter.
func (t Thread) IsPublic() bool { return t.Audience == know.Public }

// seen gives a thread as the rules see it: the team's, and that of who speaks;
// a public letter is everybody's, unless it was hidden or withdrawn.
func (t Thread) seen() know.Subject {
	if !t.IsPublic() {
		return know.Subject{Audience: know.Team, Author: t.Reader}
	}
	return know.Subject{Audience: know.Public, Author: t.Reader, Hidden: t.TextState != know.Visible}
}

// Filter chooses threads.
type Filter struct {
	State  State  // "" for all
	Owner  int64  // 0: anybody's and nobody's; Nobody: those that nobody took
	Asked  int64  // who is asked by name, and nobody else has taken it; 0: anybody
	Text   string // in the subject, the words, or the name of who speaks
	Cursor string // from the page before
	Limit  int    // 1 to 200; 0 is 50
}

// Nobody, as a Filter's owner, chooses threads that nobody took.
const Nobody = -1

// Counts says how many threads wait.
type Counts struct {
	Open  int // all that wait
	Mine  int // those the asker took
	Asked int // those the asker is asked by name, and nobody else took
	Late  int // those that wait for longer than Late
}

// Change is what PATCH of a thread may say; nil leaves a field as it is.
type Change struct {
	State  *State
	Owner  *int64 // 0: nobody
	Reason string // needed to close
}

// Tell is a decision to be told to an account by hand.
type Tell struct {
	Decision int64
	Account  int64
	Person   int64
	Owner    int64 // the decider
}
