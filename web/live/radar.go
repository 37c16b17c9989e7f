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
	more  bool // that came than were looked at
	said  string
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
	after := first - 1
	if last.found != nil {
		after = min(after, last.upTo)
	}
	found, upTo, more, err := h.Radar.Fresh(ctx, s.actor, f, after)
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
		if !w.on[id] {
			last.found[id] = true
		}
	}
	last.more = last.more || more
	n, text := len(last.found), ""
	switch {
	case n >= listen.MostFresh:
		text = v.T("{n} new mentions and more: show", "n", v.Number(listen.MostFresh))
	case last.more:
		text = v.T("{n}+ mentions came: show those that fit", "n", v.Number(listen.FreshLooked))
	case n > 0:
		text = v.N("{n} new mention: show", "{n} new mentions: show", int64(n))
	}
	if text == last.said {
		return nil
	}
	last.said, texts["heard"] = text, text
	return nil
}

// unseen gives the first mention that may not have been there when a page was
// read: of what was being stored then, ids may be lower than what the page shows.
func (h *hub) unseen(ctx context.Context, w *heard) (first int64, err error) {
	first = w.after + 1
	if w.here == "" {
		return first, nil
	}
	facts, err := h.Events.Behind(ctx, w.here, listen.MentionsStored)
	if err != nil {
		return 0, err
	}
	for _, f := range facts {
		first = min(first, f.Other)
	}
	return first, nil
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
