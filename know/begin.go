package know

import (
	"context"

	"tribune/internal/fault"
	"tribune/storage"
)

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
