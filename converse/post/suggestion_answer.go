package post

import (
	"context"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Take is how an author takes a suggestion.
type Take struct {
	Version int64   // of the post that the author had before them; 0: as it was when it was suggested
	Title   *string // as the author will have it; nil: the suggestion, put together with what changed meanwhile
	Body    *string
	Answer  string // a word to who suggested it
}

// answer runs f on a suggestion that waits, with its post, both locked. done
// is the state that f brings: if it is there already, nothing is done.
func (s *Posts) answer(ctx context.Context, a know.Actor, id int64, done SuggestionState, f func(tx *storage.Tx, e Suggestion, p Post) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		e, err := readSuggestion(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := s.lock(ctx, tx, a, e.Post) // first of both, as when one is made
		if err != nil {
			return err
		}
		if e, err = readSuggestion(ctx, tx, id); err != nil { // as it is, now that nobody else changes it
			return err
		}
		if !maySee(a, p, e) {
			return noSuggestion()
		}
		verb, subject := know.Edit, p.Subject()
		if done == TakenBack {
			verb, subject.Author = know.Withdraw, e.Person
		}
		if p.State == know.Withdrawn && done != TakenBack {
			return withdrawn()
		}
		if err := know.Require(a, verb, subject); err != nil {
			return err
		}
		if e.State == done {
			return nil
		}
		if e.State != Waits {
			return fault.New(fault.Conflict, "This suggestion was answered, or taken back, before.")
		}
		return f(tx, e, p)
	})
}

// TakeSuggestion makes a suggestion the author's own wording, with the name of
// who suggested it beside it. If the text has changed since Version, it is not
// taken: the author looks at both and says what it is to be.
func (s *Posts) TakeSuggestion(ctx context.Context, a know.Actor, id int64, take Take) error {
	word, err := note("answer", take.Answer)
	if err != nil {
		return err
	}
	return s.answer(ctx, a, id, Taken, func(tx *storage.Tx, e Suggestion, p Post) error {
		if take.Version == 0 {
			take.Version = e.Base
		}
		if take.Version != p.Version {
			return changed()
		}
		if take.Title == nil || take.Body == nil {
			title, body, ok := Merged(e, p)
			if !ok {
				return fault.New(fault.Conflict, "The suggestion and a later change touch the same words. Look at both, and say what the text is to be.")
			}
			if take.Title == nil {
				take.Title = &title
			}
			if take.Body == nil {
				take.Body = &body
			}
		}
		is, err := p.edited(a, Edit{Title: take.Title, Body: take.Body})
		if err != nil {
			return err
		}
		if is, err = s.put(ctx, tx, a, p, is, id); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, e, Taken, word, is.Version); err != nil {
			return err
		}
		if err := s.fact(ctx, tx, a, EditTaken, editRef(id), p.ID, 0); err != nil {
			return err
		}
		return s.mail(ctx, tx, "edited", e.Person, editRef(id), p.ID)
	})
}

// LeaveSuggestion leaves the text as it is, with a word to who suggested the
// other one, or without.
func (s *Posts) LeaveSuggestion(ctx context.Context, a know.Actor, id int64, word string) error {
	word, err := note("answer", word)
	if err != nil {
		return err
	}
	return s.answer(ctx, a, id, Left, func(tx *storage.Tx, e Suggestion, p Post) error {
		if err := s.settle(ctx, tx, e, Left, word, 0); err != nil {
			return err
		}
		if err := s.fact(ctx, tx, a, EditLeft, editRef(id), p.ID, 0); err != nil {
			return err
		}
		return s.mail(ctx, tx, "edited", e.Person, editRef(id), p.ID)
	})
}

// WithdrawSuggestion takes back one's own suggestion, as long as it waits.
func (s *Posts) WithdrawSuggestion(ctx context.Context, a know.Actor, id int64) error {
	return s.answer(ctx, a, id, TakenBack, func(tx *storage.Tx, e Suggestion, p Post) error {
		if err := s.settle(ctx, tx, e, TakenBack, "", 0); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, EditWithdrawn, editRef(id), p.ID, 0)
	})
}

// settle notes what became of a suggestion that waited.
func (s *Posts) settle(ctx context.Context, tx *storage.Tx, e Suggestion, to SuggestionState, word string, version int64) error {
	if _, err := tx.Exec(ctx, `update post_edit set state = $1, answer = $2, taken_version = $3, answered_at = $4 where id = $5`,
		string(to), word, version, storage.Micros(s.now()), e.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update post set suggestions = suggestions - 1 where id = $1`, e.Post)
	return err
}
