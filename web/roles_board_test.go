package web

import (
	"testing"
	"time"

	"tribune/gate/gatetest"
	"tribune/shape/board"
)

// freshBoard makes a board: one that takes applications, or one where the
// member alone sits; and what belongs to the last one.
func (w *world) freshBoard(t testing.TB, name string) (id int64, err error) {
	t.Helper()
	ctx, who, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Staff].Actor
	sits, err := w.site.People.Actor(ctx, who.ID) // with the boards they sit on by now
	if err != nil {
		return 0, err
	}
	boards, now := w.site.Boards, w.site.Clock()
	switch name {
	case "board", "offered", "seated":
		b, err := boards.Convene(ctx, staff, board.NewBoard{Name: "The board", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
			ClosesAt: now.Add(time.Second), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(2 * time.Second), From: now.Add(time.Hour), To: now.Add(90 * 24 * time.Hour)})
		if w.board = b.ID; err != nil || name == "board" {
			return b.ID, err
		}
		if _, err := boards.Apply(ctx, who, b.ID, board.NewApplication{Sentence: "I write."}); err != nil {
			return 0, err
		}
		w.site.Pass(time.Second)
		if _, err := boards.Close(ctx, staff, b.ID); err != nil {
			return 0, err
		}
		w.site.Pass(time.Second)
		if _, err := boards.Draw(ctx, staff, b.ID, "3 17 22"); err != nil || name == "offered" {
			return b.ID, err
		}
		return b.ID, boards.Accept(ctx, who, b.ID, false)
	case "talk", "said":
		talk, err := boards.OpenTalk(ctx, sits, w.board, "Which paper?", "Thick or thin?")
		if err != nil || name == "talk" {
			return talk.ID, err
		}
		x, err := boards.Say(ctx, sits, w.board, talk.ID, "Thick.")
		return x.ID, err
	}
	task, err := boards.Ask(ctx, staff, w.board, board.NewTask{Question: "Thick or thin?", Shows: board.ShowNow, ClosesAt: now.Add(time.Hour)})
	return task.ID, err
}

// boardTable is the routes of boards.
func boardTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /boards", Want: "200"},
		{Call: "GET /boards/{board}", Want: "200"},
		{Call: "GET /boards/{board}/draw", Want: "200"},
		{Call: "GET /boards/{board}/pool.csv", Want: "404"}, // not frozen yet
		{Call: "GET /boards/{board}/quotas.csv", Want: "200"},
		{Call: "GET /boards/{board}/apply", Want: "303 403 200 200 403 403"},
		{Call: "POST /boards/{board}/apply", Body: "sentence=I write.", Want: "401 403 303 303 403 403"},
		{Call: "POST /boards/{board}/unapply", Want: "401 403 303 303 303 303"}, // may be repeated
		{Call: "POST /boards/{offered}/seat", Body: "answer=yes", Want: "401 403 303 404 404 404"},
		{Call: "GET /boards/{seated}/talks", Want: "404 404 200 404 200 200"},
		{Call: "POST /boards/{seated}/talks", Body: "title=Which paper&body=Thick?", Want: "404 404 303 404 303 303"},
		{Call: "GET /boards/{seated}/talks/{talk}", Want: "404 404 200 404 200 200"},
		{Call: "POST /boards/{seated}/talks/{talk}", Body: "body=Thick.", Want: "404 404 303 404 303 303"},
		{Call: "GET /boards/{seated}/said/{said}/edit", Want: "404 404 200 404 403 403"},
		{Call: "POST /boards/{seated}/said/{said}/edit", Body: "body=Thin.", Want: "404 404 303 404 403 403"},
		{Call: "POST /boards/{seated}/said/{said}/withdraw", Want: "404 404 303 404 403 403"},
		{Call: "POST /boards/{seated}/said/{said}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /boards/{seated}/said/{said}/show", Want: "404 404 403 404 303 303"},
		{Call: "GET /boards/{seated}/tasks/{task}", Want: "404 404 200 404 200 200"},
		{Call: "POST /boards/{seated}/tasks/{task}/answer", Body: "body=Thick.&quote=no", Want: "404 404 303 404 403 403"},
		{Call: "POST /boards/{seated}/tasks/{task}/withdraw", Want: "401 403 303 303 303 303"},            // may be repeated
		{Call: "POST /boards/{seated}/tasks/{task}/vote", Body: "yes=1", Want: "404 404 409 404 403 403"}, // there is no result yet
	}
}
