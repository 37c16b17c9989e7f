package shape

import (
	"time"

	"tribune/know"
)

// Comment is what somebody says under an idea.
type Comment struct {
	ID          int64
	Idea        int64
	Person      int64
	Staff       bool   // was staff then
	Body        string // Markdown; empty for who may not read it
	Language    string
	State       know.TextState
	StateReason string // for its author and staff
	CreatedAt   time.Time
	EditedAt    time.Time
}
