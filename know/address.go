package know

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/storage"
)

// AddAddress makes a mail address the asker's own. Whoever reads mail there
// confirms it first, by a link; only the owner who sets up a fresh site, from
// its terminal, is taken at their word, as a person added there is.
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
	var person int64
	if err := tx.Row(ctx, `select person_id from account where id = $1`, account).Scan(&person); err != nil {
		return false, err
	}
	if person == a.ID {
		return true, nil
	}
	if person != 0 {
		return false, fault.New(fault.Conflict, "This address cannot be added: somebody has confirmed it as theirs.").On("email")
	}
	site, err := readSite(ctx, tx)
	if err != nil {
		return false, err
	}
	if a.Role == Owner && !site.SetUp {
		return true, d.claim(ctx, tx, account, a.ID)
	}
	return false, d.sendConfirmation(ctx, tx, a, account)
}

// sendConfirmation mails a link that makes an address the asker's.
func (d *Directory) sendConfirmation(ctx context.Context, tx *storage.Tx, a Actor, account int64) error {
	if err := d.notTooMany(ctx, tx, account); err != nil {
		return err
	}
	link, err := d.pendingLink(ctx, tx, Confirmation, account, a.ID, "/me/settings")
	if err != nil {
		return err
	}
	return d.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("confirm:%d", link), Kind: "confirm", Person: a.ID, Account: account,
		Subject: event.Ref{Kind: "link", ID: link}})
}
