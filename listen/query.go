package listen

import (
	"time"

	"tribune/internal/fault"
	"tribune/internal/query"
)

// Purpose is why a standing query stands.
type Purpose string

// The purposes of a standing query.
const (
	Us    Purpose = "us"
	Rival Purpose = "rival"
	Topic Purpose = "topic"
)

// Query is a standing query.
type Query struct {
	ID        int64
	Name      string
	Text      string // in the language of internal/query
	Purpose   Purpose
	Sources   []int64 // it is limited to these; none: all
	Deaf      bool    // all of these were removed: it hears nothing
	Mentions  int64   // that match, copies left out
	CreatedBy int64
	CreatedAt time.Time
	ChangedAt time.Time
	Filled    bool  // it ran over all that was there before it was changed last
	filledTo  int64 // the last mention that it looked at, if not
}

// Deafness says of a query that hears nothing why, and what to do; nil of others.
func (q Query) Deafness() *fault.Error {
	if !q.Deaf {
		return nil
	}
	return fault.New(fault.Invalid, "All sources that it is limited to were removed: it hears nothing. Choose others, or none for all.").On("sources")
}

// HeardFrom gives since when all that sources deliver is matched against the
// query: what rested when it was changed last is older by seven days.
func (q Query) HeardFrom() time.Time { return q.ChangedAt.Add(-restFor) }

// NewQuery is a standing query to be added, or what one is to be.
type NewQuery struct {
	Name    string // the text if empty
	Text    string
	Purpose Purpose // us if empty
	Sources []int64
}

// NewList is a saved list to be added, or what one is to be.
type NewList struct {
	Name  string
	Kind  query.ListKind // words if empty
	Items []string
}

// Trial is what a query would find among what rests and the mentions, of the
// last 90 days.
type Trial struct {
	Hits     int
	Of       int       // texts looked at
	Sample   []Mention // at most 10 that match, newest first; those that rest have no ID
	Days     []int     // hits by day of the site's zone, the last one is Today
	Today    time.Time
	Terms    []TermTrial
	More     int // terms that were not tried one by one
	Warnings []*fault.Error
}

// TermTrial is what one term of a query adds or costs: what the query would
// find without it.
type TermTrial struct {
	query.Term
	Needed bool // without it no query is left
	Adds   int  // found only because of it
	Costs  int  // not found only because of it
}

// HourCount is how many mentions were published in the hour that begins at At.
type HourCount struct {
	At time.Time
	N  int64
}
