package mail

import (
	"context"
	"fmt"
	"math"

	"tribune/event"
	"tribune/internal/burst"
	"tribune/internal/fault"
	cut "tribune/internal/plain"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/measure/digest"
)

// A digest is short: what somebody said stands in it as far as that many runes.
const digestQuote = 180

// digest tells somebody of the team what happened since the last.
func (d draft) digest(ctx context.Context, row event.Delivery) error {
	told, err := d.m.k.Digests.Of(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	if told.Nothing() {
		return fault.New(fault.Conflict, "What this mail was to tell is no longer so.")
	}
	wish, err := d.m.k.Digests.Wish(ctx, d.actor)
	if err != nil {
		return err
	}
	d.Printer = d.m.k.Words.Printer(d.Printer.Lang(), alert.Hours{Zone: wish.Zone}.Location(d.site.Location()))
	d.Subject = d.N("{n} mention heard", "{n} mentions heard", told.Heard)
	if told.Wait > 0 {
		d.Subject = d.T("{heard}, {waiting}", "heard", d.Subject, "waiting", d.N("{n} conversation waits", "{n} conversations wait", int64(told.Wait)))
	}
	d.sinceThen(told)
	if len(told.Spikes) > 0 {
		d.head(d.T("Far more, or less, than usual"))
		for _, s := range told.Spikes {
			if err := d.stoodOut(ctx, s); err != nil {
				return err
			}
		}
	}
	d.rising(d.T("What rises"), told.Topics, func(t digest.Rising) string {
		return d.N("“{label}”: {n} person, {before} before", "“{label}”: {n} people, {before} before", int64(t.Authors), "label", t.Label, "before", d.Number(int64(math.Round(t.Before))))
	})
	d.rising(d.T("What people miss, or complain of"), told.Needs, func(t digest.Rising) string { return d.needed(t.Trend) })
	if err := d.waiting(ctx, told); err != nil {
		return err
	}
	if err := d.answered(ctx, told); err != nil {
		return err
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("Open the radar"), d.m.k.URL+"/desk/radar"))
	d.Foot = append(d.Foot, linkTo(d.T("Choose when this comes, or that it does not"), d.m.k.URL+"/desk/radar/alerts"))
	return d.choice(ctx, know.MailDigest, d.T("You get this mail because you asked for a digest."), d.T("No more digests"))
}

// sinceThen says how much was heard, and whether that is usual.
func (d draft) sinceThen(told digest.Digest) {
	said := d.N("{n} mention was heard since {date}.", "{n} mentions were heard since {date}.", told.Heard, "date", d.Date(told.From))
	if told.Compared {
		switch share := math.Round(100 * (float64(told.Heard)/max(told.Usual, 0.5) - 1)); {
		case told.Usual < 5: // a percentage of so few says nothing
			said += " " + d.T("Usual are {n}.", "n", d.Number(int64(math.Round(told.Usual))))
		case share >= 10:
			said += " " + d.T("That is {share} % more than usual.", "share", d.Number(int64(share)))
		case share <= -10:
			said += " " + d.T("That is {share} % less than usual.", "share", d.Number(int64(-share)))
		default:
			said += " " + d.T("That is about as usual.")
		}
	}
	d.say(said)
}

func (d draft) head(text string) { d.Blocks = append(d.Blocks, Block{Kind: Head, Text: text}) }
func (d draft) item(text, address string) {
	d.Blocks = append(d.Blocks, Block{Kind: Item, Text: text, URL: d.m.k.URL + address})
}

// stoodOut tells a spike in a line, with what drove it.
func (d draft) stoodOut(ctx context.Context, s spike.Spike) error {
	names, err := d.queryNames(ctx)
	if err != nil || names[s.Query] == "" {
		return err // removed meanwhile
	}
	name := names[s.Query]
	peak := int64(math.Round(s.Peak))
	var said string
	switch s.Kind {
	case burst.Rise:
		said = d.N("A rise of “{name}”: {n} mention in an hour.", "A rise of “{name}”: {n} mentions in an hour.", peak, "name", name)
	case burst.Drop:
		said = d.N("A drop of “{name}”: {n} mention in an hour.", "A drop of “{name}”: {n} mentions in an hour.", peak, "name", name)
	default:
		said = d.T("Silence about “{name}” for {time}.", "name", name, "time", d.Duration(s.Until(d.m.k.Now()).Sub(s.Start)))
	}
	said += " " + d.T("It began: {time}.", "time", d.DateTime(s.Start))
	if also := alsoIn(s, names); len(also) > 0 {
		said += " " + d.T("It is seen also in: {names}.", "names", d.List(also))
	}
	var drove []string
	for _, w := range s.Drove.Words[:min(len(s.Drove.Words), 5)] {
		drove = append(drove, w.Text)
	}
	if len(drove) > 0 {
		said += " " + d.T("New in it: {words}.", "words", d.List(drove))
	}
	d.item(said, fmt.Sprintf("/desk/radar/spikes/%d", s.ID))
	return nil
}

// rising tells what rises, each with somebody's words.
func (d draft) rising(head string, all []digest.Rising, say func(t digest.Rising) string) {
	for i, t := range all {
		if i == 0 {
			d.head(head)
		}
		d.item(say(t), fmt.Sprintf("/desk/radar/rising/%d", t.ID))
		d.Blocks = append(d.Blocks, words(brief(t.Quote.Text), t.Quote.Language), plain("— "+d.author(t.Quote)))
	}
}

// brief cuts somebody's words.
func brief(text string) string { return cut.Clip(cut.Line(text), digestQuote) }

// author names who said something, and where.
func (d draft) author(m listen.Mention) string {
	name := m.Author.Name
	if name == "" {
		name = d.T("Somebody")
	}
	if m.SourceName == "" {
		return name
	}
	return name + ", " + m.SourceName
}

// waiting tells who waits longest.
func (d draft) waiting(ctx context.Context, told digest.Digest) error {
	if len(told.Waiting) == 0 {
		return nil
	}
	d.head(d.T("Who waits longest for an answer"))
	for _, t := range told.Waiting {
		name, err := d.speaker(ctx, t.Person, t.Account)
		if err != nil {
			return err
		}
		about := t.Subject
		if about == "" {
			about = t.Last
		}
		said := d.T("{name}, for {time}", "name", name, "time", d.Duration(d.m.k.Now().Sub(t.WaitsAt)))
		switch {
		case t.Subject == "" && t.ByOther(): // their words are not put in the other's mouth
			other, err := d.speaker(ctx, t.LastPerson, t.LastAccount)
			if err != nil {
				return err
			}
			said = d.T("{name}, for {time}; {other}: “{about}”", "name", name, "time", d.Duration(d.m.k.Now().Sub(t.WaitsAt)), "other", other, "about", brief(about))
		case about != "":
			said = d.T("{name}, for {time}: “{about}”", "name", name, "time", d.Duration(d.m.k.Now().Sub(t.WaitsAt)), "about", brief(about))
		}
		d.item(said, fmt.Sprintf("/desk/inbox/%d", t.ID))
	}
	if more := int64(told.Wait - len(told.Waiting)); more > 0 {
		d.item(d.N("{n} more waits.", "{n} more wait.", more), "/desk/inbox")
	}
	return nil
}

// speaker names who speaks in a conversation.
func (d draft) speaker(ctx context.Context, person, account int64) (string, error) {
	if person != 0 {
		p, err := d.m.k.People.Person(ctx, person)
		if err != nil || p.Name != "" {
			return p.Name, err
		}
	}
	if account != 0 {
		a, err := d.m.k.People.Account(ctx, account)
		if err != nil || a.Name != "" {
			return a.Name, err
		}
	}
	return d.T("Somebody"), nil
}

// answered tells what was answered, and by whom.
func (d draft) answered(ctx context.Context, told digest.Digest) error {
	if len(told.Answers) == 0 {
		return nil
	}
	var by []string
	for _, a := range told.Answers {
		p, err := d.m.k.People.Person(ctx, a.Person)
		if err != nil {
			return err
		}
		name := d.called(p)
		if len(told.Answers) > 1 {
			name = fmt.Sprintf("%s (%s)", name, d.Number(a.N))
		}
		by = append(by, name)
	}
	d.head(d.T("What was answered"))
	d.item(d.N("{n} conversation, by {names}", "{n} conversations, by {names}", told.Answered(), "names", d.List(by)), "/desk/inbox?state=answered")
	return nil
}

func (d draft) called(p know.Person) string {
	if p.Name == "" {
		return d.T("Somebody")
	}
	return p.Name
}
