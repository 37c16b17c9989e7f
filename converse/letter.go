package converse

import (
	"context"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// How long a letter waits for its address to be confirmed, how many from one
// address wait within an hour, and how long after it last stirred its writer
// reads it by a link without an account.
const (
	letterLife     = 72 * time.Hour
	letterWaits    = 30 * 24 * time.Hour // for its mail to leave
	lettersPerHour = 5
	keyLife        = 90 * 24 * time.Hour
	letterAgain    = 10 * time.Minute // within which the same letter is one that was sent twice
)

// NewLetter is a letter to one of us.
type NewLetter struct {
	To       int64 // who of us it is for, 0: whoever knows
	Public   bool  // everybody may read it, and what is answered
	Subject  string
	Body     string
	Language string // BCP 47; "": the writer's
}

// Unsigned is a letter by somebody without an account.
type Unsigned struct {
	NewLetter
	Name  string
	Email string
}

// audience gives who reads the letter.
func (n NewLetter) audience() know.Audience {
	if n.Public {
		return know.Public
	}
	return know.Team
}

// check cleans a letter, and says all that is wrong with it.
func (i *Inbox) check(ctx context.Context, a know.Actor, n *NewLetter) error {
	var about, to error
	n.Subject = plain.Line(n.Subject)
	switch {
	case n.Subject == "":
		about = fault.New(fault.Invalid, "Say in a few words what it is about.").On("subject")
	case utf8.RuneCountInString(n.Subject) > 140:
		about = fault.New(fault.Invalid, "A subject has at most 140 characters.").On("subject")
	}
	body, err := wording(n.Body)
	if err == nil {
		n.Body = body
	}
	if n.To != 0 {
		here, err := answers(ctx, i.db, n.To)
		switch {
		case err != nil:
			return err
		case !here:
			to = fault.New(fault.Invalid, "This person does not answer letters here. Choose somebody of the team.").On("to_id")
		case n.To == a.ID:
			to = fault.New(fault.Invalid, "This is yourself. Choose somebody else of the team.").On("to_id")
		}
	}
	return fault.All(to, about, err)
}

// answers reports whether somebody is of the team, and here.
func answers(ctx context.Context, q storage.Q, person int64) (bool, error) {
	var n int
	err := q.Row(ctx, `select count(*) from person where id = $1 and left_at = 0 and name <> '' and role in ('staff', 'owner')`, person).Scan(&n)
	return n == 1, err
}

// Letter opens a thread with a member's letter to the company.
func (i *Inbox) Letter(ctx context.Context, a know.Actor, subject, body string) (t Thread, err error) {
	return i.WriteTo(ctx, a, NewLetter{Subject: subject, Body: body})
}

// WriteTo opens a thread with a letter by somebody who is known here. The very
// same letter within ten minutes, while the first one waits, is one that was
// sent twice: it gives the first one's thread.
func (i *Inbox) WriteTo(ctx context.Context, a know.Actor, n NewLetter) (t Thread, err error) {
	if err := know.Require(a, know.Write, know.Subject{}); err != nil {
		return t, err
	}
	if a.ID == 0 {
		return t, fault.New(fault.Unauthorised, "Sign in first, so that we can answer you. What you typed is kept.")
	}
	if err := i.check(ctx, a, &n); err != nil {
		return t, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		first, err := i.sameLetter(ctx, tx, a, n)
		if err != nil {
			return err
		}
		if first != 0 {
			t, err = i.thread(ctx, tx, first)
			return err
		}
		t, err = i.openLetter(ctx, tx, a, n)
		return err
	})
	return t, err
}

// sameLetter finds the letter that was just sent with these very words and
// still waits; 0 if there is none. Of two sent at once, one waits here.
func (i *Inbox) sameLetter(ctx context.Context, tx *storage.Tx, a know.Actor, n NewLetter) (thread int64, err error) {
	if _, err := tx.Exec(ctx, `update person set seen_at = seen_at where id = $1`, a.ID); err != nil {
		return 0, err
	}
	err = tx.Row(ctx, `select coalesce(min(t.id), 0) from thread t join message m on m.thread_id = t.id
		where t.person_id = $1 and t.kind = 'letter' and t.state = 'open' and t.text_state = 'visible' and t.opened_at > $2 and t.to_id = $3 and t.audience = $4 and t.subject = $5
			and m.person_id = $1 and m.kind = 'said' and m.state = 'visible' and m.body = $6
			and m.id = (select min(f.id) from message f where f.thread_id = t.id)`,
		a.ID, storage.Micros(i.now().Add(-letterAgain)), n.To, string(n.audience()), n.Subject, n.Body).Scan(&thread)
	return thread, err
}

// openLetter makes a thread of a letter that was checked.
func (i *Inbox) openLetter(ctx context.Context, tx *storage.Tx, a know.Actor, n NewLetter) (t Thread, err error) {
	if n.Language != "" {
		a.Language = n.Language
	}
	id, err := i.open(ctx, tx, a, Thread{Kind: OfLetter, Person: a.ID, Subject: n.Subject, Why: Addressed, To: n.To, Audience: n.audience()})
	if err != nil {
		return t, err
	}
	if _, err := i.say(ctx, tx, a, id, n.Body); err != nil {
		return t, err
	}
	return i.thread(ctx, tx, id)
}

// Deposit keeps a letter by somebody without an account until whoever reads
// the address confirms it, by a link that is mailed there. What it answers is
// the same whether the address is known or not. At most 5 letters an hour come
// from one address.
func (i *Inbox) Deposit(ctx context.Context, a know.Actor, n Unsigned) error {
	if err := know.Require(a, know.Write, know.Subject{}); err != nil {
		return err
	}
	name, unnamed := i.people.CheckName(ctx, a, n.Name)
	if unnamed != nil && fault.KindOf(unnamed) == fault.Internal {
		return unnamed
	}
	address, unreachable := mail.ValidAddress(n.Email)
	if unreachable != nil {
		unreachable = fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("email")
	}
	if err := fault.All(i.check(ctx, a, &n.NewLetter), unnamed, unreachable); err != nil {
		return err
	}
	n.Name = name
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		account, err := i.people.EnsureAccount(ctx, tx, know.Account{Kind: know.Mail, Address: address})
		if err != nil {
			return err
		}
		return i.deposit(ctx, tx, account, n)
	})
}

// Confirm makes a thread of a letter whose address is confirmed by the link
// that was mailed there. Done again, it gives the same thread.
func (i *Inbox) Confirm(ctx context.Context, secret string) (l Letter, err error) {
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		if l, err = i.letterBy(ctx, tx, secret); err != nil || l.Thread != 0 {
			return err
		}
		person, err := i.people.ClaimGuest(ctx, tx, l.account, l.Name, l.Language)
		if err != nil {
			return err
		}
		a := know.Actor{ID: person, Language: l.Language}
		if err := tx.Row(ctx, `select role from person where id = $1`, person).Scan(&a.Role); err != nil {
			return err
		}
		t, err := i.openLetter(ctx, tx, a, l.NewLetter)
		if err != nil {
			return err
		}
		l.Thread = t.ID
		if _, err := tx.Exec(ctx, `update letter set thread_id = $1, name = '', subject = '', body = '' where id = $2`, t.ID, l.ID); err != nil {
			return err
		}
		return i.events.Append(ctx, tx, event.Event{Kind: LetterConfirmed, Actor: person, Subject: event.Ref{Kind: "letter", ID: l.ID}, Other: t.ID})
	})
	return l, err
}

// ownLetter gives a letter for its writer to take back.
func (i *Inbox) ownLetter(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) (Thread, error) {
	t, err := i.thread(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if know.Require(a, know.Read, t.seen()) != nil {
		return t, errNoThread()
	}
	if err := know.Require(a, know.Write, know.Subject{}); err != nil {
		return t, err
	}
	if a.ID == 0 {
		return t, errSignIn()
	}
	if t.Kind != OfLetter || t.Person != a.ID {
		return t, fault.New(fault.Forbidden, "Only who wrote a letter can withdraw it.")
	}
	return t, nil
}

// WithdrawLetter takes the asker's own letter back, with all that they said in
// it: a public one is no longer there for others, and nobody is to answer.
func (i *Inbox) WithdrawLetter(ctx context.Context, a know.Actor, id int64) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.ownLetter(ctx, tx, a, id)
		if err != nil || t.TextState == know.Withdrawn {
			return err
		}
		if _, err := tx.Exec(ctx, `update thread set text_state = 'withdrawn', text_reason = '' where id = $1`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update message set state = 'withdrawn', state_reason = '' where thread_id = $1 and kind = 'said' and person_id = $2`, id, a.ID); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, a, LetterWithdrawn, "thread", id, 0); err != nil || t.State != Waiting {
			return err
		}
		if err := i.stand(ctx, tx, id, Closed, TakenBack); err != nil {
			return err
		}
		return i.fact(ctx, tx, know.Actor{}, ThreadClosed, "thread", id, 0)
	})
}

// HideLetter hides a public letter from all but its writer and the team, with
// a reason that its writer reads.
func (i *Inbox) HideLetter(ctx context.Context, a know.Actor, id int64, reason string) error {
	reason = plain.FromText(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 500 {
		return fault.New(fault.Invalid, "Say why you hide this, in at most 500 characters: its author reads it.").On("reason")
	}
	return i.veil(ctx, a, id, know.Visible, know.Hidden, reason, LetterHidden)
}

// ShowLetter shows a letter again that was hidden.
func (i *Inbox) ShowLetter(ctx context.Context, a know.Actor, id int64) error {
	return i.veil(ctx, a, id, know.Hidden, know.Visible, "", LetterShown)
}

func (i *Inbox) veil(ctx context.Context, a know.Actor, id int64, from, to know.TextState, reason, fact string) error {
	if err := know.Require(a, know.Hide, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.thread(ctx, tx, id)
		if err != nil || t.TextState == to {
			return err
		}
		if !t.IsPublic() {
			return fault.New(fault.Conflict, "Nobody but its writer and the team reads this: there is nothing to hide.")
		}
		n, err := tx.Exec(ctx, `update thread set text_state = $1, text_reason = $2 where id = $3 and text_state = $4`, string(to), reason, id, string(from))
		if err != nil {
			return err
		}
		if n == 0 {
			return errTakenBack()
		}
		return i.fact(ctx, tx, a, fact, "thread", id, 0)
	})
}

func errTakenBack() error {
	return fault.New(fault.Conflict, "Its writer took this letter back: there is nothing left to do.")
}
