package advocate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/storage"
)

// EffectKinds are the facts that FollowEffects follows.
func EffectKinds() []string {
	return []string{"thread.answered", "thread.reopened", "thread.woken", "thread.closed", "message.posted", "message.withdrawn", "message.hidden", "message.shown",
		"decision.made", "idea.merged", "idea.unmerged", "edit.taken", ShareJoined,
		"reason.answered", "reason.withdrawn", "teller.confirmed", "teller.refused", "account.confirmed", "account.moved", "session.opened",
		ThanksGiven, ThanksWithdrawn, ThanksHidden, ThanksShown, "person.left"}
}

// FollowEffects notes what a fact may have changed of what lasted.
func (s *Advocacy) FollowEffects(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	now := storage.Micros(s.now())
	for _, f := range facts {
		what, id := "", f.Subject.ID
		switch f.Kind {
		case "thread.answered", "thread.reopened", "thread.woken", "thread.closed":
			what = `select 'thread', t.id, @ from thread t where t.id = $2`
		case "message.posted", "message.withdrawn", "message.hidden", "message.shown":
			what, id = `select 'thread', t.id, @ from thread t where t.id = $2`, f.Other
		case "decision.made":
			what = `select 'idea', i.id, @ from idea i where i.id = $2 or i.merged_into = $2`
		case "idea.unmerged", "idea.merged": // comments have moved, and another author reads them
			what = `select 'idea', i.id, @ from idea i where i.id = $2 or i.merged_into = $2 or i.merged_into = (select merged_into from idea where id = $2) and i.merged_into <> 0
				union select 'comment', c.id, @ from comment c where c.thanked > 0 and (c.idea_id = $2 or c.idea_id = (select merged_into from idea where id = $2))`
		case "edit.taken":
			what = `select 'edit', e.id, @ from post_edit e where e.id = $2`
		case ShareJoined, "session.opened":
			what = `select 'person', j.person_id, @ from share_join j where j.person_id = $2
				union select 'reason', r.id, @ from reason r join account a on a.id = r.account_id and a.person_id = $2 and r.teller_id <> 0`
			if f.Kind == "session.opened" {
				id = f.Actor
			}
		case "reason.answered", "reason.withdrawn", "teller.confirmed", "teller.refused":
			what = `select 'reason', r.id, @ from reason r where r.id = $2`
		case "account.confirmed", "account.moved":
			what = `select 'reason', r.id, @ from reason r where r.account_id = $2 union select 'thread', t.id, @ from thread t where t.account_id = $2 and t.account_id <> 0`
		case ThanksGiven, ThanksWithdrawn, ThanksHidden, ThanksShown:
			what, id = `select case h.subject_kind when 'answer' then 'thread' else h.subject_kind end, case h.subject_kind when 'answer' then h.place_id else h.subject_id end, @
				from thanks h where h.id = $2 and h.subject_kind in ('answer', 'comment', 'reply')`, f.Other
		case "person.left":
			what = `select ref_kind, ref_id, @ from effect where person_id = $2 union select 'person', j.person_id, @ from share_join j where j.person_id = $2
				union select 'reason', r.id, @ from reason r join account a on a.id = r.account_id and a.person_id = $2`
		}
		if err := dueEffects(ctx, tx, what, now, id); err != nil {
			return fmt.Errorf("advocate: follow %s %d: %w", f.Kind, f.ID, err)
		}
	}
	tx.After(s.events.Wake)
	return nil
}

// dueEffects has things looked at again. @ in the query stands for the time.
func dueEffects(ctx context.Context, tx *storage.Tx, query string, now, id int64) error {
	if query == "" {
		return nil
	}
	rows, err := storage.All(ctx, tx, func(row storage.Scanner) (r event.Ref, err error) {
		var at int64
		err = row.Scan(&r.Kind, &r.ID, &at)
		return r, err
	}, replaceAt(query), now, id)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := dueEffect(ctx, tx, r, now); err != nil {
			return err
		}
	}
	return nil
}

func dueEffect(ctx context.Context, tx *storage.Tx, ref event.Ref, at int64) error {
	_, err := tx.Exec(ctx, `insert into effect_due (ref_kind, ref_id, at) values ($1, $2, $3) on conflict (ref_kind, ref_id) do update set at = excluded.at`, ref.Kind, ref.ID, at)
	return err
}

// Last looks at what is due, until ctx ends.
func (s *Advocacy) Last(ctx context.Context) error {
	for ctx.Err() == nil {
		woken, pause := s.events.Woken(), time.Minute
		more, err := s.LastOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Error("what lasted could not be counted; it will be tried again", "error", err)
			woken = nil
		case more:
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(pause):
		}
	}
	return nil
}

// LastAll looks at all that is due: for commands and tests that run without
// the background work.
func (s *Advocacy) LastAll(ctx context.Context) error {
	for {
		if more, err := s.LastOnce(ctx); err != nil || !more {
			return err
		}
	}
}

// effectsAtOnce is how many things one transaction looks at.
const effectsAtOnce = 50

// LastOnce looks at some of what is due, and reports whether there was any.
func (s *Advocacy) LastOnce(ctx context.Context) (more bool, err error) {
	now := s.now()
	var waiting int
	if err := s.db.Row(ctx, `select count(*) from (select ref_id from effect_due where at <= $1 limit 1) d`, storage.Micros(now)).Scan(&waiting); err != nil || waiting == 0 {
		return false, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		// One process at a time: the row is locked until the transaction ends.
		if _, err := tx.Exec(ctx, `insert into tally (name, n) values ('effect.steps', 1) on conflict (name) do update set n = tally.n + 1`); err != nil {
			return err
		}
		due, err := storage.All(ctx, tx, func(row storage.Scanner) (r event.Ref, err error) {
			err = row.Scan(&r.Kind, &r.ID)
			return r, err
		}, `select ref_kind, ref_id from effect_due where at <= $1 order by at, ref_kind, ref_id limit $2`, storage.Micros(now), effectsAtOnce)
		if err != nil {
			return err
		}
		for _, ref := range due {
			if err := s.settleEffect(ctx, tx, ref, now); err != nil {
				return fmt.Errorf("advocate: what lasted of %s %d: %w", ref.Kind, ref.ID, err)
			}
		}
		return nil
	})
	return true, err
}

// lasts is who something lasted for, why and since when.
type lasts struct {
	person int64
	kind   EffectKind
	at     int64
}

// settleEffect replaces what was known of one thing by what is so now, and
// notes when time alone may change it.
func (s *Advocacy) settleEffect(ctx context.Context, tx *storage.Tx, ref event.Ref, now time.Time) error {
	found, next, err := s.effectsOf(ctx, tx, ref, now)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from effect where ref_kind = $1 and ref_id = $2`, ref.Kind, ref.ID); err != nil {
		return err
	}
	for _, l := range found {
		if _, err := tx.Exec(ctx, `insert into effect (person_id, kind, ref_kind, ref_id, at)
			select cast($1 as bigint), $2, $3, cast($4 as bigint), cast($5 as bigint) where exists (select 1 from person where id = $1 and left_at = 0)
			on conflict (person_id, kind, ref_kind, ref_id) do update set at = case when excluded.at < effect.at then excluded.at else effect.at end`, l.person, string(l.kind), ref.Kind, ref.ID, l.at); err != nil {
			return err
		}
	}
	if next != 0 {
		return dueEffect(ctx, tx, ref, next)
	}
	_, err = tx.Exec(ctx, `delete from effect_due where ref_kind = $1 and ref_id = $2`, ref.Kind, ref.ID)
	return err
}

// effectsOf says what lasted of one thing; next is when to look again, 0 for
// when something happens.
func (s *Advocacy) effectsOf(ctx context.Context, q storage.Q, ref event.Ref, now time.Time) (found []lasts, next int64, err error) {
	switch ref.Kind {
	case "thread":
		return s.answersOf(ctx, q, ref.ID, now)
	case "person", "reason":
		return s.friendOf(ctx, q, ref, now)
	case "comment":
		found, err = lasting(ctx, q, `select c.person_id, 'helped', min(h.created_at) from comment c join idea i on i.id = c.idea_id
			join thanks h on h.subject_kind = 'comment' and h.subject_id = c.id and h.state = 'visible' and h.person_id = i.person_id
			where c.id = $1 and c.person_id <> i.person_id group by c.person_id`, ref.ID)
	case "reply":
		found, err = lasting(ctx, q, `select r.person_id, 'helped', min(h.created_at) from post_reply r join post p on p.id = r.post_id
			join thanks h on h.subject_kind = 'reply' and h.subject_id = r.id and h.state = 'visible' and h.person_id = p.person_id
			where r.id = $1 and r.person_id <> p.person_id group by r.person_id`, ref.ID)
	case "idea":
		found, err = lasting(ctx, q, `select i.person_id, 'shipped', coalesce((select max(d.at) from decision d where d.subject_kind = 'idea' and d.subject_id = w.id and d.stage = 'shipped'), w.created_at)
			from idea i join idea w on w.id = case when i.merged_into = 0 then i.id else i.merged_into end where i.id = $1 and w.stage = 'shipped'`, ref.ID)
	case "edit":
		found, err = lasting(ctx, q, `select e.person_id, 'edit', e.answered_at from post_edit e join post p on p.id = e.post_id
			where e.id = $1 and e.state = 'taken' and e.person_id <> p.person_id`, ref.ID)
	}
	return found, 0, err
}

func lasting(ctx context.Context, q storage.Q, query string, args ...any) ([]lasts, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (l lasts, err error) {
		err = row.Scan(&l.person, &l.kind, &l.at)
		return l, err
	}, query, args...)
}

// answersOf says which answers of a conversation helped.
func (s *Advocacy) answersOf(ctx context.Context, q storage.Q, thread int64, now time.Time) (found []lasts, next int64, err error) {
	found, err = lasting(ctx, q, `select m.person_id, 'helped', min(h.created_at) from message m join thread t on t.id = m.thread_id left join account a on a.id = t.account_id and t.account_id <> 0
		join thanks h on h.subject_kind = 'answer' and h.subject_id = m.id and h.state = 'visible' and h.person_id = coalesce(nullif(t.person_id, 0), a.person_id)
		where m.thread_id = $1 and m.kind = 'answer' and m.state = 'visible' and m.person_id <> h.person_id group by m.person_id`, thread)
	if err != nil {
		return nil, 0, err
	}
	var state string
	var since int64
	err = q.Row(ctx, `select state, state_at from thread where id = $1 and kind <> 'tell'`, thread).Scan(&state, &since)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state != "answered" {
		return found, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if at := since + settledAfter.Microseconds(); at > storage.Micros(now) {
		return found, at, nil
	}
	last, err := lasting(ctx, q, `select m.person_id, 'helped', cast($2 as bigint) from message m where m.thread_id = $1 and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0 and m.person_id <> 0
		order by m.id desc limit 1`, thread, since+settledAfter.Microseconds())
	return append(found, last...), 0, err
}

// friendOf says whether somebody whom another brought was here long after.
func (s *Advocacy) friendOf(ctx context.Context, q storage.Q, ref event.Ref, now time.Time) (found []lasts, next int64, err error) {
	query := `select j.by_id, j.at, p.seen_at from share_join j join person p on p.id = j.person_id and p.left_at = 0 where j.person_id = $1 and j.by_id <> j.person_id`
	if ref.Kind == "reason" {
		query = `select r.teller_id, r.created_at, p.seen_at from reason r join reason_teller t on t.reason_id = r.id and t.person_id = r.teller_id and t.state = 'yes'
			join account a on a.id = r.account_id join person p on p.id = a.person_id and p.left_at = 0 where r.id = $1 and r.state = 'visible' and r.teller_id <> a.person_id`
	}
	var by, since, seen int64
	err = q.Row(ctx, query, ref.ID).Scan(&by, &since, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	at := since + stayedAfter.Microseconds()
	switch {
	case seen >= at:
		return []lasts{{by, FriendStays, at}}, 0, nil
	case at > storage.Micros(now):
		return nil, at, nil
	}
	return nil, storage.Micros(now.Add(lookedEvery)), nil
}
