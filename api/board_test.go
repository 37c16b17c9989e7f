package api_test

import (
	"fmt"
	"testing"
	"time"

	"tribune/gate/gatetest"
	"tribune/shape/board"
)

// freshBoard makes a board: one that takes applications, or one where the
// member alone sits; and what belongs to the last one.
func (w *world) freshBoard(t testing.TB, name string) string {
	t.Helper()
	ctx, who := t.Context(), w.who[gatetest.Member].Actor
	sits, err := w.people.Actor(ctx, who.ID) // with the boards they sit on by now
	if err != nil {
		t.Fatal(err)
	}
	staff := w.who[gatetest.Staff].Actor
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
	}
	var id int64
	switch name {
	case "board", "frozen", "offered", "seated":
		b, err := w.boards.Convene(ctx, staff, board.NewBoard{Name: "The board", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
			ClosesAt: w.at.Add(time.Second), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: w.at.Add(2 * time.Second), From: w.at.Add(time.Hour), To: w.at.Add(90 * 24 * time.Hour)})
		must(err)
		id, w.board = b.ID, b.ID
		if name == "board" {
			break
		}
		_, err = w.boards.Apply(ctx, who, id, board.NewApplication{Sentence: "I write."})
		must(err)
		w.at = w.at.Add(time.Second)
		_, err = w.boards.Close(ctx, staff, id)
		must(err)
		w.at = w.at.Add(time.Second)
		if name == "frozen" {
			break
		}
		_, err = w.boards.Draw(ctx, staff, id, "3 17 22")
		must(err)
		if name == "seated" {
			must(w.boards.Accept(ctx, who, id, false))
		}
	case "talk", "said":
		talk, err := w.boards.OpenTalk(ctx, sits, w.board, "Which paper?", "Thick or thin?")
		must(err)
		if id = talk.ID; name == "said" {
			x, err := w.boards.Say(ctx, sits, w.board, id, "Thick.")
			must(err)
			id = x.ID
		}
	case "task", "done", "told":
		task, err := w.boards.Ask(ctx, staff, w.board, board.NewTask{Question: "Thick or thin?", Shows: board.ShowNow, ClosesAt: w.at.Add(time.Second)})
		must(err)
		if id = task.ID; name != "task" {
			w.at = w.at.Add(time.Second)
		}
		if name == "told" {
			_, err = w.boards.Report(ctx, staff, w.board, id, "Thick.")
			must(err)
		}
	default:
		t.Fatalf("nobody makes a %s", name)
	}
	return fmt.Sprint(id)
}

// boardTable is the calls about boards.
func boardTable() []gatetest.Route {
	terms := `{"name": "The board", "purpose": "x", "company_gets": "x", "members_get": "x", "duties": "x", "seats": 1, "closes_at": "2030-01-01", "beacon": "Lotto", "counts": "the main numbers", "numbers": 3, "beacon_at": "2030-01-03", "from": "2030-02-01", "to": "2031-01-01"}`
	return []gatetest.Route{
		{Call: "GET /api/v1/boards", Want: "200"},
		{Call: "POST /api/v1/boards", Body: terms, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/boards/{board}", Want: "200"},
		{Call: "PUT /api/v1/boards/{board}", Body: terms, Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/boards/{board}/quotas", Body: `{"items": [{"feature": "country", "value": "NO", "min": 1, "max": 1}]}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/boards/{board}/preview", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/boards/{board}/invitations", Body: `{"person_id": {member}}`, Want: "401 403 403 403 204 204"},
		{Call: "PUT /api/v1/boards/{board}/application", Body: `{"sentence": "I write."}`, Want: "401 403 200 200 403 403"},
		{Call: "DELETE /api/v1/boards/{board}/application", Want: "401 403 204 204 204 204"},
		{Call: "GET /api/v1/boards/{board}/applications", Want: "404 404 404 404 200 200"},
		{Call: "PUT /api/v1/boards/{board}/pool", Want: "401 403 403 403 409 409"},
		{Call: "GET /api/v1/boards/{frozen}/pool", Want: "200"},
		{Call: "PUT /api/v1/boards/{frozen}/draw", Body: `{"value": "3 17 22"}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/boards/{seated}/draw", Want: "200"},
		{Call: "GET /api/v1/boards/{seated}/seats", Want: "200"},
		{Call: "PUT /api/v1/boards/{offered}/seat", Body: `{}`, Want: "401 403 204 404 404 404"},
		{Call: "DELETE /api/v1/boards/{offered}/seat", Want: "401 403 204 404 404 404"},
		{Call: "GET /api/v1/boards/{seated}/talks", Want: "404 404 200 404 200 200"},
		{Call: "POST /api/v1/boards/{seated}/talks", Body: `{"title": "Which paper?", "body": "Thick?"}`, Want: "404 404 201 404 201 201"},
		{Call: "GET /api/v1/boards/{seated}/talks/{talk}", Want: "404 404 200 404 200 200"},
		{Call: "POST /api/v1/boards/{seated}/talks/{talk}", Body: `{"body": "Thick."}`, Want: "404 404 201 404 201 201"},
		{Call: "PATCH /api/v1/boards/{seated}/said/{said}", Body: `{"body": "Thin."}`, Want: "404 404 200 404 403 403"},
		{Call: "PATCH /api/v1/boards/{seated}/said/{said}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/boards/{seated}/tasks", Want: "200"},                                                                                                         // those that are public
		{Call: "POST /api/v1/boards/{seated}/tasks", Body: `{"question": "Thick or thin?", "shows": "now", "closes_at": "2026-11-20"}`, Want: "401 403 403 403 201 201"}, // this day, to its end,
		{Call: "GET /api/v1/boards/{seated}/tasks/{task}", Want: "404 404 200 404 200 200"},
		{Call: "PUT /api/v1/boards/{seated}/tasks/{task}/answer", Body: `{"body": "Thick.", "quote": "named"}`, Want: "404 404 200 404 403 403"},
		{Call: "DELETE /api/v1/boards/{seated}/tasks/{task}/answer", Want: "401 403 204 204 204 204"}, // may be repeated
		{Call: "POST /api/v1/boards/{seated}/tasks/{done}/result", Body: `{"summary": "Thick."}`, Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/boards/{seated}/tasks/{told}/vote", Body: `{"yes": true}`, Want: "404 404 200 404 403 403"},
	}
}
