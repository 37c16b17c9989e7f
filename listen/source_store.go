package listen

import (
	"context"

	"tribune/internal/fault"
	"tribune/know"
)

// AddSource adds a source. A feed is read at once: if the address is that of a
// page, the page's feed is taken; what is no feed is refused with the reason.
func (r *Radar) AddSource(ctx context.Context, a know.Actor, n NewSource) (Source, error) {
	return Source{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// Sources gives all sources by name.
func (r *Radar) Sources(ctx context.Context, a know.Actor) ([]Source, error) {
	return nil, fault.New(fault.Unavailable, "This is not there yet.")
}

// Source gives one source.
func (r *Radar) Source(ctx context.Context, a know.Actor, id int64) (Source, error) {
	return Source{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// ChangeSource changes a source and gives it as it is then.
func (r *Radar) ChangeSource(ctx context.Context, a know.Actor, id int64, c SourceChange) (Source, error) {
	return Source{}, fault.New(fault.Unavailable, "This is not there yet.")
}

// RemoveSource removes a source and what rests of it; its mentions stay.
func (r *Radar) RemoveSource(ctx context.Context, a know.Actor, id int64) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// PollNow reads a feed now, whatever its interval, and gives the source as it
// is then: LastError says what went wrong.
func (r *Radar) PollNow(ctx context.Context, a know.Actor, id int64) (Source, error) {
	return Source{}, fault.New(fault.Unavailable, "This is not there yet.")
}
