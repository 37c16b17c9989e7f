package tribe

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// standing is for how long somebody has been in a tribe who may change its name
// and what it stands for: whoever comes in a moment ago does not speak for those
// who are there. Those who have been in it longest may at any time, so that a
// tribe that has just begun, or was taken up again, has somebody who may.
const standing = 7 * aDay

func hasStanding(ctx context.Context, q storage.Q, tribe, person int64, now time.Time) (bool, error) {
	var n int
	err := q.Row(ctx, `select count(*) from membership m where m.tribe_id = $1 and m.person_id = $2 and m.left_at = 0 and (m.joined_at <= $3
		or not exists (select 1 from membership o where o.tribe_id = m.tribe_id and o.left_at = 0 and o.joined_at < m.joined_at))`,
		tribe, person, storage.Micros(now.Add(-standing))).Scan(&n)
	return n > 0, err
}

func tooNew() error {
	return fault.New(fault.Forbidden, "Who has been in a tribe for a week can change its name and what it stands for. Until then, ask somebody who has.")
}

// MayChange says whether the asker could change a tribe's name and what it
// stands for; nil if they could.
func (s *Tribes) MayChange(ctx context.Context, a know.Actor, t Tribe) error {
	if err := know.Require(a, know.Comment, t.Subject()); err != nil {
		return err
	}
	in, _, err := member(ctx, s.db, t.ID, a.ID)
	if err != nil {
		return err
	}
	if !in {
		return notIn()
	}
	if ok, err := hasStanding(ctx, s.db, t.ID, a.ID, s.now()); err != nil || ok {
		return err
	}
	return tooNew()
}
