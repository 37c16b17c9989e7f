package measure

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"tribune/know/purchase"
	"tribune/storage"
)

// countPurchases counts the buyers of a batch of purchases anew.
func (s *Measures) countPurchases(ctx context.Context, c *sums, from, to int64) (int, error) {
	accounts, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select distinct account_id from purchase where id between $1 and $2`, from, to)
	if err != nil {
		return 0, err
	}
	return s.countBought(ctx, c, accounts)
}

// countFilled counts those whom a purchase may have passed between: it became
// known who bought.
func (s *Measures) countFilled(ctx context.Context, c *sums, id, former int64) (int, error) {
	accounts, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select account_id from purchase where id = $1`, id)
	if err != nil {
		return 0, err
	}
	return s.countBought(ctx, c, append(accounts, former))
}

// countMoved counts those between whom an account passed.
func (s *Measures) countMoved(ctx context.Context, c *sums, account int64) (int, error) {
	people, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select from_person from account_move where account_id = $1 and from_person <> 0
		union select to_person from account_move where account_id = $1 and to_person <> 0`, account)
	if err != nil {
		return 0, err
	}
	accounts, err := accountsOf(ctx, c.tx, people, []int64{account})
	if err != nil {
		return 0, err
	}
	return s.countBought(ctx, c, accounts)
}

// countPerson counts somebody anew who was promoted, or left.
func (s *Measures) countPerson(ctx context.Context, c *sums, person int64) (int, error) {
	accounts, err := accountsOf(ctx, c.tx, []int64{person}, nil)
	if err != nil {
		return 0, err
	}
	return s.countBought(ctx, c, accounts)
}

// countBought counts these accounts as buyers, and what the people who have
// them say as that of customers.
func (s *Measures) countBought(ctx context.Context, c *sums, accounts []int64) (int, error) {
	buyers := map[int64]bool{}
	for _, account := range accounts {
		was, is, err := s.buyer(ctx, c.tx, account)
		if err != nil {
			return 0, err
		}
		buyers[was], buyers[is] = true, true
	}
	delete(buyers, 0)
	for buyer := range buyers {
		if err := s.countBuyer(ctx, c, buyer); err != nil {
			return 0, err
		}
	}
	all, err := besides(ctx, c.tx, accounts)
	if err != nil {
		return 0, err
	}
	return 3*len(all) + 2*len(buyers), s.countSpeakers(ctx, c, all)
}

// buyer notes under which buyer an account is counted, and gives the one it
// was counted under; 0 for an account that never bought.
func (s *Measures) buyer(ctx context.Context, tx *storage.Tx, account int64) (was, is int64, err error) {
	err = tx.Row(ctx, `select buyer_id from cohort_account where account_id = $1`, account).Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	err = tx.Row(ctx, `select coalesce((select p.id from person p where p.id = a.person_id and a.person_id <> 0 and p.left_at = 0), -a.id) from account a
		where a.id = $1 and exists (select 1 from purchase u where u.account_id = a.id)`, account).Scan(&is)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	switch {
	case was == is:
	case is == 0:
		_, err = tx.Exec(ctx, `delete from cohort_account where account_id = $1`, account)
		return was, 0, err
	default:
		_, err = tx.Exec(ctx, `insert into cohort_account (account_id, buyer_id) values ($1, $2) on conflict (account_id) do update set buyer_id = excluded.buyer_id`, account, is)
		return was, is, err
	}
	return was, is, nil
}

// countBuyer counts the months in which one buyer bought.
func (s *Measures) countBuyer(ctx context.Context, c *sums, buyer int64) error {
	type month struct{ month, first, n int64 }
	was, err := storage.All(ctx, c.tx, func(row storage.Scanner) (m month, err error) {
		err = row.Scan(&m.month, &m.first, &m.n)
		return m, err
	}, `select month, first, purchases from cohort_buyer where buyer_id = $1 order by month`, buyer)
	if err != nil {
		return err
	}
	bought, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select u.at from cohort_account a join purchase u on u.account_id = a.account_id where a.buyer_id = $1 and `+purchase.Counts("u")+` order by u.at`, buyer)
	if err != nil {
		return err
	}
	var is []month
	for _, at := range bought {
		m := monthOf(at)
		if len(is) == 0 || is[len(is)-1].month != m {
			is = append(is, month{month: m, first: monthOf(bought[0])})
		}
		is[len(is)-1].n++
	}
	if slices.Equal(was, is) {
		return nil
	}
	for _, m := range was {
		c.buyers(m.first, m.month, -1)
		c.purchases(m.first, m.month, -m.n)
	}
	if _, err := c.tx.Exec(ctx, `delete from cohort_buyer where buyer_id = $1`, buyer); err != nil {
		return err
	}
	var rows [][]any
	for _, m := range is {
		c.buyers(m.first, m.month, 1)
		c.purchases(m.first, m.month, m.n)
		rows = append(rows, []any{buyer, m.month, m.first, m.n})
	}
	_, err = c.tx.InsertMany(ctx, `cohort_buyer (buyer_id, month, first, purchases)`, rows, ``, nil)
	return err
}
