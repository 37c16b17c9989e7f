package purchase

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// How long after a purchase its buyer is still asked by mail: who bought
// longer ago than that would be surprised. And how many purchases are looked
// at in one transaction.
const (
	askWithin = 90 * 24 * time.Hour
	askBatch  = 100
)

// Ask sees to it that buyers who can be reached are asked, until ctx ends.
func (l *Ledger) Ask(ctx context.Context) error {
	pause := time.Second
	for ctx.Err() == nil {
		woken := l.events.Woken()
		n, err := l.AskOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.Error("asking buyers failed; it will be tried again", "error", err)
			pause, woken = min(2*pause, time.Minute), nil
		case n > 0:
			pause = time.Second
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(pause):
		}
	}
	return nil
}

// AskOnce looks at the next purchases that nobody looked at yet, puts the
// question to their buyers into the outbox where it is due, and gives how many
// purchases it was. A buyer is who confirmed the address of the order: nobody
// is asked about what the team believes is theirs, or what they sent back.
func (l *Ledger) AskOnce(ctx context.Context) (n int, err error) {
	var due int
	if err := l.db.Row(ctx, `select count(*) from (select id from purchase where due = 1 limit 1) d`).Scan(&due); err != nil || due == 0 {
		return 0, err
	}
	type look struct{ id, person, at int64 }
	err = l.db.Update(ctx, func(tx *storage.Tx) error {
		looks, err := storage.All(ctx, tx, func(row storage.Scanner) (k look, err error) {
			err = row.Scan(&k.id, &k.person, &k.at)
			return k, err
		}, `select p.id, case when `+Counts("p")+` then coalesce(a.person_id, 0) else 0 end, p.at from purchase p left join account a on a.id = p.account_id and a.confirmed_at > 0 and a.joined_by = 0
			where p.due = 1 order by p.id limit $1`, askBatch)
		if err != nil {
			return err
		}
		n = len(looks)
		ids := make([]int64, n)
		since := storage.Micros(l.now().Add(-askWithin))
		for i, k := range looks {
			ids[i] = k.id
			if k.person != 0 && k.at >= since {
				if err := l.ask(ctx, tx, k.person, k.id); err != nil {
					return fmt.Errorf("purchase: ask about %d: %w", k.id, err)
				}
			}
		}
		holes, args := storage.Holes(1, ids)
		_, err = tx.Exec(ctx, `update purchase set due = 0 where id in (`+holes+`)`, args...)
		return err
	})
	return n, err
}

// ask puts the question to one person into the outbox: once in a lifetime, and
// not if they work here, do not want it, cannot be reached or have answered.
func (l *Ledger) ask(ctx context.Context, tx *storage.Tx, person, purchase int64) error {
	wanted, err := l.people.Wanted(ctx, tx, person, know.MailWhy)
	if err != nil || !wanted {
		return err
	}
	dedup := askKey(person)
	var may int
	err = tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0 and role not in ('staff', 'owner')
		and exists (select 1 from account where account.person_id = person.id and kind = 'mail' and confirmed_at > 0)
		and not exists (select 1 from reason join account on account.id = reason.account_id where account.person_id = person.id)
		and not exists (select 1 from outbox where dedup = $2)`, person, dedup).Scan(&may)
	if err != nil || may == 0 {
		return err
	}
	if err := l.events.Put(ctx, tx, event.Delivery{Dedup: dedup, Kind: "why", Person: person, Subject: event.Ref{Kind: "purchase", ID: purchase}}); err != nil {
		return err
	}
	return l.fact(ctx, tx, know.Actor{}, ReasonAsked, "purchase", purchase, person, 0)
}

// AskedAt gives when people were put the question by mail; who was not is left
// out.
func (l *Ledger) AskedAt(ctx context.Context, a know.Actor, people []int64) (map[int64]time.Time, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	keys := make([]string, len(people))
	for i, id := range people {
		keys[i] = askKey(id)
	}
	holes, args := storage.Holes(1, keys)
	found := make(map[int64]time.Time, len(people))
	_, err := storage.All(ctx, l.db, func(row storage.Scanner) (struct{}, error) {
		var person, at int64
		err := row.Scan(&person, &at)
		found[person] = storage.Time(at)
		return struct{}{}, err
	}, `select person_id, created_at from outbox where dedup in (`+holes+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("purchase: asked at: %w", err)
	}
	return found, nil
}

// askKey is what one person is asked under, once in a lifetime.
func askKey(person int64) string { return fmt.Sprintf("why:%d", person) }

// FollowAccounts looks at the purchases of an account again once somebody has
// confirmed it, or it came to somebody else. Whoever was to be asked about one
// that is not theirs now has not been asked: their question is not spent.
func (l *Ledger) FollowAccounts(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Subject.Kind != "account" {
			continue
		}
		if err := l.unask(ctx, tx, f.Subject.ID); err != nil {
			return fmt.Errorf("purchase: account %d: %w", f.Subject.ID, err)
		}
		if f.Other == 0 {
			continue
		}
		// One purchase of theirs is enough: a person is asked once.
		if _, err := tx.Exec(ctx, `update purchase set due = 1 where id = (select p.id from purchase p where p.account_id = $1 and `+Counts("p")+` order by p.at desc, p.id desc limit 1)`, f.Subject.ID); err != nil {
			return fmt.Errorf("purchase: account %d: %w", f.Subject.ID, err)
		}
	}
	return nil
}

// unask takes back questions about the purchases of an account that have not
// left, from those who do not hold it, and has them asked about another
// purchase of theirs.
func (l *Ledger) unask(ctx context.Context, tx *storage.Tx, account int64) error {
	people, err := storage.All(ctx, tx, storage.Scalar[int64], `select d.person_id from outbox d join purchase p on p.id = d.subject_id join account a on a.id = p.account_id
		where d.dedup in (select 'why:' || from_person from account_move where account_id = $1) and d.state in ('waiting', 'superseded')
		and p.account_id = $1 and (a.joined_by <> 0 or a.person_id <> d.person_id)`, account)
	if err != nil {
		return err
	}
	return l.askInstead(ctx, tx, people)
}

// unaskReturned takes back a question about a purchase that was sent back, or
// cancelled, if it has not left.
func (l *Ledger) unaskReturned(ctx context.Context, tx *storage.Tx, id int64) error {
	people, err := storage.All(ctx, tx, storage.Scalar[int64], `select d.person_id from purchase p join account a on a.id = p.account_id join outbox d on d.dedup = 'why:' || a.person_id
		where p.id = $1 and a.person_id <> 0 and d.subject_id = p.id and d.state in ('waiting', 'superseded')`, id)
	if err != nil {
		return fmt.Errorf("purchase: unask about %d: %w", id, err)
	}
	return l.askInstead(ctx, tx, people)
}

// askInstead takes back what these people were to be asked, and has them asked
// about the latest other purchase of theirs.
func (l *Ledger) askInstead(ctx context.Context, tx *storage.Tx, people []int64) error {
	for _, person := range people {
		if err := l.events.Recall(ctx, tx, askKey(person)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update purchase set due = 1 where id = (select p.id from purchase p join account a on a.id = p.account_id
			where a.person_id = $1 and a.joined_by = 0 and a.confirmed_at > 0 and `+Counts("p")+` order by p.at desc, p.id desc limit 1)`, person); err != nil {
			return err
		}
	}
	return nil
}

// ToAsk gives the question to a person for its mail; ErrSuperseded once they
// have answered, or sent back what they bought.
func (l *Ledger) ToAsk(ctx context.Context, id, person int64) (p Purchase, code string, err error) {
	if p, err = purchase(ctx, l.db, id); err != nil {
		return p, "", err
	}
	q, err := l.question(ctx, l.db, p)
	if err != nil {
		return p, "", err
	}
	if q.Answered() || p.Holder != person || p.Returned() {
		return p, "", event.ErrSuperseded
	}
	code, err = l.Code(ctx, id)
	return p, code, err
}
