package shape

import (
	"time"

	"tribune/know"
)

// Voice is somebody's words put behind an idea: a copy, kept as long as its
// author lets it. Once withdrawn it has a place and a month left, and counts.
type Voice struct {
	ID          int64
	Idea        int64
	Mention     int64 // where the words come from, 0: elsewhere
	Message     int64 // or a thread's message
	Account     int64 // who said it; 0: not named, or withdrawn
	Person      int64 // the person behind it as known now, 0: nobody known
	Words       string
	Author      string // the name shown, "" for one who is not named
	Place       string // a host; or a kind of place, always once withdrawn: post, review, mail, call, form, letter, site
	URL         string
	Language    string
	Country     string
	Public      bool // false: on the desk only, until its author or one of us lets it be seen
	SaidAt      time.Time
	AddedBy     int64 // 0: a visitor, with their own words
	AddedAt     time.Time
	State       know.TextState
	StateReason string
}

// VoiceFrom is what a voice is made from: a mention, a message of a thread,
// or the asker's own words.
type VoiceFrom struct {
	Mention int64
	Message int64
	Words   string
	Author  string // own words of a visitor: the name to show, "" for none
}
