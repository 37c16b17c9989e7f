package shape

import (
	"context"
	"fmt"
	"slices"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// topCommenters is how many of those who discussed an idea are thanked by name.
const topCommenters = 10

// creditIdea credits those an idea came from: who proposed it, unless one of
// us only wrote up what others said; whose voice is behind it, by name; and
// who brought the best arguments: those most thanked for what they said under
// it, then those who said most. Those who voted are a number, not a list.
func (s *Ideas) creditIdea(ctx context.Context, tx *storage.Tx, release int64, i Idea) error {
	if !i.Staff || i.Voices == 0 {
		if err := s.putCredits(ctx, tx, release, []Credit{{Person: i.Person, Because: ForProposing}}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `insert into credit (release_id, person_id, account_id, because)
		select distinct cast($1 as bigint), coalesce(nullif(v.person_id, 0), a.person_id, 0), case when coalesce(nullif(v.person_id, 0), a.person_id, 0) = 0 then v.account_id else 0 end, 'voice'
		from voice v left join account a on a.id = v.account_id
		where v.idea_id = $2 and v.public = 1 and v.state = 'visible' and v.author <> '' and (v.account_id <> 0 or v.person_id <> 0)
		on conflict do nothing`, release, i.ID); err != nil {
		return fmt.Errorf("shape: credit voices: %w", err)
	}
	_, err := tx.Exec(ctx, `insert into credit (release_id, person_id, account_id, because)
		select cast($1 as bigint), c.person_id, 0, 'comment' from (
			select person_id from comment where idea_id = $2 and state = 'visible' and staff = 0
			group by person_id order by sum(thanked) desc, count(*) desc, person_id limit $3) c
		where true on conflict do nothing`, release, i.ID, topCommenters)
	if err != nil {
		return fmt.Errorf("shape: credit comments: %w", err)
	}
	return nil
}

// putCredits stores credits; one that is there is left alone.
func (s *Ideas) putCredits(ctx context.Context, tx *storage.Tx, release int64, credits []Credit) error {
	for _, c := range credits {
		var there int
		if err := tx.Row(ctx, `select (select count(*) from person where id = $1) + (select count(*) from account where id = $2)`, c.Person, c.Account).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			return fault.New(fault.Invalid, "Somebody you want to thank is not known here.").On("credits")
		}
		if _, err := tx.Exec(ctx, `insert into credit (release_id, person_id, account_id, because) values ($1, $2, $3, $4) on conflict do nothing`,
			release, c.Person, c.Account, string(c.Because)); err != nil {
			return err
		}
	}
	return nil
}

// fillCredits adds the credits of the releases in holes. A name is shown while
// the person is here and has agreed to be named. Who never said is named for
// what stands under their name before everybody at an idea to which the release
// leads: that they proposed it, or a voice behind it, from here or elsewhere.
// Credits of other kinds are what we say of somebody: they wait for a yes. With
// all, for the team, every name.
func (s *Ideas) fillCredits(ctx context.Context, holes string, args []any, at map[int64]*Release, all bool) error {
	type credit struct {
		release int64
		Credit
	}
	credits, err := storage.All(ctx, s.db, func(row storage.Scanner) (c credit, err error) {
		var named int
		err = row.Scan(&c.release, &c.Person, &c.Account, &c.Because, &c.Name, &named)
		if named == 0 && !all {
			c.Name, c.Person, c.Account = "", 0, 0
		}
		return c, err
	}, `select c.release_id, c.person_id, c.account_id, c.because, coalesce(p.name, a.name, ''),
		case when coalesce(p.credit, ap.credit, '') = 'no' then 0
			when c.because = 'proposed' and exists (select 1 from release_idea ri join idea i on i.id = ri.idea_id where ri.release_id = c.release_id
				and i.person_id = c.person_id and i.state = 'visible' and i.audience = 'public') then 1
			when c.because = 'voice' then case when exists (select 1 from release_idea ri join voice v on v.idea_id = ri.idea_id left join account va on va.id = v.account_id
				where ri.release_id = c.release_id and v.state = 'visible' and v.public = 1 and v.author <> ''
				and (c.account_id <> 0 and v.account_id = c.account_id or c.person_id <> 0 and (v.person_id = c.person_id or va.person_id = c.person_id))) then 1 else 0 end
			when coalesce(p.credit, ap.credit, '') = 'yes' then 1 else 0 end
		from credit c left join person p on p.id = c.person_id and c.person_id <> 0 left join account a on a.id = c.account_id and c.account_id <> 0
		left join person ap on ap.id = a.person_id and a.person_id <> 0
		where c.release_id in (`+holes+`)
		order by c.release_id, case c.because when 'proposed' then 1 when 'voice' then 2 when 'comment' then 3 when 'tested' then 4 else 5 end, c.person_id, c.account_id`, args...)
	if err != nil {
		return fmt.Errorf("shape: credits: %w", err)
	}
	for _, c := range credits {
		r := at[c.release]
		r.Credits = append(r.Credits, c.Credit)
	}
	return nil
}

// Thanked gives those a release thanks, for the team who write it: all by
// name, as they are.
func (s *Ideas) Thanked(ctx context.Context, a know.Actor, release int64) ([]Credit, error) {
	if err := know.Require(a, know.Release, know.Subject{}); err != nil {
		return nil, err
	}
	r := Release{ID: release}
	holes, args := storage.Holes(1, []int64{release})
	err := s.fillCredits(ctx, holes, args, map[int64]*Release{release: &r}, true)
	return r.Credits, err
}

// CreditsOf gives the releases that thank a person by name, the last first.
func (s *Ideas) CreditsOf(ctx context.Context, a know.Actor, person int64) ([]Release, error) {
	releases, err := storage.All(ctx, s.db, scanRelease, selectRelease+` where state = 'visible' and released_at <= $2
		and id in (select release_id from credit where person_id = $1 and person_id <> 0) order by released_at desc, id desc limit 200`, person, storage.Micros(s.now()))
	if err != nil {
		return nil, err
	}
	if err := s.fill(ctx, a, releases); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(releases, func(r Release) bool {
		return !slices.ContainsFunc(r.Credits, func(c Credit) bool { return c.Person == person })
	}), nil
}
