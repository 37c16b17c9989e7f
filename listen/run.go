package listen

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/feed"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/storage"
)

const (
	atOnce    = 4              // feeds that are read at the same time
	backOff   = 24 * time.Hour // the longest wait after failures
	pollEvery = time.Second    // how often due feeds are looked for
	restEvery = time.Minute    // how often what rests is tended
)

// Poll reads the feeds that are due until ctx ends, at most four at once. A
// feed is leased while it is read, so that of several processes one reads it.
func (r *Radar) Poll(ctx context.Context) error {
	var readers sync.WaitGroup
	defer readers.Wait()
	slots := make(chan struct{}, atOnce)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		now := storage.Micros(r.now())
		due, err := storage.All(ctx, r.db, storage.Scalar[int64], `select id from source
			where kind = 'feed' and paused = 0 and removed_at = 0 and due_at <= $1 and leased_until < $1 order by due_at, id limit 20`, now)
		if err != nil && ctx.Err() == nil {
			r.log.Error("due feeds could not be looked for", "error", err)
		}
		for _, id := range due {
			select {
			case <-ctx.Done():
				return nil
			case slots <- struct{}{}:
			}
			readers.Go(func() {
				defer func() { <-slots }()
				if err := r.poll(ctx, id, false); err != nil && ctx.Err() == nil {
					r.log.Error("a feed could not be kept", "source", id, "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// PollNow reads a feed now, whatever its interval, and gives the source as it
// is then: LastError says what went wrong.
func (r *Radar) PollNow(ctx context.Context, a know.Actor, id int64) (Source, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Source{}, err
	}
	s, err := r.source(ctx, id)
	if err != nil {
		return s, err
	}
	if s.Kind != FeedSource {
		return s, fault.New(fault.Invalid, "Only feeds can be read anew: the others send by themselves.")
	}
	if err := r.poll(context.WithoutCancel(ctx), id, true); err != nil {
		return s, err
	}
	return r.source(ctx, id)
}

// poll leases one feed, reads it and notes how that went. Its error is the
// database's; what is wrong with the feed stands on its source. anyway takes
// a feed that is not due or is paused.
func (r *Radar) poll(ctx context.Context, id int64, anyway bool) error {
	mine, err := r.lease(ctx, id, anyway)
	if err != nil || !mine {
		return err
	}
	stop := r.renew(ctx, id)
	defer stop()
	s, err := r.source(ctx, id)
	if err != nil {
		return err
	}
	var v validators
	if err := r.db.Row(ctx, `select etag, last_modified from source where id = $1`, id).Scan(&v.etag, &v.lastModified); err != nil {
		return err
	}
	answer, t, err := r.read(ctx, s, v)
	if ctx.Err() != nil { // we stop: it is read again after the start
		return r.release(context.WithoutCancel(ctx), id)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		r.log.Error("a feed was read but could not be stored", "source", id, "error", err)
	}
	return r.note(ctx, s, answer, t, err)
}

// lease takes a feed for this process, and reports whether it got it.
func (r *Radar) lease(ctx context.Context, id int64, anyway bool) (mine bool, err error) {
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		now := r.now()
		n, err := tx.Exec(ctx, `update source set leased_by = $1, leased_until = $2
			where id = $3 and removed_at = 0 and leased_until < $4 and ($5 = 1 or due_at <= $4 and paused = 0)`,
			r.events.Worker(), storage.Micros(now.Add(event.Lease)), id, storage.Micros(now), storage.Bit(anyway))
		mine = n == 1
		return err
	})
	return mine, err
}

// renew keeps a lease while a slow server takes its time.
func (r *Radar) renew(ctx context.Context, id int64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		t := time.NewTicker(event.Lease / 3)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			err := r.db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `update source set leased_until = $1 where id = $2 and leased_by = $3 and leased_until > 0`,
					storage.Micros(r.now().Add(event.Lease)), id, r.events.Worker())
				return err
			})
			if err != nil && ctx.Err() == nil {
				r.log.Error("a lease could not be renewed", "source", id, "error", err)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

func (r *Radar) release(ctx context.Context, id int64) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update source set leased_by = '', leased_until = 0 where id = $1 and leased_by = $2`, id, r.events.Worker())
		return err
	})
}

// note writes on a source how reading it went, and when it is due again.
func (r *Radar) note(ctx context.Context, s Source, answer *fetch.Response, t tally, failure error) error {
	now := r.now()
	wait := s.Every
	if answer != nil && answer.RetryAfter > wait {
		wait = answer.RetryAfter
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		if failure != nil {
			if back := backedOff(s.Every, s.Failures+1); back > wait {
				wait = back
			}
			_, err := tx.Exec(ctx, `update source set last_error = $1, failures = failures + 1, tried_at = $2, due_at = $3, leased_by = '', leased_until = 0 where id = $4`,
				saidOf(failure).keep(), storage.Micros(now), storage.Micros(now.Add(wait)), s.ID)
			return err
		}
		result := t.said()
		if answer.NotModified { // what is wrong with the feed has not changed either
			result = Said{Text: textSame, Also: s.LastResult.Also}
		}
		if _, err := tx.Exec(ctx, `update source set last_result = $1, last_error = '', failures = 0, tried_at = $2, ok_at = $2, due_at = $3, leased_by = '', leased_until = 0 where id = $4`,
			result.keep(), storage.Micros(now), storage.Micros(now.Add(wait)), s.ID); err != nil || answer.NotModified {
			return err
		}
		_, err := tx.Exec(ctx, `update source set etag = $1, last_modified = $2 where id = $3`, answer.ETag, answer.LastModified, s.ID)
		return err
	})
}

// said tells what a reading found, and which faults of the feed did no harm.
func (t tally) said() Said {
	s := Said{Text: textRead, Args: []any{"read", t.read, "new", t.fresh, "mentions", t.mentions}}
	if t.wrong > 0 {
		s.Also = append(s.Also, Said{Text: textDates, Args: []any{"wrong", t.wrong}})
	}
	if t.repaired {
		s.Also = append(s.Also, Said{Text: textLetters})
	}
	return s
}

// backedOff gives how long to wait after so many failures in a row: twice as
// long after each, at most a day unless the feed is read more rarely.
func backedOff(every time.Duration, failures int) time.Duration {
	wait := every
	for i := 1; i < failures && wait < backOff; i++ {
		wait *= 2
	}
	return max(every, min(wait, backOff))
}

// addFeed finds the feed at an address, reads it, and keeps it as a source.
func (r *Radar) addFeed(ctx context.Context, a know.Actor, n NewSource) (Source, error) {
	n.Kind, n.Name, n.URL = FeedSource, strings.TrimSpace(n.Name), strings.TrimSpace(n.URL)
	var often, named error
	n.Every, often = checkEvery(n.Every)
	if n.Name != "" {
		n.Name, named = checkName(n.Name)
	}
	if err := fault.All(named, often); err != nil {
		return Source{}, err
	}
	answer, found, err := r.find(ctx, &n.URL)
	if err != nil {
		return Source{}, onField(err, "url")
	}
	host := n.URL
	if u, err := url.Parse(n.URL); err == nil {
		host = u.Hostname()
	}
	id, err := r.insertSource(ctx, a, n, cmp.Or(found.Title, host))
	if err != nil {
		return Source{}, err
	}
	// From here on it is a source: what goes wrong stands on it.
	ctx = context.WithoutCancel(ctx)
	s, err := r.source(ctx, id)
	if err != nil {
		return s, err
	}
	if mine, err := r.lease(ctx, id, true); err != nil || !mine {
		return s, err // the loop reads it already
	}
	stop := r.renew(ctx, id)
	defer stop()
	s.OKAt = time.Time{} // read as for the first time: all of it may rest
	t, err := r.deliver(ctx, s, found)
	if err != nil {
		r.log.Error("a feed was read but could not be stored", "source", id, "error", err)
	}
	if err := r.note(ctx, s, answer, t, err); err != nil {
		return s, err
	}
	return r.source(ctx, id)
}

// find reads the feed at address; if a page is there, the feed it names, whose
// address it then gives.
func (r *Radar) find(ctx context.Context, address *string) (*fetch.Response, *feed.Feed, error) {
	if u, err := fetch.Address(*address); err != nil {
		return nil, nil, err
	} else {
		*address = u.String()
	}
	answer, err := r.fetch(ctx, *address, validators{})
	if err != nil {
		return nil, nil, err
	}
	found, notFeed := r.parse(answer)
	if notFeed == nil {
		return answer, found, nil
	}
	base, err := url.Parse(answer.URL)
	if err != nil {
		return nil, nil, notFeed
	}
	links := feed.Discover(answer.Body, base)
	for _, l := range links[:min(len(links), 3)] {
		answer, err := r.fetch(ctx, l.URL, validators{})
		if err != nil {
			continue
		}
		if found, err := r.parse(answer); err == nil {
			*address = l.URL
			return answer, found, nil
		}
	}
	return nil, nil, notFeed
}

// Rest throws away what rested for 7 days, or is more than 200 MB, and ends
// the searches of new queries that were interrupted, until ctx ends.
func (r *Radar) Rest(ctx context.Context) error {
	tick := time.NewTicker(restEvery)
	defer tick.Stop()
	for {
		if err := r.Tend(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("what rests could not be tended", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Tend does once what Rest does again and again.
func (r *Radar) Tend(ctx context.Context) error {
	return errors.Join(r.prune(ctx), r.trace(ctx), r.sweep(ctx), r.finishFills(ctx))
}
