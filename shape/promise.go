package shape

import (
	"context"
	"fmt"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Promise is a day that was promised for an idea that has not shipped.
type Promise struct {
	Idea     Idea
	Decision Decision // the latest that promises a day
}

// Promises gives the promises due before a time, the earliest first, at most
// 50, for the desk. What shipped or was declined since is left out.
func (s *Ideas) Promises(ctx context.Context, a know.Actor, before time.Time) ([]Promise, error) {
	if err := know.Require(a, know.Sort, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	decisions, err := storage.All(ctx, s.db, func(row storage.Scanner) (d Decision, err error) {
		var at, promised int64
		err = row.Scan(&d.ID, &d.Idea, &d.Stage, &d.Status, &d.Reason, &d.Language, &d.By, &at, &promised)
		d.At, d.PromisedAt = storage.Time(at), storage.Time(promised)
		return d, err
	}, `select d.id, d.subject_id, d.stage, d.status, d.reason, d.language, d.by_id, d.at, d.promised_at
		from decision d join idea i on i.id = d.subject_id
		where d.subject_kind = 'idea' and d.promised_at > 0 and d.promised_at < $1
			and i.stage not in ('shipped', 'declined') and i.state = 'visible' and i.merged_into = 0
			and not exists (select 1 from decision l where l.subject_kind = 'idea' and l.subject_id = d.subject_id and l.promised_at > 0 and l.id > d.id)
		order by d.promised_at, d.id limit 50`, storage.Micros(before))
	if err != nil {
		return nil, fmt.Errorf("shape: promises: %w", err)
	}
	ids := make([]int64, len(decisions))
	for n, d := range decisions {
		ids[n] = d.Idea
	}
	ideas, err := s.ByID(ctx, a, ids)
	if err != nil {
		return nil, err
	}
	promises := make([]Promise, 0, len(decisions))
	for _, d := range decisions {
		if idea, ok := ideas[d.Idea]; ok {
			promises = append(promises, Promise{Idea: idea, Decision: d})
		}
	}
	return promises, nil
}
