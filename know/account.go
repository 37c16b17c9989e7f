package know

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
)

// AccountKind is what sort of address an account is.
type AccountKind string

// The kinds of account. A name is all we know of some who spoke (a review
// signed "Jo"): its address is the source's id and the folded name.
const (
	Mail      AccountKind = "mail"
	Web       AccountKind = "web"
	Fediverse AccountKind = "fediverse"
	Bluesky   AccountKind = "bluesky"
	Shop      AccountKind = "shop"
	NameOnly  AccountKind = "name"
)

// Account is where somebody speaks from. Person is 0 while nobody claimed it.
type Account struct {
	ID          int64
	Kind        AccountKind
	Address     string
	Name        string
	URL         string
	Person      int64
	ConfirmedAt time.Time
	CreatedAt   time.Time
}

const selectAccount = `select id, kind, address, name, url, person_id, confirmed_at, created_at from account`

func scanAccount(row storage.Scanner) (a Account, err error) {
	var confirmed, created int64
	err = row.Scan(&a.ID, &a.Kind, &a.Address, &a.Name, &a.URL, &a.Person, &confirmed, &created)
	a.ConfirmedAt, a.CreatedAt = storage.Time(confirmed), storage.Time(created)
	return a, err
}

// Account gives one account.
func (d *Directory) Account(ctx context.Context, id int64) (Account, error) {
	a, err := scanAccount(d.db.Row(ctx, selectAccount+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "There is no such account.")
	}
	return a, err
}

// Accounts gives the accounts with these ids, by id; unknown ids are left out.
func (d *Directory) Accounts(ctx context.Context, ids []int64) (map[int64]Account, error) {
	accounts := make(map[int64]Account, len(ids))
	if len(ids) == 0 {
		return accounts, nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, d.db, scanAccount, selectAccount+` where id in (`+holes+`)`, args...)
	for _, a := range all {
		accounts[a.ID] = a
	}
	return accounts, err
}

// AccountsOf gives a person's accounts, oldest first.
func (d *Directory) AccountsOf(ctx context.Context, person int64) ([]Account, error) {
	return storage.All(ctx, d.db, scanAccount, selectAccount+` where person_id = $1 and person_id <> 0 order by id`, person)
}

// EnsureAccount gives the account of that kind and address, made if it is
// new. A name and address that became known are kept. Mail that merely came
// with an import stays unconfirmed and is never written to.
func (d *Directory) EnsureAccount(ctx context.Context, tx *storage.Tx, a Account) (id int64, err error) {
	ids, err := d.EnsureAccounts(ctx, tx, []Account{a})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// EnsureAccounts is EnsureAccount for many. On PostgreSQL they are locked in
// the order given: who calls gives one order to all.
func (d *Directory) EnsureAccounts(ctx context.Context, tx *storage.Tx, all []Account) ([]int64, error) {
	type key struct {
		kind    AccountKind
		address string
	}
	now, ids, rows := storage.Micros(d.now()), map[key]int64{}, make([][]any, 0, len(all))
	keys := make([]key, len(all))
	for i, a := range all {
		k := key{a.Kind, strings.ToLower(strings.TrimSpace(a.Address))}
		keys[i] = k
		if _, there := ids[k]; there {
			continue
		}
		ids[k] = 0
		rows = append(rows, []any{string(k.kind), k.address, a.Name, a.URL, now})
	}
	_, err := tx.InsertMany(ctx, `account (kind, address, name, url, created_at)`, rows, `on conflict (kind, address) do update set
			name = case when account.name = '' then excluded.name else account.name end,
			url = case when account.url = '' then excluded.url else account.url end
		returning id, kind, address`, func(row storage.Scanner) error {
		var id int64
		var k key
		err := row.Scan(&id, &k.kind, &k.address)
		ids[k] = id
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("know: accounts: %w", err)
	}
	found := make([]int64, len(all))
	for i, k := range keys {
		found[i] = ids[k]
	}
	return found, nil
}

// Reachable gives the confirmed mail account to write to a person at, or
// NotFound.
func (d *Directory) Reachable(ctx context.Context, person int64) (Account, error) {
	a, err := scanAccount(d.db.Row(ctx, selectAccount+` where person_id = $1 and person_id <> 0 and kind = 'mail' and confirmed_at > 0 order by id limit 1`, person))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "This person has no confirmed address.")
	}
	return a, err
}

// Move gives an account to a person (0: to nobody), and remembers it so that
// it can be undone.
func (d *Directory) Move(ctx context.Context, a Actor, account, person int64) error {
	if err := Require(a, Join, Subject{}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		var from int64
		err := tx.Row(ctx, `select person_id from account where id = $1`, account).Scan(&from)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "There is no such account.")
		}
		if err != nil {
			return err
		}
		if person != 0 {
			var there int
			if err := tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0`, person).Scan(&there); err != nil {
				return err
			}
			if there == 0 {
				return fault.New(fault.NotFound, "There is nobody here by that number.")
			}
		}
		if err := d.part(ctx, tx, account, from, person, a.ID); err != nil {
			return err
		}
		return d.fact(ctx, tx, "account.moved", a, event.Ref{Kind: "account", ID: account}, person)
	})
}

// part moves an account from one person to another (0: nobody), and remembers
// it.
func (d *Directory) part(ctx context.Context, tx *storage.Tx, account, from, to, by int64) error {
	if _, err := tx.Exec(ctx, `insert into account_move (account_id, from_person, to_person, by_id, at) values ($1, $2, $3, $4, $5)`,
		account, from, to, by, storage.Micros(d.now())); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update account set person_id = $1 where id = $2`, to, account)
	return err
}
