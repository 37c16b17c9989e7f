package boards

import (
	"net/http"
	"strconv"

	"tribune/know"
	"tribune/shape/board"
	"tribune/web/page"
)

// answersShown is how many answers to a question are shown at once.
const answersShown = 50

// asked is a question's page, and what the reader was answering.
type asked struct {
	board.Board
	task    board.Task
	answers []board.Answer
	more    string
	people  map[int64]know.Person
	votes   board.Tally
	inside  bool
	seated  bool
	mine    board.Answer
	given   bool
	wrong   page.Wrong
	summary string
}

func (h handlers) task(w http.ResponseWriter, r *http.Request, v *page.View) error {
	x, err := h.asked(r, v)
	if err != nil {
		return err
	}
	return h.showTask(w, r, v, x)
}

func (h handlers) showTask(w http.ResponseWriter, r *http.Request, v *page.View, x asked) error {
	v.Title, v.Section, v.NoIndex = x.task.Question, "boards", x.task.PublicAt.IsZero()
	return h.Show(w, r, v, taskPage(v, x))
}

func (h handlers) asked(r *http.Request, v *page.View) (x asked, err error) {
	ctx := r.Context()
	id, task, err := ids(r, "task")
	if err != nil {
		return x, err
	}
	if x.Board, err = h.Boards.Board(ctx, v.Actor, id); err != nil {
		return x, err
	}
	if x.task, err = h.Boards.Task(ctx, v.Actor, id, task); err != nil {
		return x, err
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if x.answers, err = h.Boards.Answers(ctx, v.Actor, x.task, max(after, 0), answersShown+1); err != nil {
		return x, err
	}
	if len(x.answers) > answersShown {
		x.answers = x.answers[:answersShown]
		x.more = urlOf(id, numbered("/tasks/", task)) + numbered("?after=", x.answers[answersShown-1].ID)
	}
	who := []int64{x.task.By, x.task.SummaryBy}
	for _, a := range x.answers {
		who = append(who, a.Person)
	}
	if x.people, err = h.People.People(ctx, who); err != nil {
		return x, err
	}
	if x.inside = insider(x.Board, v.Actor); !x.inside {
		return x, nil
	}
	if x.votes, err = h.Boards.Votes(ctx, v.Actor, x.task); err != nil {
		return x, err
	}
	seat, ok, err := h.Boards.MySeat(ctx, v.Actor, id)
	if err != nil {
		return x, err
	}
	x.seated = ok && seat.State == board.Accepted && x.State == board.Drawn
	x.mine, x.given, err = h.Boards.MyAnswer(ctx, v.Actor, task)
	if !x.given {
		x.mine.Quote = board.NotQuoted
	}
	return x, err
}

func (h handlers) answer(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	x, err := h.asked(r, v)
	if err != nil {
		return err
	}
	body := r.PostForm.Get("body")
	if x.given && !x.task.Open(v.Now) {
		body = x.mine.Body // only whether it may be quoted can still change
	}
	x.mine.Body, x.mine.Quote = body, board.Quote(r.PostForm.Get("quote"))
	if _, err := h.Boards.GiveAnswer(r.Context(), v.Actor, x.ID, x.task.ID, x.mine.Body, x.mine.Quote); err != nil {
		if err := v.Wrong(err, &x.wrong); err != nil {
			return err
		}
		return h.showTask(w, r, v, x)
	}
	page.Flash(w, r, "answered")
	return page.Back(w, r, urlOf(x.ID, numbered("/tasks/", x.task.ID)))
}

func (h handlers) takeAnswer(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, task, err := ids(r, "task")
	if err != nil {
		return err
	}
	if err := h.Boards.TakeAnswer(r.Context(), v.Actor, id, task); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, urlOf(id, numbered("/tasks/", task)))
}

func (h handlers) vote(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, task, err := ids(r, "task")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if _, err := h.Boards.Vote(r.Context(), v.Actor, id, task, r.PostForm.Get("yes") == "1"); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, urlOf(id, numbered("/tasks/", task)))
}
