package listen

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/storage"
)

const (
	atOnce    = 4              // sources that are read at the same time
	liveMost  = 32             // connections that are kept open at the same time
	backOff   = 24 * time.Hour // the longest wait after failures
	pollEvery = time.Second    // how often due sources are looked for
	restEvery = time.Minute    // how often what rests is tended
)

// Poll reads the sources that are due until ctx ends, at most four at once,
// apart from those that keep a connection open. A source is leased while it is
// read, so that of several processes one reads it.
func (r *Radar) Poll(ctx context.Context) error {
	var readers sync.WaitGroup
	defer readers.Wait()
	slots, live := make(chan struct{}, atOnce), make(chan struct{}, liveMost)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		due, err := r.due(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.Error("due sources could not be looked for", "error", err)
		}
		for _, s := range due {
			taken := slots
			if s.Kind.IsLive() {
				if taken = live; len(live) == liveMost {
					continue // it stays due
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case taken <- struct{}{}:
			}
			readers.Go(func() {
				defer func() { <-taken }()
				if err := r.poll(ctx, s.ID, false); err != nil && ctx.Err() == nil {
					r.log.Error("a source could not be kept", "source", s.ID, "error", err)
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

// due gives the sources whose turn it is, by id and kind.
func (r *Radar) due(ctx context.Context) ([]Source, error) {
	now := storage.Micros(r.now())
	holes, args := storage.Holes(2, slices.Sorted(maps.Keys(r.readers)))
	return storage.All(ctx, r.db, func(row storage.Scanner) (s Source, err error) {
		err = row.Scan(&s.ID, &s.Kind)
		return s, err
	}, `select id, kind from source
		where kind in (`+holes+`) and every_seconds > 0 and paused = 0 and removed_at = 0 and due_at <= $1 and leased_until < $1 order by due_at, id limit 20`, append([]any{now}, args...)...)
}

// PollNow reads a source now, whatever its interval, and gives it as it is
// then: LastError says what went wrong. One that keeps a connection open is
// connected again, if it is not.
func (r *Radar) PollNow(ctx context.Context, a know.Actor, id int64) (Source, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Source{}, err
	}
	s, err := r.source(ctx, id)
	if err != nil {
		return s, err
	}
	switch {
	case !s.Kind.IsRead():
		return s, fault.New(fault.Invalid, "This source cannot be read anew: it sends by itself.")
	case s.Kind.IsLive():
		err = r.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set due_at = $1 where id = $2`, storage.Micros(r.now()), id)
			return err
		})
	default:
		err = r.poll(context.WithoutCancel(ctx), id, true)
	}
	if err != nil {
		return s, err
	}
	return r.source(ctx, id)
}

// poll leases one source, reads it and notes how that went. Its error is the
// database's; what is wrong with the source stands on it. anyway takes one that
// is not due or is paused.
func (r *Radar) poll(ctx context.Context, id int64, anyway bool) error {
	mine, err := r.lease(ctx, id, anyway)
	if err != nil || !mine {
		return err
	}
	whole := context.WithoutCancel(ctx)
	ctx, stop := r.renew(ctx, id, anyway)
	defer stop()
	s, err := r.source(ctx, id)
	if err != nil {
		return err
	}
	report, t, err := r.read(ctx, s)
	if ctx.Err() != nil { // we stop, or it was paused or removed: it goes on where it was
		return r.release(whole, id)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		r.log.Error("a source was read but could not be stored", "source", id, "error", err)
	}
	return r.note(ctx, s, report, t, err)
}

// lease takes a source for this process, and reports whether it got it.
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

// renew keeps a lease while a source is read. The context it gives ends when
// the source is paused or removed, unless it is read anyway, or the lease is
// lost.
func (r *Radar) renew(ctx context.Context, id int64, anyway bool) (reading context.Context, stop func()) {
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
			n := int64(1)
			err := r.db.Update(ctx, func(tx *storage.Tx) (err error) {
				n, err = tx.Exec(ctx, `update source set leased_until = $1
					where id = $2 and leased_by = $3 and leased_until > 0 and removed_at = 0 and (paused = 0 or $4 = 1)`,
					storage.Micros(r.now().Add(event.Lease)), id, r.events.Worker(), storage.Bit(anyway))
				return err
			})
			if err != nil && ctx.Err() == nil {
				r.log.Error("a lease could not be renewed", "source", id, "error", err)
			}
			if n == 0 {
				cancel()
			}
		}
	})
	return ctx, func() { cancel(); done.Wait() }
}

func (r *Radar) release(ctx context.Context, id int64) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update source set leased_by = '', leased_until = 0 where id = $1 and leased_by = $2`, id, r.events.Worker())
		return err
	})
}

// note writes on a source how reading it went, and when it is due again.
func (r *Radar) note(ctx context.Context, s Source, report reader.Report, t tally, failure error) error {
	now := r.now()
	wait := max(s.Every, report.Wait)
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		if failure != nil {
			wait = max(wait, backedOff(s.Every, s.Failures+1))
			_, err := tx.Exec(ctx, `update source set last_error = $1, failures = failures + 1, tried_at = $2, due_at = $3, leased_by = '', leased_until = 0 where id = $4`,
				saidOf(failure).keep(), storage.Micros(now), storage.Micros(now.Add(wait)), s.ID)
			return err
		}
		if report.More {
			wait = report.Wait
		}
		result := t.said(report)
		if report.Same { // what was put up with has not changed either
			result = Said{Text: textSame, Also: s.LastResult.Also}
		}
		_, err := tx.Exec(ctx, `update source set last_result = $1, last_error = '', failures = 0, refused = 0, refused_why = '', tried_at = $2, ok_at = $2, due_at = $3, leased_by = '', leased_until = 0 where id = $4`,
			result.keep(), storage.Micros(now), storage.Micros(now.Add(wait)), s.ID)
		return err
	})
}

// aliveEvery is how often a connection that is kept open is noted to work.
const aliveEvery = 10 * time.Second

// alive notes on a source that is being followed that it works, now and then.
func (r *Radar) alive(ctx context.Context, s Source, t *tally) error {
	now := r.now()
	if now.Sub(t.noted) < aliveEvery {
		return nil
	}
	t.noted = now
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update source set last_result = $1, last_error = '', failures = 0, tried_at = $2, ok_at = $2 where id = $3`,
			t.said(reader.Report{}).keep(), storage.Micros(now), s.ID)
		return err
	})
}

// said tells what a reading found, and what was put up with.
func (t tally) said(report reader.Report) Said {
	s := Said{Text: textRead, Args: []any{"read", t.read, "new", t.fresh}}
	for _, n := range report.Also {
		s.Also = append(s.Also, Said{Text: n.Text, Args: n.Args})
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

// addRead finds what a person typed, reads it, and keeps it as a source. A site
// that was only guessed to have a feed, and has none, may have a sitemap.
func (r *Radar) addRead(ctx context.Context, a know.Actor, n NewSource, guessed bool) (Source, error) {
	n.Name, n.Token = strings.TrimSpace(n.Name), strings.TrimSpace(n.Token)
	if len(n.Token) > maxToken {
		return Source{}, fault.New(fault.Invalid, "This is no access token: one has at most {limit} characters.", "limit", maxToken).On("token")
	}
	var often, named error
	n.Every, often = checkEvery(n.Kind, n.Every)
	if n.Name != "" {
		n.Name, named = checkName(n.Name)
	}
	if err := fault.All(named, often); err != nil {
		return Source{}, err
	}
	typed := reader.Typed{URL: strings.TrimSpace(n.URL), Secret: n.Token}
	found, err := r.readers[n.Kind].Find(ctx, typed)
	if guessed && n.Kind == FeedSource && fault.Is(err, fault.Invalid) {
		if at, otherwise := r.readers[SitemapSource].Find(ctx, typed); otherwise == nil {
			n.Kind, found, err = SitemapSource, at, nil
		}
	}
	if err != nil {
		return Source{}, onField(err, "url")
	}
	n.URL = found.URL
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
	if n.Kind.IsLive() {
		return r.source(ctx, id) // the loop connects it
	}
	if found.First == nil {
		if err := r.poll(ctx, id, true); err != nil {
			return Source{}, err
		}
		return r.source(ctx, id)
	}
	s, err := r.source(ctx, id)
	if err != nil {
		return s, err
	}
	if mine, err := r.lease(ctx, id, true); err != nil || !mine {
		return s, err // the loop reads it already
	}
	ctx, stop := r.renew(ctx, id, true)
	defer stop()
	s.OKAt = time.Time{} // read as for the first time: all of it may rest
	var t tally
	report, err := found.First(ctx, r.deliver(s, &t))
	if err != nil {
		r.log.Error("a source was read but could not be stored", "source", id, "error", err)
	}
	if err := r.note(ctx, s, report, t, err); err != nil {
		return s, err
	}
	return r.source(ctx, id)
}

// Rest throws away what rested for 7 days, or is more than 200 MB, ends the
// searches of new queries that were interrupted, and looks again at what was
// heard, until ctx ends.
func (r *Radar) Rest(ctx context.Context) error {
	var both sync.WaitGroup
	for what, do := range map[string]func(context.Context) error{"what rests could not be tended": r.Tend, "what was heard could not be looked at again": r.Check} {
		both.Go(func() {
			tick := time.NewTicker(restEvery)
			defer tick.Stop()
			for ctx.Err() == nil {
				if err := do(ctx); err != nil && ctx.Err() == nil {
					r.log.Error(what, "error", err)
				}
				select {
				case <-ctx.Done():
				case <-tick.C:
				}
			}
		})
	}
	both.Wait()
	return nil
}

// Tend does once what Rest does again and again.
func (r *Radar) Tend(ctx context.Context) error {
	return errors.Join(r.cutDeleted(ctx), r.prune(ctx), r.sweep(ctx), r.fold(ctx), r.finishFills(ctx))
}
