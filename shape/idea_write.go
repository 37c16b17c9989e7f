package shape

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
)

// sortedKeys gives the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Idea gives one idea. What may not be seen is NotFound; a merged one has
// MergedInto set.
func (s *Ideas) Idea(ctx context.Context, a know.Actor, id int64) (Idea, error) {
	i, err := readIdea(ctx, s.db, id)
	if err != nil {
		return Idea{}, err
	}
	if err := know.Require(a, know.Read, i.Subject()); err != nil {
		return Idea{}, err
	}
	one := []Idea{i}
	if err := addTags(ctx, s.db, one); err != nil {
		return Idea{}, fmt.Errorf("shape: idea %d: %w", id, err)
	}
	return one[0], nil
}

// ByID gives the ideas with these ids that the asker may see, by id.
func (s *Ideas) ByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Idea, error) {
	found := make(map[int64]Idea, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scanIdea, `select `+ideaColumns+` from idea where id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i Idea) bool { return !know.May(a, know.Read, i.Subject()) })
	if err := addTags(ctx, s.db, all); err != nil {
		return nil, err
	}
	for _, i := range all {
		found[i.ID] = i
	}
	return found, nil
}

// Propose adds an idea under the asker's name, who follows and votes for it
// at once. The very same words again within ten minutes were sent twice: they
// give the idea that is there.
func (s *Ideas) Propose(ctx context.Context, a know.Actor, n NewIdea) (idea Idea, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		idea, err = s.propose(ctx, tx, a, n)
		return err
	})
	return idea, err
}

// propose is Propose within a transaction.
func (s *Ideas) propose(ctx context.Context, tx *storage.Tx, a know.Actor, n NewIdea) (Idea, error) {
	if n.Call != 0 {
		call, err := s.callFor(ctx, tx, a, n.Call)
		if err != nil {
			return Idea{}, err
		}
		n.Audience, n.clause = call.Audience, call.Clause
	}
	if err := know.Require(a, know.Propose, know.Subject{}); err != nil {
		return Idea{}, err
	}
	if err := n.check(a); err != nil {
		return Idea{}, err
	}
	if n.clause == 0 {
		var err error
		if n.clause, err = charter.Default(ctx, tx); err != nil {
			return Idea{}, err
		}
	}
	if first, err := s.sameIdea(ctx, tx, a, n); err != nil || first != 0 {
		if err != nil {
			return Idea{}, err
		}
		return s.lockIdea(ctx, tx, first)
	}
	now := storage.Micros(s.now())
	staff := storage.Bit(a.IsStaff())
	id, err := tx.Insert(ctx, `insert into idea (person_id, staff, call_id, clause_id, clause_at, title, body, language, audience, votes, staff_votes, created_at)
		values ($1, $2, $3, $9, $8, $4, $5, $6, $7, 1, $2, $8) returning id`,
		a.ID, staff, n.Call, n.Title, n.Body, n.Language, string(n.Audience), now, n.clause)
	if err != nil {
		return Idea{}, fmt.Errorf("shape: propose: %w", err)
	}
	if err := putTags(ctx, tx, id, n.Tags); err != nil {
		return Idea{}, err
	}
	if _, err := tx.Exec(ctx, `insert into vote (idea_id, person_id, staff, at) values ($1, $2, $3, $4)`, id, a.ID, staff, now); err != nil {
		return Idea{}, err
	}
	if err := s.follow(ctx, tx, a, id); err != nil {
		return Idea{}, err
	}
	idea, err := s.lockIdea(ctx, tx, id)
	if err != nil {
		return Idea{}, err
	}
	if err := s.tally(ctx, tx, Idea{}, idea); err != nil {
		return Idea{}, err
	}
	if err := s.index(ctx, tx, idea); err != nil {
		return Idea{}, err
	}
	if err := s.fact(ctx, tx, a, IdeaProposed, ideaRef(id), n.Call, 0); err != nil {
		return Idea{}, err
	}
	return idea, s.voteFact(ctx, tx, a, IdeaVoted, id, a.IsStaff())
}

// sentAgain is how long after words the very same ones are taken for a form
// that was sent twice.
const sentAgain = 10 * time.Minute

// sameIdea finds the idea that the asker just proposed in these very words, 0
// if there is none. Of two sent at once, one waits here.
func (s *Ideas) sameIdea(ctx context.Context, tx *storage.Tx, a know.Actor, n NewIdea) (first int64, err error) {
	if _, err := tx.Exec(ctx, `update person set seen_at = seen_at where id = $1`, a.ID); err != nil {
		return 0, err
	}
	err = tx.Row(ctx, `select coalesce(min(id), 0) from idea where person_id = $1 and created_at > $2 and state = 'visible' and merged_into = 0
		and call_id = $3 and audience = $4 and title = $5 and body = $6`,
		a.ID, storage.Micros(s.now().Add(-sentAgain)), n.Call, string(n.Audience), n.Title, n.Body).Scan(&first)
	return first, err
}

// sameComment finds the comment that the asker just wrote under an idea in
// these very words, 0 if there is none. Of two sent at once, one waits here.
func (s *Ideas) sameComment(ctx context.Context, tx *storage.Tx, a know.Actor, idea int64, body string) (first int64, err error) {
	if _, err := tx.Exec(ctx, `update person set seen_at = seen_at where id = $1`, a.ID); err != nil {
		return 0, err
	}
	err = tx.Row(ctx, `select coalesce(min(id), 0) from comment where person_id = $1 and created_at > $2 and state = 'visible' and idea_id = $3 and body = $4`,
		a.ID, storage.Micros(s.now().Add(-sentAgain)), idea, body).Scan(&first)
	return first, err
}

// Nameless reports whether an idea has no words of its author any more, as they
// left and took them along: it has its number for a title, or one by staff.
func (s *Ideas) Nameless(ctx context.Context, i Idea) (bool, error) {
	if i.Body != "" || i.Title != Untitled(i.ID) && i.EditedAt.IsZero() {
		return false, nil
	}
	if by, err := s.people.Person(ctx, i.Person); err != nil || !by.Left() {
		return false, err
	}
	if i.Title == Untitled(i.ID) {
		return true, nil
	}
	earlier, err := s.people.Revisions(ctx, ideaRef(i.ID))
	return len(earlier) > 0 && earlier[0].Title == Untitled(i.ID), err
}

// Edit changes an idea, whose earlier wording is kept. Words are the author's
// to change; tags and call are staff's, too, and the title of an idea without
// words.
func (s *Ideas) Edit(ctx context.Context, a know.Actor, id int64, e IdeaEdit) (idea Idea, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := s.lockIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		verb, ours := know.Edit, !e.words()
		if e.Title != nil && e.Body == nil {
			if ours, err = s.Nameless(ctx, was); err != nil {
				return err
			}
		}
		if ours && !know.May(a, know.Edit, was.Subject()) {
			verb = know.Sort
		}
		if err := know.Require(a, verb, was.Subject()); err != nil {
			return err
		}
		idea, err = s.edited(ctx, tx, a, was, e)
		if err != nil {
			return err
		}
		return s.putIdea(ctx, tx, a, was, idea)
	})
	return idea, err
}

// edited gives an idea as it is after an edit, or says why it cannot be.
func (s *Ideas) edited(ctx context.Context, tx *storage.Tx, a know.Actor, is Idea, e IdeaEdit) (Idea, error) {
	var wrong [4]error
	if e.Title != nil {
		is.Title, wrong[0] = ideaTitle(*e.Title)
	}
	if e.Body != nil {
		is.Body, wrong[1] = ideaBody(*e.Body)
	}
	if e.Language != nil {
		is.Language, wrong[3] = languageTag(*e.Language)
	}
	if e.Tags != nil {
		is.Tags, wrong[2] = foldTags(*e.Tags)
		slices.Sort(is.Tags)
	}
	if err := fault.All(wrong[:]...); err != nil {
		return is, err
	}
	if e.Call != nil && *e.Call != is.Call {
		if *e.Call != 0 {
			find := s.callFor
			if know.May(a, know.Sort, is.Subject()) { // into a closed one, too
				find = readCall
			}
			call, err := find(ctx, tx, a, *e.Call)
			if err != nil {
				return is, err
			}
			is.Audience = call.Audience
			was := is.Clause
			if is.Clause, err = s.clauseOf(ctx, tx, is, call); err != nil {
				return is, err
			}
			if is.Clause != was {
				is.ClauseAt = s.now()
			}
		}
		is.Call = *e.Call
	}
	return is, nil
}

// putIdea stores an edited idea, if anything changed.
func (s *Ideas) putIdea(ctx context.Context, tx *storage.Tx, a know.Actor, was, is Idea) error {
	reworded := was.Title != is.Title || was.Body != is.Body
	if !reworded && was.Language == is.Language && was.Call == is.Call && slices.Equal(was.Tags, is.Tags) {
		return nil
	}
	if reworded {
		if err := s.people.Keep(ctx, tx, ideaRef(was.ID), was.Title, was.Body, a.ID); err != nil {
			return err
		}
		is.EditedAt = s.now()
	}
	if _, err := tx.Exec(ctx, `update idea set title = $1, body = $2, language = $3, call_id = $4, audience = $5, edited_at = $6, clause_id = $8, clause_at = $9 where id = $7`,
		is.Title, is.Body, is.Language, is.Call, string(is.Audience), storage.Micros(is.EditedAt), is.ID, is.Clause, storage.Micros(is.ClauseAt)); err != nil {
		return err
	}
	if !slices.Equal(was.Tags, is.Tags) {
		if err := putTags(ctx, tx, is.ID, is.Tags); err != nil {
			return err
		}
	}
	if err := s.tally(ctx, tx, was, is); err != nil {
		return err
	}
	if err := s.index(ctx, tx, is); err != nil {
		return err
	}
	if was.Clause != is.Clause {
		if err := s.fact(ctx, tx, a, IdeaCited, ideaRef(is.ID), is.Clause, 0); err != nil {
			return err
		}
	}
	return s.fact(ctx, tx, a, IdeaEdited, ideaRef(is.ID), 0, 0)
}

// Withdraw takes back one's own idea. It stays for its author and staff, and
// votes stay counted.
func (s *Ideas) Withdraw(ctx context.Context, a know.Actor, id int64) error {
	return s.setState(ctx, a, id, know.Withdraw, know.Withdrawn, "", IdeaWithdrawn)
}

// Hide takes an idea out of sight, with a reason that its author reads.
func (s *Ideas) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.setState(ctx, a, id, know.Hide, know.Hidden, reason, IdeaHidden)
}

// Show brings a hidden idea back into sight.
func (s *Ideas) Show(ctx context.Context, a know.Actor, id int64) error {
	return s.setState(ctx, a, id, know.Hide, know.Visible, "", IdeaShown)
}

// withdrawn is what one gets who would hide or show what its author took back.
func withdrawn() error {
	return fault.New(fault.Conflict, "Its author has taken this back. There is nothing left to do.")
}

func (s *Ideas) setState(ctx context.Context, a know.Actor, id int64, verb know.Verb, to know.TextState, reason, kind string) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := s.lockIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := know.Require(a, verb, was.Subject()); err != nil {
			return err
		}
		if was.State == to && was.StateReason == reason {
			return nil
		}
		if was.State == know.Withdrawn {
			return withdrawn()
		}
		is := was
		is.State, is.StateReason = to, reason
		if _, err := tx.Exec(ctx, `update idea set state = $1, state_reason = $2 where id = $3`, string(to), reason, id); err != nil {
			return err
		}
		if err := s.tally(ctx, tx, was, is); err != nil {
			return err
		}
		if err := s.index(ctx, tx, is); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, kind, ideaRef(id), 0, 0)
	})
}
