package live

import (
	"context"
	"fmt"
	"time"

	"tribune/internal/fault"
	"tribune/listen"
	"tribune/web/page"
	"tribune/web/radar"
)

// radarSaid is what a stream said of what is heard.
type radarSaid struct {
	upTo  int64 // the mention up to which it looked
	found map[int64]bool
	said  int
	over  bool // what is looked for can be read no longer: a list that it named is gone
}

// radarTexts says how many mentions came that would stand on the page. Each is
// tried once, and none any more once there are many: so a page costs the same,
// whatever comes. first is the first that was stored since; on PostgreSQL it may
// have a lower id than one that was looked at already.
func (h *hub) radarTexts(ctx context.Context, texts map[string]string, v *page.View, s *stream, first int64, last *radarSaid) error {
	w := s.watch.radar
	if last.over || len(last.found) >= listen.MostFresh {
		return nil
	}
	f := radar.FilterOf(w.filter, h.Now(), v.Zone())
	if w.from.After(f.Since) {
		f.Since = w.from
	}
	done, err := h.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	found, upTo, err := h.Radar.Fresh(ctx, s.actor, f, max(w.after, min(last.upTo, first-1)))
	if last.over = fault.Is(err, fault.Invalid); last.over {
		return nil
	}
	if err != nil {
		return fmt.Errorf("what was heard: %w", err)
	}
	if last.upTo = max(last.upTo, upTo); last.found == nil {
		last.found = map[int64]bool{}
	}
	for _, id := range found {
		last.found[id] = true
	}
	n := len(last.found)
	if n == last.said {
		return nil
	}
	last.said = n
	if texts["heard"] = v.N("{n} new mention: show", "{n} new mentions: show", int64(n)); n >= listen.MostFresh {
		texts["heard"] = v.T("{n} new mentions and more: show", "n", v.Number(listen.MostFresh))
	}
	return nil
}

// turn waits until no other page looks through what is heard, and gives what
// lets the next one do it: after twice as long as this one took, so that all
// pages together take at most a third of one core from those who listen.
func (h *hub) turn(ctx context.Context) (done func(), err error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.look:
	}
	began := time.Now()
	return func() {
		time.AfterFunc(2*time.Since(began), func() { h.look <- struct{}{} })
	}, nil
}
