package board

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Erase is the follower of "person.left". Their application, their seat and
// their answers are nobody's from then on, and what the application said is
// gone; the pool never held them, so that draws can be replayed. A seat of
// theirs goes to the next. If their words go too, so do their answers and what
// they said on boards, with all earlier wordings. It may be repeated.
func (s *Boards) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, fact := range facts {
		if fact.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, fact.Subject.ID, fact.N == 1); err != nil {
			return fmt.Errorf("board: erase %d: %w", fact.Subject.ID, err)
		}
	}
	return nil
}

func (s *Boards) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	// Boards are locked in the order of their ids, as everywhere.
	boards, err := storage.All(ctx, tx, storage.Scalar[int64], `select board_id from board_application where person_id = $1
		union select board_id from board_seat where person_id = $1 order by 1`, person)
	if err != nil {
		return err
	}
	for _, id := range boards {
		if err := s.eraseFrom(ctx, tx, person, id); err != nil {
			return err
		}
	}
	if words {
		if err := s.eraseWords(ctx, tx, person); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`delete from board_invite where person_id = $1`,
		`delete from board_vote where person_id = $1 and task_id in (select id from board_task where public_at = 0)`,
		`update board_answer set person_id = 0, quote = case quote when 'named' then 'nameless' else quote end where person_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	return nil
}

// eraseFrom takes a person off one board.
func (s *Boards) eraseFrom(ctx context.Context, tx *storage.Tx, person, board int64) error {
	b, err := s.lock(ctx, tx, board)
	if err != nil {
		return err
	}
	p, there, err := applicationOf(ctx, tx, board, person)
	if err != nil {
		return err
	}
	if there {
		if p.Stands {
			if err := s.unapply(ctx, tx, know.Actor{}, p); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update board_application set person_id = 0, sentence = '', country = '', tribe = 0, since_at = 0 where id = $1`, p.ID); err != nil {
			return err
		}
	}
	x, seated, err := seatOf(ctx, tx, board, person)
	if err != nil || !seated {
		return err
	}
	if _, err := tx.Exec(ctx, `update board_seat set person_id = 0, shown = 0 where id = $1`, x.ID); err != nil {
		return err
	}
	x.Person = 0 // the circle forgot them as they left
	if b.State == Drawn && x.Taken() {
		return s.vacate(ctx, tx, know.Actor{}, b, x, LeftUs)
	}
	if x.State == Accepted {
		_, err = tx.Exec(ctx, `update board_seat set state = 'left' where id = $1`, x.ID)
	}
	return err
}

// eraseWords empties what a person said and answered on boards.
func (s *Boards) eraseWords(ctx context.Context, tx *storage.Tx, person int64) error {
	answers, err := storage.All(ctx, tx, scanAnswer, selectAnswer+` where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, x := range answers {
		if err := s.dropAnswer(ctx, tx, x); err != nil {
			return err
		}
	}
	said, err := storage.All(ctx, tx, scanSaid, selectSaid+` where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, x := range said {
		if err := s.people.Forget(ctx, tx, saidRef(x.ID)); err != nil {
			return err
		}
		for _, statement := range []string{
			`update board_said set body = '' where id = $1`,
			`update board_talk set said = said - 1 where id = (select talk_id from board_said where id = $1 and state = 'visible')`,
			`update board_said set state = 'withdrawn', state_reason = '' where id = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, x.ID); err != nil {
				return err
			}
		}
		if x.State == know.Withdrawn {
			continue
		}
		if err := s.events.Append(ctx, tx, event.Event{Kind: SaidTaken, Subject: saidRef(x.ID), Other: x.Board}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `update board_talk set title = '' where person_id = $1`, person)
	return err
}
