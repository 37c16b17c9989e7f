package advocate

import (
	"context"
	"time"

	"tribune/storage"
)

// madeBy gives the time by which a link was made if it led to a purchase. One
// that is dated by its day alone, at midnight, was bought any time of that day.
func madeBy(bought time.Time) time.Time {
	if bought.Truncate(24 * time.Hour).Equal(bought) {
		return bought.Add(24 * time.Hour)
	}
	return bought
}

// sharer gives the person whose share link a code is, 0 if it is no link's, or
// of one that was made after that time.
func (s *Advocacy) sharer(ctx context.Context, q storage.Q, code string, by time.Time) (int64, error) {
	if s.codes != nil {
		return s.codes(ctx, q, code)
	}
	return s.shareOwner(ctx, q, code, by)
}
