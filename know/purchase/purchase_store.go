package purchase

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// batchSize is how many orders are stored in one transaction: few enough that
// it stays well under 200 ms, and so does a follower's look at a hundred of them.
const batchSize = 200

// Stored is what became of one order.
type Stored struct {
	ID       int64
	Known    bool  // it was there already
	Changed  bool  // and something was added to it: a refund, who bought it, from where
	Err      error // a *fault.Error: nothing of it was stored, or, if it is Known, what was not taken over
	external string
}

// Store takes orders in, at most MaxStore, and answers one by one: a wrong one
// does not keep the others out. One that is there already is known again, and
// may add a refund, its buyer or its country; whatever else it says must be
// what was said before.
func (l *Ledger) Store(ctx context.Context, a know.Actor, orders []Order) ([]Stored, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return nil, err
	}
	if len(orders) > MaxStore {
		return nil, fault.New(fault.Invalid, "At most {most} orders are taken at once. Send the rest after them.", "most", MaxStore)
	}
	stored := make([]Stored, 0, len(orders))
	for from := 0; from < len(orders); from += batchSize {
		part, err := l.storeBatch(ctx, a, orders[from:min(from+batchSize, len(orders))], false)
		if err != nil {
			return stored, fmt.Errorf("purchase: store: %w", err)
		}
		stored = append(stored, part...)
	}
	return stored, nil
}

// errDry ends the transaction of a batch that is only looked at.
var errDry = errors.New("purchase: nothing is stored")

// storeBatch stores one batch; dry, it says what would become of it.
func (l *Ledger) storeBatch(ctx context.Context, a know.Actor, orders []Order, dry bool) (stored []Stored, err error) {
	err = l.db.Update(ctx, func(tx *storage.Tx) error {
		stored = make([]Stored, len(orders))
		for i, o := range orders {
			if err := l.storeNext(ctx, tx, a, o, &stored[i]); err != nil {
				return err
			}
		}
		first, last := int64(0), int64(0)
		for i, s := range stored {
			switch {
			case s.waits() && dry: // an import comes back to it, too
				if err := l.storeNext(ctx, tx, a, orders[i], &stored[i]); err != nil {
					return err
				}
			case s.Err == nil && !s.Known:
				if first == 0 {
					first = s.ID
				}
				last = s.ID
			}
		}
		if dry {
			return errDry
		}
		if first == 0 {
			return nil
		}
		return l.fact(ctx, tx, a, PurchaseStored, "purchase", first, 0, last)
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return stored, err
}

// storeNext checks one order and stores it. What is wrong with it alone goes
// into s.
func (l *Ledger) storeNext(ctx context.Context, tx *storage.Tx, a know.Actor, o Order, s *Stored) error {
	*s = Stored{external: o.ExternalID}
	if o.paysBack() {
		if s.Err = o.complete(ctx, tx, l.now()); s.Err != nil {
			if _, ok := errors.AsType[*fault.Error](s.Err); !ok {
				return s.Err
			}
			return nil
		}
	}
	if s.Err = o.check(l.now()); s.Err != nil {
		return nil
	}
	return l.storeOne(ctx, tx, a, o, s)
}

// storeOne stores one order that was checked. What is wrong with it alone goes
// into s.
func (l *Ledger) storeOne(ctx context.Context, tx *storage.Tx, a know.Actor, o Order, s *Stored) error {
	was, err := scanPurchase(tx.Row(ctx, selectPurchase+` where p.shop = $1 and p.external_id = $2`, o.Shop, o.ExternalID))
	if err == nil {
		s.ID, s.Known = was.ID, true
		if s.Changed, s.Err = l.again(ctx, tx, a, was, o); s.Err != nil {
			if _, ok := errors.AsType[*fault.Error](s.Err); !ok {
				return s.Err
			}
		}
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	account, err := l.account(ctx, tx, o)
	if err != nil {
		return err
	}
	items, err := json.Marshal(append([]Item{}, o.Items...))
	if err != nil {
		return err
	}
	s.ID, err = tx.Insert(ctx, `insert into purchase (shop, external_id, account_id, at, country, items, amount_minor, currency, refunded_minor, code, customer, added_at, cancelled)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (shop, external_id) do nothing returning id`,
		o.Shop, o.ExternalID, account, storage.Micros(o.At), o.Country, string(items), o.AmountMinor, o.Currency, o.RefundedMinor, o.Code, o.Customer, storage.Micros(l.now()), storage.Bit(o.Cancelled))
	if errors.Is(err, sql.ErrNoRows) { // another process stored it since we looked
		s.Known = true
		return tx.Row(ctx, `select id from purchase where shop = $1 and external_id = $2`, o.Shop, o.ExternalID).Scan(&s.ID)
	}
	if err != nil {
		return err
	}
	if o.Email != "" {
		if err := l.adopt(ctx, tx, a, o.Shop, o.Customer, account); err != nil {
			return err
		}
	}
	if (Purchase{AmountMinor: o.AmountMinor, RefundedMinor: o.RefundedMinor, Cancelled: o.Cancelled}).Returned() {
		return nil
	}
	return countCountry(ctx, tx, o.Country, s.ID, o.At)
}

// countCountry counts a purchase into its country's row, and keeps the first.
func countCountry(ctx context.Context, tx *storage.Tx, country string, id int64, at time.Time) error {
	if country == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into purchase_country (country, purchase_id, at, purchases) values ($1, $2, $3, 1)
		on conflict (country) do update set purchases = purchase_country.purchases + 1,
			purchase_id = case when (excluded.at, excluded.purchase_id) < (purchase_country.at, purchase_country.purchase_id) then excluded.purchase_id else purchase_country.purchase_id end,
			at = case when excluded.at < purchase_country.at then excluded.at else purchase_country.at end`,
		country, id, storage.Micros(at))
	return err
}

// uncountCountry takes a purchase that was paid back off its country's row.
func uncountCountry(ctx context.Context, tx *storage.Tx, country string, id int64) error {
	if _, err := tx.Exec(ctx, `update purchase_country set purchases = purchases - 1 where country = $1`, country); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update purchase_country set (purchase_id, at) = (select p.id, p.at from purchase p where p.country = $1 and `+Counts("p")+` order by p.at, p.id limit 1)
		where country = $1 and purchase_id = $2 and purchases > 0`, country, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from purchase_country where country = $1 and purchases = 0`, country)
	return err
}

const selectPurchase = `select p.id, p.shop, p.external_id, p.account_id, coalesce(a.person_id, 0), coalesce(case when a.joined_by = 0 then a.person_id end, 0), p.at, p.country, p.items, p.amount_minor, p.currency, p.refunded_minor, p.code, p.customer, p.added_at, p.cancelled
	from purchase p left join account a on a.id = p.account_id`

func scanPurchase(row storage.Scanner) (p Purchase, err error) {
	var at, added, cancelled int64
	var items string
	if err = row.Scan(&p.ID, &p.Shop, &p.ExternalID, &p.Account, &p.Person, &p.Holder, &at, &p.Country, &items, &p.AmountMinor, &p.Currency, &p.RefundedMinor, &p.Code, &p.Customer, &added, &cancelled); err != nil {
		return p, err
	}
	p.At, p.AddedAt, p.Cancelled = storage.Time(at), storage.Time(added), cancelled == 1
	return p, json.Unmarshal([]byte(items), &p.Items)
}

// Purchase gives one purchase.
func (l *Ledger) Purchase(ctx context.Context, a know.Actor, id int64) (Purchase, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return Purchase{}, err
	}
	return purchase(ctx, l.db, id)
}

func purchase(ctx context.Context, q storage.Q, id int64) (Purchase, error) {
	p, err := scanPurchase(q.Row(ctx, selectPurchase+` where p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "There is no such purchase.")
	}
	return p, err
}

// ByID gives the purchases with these ids, by id; unknown ids are left out.
func (l *Ledger) ByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Purchase, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, l.db, scanPurchase, selectPurchase+` where p.id in (`+holes+`)`, args...)
	found := make(map[int64]Purchase, len(all))
	for _, p := range all {
		found[p.ID] = p
	}
	return found, err
}

// Filter says which purchases to list.
type Filter struct {
	Accounts []int64 // bought from one of these; nil: from any
	Country  string
	Since    time.Time
	Until    time.Time // before then
	Cursor   string
	Limit    int
}

// Purchases lists purchases, the latest first.
func (l *Ledger) Purchases(ctx context.Context, a know.Actor, f Filter) (list []Purchase, next string, err error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, "", err
	}
	at, id := int64(1<<62), int64(1<<62)
	if f.Cursor != "" {
		if n, err := fmt.Sscanf(f.Cursor, "%d.%d", &at, &id); err != nil || n != 2 {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	if !f.Until.IsZero() && storage.Micros(f.Until) <= at {
		at, id = storage.Micros(f.Until), 0
	}
	query, args := selectPurchase+` where (p.at, p.id) < ($1, $2)`, []any{at, id, f.Limit + 1}
	if !f.Since.IsZero() {
		args = append(args, storage.Micros(f.Since))
		query += fmt.Sprintf(` and p.at >= $%d`, len(args))
	}
	if f.Country != "" {
		args = append(args, strings.ToUpper(f.Country))
		query += fmt.Sprintf(` and p.country = $%d`, len(args))
	}
	if f.Accounts != nil {
		holes, values := storage.Holes(len(args)+1, f.Accounts)
		query, args = query+` and p.account_id in (`+holes+`)`, append(args, values...)
	}
	list, err = storage.All(ctx, l.db, scanPurchase, query+` order by p.at desc, p.id desc limit $3`, args...)
	if err != nil {
		return nil, "", fmt.Errorf("purchase: list: %w", err)
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		next = fmt.Sprintf("%d.%d", storage.Micros(list[f.Limit-1].At), list[f.Limit-1].ID)
	}
	return list, next, nil
}

// First is the first purchase from a country.
type First struct {
	Country   string
	Purchase  int64
	At        time.Time
	Purchases int64 // from there, in all
}

// Firsts gives the first purchase from each country since then, the latest
// country first. The country of the very first purchase, where it all began,
// is left out: nobody there is a stranger for it.
func (l *Ledger) Firsts(ctx context.Context, a know.Actor, since time.Time) ([]First, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	return storage.All(ctx, l.db, func(row storage.Scanner) (f First, err error) {
		var at int64
		err = row.Scan(&f.Country, &f.Purchase, &at, &f.Purchases)
		f.At = storage.Time(at)
		return f, err
	}, `select country, purchase_id, at, purchases from purchase_country where at >= $1 and at > (select min(at) from purchase_country) order by at desc, country`, storage.Micros(since))
}
