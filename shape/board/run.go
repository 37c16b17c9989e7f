package board

import (
	"context"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Keep does what falls due on boards, until ctx ends.
func (s *Boards) Keep(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.KeepOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("looking after boards failed; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(30 * time.Second):
		}
	}
	return nil
}

// KeepOnce does all that is due: pools are frozen at the hour that was said, if
// they can be drawn from; seats not answered in time go to the next; terms end.
// Each is one transaction that looks at the row again under its lock, so that
// however many processes do it, it is done once.
func (s *Boards) KeepOnce(ctx context.Context) error {
	now := storage.Micros(s.now())
	for _, step := range []struct {
		due string
		do  func(ctx context.Context, id int64) error
	}{
		{`select id from board where state = 'open' and closes_at <= $1 and beacon_at > $1 order by id`, func(ctx context.Context, id int64) error {
			_, err := s.close(ctx, know.Actor{}, id)
			if fault.Is(err, fault.Conflict) {
				return nil // the desk says what fails
			}
			return err
		}},
		{`select id from board where state <> 'ended' and to_at <= $1 order by id`, s.end},
		{`select distinct board_id from board_seat where state = 'offered' and answer_by <= $1 order by board_id`, s.lapse},
	} {
		due, err := storage.All(ctx, s.db, storage.Scalar[int64], step.due, now)
		if err != nil {
			return err
		}
		for _, id := range due {
			if err := step.do(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// end ends a board's term: its members see what it said no more, and the page
// stays.
func (s *Boards) end(ctx context.Context, id int64) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, id)
		if err != nil || b.State == Ended || s.now().Before(b.To) {
			return err
		}
		on, err := members(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, person := range on {
			if err := s.people.Dismiss(ctx, tx, know.Actor{}, b.Circle(), person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update board_seat set state = 'lapsed', answered_at = $1 where board_id = $2 and state = 'offered'`, storage.Micros(s.now()), id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update board set state = 'ended', ended_at = $1 where id = $2`, storage.Micros(s.now()), id); err != nil {
			return err
		}
		return s.fact(ctx, tx, know.Actor{}, TermEnded, "board", id, 0, 0)
	})
}

// lapse gives seats that were not answered in time to the next.
func (s *Boards) lapse(ctx context.Context, id int64) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, id)
		if err != nil || b.State != Drawn {
			return err
		}
		late, err := storage.All(ctx, tx, scanSeat, selectSeat+` where board_id = $1 and state = 'offered' and answer_by <= $2 order by id`, id, storage.Micros(s.now()))
		if err != nil {
			return err
		}
		for _, x := range late {
			if err := s.vacate(ctx, tx, know.Actor{}, b, x, Lapsed); err != nil {
				return err
			}
		}
		return nil
	})
}
