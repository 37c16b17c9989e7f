package know

import (
	"context"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// merelyAsked holds of an account that somebody typed to get a link, and that
// nobody confirmed, said anything from or bought with. It is nobody's business
// but theirs who read mail there.
const merelyAsked = `account.kind = 'mail' and account.person_id = 0 and account.confirmed_at = 0
	and not exists (select 1 from mention where mention.account_id = account.id)
	and not exists (select 1 from thread where thread.account_id = account.id)
	and not exists (select 1 from voice where voice.account_id = account.id)
	and not exists (select 1 from letter where letter.account_id = account.id)
	and not exists (select 1 from purchase where purchase.account_id = account.id)
	and not exists (select 1 from account_move where account_move.account_id = account.id)`

// Known gives an account as the desk knows it: who merely asked for a link is
// not there.
func (d *Directory) Known(ctx context.Context, a Actor, id int64) (Account, error) {
	if err := Require(a, Know, Subject{}); err != nil {
		return Account{}, err
	}
	c, err := d.Account(ctx, id)
	if err != nil || c.Person != 0 {
		return c, err
	}
	var asked int
	if err := d.db.Row(ctx, `select count(*) from account where id = $1 and `+merelyAsked, id).Scan(&asked); err != nil {
		return Account{}, err
	}
	if asked > 0 {
		return Account{}, fault.New(fault.NotFound, "There is no such account.")
	}
	return c, nil
}

// endAsked ends the sign-in links that were asked for before on a page for an
// address, and keeps those whose mail still waits from leaving: one asking is
// answered by one link. A link that was handed over by the command line
// stays: who merely types the address must not end it.
func (d *Directory) endAsked(ctx context.Context, tx *storage.Tx, account int64) error {
	older, err := storage.All(ctx, tx, storage.Scalar[int64], `update signin_link set used_at = $1
		where account_id = $2 and purpose = 'signin' and language <> '' and used_at = 0 returning id`, storage.Micros(d.now()), account)
	if err != nil {
		return err
	}
	return d.events.Supersede(ctx, tx, "link", older)
}

// Awaited is an address that somebody asked to add and has not confirmed.
type Awaited struct {
	Address string    `json:"address"`
	AskedAt time.Time `json:"asked_at"`
}

// awaited gives the addresses that a person asked to add, each once, the
// latest asking. It says the same of one that is another's: that it is, only
// its reader is told.
func (d *Directory) awaited(ctx context.Context, person int64) ([]Awaited, error) {
	all, err := storage.All(ctx, d.db, func(row storage.Scanner) (w Awaited, err error) {
		var at int64
		err = row.Scan(&w.Address, &at)
		w.AskedAt = storage.Time(at)
		return w, err
	}, `select a.address, max(l.created_at) from signin_link l join account a on a.id = l.account_id
		where l.person_id = $1 and l.purpose = 'confirm' and a.person_id <> $1 group by a.address order by a.address`, person)
	kept := []Awaited{}
	for _, w := range all {
		if !strings.HasPrefix(w.Address, "left:") {
			kept = append(kept, w)
		}
	}
	return kept, err
}

// dropAsked removes those of these accounts that merely asked for links which
// are gone.
func dropAsked(ctx context.Context, tx *storage.Tx, accounts []int64) error {
	holes, args := storage.Holes(1, accounts)
	_, err := tx.Exec(ctx, `delete from account where id in (`+holes+`) and `+merelyAsked+`
		and not exists (select 1 from signin_link where signin_link.account_id = account.id)`, args...)
	return err
}
