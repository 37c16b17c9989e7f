package mail

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
)

// boardMail writes the mails about boards: an invitation, a seat that was
// drawn, a question, a result.
func (d draft) boardMail(ctx context.Context, row event.Delivery) error {
	switch row.Kind {
	case "invited":
		return d.invited(ctx, row)
	case "drawn":
		return d.drawn(ctx, row)
	}
	return d.task(ctx, row)
}

func (d draft) boardURL(id int64) string { return fmt.Sprintf("%s/boards/%d", d.m.k.URL, id) }

func (d draft) stopBoards(ctx context.Context, why string) error {
	return d.choice(ctx, know.MailBoards, why, d.T("No more mails about boards"))
}

func (d draft) invited(ctx context.Context, row event.Delivery) error {
	b, err := d.m.k.Boards.Board(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	if !b.Takes(d.m.k.Now()) {
		return fault.New(fault.Conflict, "Applications to this board are closed.")
	}
	by, err := d.m.k.People.Person(ctx, row.Other)
	if err != nil {
		return err
	}
	d.from(by)
	d.Subject = d.T("Would you sit on this board? {name}", "name", b.Name)
	d.say(d.T("I would be glad if you applied for a seat on our board “{name}”. This is what it is for:", "name", b.Name))
	d.Blocks = append(d.Blocks, words(b.Purpose, b.Language))
	d.say(d.T("What members get:"))
	d.Blocks = append(d.Blocks, words(b.MembersGet, b.Language), signed(d.signature(by)))
	d.say(d.T("Seats are drawn by lot among those who apply until {date}.", "date", d.Date(b.ClosesAt)))
	d.Blocks = append(d.Blocks, linkTo(d.T("Read all of it, and apply"), d.boardURL(b.ID)))
	return d.stopBoards(ctx, d.T("You get this mail because one of us asked you by name."))
}

func (d draft) drawn(ctx context.Context, row event.Delivery) error {
	b, err := d.m.k.Boards.Board(ctx, d.actor, row.Subject.ID)
	if err != nil {
		return err
	}
	seat, ok, err := d.m.k.Boards.MySeat(ctx, d.actor, b.ID)
	if err != nil {
		return err
	}
	if !ok || seat.State != board.Offered {
		return fault.New(fault.Conflict, "They have answered this meanwhile, or the seat went to the next.")
	}
	d.Subject = d.T("You were drawn: {name}", "name", b.Name)
	d.say(d.T("You applied for a seat on “{name}”, and your number {number} was drawn. The term is from {from} to {to}. What members do:",
		"name", b.Name, "number", seat.Number, "from", d.Date(b.From), "to", d.Date(b.To)))
	d.Blocks = append(d.Blocks, words(b.Duties, b.Language))
	d.say(d.T("Will you accept? Answer until {date}; then the seat goes to the next.", "date", d.Date(seat.AnswerBy)))
	d.Blocks = append(d.Blocks, linkTo(d.T("Accept or decline"), d.boardURL(b.ID)))
	return d.stopBoards(ctx, d.T("You get this mail because you applied."))
}

// task writes that a board is asked something, or what came of it.
func (d draft) task(ctx context.Context, row event.Delivery) error {
	t, err := d.m.k.Boards.Task(ctx, d.actor, row.Other, row.Subject.ID)
	if err != nil {
		return err
	}
	b, err := d.m.k.Boards.Inside(ctx, d.actor, t.Board)
	if err != nil {
		return err
	}
	link := fmt.Sprintf("%s/tasks/%d", d.boardURL(b.ID), t.ID)
	who := t.By
	if row.Kind == "result" {
		who = t.SummaryBy
	}
	by, err := d.m.k.People.Person(ctx, who)
	if err != nil {
		return err
	}
	d.from(by)
	if row.Kind == "task" {
		d.Subject = t.Question
		d.say(d.T("A question to “{name}”, where you sit:", "name", b.Name))
		d.Blocks = append(d.Blocks, words(t.Question, t.Language))
		if t.Body != "" {
			d.Blocks = append(d.Blocks, words(t.Body, t.Language))
		}
		d.Blocks = append(d.Blocks, signed(d.signature(by)))
		d.say(d.T("Answers are taken until {date}.", "date", d.Date(t.ClosesAt)))
		d.Blocks = append(d.Blocks, linkTo(d.T("Answer in your own words"), link))
		return d.stopBoards(ctx, d.T("You get this mail because you sit on this board."))
	}
	if err := d.result(ctx, t); err != nil {
		return err
	}
	d.Blocks = append(d.Blocks, signed(d.signature(by)))
	d.say(d.T("May everybody see this result? It goes to the square once more than half of the seats say yes."))
	d.Blocks = append(d.Blocks, linkTo(d.T("Read it, and say yes or no"), link))
	return d.stopBoards(ctx, d.T("You get this mail because you sit on this board."))
}

// quotedMost is how many answers stand in a mail; all stand on the page.
const quotedMost = 20

// result puts a summary into the letter, with the answers of those who agree
// to be quoted.
func (d draft) result(ctx context.Context, t board.Task) error {
	d.Subject = d.T("The result: {question}", "question", t.Question)
	d.say(d.T("The board was asked: “{question}”. This came of it:", "question", t.Question))
	d.Blocks = append(d.Blocks, words(t.Summary, t.Language))
	answers, err := d.m.k.Boards.Quoted(ctx, d.actor, t, quotedMost)
	if err != nil || len(answers) == 0 {
		return err
	}
	ids := make([]int64, len(answers))
	for n, a := range answers {
		ids[n] = a.Person
	}
	people, err := d.m.k.People.People(ctx, ids)
	if err != nil {
		return err
	}
	d.say(d.T("From the answers, of those who agree to be quoted:"))
	for _, a := range answers {
		name := people[a.Person].Name
		if name == "" {
			name = d.T("a member of the board")
		}
		d.Blocks = append(d.Blocks, words(a.Body, a.Language), signed(name))
	}
	return nil
}
