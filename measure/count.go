package measure

import (
	"context"
	"fmt"

	"tribune/converse"
	"tribune/event"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
)

// countAtOnce is about how much is counted in one transaction.
const countAtOnce = 400

// CountKinds are the facts that Count follows.
func CountKinds() []string {
	return []string{
		converse.ThreadOpened, converse.ThreadWoken, converse.ThreadAnswered, converse.ThreadClosed, converse.ThreadReopened, converse.MessageWithdrawn,
		listen.MentionsStored, listen.QueryAdded, listen.QueryChanged, listen.QueryRemoved, listen.MentionWithdrawn,
		shape.VoiceAdded, shape.VoiceHidden, shape.VoiceShown,
		shape.IdeaProposed, shape.IdeaWithdrawn, shape.IdeaHidden, shape.IdeaShown, shape.IdeaMerged, shape.IdeaUnmerged,
		shape.DecisionMade, shape.DecisionTold, shape.ReleaseMade, shape.ReleaseEdited,
		purchase.PurchaseStored, purchase.PurchaseRefunded, purchase.PurchaseFilled,
		shareOpened, "account.confirmed", "account.moved", "person.promoted", "person.left",
	}
}

// Count follows the log, and counts anew what each fact may have changed.
func (s *Measures) Count(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	c, err := counting(ctx, tx)
	if err != nil {
		return err
	}
	done := 0
	for n, f := range facts {
		work, err := s.count(ctx, c, f)
		if err != nil {
			return fmt.Errorf("measure: count %s %d: %w", f.Kind, f.ID, err)
		}
		if done += work; done >= countAtOnce && n+1 < len(facts) {
			if err := c.flush(ctx); err != nil {
				return err
			}
			return event.Taken(n + 1)
		}
	}
	return c.flush(ctx)
}

// count looks at what one fact may have changed, and says how much that was.
func (s *Measures) count(ctx context.Context, c *sums, f event.Event) (work int, err error) {
	id := f.Subject.ID
	switch f.Kind {
	case converse.ThreadOpened, converse.ThreadWoken, converse.ThreadAnswered, converse.ThreadClosed, converse.ThreadReopened:
		return 4, s.countThread(ctx, c, id)
	case converse.MessageWithdrawn:
		return 4, s.countThread(ctx, c, f.Other)
	case listen.MentionsStored:
		return s.countMentions(ctx, c, f.Other, f.N)
	case listen.MentionWithdrawn:
		return 1, forgetExamples(ctx, c.tx, "mention", []int64{id})
	case listen.QueryAdded, listen.QueryChanged, listen.QueryRemoved:
		return 1, s.sweepDue(ctx, c.tx)
	case shape.VoiceAdded, shape.VoiceHidden, shape.VoiceShown:
		return 2, s.countVoice(ctx, c, id)
	case shape.IdeaMerged, shape.IdeaUnmerged:
		if err := s.countIdea(ctx, c, f.Other); err != nil {
			return 0, err
		}
		return 4, s.countIdea(ctx, c, id)
	case shape.IdeaProposed, shape.IdeaWithdrawn, shape.IdeaHidden, shape.IdeaShown:
		return 2, s.countIdea(ctx, c, id)
	case shape.DecisionMade, shape.DecisionTold:
		if err := s.countIdea(ctx, c, id); err != nil {
			return 0, err
		}
		return 6, s.countDecisions(ctx, c, id)
	case shape.ReleaseMade, shape.ReleaseEdited:
		return 20, s.countCredits(ctx, c, id, f.Kind == shape.ReleaseEdited)
	case purchase.PurchaseStored:
		return s.countPurchases(ctx, c, id, f.N)
	case purchase.PurchaseRefunded:
		return s.countPurchases(ctx, c, id, id)
	case purchase.PurchaseFilled:
		return s.countFilled(ctx, c, id, f.Other)
	case "account.confirmed", "account.moved":
		return s.countMoved(ctx, c, id)
	case shareOpened:
		return 1, s.countShare(ctx, c, f)
	case "person.promoted", "person.left":
		return s.countPerson(ctx, c, id)
	}
	return 0, nil
}

// row is a place in a table of sums.
type row struct {
	name    string
	a, b, c int64
}

// sums gathers what is to be added to the tables of sums, so that a
// transaction writes each of their rows once.
type sums struct {
	tx   *storage.Tx
	more map[string]map[row]int64 // by table
	told map[int64]bool           // decisions looked at
}

// counting begins to count in a transaction, before it locks or reads anything
// else. Who counts looks at what is counted and then adds what is not: of two at
// once (the follower of the log and the work that waits, here or in another
// process) the second would add the same again, so it waits for the first.
func counting(ctx context.Context, tx *storage.Tx) (*sums, error) {
	if _, err := tx.Exec(ctx, `insert into measure_due (name, at) values ('count', 0) on conflict (name) do update set at = 0`); err != nil {
		return nil, fmt.Errorf("measure: wait for who counts: %w", err)
	}
	return &sums{tx: tx, more: map[string]map[row]int64{}, told: map[int64]bool{}}, nil
}

func (c *sums) add(table string, at row, n int64) {
	if c.more[table] == nil {
		c.more[table] = map[row]int64{}
	}
	c.more[table][at] += n
}

func (c *sums) step(step string, at, n int64) { c.add("loop_day", row{name: step, a: dayOf(at)}, n) }
func (c *sums) said(who string, at, n int64)  { c.add("said_day", row{name: who, a: dayOf(at)}, n) }
func (c *sums) source(source, at, n int64)    { c.add("heard_source", row{a: source, b: dayOf(at)}, n) }
func (c *sums) heard(language string, at, n int64) {
	c.add("heard", row{name: language, a: dayOf(at)}, n)
}
func (c *sums) about(language string, at, n int64) {
	c.add("about", row{name: language, a: dayOf(at)}, n)
}
func (c *sums) buyers(first, month, n int64)    { c.add("buyers", row{a: first, b: month}, n) }
func (c *sums) purchases(first, month, n int64) { c.add("purchases", row{a: first, b: month}, n) }
func (c *sums) question(q question, n int64) {
	c.add("clock_day", row{name: q.outcome, a: dayOf(q.asked), b: q.source, c: q.mute<<32 | q.bucket()}, n)
}

// flush writes what was gathered.
func (c *sums) flush(ctx context.Context) error {
	for table, more := range c.more {
		var into, then string
		var values func(at row, n int64) []any
		plain := func(at row, n int64) []any { return []any{at.name, at.a, n} }
		months := func(at row, n int64) []any { return []any{at.a, at.b, n} }
		switch table {
		case "loop_day":
			into, then, values = `loop_day (step, day, n)`, `on conflict (step, day) do update set n = loop_day.n + excluded.n`, plain
		case "said_day":
			into, then, values = `said_day (who, day, n)`, `on conflict (who, day) do update set n = said_day.n + excluded.n`, plain
		case "heard_source":
			into, then, values = `heard_source (source_id, day, n)`, `on conflict (source_id, day) do update set n = heard_source.n + excluded.n`, months
		case "heard":
			into, then = `heard_language (language, day, heard, us)`, `on conflict (language, day) do update set heard = heard_language.heard + excluded.heard`
			values = func(at row, n int64) []any { return []any{at.name, at.a, n, 0} }
		case "about":
			into, then = `heard_language (language, day, heard, us)`, `on conflict (language, day) do update set us = heard_language.us + excluded.us`
			values = func(at row, n int64) []any { return []any{at.name, at.a, 0, n} }
		case "buyers":
			into, then = `cohort (first, month, buyers, purchases)`, `on conflict (first, month) do update set buyers = cohort.buyers + excluded.buyers`
			values = func(at row, n int64) []any { return []any{at.a, at.b, n, 0} }
		case "purchases":
			into, then = `cohort (first, month, buyers, purchases)`, `on conflict (first, month) do update set purchases = cohort.purchases + excluded.purchases`
			values = func(at row, n int64) []any { return []any{at.a, at.b, 0, n} }
		case "clock_day":
			into, then = `clock_day (day, source_id, outcome, mute, bucket, n)`, `on conflict (day, source_id, outcome, mute, bucket) do update set n = clock_day.n + excluded.n`
			values = func(at row, n int64) []any { return []any{at.a, at.b, at.name, at.c >> 32, at.c & (1<<32 - 1), n} }
		}
		var rows [][]any
		for at, n := range more {
			if n != 0 {
				rows = append(rows, values(at, n))
			}
		}
		if _, err := c.tx.InsertMany(ctx, into, rows, then, nil); err != nil {
			return fmt.Errorf("measure: sums: %w", err)
		}
	}
	clear(c.more)
	return nil
}
