package board

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/sortition"
	"tribune/know"
	"tribune/storage"
)

// How a draw is kept honest. Before anybody applies it is announced which value
// will be added to the seed: one that nobody controls (numbers of a lottery, a
// closing rate), which becomes known only after applications are closed. When
// they close, the pool is frozen and its hash published. So who makes the pool
// does not know the value, and who learns the value cannot change the pool;
// anybody can look the value up, and replay the draw from the published files.

// Round is a draw, or what followed when somebody declined: those kept stay,
// and the seats left are drawn by the same rule.
type Round struct {
	Round  int
	Keep   []int // numbers seated before it
	Parted []int // numbers that do not take part any more
	Seated []int // all seats after it: Keep first, then in the order of their tickets
	Failed bool  // nobody who waits fits the quotas: a seat stays empty
	At     time.Time
}

// Close freezes the pool once the hour that was said is past, and publishes its
// hash. It is refused as long as the quotas cannot be met: then applications are
// taken for longer, or all quotas go; and once the value is known. It may be repeated.
func (s *Boards) Close(ctx context.Context, a know.Actor, id int64) (b Board, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Board{}, err
	}
	return s.close(ctx, a, id)
}

func (s *Boards) close(ctx context.Context, a know.Actor, id int64) (b Board, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if b, err = s.lock(ctx, tx, id); err != nil || b.State != Open {
			return err
		}
		now := s.now()
		if now.Before(b.ClosesAt) {
			return fault.New(fault.Conflict, "People can still apply: it was said until when.")
		}
		if !now.Before(b.BeaconAt) {
			return fault.New(fault.Conflict, "The value for the seed may be known already, so that the pool can no longer be frozen fairly. Announce a later value.").On("beacon_at")
		}
		p, err := s.preview(ctx, tx, b)
		if err != nil {
			return err
		}
		if err := p.Fault(); err != nil {
			return err
		}
		return s.freeze(ctx, tx, a, &b)
	})
	return b, err
}

func (s *Boards) freeze(ctx context.Context, tx *storage.Tx, a know.Actor, b *Board) error {
	pool, err := s.applied(ctx, tx, *b)
	if err != nil {
		return err
	}
	quotas, err := readQuotas(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	rows := make([][]any, len(pool))
	for n, e := range pool {
		rows[n] = []any{b.ID, e.Number, e.Country, e.Tribe, e.Tenure}
	}
	if _, err := tx.InsertMany(ctx, `board_pool (board_id, number, country, tribe, tenure)`, rows, "", nil); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update board set state = 'closed', pool_hash = $1, pool_size = $2, closed_at = $3, closed_by = $4 where id = $5`,
		hash(PoolCSV(pool, quotas)), len(pool), storage.Micros(s.now()), a.ID, b.ID); err != nil {
		return err
	}
	if *b, err = read(ctx, tx, b.ID); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, PoolClosed, "board", b.ID, 0, int64(len(pool)))
}

// Reads gives the one form of a value as somebody typed it, in which it enters
// the seed. It refuses what is of another kind or count than was announced, for
// two ways to write one result would let whoever types it choose who is drawn.
func (b Board) Reads(typed string) (value string, err error) {
	if b.Digits != 0 {
		if value = sortition.Code(typed); len(value) != b.Digits {
			return "", fault.New(fault.Invalid, "A code of {digits} hexadecimal digits (0 to 9, a to f) was announced, and you typed something else. Nothing was drawn. Type all its digits; blanks and dashes may stand between them, 0x before them, and nothing else.", "digits", b.Digits).On("value")
		}
		return value, nil
	}
	value, n := sortition.Numbers(typed)
	if value == "" && b.Unsaid {
		value, n = sortition.Spelled(typed), 1
	}
	switch {
	case long(value, 1, maxLine):
		return "", fault.New(fault.Invalid, "Whole numbers were announced, and you typed something else. Nothing was drawn. Type decimal digits alone, at most {most}, with blanks, commas, semicolons, plus signs, dashes or line breaks between the numbers; no letters, and no points.", "most", maxLine).On("value")
	case b.Numbers != 0 && n != b.Numbers:
		return "", fault.New(fault.Invalid, "So many numbers were announced to count: {announced}. What you typed has {typed}: {value}. Nothing was drawn. Type those that were announced, and no others.", "announced", b.Numbers, "typed", n, "value", value).On("value")
	}
	return value, nil
}

// Draw draws the seats, all in one transaction: typed is the value that was
// announced, in any spelling. A board is drawn once; the same value again changes
// nothing.
func (s *Boards) Draw(ctx context.Context, a know.Actor, id int64, typed string) (b Board, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Board{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if b, err = s.lock(ctx, tx, id); err != nil {
			return err
		}
		value, wrong := b.Reads(typed)
		switch drawnWith, _ := b.Reads(b.Value); {
		case b.State == Open:
			return fault.New(fault.Conflict, "Applications are not closed yet.")
		case b.Value != "" && (typed == b.Value || wrong == nil && value == drawnWith):
			return nil
		case b.State != Closed:
			return fault.New(fault.Conflict, "This board was drawn already. A draw is not repeated.")
		case s.now().Before(b.BeaconAt):
			return fault.New(fault.Conflict, "The value becomes known later: it was said when.").On("value")
		case !s.now().Before(b.To):
			return fault.New(fault.Conflict, "The term of this board is over.")
		case wrong != nil:
			return wrong
		}
		if _, err := tx.Exec(ctx, `update board set state = 'drawn', value = $1, drawn_at = $2, drawn_by = $3 where id = $4`, value, storage.Micros(s.now()), a.ID, id); err != nil {
			return err
		}
		if b, err = read(ctx, tx, id); err != nil {
			return err
		}
		return s.fill(ctx, tx, a, b)
	})
	return b, err
}

// fill draws the seats that are empty: the first time all of them.
func (s *Boards) fill(ctx context.Context, tx *storage.Tx, a know.Actor, b Board) error {
	for {
		seats, err := readSeats(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		rounds, err := readRounds(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		r := Round{Round: len(rounds) + 1}
		if len(rounds) > 0 {
			if r.Keep, r.Parted, err = s.left(ctx, tx, b, seats); err != nil || len(r.Keep) == b.Seats {
				return err
			}
			last := rounds[len(rounds)-1]
			if last.Failed && slices.Equal(last.Keep, r.Keep) && slices.Equal(last.Parted, r.Parted) {
				return nil // nothing changed since nobody fitted
			}
		}
		again, err := s.round(ctx, tx, a, b, r)
		if err != nil || !again {
			return err
		}
	}
}

// left says whom a further round keeps, in the order of their seats, and who
// does not take part any more: who gave a seat up, and who took their
// application back or left.
func (s *Boards) left(ctx context.Context, tx *storage.Tx, b Board, seats []Seat) (keep, parted []int, err error) {
	for _, seat := range seats {
		if seat.Taken() {
			keep = append(keep, seat.Number)
		}
	}
	parted, err = storage.All(ctx, tx, storage.Scalar[int], `select p.number from board_pool p where p.board_id = $1 and
		(exists (select 1 from board_seat s where s.board_id = p.board_id and s.number = p.number and s.state not in ('offered', 'accepted'))
		or exists (select 1 from board_application a where a.board_id = p.board_id and a.number = p.number and a.state = 'withdrawn')) order by p.number`, b.ID)
	return keep, slices.DeleteFunc(parted, func(n int) bool { return slices.Contains(keep, n) }), err
}

// round draws once and offers the seats that came of it. again is true if one
// of them is of somebody who is no longer there.
func (s *Boards) round(ctx context.Context, tx *storage.Tx, a know.Actor, b Board, r Round) (again bool, err error) {
	quotas, err := readQuotas(ctx, tx, b.ID)
	if err != nil {
		return false, err
	}
	pool, err := readPool(ctx, tx, b.ID)
	if err != nil {
		return false, err
	}
	result, err := lot(b, quotas, pool, r.Keep, r.Parted).Run()
	if _, impossible := errors.AsType[*sortition.Impossible](err); impossible && r.Round > 1 {
		r.Failed, r.Seated = true, r.Keep
	} else if err != nil {
		return false, err
	}
	for _, id := range result.Seated {
		n, err := strconv.Atoi(id)
		if err != nil {
			return false, err
		}
		r.Seated = append(r.Seated, n)
	}
	if _, err := tx.Exec(ctx, `insert into board_draw (board_id, round, keep, parted, seated, failed, at) values ($1, $2, $3, $4, $5, $6, $7)`,
		b.ID, r.Round, join(r.Keep), join(r.Parted), join(r.Seated), storage.Bit(r.Failed), storage.Micros(s.now())); err != nil {
		return false, err
	}
	if err := s.fact(ctx, tx, a, SeatsDrawn, "board", b.ID, 0, int64(r.Round)); err != nil {
		return false, err
	}
	for _, n := range r.Seated[len(r.Keep):] {
		offered, err := s.offer(ctx, tx, b, r.Round, n)
		if err != nil {
			return false, err
		}
		again = again || !offered
	}
	return again, nil
}

// offer asks who was drawn whether they accept. Who took their application back
// after the pool was frozen, or left, is not asked: their seat counts as
// declined.
func (s *Boards) offer(ctx context.Context, tx *storage.Tx, b Board, round, number int) (offered bool, err error) {
	p, err := scanApplication(tx.Row(ctx, selectApplication+` where board_id = $1 and number = $2`, b.ID, number))
	if err != nil {
		return false, err
	}
	state, now := Offered, s.now()
	if !p.Stands || p.Person == 0 {
		state = Declined
	} else if who, err := s.people.Person(ctx, p.Person); err != nil || who.Left() || who.Role.AtLeast(know.Staff) {
		if err != nil {
			return false, err
		}
		state = Declined // left a moment ago, or works here by now
	}
	id, err := tx.Insert(ctx, `insert into board_seat (board_id, number, person_id, round, state, offered_at, answer_by) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		b.ID, number, p.Person, round, string(state), storage.Micros(now), storage.Micros(now.Add(answerWithin)))
	if err != nil || state == Declined {
		return false, err
	}
	return true, s.mail(ctx, tx, "drawn:"+strconv.FormatInt(id, 10), "drawn", p.Person, boardRef(b.ID), id)
}

// Rounds gives the draw of a board and what followed it.
func (s *Boards) Rounds(ctx context.Context, a know.Actor, id int64) ([]Round, error) {
	if _, err := s.Board(ctx, a, id); err != nil {
		return nil, err
	}
	return readRounds(ctx, s.db, id)
}

func readRounds(ctx context.Context, q storage.Q, id int64) ([]Round, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (r Round, err error) {
		var keep, parted, seated string
		var failed int
		var at int64
		err = row.Scan(&r.Round, &keep, &parted, &seated, &failed, &at)
		r.Keep, r.Parted, r.Seated, r.Failed, r.At = split(keep), split(parted), split(seated), failed == 1, storage.Time(at)
		return r, err
	}, `select round, keep, parted, seated, failed, at from board_draw where board_id = $1 order by round`, id)
}

// join writes numbers with commas, as the command line takes them.
func join(numbers []int) string {
	texts := make([]string, len(numbers))
	for n, x := range numbers {
		texts[n] = strconv.Itoa(x)
	}
	return strings.Join(texts, ",")
}

func split(s string) (numbers []int) {
	for part := range strings.SplitSeq(s, ",") {
		if n, err := strconv.Atoi(part); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// SeedOf gives the seed that a value in its one form makes.
func (b Board) SeedOf(value string) string { return sortition.Seed(b.Announced, value) }

// Reread reports whether the program reads the value in the seed as itself. Of
// boards drawn before there was one form it does not, nor of codes whose length
// was not announced.
func (b Board) Reread() bool {
	if b.Digits != 0 {
		return true
	}
	form, _ := sortition.Numbers(b.Value)
	return form == b.Value
}

// quoted writes a text as one word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Command gives the call of the program that replays a round from the published
// files.
func (b Board) Command(r Round) string { return strings.Join(b.Words(r), " ") }

// Words gives the command in the parts in which a line may end.
func (b Board) Words(r Round) []string {
	all := []string{"tribune draw pool.csv quotas.csv", "--seats " + strconv.Itoa(b.Seats)}
	if b.Reread() {
		all = append(all, "--seed "+quoted(b.Announced), "--value "+quoted(b.Value))
	} else {
		all = append(all, "--seed "+quoted(b.Seed()))
	}
	if b.Digits != 0 {
		all = append(all, "--digits "+strconv.Itoa(b.Digits))
	} else if form, n := sortition.Numbers(b.Value); form == b.Value && n == b.Numbers { // as Reread, and it was announced how many
		all = append(all, "--numbers "+strconv.Itoa(n))
	}
	if len(r.Keep) > 0 {
		all = append(all, "--keep "+join(r.Keep))
	}
	if len(r.Parted) > 0 {
		all = append(all, "--without "+join(r.Parted))
	}
	return all
}
