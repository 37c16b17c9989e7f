package listen

import (
	"context"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Hide takes a mention out of what is public, with a reason for the team. An
// empty reason is refused.
func (r *Radar) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// Withdraw empties a mention whose author asked for it, or who deleted the
// original. Who copied its words follows "mention.withdrawn".
func (r *Radar) Withdraw(ctx context.Context, a know.Actor, id int64) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// Quotable notes that the author of a private mention was asked whether it may
// be quoted, or what they said.
func (r *Radar) Quotable(ctx context.Context, a know.Actor, id int64, answer Quotability) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}

// Erase is the follower of "person.left": it withdraws what the person's
// accounts said in private, and all of it if their words go too.
func (r *Radar) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return fault.New(fault.Unavailable, "This is not there yet.")
}
