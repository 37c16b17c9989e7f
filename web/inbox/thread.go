package inbox

import (
	"strings"

	"tribune/converse"
	"tribune/internal/i18n"
	"tribune/listen"
	"tribune/web/page"
)

// first gives the first text that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// draft is where an answer begins: a tell task has what the mail of the
// decision says, for its author to make a letter of. p speaks the language of
// whoever is told, as far as the program knows it.
func (o opened) draft(p *i18n.Printer, site string) string {
	if o.task == nil || o.thread.State != converse.Waiting {
		return ""
	}
	for _, m := range o.messages {
		if m.Kind == converse.Reply {
			return ""
		}
	}
	decided := o.task.Decision
	parts := []string{
		p.T("You asked for “{title}”.", "title", o.task.Idea.Title) + " " + p.T("This is decided now: {stage}.", "stage", page.StageIn(p, decided.Stage, decided.Status)),
		decided.Reason,
	}
	for _, d := range o.task.Earlier {
		parts = append(parts, p.T("Before that, on {date}: {stage}.", "date", p.Date(d.At), "stage", page.StageIn(p, d.Stage, d.Status)), d.Reason)
	}
	return strings.Join(append(parts, site+page.IdeaURL(o.task.Idea.ID)), "\n\n")
}

// closedBecause is why a thread is not answered; the program's own reasons are
// read in the reader's language.
func closedBecause(v *page.View, t converse.Thread) string {
	switch t.StateReason {
	case converse.TakenBack:
		return v.T("Its author took the words back.")
	case converse.HasLeft:
		return v.T("The person who wrote this has left.")
	case converse.Outdated:
		return v.T("A later decision took its place before this one was told.")
	}
	return closing(v, t.StateReason)
}

// closing puts a reason that is offered into the reader's words.
func closing(v *page.View, reason string) string {
	switch reason {
	case converse.AsksNothing:
		return v.T("It asks nothing of us: the rule was wrong.")
	case converse.NowhereToWrite:
		return v.T("There is nowhere to write to them.")
	case converse.AnsweredElsewhere:
		return v.T("One of us answered it elsewhere.")
	case converse.Unfit:
		return v.T("It is an advertisement, or abuse.")
	}
	return reason
}

// closings are the reasons that are offered to close a conversation, after
// that in one's own words.
func closings(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("Another reason, in your own words")}}
	for _, r := range converse.Reasons() {
		options = append(options, page.Option{Value: r, Name: closing(v, r)})
	}
	return options
}

// quotability names what an author said to being quoted.
func quotability(v *page.View, q listen.Quotability) string {
	for _, o := range quotable(v) {
		if o.Value == string(q) {
			return o.Name
		}
	}
	return ""
}

func quotable(v *page.View) []page.Option {
	return []page.Option{
		{Value: string(listen.NotAsked), Name: v.T("Not asked yet")},
		{Value: string(listen.Asked), Name: v.T("Asked, no answer yet")},
		{Value: string(listen.Named), Name: v.T("Yes, with their name")},
		{Value: string(listen.Unnamed), Name: v.T("Yes, without their name")},
		{Value: string(listen.Refused), Name: v.T("No")},
	}
}
