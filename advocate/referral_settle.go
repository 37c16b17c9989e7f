package advocate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know/purchase"
	"tribune/storage"
)

// What waits in referral_due.
const (
	dueAccount int64 = 0 // an account: it bought, said something, or came to somebody else
	dueBelow   int64 = 1 // a node whose depth, root or country changed: those under it follow
	dueNode    int64 = 2 // a node: its person's profile changed
)

// How much one transaction of settling takes: rows that wait, children of one
// of them, and writes after which it ends.
const (
	settleRows     = 60
	settleChildren = 300
	settleWrites   = 800
)

// FollowReferrals notes which accounts and people a fact makes stale.
func (s *Advocacy) FollowReferrals(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		query, args := `insert into referral_due (kind, id) values (0, $1) on conflict do nothing`, []any{f.Subject.ID}
		switch f.Kind {
		case purchase.PurchaseStored:
			query, args = `insert into referral_due (kind, id) select distinct 0, account_id from purchase where id between $1 and $2 on conflict do nothing`, []any{f.Subject.ID, f.N}
		case purchase.PurchaseFilled:
			query, args = `insert into referral_due (kind, id) select 0, account_id from purchase where id = $1 union select 0, $2 on conflict do nothing`, []any{f.Subject.ID, f.Other}
			if tx.Postgres() {
				query = `insert into referral_due (kind, id) select 0, account_id from purchase where id = $1 union select 0, $2::bigint on conflict do nothing`
			}
		case purchase.PurchaseRefunded:
			query = `insert into referral_due (kind, id) select 0, account_id from purchase where id = $1 on conflict do nothing`
		case purchase.ReasonAnswered, purchase.ReasonWithdrawn:
			args[0] = f.Other
		case purchase.TellerConfirmed, purchase.TellerRefused:
			query = `insert into referral_due (kind, id) select 0, account_id from reason where id = $1 on conflict do nothing`
		case "person.changed", "person.left", ShareJoined:
			query = `insert into referral_due (kind, id) select 2, id from referral where id = $1 on conflict do nothing`
		}
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("advocate: follow %s %d: %w", f.Kind, f.ID, err)
		}
	}
	tx.After(s.events.Wake)
	return nil
}

// ReferralKinds are the facts that FollowReferrals follows.
func ReferralKinds() []string {
	return []string{purchase.PurchaseStored, purchase.PurchaseRefunded, purchase.PurchaseFilled, purchase.ReasonAnswered, purchase.ReasonWithdrawn, purchase.TellerConfirmed, purchase.TellerRefused,
		"account.confirmed", "account.moved", "person.changed", "person.left", ShareJoined}
}

// Settle counts anew what is stale, until ctx ends.
func (s *Advocacy) Settle(ctx context.Context) error {
	pause := time.Second
	for ctx.Err() == nil {
		woken := s.events.Woken()
		more, err := s.SettleOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Error("the tree of referrals could not be settled; it will be tried again", "error", err)
			pause, woken = min(2*pause, time.Minute), nil
		case more:
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

// SettleOnce takes one step, and reports whether there was anything to do.
func (s *Advocacy) SettleOnce(ctx context.Context) (more bool, err error) {
	var waiting int
	if err := s.db.Row(ctx, `select count(*) from (select id from referral_due limit 1) d`).Scan(&waiting); err != nil || waiting == 0 {
		return false, err
	}
	type row struct{ kind, id int64 }
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		// One process at a time: the row is locked until the transaction ends.
		if _, err := tx.Exec(ctx, `insert into tally (name, n) values ('referral.steps', 1) on conflict (name) do update set n = tally.n + 1`); err != nil {
			return err
		}
		due, err := storage.All(ctx, tx, func(r storage.Scanner) (d row, err error) {
			err = r.Scan(&d.kind, &d.id)
			return d, err
		}, `select kind, id from referral_due order by kind, id limit $1`, settleRows)
		if err != nil {
			return err
		}
		w := &work{Advocacy: s, tx: tx, sums: sums{}}
		for _, d := range due {
			if w.writes > settleWrites {
				break
			}
			if err := w.exec(ctx, `delete from referral_due where kind = $1 and id = $2`, d.kind, d.id); err != nil {
				return err
			}
			if err := w.settle(ctx, d.kind, d.id); err != nil {
				return fmt.Errorf("advocate: settle %d of kind %d: %w", d.id, d.kind, err)
			}
		}
		return w.sums.write(ctx, tx)
	})
	return true, err
}

// SettleAll settles until nothing is stale: for commands and tests that run
// without the background work.
func (s *Advocacy) SettleAll(ctx context.Context) error {
	for {
		if more, err := s.SettleOnce(ctx); err != nil || !more {
			return err
		}
	}
}

func (w *work) settle(ctx context.Context, kind, id int64) error {
	switch kind {
	case dueAccount:
		return w.account(ctx, id)
	case dueBelow:
		return w.children(ctx, id)
	}
	return w.recount(ctx, id)
}

// account puts an account under the node it belongs to now, and counts that
// one and the one it came from.
func (w *work) account(ctx context.Context, account int64) error {
	var was, now int64
	if err := w.tx.Row(ctx, `select coalesce((select node_id from referral_account where account_id = $1), 0)`, account).Scan(&was); err != nil {
		return err
	}
	err := w.tx.Row(ctx, `select case when person_id <> 0 then person_id else -id end from account where id = $1
		and exists (select 1 from purchase where purchase.account_id = account.id)`, account).Scan(&now)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case now == 0 && was != 0:
		err = w.exec(ctx, `delete from referral_account where account_id = $1`, account)
	case now != was:
		err = w.exec(ctx, `insert into referral_account (account_id, node_id) values ($1, $2) on conflict (account_id) do update set node_id = excluded.node_id`, account, now)
	default:
		err = nil
	}
	if err != nil {
		return err
	}
	if was != 0 && was != now {
		if err := w.recount(ctx, was); err != nil {
			return err
		}
	}
	if now == 0 {
		return nil
	}
	return w.recount(ctx, now)
}

// recount counts a node anew from the ledger.
func (w *work) recount(ctx context.Context, id int64) error {
	old, there, err := w.node(ctx, id)
	if err != nil {
		return err
	}
	accounts, err := storage.All(ctx, w.tx, storage.Scalar[int64], `select account_id from referral_account where node_id = $1`, id)
	if err != nil {
		return err
	}
	b, err := w.ledger.Buyer(ctx, w.tx, accounts)
	if err != nil {
		return err
	}
	if !there && b.Purchases == 0 {
		return nil
	}
	n := old
	n.purchases, n.first, n.firstAt, n.coded, n.country = b.Purchases, b.First, storage.Micros(b.FirstAt), int64(storage.Bit(b.Code != "")), b.Country
	if n.claim, n.sure, err = w.claim(ctx, id, b); err != nil {
		return err
	}
	if n.country == "" && id > 0 {
		if err := w.tx.Row(ctx, `select coalesce((select country from person where id = $1), '')`, id).Scan(&n.country); err != nil {
			return err
		}
	}
	if n.purchases == 0 { // who bought nothing was brought by nobody; let go while it still counts as a buyer
		if err := w.reclaim(ctx, old, 0); err != nil {
			return err
		}
	}
	if err := w.facts(ctx, n, there); err != nil {
		return err
	}
	if n.purchases > 0 && (n.claim != old.claim || n.firstAt != old.firstAt) {
		if err := w.reclaim(ctx, old, n.claim); err != nil {
			return err
		}
	}
	if there && n.country != old.country { // a ring that ended may have hung somebody here just now
		if err := w.due(ctx, dueBelow, id); err != nil {
			return err
		}
	}
	return w.prune(ctx, id)
}

// claim says who brought a buyer, by what is known, and how sure it is. A
// member who was named counts once they let us show it; the maker of a link
// that came with the purchase, or through which the buyer became a member,
// counts if the link was made before they bought, unless they named another member. How sure it is is of what the
// claim rests on.
func (w *work) claim(ctx context.Context, id int64, b purchase.Buyer) (claim int64, sure Sure, err error) {
	if b.Purchases == 0 {
		return 0, Unknown, nil // who bought nothing was brought to nothing
	}
	link := int64(0)
	if b.Code != "" {
		if link, err = w.sharer(ctx, w.tx, b.Code, madeBy(b.FirstAt)); err != nil {
			return 0, 0, err
		}
	}
	if link == 0 && id > 0 && b.Purchases > 0 {
		if link, err = w.joinedBy(ctx, w.tx, id, madeBy(b.FirstAt)); err != nil {
			return 0, 0, err
		}
	}
	if link == id {
		link = 0 // one's own link brings nobody
	}
	if b.Teller == id {
		b.Teller, b.Shown = 0, "" // nor does one bring oneself
	}
	switch {
	case !b.Said && link != 0:
		return link, ByLink, nil
	case !b.Said:
		return 0, Unknown, nil
	case b.Teller == 0 && link != 0:
		return link, ByLink, nil // their words name nobody; the link does
	case b.Shown == purchase.Asked && b.Teller == link:
		return link, Said, nil
	case b.Shown == purchase.Granted:
		return b.Teller, Said, nil
	}
	return 0, Said, nil
}

// facts writes what a node is, all but its place in the tree.
func (w *work) facts(ctx context.Context, n node, there bool) error {
	if there {
		now, _, err := w.node(ctx, n.id) // its place may have changed
		if err != nil {
			return err
		}
		w.sums.count(now, -1)
		now.purchases, now.firstAt, now.sure, now.country = n.purchases, n.firstAt, n.sure, n.country
		w.sums.count(now, 1)
		return w.exec(ctx, `update referral set purchases = $1, first_id = $2, first_at = $3, coded = $4, country = $5, sure = $6 where id = $7`,
			n.purchases, n.first, n.firstAt, n.coded, n.country, int64(n.sure), n.id)
	}
	fresh := n
	fresh.parent, fresh.depth, fresh.root, fresh.from = 0, 0, n.id, ""
	w.sums.count(fresh, 1)
	return w.exec(ctx, `insert into referral (id, sure, purchases, first_id, first_at, coded, country, root_id) values ($1, $2, $3, $4, $5, $6, $7, $1)`,
		n.id, int64(n.sure), n.purchases, n.first, n.firstAt, n.coded, n.country)
}

// reclaim gives a node another claim. Claims may close rings, each of which is
// open at the one who bought first; a ring that ends thereby is closed again.
func (w *work) reclaim(ctx context.Context, old node, claim int64) error {
	id := old.id
	if old.claim != 0 {
		ring, err := w.ring(ctx, id)
		if err != nil {
			return err
		}
		for _, n := range ring {
			if n.parent == 0 && n.id != id {
				if err := w.hang(ctx, id, 0); err != nil {
					return err
				}
				if err := w.hang(ctx, n.id, n.claim); err != nil {
					return err
				}
			}
		}
	}
	if claim != 0 {
		if err := w.exec(ctx, `insert into referral (id, root_id, country) select id, id, country from person where id = $1 on conflict (id) do nothing`, claim); err != nil {
			return err
		}
	}
	if err := w.exec(ctx, `update referral set claim_id = $1 where id = $2`, claim, id); err != nil {
		return err
	}
	if err := w.place(ctx, id, claim); err != nil {
		return err
	}
	if old.claim != 0 && old.claim != claim {
		return w.prune(ctx, old.claim)
	}
	return nil
}

// place hangs a node under the one it claims, unless that closes a ring which
// is to be open there.
func (w *work) place(ctx context.Context, id, claim int64) error {
	ring, err := w.ring(ctx, id)
	if err != nil {
		return err
	}
	if ring != nil {
		first := begins(ring)
		if err := w.hang(ctx, first.id, 0); err != nil {
			return err
		}
		if first.id == id {
			return nil
		}
	}
	return w.hang(ctx, id, claim)
}

// prune removes a node that neither bought nor brought anybody.
func (w *work) prune(ctx context.Context, id int64) error {
	return w.exec(ctx, `delete from referral where id = $1 and purchases = 0 and not exists (select 1 from referral r where r.claim_id = $1)`, id)
}

// children brings those under a node to its depth, root and country, and has
// those under them follow.
func (w *work) children(ctx context.Context, id int64) error {
	p, there, err := w.node(ctx, id)
	if err != nil || !there {
		return err
	}
	stale, err := storage.All(ctx, w.tx, scanNode, selectNode+` where parent_id = $1 and parent_id <> 0 and (depth <> $2 or root_id <> $3 or came_from <> $4) limit $5`,
		id, p.depth+1, p.root, p.country, settleChildren)
	if err != nil {
		return err
	}
	for _, n := range stale {
		w.sums.count(n, -1)
		deeper := n.depth != p.depth+1 || n.root != p.root
		n.depth, n.root, n.from = p.depth+1, p.root, p.country
		w.sums.count(n, 1)
		if err := w.exec(ctx, `update referral set depth = $1, root_id = $2, came_from = $3 where id = $4`, n.depth, n.root, n.from, n.id); err != nil {
			return err
		}
		if deeper && n.below > 0 {
			if err := w.due(ctx, dueBelow, n.id); err != nil {
				return err
			}
		}
	}
	if len(stale) == settleChildren {
		return w.due(ctx, dueBelow, id)
	}
	return nil
}
