package advocate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// maxChain is how many generations up a chain is followed for a page.
const maxChain = 40

// Chains gives, for each of these nodes, who told whom: the one who brought
// them first, up to with whom it began.
func (s *Advocacy) Chains(ctx context.Context, a know.Actor, of []Referral) (map[int64][]Referral, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	chains := make(map[int64][]Referral, len(of))
	known, at := map[int64]Referral{}, map[int64]int64{}
	for _, r := range of {
		known[r.ID], at[r.ID] = r, r.Parent
	}
	for range maxChain {
		var missing []int64
		for _, parent := range at {
			if _, ok := known[parent]; !ok && parent != 0 {
				missing = append(missing, parent)
				known[parent] = Referral{}
			}
		}
		if err := s.byID(ctx, missing, known); err != nil {
			return nil, err
		}
		open := false
		for id, parent := range at {
			if p := known[parent]; parent != 0 && p.ID != 0 {
				chains[id] = append(chains[id], p)
				at[id], open = p.Parent, open || p.Parent != 0
			} else {
				at[id] = 0
			}
		}
		if !open {
			break
		}
	}
	return chains, nil
}

// byID reads nodes into a map.
func (s *Advocacy) byID(ctx context.Context, ids []int64, into map[int64]Referral) error {
	if len(ids) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scanReferral, selectNode+` where id in (`+holes+`)`, args...)
	for _, r := range all {
		into[r.ID] = r
	}
	return err
}

// Referrals gives nodes by their ids; those that neither bought nor brought
// anybody are left out.
func (s *Advocacy) Referrals(ctx context.Context, a know.Actor, ids []int64) (map[int64]Referral, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	found := make(map[int64]Referral, len(ids))
	return found, s.byID(ctx, ids, found)
}

// Through gives, of those of these nodes who came by the link of the one above
// them, what that link led to: the link whose code their first purchase had,
// else that through which they became a member.
func (s *Advocacy) Through(ctx context.Context, a know.Actor, ids []int64) (map[int64]event.Ref, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	led := make(map[int64]event.Ref, len(ids))
	if len(ids) == 0 {
		return led, nil
	}
	type found struct {
		id int64
		event.Ref
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (f found, err error) {
		var coded int64
		err = row.Scan(&f.id, &f.Kind, &f.ID, &coded)
		return f, err
	}, `select r.id, l.subject_kind, l.subject_id, 0 as coded from referral r join share_join j on j.person_id = r.id and j.by_id = r.parent_id join share_link l on l.id = j.link_id
			where r.id in (`+holes+`) and r.parent_id <> 0
		union all select r.id, l.subject_kind, l.subject_id, 1 as coded from referral r join purchase p on p.id = r.first_id join share_link l on l.code = lower(p.code) and l.person_id = r.parent_id and l.made_at <= p.at + case when p.at % 86400000000 = 0 then 86400000000 else 0 end
			where r.id in (`+holes+`) and r.parent_id <> 0 and p.code <> ''
		order by coded`, args...)
	if err != nil {
		return nil, fmt.Errorf("advocate: through: %w", err)
	}
	for _, f := range all { // the code of the purchase comes last
		led[f.id] = f.Ref
	}
	return led, nil
}

// Referral gives one node.
func (s *Advocacy) Referral(ctx context.Context, a know.Actor, id int64) (Referral, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return Referral{}, err
	}
	r, err := scanReferral(s.db.Row(ctx, selectNode+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "Nobody is known by that number who bought or brought somebody.")
	}
	return r, err
}

// Brought gives how many buyers somebody brought: at first hand, and in all
// generations. It is for the page of that person.
func (s *Advocacy) Brought(ctx context.Context, person int64) (direct, all int64, err error) {
	err = s.db.Row(ctx, `select coalesce((select below from referral where id = $1), 0), (select count(*) from referral where parent_id = $1 and parent_id <> 0)`, person).Scan(&all, &direct)
	return direct, all, err
}

// Which says which buyers to list. The zero Which lists all, those of whom
// nothing is known first.
type Which struct {
	Sure       *Sure     // only these, the latest first
	Brought    bool      // only those whom somebody brought
	Otherwise  bool      // only those of whom something else is known: a place, a name from outside, that they do not know
	Generation int64     // brought in this generation; 0: any
	Crossed    bool      // brought from From into To
	From, To   string    // countries, "" for one that is not known
	Abroad     bool      // brought from another country
	Parent     int64     // brought by this person
	Root       int64     // brought in the tree that begins with them
	Since      time.Time // first bought since then
	Until      time.Time // first bought before then
	Cursor     string
	Limit      int
}

// Buyers lists buyers by their first purchase.
func (s *Advocacy) Buyers(ctx context.Context, a know.Actor, f Which) (list []Referral, next string, err error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, "", err
	}
	sure, at, id := int64(Unknown), int64(1<<62), int64(1<<62)
	if f.Brought {
		sure = int64(ByLink)
	}
	if f.Cursor != "" {
		if n, err := fmt.Sscanf(strings.ReplaceAll(f.Cursor, ".", " "), "%d %d %d", &sure, &at, &id); err != nil || n != 3 {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	sorted := f.Sure == nil && !f.Otherwise && f.Generation == 0 && !f.Crossed && !f.Abroad && f.Parent == 0 && f.Root == 0
	if !sorted {
		if list, err = s.buyers(ctx, f, f.Sure, at, id, f.Limit+1); err != nil {
			return nil, "", fmt.Errorf("advocate: buyers: %w", err)
		}
	}
	for of := Sure(sure); sorted && of <= Said && len(list) <= f.Limit; of++ {
		more, err := s.buyers(ctx, f, &of, at, id, f.Limit+1-len(list))
		if err != nil {
			return nil, "", fmt.Errorf("advocate: buyers: %w", err)
		}
		list = append(list, more...)
		at, id = 1<<62, 1<<62
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		next = fmt.Sprintf("%d.%d.%d", last.Sure, storage.Micros(last.FirstAt), last.ID)
	}
	return list, next, nil
}

// buyers lists buyers of one kind, the latest first, before a place.
func (s *Advocacy) buyers(ctx context.Context, f Which, sure *Sure, at, id int64, limit int) ([]Referral, error) {
	query, args := selectNode+` where purchases > 0 and (first_at, id) < ($1, $2)`, []any{at, id, limit}
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		query += ` and ` + condition
	}
	if sure != nil {
		and(`sure = ?`, int64(*sure))
	}
	if f.Brought {
		and(`parent_id <> 0`)
	}
	if f.Otherwise {
		and(`parent_id = 0 and sure > 0`)
	}
	if f.Generation > 0 {
		and(`depth = ?`, f.Generation)
	}
	if f.Crossed {
		and(`parent_id <> 0 and came_from = ? and country = ?`, f.From, f.To)
	}
	if f.Abroad {
		and(`parent_id <> 0 and came_from <> country and came_from <> '' and country <> ''`)
	}
	if f.Root != 0 {
		and(`root_id = ? and parent_id <> 0`, f.Root)
	}
	if f.Parent != 0 {
		and(`parent_id = ? and parent_id <> 0`, f.Parent)
	}
	if !f.Since.IsZero() {
		and(`first_at >= ?`, storage.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		and(`first_at < ?`, storage.Micros(f.Until))
	}
	return storage.All(ctx, s.db, scanReferral, query+` order by first_at desc, id desc limit $3`, args...)
}

// Unexplained is a buyer of whom nobody knows what brought them, from where
// nobody had bought before: no code, no link, no word.
type Unexplained struct {
	Referral
	Purchases int64 // from that country, in all
	NotedBy   int64 // who of us wrote to them, 0 for nobody yet
	NotedAt   time.Time
}

// Unexplained lists unexplained buyers since then, those nobody wrote to first.
func (s *Advocacy) Unexplained(ctx context.Context, a know.Actor, since time.Time, limit int) ([]Unexplained, error) {
	firsts, err := s.ledger.Firsts(ctx, a, since)
	if err != nil || len(firsts) == 0 {
		return nil, err
	}
	purchases, byID := make([]int64, len(firsts)), map[int64]int64{}
	for i, f := range firsts {
		purchases[i], byID[f.Purchase] = f.Purchase, f.Purchases
	}
	holes, args := storage.Holes(1, purchases)
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (u Unexplained, err error) {
		var at, first int64
		err = row.Scan(&u.ID, &u.First, &first, &u.Country, &u.NotedBy, &at, &u.Referral.Purchases)
		u.FirstAt, u.NotedAt = storage.Time(first), storage.Time(at)
		return u, err
	}, `select r.id, r.first_id, r.first_at, r.country, coalesce(n.by_id, 0), coalesce(n.at, 0), r.purchases
		from purchase p join referral_account a on a.account_id = p.account_id join referral r on r.id = a.node_id and r.first_id = p.id
		left join unexplained_note n on n.purchase_id = p.id
		where p.id in (`+holes+`) and r.sure = 0 and r.coded = 0 order by coalesce(n.at, 0), r.first_at desc, r.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("advocate: unexplained: %w", err)
	}
	for i := range all {
		all[i].Purchases = byID[all[i].First]
	}
	return all[:min(limit, len(all))], nil
}

// Noted notes that the asker wrote to an unexplained buyer by hand. Nothing is
// sent by this.
func (s *Advocacy) Noted(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	if _, err := s.ledger.Purchase(ctx, a, id); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into unexplained_note (purchase_id, by_id, at) values ($1, $2, $3) on conflict do nothing`, id, a.ID, storage.Micros(s.now()))
		if err != nil || n == 0 {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: UnexplainedNoted, Actor: a.ID, Subject: event.Ref{Kind: "purchase", ID: id}, Staff: true})
	})
}

// UnexplainedNoted is the fact that somebody of us wrote to an unexplained
// buyer, subject their purchase.
const UnexplainedNoted = "unexplained.noted"
