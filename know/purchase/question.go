package purchase

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tribune/event"
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
	return x, err
}

// Answer answers a question that was opened, or answers it otherwise. own is
// the site's address. A buyer has one answer: it is kept under the account it
// was first given from.
func (l *Ledger) Answer(ctx context.Context, a know.Actor, q Question, n Answer, own string) error {
	thing, err := n.check(own)
	if err != nil {
		return err
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		person, accounts, err := held(ctx, tx, q.Purchase.Account)
		if err != nil {
			return err
		}
		if n.Teller != 0 {
			if err := l.nameable(ctx, tx, n.Teller, person); err != nil {
				return err
			}
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
		if n.Teller != 0 {
			if err := l.askTeller(ctx, tx, a, id, n.Teller); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `update reason set words = $1, teller_id = $2, teller_name = $3, place = $4, thing_kind = $5, thing_id = $6, by_name = $7, state = 'visible', edited_at = $8 where id = $9`,
			n.Words, n.Teller, n.TellerName, n.Place, thing.Kind, thing.ID, n.ByName, now, id)
		if err != nil {
			return err
		}
		return l.fact(ctx, tx, know.Actor{ID: person}, ReasonAnswered, "reason", id, account, 0)
	})
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

// public is the condition on person p that they are known here to everybody:
// they work here, or said something on the square that anybody can read.
const public = `p.left_at = 0 and p.name <> '' and (p.role in ('staff', 'owner') and p.seen_at > 0 or p.role <> 'guest' and (
	exists (select 1 from idea where idea.person_id = p.id and idea.state = 'visible' and idea.audience = 'public')
	or exists (select 1 from comment join idea on idea.id = comment.idea_id where comment.person_id = p.id and comment.state = 'visible' and idea.state = 'visible' and idea.audience = 'public')))`

// Tellers finds people who are public here, by a part of their name, for
// whoever answers the question.
func (l *Ledger) Tellers(ctx context.Context, text string, limit int) ([]know.Person, error) {
	if text = strings.TrimSpace(text); len([]rune(text)) < 2 {
		return nil, nil
	}
	like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
	ids, err := storage.All(ctx, l.db, storage.Scalar[int64], `select p.id from person p where (lower(p.name) like $1 escape '\' or lower(p.name) like $2 escape '\') and `+public+` order by p.name, p.id limit $3`, like, "% "+like, limit)
	if err != nil {
		return nil, fmt.Errorf("purchase: search for tellers: %w", err)
	}
	people, err := l.people.People(ctx, ids)
	found := make([]know.Person, 0, len(ids))
	for _, id := range ids {
		found = append(found, people[id])
	}
	return found, err
}

// nameable refuses to name oneself, and people who are not public here.
func (l *Ledger) nameable(ctx context.Context, tx *storage.Tx, teller, buyer int64) error {
	if teller == buyer {
		return fault.New(fault.Invalid, "You cannot have brought yourself. Name somebody else, or leave it out.").On("who")
	}
	var there int
	if err := tx.Row(ctx, `select count(*) from person p where p.id = $1 and `+public, teller).Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		return fault.New(fault.Invalid, "This person cannot be named here. Write their name as you would say it.").On("who")
	}
	return nil
}

// askTeller asks a member whether they may be shown, once.
func (l *Ledger) askTeller(ctx context.Context, tx *storage.Tx, a know.Actor, reason, teller int64) error {
	var asked, there int
	if err := tx.Row(ctx, `select count(*), coalesce(sum(case when person_id = $2 then 1 else 0 end), 0) from reason_teller where reason_id = $1`, reason, teller).Scan(&asked, &there); err != nil || there > 0 {
		return err
	}
	if asked >= maxTellers {
		return fault.New(fault.Limited, "You have named {n} people, and each was asked. Write other names into your words.", "n", maxTellers).On("who")
	}
	if _, err := tx.Exec(ctx, `insert into reason_teller (reason_id, person_id, asked_at) values ($1, $2, $3)`, reason, teller, storage.Micros(l.now())); err != nil {
		return err
	}
	if err := l.fact(ctx, tx, know.Actor{ID: a.ID}, TellerAsked, "reason", reason, teller, 0); err != nil {
		return err
	}
	wanted, err := l.people.Wanted(ctx, tx, teller, know.MailWhy)
	if err != nil || !wanted {
		return err
	}
	var reachable int
	if err := tx.Row(ctx, `select count(*) from account where person_id = $1 and person_id <> 0 and kind = 'mail' and confirmed_at > 0`, teller).Scan(&reachable); err != nil || reachable == 0 {
		return err
	}
	return l.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("teller:%d:%d", reason, teller), Kind: "teller", Person: teller, Subject: event.Ref{Kind: "reason", ID: reason}})
}
