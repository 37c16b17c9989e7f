package listen

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/know"
)

// Holding is what this package holds of a person.
type Holding struct {
	Mentions []HeldMention `json:"mentions"`
}

// HeldMention is one mention in a person's export.
type HeldMention struct {
	ID          int64     `json:"id"`
	Source      string    `json:"source"`
	Kind        Kind      `json:"kind"`
	URL         string    `json:"url,omitempty"`
	Text        string    `json:"text"`
	Language    string    `json:"language,omitempty"`
	Country     string    `json:"country,omitempty"`
	PublishedAt time.Time `json:"published_at"`
	HeardAt     time.Time `json:"heard_at"`
	State       string    `json:"state"`
}

// Held gives all that is held about a person.
func (r *Radar) Held(ctx context.Context, person int64, accounts []int64) (Holding, error) {
	return Holding{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// Moments gives what these accounts said, newest first.
func (r *Radar) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}
