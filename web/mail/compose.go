package mail

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/mail"
	cut "tribune/internal/plain"
	"tribune/know"
	"tribune/listen/alert"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/tribe"
	"tribune/web/page"
)

// draft is a letter while it is written, and what it is written with.
type draft struct {
	*Letter
	*i18n.Printer
	m     *Mailer
	site  know.Site
	actor know.Actor // the reader
}

// compose writes a delivery's letter, or says why it is not to be sent any more.
func (m *Mailer) compose(ctx context.Context, w way, d event.Delivery) (Letter, error) {
	site, err := m.k.People.Site(ctx)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{From: w.from, FromName: site.Brand, MessageID: mail.MessageID(d.Dedup, host(m.k.URL))}
	if d.Person != 0 {
		if l.To, err = m.k.People.Person(ctx, d.Person); err != nil {
			return l, err
		}
		if l.To.Left() {
			return l, fault.New(fault.Conflict, "This person has left, so nothing is sent to them.")
		}
	}
	if l.Address, err = m.address(ctx, d); err != nil {
		return l, err
	}
	reader := l.To
	if d.Kind == "signin" {
		if reader.Language, err = m.k.People.LinkLanguage(ctx, d.Subject.ID); err != nil {
			return l, err
		}
	}
	dr := draft{Letter: &l, m: m, site: site, Printer: m.printer(site, reader)}
	l.Lang = dr.Printer.Lang()
	if err := dr.write(ctx, d); err != nil {
		return l, err
	}
	return l, nil
}

// address gives where a delivery goes. Only what is asked for one by one goes
// to an address that nobody confirmed.
func (m *Mailer) address(ctx context.Context, d event.Delivery) (string, error) {
	if d.Account == 0 {
		a, err := m.k.People.Reachable(ctx, d.Person)
		return a.Address, err
	}
	a, err := m.k.People.Account(ctx, d.Account)
	if err != nil {
		return "", err
	}
	if a.ConfirmedAt.IsZero() && d.Subject.Kind != "link" && d.Subject.Kind != "letter" || strings.HasPrefix(a.Address, "left:") {
		return "", fault.New(fault.Conflict, "This address was never confirmed by its owner, so nothing is sent to it.")
	}
	return a.Address, nil
}

func (d draft) write(ctx context.Context, row event.Delivery) error {
	if row.Kind != "letter" && row.Kind != "confirm" { // they may have another reader
		d.hello()
	}
	switch row.Kind {
	case "signin":
		return d.signIn(row)
	case "invite":
		return d.invitation(ctx, row)
	case "confirm":
		return d.confirmation(ctx, row)
	case "letter":
		return d.unsent(ctx, row)
	case "test":
		d.Subject = d.T("A test mail from {brand}", "brand", d.site.Brand)
		d.say(d.T("This mail was sent from the settings, to see whether mail arrives. It did."))
		d.Foot = append(d.Foot, plain(d.site.Brand+", "+d.m.k.URL))
		return nil
	}
	var err error
	if d.actor, err = d.m.k.People.Actor(ctx, row.Person); err != nil {
		return err
	}
	switch row.Kind {
	case "decision":
		return d.decision(ctx, row)
	case "answer":
		return d.answer(ctx, row)
	case "comment":
		return d.comment(ctx, row)
	case "reply":
		return d.reply(ctx, row)
	case "edit", "edited":
		return d.edit(ctx, row)
	case "thanks":
		return d.thanks(ctx, row)
	case "why":
		return d.why(ctx, row)
	case "teller":
		return d.teller(ctx, row)
	case alert.Mail:
		return d.alerts(ctx, row)
	case digest.Mail:
		return d.digest(ctx, row)
	case tribe.RenamedMail:
		return d.renamed(ctx, row)
	case "invited", "drawn", "task", "result":
		return d.boardMail(ctx, row)
	}
	return fault.New(fault.Invalid, "This program does not know how to write this kind of mail.")
}

// hello greets the reader.
func (d draft) hello() {
	if d.To.Name != "" {
		d.say(d.T("Hello {name},", "name", d.To.Name))
	} else {
		d.say(d.T("Hello,"))
	}
}

func (d draft) say(text string) { d.Blocks = append(d.Blocks, plain(text)) }

func (d draft) signIn(row event.Delivery) error {
	d.link = row.Subject.ID
	d.Subject = d.T("Sign in to {brand}", "brand", d.site.Brand)
	d.say(d.T("Somebody, most likely you, asked to sign in to {brand} with this address. The link works once, for 15 minutes.", "brand", d.site.Brand))
	d.Blocks = append(d.Blocks, linkTo(d.T("Sign in"), ""))
	d.say(d.T("If it was not you, do nothing: without this link nobody gets in."))
	d.Foot = append(d.Foot, plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

// confirmation asks whoever reads an address whether it is the asker's. To
// whom it belongs already it says so instead: only they read it.
func (d draft) confirmation(ctx context.Context, row event.Delivery) error {
	account, err := d.m.k.People.Account(ctx, row.Account)
	if err != nil {
		return err
	}
	d.link = row.Subject.ID
	if holder := account.Holder(); holder != 0 && holder != row.Person {
		return d.taken(ctx, holder)
	}
	d.hello()
	d.Subject = d.T("Your address at {brand}", "brand", d.site.Brand)
	d.say(d.T("You, or somebody who typed this address, asked to sign in to {brand} with it from now on, as {name}. The link works once, for 15 minutes, where {name} is signed in.", "brand", d.site.Brand, "name", d.To.Name))
	d.Blocks = append(d.Blocks, linkTo(d.T("Yes, this address is mine"), ""))
	d.say(d.T("If it was not you, do nothing."))
	d.Foot = append(d.Foot, plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

// taken tells the person whose address it is that somebody wanted to add it.
func (d draft) taken(ctx context.Context, owner int64) (err error) {
	if d.To, err = d.m.k.People.Person(ctx, owner); err != nil {
		return err
	}
	d.Printer = d.m.printer(d.site, d.To)
	d.Letter.Lang = d.Printer.Lang()
	d.hello()
	d.Subject = d.T("Your address at {brand}", "brand", d.site.Brand)
	d.say(d.T("Somebody, perhaps you, asked to sign in to {brand} with this address from another account. It belongs already to a member: to you. Nothing was changed; if it was you, sign in with it. The link works once, for 15 minutes.", "brand", d.site.Brand))
	d.Blocks = append(d.Blocks, linkTo(d.T("Sign in"), ""))
	d.say(d.T("If it was not you, do nothing: without this link nobody gets in."))
	d.Foot = append(d.Foot, plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

func (d draft) invitation(ctx context.Context, row event.Delivery) error {
	by, err := d.m.k.People.Person(ctx, row.Other)
	if err != nil {
		return err
	}
	if by.Left() {
		return fault.New(fault.Conflict, "Whoever invited this person has left. Invite them anew.")
	}
	d.link = row.Subject.ID
	d.from(by)
	d.Subject = d.T("{name} invites you to {brand}", "name", by.Name, "brand", d.site.Brand)
	d.say(d.T("{name} invites you to the people of {brand} who listen to what customers say, and answer under their own names. The link works once, for 7 days.", "name", by.Name, "brand", d.site.Brand))
	d.Blocks = append(d.Blocks, linkTo(d.T("Accept the invitation"), ""), signed(d.signature(by)))
	d.Foot = append(d.Foot, plain(d.T("If you do not know {name}, do nothing.", "name", by.Name)), plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

// from makes a person the one whom a mail comes from.
func (d draft) from(p know.Person) {
	if p.Name != "" {
		d.FromName = p.Name + ", " + d.site.Brand
	}
}

// signature gives a person's name and what they do.
func (d draft) signature(p know.Person) string {
	switch {
	case p.Name == "":
		return d.site.Brand
	case p.Title == "":
		return p.Name + ", " + d.site.Brand
	}
	return p.Name + ", " + p.Title + ", " + d.site.Brand
}

// choice puts in how to get no more mails of a kind, and stops one that is no
// longer wanted.
func (d draft) choice(ctx context.Context, kind know.MailKind, why, stop string) error {
	wanted, err := d.m.k.People.Wants(ctx, d.actor.ID, kind)
	if err != nil {
		return err
	}
	if !wanted {
		return fault.New(fault.Conflict, "Meanwhile this person does not want mails of this kind any more.")
	}
	code, err := d.m.k.People.UnsubscribeCode(ctx, d.actor.ID, kind)
	if err != nil {
		return err
	}
	d.Unsubscribe = d.m.k.URL + "/unsubscribe/" + url.PathEscape(code)
	d.Foot = append(d.Foot, plain(why), linkTo(stop, d.Unsubscribe), plain(d.site.Brand+", "+d.m.k.URL))
	return nil
}

func (d draft) decision(ctx context.Context, row event.Delivery) error {
	decision, err := d.m.k.Ideas.Decision(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	idea, err := d.m.k.Ideas.Idea(ctx, d.actor, decision.Idea)
	if err != nil {
		return err
	}
	by, err := d.m.k.People.Person(ctx, decision.By)
	if err != nil {
		return err
	}
	why, err := d.because(ctx, idea)
	if err != nil {
		return err
	}
	stage := d.stage(decision)
	d.from(by)
	d.Subject = d.T("{stage}: {title}", "stage", stage, "title", d.titled(idea))
	d.say(why)
	d.say(d.T("This is decided now: {stage}. The reason, in the words of who decided it:", "stage", stage))
	if decision.Reason != "" {
		d.Blocks = append(d.Blocks, words(decision.Reason, decision.Language))
	}
	d.Blocks = append(d.Blocks, signed(d.signature(by)))
	if err := d.override(ctx, decision); err != nil {
		return err
	}
	if !decision.PromisedAt.IsZero() {
		d.say(d.T("Promised for {date}.", "date", d.Date(decision.PromisedAt)))
	}
	if err := d.earlier(ctx, decision); err != nil {
		return err
	}
	if err := d.credit(ctx, decision); err != nil {
		return err
	}
	if know.May(d.actor, know.Write, know.Subject{}) && !d.actor.IsStaff() {
		d.decided = decision.ID
		d.Blocks = append(d.Blocks, linkTo(d.T("Answer {name}, without signing in", "name", d.named(by)), ""))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("Read it all, and say what you think"), fmt.Sprintf("%s/ideas/%d", d.m.k.URL, idea.ID)))
	return d.choice(ctx, know.MailDecisions, d.T("You get this one mail because you took part in this idea, or follow it."), d.T("No more mails about decisions"))
}

// mostEarlier is how much of the reason of an earlier decision a mail repeats,
// in characters; the page has all of it.
const mostEarlier = 600

// earlier says, in short, what was decided before and the reader has not been
// told of, in its order.
func (d draft) earlier(ctx context.Context, decision shape.Decision) error {
	untold, err := d.m.k.Ideas.Untold(ctx, decision, d.actor.ID, 0)
	if err != nil || len(untold) == 0 {
		return err
	}
	d.say(d.N("Before that, one more decision was made, of which you had not been told yet:", "Before that, {n} more decisions were made, of which you had not been told yet, in this order:", int64(len(untold))))
	for _, e := range untold {
		by, err := d.m.k.People.Person(ctx, e.By)
		if err != nil {
			return err
		}
		d.say(d.T("{stage}, on {date}:", "stage", d.stage(e), "date", d.Date(e.At)))
		if e.Reason != "" {
			d.Blocks = append(d.Blocks, words(cut.Clip(e.Reason, mostEarlier), e.Language))
		}
		d.Blocks = append(d.Blocks, signed(d.signature(by)))
		if err := d.override(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// override says that a decision is against the charter, why, and who signed.
func (d draft) override(ctx context.Context, decision shape.Decision) error {
	of, err := d.m.k.Charter.OverridesOf(ctx, []int64{decision.ID})
	o, ok := of[decision.ID]
	if err != nil || !ok {
		return err
	}
	d.say(d.T("This is against what our charter promised under “{clause}”: {breaches}. The reason that {name} signed for:",
		"clause", o.Clause.Title, "breaches", charter.Against(d.Printer, o.Breaches), "name", cmp.Or(o.Signer, d.site.Brand)))
	if o.Reason != "" {
		d.Blocks = append(d.Blocks, words(o.Reason, o.Language))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("What the charter promises, and how often it was not kept"), d.m.k.URL+page.ClauseURL(o.Clause)))
	return nil
}

// titled gives an idea's title; one whose author took it along is called by its
// number and day, so that whoever voted for it may know it.
func (d draft) titled(idea shape.Idea) string {
	if idea.Title != shape.Untitled(idea.ID) {
		return idea.Title
	}
	return d.T("the idea {number} of {date}, whose author has left", "number", idea.Title, "date", d.Date(idea.CreatedAt))
}

// because says what the reader has to do with an idea.
func (d draft) because(ctx context.Context, idea shape.Idea) (string, error) {
	id := []int64{idea.ID}
	if idea.Person == d.actor.ID {
		return d.T("You proposed “{title}”.", "title", d.titled(idea)), nil
	}
	voted, err := d.m.k.Ideas.Voted(ctx, d.actor.ID, id)
	if err != nil {
		return "", err
	}
	if voted[idea.ID] {
		return d.T("You voted for “{title}”.", "title", d.titled(idea)), nil
	}
	against, err := d.m.k.Ideas.Against(ctx, d.actor.ID, id)
	if err != nil {
		return "", err
	}
	if against[idea.ID] {
		return d.T("You would rather not have “{title}”.", "title", d.titled(idea)), nil
	}
	following, err := d.m.k.Ideas.Following(ctx, d.actor.ID, id)
	if following[idea.ID] {
		return d.T("You follow “{title}”.", "title", d.titled(idea)), err
	}
	return d.T("You spoke up about “{title}”.", "title", d.titled(idea)), err
}

// stage names what was decided, as the team or the stage does.
func (d draft) stage(decision shape.Decision) string {
	if decision.Status != "" {
		return decision.Status
	}
	switch decision.Stage {
	case shape.UnderReview:
		return d.T("Under review")
	case shape.Planned:
		return d.T("Planned")
	case shape.Started:
		return d.T("Started")
	case shape.Shipped:
		return d.T("Shipped")
	case shape.Declined:
		return d.T("Declined")
	}
	return d.T("Open")
}

func (d draft) answer(ctx context.Context, row event.Delivery) error {
	message, err := d.m.k.Inbox.Message(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	if message.State != know.Visible || message.Body == "" {
		return fault.New(fault.Conflict, "This answer was taken back before it left.")
	}
	thread, messages, err := d.m.k.Inbox.Thread(ctx, d.actor, message.Thread)
	if err != nil {
		return err
	}
	by, err := d.m.k.People.Person(ctx, message.Person)
	if err != nil {
		return err
	}
	d.from(by)
	d.Subject = d.T("An answer from {name}", "name", d.named(by))
	if thread.Subject != "" {
		d.Subject = d.T("Re: {subject}", "subject", thread.Subject)
	}
	d.say(d.T("{name} has answered you:", "name", d.named(by)))
	d.Blocks = append(d.Blocks, words(message.Body, message.Language), signed(d.signature(by)))
	at, err := d.threadURL(ctx, thread)
	if err != nil {
		return err
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("Read the conversation and answer"), at))
	if thread.Account != 0 {
		token, err := d.m.k.People.HeldToken(ctx, thread.Account)
		if err != nil {
			return err
		}
		d.Foot = append(d.Foot, linkTo(d.T("What we hold on you"), d.m.k.URL+"/held/"+token))
	}
	asked := ""
	for _, said := range messages {
		if said.Kind == "said" && said.ID < message.ID && said.State == know.Visible {
			asked = said.Body
		}
	}
	if asked != "" {
		d.say(d.T("You had written:"))
		d.Blocks = append(d.Blocks, words(asked, ""))
	}
	return d.choice(ctx, know.MailAnswers, d.T("You get this mail because you wrote to us."), d.T("No more mails about answers"))
}

func (d draft) comment(ctx context.Context, row event.Delivery) error {
	idea, err := d.m.k.Ideas.Idea(ctx, d.actor, row.Other)
	if err != nil {
		return err
	}
	c, err := d.m.k.Ideas.OneComment(ctx, d.actor, idea.ID, row.Subject.ID)
	if err != nil {
		return err
	}
	if c.State != know.Visible {
		return fault.New(fault.Conflict, "This comment was taken back before its mail left.")
	}
	by, err := d.m.k.People.Person(ctx, c.Person)
	if err != nil {
		return err
	}
	name := d.named(by)
	d.Subject = d.T("{name} on “{title}”", "name", name, "title", d.titled(idea))
	d.say(d.T("{name} wrote under “{title}”, which you follow:", "name", name, "title", d.titled(idea)))
	d.Blocks = append(d.Blocks, words(c.Body, c.Language), linkTo(d.T("Read and answer"), fmt.Sprintf("%s/ideas/%d?comment=%d#c%d", d.m.k.URL, idea.ID, c.ID, c.ID)))
	return d.choice(ctx, know.MailComments, d.T("You get this mail because you asked for the comments on ideas you follow."), d.T("No more mails about comments"))
}
