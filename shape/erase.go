package shape

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Erase is the follower of "person.left". What a person followed is forgotten
// and their voices are withdrawn; if their words go too, so do their ideas,
// comments and reasons, with all earlier wordings. Votes stay counted under a
// number that no longer has a name. It may be repeated.
func (s *Ideas) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, fact := range facts {
		if fact.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, fact.Subject.ID, fact.N == 1); err != nil {
			return fmt.Errorf("shape: erase %d: %w", fact.Subject.ID, err)
		}
	}
	return nil
}

func (s *Ideas) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	if err := run(ctx, tx, []any{person}, `delete from follow where person_id = $1`,
		`delete from merged_row where kind = 'follow' and ref_id = $1`); err != nil {
		return err
	}
	if words {
		if err := s.eraseIdeas(ctx, tx, person); err != nil {
			return err
		}
		if err := s.eraseComments(ctx, tx, person); err != nil {
			return err
		}
	}
	if err := s.eraseVoices(ctx, tx, person); err != nil {
		return err
	}
	return s.eraseDecisions(ctx, tx, person, words)
}

// eraseIdeas empties what a person proposed. What others said under it stays.
func (s *Ideas) eraseIdeas(ctx context.Context, tx *storage.Tx, person int64) error {
	ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from idea where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		was, err := s.lockIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		is := was
		is.State = know.Withdrawn
		if _, err := tx.Exec(ctx, `update idea set title = '', body = '', state = 'withdrawn', state_reason = '' where id = $1`, id); err != nil {
			return err
		}
		if err := s.tally(ctx, tx, was, is); err != nil {
			return err
		}
		if err := s.index(ctx, tx, is); err != nil {
			return err
		}
		if err := s.people.Forget(ctx, tx, ideaRef(id)); err != nil {
			return err
		}
	}
	return nil
}

// eraseComments empties what a person said under ideas.
func (s *Ideas) eraseComments(ctx context.Context, tx *storage.Tx, person int64) error {
	ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from comment where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.people.Forget(ctx, tx, commentRef(id)); err != nil {
			return err
		}
		// The old state is read from the row as it is locked by the update.
		if err := run(ctx, tx, []any{id},
			`update comment set body = '' where id = $1`,
			`update idea set comments = comments - 1 where id = (select idea_id from comment where id = $1 and state = 'visible')`,
			`update comment set state = 'withdrawn', state_reason = '' where id = $1`); err != nil {
			return err
		}
	}
	return nil
}
