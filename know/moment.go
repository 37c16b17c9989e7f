package know

import (
	"time"

	"tribune/event"
)

// Moment is one point on a person's line of time: what they said, asked,
// voted, were answered or were promised. Each folder gives its own; the page
// puts them together, newest first.
type Moment struct {
	At      time.Time
	Kind    string    // said, asked, proposed, voted, against, commented, quoted, published, replied, reacted, suggested, answered, promised, told, joined, thanked, was_thanked, came
	Subject event.Ref // what to open
	Title   string    // the idea, the thread, the place
	Text    string    // the words, "" if there are none
	By      int64     // answered, promised, told: who of us
	URL     string    // the original elsewhere, "" if there is none
}
