package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/storage"
)

// Step is a step of the loop.
type Step string

// The steps, in order.
const (
	StepHeard    Step = "heard"    // mentions, copies left out, and letters; by when they were said
	StepAnswered Step = "answered" // conversations, by their first answer
	StepTaken    Step = "taken"    // voices put behind an idea, and ideas that people proposed
	StepDecided  Step = "decided"  // decisions
	StepShipped  Step = "shipped"  // ideas that are there now
	StepTold     Step = "told"     // people told of a decision, by a mail that has left or by hand
	StepShared   Step = "shared"   // share links that were opened
	StepFound    Step = "found"    // buyers whom somebody brought, as advocate has them

	// StepUntold is those of a decision who are still to be told: their mail has
	// not left, or nobody has done the task. It is no step, but what told lacks.
	StepUntold Step = "untold"
)

// put sees to it that a thing stands in a step at a moment, with its number;
// at 0 it stands there no more.
func (s *Measures) put(ctx context.Context, c *sums, step Step, kind string, id, at, n int64) error {
	var wasAt, was int64
	err := c.tx.Row(ctx, `select at, n from loop_row where step = $1 and kind = $2 and ref_id = $3`, string(step), kind, id).Scan(&wasAt, &was)
	there := !errors.Is(err, sql.ErrNoRows)
	if err != nil && there {
		return err
	}
	stands := at != 0 && n != 0
	if there == stands && wasAt == at && was == n || !there && !stands {
		return nil
	}
	if there {
		c.step(string(step), wasAt, -was)
	}
	if !stands {
		_, err = c.tx.Exec(ctx, `delete from loop_row where step = $1 and kind = $2 and ref_id = $3`, string(step), kind, id)
		return err
	}
	c.step(string(step), at, n)
	_, err = c.tx.Exec(ctx, `insert into loop_row (step, kind, ref_id, at, n) values ($1, $2, $3, $4, $5)
		on conflict (step, kind, ref_id) do update set at = excluded.at, n = excluded.n`, string(step), kind, id, at, n)
	if err != nil {
		return fmt.Errorf("measure: step %s of %s %d: %w", step, kind, id, err)
	}
	return nil
}

// one reads two numbers of one thing; both are 0 if it is not there.
func one(ctx context.Context, q storage.Q, query string, id int64) (a, b int64, err error) {
	err = q.Row(ctx, query, id).Scan(&a, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return a, b, err
}

// shareOpened is the fact that somebody opened a share link.
const shareOpened = "share.opened"

// countShare counts a share link once, by when it was first opened.
func (s *Measures) countShare(ctx context.Context, c *sums, f event.Event) error {
	var n int
	err := c.tx.Row(ctx, `select count(*) from loop_row where step = $1 and kind = $2 and ref_id = $3`, string(StepShared), f.Subject.Kind, f.Subject.ID).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	return s.put(ctx, c, StepShared, f.Subject.Kind, f.Subject.ID, storage.Micros(f.At), 1)
}

// countVoice counts a voice: also one whose words were taken back, but none
// that was hidden.
func (s *Measures) countVoice(ctx context.Context, c *sums, id int64) error {
	at, n, err := one(ctx, c.tx, `select added_at, case when state <> 'hidden' then 1 else 0 end from voice where id = $1`, id)
	if err != nil {
		return err
	}
	return s.put(ctx, c, StepTaken, "voice", id, at, n)
}

// countIdea counts an idea: as taken up if it came from outside the company,
// and as shipped.
func (s *Measures) countIdea(ctx context.Context, c *sums, id int64) error {
	at, n, err := one(ctx, c.tx, `select created_at, case when staff = 0 and state = 'visible' then 1 else 0 end from idea where id = $1`, id)
	if err != nil {
		return err
	}
	if err := s.put(ctx, c, StepTaken, "idea", id, at, n); err != nil {
		return err
	}
	at, n, err = one(ctx, c.tx, `select decided_at, case when stage = 'shipped' and state = 'visible' and merged_into = 0 then 1 else 0 end from idea where id = $1`, id)
	if err != nil {
		return err
	}
	return s.put(ctx, c, StepShipped, "idea", id, at, n)
}

// countDecisions counts the decisions on an idea, and who was told of each: a
// later one takes the place of those that had not been told.
func (s *Measures) countDecisions(ctx context.Context, c *sums, idea int64) error {
	ids, err := storage.All(ctx, c.tx, storage.Scalar[int64], `select id from decision where subject_kind = 'idea' and subject_id = $1`, idea)
	if err != nil {
		return err
	}
	for _, id := range ids {
		at, _, err := one(ctx, c.tx, `select at, 1 from decision where id = $1`, id)
		if err != nil {
			return err
		}
		if err := s.put(ctx, c, StepDecided, "decision", id, at, 1); err != nil {
			return err
		}
		if err := s.countTold(ctx, c, id); err != nil {
			return err
		}
	}
	return nil
}

// countTold counts whom a decision was told: by mails that have left, once all
// are found who are to have one, and by hand; and who still waits. Those of
// whom a later decision takes the place are in neither.
func (s *Measures) countTold(ctx context.Context, c *sums, decision int64) error {
	if c.told[decision] {
		return nil // every fact of a batch gives the same
	}
	c.told[decision] = true
	var at, n, waits int64
	err := c.tx.Row(ctx, `select d.at,
			coalesce((select sum(case when o.state = 'sent' then 1 else 0 end) from telling t join outbox o on o.dedup = 'decision:' || t.decision_id || ':' || t.person_id
				where t.decision_id = d.id and t.way = 'mail' and t.superseded_by = 0 and d.told = 1), 0)
			+ (select count(*) from thread h where h.decision_id = d.id and h.decision_id <> 0 and h.kind = 'tell' and h.answered_at > 0),
			coalesce((select sum(case when t.way = 'task' and t.told_at = 0 or t.way = 'mail' and coalesce(o.state, '') not in ('sent', 'superseded') then 1 else 0 end)
				from telling t left join outbox o on t.way = 'mail' and o.dedup = 'decision:' || t.decision_id || ':' || t.person_id
				where t.decision_id = d.id and t.superseded_by = 0 and d.told = 1), 0)
		from decision d where d.id = $1`, decision).Scan(&at, &n, &waits)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("measure: told of decision %d: %w", decision, err)
	}
	if err := s.put(ctx, c, StepTold, "decision", decision, at, n); err != nil {
		return err
	}
	return s.put(ctx, c, StepUntold, "decision", decision, at, waits)
}

// How often it is looked whether mails of decisions have left, which no fact
// says, and at how many decisions at once.
const (
	untoldEvery  = 30 * time.Second
	untoldAtOnce = 20
)

// lookUntold looks anew at the next decisions of which somebody waits, at most
// every half minute: one after the other, from the first again after the last.
func (s *Measures) lookUntold(ctx context.Context) error {
	now := storage.Micros(s.now())
	if last := s.untoldAt.Load(); now-last < untoldEvery.Microseconds() || !s.untoldAt.CompareAndSwap(last, now) {
		return nil
	}
	_, err := s.countUntold(ctx)
	return err
}

// countUntold counts them, and says whether there were any.
func (s *Measures) countUntold(ctx context.Context) (any bool, err error) {
	after := s.untoldAfter.Load()
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		c, err := counting(ctx, tx)
		if err != nil {
			return err
		}
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select ref_id from loop_row where step = $1 and kind = 'decision' and ref_id > $2 order by ref_id limit $3`,
			string(StepUntold), after, untoldAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.countTold(ctx, c, id); err != nil {
				return err
			}
		}
		if any = len(ids) > 0; any {
			after = ids[len(ids)-1]
		} else {
			after = 0
		}
		return c.flush(ctx)
	})
	if err != nil {
		return false, fmt.Errorf("measure: who is still to be told: %w", err)
	}
	s.untoldAfter.Store(after)
	return any, nil
}
