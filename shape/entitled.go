package shape

import (
	"context"
	"fmt"

	"tribune/know"
	"tribune/storage"
)

// Entitled counts who would hear of a decision made now by the asker, before
// it is made.
type Entitled struct {
	Mail int // by mail
	Task int // by hand, where they spoke
	None int // not at all: they do not want such mails, left, or may not see the idea
}

// mostEntitled bounds the count.
const mostEntitled = 100_000

// Entitled counts who would hear of a decision on an idea, for staff. Those of
// whom the rule takes the same into account are counted together.
func (s *Ideas) Entitled(ctx context.Context, a know.Actor, idea int64) (e Entitled, err error) {
	if err := know.Require(a, know.Sort, know.Subject{Audience: know.Team}); err != nil {
		return e, err
	}
	of, err := s.Idea(ctx, a, idea)
	if err != nil {
		return e, err
	}
	now := storage.Micros(s.now())
	type alike struct {
		entitled
		n int
	}
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (g alike, err error) {
		var account, quoted, left, mail, unwanted int
		err = row.Scan(&g.person, &account, &quoted, &g.role, &left, &mail, &unwanted, &g.n)
		g.account, g.quoted, g.left, g.mail, g.wanted = int64(account), quoted == 1, left == 1, mail == 1, unwanted == 0
		return g, err
	}, `with found (person_id, account_id, first_rank, last_rank, role, left_at, addresses) as (`+selectEntitled+`),
		alike (person_id, account, quoted, role, gone, mail, unwanted) as (
			select case when person_id = $6 then person_id else 0 end, case when account_id <> 0 then 1 else 0 end, case when last_rank = $7 then 1 else 0 end, role,
				case when left_at > 0 then 1 else 0 end, case when addresses > 0 then 1 else 0 end,
				case when exists (select 1 from mail_choice m where m.person_id = found.person_id and m.kind = 'decisions' and m.wanted = 0) then 1 else 0 end from found)
		select person_id, account, quoted, role, gone, mail, unwanted, count(*) from alike group by person_id, account, quoted, role, gone, mail, unwanted`,
		idea, 0, a.ID, now, mostEntitled, of.Person, rankQuoted)
	if err != nil {
		return e, fmt.Errorf("shape: entitled: %w", err)
	}
	for _, g := range all {
		switch g.way(of) {
		case TellByMail:
			e.Mail += g.n
		case TellByTask:
			e.Task += g.n
		default:
			e.None += g.n
		}
	}
	var unclaimed int
	err = s.db.Row(ctx, `select count(*) from (`+selectUnclaimed+`) found`, idea, 0, now, mostEntitled).Scan(&unclaimed)
	e.Task += unclaimed
	return e, err
}
