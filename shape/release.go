package shape

import (
	"time"

	"tribune/know"
)

// Release is what changed: "you said, we did".
type Release struct {
	ID         int64
	Title      string
	Body       string // Markdown
	Language   string
	By         int64
	ReleasedAt time.Time
	CreatedAt  time.Time
	EditedAt   time.Time
	State      know.TextState
	Ideas      []Idea // those it brings that the reader may see
	Credits    []Credit
	Voters     int64 // how many customers voted for its ideas, all together; the team’s own votes do not count here
}

// CreditFor is what somebody is thanked for.
type CreditFor string

// What people are thanked for.
const (
	ForProposing  CreditFor = "proposed"
	ForVoice      CreditFor = "voice"
	ForCommenting CreditFor = "comment"
	ForTesting    CreditFor = "tested"
	ForMaking     CreditFor = "made"
)

// Credit is one of those a release came from. Name is as shown: empty for one
// who left or is not named.
type Credit struct {
	Person  int64
	Account int64
	Because CreditFor
	Name    string
}

// NewRelease is a release to be made or changed. Credits are added to those
// that follow from its ideas.
type NewRelease struct {
	Title      string
	Body       string
	Language   string
	ReleasedAt time.Time // zero: now
	Ideas      []int64
	Credits    []Credit
}
