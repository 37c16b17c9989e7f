package reader

import (
	"context"
	"time"
)

// Tries is how many connections in a row may bring nothing before a source that
// is followed counts as failing.
const Tries = 5

// Again gives how long to wait before a connection is opened again that was cut
// so many times in a row: 1, 2, 4 … 30 seconds.
func Again(failed int) time.Duration {
	return min(time.Second<<(failed-1), 30*time.Second)
}

// Pause waits, unless ctx ends before.
func Pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
