package advocate

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tribune/storage"
)

// node is a row of the tree.
type node struct {
	id, claim, parent int64
	sure              Sure
	purchases         int64
	first, firstAt    int64
	coded             int64
	country, from     string
	depth, root       int64
	below             int64
}

const selectNode = `select id, claim_id, parent_id, sure, purchases, first_id, first_at, coded, country, came_from, depth, root_id, below from referral`

func scanNode(row storage.Scanner) (n node, err error) {
	err = row.Scan(&n.id, &n.claim, &n.parent, &n.sure, &n.purchases, &n.first, &n.firstAt, &n.coded, &n.country, &n.from, &n.depth, &n.root, &n.below)
	return n, err
}

func scanReferral(row storage.Scanner) (Referral, error) {
	n, err := scanNode(row)
	return Referral{ID: n.id, Claim: n.claim, Parent: n.parent, Sure: n.sure, Purchases: n.purchases, First: n.first, FirstAt: storage.Time(n.firstAt), Coded: n.coded == 1,
		Country: n.country, From: n.from, Generation: n.depth, Root: n.root, Below: n.below}, err
}

// dayLength is a day in microseconds.
const dayLength = 24 * 60 * 60 * 1_000_000

// month gives the month in which a buyer bought first.
func (n node) month() int64 { return Month(storage.Time(n.firstAt)) }

// sum is one number that pages show: a table and what it is of.
type sum struct {
	table    string
	month    int64
	a, b     int64 // depth and sure, or root, or day
	from, to string
}

// sums gathers what a step changes in the numbers, to be written at its end.
type sums map[sum]int64

// count adds n buyers like this node, or takes them off.
func (s sums) count(n node, by int64) {
	if n.purchases == 0 {
		return
	}
	s[sum{table: "referral_month", month: n.month(), a: n.depth, b: int64(n.sure)}] += by
	if n.parent != 0 {
		s[sum{table: "referral_crossed", month: n.month(), from: n.from, to: n.country}] += by
		s[sum{table: "referral_tree", month: n.month(), a: n.root}] += by
		s[sum{table: "referral_day", a: n.firstAt / dayLength}] += by
	}
}

// write adds the sums to their tables; rows of none go.
func (s sums) write(ctx context.Context, tx *storage.Tx) error {
	keys := slices.SortedFunc(maps.Keys(s), func(x, y sum) int {
		return cmp.Or(cmp.Compare(x.table, y.table), cmp.Compare(x.month, y.month), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to))
	})
	for _, k := range keys {
		by := s[k]
		if by == 0 {
			continue
		}
		columns, args := []string{"month", "depth", "sure"}, []any{k.month, k.a, k.b}
		switch k.table {
		case "referral_crossed":
			columns, args = []string{"month", "from_country", "to_country"}, []any{k.month, k.from, k.to}
		case "referral_tree":
			columns, args = []string{"root_id", "month"}, []any{k.a, k.month}
		case "referral_day":
			columns, args = []string{"day"}, []any{k.a}
		}
		var holes, where []string
		for i, column := range columns {
			holes = append(holes, fmt.Sprintf("$%d", i+1))
			where = append(where, fmt.Sprintf("%s = $%d", column, i+1))
		}
		of := strings.Join(columns, ", ")
		if _, err := tx.Exec(ctx, fmt.Sprintf(`insert into %s (%s, buyers) values (%s, $%d) on conflict (%s) do update set buyers = %s.buyers + excluded.buyers`,
			k.table, of, strings.Join(holes, ", "), len(columns)+1, of, k.table), append(slices.Clone(args), by)...); err != nil {
			return fmt.Errorf("advocate: count %s: %w", k.table, err)
		}
		if by < 0 {
			if _, err := tx.Exec(ctx, `delete from `+k.table+` where `+strings.Join(where, " and ")+` and buyers = 0`, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// work is one step of settling, within a transaction.
type work struct {
	*Advocacy
	tx     *storage.Tx
	sums   sums
	writes int
}

// node gives a row of the tree; there is false if it has none.
func (w *work) node(ctx context.Context, id int64) (n node, there bool, err error) {
	n, err = scanNode(w.tx.Row(ctx, selectNode+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return node{id: id, root: id}, false, nil
	}
	return n, err == nil, err
}

// exec writes, and counts how much this step has written.
func (w *work) exec(ctx context.Context, query string, args ...any) error {
	w.writes++
	_, err := w.tx.Exec(ctx, query, args...)
	return err
}

// due notes that something is to be counted anew.
func (w *work) due(ctx context.Context, kind, id int64) error {
	return w.exec(ctx, `insert into referral_due (kind, id) values ($1, $2) on conflict do nothing`, kind, id)
}

// above adds to the buyers below a row and below all that stand above it.
func (w *work) above(ctx context.Context, id, by int64) error {
	return w.exec(ctx, `update referral set below = below + $1 where id in (
		with recursive up(id) as (select r.id from referral r where r.id = $2 union select r.parent_id from referral r join up on r.id = up.id where r.parent_id <> 0)
		select id from up)`, by, id)
}

// hang puts a node under a parent, 0 for none, with all that is below it.
func (w *work) hang(ctx context.Context, id, parent int64) error {
	n, there, err := w.node(ctx, id)
	if err != nil || !there || n.parent == parent {
		return err
	}
	w.sums.count(n, -1)
	if n.parent != 0 {
		if err := w.above(ctx, n.parent, -n.below-1); err != nil {
			return err
		}
	}
	n.parent, n.depth, n.root, n.from = parent, 0, id, ""
	if parent != 0 {
		p, _, err := w.node(ctx, parent)
		if err != nil {
			return err
		}
		n.depth, n.root, n.from = p.depth+1, p.root, p.country
		if err := w.above(ctx, parent, n.below+1); err != nil {
			return err
		}
	}
	w.sums.count(n, 1)
	if n.below > 0 {
		if err := w.due(ctx, dueBelow, id); err != nil {
			return err
		}
	}
	return w.exec(ctx, `update referral set parent_id = $1, depth = $2, root_id = $3, came_from = $4 where id = $5`, n.parent, n.depth, n.root, n.from, id)
}

// ring gives the nodes of the ring of claims that a node is part of, nil if it
// is in none. Who follows claims from a node of a ring meets the whole ring.
func (w *work) ring(ctx context.Context, id int64) ([]node, error) {
	all, err := storage.All(ctx, w.tx, scanNode, `with recursive up(id) as (select claim_id from referral where id = $1 and claim_id <> 0
			union select r.claim_id from referral r join up on r.id = up.id where r.claim_id <> 0)
		`+selectNode+` where id in (select id from up)`, id)
	if err != nil || !slices.ContainsFunc(all, func(n node) bool { return n.id == id }) {
		return nil, err
	}
	return all, nil
}

// begins tells which of a ring stands above the others: who bought first. Of a
// ring of people who say they brought each other, somebody came on their own.
func begins(ring []node) node {
	return slices.MinFunc(ring, func(a, b node) int { return cmp.Or(cmp.Compare(a.firstAt, b.firstAt), cmp.Compare(a.id, b.id)) })
}
