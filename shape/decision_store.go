package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
)

// DecisionMade is the fact of a decision: subject idea, other decision.
const DecisionMade = "decision.made"

// DecisionTold is the fact that all who are to be told of a decision have been
// found, and the mails are on their way; subject idea, other the decision.
const DecisionTold = "decision.told"

// The sizes of a reason, in characters: long enough to be one.
const (
	leastDecision = 10
	mostDecision  = 5000
)

const selectDecision = `select id, subject_id, stage, status, reason, language, by_id, at, replaces, release_id, promised_at, told, clause_id, purpose_id from decision`

func scanDecision(row storage.Scanner) (d Decision, err error) {
	var at, promised int64
	var told int
	err = row.Scan(&d.ID, &d.Idea, &d.Stage, &d.Status, &d.Reason, &d.Language, &d.By, &at, &d.Replaces, &d.Release, &promised, &told, &d.Clause, &d.Purpose)
	d.At, d.PromisedAt, d.Told = storage.Time(at), storage.Time(promised), told == 1
	return d, err
}

func readDecision(ctx context.Context, q storage.Q, id int64) (Decision, error) {
	d, err := scanDecision(q.Row(ctx, selectDecision+` where id = $1 and subject_kind = 'idea'`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "There is no such decision, or it is not open to you.")
	}
	return d, err
}

// Decide decides on an idea under the asker's own name, with the reason. It is
// never edited; it replaces the decision before. Deciding that something
// shipped names its release or makes one. Everybody entitled is told; of `open`
// and `under_review` those alone who had not been told yet of the decision that
// it took the place of, and now hear of both. What goes against the charter is refused
// without a signature, and is always told. The very same decision again, as
// when a form is sent twice, is the one that stands.
func (s *Ideas) Decide(ctx context.Context, a know.Actor, idea int64, n NewDecision) (d Decision, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := s.lockIdea(ctx, tx, idea)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Decide, was.Subject()); err != nil {
			return err
		}
		if was.MergedInto != 0 {
			return fault.New(fault.Conflict, "This idea has become part of another. Decide on that one.")
		}
		if was.State == know.Withdrawn {
			return withdrawn()
		}
		n := n
		if err := n.check(ctx, tx, a, s); err != nil {
			return err
		}
		breaches, err := s.breaks(ctx, tx, was, n)
		if err != nil {
			return err
		}
		if err := n.cite(ctx, tx, was); err != nil {
			return err
		}
		var again bool
		if d, again, err = s.decidedSo(ctx, tx, a, was, n); err != nil || again {
			return err
		}
		if err := s.shippedBy(ctx, tx, a, was, &n); err != nil {
			return err
		}
		d, err = s.putDecision(ctx, tx, a, was, n, breaches)
		return err
	})
	return d, err
}

// decidedSo reports whether the decision that stands is this very one, by the
// same person. One that was made before the charter promised an answer is none:
// saying it again is the answer. The idea is locked.
func (s *Ideas) decidedSo(ctx context.Context, tx *storage.Tx, a know.Actor, was Idea, n NewDecision) (d Decision, same bool, err error) {
	if was.Decision == 0 {
		return d, false, nil
	}
	if d, err = readDecision(ctx, tx, was.Decision); err != nil {
		return d, false, err
	}
	if d.By != a.ID || d.Stage != n.Stage || d.Status != n.Status || d.Reason != n.Reason || storage.Micros(d.PromisedAt) != storage.Micros(n.PromisedAt) ||
		d.Clause != n.Clause || d.Purpose != n.purpose {
		return d, false, nil
	}
	if n.Stage == Shipped {
		r, err := readRelease(ctx, tx, d.Release) // it may have been taken back since
		switch {
		case fault.Is(err, fault.NotFound):
			return d, false, nil
		case err != nil, n.Release != 0 && n.Release != r.ID, n.Release == 0 && n.NewRelease != nil && plain.Line(n.NewRelease.Title) != r.Title:
			return d, false, err
		}
	}
	c, err := charter.ReadClause(ctx, tx, was.Clause)
	if err != nil {
		return d, false, err
	}
	st, err := standing(ctx, tx, was, c)
	return d, !d.At.Before(st.Reached), err
}

// check cleans a decision and refuses what cannot be.
func (n *NewDecision) check(ctx context.Context, tx *storage.Tx, a know.Actor, s *Ideas) error {
	wrong := []error{n.checkStage(ctx, tx)}
	n.Reason = cleanBody(n.Reason)
	if length := utf8.RuneCountInString(n.Reason); length < leastDecision || length > mostDecision {
		wrong = append(wrong, fault.New(fault.Invalid, "Give the reason, in {least} to {most} characters: those who asked will read it.", "least", leastDecision, "most", mostDecision).On("reason"))
	}
	if !n.PromisedAt.IsZero() && n.PromisedAt.Before(s.now()) {
		wrong = append(wrong, fault.New(fault.Invalid, "A promise is for a day to come.").On("promised_at"))
	}
	if n.Language == "" {
		n.Language = a.Language
	}
	return fault.All(wrong...)
}

// checkStage settles the stage, and the team's own name for it.
func (n *NewDecision) checkStage(ctx context.Context, tx *storage.Tx) error {
	if slices.Contains(Stages(), Stage(n.Status)) && n.Stage == "" {
		n.Stage, n.Status = Stage(n.Status), ""
	}
	if n.Status != "" && n.Status != string(n.Stage) {
		var stage Stage
		err := tx.Row(ctx, `select stage from status where name = $1`, n.Status).Scan(&stage)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Invalid, "There is no such status. Choose one of the stages, or a status that your team named.").On("status")
		}
		if err != nil {
			return err
		}
		if n.Stage != "" && n.Stage != stage {
			return fault.New(fault.Invalid, "This status stands for another stage.").On("status")
		}
		n.Stage = stage
	} else {
		n.Status = ""
	}
	if !slices.Contains(Stages(), n.Stage) {
		return fault.New(fault.Invalid, "Choose a stage: open, under_review, planned, started, shipped or declined.").On("status")
	}
	return nil
}

// shippedBy finds or makes the release that brings a shipped idea. Without a
// word about it, the decision makes one of its own: its title is the idea's
// and its text the reason.
func (s *Ideas) shippedBy(ctx context.Context, tx *storage.Tx, a know.Actor, idea Idea, n *NewDecision) error {
	if n.Stage != Shipped {
		n.Release = 0
		return nil
	}
	if n.Release != 0 {
		if _, err := readRelease(ctx, tx, n.Release); err != nil {
			return err
		}
		return s.linkIdeas(ctx, tx, n.Release, []int64{idea.ID})
	}
	r := NewRelease{Body: n.Reason, Language: n.Language}
	if n.NewRelease != nil {
		r = *n.NewRelease
		if err := r.check(a); err != nil {
			return err
		}
	}
	if !slices.Contains(r.Ideas, idea.ID) {
		r.Ideas = append(slices.Clone(r.Ideas), idea.ID)
	}
	var err error
	n.Release, err = s.putRelease(ctx, tx, a, r)
	return err
}

// putDecision stores a decision and what follows for its idea.
func (s *Ideas) putDecision(ctx context.Context, tx *storage.Tx, a know.Actor, was Idea, n NewDecision, breaches []charter.Breach) (Decision, error) {
	now := storage.Micros(s.now())
	silent := n.Stage.Silent() && len(breaches) == 0
	id, err := tx.Insert(ctx, `insert into decision (subject_kind, subject_id, stage, status, reason, language, by_id, at, replaces, release_id, promised_at, told, clause_id, purpose_id)
		values ('idea', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id`,
		was.ID, string(n.Stage), n.Status, n.Reason, n.Language, a.ID, now, was.Decision, n.Release, storage.Micros(n.PromisedAt), storage.Bit(silent), n.Clause, n.purpose)
	if err != nil {
		return Decision{}, fmt.Errorf("shape: decide on idea %d: %w", was.ID, err)
	}
	if _, err := tx.Exec(ctx, `update idea set stage = $1, status = $2, decision_id = $3, decided_at = $4 where id = $5`,
		string(n.Stage), n.Status, id, now, was.ID); err != nil {
		return Decision{}, err
	}
	if was.Decision != 0 {
		if err := s.supersede(ctx, tx, was.ID, id); err != nil {
			return Decision{}, err
		}
	}
	if silent {
		if err := tellBefore(ctx, tx, was.ID, id); err != nil {
			return Decision{}, err
		}
	}
	is := was
	is.Stage, is.Status, is.Decision, is.DecidedAt = n.Stage, n.Status, id, storage.Time(now)
	if err := s.tally(ctx, tx, was, is); err != nil {
		return Decision{}, err
	}
	if err := s.fact(ctx, tx, a, DecisionMade, ideaRef(was.ID), id, 0); err != nil {
		return Decision{}, err
	}
	if len(breaches) > 0 {
		if err := s.signs.Sign(ctx, tx, a, charter.Override{Decision: id, Idea: was.ID, Clause: charter.Clause{ID: was.Clause}, Breaches: breaches,
			Votes: was.Votes - was.StaffVotes, Language: n.Language}, n.Override); err != nil {
			return Decision{}, err
		}
	}
	return readDecision(ctx, tx, id)
}

// Decisions gives the decisions on an idea, the latest first.
func (s *Ideas) Decisions(ctx context.Context, a know.Actor, idea int64) ([]Decision, error) {
	if _, err := s.Idea(ctx, a, idea); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, scanDecision, selectDecision+` where subject_kind = 'idea' and subject_id = $1 order by id desc`, idea)
}

// Decision gives one decision.
func (s *Ideas) Decision(ctx context.Context, a know.Actor, id int64) (Decision, error) {
	d, err := readDecision(ctx, s.db, id)
	if err != nil {
		return Decision{}, err
	}
	if _, err := s.Idea(ctx, a, d.Idea); err != nil {
		return Decision{}, err
	}
	return d, nil
}

// DecisionsByID gives those of these decisions that the asker may see, by id.
func (s *Ideas) DecisionsByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Decision, error) {
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scanDecision, selectDecision+` where subject_kind = 'idea' and id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	ideas := make([]int64, len(all))
	for n, d := range all {
		ideas[n] = d.Idea
	}
	seen, err := s.ByID(ctx, a, ideas)
	found := make(map[int64]Decision, len(all))
	for _, d := range all {
		if _, ok := seen[d.Idea]; ok {
			found[d.ID] = d
		}
	}
	return found, err
}

// eraseDecisions forgets what decisions and releases hold of a person who
// left: nothing waits to be told to them, and if their words go too, the
// reasons and releases they wrote are emptied.
func (s *Ideas) eraseDecisions(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	if _, err := tx.Exec(ctx, `update telling set way = 'none' where way = 'task' and told_at = 0
		and (person_id = $1 or account_id in (select id from account where person_id = $1 and person_id <> 0))`, person); err != nil || !words {
		return err
	}
	releases, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from release where by_id = $1`, person)
	if err != nil {
		return err
	}
	for _, id := range releases {
		if err := s.people.Forget(ctx, tx, event.Ref{Kind: "release", ID: id}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update release set title = '', body = '' where by_id = $1`, person); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update decision set reason = '' where by_id = $1`, person)
	return err
}

// Roadmap gives the ideas of each stage that the asker may see, most votes
// first, at most 50 of each.
func (s *Ideas) Roadmap(ctx context.Context, a know.Actor) (Roadmap, error) {
	audiences := a.Audiences()
	named := make([]string, len(audiences))
	for n, audience := range audiences {
		named[n] = string(audience)
	}
	holes, args := storage.Holes(2, named)
	roadmap := Roadmap{}
	for _, stage := range Stages() {
		ideas, err := storage.All(ctx, s.db, scanIdea, `select `+ideaColumns+` from idea
			where stage = $1 and state = 'visible' and merged_into = 0 and audience in (`+holes+`) order by votes desc, id desc limit 50`,
			append([]any{string(stage)}, args...)...)
		if err == nil {
			err = addTags(ctx, s.db, ideas)
		}
		if err != nil {
			return nil, fmt.Errorf("shape: roadmap: %w", err)
		}
		roadmap[stage] = ideas
	}
	return roadmap, nil
}

// DecisionsBy gives what a person decided, on ideas that the asker may see,
// the last one first.
func (s *Ideas) DecisionsBy(ctx context.Context, a know.Actor, person int64, limit int) ([]Decision, error) {
	audiences := a.Audiences()
	holes, args := storage.Holes(3, audiences)
	return storage.All(ctx, s.db, scanDecision, selectDecision+` d where subject_kind = 'idea' and by_id = $1
		and exists (select 1 from idea i where i.id = d.subject_id and i.state = 'visible' and i.audience in (`+holes+`))
		order by id desc limit $2`, append([]any{person, limit}, args...)...)
}
