package shape

import (
	"log/slog"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Ideas is the square's work: all that this package does, over one site.
// Safe for concurrent use.
type Ideas struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	inbox  *converse.Inbox
	now    func() time.Time
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, inbox *converse.Inbox, now func() time.Time) *Ideas {
	return &Ideas{log: log, db: db, events: events, people: people, radar: radar, inbox: inbox, now: now}
}

// Stage is where an idea stands.
type Stage string

// The stages of an idea.
const (
	Open        Stage = "open"
	UnderReview Stage = "under_review"
	Planned     Stage = "planned"
	Started     Stage = "started"
	Shipped     Stage = "shipped"
	Declined    Stage = "declined"
)

// Stages lists the stages in their order.
func Stages() []Stage { return []Stage{Open, UnderReview, Planned, Started, Shipped, Declined} }

// Idea is something that people ask for.
type Idea struct {
	ID          int64
	Person      int64 // who proposed it
	Staff       bool  // was staff then
	Call        int64 // 0: none
	Title       string
	Body        string // Markdown
	Language    string
	Audience    know.Audience
	Stage       Stage
	Status      string // the team's own name for the stage, "" for the stage's
	Decision    int64  // the latest, 0: none
	Votes       int64  // all, staff included
	StaffVotes  int64
	Comments    int64 // visible ones
	Voices      int64 // withdrawn ones included
	Countries   int64 // of its voices
	MergedInto  int64
	State       know.TextState
	StateReason string
	Tags        []string
	CreatedAt   time.Time
	EditedAt    time.Time
	DecidedAt   time.Time
}

// Subject gives an idea as the rules see it.
func (i Idea) Subject() know.Subject {
	return know.Subject{Audience: i.Audience, Author: i.Person, Hidden: i.State != know.Visible, Closed: i.MergedInto != 0}
}
