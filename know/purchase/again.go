package purchase

import (
	"context"
	"slices"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// again takes an order that is there already: it may add a refund, and what
// was not known of its buyer. An order is never made another one: its fault
// says what was not taken over, while what may be added was.
func (l *Ledger) again(ctx context.Context, tx *storage.Tx, a know.Actor, was Purchase, o Order) (changed bool, err error) {
	if was.AmountMinor != o.AmountMinor || was.Currency != o.Currency {
		return false, fault.New(fault.Conflict, "This order is here already, with another amount or currency. What is here stands.").On("amount_minor")
	}
	if o.paidBack.ref != "" {
		if o.RefundedMinor, err = payBack(ctx, tx, was, o.paidBack); err != nil {
			return false, err
		}
	}
	if o.RefundedMinor > was.RefundedMinor || o.Cancelled && !was.Cancelled {
		if err := l.takeBack(ctx, tx, a, &was, o); err != nil {
			return false, err
		}
		changed = true
	}
	located, err := l.locate(ctx, tx, a, was, o)
	if err != nil {
		return changed, err
	}
	named, err := l.name(ctx, tx, a, was, o)
	if err != nil {
		return changed, err
	}
	changed = changed || located || named
	buyer, err := anotherBuyer(ctx, tx, was, o)
	if err != nil {
		return changed, err
	}
	return changed, fault.All(append(was.differs(o), buyer...)...)
}

// takeBack notes what was paid back of an order, or that it was cancelled. One
// that is a purchase no more is not asked about.
func (l *Ledger) takeBack(ctx context.Context, tx *storage.Tx, a know.Actor, was *Purchase, o Order) error {
	before := was.Returned()
	was.RefundedMinor, was.Cancelled = max(was.RefundedMinor, o.RefundedMinor), was.Cancelled || o.Cancelled
	if _, err := tx.Exec(ctx, `update purchase set refunded_minor = $1, cancelled = $2 where id = $3`, was.RefundedMinor, storage.Bit(was.Cancelled), was.ID); err != nil {
		return err
	}
	if was.Returned() && !before {
		if was.Country != "" {
			if err := uncountCountry(ctx, tx, was.Country, was.ID); err != nil {
				return err
			}
		}
		if err := l.unaskReturned(ctx, tx, was.ID); err != nil {
			return err
		}
	}
	return l.fact(ctx, tx, a, PurchaseRefunded, "purchase", was.ID, 0, was.RefundedMinor)
}

// differs says what an order says otherwise than it stands here. What it
// leaves out is no difference.
func (p Purchase) differs(o Order) (wrong []error) {
	say := func(field, text string) {
		wrong = append(wrong, fault.New(fault.Conflict, text).On(field))
	}
	apart := p.At.Sub(storage.Time(storage.Micros(o.At))).Abs()
	if apart >= day || apart > 0 && !o.NoZone {
		say("at", "This order is here already, with another date. What is here stands.")
	}
	if o.Country != "" && p.Country != "" && o.Country != p.Country {
		say("country", "This order is here already, from another country. What is here stands.")
	}
	if slices.ContainsFunc(o.Items, func(i Item) bool { return !slices.Contains(p.Items, i) }) {
		say("items", "This order is here already, with other items. What is here stands.")
	}
	if o.RefundedMinor > 0 && o.RefundedMinor < p.RefundedMinor {
		say("refunded_minor", "More was paid back of this order already than is said now. What is here stands.")
	}
	if o.Code != "" && o.Code != p.Code {
		say("code", "This order is here already, with another code or none. What is here stands.")
	}
	return wrong
}

// anotherBuyer says that an order, which is here already and took over what it
// could, names another buyer. Whose address was forgotten is not compared.
func anotherBuyer(ctx context.Context, tx *storage.Tx, was Purchase, o Order) (wrong []error, err error) {
	if o.Email == "" && o.Customer == "" {
		return nil, nil
	}
	var kind know.AccountKind
	var address string
	if err := tx.Row(ctx, `select a.kind, a.address from purchase p join account a on a.id = p.account_id where p.id = $1`, was.ID).Scan(&kind, &address); err != nil {
		return nil, err
	}
	said, field := o.account(), "email"
	if o.Email == "" {
		field = "customer_id"
	}
	switch {
	case strings.HasPrefix(address, forgotten):
		return nil, nil
	case !was.sameCustomer(o):
		field = "customer_id"
	case said.Kind != know.Mail && kind == know.Mail, said.Kind == kind && (said.Address == address || strings.ToLower(said.Address) == address):
		return nil, nil
	}
	return []error{fault.New(fault.Conflict, "This order has its buyer already, and it is not the one who is named now. What is here stands.").On(field)}, nil
}

// sameCustomer reports whether an order names the customer that it has here, or
// one of the two says nothing. An earlier version kept those numbers in small
// letters.
func (p Purchase) sameCustomer(o Order) bool {
	return p.Customer == "" || o.Customer == "" || o.Customer == p.Customer || strings.ToLower(o.Customer) == p.Customer
}

// locate adds from where somebody bought, if that was not known.
func (l *Ledger) locate(ctx context.Context, tx *storage.Tx, a know.Actor, was Purchase, o Order) (changed bool, err error) {
	if o.Country == "" || was.Country != "" {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `update purchase set country = $1 where id = $2`, o.Country, was.ID); err != nil {
		return false, err
	}
	if !was.Returned() {
		if err := countCountry(ctx, tx, o.Country, was.ID, was.At); err != nil {
			return false, err
		}
	}
	return true, l.fact(ctx, tx, a, PurchaseFilled, "purchase", was.ID, was.Account, 0)
}
