package know

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/know/naming"
	"tribune/storage"
)

// Invited is what became of an invitation.
type Invited struct {
	Person int64
	Name   string // as they are known
	Here   bool   // they have been here before: they sign in as always, and no link is made for anybody else
	Secret string // of the link to hand over, "" if they are here
	Mailed bool   // a mail with a link goes to their address
}

// Invite makes (or finds) the person behind an address with a role on the
// team. For somebody new it gives a link to hand over, and mails one if mailed.
// Who has been here already rises at once; only their own mail may hold a link
// for them, because whoever has such a link is signed in as them. Conflict if
// they may do as much already.
func (d *Directory) Invite(ctx context.Context, a Actor, name, address string, role Role, mailed bool) (in Invited, err error) {
	if err := Require(a, Invite, Subject{}); err != nil {
		return in, err
	}
	var unfit, nameless, unreachable error
	if role == Owner && a.Role != Owner || !role.AtLeast(Member) {
		unfit = fault.New(fault.Invalid, "A role is owner, staff or member; only an owner makes another owner.").On("role")
	}
	name, nameless = d.CheckName(ctx, a, name)
	if address, err = mail.ValidAddress(address); err != nil {
		unreachable = fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("email")
	}
	if err := fault.All(nameless, unreachable, unfit); err != nil {
		return in, err
	}
	var link int64
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		account, err := d.EnsureAccount(ctx, tx, Account{Kind: Mail, Address: address, Name: name})
		if err != nil {
			return err
		}
		if in, err = d.invited(ctx, tx, a, account, name, role); err != nil {
			return err
		}
		if in.Mailed = mailed; mailed {
			if err := d.mailInvitation(ctx, tx, a, account, in.Person); err != nil {
				return err
			}
		}
		if !in.Here {
			if link, err = d.pendingLink(ctx, tx, Invitation, account, in.Person, "/desk"); err != nil {
				return err
			}
		}
		if in.Here { // rose, and that is noted
			return nil
		}
		return d.fact(ctx, tx, "person.invited", a, event.Ref{Kind: "person", ID: in.Person}, 0)
	})
	if err == nil && !in.Here {
		in.Secret, err = d.Arm(ctx, link)
	}
	return in, err
}

// mailInvitation puts the mail of an invitation in the outbox, with its own link.
func (d *Directory) mailInvitation(ctx context.Context, tx *storage.Tx, by Actor, account, person int64) error {
	link, err := d.pendingLink(ctx, tx, Invitation, account, person, "/desk")
	if err != nil {
		return err
	}
	return d.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("invite:%d", link), Kind: "invite", Person: person, Account: account,
		Subject: event.Ref{Kind: "link", ID: link}, Other: by.ID})
}

// invited finds or makes the person that an invitation is for.
func (d *Directory) invited(ctx context.Context, tx *storage.Tx, by Actor, account int64, name string, role Role) (in Invited, err error) {
	if in.Person, err = holder(ctx, tx, account); err != nil {
		return in, err
	}
	if in.Person == 0 {
		in.Name = name
		in.Person, err = tx.Insert(ctx, `insert into person (name, folded, role, invited_by, created_at) values ($1, $2, $3, $4, $5) returning id`,
			name, naming.Key(name), string(role), by.ID, storage.Micros(d.now()))
		if err != nil {
			return in, err
		}
		return in, d.hold(ctx, tx, account, in.Person)
	}
	var has Role
	var seen, addresses int64
	if err := tx.Row(ctx, `select name, role, seen_at, (select count(*) from account where account.person_id = person.id and confirmed_at > 0)
		from person where id = $1`, in.Person).Scan(&in.Name, &has, &seen, &addresses); err != nil {
		return in, err
	}
	in.Here = seen > 0 || addresses > 0
	if !by.Role.AtLeast(has) || in.Here && has.AtLeast(role) {
		return in, fault.New(fault.Conflict, "This address is {name}’s, who may do as much here already: there is nothing to invite them to. Nothing was sent.", "name", in.Name).On("email")
	}
	if in.Name == "" {
		in.Name = name
	}
	return in, d.rise(ctx, tx, in.Person, name, role, by)
}
