package mail

import (
	"context"
	"fmt"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

// somebody gives a person's name as a mail says it.
func (d draft) somebody(p know.Person) string {
	return d.named(p)
}

// replies says how to get no more mails about what one publishes.
func (d draft) replies(ctx context.Context) error {
	return d.choice(ctx, know.MailReplies, d.T("You get this mail because of what you wrote on the tribune."), d.T("No more mails about the tribune"))
}

// reply tells an author that somebody replied.
func (d draft) reply(ctx context.Context, row event.Delivery) error {
	r, err := d.m.k.Posts.OneReply(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	if r.State != know.Visible {
		return fault.New(fault.Conflict, "This reply was taken back before its mail left.")
	}
	p, err := d.m.k.Posts.Post(ctx, d.actor, r.Post)
	if err != nil {
		return err
	}
	by, err := d.m.k.People.Person(ctx, r.Person)
	if err != nil {
		return err
	}
	name := d.somebody(by)
	d.Subject = d.T("{name} on “{title}”", "name", name, "title", p.Title)
	if p.Person == d.actor.ID {
		d.say(d.T("{name} replied to your post “{title}”:", "name", name, "title", p.Title))
	} else {
		d.say(d.T("{name} answered you under “{title}”:", "name", name, "title", p.Title))
	}
	d.Blocks = append(d.Blocks, words(r.Body, r.Language), linkTo(d.T("Read and answer"), fmt.Sprintf("%s/tribune/%d?replies=r%s.0#r%d", d.m.k.URL, p.ID, post.Key(r.Thread), r.ID)))
	return d.replies(ctx)
}

// edit tells an author that somebody suggests another wording, and who
// suggested it what became of it.
func (d draft) edit(ctx context.Context, row event.Delivery) error {
	e, p, err := d.m.k.Posts.Suggestion(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("%s/tribune/%d/suggestions/%d", d.m.k.URL, p.ID, e.ID)
	if row.Kind == "edited" {
		return d.editAnswered(ctx, e, p, at)
	}
	if e.State != post.Waits {
		return fault.New(fault.Conflict, "This suggestion was answered, or taken back, before.")
	}
	by, err := d.m.k.People.Person(ctx, e.Person)
	if err != nil {
		return err
	}
	name := d.somebody(by)
	d.Subject = d.T("Another wording for “{title}”", "title", p.Title)
	d.say(d.T("{name} would put something in your post “{title}” otherwise. You take it, with their name beside your text, or leave it.", "name", name, "title", p.Title))
	if e.Note != "" {
		d.say(d.T("{name} says why:", "name", name))
		d.Blocks = append(d.Blocks, words(e.Note, ""))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("See word by word what differs"), at))
	return d.replies(ctx)
}

func (d draft) editAnswered(ctx context.Context, e post.Suggestion, p post.Post, at string) error {
	by, err := d.m.k.People.Person(ctx, p.Person)
	if err != nil {
		return err
	}
	name := d.somebody(by)
	d.Subject = d.T("Your wording for “{title}”", "title", p.Title)
	if e.State == post.Taken {
		d.say(d.T("{name} has taken your wording into “{title}”. Your name stands beside the text. Thank you.", "name", name, "title", p.Title))
	} else {
		d.say(d.T("{name} has read your wording for “{title}” and leaves the text as it is.", "name", name, "title", p.Title))
	}
	if e.Answer != "" {
		d.say(d.T("In the author’s words:"))
		d.Blocks = append(d.Blocks, words(e.Answer, ""), signed(d.signature(by)))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("See it"), at))
	return d.replies(ctx)
}
