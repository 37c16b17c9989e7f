package mail

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"tribune/advocate"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
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

// credit tells somebody whom a release thanks that it does, and asks who never
// said whether they are to be named there: in the mail of the decision that made it.
func (d draft) credit(ctx context.Context, decision shape.Decision) error {
	if decision.Release == 0 {
		return nil
	}
	release := event.Ref{Kind: "release", ID: decision.Release}
	made, err := d.m.k.Advocacy.Made(ctx, d.actor, release)
	if fault.Is(err, fault.NotFound) { // its day is still to come
		return nil
	}
	if err != nil || len(made.For) == 0 {
		return err
	}
	at := fmt.Sprintf("/changes/%d", decision.Release)
	if made.Credit != advocate.NeverSaid || slices.Contains(made.For, advocate.ForProposing) { // whose name stands there
		d.say(d.T("You helped to make this, and are thanked for it."))
		d.Blocks = append(d.Blocks, linkTo(d.T("See what changed"), d.m.k.URL+at))
		return nil
	}
	d.say(d.T("You helped to make this, and are thanked for it. You are counted there, and not named until you say so."))
	d.Blocks = append(d.Blocks, linkTo(d.T("Show my name"), d.m.k.URL+"/signin?next="+url.QueryEscape(at)))
	return nil
}
