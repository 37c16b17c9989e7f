package purchase

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Naming is one time that somebody was named as who brought a buyer.
type Naming struct {
	Reason  int64
	Buyer   int64  // person, 0 for one who is not here
	ByName  string // how the buyer calls themselves
	Words   string
	Country string // from which they bought
	State   Permission
	AskedAt time.Time
}

const selectNaming = `select r.id, coalesce(a.person_id, 0), r.by_name, r.words, p.country, t.state, t.asked_at
	from reason_teller t join reason r on r.id = t.reason_id and r.teller_id = t.person_id and r.state = 'visible'
	join purchase p on p.id = r.purchase_id left join account a on a.id = r.account_id`

func scanNaming(row storage.Scanner) (n Naming, err error) {
	var at int64
	err = row.Scan(&n.Reason, &n.Buyer, &n.ByName, &n.Words, &n.Country, &n.State, &at)
	n.AskedAt = storage.Time(at)
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
