package listen

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/know"
)

// Post is something said, as another program or a file tells it.
type Post struct {
	Source      string     // name; made as an addressed source if it is new
	SourceKind  SourceKind // of a source that is made: api if empty
	Kind        Kind       // post if empty
	ExternalID  string
	ReplyTo     string
	URL         string
	Public      *bool // nil: as its kind and address say; it can only be made private
	Author      Author
	Text        string
	Language    string // BCP 47
	Country     string // ISO 3166-1 alpha-2
	Reach       int64
	PublishedAt time.Time // zero: when it is heard
}

// Heard is what became of one Post.
type Heard struct {
	ID    int64 // of the mention, 0 if it could not be stored
	Known bool  // it was there already
	Err   error // a *fault.Error that says what is wrong with this row
}

// MaxHear is the most that one call of Hear takes.
const MaxHear = 10_000

// Hear stores what others say they heard, and tells of each row what became of
// it, in order. Rows that are wrong do not keep the others from being stored.
func (r *Radar) Hear(ctx context.Context, a know.Actor, posts []Post) ([]Heard, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}
