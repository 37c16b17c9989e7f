// Package measure is the loop, counted: answer clocks, what became of what was
// heard, the three arrows, and the gap between our words and theirs.
//
// A follower of the log (Count) keeps a row for each thing that is counted and
// the sums of those rows by day, so that a page reads days and never scans. A
// row is worked out anew from what is so whenever a fact says that it may have
// changed, and the difference goes into the sums: facts may come twice, and in
// whatever order, and the sums equal a recount (Recount).
package measure

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Measures is the capability over an open site. Safe for concurrent use.
type Measures struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	now    func() time.Time

	mu     sync.Mutex
	clocks map[int]heldClock // by days, for the pages that everybody opens

	untoldAt    atomic.Int64 // when it was last looked who is still to be told
	untoldAfter atomic.Int64 // the decision that was looked at last
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, now func() time.Time) *Measures {
	return &Measures{log: log, db: db, events: events, people: people, radar: radar, now: now, clocks: map[int]heldClock{}}
}

// dayLength is a day of the sums; they are days of UTC.
const dayLength = int64(24 * time.Hour / time.Microsecond)

// dayOf gives the day of a moment in microseconds.
func dayOf(micros int64) int64 {
	day := micros / dayLength
	if micros < 0 && micros%dayLength != 0 {
		day--
	}
	return day
}

// monthOf numbers the months: years * 12 + month.
func monthOf(micros int64) int64 {
	t := storage.Time(micros).UTC()
	return int64(t.Year())*12 + int64(t.Month()) - 1
}

// Month gives the first moment of a numbered month.
func Month(n int64) time.Time {
	return time.Date(int(n/12), time.Month(n%12)+1, 1, 0, 0, 0, 0, time.UTC)
}
