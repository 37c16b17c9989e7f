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
// who are there, nor for those who just left. Who founded it may as long as they
// are in it, and so may who is its only member, once nobody else has been in it for
// as long: there is nobody else to ask.
const standing = 7 * aDay

func hasStanding(ctx context.Context, q storage.Q, tribe, person int64, now time.Time) (bool, error) {
	var n int
	err := q.Row(ctx, `select count(*) from membership m join tribe t on t.id = m.tribe_id where m.tribe_id = $1 and m.person_id = $2 and m.left_at = 0
		and (m.joined_at <= $3 or t.members = 1 and not exists (select 1 from membership o where o.tribe_id = t.id and o.person_id <> m.person_id and o.left_at > $3)
			or m.person_id = coalesce((select w.by_id from tribe_wording w where w.tribe_id = t.id order by w.id limit 1), t.by_id))`,
		tribe, person, storage.Micros(now.Add(-standing))).Scan(&n)
	return n > 0, err
}

func tooNew() error {
	return fault.New(fault.Forbidden, "Who founded a tribe, or has been in it for a week, can change its name and what it stands for. Whoever is alone in it can, too, once nobody else has been in it for a week.")
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
