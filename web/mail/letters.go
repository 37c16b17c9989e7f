package mail

import (
	"context"
	"fmt"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
)

// named gives a person's name as a sentence says it: of who works here it says
// so.
func (d draft) named(p know.Person) string {
	switch {
	case p.Name == "":
		return d.T("Somebody")
	case p.Role.AtLeast(know.Staff):
		return p.Name + " (" + d.site.Brand + ")"
	}
	return p.Name
}

// unsent asks whoever reads an address whether a letter is theirs. Of its words
// it says nothing: anybody may have typed them, and the address.
func (d draft) unsent(ctx context.Context, row event.Delivery) error {
	id, lang, err := d.m.k.Inbox.WaitingLetter(ctx, row.Subject.ID)
	if err != nil {
		return err
	}
	if lang != "" { // nobody is known yet who could have chosen one
		d.Printer = d.m.k.Words.Printer(lang, d.site.Location())
		d.Letter.Lang = d.Printer.Lang()
	}
	d.hello()
	d.letter = row.Subject.ID
	d.Subject = d.T("Your letter to {brand}", "brand", d.site.Brand)
	name := d.site.Brand
	if id != 0 {
		to, err := d.m.k.People.Person(ctx, id)
		if err != nil {
			return err
		}
		if to.Name != "" {
			name = d.named(to)
		}
	}
	d.say(d.T("Somebody, most likely you, wrote a letter to {name} and gave this address. It is sent once you say so; until then nobody reads it.", "name", name))
	d.Blocks = append(d.Blocks, linkTo(d.T("Read it once more, and send it"), ""))
	d.say(d.T("The link is good for three days. If it was not you, do nothing: the letter is thrown away."))
	d.Foot = append(d.Foot, plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

// threadURL gives where somebody reads their conversation: a letter in public
// has a page. It gives "" for who has no account: they come by the letter's
// key, which is put in as the mail leaves, so that the outbox shows it to nobody.
func (d draft) threadURL(ctx context.Context, t converse.Thread) (string, error) {
	key, err := d.m.k.Inbox.LetterKey(ctx, t.ID)
	switch {
	case err != nil:
		return "", err
	case key != "":
		d.key = t.ID
		return "", nil
	case t.IsPublic():
		return fmt.Sprintf("%s/letters/%d", d.m.k.URL, t.ID), nil
	}
	return fmt.Sprintf("%s/me/threads/%d", d.m.k.URL, t.ID), nil
}
