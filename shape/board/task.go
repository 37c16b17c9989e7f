package board

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Task is a question to a board, with free answers.
type Task struct {
	ID         int64
	Board      int64
	By         int64
	Question   string // one line
	Body       string // Markdown, may be empty
	Language   string
	Shows      Shows
	ClosesAt   time.Time
	Answers    int64
	Summary    string // Markdown; "" before the result
	SummaryBy  int64
	ReportedAt time.Time
	PublicAt   time.Time // the board agreed that the result goes to the square
	CreatedAt  time.Time
}

// Shows is when the board sees each other's answers.
type Shows string

// When the board sees them.
const (
	ShowNow   Shows = "now"
	ShowAfter Shows = "after" // the question is closed
	ShowNever Shows = "never" // staff alone, until the result
)

// Open reports whether the question takes answers at that time.
func (t Task) Open(at time.Time) bool { return t.ReportedAt.IsZero() && at.Before(t.ClosesAt) }

// Quote is whether an answer may be quoted in the result.
type Quote string

// Whether, and how.
const (
	NotQuoted Quote = "no"
	Nameless  Quote = "nameless"
	Named     Quote = "named"
)

// Answer is a member's answer.
type Answer struct {
	ID        int64
	Task      int64
	Person    int64 // 0: a member who left
	Body      string
	Language  string
	Quote     Quote
	CreatedAt time.Time
	EditedAt  time.Time
}

func taskRef(id int64) event.Ref { return event.Ref{Kind: "task", ID: id} }

func answerRef(id int64) event.Ref { return event.Ref{Kind: "boardanswer", ID: id} }

const selectTask = `select id, board_id, by_id, question, body, language, shows, closes_at, answers, summary, summary_by, reported_at, public_at, created_at from board_task`

func scanTask(row storage.Scanner) (t Task, err error) {
	var closes, reported, public, created int64
	err = row.Scan(&t.ID, &t.Board, &t.By, &t.Question, &t.Body, &t.Language, &t.Shows, &closes, &t.Answers, &t.Summary, &t.SummaryBy, &reported, &public, &created)
	t.ClosesAt, t.ReportedAt, t.PublicAt, t.CreatedAt = storage.Time(closes), storage.Time(reported), storage.Time(public), storage.Time(created)
	return t, err
}

func readTask(ctx context.Context, q storage.Q, board, id int64) (Task, error) {
	t, err := scanTask(q.Row(ctx, selectTask+` where id = $1 and (board_id = $2 or $2 = 0)`, id, board))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return t, err
}

func (s *Boards) lockTask(ctx context.Context, tx *storage.Tx, board, id int64) (Task, error) {
	if _, err := tx.Exec(ctx, `update board_task set shows = shows where id = $1`, id); err != nil {
		return Task{}, err
	}
	return readTask(ctx, tx, board, id)
}

const selectAnswer = `select id, task_id, person_id, body, language, quote, created_at, edited_at from board_answer`

func scanAnswer(row storage.Scanner) (x Answer, err error) {
	var created, edited int64
	err = row.Scan(&x.ID, &x.Task, &x.Person, &x.Body, &x.Language, &x.Quote, &created, &edited)
	x.CreatedAt, x.EditedAt = storage.Time(created), storage.Time(edited)
	return x, err
}

func answerOf(ctx context.Context, q storage.Q, task, person int64) (x Answer, ok bool, err error) {
	if person == 0 {
		return x, false, nil
	}
	x, err = scanAnswer(q.Row(ctx, selectAnswer+` where task_id = $1 and person_id = $2`, task, person))
	if errors.Is(err, sql.ErrNoRows) {
		return x, false, nil
	}
	return x, err == nil, err
}

// NewTask is a question to be asked.
type NewTask struct {
	Question string // 4 to 200 characters, one line
	Body     string // Markdown
	Shows    Shows
	ClosesAt time.Time
}

// Ask puts a question to a board; every member is told by mail.
func (s *Boards) Ask(ctx context.Context, a know.Actor, board int64, n NewTask) (t Task, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return t, err
	}
	b, err := read(ctx, s.db, board)
	if err != nil {
		return t, err
	}
	var wrong [4]error
	if n.Question = plain.Line(n.Question); long(n.Question, minName, maxLine) {
		wrong[0] = fault.New(fault.Invalid, "Ask in {least} to {most} characters.", "least", minName, "most", maxLine).On("question")
	}
	if n.Body = clean(n.Body); long(n.Body, 0, maxPurpose) {
		wrong[1] = fault.New(fault.Invalid, "Explain it in at most {most} characters.", "most", maxPurpose).On("body")
	}
	if !slices.Contains([]Shows{ShowNow, ShowAfter, ShowNever}, n.Shows) {
		wrong[2] = fault.New(fault.Invalid, "Say when the board sees the answers: now, after or never.").On("shows")
	}
	if !n.ClosesAt.After(s.now()) || n.ClosesAt.After(b.To) {
		wrong[3] = fault.New(fault.Invalid, "Say until when answers are taken: a day to come, before the term ends.").On("closes_at")
	}
	if err := fault.All(wrong[:]...); err != nil {
		return t, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if b, err = s.lock(ctx, tx, board); err != nil {
			return err
		}
		if b.State != Drawn {
			return fault.New(fault.Conflict, "Nobody sits on this board now, so that there is nobody to ask.")
		}
		id, err := tx.Insert(ctx, `insert into board_task (board_id, by_id, question, body, language, shows, closes_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			board, a.ID, n.Question, n.Body, a.Language, string(n.Shows), storage.Micros(n.ClosesAt), storage.Micros(s.now()))
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, board, "task", id); err != nil {
			return err
		}
		if t, err = readTask(ctx, tx, board, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, TaskOpened, "task", id, board, 0)
	})
	return t, err
}

// tell writes to every member about a task: "task" or "result".
func (s *Boards) tell(ctx context.Context, tx *storage.Tx, board int64, kind string, task int64) error {
	on, err := members(ctx, tx, board)
	if err != nil {
		return err
	}
	for _, person := range on {
		if err := s.mail(ctx, tx, kind+":"+strconv.FormatInt(task, 10)+":"+strconv.FormatInt(person, 10), kind, person, taskRef(task), board); err != nil {
			return err
		}
	}
	return nil
}

// Tasks gives a page of the questions to a board, the latest first: those with
// ids under before. Everybody sees those whose result is public, the board all.
func (s *Boards) Tasks(ctx context.Context, a know.Actor, board, before int64, limit int) ([]Task, error) {
	b, err := s.Board(ctx, a, board)
	if err != nil {
		return nil, err
	}
	if before <= 0 {
		before = 1 << 62
	}
	return storage.All(ctx, s.db, scanTask, selectTask+` where board_id = $1 and id < $2 and ($3 = 1 or public_at > 0) order by id desc limit $4`,
		board, before, storage.Bit(b.IsInside(a)), min(max(limit, 1), 100))
}

// Task gives one question, to the board, or to everybody once its result is
// public.
func (s *Boards) Task(ctx context.Context, a know.Actor, board, id int64) (Task, error) {
	t, err := readTask(ctx, s.db, board, id)
	if err != nil {
		return t, err
	}
	if t.PublicAt.IsZero() {
		_, err = s.Inside(ctx, a, t.Board)
	} else {
		err = know.Require(a, know.Read, know.Subject{})
	}
	if err != nil {
		return Task{}, err
	}
	return t, nil
}

// Answers gives the answers that the asker may read, oldest first: staff all;
// the board as it was said when it was asked; and, in the result, everybody who
// reads it those whose authors agree to be quoted. Who is quoted without a name
// has none here. Ids over after, at most 200.
func (s *Boards) Answers(ctx context.Context, a know.Actor, t Task, after int64, limit int) ([]Answer, error) {
	if _, err := s.Task(ctx, a, t.Board, t.ID); err != nil {
		return nil, err
	}
	b, err := read(ctx, s.db, t.Board)
	if err != nil {
		return nil, err
	}
	inside := b.IsInside(a)
	all := a.IsStaff() || inside && (t.Shows == ShowNow || t.Shows == ShowAfter && !t.Open(s.now()))
	quoted := !t.ReportedAt.IsZero() && (inside || !t.PublicAt.IsZero())
	answers, err := storage.All(ctx, s.db, scanAnswer, selectAnswer+` where task_id = $1 and id > $2 and body <> ''
		and ($3 = 1 or $4 = 1 and quote <> 'no' or person_id = $5 and person_id <> 0) order by id limit $6`,
		t.ID, after, storage.Bit(all), storage.Bit(quoted), a.ID, min(max(limit, 1), 200))
	for n := range answers {
		if x := &answers[n]; !all && x.Quote == Nameless && x.Person != a.ID {
			x.Person = 0
		}
	}
	return answers, err
}

// Quoted gives the answers that stand in a result: of those who agree, and
// without a person for those who do so without their name.
func (s *Boards) Quoted(ctx context.Context, a know.Actor, t Task, limit int) ([]Answer, error) {
	if t, err := s.Task(ctx, a, t.Board, t.ID); err != nil || t.ReportedAt.IsZero() {
		return nil, err
	}
	answers, err := storage.All(ctx, s.db, scanAnswer, selectAnswer+` where task_id = $1 and body <> '' and quote <> 'no' order by id limit $2`, t.ID, min(max(limit, 1), 200))
	for n := range answers {
		if answers[n].Quote == Nameless {
			answers[n].Person = 0
		}
	}
	return answers, err
}

// MyAnswer gives the asker's own answer; ok is false if there is none.
func (s *Boards) MyAnswer(ctx context.Context, a know.Actor, task int64) (x Answer, ok bool, err error) {
	x, ok, err = answerOf(ctx, s.db, task, a.ID)
	return x, ok && x.Body != "", err
}

// seated gives a task to a member who sits on its board, locked.
func (s *Boards) seated(ctx context.Context, tx *storage.Tx, a know.Actor, board, task int64, verb know.Verb) (t Task, b Board, err error) {
	if b, err = s.speaking(ctx, tx, a, board, verb); err != nil {
		return t, b, err
	}
	if t, err = s.lockTask(ctx, tx, board, task); err != nil {
		return t, b, err
	}
	x, ok, err := seatOf(ctx, tx, board, a.ID)
	if err == nil && (!ok || x.State != Accepted) {
		err = fault.New(fault.Forbidden, "This is for the members of the board.")
	}
	return t, b, err
}

// GiveAnswer answers a question, or changes the answer as long as answers are
// taken. Whether one is quoted can be changed at any time while the term lasts.
func (s *Boards) GiveAnswer(ctx context.Context, a know.Actor, board, task int64, body string, quote Quote) (x Answer, err error) {
	if _, err := s.Inside(ctx, a, board); err != nil {
		return x, err
	}
	var wrong [2]error
	if body = clean(body); long(body, 1, maxAnswer) {
		wrong[0] = fault.New(fault.Invalid, "Answer in 1 to {most} characters.", "most", maxAnswer).On("body")
	}
	if !slices.Contains([]Quote{NotQuoted, Nameless, Named}, quote) {
		wrong[1] = fault.New(fault.Invalid, "Say whether you may be quoted: no, nameless or named.").On("quote")
	}
	if err := fault.All(wrong[:]...); err != nil {
		return x, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		t, _, err := s.seated(ctx, tx, a, board, task, know.Comment)
		if err != nil {
			return err
		}
		was, there, err := answerOf(ctx, tx, task, a.ID)
		if err != nil {
			return err
		}
		if !t.Open(s.now()) && (!there || was.Body != body) {
			return fault.New(fault.Conflict, "This question is closed: answers stay as they are.").On("body")
		}
		if err := s.putAnswer(ctx, tx, a, board, task, was, there, body, quote); err != nil {
			return err
		}
		x, _, err = answerOf(ctx, tx, task, a.ID)
		return err
	})
	return x, err
}

func (s *Boards) putAnswer(ctx context.Context, tx *storage.Tx, a know.Actor, board, task int64, was Answer, there bool, body string, quote Quote) (err error) {
	now := storage.Micros(s.now())
	switch {
	case there && was.Body == body && was.Quote == quote:
		return nil
	case there:
		if was.Body != "" && was.Body != body {
			if err := s.people.Keep(ctx, tx, answerRef(was.ID), "", was.Body, a.ID); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `update board_answer set body = $1, quote = $2, edited_at = $3 where id = $4`, body, string(quote), now, was.ID)
	default:
		was.ID, err = tx.Insert(ctx, `insert into board_answer (task_id, board_id, person_id, body, language, quote, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			task, board, a.ID, body, a.Language, string(quote), now)
	}
	if err != nil {
		return err
	}
	if was.Body == "" {
		if _, err := tx.Exec(ctx, `update board_task set answers = answers + 1 where id = $1`, task); err != nil {
			return err
		}
	}
	return s.fact(ctx, tx, a, TaskAnswer, "task", task, was.ID, 0)
}

// TakeAnswer takes one's answer back, also after the term; it may be repeated.
func (s *Boards) TakeAnswer(ctx context.Context, a know.Actor, board, task int64) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := s.lockTask(ctx, tx, board, task); err != nil {
			return err
		}
		was, there, err := answerOf(ctx, tx, task, a.ID)
		if err != nil || !there || was.Body == "" {
			return err
		}
		if err := s.dropAnswer(ctx, tx, was); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, TaskAnswer, "task", task, was.ID, 0)
	})
}

// dropAnswer empties an answer and its earlier wordings.
func (s *Boards) dropAnswer(ctx context.Context, tx *storage.Tx, x Answer) error {
	if err := s.people.Forget(ctx, tx, answerRef(x.ID)); err != nil || x.Body == "" {
		return err
	}
	if _, err := tx.Exec(ctx, `update board_answer set body = '', quote = 'no' where id = $1`, x.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update board_task set answers = answers - 1 where id = $1`, x.Task)
	return err
}
