package advocate

import (
	"context"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// CreditChoice is whether somebody is named where something came of what they
// did. Who never said is counted in credit lines, and not named (see shape for
// the one exception); their page has what lasted of what they said in public
// under their name, until they say no.
type CreditChoice string

// What people choose.
const (
	NeverSaid CreditChoice = ""
	Named     CreditChoice = "yes"
	NotNamed  CreditChoice = "no"
)

func (s *Advocacy) creditOf(ctx context.Context, q storage.Q, person int64) (c CreditChoice, err error) {
	err = q.Row(ctx, `select coalesce((select credit from person where id = $1), 'no')`, person).Scan(&c)
	return c, err
}

// recognised reports whether the asker may see what lasted of what a person
// did: everybody, unless that person would rather not be named; they themselves
// and the team in any case.
func (s *Advocacy) recognised(ctx context.Context, a know.Actor, person int64) (bool, error) {
	c, err := s.creditOf(ctx, s.db, person)
	return c != NotNamed || a.ID == person || a.IsStaff(), err
}

// Credit gives what the asker chose.
func (s *Advocacy) Credit(ctx context.Context, a know.Actor) (CreditChoice, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return "", err
	}
	return s.creditOf(ctx, s.db, a.ID)
}

// ChooseCredit keeps what the asker chooses. Counts stay as they are.
func (s *Advocacy) ChooseCredit(ctx context.Context, a know.Actor, c CreditChoice) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	if c != Named && c != NotNamed {
		return fault.New(fault.Invalid, "Say yes or no.").On("credit")
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update person set credit = $1 where id = $2 and credit <> $1`, string(c), a.ID)
		if err != nil || n == 0 {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: "person.changed", Actor: a.ID, Subject: event.Ref{Kind: "person", ID: a.ID}})
	})
}
