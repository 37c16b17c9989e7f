package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"tribune/converse"
	"tribune/storage"
)

// Outcome is what became of a question.
type Outcome string

// The outcomes. Those after Waits are questions that nobody answers, and why;
// NoQuestion were none: the rule was wrong.
const (
	Answered   Outcome = "answered"
	Waits      Outcome = "waits"
	NoQuestion Outcome = "nothing"
	NoWay      Outcome = "noway"
	Elsewhere  Outcome = "elsewhere"
	Abuse      Outcome = "abuse"
	TakenBack  Outcome = "back"
	HasLeft    Outcome = "left"
	OtherWhy   Outcome = "other"
)

// Unanswered lists the outcomes that are neither an answer nor a wait, in the
// order they are shown.
func Unanswered() []Outcome {
	return []Outcome{NoWay, Elsewhere, TakenBack, HasLeft, Abuse, OtherWhy, NoQuestion}
}

// closedAs sorts the reasons for which a conversation is closed. What the team
// wrote in its own words stays with the team.
func closedAs(reason string) Outcome {
	switch reason {
	case converse.AsksNothing:
		return NoQuestion
	case converse.NowhereToWrite:
		return NoWay
	case converse.AnsweredElsewhere:
		return Elsewhere
	case converse.Unfit:
		return Abuse
	case converse.TakenBack:
		return TakenBack
	case converse.HasLeft:
		return HasLeft
	}
	return OtherWhy
}

// question is a row of the answer clock.
type question struct {
	thread, source, asked, answered, waits int64
	outcome                                string
	mute                                   int64
}

// perOctave is how finely durations are told apart: sixteen buckets for each
// doubling, of which the middle is given, so that a percentile is at most
// 2.2 % off.
const perOctave = 16

// bucket gives the bucket of the time to the first answer, 0 where there is
// none.
func (q question) bucket() int64 {
	if q.outcome != string(Answered) {
		return 0
	}
	seconds := max(0, q.answered-q.asked) / 1e6
	return int64(math.Log2(float64(seconds)+1) * perOctave)
}

// inBucket gives the middle of a bucket, in seconds.
func inBucket(b int64) float64 {
	return math.Exp2((float64(b)+0.5)/perOctave) - 1
}

const selectQuestion = `select thread_id, source_id, asked_at, answered_at, waits_at, outcome, mute from clock_row`

func scanQuestion(row storage.Scanner) (q question, err error) {
	err = row.Scan(&q.thread, &q.source, &q.asked, &q.answered, &q.waits, &q.outcome, &q.mute)
	return q, err
}

// selectThread reads what a conversation is to the clock. What was said before
// we opened it waited since it was said. It came with no address to answer at
// if its author is known by a name alone and the words stand nowhere.
const selectThread = `select t.id, t.kind, t.decision_id, t.state, t.state_reason, t.answered_at, t.waits_at, t.opened_at,
	coalesce(m.source_id, 0), coalesce(m.published_at, 0), case when m.id is not null and m.url = '' and coalesce(a.kind, 'name') = 'name' then 1 else 0 end
	from thread t left join mention m on m.id = t.mention_id and t.mention_id <> 0 left join account a on a.id = t.account_id`

// thread is a conversation as the clock sees it.
type thread struct {
	question
	kind     converse.Kind
	decision int64
	opened   int64
}

func scanThread(row storage.Scanner) (t thread, err error) {
	var state, reason string
	var waits, published int64
	err = row.Scan(&t.thread, &t.kind, &t.decision, &state, &reason, &t.answered, &waits, &t.opened, &t.source, &published, &t.mute)
	t.asked = t.opened
	if published != 0 {
		t.asked = min(published, t.opened)
	}
	switch {
	case converse.State(state) == converse.Waiting:
		t.waits = waits
	}
	switch {
	case t.answered != 0:
		t.outcome = string(Answered)
	case converse.State(state) == converse.Closed:
		t.outcome = string(closedAs(reason))
	default:
		t.outcome = string(Waits)
	}
	return t, err
}

// countThread counts a conversation anew: as a question, and in the loop as
// what was answered. A letter is heard with its thread. A task to tell asks
// nothing; what is told is counted by its decision.
func (s *Measures) countThread(ctx context.Context, c *sums, id int64) error {
	t, err := scanThread(c.tx.Row(ctx, selectThread+` where t.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if t.kind == converse.OfTell {
		return s.countTold(ctx, c, t.decision)
	}
	was, err := scanQuestion(c.tx.Row(ctx, selectQuestion+` where thread_id = $1`, id))
	fresh := errors.Is(err, sql.ErrNoRows)
	if err != nil && !fresh {
		return err
	}
	if was != t.question {
		if !fresh {
			c.question(was, -1)
		}
		c.question(t.question, 1)
		if _, err := c.tx.Exec(ctx, `insert into clock_row (thread_id, source_id, asked_at, answered_at, waits_at, outcome, mute) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (thread_id) do update set source_id = excluded.source_id, asked_at = excluded.asked_at, answered_at = excluded.answered_at,
			waits_at = excluded.waits_at, outcome = excluded.outcome, mute = excluded.mute`,
			t.thread, t.source, t.asked, t.answered, t.waits, t.outcome, t.mute); err != nil {
			return fmt.Errorf("measure: question %d: %w", id, err)
		}
	}
	if err := s.put(ctx, c, StepAnswered, "thread", id, t.answered, 1); err != nil {
		return err
	}
	if t.kind == converse.OfLetter {
		return s.put(ctx, c, StepHeard, "thread", id, t.opened, 1)
	}
	return nil
}
