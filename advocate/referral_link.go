package advocate

import (
	"context"

	"tribune/storage"
)

// sharer gives the person whose share link a code is, 0 if it is no link's.
func (s *Advocacy) sharer(ctx context.Context, q storage.Q, code string) (int64, error) {
	if s.codes != nil {
		return s.codes(ctx, q, code)
	}
	return s.shareOwner(ctx, q, code)
}
