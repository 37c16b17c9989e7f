package know

import (
	"context"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
)

// The facts about mails that staff record.
const (
	MailResent = "mail.resent" // subject mail: somebody had it sent again
	MailRead   = "mail.read"   // subject mail, other the person it is for: an owner opened the link that its reader alone has
)

// Outbox lists what leaves the building, newest first, with ids under before
// (0: from the newest); state "" means all.
func (d *Directory) Outbox(ctx context.Context, a Actor, state event.State, before int64, limit int) ([]event.Delivery, error) {
	if err := Require(a, Post, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	return d.events.Deliveries(ctx, state, before, limit)
}

// OutboxStates counts the outbox by state.
func (d *Directory) OutboxStates(ctx context.Context, a Actor) (map[event.State]int64, error) {
	if err := Require(a, Post, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	return d.events.States(ctx)
}

// Mailing gives one row of the outbox.
func (d *Directory) Mailing(ctx context.Context, a Actor, id int64) (event.Delivery, error) {
	if err := Require(a, Post, Subject{Audience: Team}); err != nil {
		return event.Delivery{}, err
	}
	return d.events.Delivery(ctx, id)
}

// SendAgain makes a failed or uncertain mail wait once more. Who did so is
// recorded: with an uncertain one, somebody may get it twice.
func (d *Directory) SendAgain(ctx context.Context, a Actor, id int64) error {
	if err := Require(a, Post, Subject{Audience: Team}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		if err := d.events.Again(ctx, tx, id); err != nil {
			return err
		}
		return d.fact(ctx, tx, MailResent, a, event.Ref{Kind: "mail", ID: id}, 0)
	})
}

// OpenLink gives an owner the link in a mail that its reader alone has, to hand
// over by other means because no mail server is set. It is recorded: whoever
// uses such a link acts as the person who would read the mail. arm makes the
// link, which is kept nowhere, and gives that person; or says that there is none.
func (d *Directory) OpenLink(ctx context.Context, a Actor, id int64, arm func(event.Delivery) (link string, reader int64, err error)) (link string, err error) {
	if err := Require(a, Configure, Subject{Audience: Team}); err != nil {
		return "", err
	}
	m, err := d.events.Delivery(ctx, id)
	if err != nil {
		return "", err
	}
	if m.State == event.Sent {
		return "", fault.New(fault.Conflict, "This mail has no link to hand over.")
	}
	link, reader, err := arm(m)
	if err != nil {
		return "", err
	}
	return link, d.db.Update(ctx, func(tx *storage.Tx) error {
		return d.fact(ctx, tx, MailRead, a, event.Ref{Kind: "mail", ID: id}, reader)
	})
}

// Audit gives what staff did, newest first, before the fact with id before (0:
// from the newest), at most limit.
func (d *Directory) Audit(ctx context.Context, a Actor, before int64, limit int) ([]event.Event, error) {
	if err := Require(a, Inspect, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	return d.events.Audit(ctx, before, limit)
}
