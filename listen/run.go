package listen

import (
	"context"

	"tribune/internal/fault"
)

// Poll reads the feeds that are due until ctx ends, at most four at once.
func (r *Radar) Poll(ctx context.Context) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// Rest throws away what rested for 7 days, or is more than 200 MB, and ends
// the searches of new queries that were interrupted, until ctx ends.
func (r *Radar) Rest(ctx context.Context) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}
