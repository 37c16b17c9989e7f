package purchase

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// refund is one of the refunds of an order, as a row of a file tells it.
type refund struct {
	ref    string // by which it is known again; "" is no refund
	amount int64
}

// refundOf names the refund that a row tells of, so that the same row is known
// again: by the shop's id of it, or by its time and amount, and how many of
// these the file had before it.
func (in *importer) refundOf(id string, o *Order) refund {
	if id = strings.TrimSpace(id); id != "" {
		return refund{ref: "id:" + clip(id, 100), amount: o.RefundedMinor}
	}
	ref := fmt.Sprintf("%d:%d", storage.Micros(o.At), o.RefundedMinor)
	key := o.Shop + "/" + o.ExternalID + "/" + ref
	in.alike[key]++
	return refund{ref: fmt.Sprintf("%s:%d", ref, in.alike[key]), amount: o.RefundedMinor}
}

// paysBack reports whether an order is a row that tells of one refund of an
// order that is to be there.
func (o Order) paysBack() bool { return o.paidBack.ref != "" }

// errNoOrder is why a refund cannot be stored yet.
var errNoOrder = errors.New("purchase: the order of a refund is not here")

// waits reports whether it is a refund whose order was not here.
func (s Stored) waits() bool { return errors.Is(s.Err, errNoOrder) }

// complete fills in what such a row leaves out, by the order that it is of. Its
// own date is that of the refund: not to come, nor, but for a day between
// zones, before the order. Of a refund that is here already the date is no matter.
func (o *Order) complete(ctx context.Context, tx *storage.Tx, now time.Time) error {
	shop := strings.ToLower(strings.TrimSpace(o.Shop))
	if shop == "" {
		shop = DefaultShop
	}
	was, err := scanPurchase(tx.Row(ctx, selectPurchase+` where p.shop = $1 and p.external_id = $2`, shop, o.ExternalID))
	none := errors.Is(err, sql.ErrNoRows)
	if err != nil && !none {
		return err
	}
	var here int
	if err := tx.Row(ctx, `select count(*) from purchase_refund where purchase_id = $1 and ref = $2`, was.ID, o.paidBack.ref).Scan(&here); err != nil {
		return err
	}
	switch {
	case here == 0 && o.At.After(now.Add(o.ahead())):
		return fault.New(fault.Invalid, "The refund is dated in the future.").On("at")
	case none:
		return fault.New(fault.Invalid, "This pays back an order that is neither here nor in the file. Import the order first.").On("amount").Because(errNoOrder)
	case here == 0 && !o.At.IsZero() && o.At.Before(was.At.Add(-day)):
		return fault.New(fault.Invalid, "The refund is dated before its order.").On("at")
	}
	o.AmountMinor, o.At, o.NoZone = was.AmountMinor, was.At, false // the row's date is that of the refund
	return nil
}

// payBack notes one refund of an order, once, and gives what was paid back of
// it so far.
func payBack(ctx context.Context, tx *storage.Tx, was Purchase, r refund) (so int64, err error) {
	var amount int64
	err = tx.Row(ctx, `select amount_minor from purchase_refund where purchase_id = $1 and ref = $2`, was.ID, r.ref).Scan(&amount)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return 0, err
	case err == nil && amount != r.amount:
		return 0, fault.New(fault.Conflict, "This refund is here already, with another amount. What is here stands.").On("amount")
	}
	known := err == nil
	if err := tx.Row(ctx, `select coalesce(sum(amount_minor), 0) from purchase_refund where purchase_id = $1`, was.ID).Scan(&so); err != nil {
		return 0, err
	}
	if known {
		return max(so, was.RefundedMinor), nil
	}
	if so += r.amount; so > was.AmountMinor {
		return 0, fault.New(fault.Invalid, "With this refund more would be paid back than was paid. What is here stands.").On("amount")
	}
	_, err = tx.Exec(ctx, `insert into purchase_refund (purchase_id, ref, amount_minor) values ($1, $2, $3)`, was.ID, r.ref, r.amount)
	return max(so, was.RefundedMinor), err
}
