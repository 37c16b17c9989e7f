package board

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Talk is something a board talks about. What began it is its first Said.
type Talk struct {
	ID        int64
	Board     int64
	Person    int64
	Title     string // "" once its first words are hidden or taken back, for who may not read them
	Said      int64  // visible ones
	CreatedAt time.Time
	LastAt    time.Time
}

// SaidText is what a member or one of us says in a talk.
type SaidText struct {
	ID          int64
	Talk, Board int64
	Person      int64
	Staff       bool   // worked here then
	Body        string // Markdown; empty for who may not read it
	Language    string
	State       know.TextState
	StateReason string // for its author and staff
	CreatedAt   time.Time
	EditedAt    time.Time
}

func saidRef(id int64) event.Ref { return event.Ref{Kind: "boardsaid", ID: id} }

// selectTalk gives a talk with the state and the author of its first words.
const selectTalk = `select t.id, t.board_id, t.person_id, t.title, t.said, t.created_at, t.last_at,
	(select f.state from board_said f where f.talk_id = t.id order by f.id limit 1) from board_talk t`

type talkRow struct {
	Talk
	first know.TextState
}

func scanTalk(row storage.Scanner) (t talkRow, err error) {
	var created, last int64
	err = row.Scan(&t.ID, &t.Board, &t.Person, &t.Title, &t.Said, &created, &last, &t.first)
	t.CreatedAt, t.LastAt = storage.Time(created), storage.Time(last)
	return t, err
}

func (t talkRow) seenBy(a know.Actor, b Board) Talk {
	if !know.May(a, know.Read, b.subject(t.Person, t.first != know.Visible)) {
		t.Title = ""
	}
	return t.Talk
}

const selectSaid = `select id, talk_id, board_id, person_id, staff, body, language, state, state_reason, created_at, edited_at from board_said`

func scanSaid(row storage.Scanner) (x SaidText, err error) {
	var staff int
	var created, edited int64
	err = row.Scan(&x.ID, &x.Talk, &x.Board, &x.Person, &staff, &x.Body, &x.Language, &x.State, &x.StateReason, &created, &edited)
	x.Staff, x.CreatedAt, x.EditedAt = staff == 1, storage.Time(created), storage.Time(edited)
	return x, err
}

func (x SaidText) subject(b Board) know.Subject { return b.subject(x.Person, x.State != know.Visible) }

// Inside gives a board to who may read what it says: its members, and staff.
func (s *Boards) Inside(ctx context.Context, a know.Actor, board int64) (Board, error) {
	b, err := read(ctx, s.db, board)
	if err != nil {
		return b, err
	}
	return b, know.Require(a, know.Read, b.subject(0, false))
}

// IsInside reports whether somebody may read what a board says.
func (b Board) IsInside(a know.Actor) bool { return know.May(a, know.Read, b.subject(0, false)) }

// Talks gives a page of what a board talks about, what was said last first, and
// the cursor of the next page.
func (s *Boards) Talks(ctx context.Context, a know.Actor, board int64, cursor string, limit int) (talks []Talk, next string, err error) {
	b, err := s.Inside(ctx, a, board)
	if err != nil {
		return nil, "", err
	}
	last, id := int64(1<<62), int64(1<<62)
	if cursor != "" {
		if _, err := fmt.Sscanf(strings.Replace(cursor, ".", " ", 1), "%d %d", &last, &id); err != nil {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	limit = min(max(limit, 1), 100)
	rows, err := storage.All(ctx, s.db, scanTalk, selectTalk+` where t.board_id = $1 and (t.last_at, t.id) < ($2, $3) order by t.last_at desc, t.id desc limit $4`, board, last, id, limit+1)
	if len(rows) > limit {
		rows = rows[:limit]
		next = strconv.FormatInt(storage.Micros(rows[limit-1].LastAt), 10) + "." + strconv.FormatInt(rows[limit-1].ID, 10)
	}
	for _, t := range rows {
		talks = append(talks, t.seenBy(a, b))
	}
	return talks, next, err
}

// Talk gives one talk of a board, and a page of what is said in it: ids over
// after, oldest first, at most 200.
func (s *Boards) Talk(ctx context.Context, a know.Actor, board, id, after int64, limit int) (t Talk, said []SaidText, err error) {
	b, err := s.Inside(ctx, a, board)
	if err != nil {
		return t, nil, err
	}
	row, err := readTalk(ctx, s.db, board, id)
	if err != nil {
		return t, nil, err
	}
	said, err = storage.All(ctx, s.db, scanSaid, selectSaid+` where talk_id = $1 and id > $2 order by id limit $3`, id, after, min(max(limit, 1), 200))
	for n := range said {
		if x := &said[n]; !know.May(a, know.Read, x.subject(b)) {
			x.Body, x.StateReason = "", ""
		}
	}
	return row.seenBy(a, b), said, err
}

func readTalk(ctx context.Context, q storage.Q, board, id int64) (talkRow, error) {
	t, err := scanTalk(q.Row(ctx, selectTalk+` where t.id = $1 and t.board_id = $2`, id, board))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return t, err
}

func saidBody(s string) (string, error) {
	if s = clean(s); long(s, 1, maxSaid) {
		return s, fault.New(fault.Invalid, "Write 1 to {most} characters.", "most", maxSaid).On("body")
	}
	return s, nil
}

// speaking gives a board whose members may still speak, locked.
func (s *Boards) speaking(ctx context.Context, tx *storage.Tx, a know.Actor, board int64, verb know.Verb) (Board, error) {
	b, err := s.lock(ctx, tx, board)
	if err != nil {
		return b, err
	}
	if err := know.Require(a, verb, b.subject(0, false)); err != nil {
		return b, err
	}
	if b.State == Ended || !s.now().Before(b.To) {
		return b, fault.New(fault.Conflict, "The term of this board is over.")
	}
	return b, nil
}

// OpenTalk begins to talk about something, members and staff alike.
func (s *Boards) OpenTalk(ctx context.Context, a know.Actor, board int64, title, body string) (t Talk, err error) {
	if _, err := s.Inside(ctx, a, board); err != nil {
		return t, err
	}
	var wrong [2]error
	if title = plain.Line(title); long(title, minName, maxName) {
		wrong[0] = fault.New(fault.Invalid, "Give it a title of {least} to {most} characters.", "least", minName, "most", maxName).On("title")
	}
	body, wrong[1] = saidBody(body)
	if err := fault.All(wrong[:]...); err != nil {
		return t, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.speaking(ctx, tx, a, board, know.Comment); err != nil {
			return err
		}
		now := storage.Micros(s.now())
		id, err := tx.Insert(ctx, `insert into board_talk (board_id, person_id, title, created_at, last_at) values ($1, $2, $3, $4, $4) returning id`, board, a.ID, title, now)
		if err != nil {
			return err
		}
		if _, err := s.say(ctx, tx, a, board, id, body); err != nil {
			return err
		}
		row, err := readTalk(ctx, tx, board, id)
		t = row.Talk
		if err != nil {
			return err
		}
		return s.fact(ctx, tx, a, TalkOpened, "boardtalk", id, board, 0)
	})
	return t, err
}

// Say says something in a talk.
func (s *Boards) Say(ctx context.Context, a know.Actor, board, talk int64, body string) (x SaidText, err error) {
	if _, err := s.Inside(ctx, a, board); err != nil {
		return x, err
	}
	if body, err = saidBody(body); err != nil {
		return x, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.speaking(ctx, tx, a, board, know.Comment); err != nil {
			return err
		}
		if _, err := readTalk(ctx, tx, board, talk); err != nil {
			return err
		}
		id, err := s.say(ctx, tx, a, board, talk, body)
		if err != nil {
			return err
		}
		x, err = readSaid(ctx, tx, id)
		return err
	})
	return x, err
}

func (s *Boards) say(ctx context.Context, tx *storage.Tx, a know.Actor, board, talk int64, body string) (int64, error) {
	now := storage.Micros(s.now())
	id, err := tx.Insert(ctx, `insert into board_said (talk_id, board_id, person_id, staff, body, language, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		talk, board, a.ID, storage.Bit(a.IsStaff()), body, a.Language, now)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `update board_talk set said = said + 1, last_at = $1 where id = $2`, now, talk); err != nil {
		return 0, err
	}
	return id, s.fact(ctx, tx, a, Said, "boardtalk", talk, id, 0)
}

func readSaid(ctx context.Context, q storage.Q, id int64) (SaidText, error) {
	x, err := scanSaid(q.Row(ctx, selectSaid+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return x, err
}

// OneSaid gives what somebody said on a board, to who may read it.
func (s *Boards) OneSaid(ctx context.Context, a know.Actor, board, id int64) (SaidText, error) {
	b, err := s.Inside(ctx, a, board)
	if err != nil {
		return SaidText{}, err
	}
	x, err := readSaid(ctx, s.db, id)
	if err != nil {
		return SaidText{}, err
	}
	if x.Board != board {
		return SaidText{}, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return x, know.Require(a, know.Read, x.subject(b))
}

// changeSaid runs f on what somebody said, which no other transaction changes
// meanwhile, if the asker may do verb to it.
func (s *Boards) changeSaid(ctx context.Context, a know.Actor, board, id int64, verb know.Verb, f func(tx *storage.Tx, x SaidText) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update board_said set state = state where id = $1`, id); err != nil {
			return err
		}
		x, err := readSaid(ctx, tx, id)
		if err != nil {
			return err
		}
		b, err := read(ctx, tx, x.Board)
		if err != nil {
			return err
		}
		// Who sat on the board may still take back what they said there.
		if x.Board != board || !b.IsInside(a) && x.Person != a.ID {
			return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		if err := know.Require(a, verb, x.subject(b)); err != nil {
			return err
		}
		return f(tx, x)
	})
}

// EditSaid rewords one's own words; the earlier wording is kept.
func (s *Boards) EditSaid(ctx context.Context, a know.Actor, board, id int64, body string) (x SaidText, err error) {
	if body, err = saidBody(body); err != nil {
		return x, err
	}
	err = s.changeSaid(ctx, a, board, id, know.Edit, func(tx *storage.Tx, was SaidText) error {
		if was.State == know.Withdrawn {
			return takenBack()
		}
		x = was
		if was.Body == body {
			return nil
		}
		if err := s.people.Keep(ctx, tx, saidRef(id), "", was.Body, a.ID); err != nil {
			return err
		}
		x.Body, x.EditedAt = body, s.now()
		if _, err := tx.Exec(ctx, `update board_said set body = $1, edited_at = $2 where id = $3`, body, storage.Micros(x.EditedAt), id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, SaidEdited, "boardsaid", id, was.Board, 0)
	})
	return x, err
}

func takenBack() error {
	return fault.New(fault.Conflict, "Its author took this back.")
}

// WithdrawSaid takes one's own words back.
func (s *Boards) WithdrawSaid(ctx context.Context, a know.Actor, board, id int64) error {
	return s.setSaid(ctx, a, board, id, know.Withdraw, know.Withdrawn, "", SaidTaken)
}

// HideSaid takes words out of sight, with a reason that their author reads.
func (s *Boards) HideSaid(ctx context.Context, a know.Actor, board, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.setSaid(ctx, a, board, id, know.Hide, know.Hidden, reason, SaidHidden)
}

// ShowSaid brings hidden words back into sight.
func (s *Boards) ShowSaid(ctx context.Context, a know.Actor, board, id int64) error {
	return s.setSaid(ctx, a, board, id, know.Hide, know.Visible, "", SaidShown)
}

func (s *Boards) setSaid(ctx context.Context, a know.Actor, board, id int64, verb know.Verb, to know.TextState, reason, kind string) error {
	return s.changeSaid(ctx, a, board, id, verb, func(tx *storage.Tx, x SaidText) error {
		if x.State == to && x.StateReason == reason {
			return nil
		}
		if x.State == know.Withdrawn {
			return takenBack()
		}
		if _, err := tx.Exec(ctx, `update board_said set state = $1, state_reason = $2 where id = $3`, string(to), reason, id); err != nil {
			return err
		}
		more := storage.Bit(to == know.Visible) - storage.Bit(x.State == know.Visible)
		if _, err := tx.Exec(ctx, `update board_talk set said = said + $1 where id = $2`, more, x.Talk); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, kind, "boardsaid", id, x.Board, 0)
	})
}
