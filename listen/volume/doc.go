// Package volume reads the counts of mentions: how much is said over time, how
// it sounds, by whom of several things people talk more, and what of all that
// is not heard.
//
// It reads mention_count, which listen keeps right through edits, corrections
// and deletions, and writes nothing. Copies are not counted. Days, weeks
// (from Monday) and months are those of the zone that is asked for.
package volume

import (
	"time"

	"tribune/listen"
	"tribune/storage"
)

// Counts is the reading of counts over an open site. Safe for concurrent use.
type Counts struct {
	db    *storage.DB
	radar *listen.Radar
	now   func() time.Time
}

// New makes it.
func New(db *storage.DB, radar *listen.Radar, now func() time.Time) *Counts {
	return &Counts{db: db, radar: radar, now: now}
}
