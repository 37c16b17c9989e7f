package tribe

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"tribune/storage"
)

// How often a look is taken, how often it is asked whether it is time, and how
// long one may take before another process takes it over.
const (
	lookEvery  = 7 * aDay // once there are groups; before, every day
	takeEvery  = aDay
	askEvery   = 10 * time.Minute
	lookWithin = 15 * time.Minute
)

// Run looks for groups once a week and takes the strength of tribes once a day,
// until ctx ends. Of several processes one does. Members are told of renamings as
// those fall due.
func (s *Tribes) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.tellRun(ctx) })
	group.Go(func() error { return s.lookRun(ctx) })
	return group.Wait()
}

func (s *Tribes) lookRun(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the look for tribes failed; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(askEvery):
		}
	}
	return nil
}

// RunOnce does what is due.
func (s *Tribes) RunOnce(ctx context.Context) error {
	every := lookEvery
	if found, err := s.found(ctx); err != nil {
		return err
	} else if found == 0 { // a site that has just begun
		every = takeEvery
	}
	due, err := s.due(ctx, "look", every)
	if err != nil {
		return err
	}
	if due {
		if held, err := s.lease(ctx, "look"); err != nil || !held {
			return err
		}
		return s.lookNow(ctx)
	}
	if due, err = s.due(ctx, "strength", takeEvery); err != nil || !due {
		return err
	}
	if held, err := s.lease(ctx, "strength"); err != nil || !held {
		return err
	}
	if err := s.takeStrength(ctx); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update tribe_run set ran_at = $1, leased_until = 0 where name = 'strength'`, storage.Micros(s.now()))
		return err
	})
}

// found gives how many groups the last look found.
func (s *Tribes) found(ctx context.Context) (n int64, err error) {
	err = s.db.Row(ctx, `select coalesce(max(found), 0) from tribe_run where name = 'look'`).Scan(&n)
	return n, err
}

func (s *Tribes) due(ctx context.Context, name string, every time.Duration) (bool, error) {
	var at int64
	err := s.db.Row(ctx, `select coalesce(max(ran_at), 0) from tribe_run where name = $1`, name).Scan(&at)
	return s.now().Sub(storage.Time(at)) >= every, err
}

// lease holds a kind of work for this process.
func (s *Tribes) lease(ctx context.Context, name string) (held bool, err error) {
	now := s.now()
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `insert into tribe_run (name) values ($1) on conflict (name) do nothing`, name); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update tribe_run set leased_by = $1, leased_until = $2 where name = $3 and leased_until < $4`,
			s.events.Worker(), storage.Micros(now.Add(lookWithin)), name, storage.Micros(now))
		held = n == 1
		return err
	})
	return held, err
}
