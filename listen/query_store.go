package listen

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/know"
)

// AddQuery adds a standing query, runs it over what rests and over the
// mentions of the last 90 days, and gives how many it found.
func (r *Radar) AddQuery(ctx context.Context, a know.Actor, n NewQuery) (Query, int, error) {
	return Query{}, 0, fault.New(fault.Unavailable, "This is not there yet.")
}

// ChangeQuery makes a standing query what n says, runs it anew, and gives how
// many it found.
func (r *Radar) ChangeQuery(ctx context.Context, a know.Actor, id int64, n NewQuery) (Query, int, error) {
	return Query{}, 0, fault.New(fault.Unavailable, "This is not there yet.")
}

// RemoveQuery removes a standing query. The mentions it found stay.
func (r *Radar) RemoveQuery(ctx context.Context, a know.Actor, id int64) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// Queries gives all standing queries by name.
func (r *Radar) Queries(ctx context.Context, a know.Actor) ([]Query, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}

// Query gives one standing query.
func (r *Radar) Query(ctx context.Context, a know.Actor, id int64) (Query, error) {
	return Query{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// Try says what a query would find, without keeping it. sources limits it to
// some; none means all.
func (r *Radar) Try(ctx context.Context, a know.Actor, text string, sources []int64) (Trial, error) {
	return Trial{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// Volume gives the mentions by hour of publication since then, oldest first,
// copies left out: those a query matches, or with query 0 all of them. Hours
// without any are left out.
func (r *Radar) Volume(ctx context.Context, a know.Actor, query int64, since time.Time) ([]HourCount, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}
