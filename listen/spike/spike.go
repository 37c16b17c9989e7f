package spike

import (
	"math"
	"time"

	"tribune/internal/burst"
)

// The facts that this package records: subject spike, other its standing query
// (0: all mentions).
const (
	Found = "spike.found" // a spike of the last day
	Grew  = "spike.grew"  // a rise is larger times as far from the usual as when it was told last; n: for the how many-th time
	Gone  = "spike.gone"  // the counts do not show any more what was found
)

// Spike is a stretch of time in which something was said far more, or less,
// than was to be expected.
type Spike struct {
	ID       int64
	Query    int64 // standing query, 0: all mentions
	Kind     burst.Kind
	Start    time.Time
	End      time.Time
	GoingOn  bool      // nothing that was said since ends it
	Peak     float64   // mentions in the hour that is furthest from what was expected
	Expected float64   // in that hour
	Z        float64   // standard deviations, below 0 if there were too few
	Mentions int64     // in it, copies left out
	Drove    Drove     // of a rise
	DroveAt  time.Time // when Drove, Mentions and Cause were worked out last; zero: not yet
	FoundAt  time.Time
	GrownAt  time.Time // when it was found to have grown last; zero if it has not
	GoneAt   time.Time // the counts do not show it any more; zero if they do
	Cause    int64     // the narrower spike that explains most of it; 0: it stands by itself
	Also     []int64   // queries of the spikes that it explains, 0: all mentions
	Told     Told
}

// Told is how large a spike was when that was told last: when it was found, or
// when it had grown.
type Told struct {
	Step int64   // how many times it has grown; 0: it was found
	Away float64 // mentions by which Peak was away from what was expected
	Peak float64
	Was  float64 // Peak when it was told before that; 0: it was not
}

// larger is how many times as far from the usual a rise must be to be told again.
const larger = 3

// grown gives what is told of a spike that is now as an alert says: something new
// if a rise is far larger than it was told to be.
func (o Told) grown(a burst.Alert) (now Told, grew bool) {
	away := math.Abs(a.Peak - a.Expected)
	if !up(a.Kind) || o.Away == 0 || away < larger*o.Away {
		return o, false
	}
	return Told{Step: o.Step + 1, Away: away, Peak: a.Peak, Was: o.Peak}, true
}

// Until gives when it ended, as far as it is known now: End can be that of the
// hour under way, which is not over.
func (o Spike) Until(now time.Time) time.Time {
	if now.Before(o.End) {
		return now
	}
	return o.End
}

// Drove is what is new in a rise, the most telling first.
type Drove struct {
	Words   []Driver `json:"words,omitempty"`
	Authors []Driver `json:"authors,omitempty"`
	Links   []Driver `json:"links,omitempty"`
}

// Driver is a word, a link or an account that is said, or speaks, more often
// than before.
type Driver struct {
	Text    string `json:"text,omitempty"`    // of a word or link
	Account int64  `json:"account,omitempty"` // of an author
	Now     int    `json:"now"`               // authors in the spike; posts of an author
	Before  int    `json:"before"`            // likewise, in the time before
}

// up reports whether a kind is of too many.
func up(k burst.Kind) bool { return k == burst.Rise }
