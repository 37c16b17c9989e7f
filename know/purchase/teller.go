package purchase

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/naming"
	"tribune/storage"
)

// Naming is one time that somebody was named as who brought a buyer.
type Naming struct {
	Reason  int64
	Buyer   int64  // person, 0 for one who is not here
	ByName  string // how the buyer calls themselves
	Written bool   // they wrote a name, and did not choose a person
	Words   string
	Country string // from which they bought
	State   Permission
	AskedAt time.Time
}

const selectNaming = `select r.id, coalesce(a.person_id, 0), r.by_name, r.words, p.country, t.state, t.asked_at, case when r.teller_name = '' then 0 else 1 end
	from reason_teller t join reason r on r.id = t.reason_id and r.teller_id = t.person_id and r.state = 'visible'
	join purchase p on p.id = r.purchase_id left join account a on a.id = r.account_id`

func scanNaming(row storage.Scanner) (n Naming, err error) {
	var at, written int64
	err = row.Scan(&n.Reason, &n.Buyer, &n.ByName, &n.Words, &n.Country, &n.State, &at, &written)
	n.AskedAt, n.Written = storage.Time(at), written == 1
	return n, err
}

// Namings gives who said that the asker brought them, the unanswered first.
func (l *Ledger) Namings(ctx context.Context, a know.Actor) ([]Naming, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return storage.All(ctx, l.db, scanNaming, selectNaming+` where t.person_id = $1 order by case when t.state = 'asked' then 0 else 1 end, t.asked_at desc, r.id limit 200`, a.ID)
}

// Naming gives one of the asker's, for the mail that asks them. One that is
// no longer said, or answered, is NotFound.
func (l *Ledger) Naming(ctx context.Context, a know.Actor, reason int64) (Naming, error) {
	n, err := scanNaming(l.db.Row(ctx, selectNaming+` where t.person_id = $1 and r.id = $2 and t.state = 'asked'`, a.ID, reason))
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.New(fault.NotFound, "Nobody asks this of you any more.")
	}
	return n, err
}

// Show says whether the asker may be shown as who brought a buyer. Who said
// yes may think better of it; no is the last word.
func (l *Ledger) Show(ctx context.Context, a know.Actor, reason int64, yes bool) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		var was Permission
		err := tx.Row(ctx, `select state from reason_teller where reason_id = $1 and person_id = $2`, reason, a.ID).Scan(&was)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "Nobody asks this of you any more.")
		}
		if err != nil {
			return err
		}
		to, kind := Refused, TellerRefused
		if yes {
			to, kind = Granted, TellerConfirmed
		}
		if was == to {
			return nil
		}
		if was == Refused {
			return fault.New(fault.Conflict, "You said no to this, and it stays so.")
		}
		if _, err := tx.Exec(ctx, `update reason_teller set state = $1, answered_at = $2 where reason_id = $3 and person_id = $4`, string(to), storage.Micros(l.now()), reason, a.ID); err != nil {
			return err
		}
		return l.fact(ctx, tx, know.Actor{ID: a.ID}, kind, "reason", reason, a.ID, 0)
	})
}

// public is the condition on person p that they are known here to everybody:
// they work here, or said something on the square that anybody can read.
const public = `p.left_at = 0 and p.name <> '' and (p.role in ('staff', 'owner') and p.seen_at > 0 or p.role <> 'guest' and (
	exists (select 1 from idea where idea.person_id = p.id and idea.state = 'visible' and idea.audience = 'public')
	or exists (select 1 from comment join idea on idea.id = comment.idea_id where comment.person_id = p.id and comment.state = 'visible' and idea.state = 'visible' and idea.audience = 'public')))`

// Tellers finds people who are public here, by the beginning of any of their
// names, for whoever answers the question.
func (l *Ledger) Tellers(ctx context.Context, text string, limit int) ([]know.Person, error) {
	if text = strings.TrimSpace(text); len([]rune(text)) < 2 {
		return nil, nil
	}
	if naming.Key(text) == "" {
		return nil, nil
	}
	ids, err := storage.All(ctx, l.db, storage.Scalar[int64], `select p.id from person p where p.folded like $1 escape '\' and `+public+` order by p.name, p.id limit $2`, know.BeginsName(text), limit)
	if err != nil {
		return nil, fmt.Errorf("purchase: search for tellers: %w", err)
	}
	people, err := l.people.People(ctx, ids)
	found := make([]know.Person, 0, len(ids))
	for _, id := range ids {
		if !naming.Nobody(people[id].Name) {
			found = append(found, people[id])
		}
	}
	return found, err
}

// namedBy gives the member whom an answer names, 0 for none. One who was chosen
// is public here; so is one whose full name was written without saying that it
// is somebody else's, and counts as chosen. A name that was written is looked up among the others, too,
// but nobody learns whether it was found: they are asked, and if they say
// nothing or no, it stays what the buyer wrote.
func (l *Ledger) namedBy(ctx context.Context, tx *storage.Tx, n *Answer, account, buyer int64) (int64, error) {
	own, err := l.calledThat(ctx, tx, *n, account, buyer)
	if err == nil && n.Teller == 0 && !n.Elsewhere {
		if n.Teller, err = l.called(ctx, tx, n.TellerName, public, account); n.Teller != 0 {
			n.TellerName = ""
		}
	}
	if err != nil {
		return 0, err
	}
	if own || n.Teller != 0 && n.Teller == buyer {
		return 0, fault.New(fault.Invalid, "That is you. If nobody told you of us, leave this empty; if it was somebody of your name, say so in your words.").On("who")
	}
	if n.Teller == 0 {
		return l.called(ctx, tx, n.TellerName, member, account)
	}
	var there int
	if err := tx.Row(ctx, `select count(*) from person p where p.id = $1 and `+public, n.Teller).Scan(&there); err != nil {
		return 0, err
	}
	if there == 0 {
		return 0, fault.New(fault.Invalid, "This person cannot be named here. Write their name as you would say it.").On("who")
	}
	return n.Teller, nil
}

// calledThat reports whether the buyer wrote their own name, in any order and
// with anything after a comma: as they are called here, in the order, or in this answer.
func (l *Ledger) calledThat(ctx context.Context, tx *storage.Tx, n Answer, account, buyer int64) (bool, error) {
	if n.TellerName == "" {
		return false, nil
	}
	names, err := storage.All(ctx, tx, storage.Scalar[string], `select name from person where id = $1 and id <> 0 union select name from account where id = $2`, buyer, account)
	return slices.ContainsFunc(append(names, n.ByName), func(name string) bool { return know.SameName(name, n.TellerName) || naming.Names(n.TellerName, name) }), err
}

// member is the condition on person p that they are here, reachable, and not
// public.
const member = `p.left_at = 0 and p.role <> 'guest' and not (` + public + `) and exists (select 1 from account a where a.person_id = p.id and a.confirmed_at > 0)`

// called gives the one person of that name among those of a condition, 0 if
// there is none, or several; not one to whom the team joined the buyer's
// account. A first name alone is too little to ask somebody, and so are words that are
// nobody's name, whoever is called so.
func (l *Ledger) called(ctx context.Context, tx *storage.Tx, name, among string, account int64) (int64, error) {
	if !strings.Contains(name, " ") || naming.Nobody(name) {
		return 0, nil
	}
	ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select p.id from person p where p.folded = $1 and p.folded <> '' and p.name like '% %' and `+among+`
		and not exists (select 1 from account a where a.id = $2 and a.person_id = p.id) order by p.id limit 2`, naming.Key(name), account)
	if err != nil || len(ids) != 1 {
		return 0, err
	}
	return ids[0], nil
}

// askTeller asks a member whether they may be shown, once, and reports whether
// they are asked. Of those who are public here, one buyer has at most so many
// asked, and is told; of the others as many, and is told nothing.
func (l *Ledger) askTeller(ctx context.Context, tx *storage.Tx, a know.Actor, reason, teller int64, quietly bool) (bool, error) {
	var asked, there int
	if err := tx.Row(ctx, `select count(*), coalesce(sum(case when t.person_id = $2 then 1 else 0 end), 0) from reason_teller t join person p on p.id = t.person_id
		where t.reason_id = $1 and (t.person_id = $2 or case when `+public+` then 0 else 1 end = $3)`, reason, teller, storage.Bit(quietly)).Scan(&asked, &there); err != nil || there > 0 {
		return there > 0, err
	}
	if asked >= maxTellers && quietly {
		return false, nil
	}
	if asked >= maxTellers {
		return false, fault.New(fault.Limited, "You have named {n} people, and each was asked. Write other names into your words.", "n", maxTellers).On("who")
	}
	if _, err := tx.Exec(ctx, `insert into reason_teller (reason_id, person_id, asked_at) values ($1, $2, $3)`, reason, teller, storage.Micros(l.now())); err != nil {
		return false, err
	}
	if err := l.fact(ctx, tx, know.Actor{ID: a.ID}, TellerAsked, "reason", reason, teller, 0); err != nil {
		return false, err
	}
	wanted, err := l.people.Wanted(ctx, tx, teller, know.MailWhy)
	if err != nil || !wanted {
		return true, err
	}
	var reachable int
	if err := tx.Row(ctx, `select count(*) from account where person_id = $1 and person_id <> 0 and kind = 'mail' and confirmed_at > 0`, teller).Scan(&reachable); err != nil || reachable == 0 {
		return true, err
	}
	return true, l.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("teller:%d:%d", reason, teller), Kind: "teller", Person: teller, Subject: event.Ref{Kind: "reason", ID: reason}})
}
