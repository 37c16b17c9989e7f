package board

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// What decides who is drawn is settled by the first application: we see who
// applied, and whoever sees that and may still write the quotas, or end the
// applications, chooses who is drawn. Three things are left, and none can be
// aimed at anybody: applications may be taken for longer, with a value that
// becomes known later still; a value that may be known before the pool was frozen
// makes room for one that is not known yet; and quotas that who applied cannot
// meet may go, all of them together.

// Settled reports whether what decides who is drawn can change no more.
func (b Board) Settled() bool { return b.Applications > 0 }

func settled(field string) error {
	return fault.New(fault.Conflict, "Somebody has applied. Seats, quotas, who may apply and the seed stay as they are, so that nobody can choose who is drawn. You can take applications for longer, with a later value.").On(field)
}

// maySettle refuses a change that would reach into who is drawn from those who
// have applied.
func (n *NewBoard) maySettle(b Board, now time.Time) error {
	if !b.Settled() {
		return nil
	}
	var wrong []error
	no := func(bad bool, field string) {
		if bad {
			wrong = append(wrong, settled(field))
		}
	}
	later := n.ClosesAt.After(b.ClosesAt) || b.Missed(now) && n.BeaconAt.After(now)
	no(n.Seats != b.Seats, "seats")
	no(n.Invited != b.Invited, "invited")
	no(n.Announced != b.Announced, "announced")
	no(n.ClosesAt.Before(b.ClosesAt), "closes_at")
	no(n.Beacon != b.Beacon && !later, "beacon")
	no(n.Counts != b.Counts && !later, "counts")
	no(n.Numbers != b.Numbers && !later, "numbers")
	no(n.Digits != b.Digits && !later, "digits")
	no(!n.BeaconAt.Equal(b.BeaconAt) && !later, "beacon_at")
	return fault.All(wrong...)
}

// mayDrop refuses to take the quotas away while they decide between people:
// before applications are closed, if the seats can be drawn with them, and if
// they could not be drawn without.
func (s *Boards) mayDrop(ctx context.Context, tx *storage.Tx, b Board) error {
	if s.now().Before(b.ClosesAt) {
		return settled("quotas")
	}
	p, err := s.preview(ctx, tx, b)
	if err != nil {
		return err
	}
	if !p.Dropping(b) {
		return settled("quotas")
	}
	return nil
}

// Dropping reports whether the seats of a board can be drawn once its quotas
// are gone, and only then.
func (p Preview) Dropping(b Board) bool { return p.Fails != nil && p.Pool >= b.Seats }

// Dropped gives when the quotas of a board were taken away after its
// applications were closed; the zero time if they were not. earlier is what
// stood in it before, the latest first.
func Dropped(b Board, quotas []Quota, earlier []Wording) time.Time {
	next := b.Wording(quotas)
	for _, w := range earlier {
		if len(w.Quotas) > 0 && len(next.Quotas) == 0 && !w.ClosesAt.IsZero() && !w.Until.Before(w.ClosesAt) {
			return w.Until
		}
		next = w
	}
	return time.Time{}
}
