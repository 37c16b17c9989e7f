package spike

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Spikes finds spikes over one site. Safe for concurrent use, and by several
// processes at once.
type Spikes struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	now    func() time.Time

	seen atomic.Int64 // the last mention that was looked at for whether it is late; 0: none yet
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, now func() time.Time) *Spikes {
	return &Spikes{log: log, db: db, events: events, now: now}
}

// every is how often series are looked at: three times within the minute in
// which a rise is to be told.
const every = 20 * time.Second

// Watch judges all series until ctx ends.
func (s *Spikes) Watch(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.Look(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("spikes could not be looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Look judges the series that have something new, but for those of which the
// past is still arriving, and says what drove the spikes of which that is not
// known.
func (s *Spikes) Look(ctx context.Context) error { return s.look(ctx, true) }

// Once is Look for whoever knows that all of the past is there.
func (s *Spikes) Once(ctx context.Context) error { return s.look(ctx, false) }

func (s *Spikes) look(ctx context.Context, patient bool) error {
	if err := s.stoodStill(ctx); err != nil {
		return err
	}
	due, err := s.due(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range due {
		if err := s.judge(ctx, d, patient); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return errors.Join(failed, s.drive(ctx))
}

// Filter says which spikes to list.
type Filter struct {
	Query  *int64 // nil: those of all queries and of all mentions, but for what a narrower one explains
	Before int64  // with ids under it; 0: from the last found
	Limit  int    // 50 if 0, at most 200
}

// List gives spikes that the counts still show, those that began last first.
func (s *Spikes) List(ctx context.Context, a know.Actor, f Filter) ([]Spike, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return s.list(ctx, f)
}

// Spike gives one, also if the counts do not show it any more.
func (s *Spikes) Spike(ctx context.Context, a know.Actor, id int64) (Spike, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Spike{}, err
	}
	return s.spike(ctx, id)
}

// Leading gives the spike that explains one, which is itself if none does.
func (s *Spikes) Leading(ctx context.Context, a know.Actor, id int64) (Spike, error) {
	o, err := s.Spike(ctx, a, id)
	if err != nil || o.Cause == 0 {
		return o, err
	}
	lead, err := s.spike(ctx, o.Cause)
	if err != nil || !lead.GoneAt.IsZero() {
		return o, err
	}
	return lead, nil
}
