package shape

import (
	"context"
	"time"
)

// Tell sees to it that everybody entitled hears of each decision, until ctx
// ends.
func (s *Ideas) Tell(ctx context.Context) error {
	pause := time.Second
	for ctx.Err() == nil {
		woken := s.events.Woken()
		more, err := s.TellOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Error("telling of a decision failed; it will be tried again", "error", err)
			pause, woken = min(2*pause, time.Minute), nil
		case more:
			pause = time.Second
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(pause):
		}
	}
	return nil
}
