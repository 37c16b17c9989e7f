package shape

import (
	"context"
	"fmt"

	"tribune/know"
	"tribune/storage"
)

// entitled is one who is to hear of a decision.
type entitled struct {
	person  int64
	account int64 // a quoted author's, where they spoke
	quoted  bool
	rank    int64 // their first reason
	role    know.Role
	left    bool
	mail    bool // has a confirmed address
	wanted  bool // wants such mails
}

// way is how somebody is told: by mail, or by a task if they are quoted and
// have no address that they confirmed to us. Who left, does not want it, or may
// not see the idea, is not told.
func (e entitled) way(idea Idea) TellWay {
	switch {
	case e.left || !e.wanted || !know.May(know.Actor{ID: e.person, Role: e.role}, know.Read, idea.Subject()):
		return TellNobody
	case e.mail:
		return TellByMail
	case e.account != 0, e.quoted && e.role.AtLeast(know.Member):
		return TellByTask
	}
	return TellNobody
}

// rankQuoted is the rank of who was quoted.
const rankQuoted = 5

// ranked are the reasons by their rank in the statement below.
var ranked = [...]Because{1: Proposed, 2: Voted, 3: Commented, 4: Followed, rankQuoted: Quoted}

// selectEntitled finds persons who are entitled to hear of decision $2 on idea
// $1, made by $3 at $4, and have no row in telling yet. What came after the
// decision does not entitle to it; having been due to hear of a decision that
// this one took the place of, does, and if $6 is 0 nothing else does. Somebody
// told as the author of an unclaimed account, who has claimed it since, was
// told.
const selectEntitled = `select e.person_id, max(e.account_id), min(e.rank), max(e.rank), p.role, p.left_at,
	(select count(*) from account c where c.person_id = e.person_id and c.person_id <> 0 and c.kind = 'mail' and c.confirmed_at > 0)
	from (
		select person_id, 0 as account_id, 1 as rank from idea where id = $1
		union all select person_id, 0, 2 from vote where idea_id = $1 and at <= $4
		union all select person_id, 0, 3 from comment where idea_id = $1 and created_at <= $4 and state <> 'withdrawn'
		union all select person_id, 0, 4 from follow where idea_id = $1 and at <= $4
		union all select coalesce(nullif(v.person_id, 0), a.person_id, 0), v.account_id, 5 from voice v left join account a on a.id = v.account_id
			where v.idea_id = $1 and v.added_at <= $4 and v.state = 'visible'
		union all select person_id, 0, case because when 'proposed' then 1 when 'voted' then 2 when 'commented' then 3 else 4 end
			from telling where superseded_by = $2 and superseded_by <> 0 and because <> 'quoted'
	) e join person p on p.id = e.person_id
	where e.person_id <> 0 and e.person_id <> $3
		and not exists (select 1 from telling t where t.decision_id = $2 and t.person_id = e.person_id)
		and not exists (select 1 from telling t join account c on c.id = t.account_id where t.decision_id = $2 and t.person_id = 0 and c.person_id = e.person_id)
		and (cast($6 as bigint) = 1 or e.person_id in (select coalesce(nullif(t.person_id, 0), c.person_id, 0) from telling t left join account c on c.id = t.account_id
			where t.superseded_by = $2 and t.superseded_by <> 0))
	group by e.person_id, p.role, p.left_at order by e.person_id limit $5`

// selectUnclaimed finds the accounts of quoted authors whom nobody here claims;
// if $5 is 0, those alone who were due to hear of a decision that this one took
// the place of.
const selectUnclaimed = `select distinct v.account_id from voice v join account a on a.id = v.account_id
	where v.idea_id = $1 and v.added_at <= $3 and v.state = 'visible' and a.person_id = 0
		and not exists (select 1 from telling t where t.decision_id = $2 and t.person_id = 0 and t.account_id = v.account_id)
		and (cast($5 as bigint) = 1 or v.account_id in (select t.account_id from telling t where t.superseded_by = $2 and t.superseded_by <> 0 and t.person_id = 0))
	order by v.account_id limit $4`

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
			select case when person_id = $7 then person_id else 0 end, case when account_id <> 0 then 1 else 0 end, case when last_rank = $8 then 1 else 0 end, role,
				case when left_at > 0 then 1 else 0 end, case when addresses > 0 then 1 else 0 end,
				case when exists (select 1 from mail_choice m where m.person_id = found.person_id and m.kind = 'decisions' and m.wanted = 0) then 1 else 0 end from found)
		select person_id, account, quoted, role, gone, mail, unwanted, count(*) from alike group by person_id, account, quoted, role, gone, mail, unwanted`,
		idea, 0, a.ID, now, mostEntitled, 1, of.Person, rankQuoted)
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
	err = s.db.Row(ctx, `select count(*) from (`+selectUnclaimed+`) found`, idea, 0, now, mostEntitled, 1).Scan(&unclaimed)
	e.Task += unclaimed
	return e, err
}
