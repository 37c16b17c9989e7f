package know

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/storage"
)

// RemoveAccount takes one of the asker's accounts off them. What was said from
// it stays where it is, as nobody's, and whoever came in by it is signed out.
// The team sees that it was parted and can attribute it again, but mail goes
// there only once its reader has confirmed it anew. The last address by which
// the asker can sign in stays.
func (d *Directory) RemoveAccount(ctx context.Context, a Actor, account int64) error {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		c, err := scanAccount(tx.Row(ctx, selectAccount+` where id = $1 and person_id = $2 and person_id <> 0`, account, a.ID))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "There is no such account of yours.")
		}
		if err != nil {
			return err
		}
		if c.Kind == Mail && c.Holder() != 0 {
			if err := d.keepAddress(ctx, tx, a.ID, account); err != nil {
				return err
			}
		}
		if err := d.part(ctx, tx, c, 0, a.ID); err != nil {
			return err
		}
		// It is no act of staff, whoever does it: it concerns themselves alone.
		return d.events.Append(ctx, tx, event.Event{Kind: "account.moved", Actor: a.ID, Subject: event.Ref{Kind: "account", ID: account}})
	})
}

// keepAddress refuses what would leave somebody without an address to sign in
// by. The person's row is locked first, so that two cannot go at once.
func (d *Directory) keepAddress(ctx context.Context, tx *storage.Tx, person, account int64) error {
	if _, err := tx.Exec(ctx, `update person set seen_at = seen_at where id = $1`, person); err != nil {
		return err
	}
	var others int
	if err := tx.Row(ctx, `select count(*) from account where person_id = $1 and kind = 'mail' and confirmed_at > 0 and id <> $2`, person, account).Scan(&others); err != nil {
		return err
	}
	if others == 0 {
		return fault.New(fault.Conflict, "This is the only confirmed address by which you can sign in. Add another and confirm it, then remove this one.").On("account")
	}
	return nil
}

// AddAddress makes a mail address the asker's own. Whoever reads mail there
// confirms it first, by a link; only the owner who sets up a fresh site, from
// its terminal, is taken at their word, as a person added there is. An address
// that is another's already is answered alike, so that nobody learns who is a
// member: the mail says so to its reader, and its link signs that one in.
func (d *Directory) AddAddress(ctx context.Context, a Actor, address string) (confirmed bool, err error) {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return false, err
	}
	err = d.db.Update(ctx, func(tx *storage.Tx) (err error) {
		confirmed, err = d.addAddress(ctx, tx, a, address)
		return err
	})
	return confirmed, err
}

// addAddress is AddAddress within a transaction.
func (d *Directory) addAddress(ctx context.Context, tx *storage.Tx, a Actor, address string) (confirmed bool, err error) {
	if address, err = mail.ValidAddress(address); err != nil {
		return false, fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("email")
	}
	account, err := d.EnsureAccount(ctx, tx, Account{Kind: Mail, Address: address})
	if err != nil {
		return false, err
	}
	c, err := scanAccount(tx.Row(ctx, selectAccount+` where id = $1`, account))
	if err != nil {
		return false, err
	}
	person := c.Holder()
	if person == a.ID && !c.ConfirmedAt.IsZero() {
		return true, nil
	}
	site, err := readSite(ctx, tx)
	if err != nil {
		return false, err
	}
	if a.Role == Owner && !site.SetUp {
		if person != 0 {
			return false, fault.New(fault.Conflict, "This address cannot be added: it is somebody else’s here.").On("email")
		}
		return true, d.claim(ctx, tx, account, a.ID)
	}
	return false, d.sendConfirmation(ctx, tx, a, account)
}

// sendConfirmation mails a link that makes an address the asker's, unless it is
// another's by then. Only the asker's own links are counted: others that went
// there would tell them that somebody uses the address.
func (d *Directory) sendConfirmation(ctx context.Context, tx *storage.Tx, a Actor, account int64) error {
	if err := d.notTooMany(ctx, tx, account, a.ID); err != nil {
		return err
	}
	link, err := d.pendingLink(ctx, tx, Confirmation, account, a.ID, "/me/settings")
	if err != nil {
		return err
	}
	return d.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("confirm:%d", link), Kind: "confirm", Person: a.ID, Account: account,
		Subject: event.Ref{Kind: "link", ID: link}})
}
