package measure

import (
	"context"
	"slices"

	"tribune/storage"
)

// Who says something about us.
type Who string

// The four who speak of us. A customer bought; a maker is a person credited
// with a release, whether they bought or not; staff work here.
const (
	Staff    Who = "staff"
	Maker    Who = "maker"
	Customer Who = "customer"
	Others   Who = "other"
	Anybody  Who = "any" // of a list: all four
)

// Everybody lists them in the order they are shown.
func Everybody() []Who { return []Who{Customer, Maker, Others, Staff} }

// whose says of accounts who speaks from them now.
func whose(ctx context.Context, q storage.Q, accounts []int64) (map[int64]string, error) {
	found := make(map[int64]string, len(accounts))
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(accounts))), 200) {
		holes, args := storage.Holes(1, part)
		_, err := storage.All(ctx, q, func(row storage.Scanner) (struct{}, error) {
			var id int64
			var who string
			err := row.Scan(&id, &who)
			found[id] = who
			return struct{}{}, err
		}, `select a.id, case when p.left_at > 0 then 'other' when p.role in ('staff', 'owner') then 'staff'
			when exists (select 1 from credit c where c.account_id <> 0 and c.account_id = a.id)
				or exists (select 1 from credit c where c.person_id <> 0 and c.person_id = p.id) then 'maker'
			when exists (select 1 from purchase u where u.account_id = a.id)
				or exists (select 1 from account b join purchase u on u.account_id = b.id where b.person_id <> 0 and b.person_id = p.id) then 'customer'
			else 'other' end
			from account a left join person p on p.id = a.person_id and a.person_id <> 0 where a.id in (`+holes+`)`, args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// spoken is a mention as it is counted, and how it was.
type spoken struct {
	id, account, at, source int64
	language                string
	us, heard               bool
	who                     string // as it is counted, "" if it is not
}

const selectSpoken = `select m.id, m.account_id, m.published_at, m.source_id, m.language,
	case when exists (select 1 from mention_query mq join query q on q.id = mq.query_id where mq.mention_id = m.id and q.purpose = 'us') then 1 else 0 end,
	case when r.ref_id is null then 0 else 1 end, coalesce(d.who, '')
	from mention m left join loop_row r on r.step = 'heard' and r.kind = 'mention' and r.ref_id = m.id left join said_row d on d.mention_id = m.id
	where m.copy_of = 0 and m.id between $1 and $2`

// countMentions counts the mentions between two ids: that they were heard, and
// who says those about us. It gives how many it looked at.
func (s *Measures) countMentions(ctx context.Context, c *sums, from, to int64) (int, error) {
	all, err := storage.All(ctx, c.tx, func(row storage.Scanner) (m spoken, err error) {
		var us, heard int
		err = row.Scan(&m.id, &m.account, &m.at, &m.source, &m.language, &us, &heard, &m.who)
		m.us, m.heard = us == 1, heard == 1
		return m, err
	}, selectSpoken, from, to)
	if err != nil {
		return 0, err
	}
	var accounts []int64
	for _, m := range all {
		if m.us && m.who == "" {
			accounts = append(accounts, m.account)
		}
	}
	who, err := whose(ctx, c.tx, accounts)
	if err != nil {
		return 0, err
	}
	var heard, said [][]any
	var gone []int64
	for _, m := range all {
		if !m.heard {
			heard = append(heard, []any{string(StepHeard), "mention", m.id, m.at})
			c.step(string(StepHeard), m.at, 1)
			c.heard(m.language, m.at, 1)
			c.source(m.source, m.at, 1)
		}
		switch {
		case m.us && m.who == "":
			w := who[m.account]
			if w == "" {
				w = string(Others)
			}
			said = append(said, []any{m.id, m.account, m.at, w})
			c.said(w, m.at, 1)
			c.about(m.language, m.at, 1)
		case !m.us && m.who != "":
			gone = append(gone, m.id)
			c.said(m.who, m.at, -1)
			c.about(m.language, m.at, -1)
		}
	}
	if _, err := c.tx.InsertMany(ctx, `loop_row (step, kind, ref_id, at)`, heard, ``, nil); err != nil {
		return 0, err
	}
	if _, err := c.tx.InsertMany(ctx, `said_row (mention_id, account_id, at, who)`, said, ``, nil); err != nil {
		return 0, err
	}
	for part := range slices.Chunk(gone, 200) {
		holes, args := storage.Holes(1, part)
		if _, err := c.tx.Exec(ctx, `delete from said_row where mention_id in (`+holes+`)`, args...); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// countSpeakers looks anew at who speaks from these accounts, and moves what
// they said about us there.
func (s *Measures) countSpeakers(ctx context.Context, c *sums, accounts []int64) error {
	who, err := whose(ctx, c.tx, accounts)
	if err != nil {
		return err
	}
	for _, account := range slices.Sorted(slices.Values(accounts)) {
		now, ok := who[account]
		if !ok {
			continue
		}
		type was struct {
			at  int64
			who string
		}
		rows, err := storage.All(ctx, c.tx, func(row storage.Scanner) (w was, err error) {
			err = row.Scan(&w.at, &w.who)
			return w, err
		}, `select at, who from said_row where account_id = $1 and who <> $2`, account, now)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			continue
		}
		for _, w := range rows {
			c.said(w.who, w.at, -1)
			c.said(now, w.at, 1)
		}
		if _, err := c.tx.Exec(ctx, `update said_row set who = $1 where account_id = $2`, now, account); err != nil {
			return err
		}
	}
	return nil
}

// accountsOf gives the accounts of people, and these besides.
func accountsOf(ctx context.Context, q storage.Q, people, besides []int64) ([]int64, error) {
	all := slices.Clone(besides)
	for part := range slices.Chunk(people, 200) {
		holes, args := storage.Holes(1, part)
		some, err := storage.All(ctx, q, storage.Scalar[int64], `select id from account where person_id <> 0 and person_id in (`+holes+`)`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return slices.Compact(slices.Sorted(slices.Values(all))), nil
}

// besides gives these accounts and all others of the people who have them.
func besides(ctx context.Context, q storage.Q, accounts []int64) ([]int64, error) {
	var people []int64
	for part := range slices.Chunk(accounts, 200) {
		holes, args := storage.Holes(1, part)
		some, err := storage.All(ctx, q, storage.Scalar[int64], `select distinct person_id from account where person_id <> 0 and id in (`+holes+`)`, args...)
		if err != nil {
			return nil, err
		}
		people = append(people, some...)
	}
	return accountsOf(ctx, q, people, accounts)
}

// countCredits looks anew at who is credited with a release. Of one that was
// edited it is not known whom it credited before: all is looked at again.
func (s *Measures) countCredits(ctx context.Context, c *sums, release int64, edited bool) error {
	if edited {
		return s.sweepDue(ctx, c.tx)
	}
	people, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select distinct person_id from credit where release_id = $1 and person_id <> 0`, release)
	if err != nil {
		return err
	}
	accounts, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select distinct account_id from credit where release_id = $1 and account_id <> 0`, release)
	if err != nil {
		return err
	}
	if accounts, err = accountsOf(ctx, c.tx, people, accounts); err != nil {
		return err
	}
	return s.countSpeakers(ctx, c, accounts)
}
