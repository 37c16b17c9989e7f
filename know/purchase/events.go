package purchase

import (
	"context"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// The facts of purchases and reasons.
const (
	PurchaseStored   = "purchase.stored"   // subject the first purchase of a batch, n the last; ids between them may belong to a batch stored at the same time
	PurchaseRefunded = "purchase.refunded" // subject purchase, n refunded so far, in the smallest unit
	PurchaseFilled   = "purchase.filled"   // subject purchase, other the account it hung on: it became known who bought it, or where
	ReasonAsked      = "reason.asked"      // subject purchase, other the person who is asked by mail
	ReasonAnswered   = "reason.answered"   // subject reason, other its account: said, or said otherwise
	ReasonWithdrawn  = "reason.withdrawn"  // subject reason, other its account: taken back
	ReasonUnnamed    = "reason.unnamed"    // subject the person who left, n the answers that their name went out of
	TellerAsked      = "teller.asked"      // subject reason, other the person named
	TellerConfirmed  = "teller.confirmed"  // subject reason, other the person named: they may be shown
	TellerRefused    = "teller.refused"    // subject reason, other the person named: they may not, for good
)

func (l *Ledger) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind, noun string, id, other, n int64) error {
	return l.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: noun, ID: id}, Other: other, N: n, Staff: a.IsStaff()})
}
