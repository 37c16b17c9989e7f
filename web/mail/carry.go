package mail

import (
	"context"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

// thanks tells somebody that another thanked them, and what for.
func (d draft) thanks(ctx context.Context, row event.Delivery) error {
	t, err := d.m.k.Advocacy.OneThanks(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	if t.State != know.Visible {
		return fault.New(fault.Conflict, "These thanks were taken back before their mail left.")
	}
	by, err := d.m.k.People.Person(ctx, t.By)
	if err != nil {
		return err
	}
	name := d.somebody(by)
	d.Subject = d.T("{name} thanks you", "name", name)
	d.say(d.T("{name} thanks you for something you said or did:", "name", name))
	d.Blocks = append(d.Blocks, words(t.Reason, t.Language))
	if t.Title != "" {
		d.say(d.T("It is about “{title}”.", "title", t.Title))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("See where it stands"), d.m.k.URL+t.Path(d.actor)))
	return d.choice(ctx, know.MailThanks, d.T("You get this mail because somebody thanked you."), d.T("No more mails about thanks"))
}
