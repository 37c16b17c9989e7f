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
	"tribune/know/naming"
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
//
// A person holds an account by confirming that they read it, or by an
// invitation that went to it; only what they hold signs in as them and is
// written to. What the team joined to them is attributed: what it said and
// bought counts as theirs, and no more.
type Account struct {
	ID          int64
	Kind        AccountKind
	Address     string
	Name        string
	URL         string
	Person      int64
	JoinedBy    int64     // who of us joined it to Person; 0: Person holds it
	ConfirmedAt time.Time // zero for one that is not held
	CreatedAt   time.Time
}

// folded is the address as it is kept: addresses that differ by case alone are
// one, but for a shop's ids, of which nobody but the shop knows what they mean.
func (a Account) folded() string {
	if a.Kind == Shop {
		return strings.TrimSpace(a.Address)
	}
	return strings.ToLower(strings.TrimSpace(a.Address))
}

// Holder gives the person who holds an account, 0 if nobody does.
func (a Account) Holder() int64 {
	if a.JoinedBy != 0 {
		return 0
	}
	return a.Person
}

// Disclosed reports whether what an account said may be shown to its person:
// they hold it, or it speaks where everybody reads it. What was written by
// mail, told by telephone, or bought is private until its reader has confirmed.
func (a Account) Disclosed() bool {
	return a.JoinedBy == 0 || a.Kind == Web || a.Kind == Fediverse || a.Kind == Bluesky
}

// DisclosedAccount is Disclosed as a condition on account a.
const DisclosedAccount = `(a.joined_by = 0 or a.kind in ('web', 'fediverse', 'bluesky'))`

const selectAccount = `select id, kind, address, name, url, person_id, joined_by, confirmed_at, created_at from account`

func scanAccount(row storage.Scanner) (a Account, err error) {
	var confirmed, created int64
	err = row.Scan(&a.ID, &a.Kind, &a.Address, &a.Name, &a.URL, &a.Person, &a.JoinedBy, &confirmed, &created)
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
		k := key{a.Kind, a.folded()}
		keys[i] = k
		if _, there := ids[k]; there {
			continue
		}
		ids[k] = 0
		rows = append(rows, []any{string(k.kind), k.address, a.Name, naming.Key(a.Name), a.URL, now})
	}
	_, err := tx.InsertMany(ctx, `account (kind, address, name, folded, url, created_at)`, rows, `on conflict (kind, address) do update set
			name = case when account.name = '' then excluded.name else account.name end,
			folded = case when account.name = '' then excluded.folded else account.folded end,
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

// Introduce notes what somebody is called who says so on their own page: that
// goes before what others called the account. A person has a name of their own.
func (d *Directory) Introduce(ctx context.Context, tx *storage.Tx, account int64, name string) error {
	if name == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `update account set name = $1, folded = $2 where id = $3 and person_id = 0 and name <> $1`, name, naming.Key(name), account); err != nil {
		return fmt.Errorf("know: introduce account %d: %w", account, err)
	}
	return nil
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

// ReachedByMail reports whether a person has a confirmed address.
func (d *Directory) ReachedByMail(ctx context.Context, q storage.Q, person int64) (bool, error) {
	var n int
	err := q.Row(ctx, `select count(*) from account where person_id = $1 and person_id <> 0 and kind = 'mail' and confirmed_at > 0`, person).Scan(&n)
	return n > 0, err
}

// Move attributes an account to a person (0: to nobody), and remembers it so
// that it can be undone. It says who spoke there and who bought; it gives
// nobody a way in, and no mail goes there until its reader has confirmed it.
//
// An account that somebody holds is theirs to take off (RemoveAccount). Only an
// owner takes it off another, never their last, and gives it to nobody.
func (d *Directory) Move(ctx context.Context, a Actor, account, person int64) error {
	if err := Require(a, Join, Subject{}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		c, err := lockAccount(ctx, tx, account)
		if err != nil {
			return err
		}
		if c.Person == person {
			return nil
		}
		if err := d.mayMove(ctx, tx, a, c, person); err != nil {
			return err
		}
		if err := d.part(ctx, tx, c, person, a.ID); err != nil {
			return err
		}
		return d.fact(ctx, tx, "account.moved", a, event.Ref{Kind: "account", ID: account}, person)
	})
}

// mayMove refuses to take an account from who holds it, and to give one to
// somebody who is not here.
func (d *Directory) mayMove(ctx context.Context, tx *storage.Tx, a Actor, c Account, person int64) error {
	if c.Holder() != 0 {
		if a.Role != Owner || person != 0 {
			return fault.New(fault.Conflict, "Whoever reads this address has confirmed that it is theirs. Only they can take it off themselves, in their settings; an owner can part it, if they have another.").On("person")
		}
		return d.keepAddress(ctx, tx, c.Person, c.ID)
	}
	if person == 0 {
		return nil
	}
	var there int
	if err := tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0`, person).Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		return fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	return nil
}

// lockAccount reads an account that is about to change hands.
func lockAccount(ctx context.Context, tx *storage.Tx, account int64) (Account, error) {
	if _, err := tx.Exec(ctx, `update account set person_id = person_id where id = $1`, account); err != nil {
		return Account{}, err
	}
	c, err := scanAccount(tx.Row(ctx, selectAccount+` where id = $1`, account))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "There is no such account.")
	}
	return c, err
}

// part takes an account from whose it is and attributes it to a person (0:
// nobody), and remembers it. Whoever came in by it is signed out, and links
// that went there end.
func (d *Directory) part(ctx context.Context, tx *storage.Tx, c Account, to, by int64) error {
	now := storage.Micros(d.now())
	if _, err := tx.Exec(ctx, `insert into account_move (account_id, from_person, to_person, by_id, at) values ($1, $2, $3, $4, $5)`,
		c.ID, c.Person, to, by, now); err != nil {
		return err
	}
	for _, statement := range []string{
		`delete from session where account_id = $1`,
		`delete from token where account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, c.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update signin_link set used_at = $1 where account_id = $2 and used_at = 0`, now, c.ID); err != nil {
		return err
	}
	if to == 0 {
		by = 0
	}
	_, err := tx.Exec(ctx, `update account set person_id = $1, joined_by = $2, confirmed_at = 0 where id = $3`, to, by, c.ID)
	return err
}

// hold gives an account to who is to hold it, and remembers it if the team had
// joined it to somebody else.
func (d *Directory) hold(ctx context.Context, tx *storage.Tx, account, person int64) error {
	c, err := lockAccount(ctx, tx, account)
	if err != nil {
		return err
	}
	if h := c.Holder(); h != 0 && h != person {
		return fault.New(fault.Conflict, "This address is somebody else’s by now. Ask for a new link.").On("email")
	}
	if c.Person != 0 && c.Person != person {
		if err := d.part(ctx, tx, c, person, person); err != nil {
			return err
		}
		if err := d.events.Append(ctx, tx, event.Event{Kind: "account.moved", Actor: person, Subject: event.Ref{Kind: "account", ID: account}, Other: person}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `update account set person_id = $1, joined_by = 0 where id = $2`, person, account)
	return err
}

// holder gives the person who holds an account, 0 if nobody does.
func holder(ctx context.Context, q storage.Q, account int64) (person int64, err error) {
	err = q.Row(ctx, `select case when joined_by = 0 then person_id else 0 end from account where id = $1`, account).Scan(&person)
	return person, err
}

// Holder gives the person who holds an account, 0 if nobody does.
func (d *Directory) Holder(ctx context.Context, q storage.Q, account int64) (int64, error) {
	return holder(ctx, q, account)
}
