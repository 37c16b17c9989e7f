package board

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

const columns = `id, name, purpose, company_gets, members_get, duties, language, host_id, from_at, to_at, seats, invited, closes_at, announced, beacon, counts, numbers, digits, unsaid, beacon_at,
	state, applications, pool_hash, pool_size, closed_at, closed_by, value, drawn_at, drawn_by, ended_at, created_at, edited_at,
	(select count(*) from board_seat where board_id = board.id and board_seat.state = 'accepted')`

func scan(row storage.Scanner) (b Board, err error) {
	var invited, unsaid int
	var from, to, closes, beacon, closed, drawn, ended, created, edited int64
	err = row.Scan(&b.ID, &b.Name, &b.Purpose, &b.CompanyGets, &b.MembersGet, &b.Duties, &b.Language, &b.Host, &from, &to, &b.Seats, &invited, &closes,
		&b.Announced, &b.Beacon, &b.Counts, &b.Numbers, &b.Digits, &unsaid, &beacon, &b.State, &b.Applications, &b.PoolHash, &b.PoolSize, &closed, &b.ClosedBy, &b.Value, &drawn, &b.DrawnBy, &ended, &created, &edited, &b.Members)
	b.Unsaid = unsaid == 1
	b.Invited, b.From, b.To, b.ClosesAt, b.BeaconAt = invited == 1, storage.Time(from), storage.Time(to), storage.Time(closes), storage.Time(beacon)
	b.ClosedAt, b.DrawnAt, b.EndedAt = storage.Time(closed), storage.Time(drawn), storage.Time(ended)
	b.CreatedAt, b.EditedAt = storage.Time(created), storage.Time(edited)
	return b, err
}

func read(ctx context.Context, q storage.Q, id int64) (Board, error) {
	b, err := scan(q.Row(ctx, `select `+columns+` from board where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, gone()
	}
	return b, err
}

// lock gives a board, and keeps other transactions from changing it, its pool
// or its seats until this one ends.
func (s *Boards) lock(ctx context.Context, tx *storage.Tx, id int64) (Board, error) {
	b, err := scan(tx.Row(ctx, `update board set state = state where id = $1 returning `+columns, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, gone()
	}
	return b, err
}

// Board gives one board.
func (s *Boards) Board(ctx context.Context, a know.Actor, id int64) (Board, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return Board{}, err
	}
	return read(ctx, s.db, id)
}

// List gives a page of boards, the latest first: those with ids under before,
// or the first page if that is 0.
func (s *Boards) List(ctx context.Context, a know.Actor, before int64, limit int) ([]Board, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = 1 << 62
	}
	return storage.All(ctx, s.db, scan, `select `+columns+` from board where id < $1 order by id desc limit $2`, before, min(max(limit, 1), 100))
}

// OfMember gives the boards that somebody applied to, was invited to or sits
// on, the latest first.
func (s *Boards) OfMember(ctx context.Context, a know.Actor) ([]Board, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, scan, `select `+columns+` from board where id in (select board_id from board_application where person_id = $1 and state = 'applied'
		union select board_id from board_seat where person_id = $1 union select board_id from board_invite where person_id = $1) order by id desc limit 100`, a.ID)
}

// Convene opens a board: from then on members can apply.
func (s *Boards) Convene(ctx context.Context, a know.Actor, n NewBoard) (b Board, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Board{}, err
	}
	if err := fault.All(n.check(s.now(), Board{}), s.host(ctx, a, &n)); err != nil {
		return Board{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		id, err := tx.Insert(ctx, `insert into board (name, purpose, company_gets, members_get, duties, language, host_id, from_at, to_at, seats, invited, closes_at,
			announced, beacon, counts, numbers, digits, beacon_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id`,
			n.Name, n.Purpose, n.CompanyGets, n.MembersGet, n.Duties, a.Language, n.Host, storage.Micros(n.From), storage.Micros(n.To), n.Seats, storage.Bit(n.Invited),
			storage.Micros(n.ClosesAt), n.Announced, n.Beacon, n.Counts, n.Numbers, n.Digits, storage.Micros(n.BeaconAt), storage.Micros(s.now()))
		if err != nil {
			return fmt.Errorf("board: convene: %w", err)
		}
		if _, err := tx.Exec(ctx, `update board set announced = $1 where id = $2`, numbered(id, n.Announced), id); err != nil {
			return err
		}
		if b, err = read(ctx, tx, id); err != nil {
			return err
		}
		if err := s.people.OpenCircle(ctx, tx, a, b.Circle()); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Opened, "board", id, 0, 0)
	})
	return b, err
}

// host checks who answers for a board.
func (s *Boards) host(ctx context.Context, a know.Actor, n *NewBoard) error {
	if n.Host == 0 {
		n.Host = a.ID
	}
	p, err := s.people.Person(ctx, n.Host)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || p.Left() || !p.Role.AtLeast(know.Staff) {
		return fault.New(fault.Invalid, "Somebody of us answers for a board. Choose one of the team.").On("host")
	}
	return nil
}

// Change changes a board that still takes applications, or whose pool could not
// be closed; its earlier wording is kept. Once somebody has applied, what decides
// who is drawn stays (see settled.go); once the pool is closed, all of it does.
func (s *Boards) Change(ctx context.Context, a know.Actor, id int64, n NewBoard) (b Board, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Board{}, err
	}
	announced, host := n.Announced != "", s.host(ctx, a, &n)
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.State != Open {
			return frozen()
		}
		if err := fault.All(n.check(s.now(), was), host); err != nil {
			return err
		}
		if n.Announced == was.Announced || !announced && was.Settled() {
			n.Announced = was.Announced
		} else {
			n.Announced = numbered(id, n.Announced)
		}
		if err := n.maySettle(was, s.now()); err != nil {
			return err
		}
		quotas, err := readQuotas(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := checkQuotas(n.Seats, quotas); err != nil {
			return fault.New(fault.Conflict, "The quotas cannot be met with this number of seats. Change the quotas first.").On("seats")
		}
		if n.same(was) {
			b = was
			return nil
		}
		if err := s.keep(ctx, tx, a, was, quotas); err != nil {
			return err
		}
		unsaid := was.Unsaid && n.Beacon == was.Beacon && n.Counts == was.Counts && n.Numbers == was.Numbers && n.Digits == was.Digits
		if _, err := tx.Exec(ctx, `update board set name = $1, purpose = $2, company_gets = $3, members_get = $4, duties = $5, host_id = $6, from_at = $7, to_at = $8,
			seats = $9, invited = $10, closes_at = $11, announced = $12, beacon = $13, counts = $14, numbers = $15, digits = $16, beacon_at = $17, edited_at = $18, unsaid = $20 where id = $19`,
			n.Name, n.Purpose, n.CompanyGets, n.MembersGet, n.Duties, n.Host, storage.Micros(n.From), storage.Micros(n.To), n.Seats, storage.Bit(n.Invited),
			storage.Micros(n.ClosesAt), n.Announced, n.Beacon, n.Counts, n.Numbers, n.Digits, storage.Micros(n.BeaconAt), storage.Micros(s.now()), id, storage.Bit(unsaid)); err != nil {
			return err
		}
		if b, err = read(ctx, tx, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Changed, "board", id, 0, 0)
	})
	return b, err
}

func frozen() error {
	return fault.New(fault.Conflict, "Applications are closed, and people applied for what stands here: it does not change any more.")
}

// Quotas gives the quotas of a board: countries first, then tribes and tenure.
func (s *Boards) Quotas(ctx context.Context, a know.Actor, id int64) ([]Quota, error) {
	if _, err := s.Board(ctx, a, id); err != nil {
		return nil, err
	}
	return readQuotas(ctx, s.db, id)
}

func readQuotas(ctx context.Context, q storage.Q, id int64) ([]Quota, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (u Quota, err error) {
		err = row.Scan(&u.Feature, &u.Value, &u.Min, &u.Max)
		return u, err
	}, `select feature, value, least, most from board_quota where board_id = $1
		order by case feature when 'country' then 1 when 'tribe' then 2 else 3 end, value`, id)
}
