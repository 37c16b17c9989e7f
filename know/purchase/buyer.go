package purchase

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tribune/storage"
)

// Buyer is what the ledger knows of one buyer: the accounts of a person, or
// one that nobody claimed.
type Buyer struct {
	Purchases int64 // that count
	First     int64 // their first purchase, and what is known of it
	FirstAt   time.Time
	Country   string
	Code      string
	Said      bool       // they answered the question
	Teller    int64      // the member they named, 0 for none
	Shown     Permission // whether that member may be shown
}

// Counts is the condition on a purchase, by its alias in the query, that it
// counts as one: it was not cancelled, and not all of it was paid back.
func Counts(p string) string {
	return `(` + p + `.cancelled = 0 and (` + p + `.refunded_minor < ` + p + `.amount_minor or ` + p + `.amount_minor = 0))`
}

// Returned reports whether a purchase was cancelled, or all of it paid back: it
// counts as none.
func (p Purchase) Returned() bool {
	return p.Cancelled || p.AmountMinor > 0 && p.RefundedMinor >= p.AmountMinor
}

// Buyer gives what is known of a buyer by their accounts.
func (l *Ledger) Buyer(ctx context.Context, q storage.Q, accounts []int64) (b Buyer, err error) {
	if len(accounts) == 0 {
		return b, nil
	}
	holes, args := storage.Holes(1, accounts)
	if err := q.Row(ctx, `select count(*) from purchase p where account_id in (`+holes+`) and `+Counts("p"), args...).Scan(&b.Purchases); err != nil || b.Purchases == 0 {
		return b, err
	}
	var at int64
	err = q.Row(ctx, `select id, at, country, code from purchase p where account_id in (`+holes+`) and `+Counts("p")+` order by at, id limit 1`, args...).Scan(&b.First, &at, &b.Country, &b.Code)
	if err != nil {
		return b, err
	}
	b.FirstAt = storage.Time(at)
	r, err := standing(ctx, q, accounts)
	if errors.Is(err, sql.ErrNoRows) {
		return b, nil
	}
	b.Said, b.Teller, b.Shown = err == nil, r.Teller, r.Shown
	return b, err
}
