package listen

import (
	"context"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Mentions lists mentions, the last published first, and gives the cursor of
// the next page, empty on the last one.
func (r *Radar) Mentions(ctx context.Context, a know.Actor, f Filter) (list []Mention, next string, err error) {
	return nil, "", fault.New(fault.Unavailable, "This is not there yet.")
}

// Mention gives one mention.
func (r *Radar) Mention(ctx context.Context, a know.Actor, id int64) (Mention, error) {
	return Mention{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// MentionsByID gives the mentions with these ids, by id; unknown ids are left
// out. It asks nobody's leave: what it gives is for the desk.
func (r *Radar) MentionsByID(ctx context.Context, ids []int64) (map[int64]Mention, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}

// Stored gives the mentions that a "mentions.stored" fact tells of, oldest
// first.
func (r *Radar) Stored(ctx context.Context, q storage.Q, fact event.Event) ([]Mention, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}

// Heard gives the latest public mentions about us, for the front page: copies
// left out, each account at most twice.
func (r *Radar) Heard(ctx context.Context, limit int) ([]Mention, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}
