package purchase

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"tribune/know"
)

// A dry run stores what it looks at and takes it back, batch by batch, and yet
// says what storing all of the file would do: orders that have to do with each
// other, by their number or their customer, are looked at in one transaction. It
// looks at dryWindow orders at a time, which is what it holds in memory; and of
// a customer who has more than dryMost of them, each order by itself, so that no
// transaction is long.
const (
	dryWindow = 100_000
	dryMost   = 1000
)

// dry says what would become of orders that are stored in their order.
func (l *Ledger) dry(ctx context.Context, a know.Actor, orders []Order) ([]Stored, error) {
	groups, err := l.together(ctx, orders)
	if err != nil {
		return nil, err
	}
	stored := make([]Stored, len(orders))
	for len(groups) > 0 {
		var at []int
		for len(groups) > 0 && (len(at) == 0 || len(at)+len(groups[0]) <= l.batch) {
			at, groups = append(at, groups[0]...), groups[1:]
		}
		batch := make([]Order, len(at))
		for n, i := range at {
			batch[n] = orders[i]
		}
		would, err := l.storeBatch(ctx, a, batch, true)
		if err != nil {
			return nil, err
		}
		for n, i := range at {
			stored[i] = would[n]
		}
	}
	return stored, nil
}

// together gives the places of orders in groups, each in the order of the file:
// what becomes of an order does not depend on those of other groups. An order
// that is not here, and stands in the file once, depends on no other.
func (l *Ledger) together(ctx context.Context, orders []Order) (groups [][]int, err error) {
	j := joined{of: make([]int, len(orders)), first: map[string]int{}}
	again := make([]bool, len(orders))
	for i, o := range orders {
		j.of[i] = i
		_ = o.check(l.now()) // as its number is compared; what is wrong with it is said later
		order := "order/" + o.Shop + "/" + o.ExternalID
		_, again[i] = j.first[order]
		j.join(i, order)
		if o.Customer != "" {
			j.join(i, customerKey(o.Shop, o.Customer))
		}
		var customer string
		err := l.db.Row(ctx, `select customer from purchase where shop = $1 and external_id = $2`, o.Shop, o.ExternalID).Scan(&customer)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		again[i] = again[i] || err == nil
		if customer != "" {
			j.join(i, customerKey(o.Shop, customer))
		}
	}
	return j.groups(orders, again), nil
}

func customerKey(shop, customer string) string {
	return "customer/" + shop + "/" + strings.ToLower(customer)
}

// joined are orders that have keys in common, as a forest: of gives each one's
// way to the first of its group.
type joined struct {
	of    []int
	first map[string]int // by key
}

func (j *joined) root(i int) int {
	for j.of[i] != i {
		j.of[i] = j.of[j.of[i]]
		i = j.of[i]
	}
	return i
}

func (j *joined) join(i int, key string) {
	at, known := j.first[key]
	if !known {
		j.first[key] = i
		return
	}
	a, b := j.root(at), j.root(i)
	j.of[max(a, b)] = min(a, b)
}

func (j *joined) groups(orders []Order, again []bool) (groups [][]int) {
	members, depends := map[int][]int{}, map[int]bool{}
	for i := range orders {
		r := j.root(i)
		members[r] = append(members[r], i)
		depends[r] = depends[r] || again[i]
	}
	for i := range orders {
		switch all := members[i]; {
		case len(all) == 0:
		case !depends[i]:
			for _, one := range all {
				groups = append(groups, []int{one})
			}
		case len(all) > dryMost:
			groups = append(groups, byNumber(orders, all)...)
		default:
			groups = append(groups, all)
		}
	}
	return groups
}

// byNumber groups orders by their number alone.
func byNumber(orders []Order, at []int) (groups [][]int) {
	place := map[string]int{}
	for _, i := range at {
		key := orders[i].Shop + "/" + orders[i].ExternalID
		n, known := place[key]
		if !known {
			n = len(groups)
			place[key], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups
}
