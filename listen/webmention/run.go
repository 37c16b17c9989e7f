package webmention

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen"
	"tribune/listen/reader"
)

const (
	every  = time.Second     // how often what is due is looked for
	atOnce = 4               // pages that are asked for at the same time
	leased = 2 * time.Minute // longer than asking for a page and its robots.txt takes
)

// Run looks at what was sent until ctx ends.
func (r *Receiver) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ctx.Err() == nil {
		n, err := r.RunOnce(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.Error("webmentions could not be looked at", "error", err)
		}
		if n == atOnce && err == nil {
			continue // more is due
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return nil
}

// RunOnce looks at some of what is due, and tells how many.
func (r *Receiver) RunOnce(ctx context.Context) (int, error) {
	s, err := r.source(ctx)
	if err != nil || s.ID == 0 {
		return 0, err
	}
	rows, err := r.lease(ctx)
	if err != nil {
		return 0, err
	}
	failed := make([]error, len(rows))
	var all sync.WaitGroup
	for i, w := range rows {
		all.Go(func() { failed[i] = r.attend(ctx, s, w) })
	}
	all.Wait()
	return len(rows), errors.Join(failed...)
}

// attend looks at one pair. Its error is the database's, or that we stop: then
// the pair is looked at again.
func (r *Receiver) attend(ctx context.Context, s listen.Source, w row) error {
	p, err := Check(w.source, w.target)
	if err != nil { // was checked when it came
		return errors.Join(r.radar.TurnAway(ctx, s.ID, err), r.done(ctx, w))
	}
	answer, err := r.web.Get(ctx, fetch.Request{URL: w.source, Accept: "text/html, application/xhtml+xml;q=0.9"})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	kept, before := false, !w.heard.IsZero()
	switch {
	case err == nil:
		kept, err = r.take(ctx, s, p, look(p, answer), before)
	case answer != nil && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone):
		kept, err = r.take(ctx, s, p, found{gone: err}, before)
	case before: // it cannot be read just now, and stays as it was
		kept, err = true, nil
	case answer == nil && !fault.Is(err, fault.Invalid) || answer != nil && passing(answer.Status):
		return r.postpone(ctx, s, w, answer, err)
	default:
		err = r.radar.TurnAway(ctx, s.ID, err)
	}
	switch {
	case err != nil:
		return err
	case kept:
		return r.keep(ctx, w)
	}
	return r.done(ctx, w)
}

// passing reports whether a status may be another one later.
func passing(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// postpone has a pair tried again later, or gives it up.
func (r *Receiver) postpone(ctx context.Context, s listen.Source, w row, answer *fetch.Response, why error) error {
	waits := waits()
	if w.failures >= int64(len(waits)) {
		why = fault.New(fault.Unavailable, textGivenUp, "url", w.source, "n", len(waits)+1).Because(why)
		return errors.Join(r.radar.TurnAway(ctx, s.ID, why), r.done(ctx, w))
	}
	wait := waits[w.failures]
	if answer != nil {
		wait = max(wait, answer.RetryAfter)
	}
	return errors.Join(r.radar.TurnAway(ctx, s.ID, why), r.later(ctx, w, wait))
}

// take stores what was found, or deletes what is no longer there, and reports
// whether it is kept. What another source heard is its own to keep. What was heard before, and
// is not here any more, does not come back by being looked at again.
func (r *Receiver) take(ctx context.Context, s listen.Source, p Pair, f found, before bool) (kept bool, err error) {
	address := f.post.URL
	if address == "" {
		address = p.Source.String()
	}
	ids, elsewhere, err := r.radar.HeardAt(ctx, s.ID, p.Source.String(), address)
	if err != nil || elsewhere || before && len(ids) == 0 {
		return false, err
	}
	switch {
	case f.gone == nil:
		return true, r.radar.Deliver(ctx, s.ID, reader.Batch{Posts: []reader.Post{f.post}})
	case before && f.ours:
		return false, nil // another pair has it
	case len(ids) == 0 || f.ours:
		return false, r.radar.TurnAway(ctx, s.ID, f.gone)
	}
	return false, r.radar.Deliver(ctx, s.ID, reader.Batch{Gone: ids})
}
