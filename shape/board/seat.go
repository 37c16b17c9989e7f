package board

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// SeatState is what became of a seat that was drawn.
type SeatState string

// The states of a seat.
const (
	Offered  SeatState = "offered"
	Accepted SeatState = "accepted"
	Declined SeatState = "declined"
	Lapsed   SeatState = "lapsed"   // not answered in time
	Resigned SeatState = "resigned" // given back later
	LeftUs   SeatState = "left"     // its member left the site
)

// Seat is a seat somebody was drawn for.
type Seat struct {
	ID         int64
	Board      int64
	Number     int   // of their application
	Person     int64 // 0: a member who left
	Round      int   // of the draw
	State      SeatState
	Shown      bool // their name may stand on the public page
	OfferedAt  time.Time
	AnswerBy   time.Time
	AnsweredAt time.Time
}

// Taken reports whether the seat is offered to somebody, or theirs.
func (s Seat) Taken() bool { return s.State == Offered || s.State == Accepted }

const selectSeat = `select id, board_id, number, person_id, round, state, shown, offered_at, answer_by, answered_at from board_seat`

func scanSeat(row storage.Scanner) (x Seat, err error) {
	var shown int
	var offered, by, answered int64
	err = row.Scan(&x.ID, &x.Board, &x.Number, &x.Person, &x.Round, &x.State, &shown, &offered, &by, &answered)
	x.Shown, x.OfferedAt, x.AnswerBy, x.AnsweredAt = shown == 1, storage.Time(offered), storage.Time(by), storage.Time(answered)
	return x, err
}

func readSeats(ctx context.Context, q storage.Q, board int64) ([]Seat, error) {
	return storage.All(ctx, q, scanSeat, selectSeat+` where board_id = $1 order by id`, board)
}

func seatOf(ctx context.Context, q storage.Q, board, person int64) (x Seat, ok bool, err error) {
	if person == 0 {
		return x, false, nil
	}
	x, err = scanSeat(q.Row(ctx, selectSeat+` where board_id = $1 and person_id = $2`, board, person))
	if errors.Is(err, sql.ErrNoRows) {
		return x, false, nil
	}
	return x, err == nil, err
}

// MySeat gives the asker's own seat; ok is false if they were not drawn.
func (s *Boards) MySeat(ctx context.Context, a know.Actor, board int64) (Seat, bool, error) {
	return seatOf(ctx, s.db, board, a.ID)
}

// Seats gives the seats of a board that are offered or taken, in the order they
// were drawn. Who sits on one is known to the board, to staff and, if the member
// agrees, to everybody; to the others it has no person.
func (s *Boards) Seats(ctx context.Context, a know.Actor, board int64) ([]Seat, error) {
	b, err := s.Board(ctx, a, board)
	if err != nil {
		return nil, err
	}
	seats, err := storage.All(ctx, s.db, scanSeat, selectSeat+` where board_id = $1 and state in ('offered', 'accepted', 'left') order by id`, board)
	inside := know.May(a, know.Read, b.subject(0, false))
	for n := range seats {
		if x := &seats[n]; !(x.State == Accepted && (x.Shown || inside) || a.IsStaff() || a.ID != 0 && x.Person == a.ID) {
			x.Person = 0
		}
	}
	return seats, err
}

// Accept takes the seat one was drawn for; shown says whether one's name may
// stand on the public page, and can be changed by accepting again. Who works here
// by now cannot sit on a board of customers: the next one is asked.
func (s *Boards) Accept(ctx context.Context, a know.Actor, board int64, shown bool) error {
	passed := false
	err := s.answer(ctx, a, board, func(tx *storage.Tx, b Board, x Seat) error {
		if x.State == Accepted {
			if x.Shown == shown {
				return nil
			}
			if _, err := tx.Exec(ctx, `update board_seat set shown = $1 where id = $2`, storage.Bit(shown), x.ID); err != nil {
				return err
			}
			return s.fact(ctx, tx, a, SeatTaken, "seat", x.ID, board, 0)
		}
		if x.State != Offered {
			return fault.New(fault.Conflict, "This seat has gone to somebody else meanwhile.")
		}
		if passed = a.IsStaff(); passed {
			return s.vacate(ctx, tx, a, b, x, Declined)
		}
		if _, err := tx.Exec(ctx, `update board_seat set state = 'accepted', shown = $1, answered_at = $2 where id = $3`, storage.Bit(shown), storage.Micros(s.now()), x.ID); err != nil {
			return err
		}
		if err := s.people.Admit(ctx, tx, a, b.Circle(), a.ID); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, SeatTaken, "seat", x.ID, board, 0)
	})
	if err == nil && passed {
		return fault.New(fault.Forbidden, "A board is made of customers, and you work here by now. The seat has gone to the next.")
	}
	return err
}

// Decline gives up the seat one was drawn for or sits on: it goes to the next,
// by the same rule, and the others stay. It may be repeated.
func (s *Boards) Decline(ctx context.Context, a know.Actor, board int64) error {
	return s.answer(ctx, a, board, func(tx *storage.Tx, b Board, x Seat) error {
		switch x.State {
		case Offered:
			return s.vacate(ctx, tx, a, b, x, Declined)
		case Accepted:
			return s.vacate(ctx, tx, a, b, x, Resigned)
		}
		return nil
	})
}

func (s *Boards) answer(ctx context.Context, a know.Actor, board int64, f func(tx *storage.Tx, b Board, x Seat) error) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, board)
		if err != nil {
			return err
		}
		x, ok, err := seatOf(ctx, tx, board, a.ID)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "You were not drawn for this board.")
		}
		if b.State != Drawn || !s.now().Before(b.To) {
			return fault.New(fault.Conflict, "The term of this board is over.")
		}
		return f(tx, b, x)
	})
}

// vacate empties a seat and draws who follows.
func (s *Boards) vacate(ctx context.Context, tx *storage.Tx, a know.Actor, b Board, x Seat, to SeatState) error {
	if _, err := tx.Exec(ctx, `update board_seat set state = $1, shown = 0, answered_at = $2 where id = $3`, string(to), storage.Micros(s.now()), x.ID); err != nil {
		return err
	}
	if x.State == Accepted && x.Person != 0 {
		if err := s.people.Dismiss(ctx, tx, a, b.Circle(), x.Person); err != nil {
			return err
		}
	}
	if err := s.fact(ctx, tx, a, SeatLeft, "seat", x.ID, b.ID, 0); err != nil {
		return err
	}
	return s.fill(ctx, tx, a, b)
}

// members gives who sits on a board.
func members(ctx context.Context, q storage.Q, board int64) ([]int64, error) {
	return storage.All(ctx, q, storage.Scalar[int64], `select person_id from board_seat where board_id = $1 and state = 'accepted' and person_id <> 0 order by id`, board)
}
