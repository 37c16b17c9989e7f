package know

import (
	"context"

	"tribune/internal/fault"
	"tribune/storage"
)

// OwnerLink makes a one-time link for whoever runs the program, to become the
// owner of a site that nobody owns. needed is false once somebody does.
func (d *Directory) OwnerLink(ctx context.Context) (secret string, needed bool, err error) {
	var link int64
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		if err := forgetUnopened(ctx, tx); err != nil {
			return err
		}
		has, err := owned(ctx, tx)
		if err != nil || has {
			return err
		}
		needed = true
		link, err = d.pendingLink(ctx, tx, SignIn, 0, 0, "")
		return err
	})
	if err != nil || !needed {
		return "", false, err
	}
	secret, err = d.Arm(ctx, link)
	return secret, true, err
}

// forgetUnopened removes the owner without a name that earlier versions made
// together with the first link, if nobody ever opened it: nobody is them.
func forgetUnopened(ctx context.Context, tx *storage.Tx) error {
	unopened, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from person where role = 'owner' and name = '' and seen_at = 0 and left_at = 0
		and not exists (select 1 from account where account.person_id = person.id) and not exists (select 1 from session where session.person_id = person.id)`)
	if err != nil || len(unopened) == 0 {
		return err
	}
	holes, args := storage.Holes(1, unopened)
	if _, err := tx.Exec(ctx, `delete from signin_link where person_id in (`+holes+`)`, args...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `delete from person where id in (`+holes+`)`, args...)
	return err
}

// Founds reports whether the link makes the first owner: it went to no address.
func (l Link) Founds() bool { return l.Purpose == SignIn && l.Account == 0 }

// owned reports whether the site has an owner who has signed in, or can.
func owned(ctx context.Context, q storage.Q) (bool, error) {
	var owners int
	err := q.Row(ctx, `select count(*) from person where role = 'owner' and left_at = 0 and (seen_at > 0
		or exists (select 1 from account where account.person_id = person.id and account.confirmed_at > 0))`).Scan(&owners)
	if err != nil || owners > 0 {
		return owners > 0, err
	}
	site, err := readSite(ctx, q)
	return site.SetUp, err
}

// mayFound refuses a link that makes the first owner once the site has one,
// whichever way they came: nobody becomes a second by it.
func mayFound(ctx context.Context, q storage.Q) error {
	has, err := owned(ctx, q)
	if err == nil && has {
		return fault.New(fault.NotFound, "Somebody owns this site by now, so its first link has ended. If that is you, sign in with your address; else ask the owner to invite you.")
	}
	return err
}

// Beginning is what the owner of a fresh site says on the first day.
type Beginning struct {
	Profile Profile
	Email   *string // nil: an address is known already
	Site    func(s *Site) error
}

// SetUp stores who the owner is and what the site is, all of it or nothing:
// what is wrong is said of every field at once.
func (d *Directory) SetUp(ctx context.Context, a Actor, b Beginning) error {
	if err := Require(a, Configure, Subject{}); err != nil {
		return err
	}
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		profile := d.setProfile(ctx, tx, a, b.Profile)
		var address error
		if b.Email != nil { // before the site counts as set up, the owner is taken at their word
			_, address = d.addAddress(ctx, tx, a, *b.Email)
		}
		site := d.change(ctx, tx, a, b.Site)
		if profile == nil { // nor are they called as the site is from now on
			profile = d.mayBeNamed(ctx, tx, b.Profile.Name, true)
		}
		return fault.All(profile, address, site)
	})
}
