package measure

import (
	"context"

	"tribune/storage"
)

// recountAtOnce is how many of one kind are counted in one transaction.
const recountAtOnce = 200

// Recount throws away everything that is counted and counts it anew from what
// is so. It gives what following the facts gives; a site needs it after its
// tables were changed by hand, and tests hold the two against each other.
func (s *Measures) Recount(ctx context.Context) error {
	err := s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := counting(ctx, tx); err != nil {
			return err
		}
		for _, table := range []string{"clock_row", "clock_day", "loop_row", "loop_day", "said_row", "said_day", "heard_language", "heard_source", "cohort_account", "cohort_buyer", "cohort"} {
			if _, err := tx.Exec(ctx, `delete from `+table); err != nil {
				return err
			}
		}
		return s.sweepDue(ctx, tx)
	})
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		table string
		count func(ctx context.Context, c *sums, id int64) error
	}{
		{"thread", s.countThread}, {"voice", s.countVoice}, {"idea", func(ctx context.Context, c *sums, id int64) error {
			if err := s.countIdea(ctx, c, id); err != nil {
				return err
			}
			return s.countDecisions(ctx, c, id)
		}},
		{"purchase", func(ctx context.Context, c *sums, id int64) error {
			_, err := s.countPurchases(ctx, c, id, id)
			return err
		}},
	} {
		if err := s.recount(ctx, kind.table, kind.count); err != nil {
			return err
		}
	}
	if err := s.SweepAll(ctx); err != nil {
		return err
	}
	return s.recountShares(ctx)
}

// recount counts all rows of a table.
func (s *Measures) recount(ctx context.Context, table string, count func(ctx context.Context, c *sums, id int64) error) error {
	grown := growth{s.db, 0, storage.AnalyzeFrom}
	for last := int64(0); ; {
		n, next := 0, last
		err := s.db.Update(ctx, func(tx *storage.Tx) error {
			c, err := counting(ctx, tx)
			if err != nil {
				return err
			}
			ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from `+table+` where id > $1 order by id limit $2`, last, recountAtOnce)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := count(ctx, c, id); err != nil {
					return err
				}
			}
			if n = len(ids); n > 0 {
				next = ids[n-1]
			}
			return c.flush(ctx)
		})
		if err != nil || n == 0 {
			return err
		}
		last = next
		if err := grown.by(ctx, n); err != nil {
			return err
		}
	}
}

// growth has PostgreSQL look again at tables each time that they have grown
// tenfold: it planned as if they were still empty, and read all of them for
// each row.
type growth struct {
	db         *storage.DB
	done, look int // rows
}

func (g *growth) by(ctx context.Context, rows int) error {
	if g.done += rows; g.done < g.look {
		return nil
	}
	g.look *= 10
	return g.db.Analyze(ctx)
}

// recountShares counts the share links that were opened, by the log.
func (s *Measures) recountShares(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		c, err := counting(ctx, tx)
		if err != nil {
			return err
		}
		type opened struct {
			kind   string
			id, at int64
		}
		all, err := storage.All(ctx, tx, func(row storage.Scanner) (o opened, err error) {
			err = row.Scan(&o.kind, &o.id, &o.at)
			return o, err
		}, `select subject_kind, subject_id, min(at) from event where kind = $1 group by subject_kind, subject_id`, shareOpened)
		if err != nil {
			return err
		}
		for _, o := range all {
			if err := s.put(ctx, c, StepShared, o.kind, o.id, o.at, 1); err != nil {
				return err
			}
		}
		return c.flush(ctx)
	})
}
