package shape

import (
	"time"

	"tribune/know"
)

// Call is a call for ideas: what the company will do with them, and what
// those who help get.
type Call struct {
	ID        int64
	Title     string
	Body      string // Markdown
	Will      string // what the company will do with the ideas
	Gets      string // what those who help get
	Audience  know.Audience
	By        int64
	OpensAt   time.Time
	ClosesAt  time.Time // zero: it stays open
	CreatedAt time.Time
	EditedAt  time.Time
}

// Open reports whether ideas can be proposed for the call at that time.
func (c Call) Open(at time.Time) bool {
	return !at.Before(c.OpensAt) && (c.ClosesAt.IsZero() || at.Before(c.ClosesAt))
}

// NewCall is a call to be opened or changed. The zero OpensAt is now, the zero
// ClosesAt never, the zero Audience public.
type NewCall struct {
	Title    string // 4 to 120 characters, one line
	Body     string // Markdown
	Will     string
	Gets     string
	OpensAt  time.Time
	ClosesAt time.Time
	Audience know.Audience
}
