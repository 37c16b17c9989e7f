package advocate

import (
	"context"
	"fmt"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Generation counts the buyers of one generation by how sure it is what
// brought them. Generation 0 came on their own, for all that is known.
type Generation struct {
	Depth                 int64
	Unknown, ByLink, Said int64
}

// All gives how many buyers it has.
func (g Generation) All() int64 { return g.Unknown + g.ByLink + g.Said }

// Generations counts buyers by generation, those whose first purchase is of
// the month of since or later, and of that of until at the latest, unless it
// is zero.
func (s *Advocacy) Generations(ctx context.Context, a know.Actor, since, until time.Time) (all []Generation, err error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	last := int64(1 << 40)
	if !until.IsZero() {
		last = Month(until)
	}
	type cell struct {
		depth, n int64
		sure     Sure
	}
	cells, err := storage.All(ctx, s.db, func(row storage.Scanner) (c cell, err error) {
		err = row.Scan(&c.depth, &c.sure, &c.n)
		return c, err
	}, `select depth, sure, sum(buyers) from referral_month where month >= $1 and month <= $2 group by depth, sure order by depth, sure`, monthOf(since), last)
	if err != nil {
		return nil, fmt.Errorf("advocate: generations: %w", err)
	}
	for _, c := range cells {
		if len(all) == 0 || all[len(all)-1].Depth != c.depth {
			all = append(all, Generation{Depth: c.depth})
		}
		g := &all[len(all)-1]
		switch c.sure {
		case Said:
			g.Said += c.n
		case ByLink:
			g.ByLink += c.n
		default:
			g.Unknown += c.n
		}
	}
	return all, nil
}

// Came counts buyers by what brought them.
type Came struct {
	Said      int64 // somebody, as they say
	ByLink    int64 // somebody, by their share link
	Otherwise int64 // something else, as they say, or nobody they could name
	Unknown   int64 // nothing is known
}

// Brought gives how many of them somebody brought.
func (c Came) Brought() int64 { return c.Said + c.ByLink }

// All gives how many they are.
func (c Came) All() int64 { return c.Brought() + c.Otherwise + c.Unknown }

// CameBy sums generations up. Who stands under nobody was brought by nobody,
// whatever they said.
func CameBy(generations []Generation) (c Came) {
	for _, g := range generations {
		c.Unknown += g.Unknown
		if g.Depth == 0 {
			c.Otherwise += g.Said + g.ByLink
			continue
		}
		c.Said, c.ByLink = c.Said+g.Said, c.ByLink+g.ByLink
	}
	return c
}

func monthOf(since time.Time) int64 {
	if since.IsZero() {
		return 0
	}
	return Month(since)
}

// CountDays counts anew, from the tree, whom somebody brought by day: an archive
// leaves that out.
func (s *Advocacy) CountDays(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `delete from referral_day`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into referral_day (day, buyers) select first_at / $1, count(*) from referral where purchases > 0 and parent_id <> 0 group by first_at / $1`, int64(dayLength))
		return err
	})
}

// Crossing counts buyers whom somebody brought, from one country into one.
type Crossing struct {
	From, To string // "" for one that is not known
	Buyers   int64
}

// Crossings counts buyers whom somebody brought by the countries between,
// the most first, and how many crossed a border among all of them.
func (s *Advocacy) Crossings(ctx context.Context, a know.Actor, since time.Time, limit int) (top []Crossing, crossed, all int64, err error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, 0, 0, err
	}
	err = s.db.Row(ctx, `select coalesce(sum(case when from_country <> to_country and from_country <> '' and to_country <> '' then buyers else 0 end), 0), coalesce(sum(buyers), 0)
		from referral_crossed where month >= $1`, monthOf(since)).Scan(&crossed, &all)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("advocate: crossings: %w", err)
	}
	top, err = storage.All(ctx, s.db, func(row storage.Scanner) (c Crossing, err error) {
		err = row.Scan(&c.From, &c.To, &c.Buyers)
		return c, err
	}, `select from_country, to_country, sum(buyers) as n from referral_crossed where month >= $1 and from_country <> to_country and from_country <> '' and to_country <> ''
		group by from_country, to_country order by n desc, from_country, to_country limit $2`, monthOf(since), limit)
	return top, crossed, all, err
}

// Grown is a tree that grew of late: with whom it began, and how many buyers
// came by it in that time.
type Grown struct {
	Referral
	Lately int64
}

// Trees lists trees that grew since then (by months), the largest first.
func (s *Advocacy) Trees(ctx context.Context, a know.Actor, since time.Time, limit int) ([]Grown, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (g Grown, err error) {
		var n node
		err = row.Scan(&n.id, &n.purchases, &n.first, &n.firstAt, &n.country, &n.below, &n.sure, &g.Lately)
		g.Referral = Referral{ID: n.id, Purchases: n.purchases, First: n.first, FirstAt: storage.Time(n.firstAt), Country: n.country, Below: n.below, Sure: n.sure, Root: n.id}
		return g, err
	}, `select r.id, r.purchases, r.first_id, r.first_at, r.country, r.below, r.sure, (select coalesce(sum(buyers), 0) from referral_tree t where t.root_id = r.id and t.month >= $1)
		from referral r where r.parent_id = 0 and r.below > 0 and exists (select 1 from referral_tree t where t.root_id = r.id and t.month >= $1)
		order by r.below desc, r.id desc limit $2`, monthOf(since), limit)
}

// Branch is a node of a tree as it is drawn, with the branches under it that
// fit, the largest first.
type Branch struct {
	Referral
	Branches []*Branch
	More     bool // some at first hand did not fit
}

// Room is how much of a tree is drawn.
type Room struct {
	Levels int // generations under the first
	Each   int // branches under one
	Nodes  int // in all
}

// Drawn gives the largest part of a tree that has room, by generations.
func (s *Advocacy) Drawn(ctx context.Context, a know.Actor, from Referral, room Room) (*Branch, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	top := &Branch{Referral: from}
	level, drawn := []*Branch{top}, 1
	for depth := 0; len(level) > 0; depth++ {
		var next []*Branch
		for _, b := range level {
			if b.Below == 0 {
				continue
			}
			fit := min(room.Each, room.Nodes-drawn)
			if depth == room.Levels || fit <= 0 {
				b.More = true
				continue
			}
			children, err := s.under(ctx, b.ID, fit+1)
			if err != nil {
				return nil, err
			}
			if b.More = len(children) > fit; b.More {
				children = children[:fit]
			}
			for _, c := range children {
				one := &Branch{Referral: c}
				b.Branches, next = append(b.Branches, one), append(next, one)
			}
			drawn += len(children)
		}
		level = next
	}
	return top, nil
}

// under gives those at first hand with the most buyers below.
func (s *Advocacy) under(ctx context.Context, id int64, limit int) ([]Referral, error) {
	return storage.All(ctx, s.db, scanReferral, selectNode+` where parent_id = $1 and parent_id <> 0 order by below desc, id desc limit $2`, id, limit)
}
