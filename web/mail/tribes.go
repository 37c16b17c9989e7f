package mail

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/know"
	"tribune/tribe"
)

// renamed tells a member that their tribe was renamed: by whom, if
// everybody may see them in it, what it was called, and where that can be put back.
func (d draft) renamed(ctx context.Context, row event.Delivery) error {
	r, err := d.m.k.Tribes.Renaming(ctx, d.actor, row.Other)
	if err != nil {
		return err
	}
	by, err := d.m.k.People.People(ctx, []int64{r.By})
	if err != nil {
		return err
	}
	d.Subject = d.T("Your tribe “{was}” is called “{now}” now", "was", r.Was, "now", r.Now)
	if r.By == 0 {
		d.say(d.T("A member has renamed a tribe that you are in. It was called “{was}”; it is called “{now}” now.", "was", r.Was, "now", r.Now))
	} else {
		d.say(d.T("{name} has renamed a tribe that you are in. It was called “{was}”; it is called “{now}” now.", "name", d.named(by[r.By]), "was", r.Was, "now", r.Now))
	}
	d.say(d.T("Whoever has been in the tribe for a week can put its earlier name back: it is kept for you for {days} days, and no other tribe can have it.", "days", int(tribe.Kept.Hours()/24)))
	d.Blocks = append(d.Blocks, linkTo(d.T("Its earlier names, to put one back"), fmt.Sprintf("%s/tribes/%d/history", d.m.k.URL, r.Tribe)))
	return d.choice(ctx, know.MailTribes, d.T("You get this mail because you are in this tribe."), d.T("No more mails about tribes"))
}
