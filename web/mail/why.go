package mail

import (
	"context"
	"errors"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

// why is the one question to a buyer.
func (d draft) why(ctx context.Context, row event.Delivery) error {
	p, code, err := d.m.k.Purchases.ToAsk(ctx, row.Subject.ID, row.Person)
	if errors.Is(err, event.ErrSuperseded) {
		return fault.New(fault.Conflict, "They have answered this meanwhile.")
	}
	if err != nil {
		return err
	}
	d.Subject = d.T("Who or what brought you to {brand}?", "brand", d.site.Brand)
	d.say(d.T("You bought from {brand} on {date}. We have one question, and ask it only once: who or what brought you to us? A friend, a poster, a line somewhere: any words will do.",
		"brand", d.site.Brand, "date", d.Date(p.At)))
	d.Blocks = append(d.Blocks, linkTo(d.T("Tell us in a few words"), d.m.k.URL+"/why/"+code))
	return d.choice(ctx, know.MailWhy, d.T("You get this mail once in a lifetime, because you bought from us with this address."), d.T("No more questions of this kind"))
}

// teller asks somebody whether it may be shown that they brought a buyer.
func (d draft) teller(ctx context.Context, row event.Delivery) error {
	n, err := d.m.k.Purchases.Naming(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	name := n.ByName
	if name == "" && n.Buyer != 0 {
		buyer, err := d.m.k.People.Person(ctx, n.Buyer)
		if err != nil {
			return err
		}
		name = buyer.Name
	}
	if name == "" && n.Country != "" {
		name = d.T("Somebody in {country}", "country", d.Country(n.Country))
	} else if name == "" {
		name = d.T("Somebody")
	}
	d.Subject = d.T("{name} says that you brought them to {brand}", "name", name, "brand", d.site.Brand)
	if n.Words != "" {
		d.say(d.T("{name} bought from {brand}, and says that it was you who brought them. In their words:", "name", name, "brand", d.site.Brand))
		d.Blocks = append(d.Blocks, words(n.Words, ""))
	} else {
		d.say(d.T("{name} bought from {brand}, and says that it was you who brought them.", "name", name, "brand", d.site.Brand))
	}
	if n.Written {
		d.say(d.T("They wrote your name, and nobody has told them that you are a member. If they mean somebody else of that name, say no."))
	}
	d.say(d.T("May we show that? Before you say yes your name stands nowhere with it, but in the buyer’s own words, which our team reads; a no is kept for good."))
	d.Blocks = append(d.Blocks, linkTo(d.T("Say yes or no"), d.m.k.URL+"/me/why"))
	return d.choice(ctx, know.MailWhy, d.T("You get this mail because somebody named you."), d.T("No more questions of this kind"))
}
