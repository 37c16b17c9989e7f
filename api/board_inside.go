package api

import (
	"context"
	"time"

	"tribune/gate"
	"tribune/shape/board"
)

// Talk is something a board talks about.
type Talk struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title" doc:"Empty once its first words are gone"`
	PersonID  int64     `json:"person_id"`
	Messages  int64     `json:"messages"`
	CreatedAt time.Time `json:"created_at"`
	LastAt    time.Time `json:"last_at"`
}

func boardTalk(t board.Talk) Talk {
	return Talk{t.ID, t.Title, t.Person, t.Said, t.CreatedAt, t.LastAt}
}

// Said is what somebody says in a talk.
type Said struct {
	ID          int64     `json:"id"`
	PersonID    int64     `json:"person_id"`
	Staff       bool      `json:"staff" doc:"Worked here then"`
	Body        string    `json:"body" doc:"Markdown; empty if I may not read it"`
	Language    string    `json:"language,omitempty"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func boardSaid(x board.SaidText) Said {
	return Said{x.ID, x.Person, x.Staff, x.Body, x.Language, string(x.State), x.StateReason, x.CreatedAt, x.EditedAt}
}

func (s *service) talksList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Talk]], error) {
	all, next, err := s.Boards.Talks(ctx, a.Actor, in.ID, in.Cursor, in.limit())
	if err != nil {
		return nil, err
	}
	return page(all, next, boardTalk), nil
}

func (s *service) talkOpen(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Title string `json:"title"`
		Body  string `json:"body"`
	}
}) (*answer[Talk], error) {
	t, err := s.Boards.OpenTalk(ctx, a.Actor, in.ID, in.Body.Title, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return body(boardTalk(t)), nil
}

func (s *service) talkGet(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
	Talk int64 `path:"talk"`
}) (*answer[List[Said]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	_, said, err := s.Boards.Talk(ctx, a.Actor, in.ID, in.Talk, after, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(said) > 0 {
		next = in.after(len(said) == in.limit(), said[len(said)-1].ID)
	}
	return page(said, next, boardSaid), nil
}

func (s *service) talkSay(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Talk int64 `path:"talk"`
	Body struct {
		Body string `json:"body"`
	}
}) (*answer[Said], error) {
	x, err := s.Boards.Say(ctx, a.Actor, in.ID, in.Talk, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return body(boardSaid(x)), nil
}

func (s *service) saidChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Said int64 `path:"said"`
	Body struct {
		Body   *string `json:"body,omitempty"`
		State  string  `json:"state,omitempty" doc:"withdrawn by its author; hidden or visible by staff"`
		Reason string  `json:"reason,omitempty" doc:"Of hiding"`
	}
}) (*answer[Said], error) {
	if in.Body.Body != nil {
		if _, err := s.Boards.EditSaid(ctx, a.Actor, in.ID, in.Said, *in.Body.Body); err != nil {
			return nil, err
		}
	}
	if in.Body.State != "" || in.Body.Body == nil {
		if err := s.setSaid(ctx, a.Actor, in.ID, in.Said, in.Body.State, in.Body.Reason); err != nil {
			return nil, err
		}
	}
	x, err := s.Boards.OneSaid(ctx, a.Actor, in.ID, in.Said)
	if err != nil {
		return nil, err
	}
	return body(boardSaid(x)), nil
}

// Task is a question to a board.
type Task struct {
	ID         int64         `json:"id"`
	ByID       int64         `json:"by_id"`
	Question   string        `json:"question"`
	Body       string        `json:"body" doc:"Markdown"`
	Shows      string        `json:"shows" enum:"now,after,never" doc:"When the board sees each other's answers"`
	Open       bool          `json:"open"`
	ClosesAt   time.Time     `json:"closes_at"`
	Answers    int64         `json:"answers"`
	Summary    string        `json:"summary,omitempty" doc:"Markdown: the result"`
	SummaryBy  int64         `json:"summary_by,omitempty"`
	ReportedAt time.Time     `json:"reported_at,omitzero"`
	PublicAt   time.Time     `json:"public_at,omitzero" doc:"The board agreed that everybody sees the result"`
	Given      []BoardAnswer `json:"given,omitempty" doc:"With one question: the answers I may read"`
}

// BoardAnswer is a member's answer.
type BoardAnswer struct {
	ID       int64     `json:"id"`
	PersonID int64     `json:"person_id,omitempty" doc:"Not given for who is quoted without a name, or left"`
	Body     string    `json:"body" doc:"Markdown"`
	Language string    `json:"language,omitempty"`
	Quote    string    `json:"quote" enum:"no,nameless,named"`
	At       time.Time `json:"at"`
}

func boardAnswer(x board.Answer) BoardAnswer {
	return BoardAnswer{x.ID, x.Person, x.Body, x.Language, string(x.Quote), x.CreatedAt}
}

func (s *service) task(t board.Task) Task {
	return Task{ID: t.ID, ByID: t.By, Question: t.Question, Body: t.Body, Shows: string(t.Shows), Open: t.Open(s.Now()), ClosesAt: t.ClosesAt, Answers: t.Answers,
		Summary: t.Summary, SummaryBy: t.SummaryBy, ReportedAt: t.ReportedAt, PublicAt: t.PublicAt}
}

// OfTask is a call about one question to a board.
type OfTask struct {
	ByID
	Task int64 `path:"task"`
}

func (s *service) tasksList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Task]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	all, err := s.Boards.Tasks(ctx, a.Actor, in.ID, before, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), all[len(all)-1].ID)
	}
	return page(all, next, s.task), nil
}

func (s *service) taskAsk(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Question string `json:"question"`
		Body     string `json:"body,omitempty"`
		Shows    string `json:"shows" doc:"now, after or never: when the board sees each other's answers"`
		ClosesAt string `json:"closes_at" doc:"A day, to its end, or a time (RFC 3339)"`
	}
}) (*answer[Task], error) {
	n := board.NewTask{Question: in.Body.Question, Body: in.Body.Body, Shows: board.Shows(in.Body.Shows)}
	var err error
	if n.ClosesAt, err = s.end(ctx, "closes_at", in.Body.ClosesAt); err != nil {
		return nil, err
	}
	t, err := s.Boards.Ask(ctx, a.Actor, in.ID, n)
	if err != nil {
		return nil, err
	}
	return body(s.task(t)), nil
}

func (s *service) taskGet(ctx context.Context, a *gate.Asker, in *OfTask) (*answer[Task], error) {
	t, err := s.Boards.Task(ctx, a.Actor, in.ID, in.Task)
	if err != nil {
		return nil, err
	}
	answers, err := s.Boards.Answers(ctx, a.Actor, t, 0, 200)
	if err != nil {
		return nil, err
	}
	out := s.task(t)
	for _, x := range answers {
		out.Given = append(out.Given, boardAnswer(x))
	}
	return body(out), nil
}

func (s *service) taskAnswer(ctx context.Context, a *gate.Asker, in *struct {
	OfTask
	Body struct {
		Body  string `json:"body"`
		Quote string `json:"quote" doc:"no, nameless or named: whether it may stand in the result"`
	}
}) (*answer[BoardAnswer], error) {
	x, err := s.Boards.GiveAnswer(ctx, a.Actor, in.ID, in.Task, in.Body.Body, board.Quote(in.Body.Quote))
	if err != nil {
		return nil, err
	}
	return body(boardAnswer(x)), nil
}

func (s *service) taskUnanswer(ctx context.Context, a *gate.Asker, in *OfTask) (*none, error) {
	return nil, s.Boards.TakeAnswer(ctx, a.Actor, in.ID, in.Task)
}

func (s *service) taskReport(ctx context.Context, a *gate.Asker, in *struct {
	OfTask
	Body struct {
		Summary string `json:"summary" doc:"Markdown: what the answers say, and what becomes of it"`
	}
}) (*answer[Task], error) {
	t, err := s.Boards.Report(ctx, a.Actor, in.ID, in.Task, in.Body.Summary)
	if err != nil {
		return nil, err
	}
	return body(s.task(t)), nil
}

func (s *service) taskVote(ctx context.Context, a *gate.Asker, in *struct {
	OfTask
	Body struct {
		Yes bool `json:"yes"`
	}
}) (*answer[Task], error) {
	t, err := s.Boards.Vote(ctx, a.Actor, in.ID, in.Task, in.Body.Yes)
	if err != nil {
		return nil, err
	}
	return body(s.task(t)), nil
}
