package purchase

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"tribune/know"
	"tribune/storage"
)

// forgotten begins the address of an account whose owner left, or was forgotten.
const forgotten = "left:"

// account gives the account that an order hangs on. A customer of whom the
// shop told an address before is whoever reads that address.
func (l *Ledger) account(ctx context.Context, tx *storage.Tx, o Order) (id int64, err error) {
	if o.Email == "" && o.Customer != "" {
		err := tx.Row(ctx, `select p.account_id from purchase p join account a on a.id = p.account_id
			where p.shop = $1 and p.customer = $2 and p.customer <> '' and a.kind = 'mail' and a.address not like 'left:%' order by p.id desc limit 1`,
			o.Shop, o.Customer).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	return l.people.EnsureAccount(ctx, tx, o.account())
}

// adopt brings what a customer bought before their address was known to the
// account of that address.
func (l *Ledger) adopt(ctx context.Context, tx *storage.Tx, a know.Actor, shop, customer string, account int64) error {
	if customer == "" {
		return nil
	}
	_, err := l.pass(ctx, tx, a, know.Account{Kind: know.Shop, Address: shop + "/" + customer}, account)
	return err
}

// pass hangs the purchases of an account on another one, and reports whether
// there were any. What is somebody's already, or answered for, stays.
func (l *Ledger) pass(ctx context.Context, tx *storage.Tx, a know.Actor, from know.Account, to int64) (bool, error) {
	type bought struct{ id, account int64 }
	all, err := storage.All(ctx, tx, func(row storage.Scanner) (b bought, err error) {
		err = row.Scan(&b.id, &b.account)
		return b, err
	}, `select p.id, p.account_id from purchase p join account f on f.id = p.account_id
		where f.kind = $1 and f.address = $2 and f.person_id = 0 and f.id <> $3 and not exists (select 1 from reason where reason.account_id = f.id) order by p.id`,
		string(from.Kind), from.Address, to)
	for _, b := range all {
		if _, err := tx.Exec(ctx, `update purchase set account_id = $1, due = 1 where id = $2`, to, b.id); err != nil {
			return false, err
		}
		if err := l.fact(ctx, tx, a, PurchaseFilled, "purchase", b.id, b.account, 0); err != nil {
			return false, err
		}
	}
	return len(all) > 0, err
}

// name adds who bought to an order of which that was not known, or only by the
// shop's number of them, and that number to one that has none.
func (l *Ledger) name(ctx context.Context, tx *storage.Tx, a know.Actor, was Purchase, o Order) (changed bool, err error) {
	if o.Email == "" && o.Customer == "" || !was.sameCustomer(o) {
		return false, nil
	}
	var on know.Account
	var reasons int64
	err = tx.Row(ctx, `select kind, address, person_id, (select count(*) from reason where account_id = account.id) from account where id = $1`, was.Account).
		Scan(&on.Kind, &on.Address, &on.Person, &reasons)
	if err != nil || strings.HasPrefix(on.Address, forgotten) {
		return false, err
	}
	account := was.Account
	if on.Kind == know.Mail {
		if o.Email != "" && strings.ToLower(o.Email) != on.Address {
			return false, nil
		}
	} else {
		if on.Person != 0 || reasons != 0 {
			return false, nil // somebody's already, or answered for
		}
		if account, err = l.account(ctx, tx, o); err != nil {
			return false, err
		}
		if changed, err = l.pass(ctx, tx, a, on, account); err != nil {
			return false, err
		}
	}
	if o.Customer == "" || was.Customer != "" {
		return changed, nil
	}
	if _, err := tx.Exec(ctx, `update purchase set customer = $1 where id = $2`, o.Customer, was.ID); err != nil {
		return false, err
	}
	if on.Kind == know.Mail || o.Email != "" {
		err = l.adopt(ctx, tx, a, was.Shop, o.Customer, account)
	}
	return true, err
}
