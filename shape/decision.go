package shape

import "time"

// Decision is what was decided on an idea, and why. It is never edited, only
// followed by another.
type Decision struct {
	ID         int64
	Idea       int64
	Stage      Stage
	Status     string // the team's own name for the stage, "" for the stage's
	Reason     string // Markdown; empty only when its author left and took their words
	Language   string
	By         int64
	At         time.Time
	Replaces   int64     // the decision before, 0: none
	Release    int64     // shipped: the release that brings it
	PromisedAt time.Time // the day it promises, zero if it does not
	Told       bool      // everybody entitled has been found
}

// NewDecision is a decision to be made. A status that the team named stands
// for its stage; one of the two is enough. Shipped needs Release or NewRelease.
type NewDecision struct {
	Stage      Stage
	Status     string
	Reason     string
	Language   string
	PromisedAt time.Time
	Release    int64
	NewRelease *NewRelease
}
