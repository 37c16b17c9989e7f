package spike

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/storage"
)

const (
	most    = .5  // of what is too much, or too little, in a spike is another's: that explains it
	atATime = 200 // spikes that are compared with each other
)

// join says which of the spikes at the time of o, and of those at the time of
// these, explain others.
func (s *Spikes) join(ctx context.Context, o Spike) error {
	all, err := s.around(ctx, o)
	if err != nil {
		return err
	}
	causes, err := s.causes(ctx, all)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		for i, x := range all {
			if causes[i] == x.Cause {
				continue
			}
			if _, err := tx.Exec(ctx, `update spike set cause_id = $1 where id = $2`, causes[i], x.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// around gives the spikes of a direction that overlap in time with o, and with
// each other.
func (s *Spikes) around(ctx context.Context, o Spike) (all []Spike, err error) {
	from, to := o.Start, o.End
	for before := -1; len(all) > before; {
		before = len(all)
		all, err = storage.All(ctx, s.db, scanSpike, selectSpike+` where gone_at = 0 and start_at < $1 and end_at > $2 and case when kind = 'rise' then 1 else 0 end = $3
			and `+thereIs+` order by start_at desc, id desc limit $4`, storage.Micros(to), storage.Micros(from), storage.Bit(up(o.Kind)), atATime)
		if err != nil || len(all) == atATime {
			return all, err
		}
		for _, x := range all {
			if x.Start.Before(from) {
				from = x.Start
			}
			if x.End.After(to) {
				to = x.End
			}
		}
	}
	return all, nil
}

// causes gives for each spike the id of the narrowest one that explains it, 0
// if none does. What explains another is itself explained by none. A silence
// of all that is heard explains those of queries: hearing stopped, not they.
func (s *Spikes) causes(ctx context.Context, all []Spike) ([]int64, error) {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := all[i], all[j]
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.size(), b.size()), cmp.Compare(a.ID, b.ID))
	})
	causes, leading := make([]int64, len(all)), []Spike{}
	for _, i := range order {
		for _, narrow := range leading {
			explains, err := s.explains(ctx, narrow, all[i])
			if err != nil {
				return nil, err
			}
			if explains {
				causes[i] = narrow.ID
				break
			}
		}
		if causes[i] == 0 {
			leading = append(leading, all[i])
		}
	}
	return causes, nil
}

// rank puts what may explain others before what never does.
func rank(o Spike) int {
	switch {
	case o.hushed():
		return 0
	case o.Query != 0:
		return 1
	}
	return 2
}

// hushed reports whether nothing at all was heard.
func (o Spike) hushed() bool { return o.Query == 0 && o.Kind == "silence" }

// usual is how many mentions were to be expected in all of a spike, if each
// hour was like the one furthest from it.
func (o Spike) usual() float64 { return o.Expected * o.End.Sub(o.Start).Hours() }

// size is how many mentions a spike has, or would have.
func (o Spike) size() float64 { return max(float64(o.Mentions), o.usual()) }

// excess is how many mentions are too many, or too few.
func (o Spike) excess() float64 { return math.Abs(float64(o.Mentions) - o.usual()) }

// explains reports whether most of what is out of the ordinary in one spike is
// that of another.
func (s *Spikes) explains(ctx context.Context, narrow, wide Spike) (bool, error) {
	from, to := narrow.Start, narrow.End
	if wide.Start.After(from) {
		from = wide.Start
	}
	if wide.End.Before(to) {
		to = wide.End
	}
	if !from.Before(to) || narrow.Query == wide.Query {
		return false, nil
	}
	if narrow.hushed() {
		return true, nil
	}
	if wide.Query == 0 {
		return narrow.excess() >= most*wide.excess(), nil
	}
	if !up(narrow.Kind) || narrow.Mentions == 0 {
		return false, nil // what is not said is of no query more than of another
	}
	shared, err := s.shared(ctx, narrow.Query, wide.Query, from, to)
	return narrow.excess()*float64(shared)/float64(narrow.Mentions) >= most*wide.excess(), err
}

// shared counts the mentions of a time that two queries match.
func (s *Spikes) shared(ctx context.Context, one, other int64, from, to time.Time) (n int64, err error) {
	err = s.db.Row(ctx, `select count(*) from mention m where m.published_at >= $1 and m.published_at < $2 and m.state <> 'withdrawn' and m.copy_of = 0
		and exists (select 1 from mention_query mq where mq.query_id = $3 and mq.mention_id = m.id)
		and exists (select 1 from mention_query mq where mq.query_id = $4 and mq.mention_id = m.id)`,
		storage.Micros(from), storage.Micros(to), one, other).Scan(&n)
	return n, err
}

// also fills in the queries of the spikes that each explains.
func (s *Spikes) also(ctx context.Context, all []Spike) error {
	if len(all) == 0 {
		return nil
	}
	place, least, last := map[int64]int{}, int64(math.MaxInt64), int64(0)
	for i, o := range all {
		place[o.ID] = i
		least, last = min(least, o.ID), max(last, o.ID)
	}
	err := storage.Each(ctx, s.db, func(row storage.Scanner) error {
		var cause, query int64
		if err := row.Scan(&cause, &query); err != nil {
			return err
		}
		if i, ok := place[cause]; ok && !slices.Contains(all[i].Also, query) {
			all[i].Also = append(all[i].Also, query)
		}
		return nil
	}, `select cause_id, query_id from spike where cause_id >= $1 and cause_id <= $2 and cause_id > 0 and gone_at = 0 and `+thereIs+` order by cause_id, query_id`, least, last)
	if err != nil {
		return fmt.Errorf("spike: also: %w", err)
	}
	return nil
}
