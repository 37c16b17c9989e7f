package board

import (
	"context"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Report gives the result of a question back to every member, by mail: a
// summary in the name of who writes it, and the answers of those who agree to
// be quoted. A summary is written once; the question takes no more answers.
func (s *Boards) Report(ctx context.Context, a know.Actor, board, task int64, summary string) (t Task, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return t, err
	}
	if summary = clean(summary); long(summary, 1, maxSummary) {
		return t, fault.New(fault.Invalid, "Write what the answers say and what becomes of it, in at most {most} characters.", "most", maxSummary).On("summary")
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.lock(ctx, tx, board); err != nil { // seats stand still while members are told
			return err
		}
		if t, err = s.lockTask(ctx, tx, board, task); err != nil {
			return err
		}
		if !t.ReportedAt.IsZero() {
			return fault.New(fault.Conflict, "The result has gone to the board already.")
		}
		if t.Open(s.now()) {
			return fault.New(fault.Conflict, "Answers are still taken: it was said until when.")
		}
		if _, err := tx.Exec(ctx, `update board_task set summary = $1, summary_by = $2, reported_at = $3 where id = $4`, summary, a.ID, storage.Micros(s.now()), task); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, board, "result", task); err != nil {
			return err
		}
		if t, err = readTask(ctx, tx, board, task); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, TaskReport, "task", task, board, 0)
	})
	return t, err
}

// Tally is how a board votes on whether a result goes to the square. It does
// as soon as more than half of the seats say yes.
type Tally struct {
	Yes, No int
	Seats   int
	Mine    string // yes, no, or "" before the asker voted
}

// Needed gives how many seats have to say yes.
func (t Tally) Needed() int { return t.Seats/2 + 1 }

// Votes gives how a board votes on a result, to the board.
func (s *Boards) Votes(ctx context.Context, a know.Actor, t Task) (v Tally, err error) {
	b, err := s.Inside(ctx, a, t.Board)
	if err != nil {
		return v, err
	}
	return tally(ctx, s.db, b, t.ID, a.ID)
}

func tally(ctx context.Context, q storage.Q, b Board, task, person int64) (v Tally, err error) {
	v.Seats = b.Seats
	mine := -1
	err = q.Row(ctx, `select coalesce(sum(yes), 0), coalesce(sum(1 - yes), 0), coalesce(max(case when person_id = $2 then yes else -1 end), -1)
		from board_vote where task_id = $1`, task, person).Scan(&v.Yes, &v.No, &mine)
	v.Mine = map[int]string{0: "no", 1: "yes"}[mine]
	return v, err
}

// Vote says whether a result goes to the square, with one's seat. It can be
// changed until it does; what is public stays so.
func (s *Boards) Vote(ctx context.Context, a know.Actor, board, task int64, yes bool) (t Task, err error) {
	if _, err := s.Inside(ctx, a, board); err != nil {
		return t, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		var b Board
		if t, b, err = s.seated(ctx, tx, a, board, task, know.Vote); err != nil {
			return err
		}
		if t.ReportedAt.IsZero() {
			return fault.New(fault.Conflict, "There is no result yet to vote on.")
		}
		if !t.PublicAt.IsZero() {
			return nil
		}
		if _, err := tx.Exec(ctx, `insert into board_vote (task_id, person_id, yes, at) values ($1, $2, $3, $4)
			on conflict (task_id, person_id) do update set yes = excluded.yes, at = excluded.at`, task, a.ID, storage.Bit(yes), storage.Micros(s.now())); err != nil {
			return err
		}
		if err := s.fact(ctx, tx, a, TaskVoted, "task", task, 0, int64(storage.Bit(yes))); err != nil {
			return err
		}
		v, err := tally(ctx, tx, b, task, a.ID)
		if err != nil || v.Yes < v.Needed() {
			return err
		}
		if _, err := tx.Exec(ctx, `update board_task set public_at = $1 where id = $2`, storage.Micros(s.now()), task); err != nil {
			return err
		}
		if t, err = readTask(ctx, tx, board, task); err != nil {
			return err
		}
		return s.fact(ctx, tx, know.Actor{}, TaskPublic, "task", task, board, 0)
	})
	return t, err
}
