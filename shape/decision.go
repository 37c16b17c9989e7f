package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
)

// Decision is what was decided on an idea, and why. It is never edited, only
// followed by another.
type Decision struct {
	ID         int64
	Idea       int64
	Stage      Stage
	Status     string // the team's own name for the stage, "" for the stage's
	Reason     string // Markdown; empty only when its author left and took their words
	Language   string
	By         int64
	At         time.Time
	Replaces   int64     // the decision before, 0: none
	Release    int64     // shipped: the release that brings it
	PromisedAt time.Time // the day it promises, zero if it does not
	Told       bool      // everybody entitled has been found
	Clause     int64     // of the charter, that it cites; 0: none
	Purpose    int64     // the wording of the purpose that it cites; 0: none
}

// NewDecision is a decision to be made. A status that the team named stands
// for its stage; one of the two is enough. Shipped needs Release or NewRelease.
type NewDecision struct {
	Stage      Stage
	Status     string
	Reason     string
	Language   string
	PromisedAt time.Time
	Release    int64
	NewRelease *NewRelease
	Clause     int64             // to cite; 0: that of the idea
	Purpose    bool              // it rests on the purpose
	Override   charter.Signature // for a decision against the charter; else it is not looked at

	purpose int64
}

// Silent reports whether deciding so is told to nobody, unless it goes against
// the charter.
func (s Stage) Silent() bool { return s == Open || s == UnderReview }

// outcome gives what a stage says as the charter sees it.
func (s Stage) outcome() charter.Outcome {
	switch s {
	case Planned, Started, Shipped:
		return charter.Goes
	case Declined:
		return charter.Declines
	}
	return charter.Waits
}

// Bound is what the charter promises for an idea, and how the idea stands to it.
type Bound struct {
	Charter bool           // there is one
	Clause  charter.Clause // the zero Clause: none covers it, and people advise
	Votes   int64          // of customers
	charter.Standing
	VotesUntil time.Time // votes after that do not count; zero: all do
	AnswerBy   time.Time // once the votes are there; zero: not promised
}

// Against gives how deciding so at a time would go against the charter.
func (b Bound) Against(stage Stage, at time.Time) []charter.Breach {
	return b.Clause.Breaks(b.Standing, stage.outcome(), at)
}

// Bound gives what the charter promises for an idea that the asker may see.
func (s *Ideas) Bound(ctx context.Context, idea Idea) (b Bound, err error) {
	b.Votes = idea.Votes - idea.StaffVotes
	if idea.Clause == 0 {
		now, err := s.signs.Current(ctx)
		b.Charter = now.ID != 0
		return b, err
	}
	b.Charter = true
	if b.Clause, err = s.signs.Clause(ctx, idea.Clause); err != nil || !b.Clause.Binds() {
		return b, err
	}
	if b.Standing, err = standing(ctx, s.db, idea, b.Clause); err != nil {
		return b, fmt.Errorf("shape: standing of idea %d: %w", idea.ID, err)
	}
	b.VotesUntil, b.AnswerBy = b.Clause.VotesUntil(idea.CreatedAt), b.Clause.AnswerBy(b.Reached)
	return b, nil
}

// standing gives how an idea stands to what its clause promises.
func standing(ctx context.Context, q storage.Q, idea Idea, c charter.Clause) (st charter.Standing, err error) {
	if !c.Binds() || idea.Votes-idea.StaffVotes < c.Votes {
		return st, nil
	}
	var at int64
	err = q.Row(ctx, `select at from vote where idea_id = $1 and staff = 0 order by at, person_id limit 1 offset $2`, idea.ID, c.Votes-1).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	if st.Reached = c.Reached(idea.CreatedAt, storage.Time(at)); st.Reached.IsZero() {
		return st, nil
	}
	if st.Reached.Before(idea.ClauseAt) { // nothing was promised before
		st.Reached = idea.ClauseAt
	}
	made, err := storage.All(ctx, q, scanDecision, selectDecision+` where subject_kind = 'idea' and subject_id = $1 order by id`, idea.ID)
	if err != nil {
		return st, err
	}
	st.Going, st.Answered = idea.Stage.outcome() == charter.Goes, answered(made, st.Reached)
	st.Signed, err = charter.SignedLate(ctx, q, idea.ID, c.ID)
	return st, err
}

// answered gives when the decisions, in their order, first answered a promise
// that held from reached on: one that was going then had its answer.
func answered(made []Decision, reached time.Time) time.Time {
	going := false
	for _, d := range made {
		if d.At.Before(reached) {
			going = d.Stage.outcome() == charter.Goes
			continue
		}
		if going {
			return reached
		}
		if !d.Stage.Silent() {
			return d.At
		}
	}
	if going {
		return reached
	}
	return time.Time{}
}

// carried reports whether the charter holds the company to something for an idea.
func carried(ctx context.Context, q storage.Q, idea Idea) (bool, error) {
	c, err := charter.ReadClause(ctx, q, idea.Clause)
	if err != nil {
		return false, err
	}
	st, err := standing(ctx, q, idea, c)
	return !st.Reached.IsZero(), err
}

// breaks gives how a decision on an idea, which is locked, would go against
// the charter.
func (s *Ideas) breaks(ctx context.Context, tx *storage.Tx, idea Idea, n NewDecision) ([]charter.Breach, error) {
	c, err := charter.ReadClause(ctx, tx, idea.Clause)
	if err != nil {
		return nil, err
	}
	st, err := standing(ctx, tx, idea, c)
	return c.Breaks(st, n.Stage.outcome(), s.now()), err
}

// cite settles what a decision cites.
func (n *NewDecision) cite(ctx context.Context, tx *storage.Tx, idea Idea) (err error) {
	if n.Clause == 0 {
		n.Clause = idea.Clause
	}
	if n.Clause, err = charter.Citable(ctx, tx, n.Clause, idea.Clause); err != nil || !n.Purpose {
		return err
	}
	n.purpose, err = charter.CitedPurpose(ctx, tx)
	return err
}

// bound is what one gets who would take an idea out of a promise that holds.
func bound() error {
	return fault.New(fault.Conflict, "The votes that the charter asks for are there, so this idea stays under its clause. Decide on it, or sign for not doing it.").On("clause_id")
}

// Cite puts an idea under a clause of the charter that holds; 0 under none.
// Once the promised votes are there, it stays where it is.
func (s *Ideas) Cite(ctx context.Context, a know.Actor, id, clause int64) (idea Idea, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if idea, err = s.lockIdea(ctx, tx, id); err != nil {
			return err
		}
		if err := know.Require(a, know.Sort, idea.Subject()); err != nil {
			return err
		}
		if idea.Clause == clause {
			return nil
		}
		if _, err := charter.Citable(ctx, tx, clause, idea.Clause); err != nil {
			return err
		}
		if held, err := carried(ctx, tx, idea); err != nil {
			return err
		} else if held {
			return bound()
		}
		idea.Clause, idea.ClauseAt = clause, s.now()
		if _, err := tx.Exec(ctx, `update idea set clause_id = $1, clause_at = $3 where id = $2`, clause, id, storage.Micros(s.now())); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, IdeaCited, ideaRef(id), clause, 0)
	})
	return idea, err
}

// clauseOf gives the clause of an idea that moves to another call: the call's,
// unless the call names none or the idea's own already holds.
func (s *Ideas) clauseOf(ctx context.Context, tx *storage.Tx, idea Idea, call Call) (int64, error) {
	if call.Clause == 0 {
		return idea.Clause, nil
	}
	held, err := carried(ctx, tx, idea)
	if held {
		return idea.Clause, err
	}
	return call.Clause, err
}

// keeping does what moves votes from idea to idea, and refuses it if customers
// had decided on was and would have decided on none of those afterwards.
func (s *Ideas) keeping(ctx context.Context, tx *storage.Tx, was Idea, do func() error, afterwards ...int64) error {
	held, err := carried(ctx, tx, was)
	if err != nil {
		return err
	}
	if err := do(); err != nil || !held {
		return err
	}
	for _, id := range afterwards {
		is, err := readIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		if held, err := carried(ctx, tx, is); err != nil || held {
			return err
		}
	}
	return bound()
}

// CitingPurpose gives the decisions that rest on the purpose, in any of its
// wordings, and are on ideas that the asker may see, the latest first.
func (s *Ideas) CitingPurpose(ctx context.Context, a know.Actor, limit int) ([]Decision, error) {
	holes, args := storage.Holes(2, a.Audiences())
	return storage.All(ctx, s.db, scanDecision, selectDecision+` d where subject_kind = 'idea' and purpose_id <> 0
		and exists (select 1 from idea i where i.id = d.subject_id and i.state = 'visible' and i.audience in (`+holes+`))
		order by id desc limit $1`, append([]any{limit}, args...)...)
}
