package converse

import (
	"time"

	"tribune/know"
)

// MessageKind is what a message is.
type MessageKind string

// The kinds of message.
const (
	Said   MessageKind = "said"   // by them
	Reply  MessageKind = "answer" // by one of us, to them
	Inside MessageKind = "note"   // by one of us, to the team
)

// Way is how an answer reaches who it is for.
type Way string

// The ways of an answer.
const (
	BySite Way = "site" // on their page, and by mail if they want it
	ByCopy Way = "copy" // its author copies it to where it was asked
)

// Message is one utterance in a thread.
type Message struct {
	ID          int64
	Thread      int64
	Kind        MessageKind
	Person      int64 // who wrote it, 0: somebody known by account only
	Account     int64
	Mention     int64  // said: the mention whose words these are
	Staff       bool   // was staff then
	Body        string // Markdown; plain text if it is a mention's
	Language    string
	Way         Way       // answers
	DeliveredAt time.Time // answers: zero until the author says it is posted
	URL         string    // the original of what was said, or where a copied answer was posted
	State       know.TextState
	StateReason string
	SaidAt      time.Time // what was heard elsewhere was said before it came here
	CreatedAt   time.Time
	EditedAt    time.Time
}
