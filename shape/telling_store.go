package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
)

// tellBatch is how many people are told in one transaction: few enough that
// it stays under 200 ms.
const tellBatch = 200

// TellOnce finds the next people who are to hear of a decision, at most 200,
// and puts each one's mail or task in place, in one transaction. more reports
// whether it may have left some. It can be stopped anywhere and run anywhere
// else: who has a row in telling has been seen to.
func (s *Ideas) TellOnce(ctx context.Context) (more bool, err error) {
	var due int64
	err = s.db.Row(ctx, `select id from decision where told = 0 order by id limit 1`).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("shape: tell: %w", err)
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error { return s.tellBatch(ctx, tx, due) })
	if err != nil {
		return false, fmt.Errorf("shape: tell decision %d: %w", due, err)
	}
	return true, nil
}

// tellingOf is a decision whose people are being found, and the later decision
// that is told in its place, 0 while it stands.
type tellingOf struct {
	Decision
	next     int64
	everyone bool // a silent one is told to those alone who had not heard of the one before
}

// tellBatch tells one batch of one decision; an empty batch ends it. The idea
// is locked: nobody decides again meanwhile, so that whoever is found here is
// superseded with the others when somebody does. Those who are found only
// after that are noted, and hear of the later decision.
func (s *Ideas) tellBatch(ctx context.Context, tx *storage.Tx, decision int64) error {
	found, err := readDecision(ctx, tx, decision)
	if err != nil {
		return err
	}
	idea, err := s.lockIdea(ctx, tx, found.Idea)
	if err != nil {
		return err
	}
	d := tellingOf{}
	if d.Decision, err = readDecision(ctx, tx, decision); err != nil || d.Told {
		return err
	}
	if d.next, err = nextDecision(ctx, tx, d.Decision); err != nil {
		return err
	}
	signed, err := charter.Signed(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	d.everyone = signed || !d.Stage.Silent()
	at := storage.Micros(d.At)
	people, err := storage.All(ctx, tx, func(row storage.Scanner) (e entitled, err error) {
		var left, confirmed, last int64
		err = row.Scan(&e.person, &e.account, &e.rank, &last, &e.role, &left, &confirmed)
		e.left, e.mail, e.quoted = left > 0, confirmed > 0, ranked[last] == Quoted
		return e, err
	}, selectEntitled, d.Idea, d.ID, d.By, at, s.batch, storage.Bit(d.everyone))
	if err != nil {
		return err
	}
	for _, e := range people {
		if err := s.tellPerson(ctx, tx, d, idea, e); err != nil {
			return err
		}
	}
	if len(people) > 0 {
		return nil
	}
	accounts, err := storage.All(ctx, tx, storage.Scalar[int64], selectUnclaimed, d.Idea, d.ID, at, s.batch, storage.Bit(d.everyone))
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := s.tellByTask(ctx, tx, d, Telling{Account: account, Because: Quoted}); err != nil {
			return err
		}
	}
	if len(accounts) > 0 {
		return nil
	}
	if _, err = tx.Exec(ctx, `update decision set told = 1 where id = $1`, d.ID); err != nil {
		return err
	}
	return s.events.Append(ctx, tx, event.Event{Kind: DecisionTold, Subject: event.Ref{Kind: "idea", ID: d.Idea}, Other: d.ID})
}

// tellPerson tells a person, if they are to be told.
func (s *Ideas) tellPerson(ctx context.Context, tx *storage.Tx, d tellingOf, idea Idea, e entitled) (err error) {
	if e.wanted, err = s.people.Wanted(ctx, tx, e.person, know.MailDecisions); err != nil {
		return err
	}
	t := Telling{Person: e.person, Because: ranked[e.rank], Way: e.way(idea)}
	switch t.Way {
	case TellByMail:
		t.ToldAt = s.now() // on its way; the outbox says when it left
	case TellByTask:
		t.Account = e.account
		return s.tellByTask(ctx, tx, d, t)
	}
	_, mine, err := putTelling(ctx, tx, d, t)
	if err != nil || !mine || t.Way != TellByMail || d.next != 0 {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("decision:%d:%d", d.ID, e.person), Kind: "decision", Person: e.person,
		Subject: event.Ref{Kind: "decision", ID: d.ID}, Other: d.Idea})
}

// tellByTask puts a tell task into the decider's inbox.
func (s *Ideas) tellByTask(ctx context.Context, tx *storage.Tx, d tellingOf, t Telling) error {
	t.Way = TellByTask
	account := t.Account
	if t.Person != 0 {
		t.Account = 0 // one row a person
	}
	id, mine, err := putTelling(ctx, tx, d, t)
	if err != nil || !mine || d.next != 0 {
		return err
	}
	thread, err := s.inbox.OpenTell(ctx, tx, converse.Tell{Decision: d.ID, Account: account, Person: t.Person, Owner: d.By})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update telling set thread_id = $1 where id = $2`, thread, id)
	return err
}

// putTelling notes how somebody is told, or that they are told of a later
// decision; mine is false if they have a row.
func putTelling(ctx context.Context, tx *storage.Tx, d tellingOf, t Telling) (id int64, mine bool, err error) {
	next := d.next
	if t.Way == TellNobody {
		next = 0
	}
	if next != 0 {
		t.ToldAt = time.Time{}
	}
	err = tx.Row(ctx, `insert into telling (decision_id, person_id, account_id, because, way, told_at, superseded_by) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict do nothing returning id`, d.ID, t.Person, t.Account, string(t.Because), string(t.Way), storage.Micros(t.ToldAt), next).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// nextDecision gives the decision that followed one, 0 if it stands.
func nextDecision(ctx context.Context, q storage.Q, d Decision) (id int64, err error) {
	err = q.Row(ctx, `select coalesce(min(id), 0) from decision where subject_kind = 'idea' and subject_id = $1 and id > $2`, d.Idea, d.ID).Scan(&id)
	return id, err
}

// Overtaken reports whether a later decision followed this one, so that its
// mail to a person does not leave any more, and sees to it that they hear of it
// with the one that stands: its mail may have been under way, and failed for
// now, when the later one was made. It asks nobody's leave.
func (s *Ideas) Overtaken(ctx context.Context, decision, person int64) (overtaken bool, err error) {
	d, err := readDecision(ctx, s.db, decision)
	if err != nil {
		return false, err
	}
	if next, err := nextDecision(ctx, s.db, d); err != nil || next == 0 {
		return false, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		idea, err := s.lockIdea(ctx, tx, d.Idea)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update telling set superseded_by = $1, told_at = 0 where decision_id = $2 and person_id = $3 and person_id <> 0 and way = 'mail' and superseded_by = 0`,
			idea.Decision, d.ID, person)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `update decision set told = 0 where id = $1 and not exists (select 1 from telling where decision_id = $1 and person_id = $2)`, idea.Decision, person)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("shape: overtake decision %d: %w", decision, err)
	}
	return true, nil
}

// selectUntold finds the decisions on idea $1 before $2 that person $3, or the
// author of the unclaimed account $4, is entitled to hear of and may not have
// heard of: those after the last one that surely reached them, whose mail told
// of all before it.
const selectUntold = `with due (decision_id, told) as (
		select t.decision_id, case when t.way = 'mail' and coalesce(o.state, '') = 'sent' or t.way = 'task' and t.told_at > 0 then 1 else 0 end
			from decision d join telling t on t.decision_id = d.id and t.person_id = $3 ` + itsMail + `
			where d.subject_kind = 'idea' and d.subject_id = $1 and d.id < $2 and t.person_id <> 0 and t.way <> 'none'
		union all select t.decision_id, case when t.told_at > 0 then 1 else 0 end
			from decision d join telling t on t.decision_id = d.id and t.person_id = 0 left join account c on c.id = t.account_id
			where d.subject_kind = 'idea' and d.subject_id = $1 and d.id < $2 and t.way = 'task' and (t.account_id = $4 or c.person_id = $3 and c.person_id <> 0))
	` + selectDecision + ` where id in (select decision_id from due) and id > (select coalesce(max(decision_id), 0) from due where told = 1) order by id`

// Untold gives the earlier decisions on the same idea that a person, or the
// author of an account that is nobody's here, is to hear of together with this
// one, in their order. It asks nobody's leave.
func (s *Ideas) Untold(ctx context.Context, d Decision, person, account int64) ([]Decision, error) {
	return storage.All(ctx, s.db, scanDecision, selectUntold, d.Idea, d.ID, person, account)
}

// supersede closes what still waits of the earlier decisions on an idea, which
// is locked, when a new one is made: mails that have not left and tasks that
// are not done. Those people hear of it together with the new one.
func (s *Ideas) supersede(ctx context.Context, tx *storage.Tx, idea, by int64) error {
	earlier, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from decision where subject_kind = 'idea' and subject_id = $1 and id < $2`, idea, by)
	if err != nil || len(earlier) == 0 {
		return err
	}
	if err := s.events.Supersede(ctx, tx, "decision", earlier); err != nil {
		return err
	}
	holes, args := storage.Holes(2, earlier)
	if _, err := tx.Exec(ctx, `update telling set superseded_by = $1, told_at = 0 where decision_id in (`+holes+`) and superseded_by = 0 and way = 'mail'
		and exists (select 1 from outbox o where o.dedup = 'decision:' || telling.decision_id || ':' || telling.person_id and o.state = 'superseded')`,
		append([]any{by}, args...)...); err != nil {
		return err
	}
	if s.inbox == nil {
		return nil
	}
	if err := s.inbox.Outdate(ctx, tx, earlier); err != nil {
		return err
	}
	holes, args = storage.Holes(3, earlier)
	_, err = tx.Exec(ctx, `update telling set superseded_by = $1, told_at = 0 where decision_id in (`+holes+`) and superseded_by = 0 and thread_id <> 0
		and exists (select 1 from thread h where h.id = telling.thread_id and h.state = 'closed' and h.state_reason = $2)`,
		append([]any{by, converse.Outdated}, args...)...)
	return err
}

// tellBefore makes a silent decision due to be told if somebody has not heard
// of one before it, of which they would hear from nothing else.
func tellBefore(ctx context.Context, tx *storage.Tx, idea, decision int64) error {
	_, err := tx.Exec(ctx, `update decision set told = 0 where id = $2 and (exists (select 1 from telling where superseded_by = $2)
		or exists (select 1 from decision e where e.subject_kind = 'idea' and e.subject_id = $1 and e.id < $2 and e.told = 0))`, idea, decision)
	return err
}

// FollowTelling follows the tell tasks: one that is answered was told, one
// that is dismissed cannot be.
func (s *Ideas) FollowTelling(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		var err error
		switch f.Kind {
		case converse.ThreadAnswered: // they were told of it, even if something later is told, too
			_, err = tx.Exec(ctx, `update telling set told_at = $1, way = 'task', superseded_by = 0 where thread_id = $2 and thread_id <> 0 and told_at = 0`, storage.Micros(f.At), f.Subject.ID)
		case converse.ThreadClosed:
			_, err = tx.Exec(ctx, `update telling set way = 'none' where thread_id = $1 and thread_id <> 0 and told_at = 0 and superseded_by = 0`, f.Subject.ID)
		case converse.ThreadReopened:
			_, err = tx.Exec(ctx, `update telling set way = 'task', told_at = case when cast($2 as bigint) = 0 then told_at else 0 end where thread_id = $1 and thread_id <> 0`, f.Subject.ID, f.Other)
		}
		if err != nil {
			return fmt.Errorf("shape: follow telling: %w", err)
		}
	}
	return nil
}

// Told counts who was told of a decision, and how, for whoever sees its idea.
func (s *Ideas) Told(ctx context.Context, a know.Actor, decision int64) (t Told, err error) {
	d, err := s.Decision(ctx, a, decision)
	if err != nil {
		return t, err
	}
	err = s.db.Row(ctx, `select coalesce(sum(case when way = 'mail' and not gone then 1 else 0 end), 0),
		coalesce(sum(case when way = 'mail' and not gone and state = 'sent' then 1 else 0 end), 0),
		coalesce(sum(case when way = 'mail' and not gone and state = 'uncertain' then 1 else 0 end), 0),
		coalesce(sum(case when way = 'mail' and not gone and state = 'failed' then 1 else 0 end), 0),
		coalesce(sum(case when way = 'task' and not gone then 1 else 0 end), 0),
		coalesce(sum(case when way = 'task' and not gone and told_at > 0 then 1 else 0 end), 0),
		coalesce(sum(case when way = 'none' and not gone then 1 else 0 end), 0),
		coalesce(sum(case when gone then 1 else 0 end), 0)
		from (select t.way, t.told_at, coalesce(o.state, '') as state, `+superseded+` as gone
			from telling t `+itsMail+` where t.decision_id = $1) told`, decision).
		Scan(&t.Mail, &t.MailSent, &t.MailUncertain, &t.MailFailed, &t.Task, &t.TaskDone, &t.None, &t.Superseded)
	if err == nil && t.Superseded > 0 {
		err = s.db.Row(ctx, countToldLater, decision, d.Idea).Scan(&t.SupersededTold)
	}
	if err != nil {
		return t, fmt.Errorf("shape: told of decision %d: %w", decision, err)
	}
	t.Complete = d.Told
	t.Waiting = t.Mail - t.MailSent - t.MailUncertain - t.MailFailed + t.Task - t.TaskDone
	return t, nil
}

// countToldLater counts those of decision $1 on idea $2 who were told of it
// together with a later one.
const countToldLater = `select count(*) from telling t ` + itsMail + ` left join account a on a.id = t.account_id
	where t.decision_id = $1 and ` + superseded + ` and (
		exists (select 1 from decision d join telling l on l.decision_id = d.id and l.person_id = coalesce(nullif(t.person_id, 0), a.person_id)
			left join outbox lo on l.way = 'mail' and lo.dedup = 'decision:' || l.decision_id || ':' || l.person_id
			where d.subject_kind = 'idea' and d.subject_id = $2 and d.id > $1 and l.person_id <> 0 and (l.way = 'mail' and lo.state = 'sent' or l.way = 'task' and l.told_at > 0))
		or t.person_id = 0 and exists (select 1 from decision d join telling l on l.decision_id = d.id and l.person_id = 0 and l.account_id = t.account_id
			where d.subject_kind = 'idea' and d.subject_id = $2 and d.id > $1 and l.way = 'task' and l.told_at > 0))`

// A telling t with its mail o, and whether a later decision is told in its
// place: one whose mail had to be tried again is superseded as it comes up.
const (
	itsMail    = `left join outbox o on t.way = 'mail' and o.dedup = 'decision:' || t.decision_id || ':' || t.person_id`
	superseded = `(t.superseded_by <> 0 or coalesce(o.state, '') = 'superseded')`
)

const selectTelling = `select t.id, t.decision_id, t.person_id, t.account_id, t.because, t.way, t.thread_id, case when t.way = 'mail' then coalesce(o.sent_at, 0) else t.told_at end,
	case when ` + superseded + ` then 1 else 0 end, coalesce(o.state, ''), coalesce(o.id, 0) from telling t ` + itsMail

func scanTelling(row storage.Scanner) (t Telling, err error) {
	var told, gone int64
	err = row.Scan(&t.ID, &t.Decision, &t.Person, &t.Account, &t.Because, &t.Way, &t.Thread, &told, &gone, &t.Mail, &t.Delivery)
	t.ToldAt, t.Superseded = storage.Time(told), gone == 1
	return t, err
}

// Tellings lists who is told of a decision, for staff, with ids over after.
func (s *Ideas) Tellings(ctx context.Context, a know.Actor, decision, after int64, limit int) ([]Telling, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 50
	}
	return storage.All(ctx, s.db, scanTelling, selectTelling+` where t.decision_id = $1 and t.id > $2 order by t.id limit $3`, decision, after, min(limit, 200))
}

// TellingsOf gives what a person and the accounts named were told, or wait to
// be, the latest first.
func (s *Ideas) TellingsOf(ctx context.Context, person int64, accounts []int64, limit int) ([]Telling, error) {
	holes, args := storage.Holes(3, accounts)
	return storage.All(ctx, s.db, scanTelling, selectTelling+` where (t.person_id = $1 and t.person_id <> 0 or t.account_id in (`+holes+`)) order by t.id desc limit $2`,
		append([]any{person, limit}, args...)...)
}

// TellTasks gives what tell threads are about, by thread, for staff.
func (s *Ideas) TellTasks(ctx context.Context, a know.Actor, threads []int64) (map[int64]TellTask, error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	tasks := make(map[int64]TellTask, len(threads))
	type task struct{ thread, decision, account, person int64 }
	holes, args := storage.Holes(1, threads)
	list, err := storage.All(ctx, s.db, func(row storage.Scanner) (t task, err error) {
		err = row.Scan(&t.thread, &t.decision, &t.account, &t.person)
		return t, err
	}, `select id, decision_id, account_id, person_id from thread where kind = 'tell' and id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		d, err := readDecision(ctx, s.db, t.decision)
		if err != nil {
			return nil, err
		}
		idea, err := readIdea(ctx, s.db, d.Idea)
		if err != nil {
			return nil, err
		}
		voice, err := scanVoice(s.db.Row(ctx, selectVoice+` where v.idea_id = $1 and v.state = 'visible' and (v.account_id = $2 and v.account_id <> 0 or v.person_id = $3 and v.person_id <> 0)
			order by v.id desc limit 1`, d.Idea, t.account, t.person))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		earlier, err := s.Untold(ctx, d, t.person, t.account)
		if err != nil {
			return nil, err
		}
		tasks[t.thread] = TellTask{Decision: d, Earlier: earlier, Idea: idea, Voice: voice}
	}
	return tasks, nil
}
