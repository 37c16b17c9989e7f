package shape

import (
	"context"
	"fmt"

	"tribune/know"
	"tribune/storage"
)

// Entitled counts who would hear of a decision made now by the asker, before
// it is made. Who does not want such mails is still counted.
type Entitled struct {
	Mail int // by mail
	Task int // by hand, where they spoke
}

// mostEntitled bounds the count.
const mostEntitled = 100_000

// Entitled counts who would hear of a decision on an idea, for staff.
func (s *Ideas) Entitled(ctx context.Context, a know.Actor, idea int64) (e Entitled, err error) {
	if err := know.Require(a, know.Sort, know.Subject{Audience: know.Team}); err != nil {
		return e, err
	}
	now := storage.Micros(s.now())
	err = s.db.Row(ctx, `with found (person_id, account_id, first_rank, last_rank, role, left_at, addresses) as (`+selectEntitled+`)
		select coalesce(sum(case when addresses > 0 and left_at = 0 then 1 else 0 end), 0),
			coalesce(sum(case when addresses = 0 and left_at = 0 and account_id <> 0 then 1 else 0 end), 0) from found`, idea, 0, a.ID, now, mostEntitled).Scan(&e.Mail, &e.Task)
	if err != nil {
		return e, fmt.Errorf("shape: entitled: %w", err)
	}
	var unclaimed int
	err = s.db.Row(ctx, `select count(*) from (`+selectUnclaimed+`) found`, idea, 0, now, mostEntitled).Scan(&unclaimed)
	e.Task += unclaimed
	return e, err
}
