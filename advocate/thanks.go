package advocate

import (
	"slices"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
)

// The facts about thanks. n is the place of what it is for in ThanksFor, from 1.
const (
	ThanksGiven     = "thanks.given"     // subject the person thanked (or the account, if nobody claimed it), other thanks
	ThanksWithdrawn = "thanks.withdrawn" // the same
	ThanksHidden    = "thanks.hidden"    // the same
	ThanksShown     = "thanks.shown"     // the same
)

// ThanksFor lists what one may be thanked for.
func ThanksFor() []string {
	return []string{"answer", "comment", "voice", "idea", "post", "reply", "decision", "release"}
}

// How long a reason is, and how often somebody thanks within a day.
const (
	maxThanks    = 500
	thanksPerDay = 20
)

// Thanks is one person's to another, for something said or done, with a reason.
type Thanks struct {
	ID          int64
	By          int64
	Staff       bool  // worked here then
	To          int64 // who is thanked, 0 if nobody claimed
	Account     int64 // this account
	Subject     event.Ref
	Place       event.Ref // on whose page it stands
	Title       string    // of that page, where it was asked for
	Lang        string    // of the title
	Reason      string
	Language    string
	State       know.TextState
	StateReason string
	CreatedAt   time.Time
	about       Thing
}

// Path is where what it is for stands.
func (t Thanks) Path(a know.Actor) string {
	if t.about.ID != 0 {
		return t.about.Path(a)
	}
	return pathFor(a, t.Place, t.Subject)
}

// NewThanks is thanks to be given.
type NewThanks struct {
	Subject  event.Ref
	Reason   string
	Language string
}

// check cleans new thanks and refuses what cannot be.
func (n *NewThanks) check() error {
	n.Reason = plain.FromText(n.Reason)
	var wrong [2]error
	if length := utf8.RuneCountInString(n.Reason); length < 3 || length > maxThanks {
		wrong[0] = fault.New(fault.Invalid, "Say in a few words what for, in at most {most} characters.", "most", maxThanks).On("reason")
	}
	if !slices.Contains(ThanksFor(), n.Subject.Kind) {
		wrong[1] = fault.New(fault.Invalid, "One thanks for an answer, a comment, a voice, an idea, a post, a reply, a decision or a release.").On("kind")
	}
	return fault.All(wrong[:]...)
}

// code gives the number of what thanks are for, as facts have it.
func code(kind string) int64 { return int64(slices.Index(ThanksFor(), kind) + 1) }

// thanked gives who is thanked, as facts name them.
func (t Thanks) thanked() event.Ref {
	if t.To == 0 {
		return event.Ref{Kind: "account", ID: t.Account}
	}
	return event.Ref{Kind: "person", ID: t.To}
}
