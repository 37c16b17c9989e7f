package purchase

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Question is the one question to a buyer, as its page shows it.
type Question struct {
	Purchase Purchase // that it is asked about
	Reason   Reason   // what they said; the zero Reason if nothing
	accounts []int64
}

// Answered reports whether the buyer has said something that stands.
func (q Question) Answered() bool { return q.Reason.ID != 0 }

const gone = "This link is not whole, or no longer good. Open it again from where you found it."

// Code gives what stands in the address of the question about a purchase. It
// does not end, and is always the same.
func (l *Ledger) Code(ctx context.Context, purchase int64) (string, error) {
	code, err := l.people.Sign(ctx, fmt.Sprintf("why %d", purchase))
	return strconv.FormatInt(purchase, 36) + "." + code, err
}

// QuestionCode gives the code of a purchase's question to staff.
func (l *Ledger) QuestionCode(ctx context.Context, a know.Actor, purchase int64) (string, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return "", err
	}
	return l.Code(ctx, purchase)
}

// Question opens the question by its code, for whoever has it: a visitor, or
// the buyer who is signed in. Somebody else who is signed in is told so.
func (l *Ledger) Question(ctx context.Context, a know.Actor, code string) (Question, error) {
	number, mac, _ := strings.Cut(code, ".")
	id, err := strconv.ParseInt(number, 36, 64)
	if err != nil {
		return Question{}, fault.New(fault.NotFound, gone)
	}
	good, err := l.people.Signed(ctx, fmt.Sprintf("why %d", id), mac)
	if err != nil {
		return Question{}, err
	}
	if !good {
		return Question{}, fault.New(fault.NotFound, gone)
	}
	p, err := purchase(ctx, l.db, id)
	if err != nil {
		return Question{}, err
	}
	if p.Holder != 0 && a.ID != 0 && a.ID != p.Holder {
		return Question{}, fault.New(fault.Conflict, "This purchase is somebody else’s. If it is yours, sign out, or add the address you bought with to your own page.")
	}
	return l.question(ctx, l.db, p)
}

// OwnQuestion gives the question to a member about their first purchase, or
// NotFound if they have bought nothing that is known to be theirs.
func (l *Ledger) OwnQuestion(ctx context.Context, a know.Actor) (Question, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return Question{}, err
	}
	p, err := scanPurchase(l.db.Row(ctx, selectPurchase+` where p.account_id in (select id from account where person_id = $1 and person_id <> 0 and joined_by = 0) order by p.at, p.id limit 1`, a.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return Question{}, fault.New(fault.NotFound, "Nothing is known that you bought.")
	}
	if err != nil {
		return Question{}, err
	}
	return l.question(ctx, l.db, p)
}

func (l *Ledger) question(ctx context.Context, q storage.Q, p Purchase) (x Question, err error) {
	x.Purchase = p
	if _, x.accounts, err = held(ctx, q, p.Account); err != nil {
		return x, err
	}
	if p.Person != 0 {
		var left int64
		if err := q.Row(ctx, `select left_at from person where id = $1`, p.Person).Scan(&left); err != nil {
			return x, err
		}
		if left != 0 {
			return x, fault.New(fault.NotFound, gone)
		}
	}
	x.Reason, err = standing(ctx, q, x.accounts)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	x.Reason = x.Reason.asSaid()
	return x, err
}

// Answer answers a question that was opened, or answers it otherwise. own is
// the site's address. A buyer has one answer: it is kept under the account it
// was first given from.
func (l *Ledger) Answer(ctx context.Context, a know.Actor, q Question, n Answer, own string) error {
	thing, err := n.check(own)
	if err := fault.All(err, l.signed(ctx, a, q, &n)); err != nil {
		return err
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		person, accounts, err := held(ctx, tx, q.Purchase.Account)
		if err != nil {
			return err
		}
		teller, err := l.namedBy(ctx, tx, &n, q.Purchase.Account, person)
		if err != nil {
			return err
		}
		now := storage.Micros(l.now())
		holes, args := storage.Holes(1, accounts)
		var id, account int64
		err = tx.Row(ctx, `select id, account_id from reason where account_id in (`+holes+`) order by edited_at desc, id desc limit 1`, args...).Scan(&id, &account)
		if errors.Is(err, sql.ErrNoRows) {
			account = q.Purchase.Account
			id, err = tx.Insert(ctx, `insert into reason (account_id, purchase_id, created_at, edited_at) values ($1, $2, $3, $3) returning id`, account, q.Purchase.ID, now)
		}
		if err != nil {
			return fmt.Errorf("purchase: answer about %d: %w", q.Purchase.ID, err)
		}
		if teller != 0 {
			asked, err := l.askTeller(ctx, tx, a, id, teller, n.Teller == 0)
			if err != nil {
				return err
			}
			if !asked {
				teller = 0
			}
		}
		_, err = tx.Exec(ctx, `update reason set words = $1, teller_id = $2, teller_name = $3, place = $4, thing_kind = $5, thing_id = $6, by_name = $7, state = 'visible', edited_at = $8 where id = $9`,
			n.Words, teller, n.TellerName, n.Place, thing.Kind, thing.ID, n.ByName, now, id)
		if err != nil {
			return err
		}
		return l.fact(ctx, tx, know.Actor{ID: person}, ReasonAnswered, "reason", id, account, 0)
	})
}

// signed sees to the name under which a buyer's word reaches whom they name. A
// member's is their own; somebody without an account may be called as whoever
// writes a letter here may, and never like one of us.
func (l *Ledger) signed(ctx context.Context, a know.Actor, q Question, n *Answer) error {
	who := cmp.Or(a.ID, q.Purchase.Holder)
	if who == 0 {
		if n.ByName == "" {
			return nil
		}
		name, err := l.people.CheckName(ctx, know.Actor{}, n.ByName)
		if wrong, ok := errors.AsType[*fault.Error](err); ok {
			return wrong.On("by")
		}
		n.ByName = name
		return err
	}
	p, err := l.people.Person(ctx, who)
	if err != nil {
		return err
	}
	if n.ByName != "" && n.ByName != p.Name {
		return fault.New(fault.Invalid, "You are a member here: whom you name sees your own name. Leave this empty.").On("by")
	}
	n.ByName = ""
	if q.Purchase.Holder == 0 {
		n.ByName = p.Name
	}
	return nil
}

// TakeBack takes an answer back: its words and names are gone.
func (l *Ledger) TakeBack(ctx context.Context, q Question) error {
	if !q.Answered() {
		return nil
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		holes, args := storage.Holes(1, q.accounts)
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from reason where state = 'visible' and account_id in (`+holes+`)`, args...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := empty(ctx, tx, id); err != nil {
				return err
			}
			if err := l.fact(ctx, tx, know.Actor{ID: q.Purchase.Holder}, ReasonWithdrawn, "reason", id, q.Purchase.Account, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// empty takes the words and names of an answer away.
func empty(ctx context.Context, tx *storage.Tx, reason int64) error {
	_, err := tx.Exec(ctx, `update reason set words = '', teller_id = 0, teller_name = '', place = '', thing_kind = '', thing_id = 0, by_name = '', state = 'withdrawn' where id = $1`, reason)
	return err
}
