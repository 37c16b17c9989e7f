package boards_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/shape/board"
	"tribune/tribe"
	"tribune/web/boards"
	"tribune/web/webtest"
)

// TestJourney takes a board from opening to its result on the square, by forms
// alone.
func TestJourney(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, ada, ben, visitor := s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member), s.Person("Ben Okoye", know.Member), s.Visitor()
	visitor.Get("/boards").Want(t, 200, "There is no board yet")
	marta.Post("/desk/boards/new", "name", "x", "closes_at", "soon").Want(t, 422, "Write a day as", "soon")
	fields := []string{"name", "Board of the left hand", "purpose", "Paper that **lies flat**.", "company_gets", "Advice.", "members_get", "Paper.", "duties", "An hour a month.",
		"seats", "1", "host", fmt.Sprint(marta.ID), "closes_at", "2026-11-30", "beacon_at", "2026-12-02", "from", "2026-12-05", "to", "2027-06-30", "beacon", "Lotto of 2 December", "counts", "the three main numbers", "numbers", "3"}
	marta.Post("/desk/boards/new", fields[:len(fields)-4]...).Want(t, 422, "Say what of it counts", "Say how many numbers count")
	marta.Post("/desk/boards/new", fields...).Want(t, 303)
	visitor.Get("/boards").Want(t, 200, "Board of the left hand", "Takes applications")
	visitor.Get("/boards/1").Want(t, 200, "<strong>lies flat</strong>", "Advice.", "An hour a month.", "Lotto of 2 December", "Apply for a seat", "Marta Lindqvist").Without(t, "Run this board")
	ada.Get("/boards/99").Want(t, 404)
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "Narnia", "min", "1", "max", "1").Want(t, 422, "No quota can be on", "Narnia")
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "NO", "min", "1", "max", "1", "feature", "country", "value", "", "min", "", "max", "").Want(t, 303)
	if _, err := s.Tribes.Start(t.Context(), ada.Actor, tribe.NewTribe{Name: "Broad nibs", Stands: "Ink."}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/boards/1").Want(t, 200, "Tribes: Broad nibs.", `<option value="Broad nibs">`)
	marta.Post("/desk/boards/1/quotas", "feature", "tribe", "value", "Narrow nibs", "min", "0", "max", "1").Want(t, 422, "No tribe is called “Narrow nibs”", `value="Narrow nibs"`)
	marta.Post("/desk/boards/1/quotas", "feature", "tribe", "value", "broad NIBS", "min", "0", "max", "1").Want(t, 303)
	marta.Get("/desk/boards/1").Want(t, 200, `value="Broad nibs" list="quota-tribes"`)
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "NO", "min", "1", "max", "1").Want(t, 303)
	marta.Get("/desk/boards/1").Want(t, 200, "the seats cannot be drawn", "Fewer people applied (0)")
	visitor.Get("/boards/1").Want(t, 200, "exactly 1 seat", "Norway")

	visitor.Get("/boards/1/apply").Want(t, 303)
	ada.Post("/boards/1/apply", "sentence", "", "country", "NO").Want(t, 422, "Say in a sentence")
	ada.Post("/boards/1/apply", "sentence", "I draw with the left.", "country", "NO").Want(t, 303)
	ben.Post("/boards/1/apply", "sentence", "I write.", "country", "NO").Want(t, 303)
	ada.Get("/boards/1").Want(t, 200, "You applied, under the number 1")
	marta.Get("/desk/boards/1").Want(t, 200, "I draw with the left.", "the seats can be drawn")
	ben.Get("/desk/boards/1").Want(t, 404)
	visitor.Get("/boards/1/draw").Want(t, 200, "Announced beforehand")

	s.Pass(11 * 24 * time.Hour)
	marta.Post("/desk/boards/1/close").Want(t, 303)
	visitor.Get("/boards/1/draw").Want(t, 200, "pool.csv", "Marta Lindqvist")
	s.Pass(3 * 24 * time.Hour)
	marta.Post("/desk/boards/1/draw", "value", "3 17 22 + 8").Want(t, 422, "3 8 17 22", "3 17 22 + 8", "Nothing was drawn")
	marta.Post("/desk/boards/1/draw", "value", "22, 03;17").Want(t, 200, "#1 Board of the left hand, 2026-11-30 / 3 17 22", `name="sure" value="3 17 22"`, "Draw 1 seat", "the three main numbers")
	marta.Post("/desk/boards/1/draw", "value", "22, 03;17", "sure", "3 17 23").Want(t, 200, "Draw 1 seat")
	visitor.Get("/boards/1/draw").Want(t, 200, "Of the value, 3 numbers count: the three main numbers.", "they enter the seed in one form").Without(t, "3 17 22")
	marta.Post("/desk/boards/1/draw", "value", "22, 03;17", "sure", "3 17 22").Want(t, 303)
	visitor.Get("/boards/1/draw").Want(t, 200, "#1 Board of the left hand, 2026-11-30 / 3 17 22", "--value &#39;3 17 22&#39;", "Marta Lindqvist")
	drawn, other := ada, ben
	if strings.Contains(ben.Get("/boards/1").Body, "You were drawn") {
		drawn, other = ben, ada
	}
	other.Get("/boards/1").Want(t, 200).Without(t, "You were drawn")
	other.Post("/boards/1/seat", "answer", "yes").Want(t, 404)
	visitor.Get("/boards/1").Want(t, 200, "Drawn, waiting for answers", "Seats were drawn by lot").Without(t, "At work")
	drawn.Post("/boards/1/seat").Want(t, 422)
	drawn.Post("/boards/1/seat", "answer", "yes", "shown", "1").Want(t, 303)
	visitor.Get("/boards/1").Want(t, 200, drawn.Name, "Begins on 5 December 2026").Without(t, "At work")

	drawn.Post("/boards/1/talks", "title", "Spiral", "body", "").Want(t, 422, "Spiral")
	drawn.Post("/boards/1/talks", "title", "Spiral or glue?", "body", "My secret **words**").Want(t, 303)
	for _, r := range []*webtest.Reader{visitor, other} {
		for _, path := range []string{"/boards/1/talks", "/boards/1/talks/1", "/boards/1/said/1/edit"} {
			r.Get(path).Want(t, 404).Without(t, "Spiral", "secret")
		}
		r.Get("/boards/1").Want(t, 200).Without(t, "Spiral", "secret")
		if got := r.Post("/boards/1/talks/1", "body", "Me!"); got.Status != 404 {
			t.Errorf("a stranger speaks: %d", got.Status)
		}
	}
	marta.Post("/boards/1/talks/1", "body", "Glue.").Want(t, 303)
	drawn.Get("/boards/1/talks/1").Want(t, 200, "<strong>words</strong>", "Glue.")
	drawn.Post("/boards/1/said/1/edit", "body", "Other words").Want(t, 303)
	drawn.Post("/boards/1/said/2/edit", "body", "Not mine").Want(t, 403)
	marta.Post("/boards/1/said/1/hide", "talk", "1", "reason", "Off the point.").Want(t, 303)
	drawn.Get("/boards/1/talks/1").Want(t, 200, "Other words", "Off the point.")
	marta.Post("/boards/1/said/1/show", "talk", "1").Want(t, 303)
	drawn.Post("/boards/1/said/1/withdraw", "talk", "1").Want(t, 303)

	marta.Post("/desk/boards/1/tasks", "question", "Thick or thin?", "shows", "after", "closes_at", "2026-01-01").Want(t, 422, "a day to come", "Thick or thin?")
	marta.Post("/desk/boards/1/tasks", "question", "Thick or thin?", "shows", "after", "closes_at", "2026-12-10").Want(t, 303)
	other.Get("/boards/1/tasks/1").Want(t, 404)
	drawn.Post("/boards/1/tasks/1/answer", "body", "", "quote", "named").Want(t, 422)
	drawn.Post("/boards/1/tasks/1/answer", "body", "Thick, for ink.", "quote", "named").Want(t, 303)
	drawn.Get("/boards/1/tasks/1").Want(t, 200, "Thick, for ink.")
	s.Pass(10 * 24 * time.Hour)
	marta.Post("/desk/boards/1/tasks/1/report", "summary", "Thick it is.").Want(t, 303)
	visitor.Get("/boards/1/tasks/1").Want(t, 404)
	drawn.Post("/boards/1/tasks/1/vote", "yes", "1").Want(t, 303)
	visitor.Get("/boards/1/tasks/1").Want(t, 200, "Thick it is.", "Thick, for ink.", drawn.Name, "Marta Lindqvist")
	visitor.Get("/boards/1").Want(t, 200, "Thick or thin?")
	visitor.Lang = "fr"
	for _, path := range []string{"/boards", "/boards/1", "/boards/1/draw", "/boards/1/tasks/1"} {
		visitor.Get(path).Want(t, 200).Without(t, ">Boards<", ">Seats", "What each side")
	}
	drawn.Post("/boards/1/seat", "answer", "no").Want(t, 303)
	drawn.Get("/boards/1/talks").Want(t, 404)
}

// TestTellsTheTribe: where the published list says who stands for which tribe, who is not
// named in theirs is told what their name beside their number would say; nobody else.
func TestTellsTheTribe(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	ctx, marta, ada, ben := t.Context(), s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member), s.Person("Ben Okoye", know.Member)
	nibs, err := s.Tribes.Start(ctx, ada.Actor, tribe.NewTribe{Name: "Broad nibs"})
	if err == nil {
		err = s.Tribes.Join(ctx, ben.Actor, nibs.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	now, day := s.Clock(), 24*time.Hour
	for n := range 2 {
		b, err := s.Boards.Convene(ctx, marta.Actor, board.NewBoard{Name: "Left hands", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 2,
			ClosesAt: now.Add(day), Beacon: "Lotto", Counts: "all", Numbers: 1, BeaconAt: now.Add(2 * day), From: now.Add(3 * day), To: now.Add(99 * day)})
		if err == nil && n == 0 {
			err = s.Boards.SetQuotas(ctx, marta.Actor, b.ID, []board.Quota{{Feature: board.Tribe, Value: fmt.Sprint(nibs.ID), Min: 1, Max: 2}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const applying, seated = "You are not named in Broad nibs.", "with the tribe you stand for: Broad nibs. You are not named there."
	ada.Get("/boards/1/apply").Want(t, 200, applying)
	ben.Get("/boards/1/apply").Want(t, 200).Without(t, "You are not named")
	ada.Get("/boards/2/apply").Want(t, 200).Without(t, "You are not named") // no quota is on tribes
	for _, path := range []string{"/boards/1/apply", "/boards/2/apply"} {
		for _, who := range []*webtest.Reader{ada, ben} {
			who.Post(path, "sentence", "I write.", "tribe", fmt.Sprint(nibs.ID)).Want(t, 303)
		}
	}
	s.Pass(day)
	if err := s.Boards.KeepOnce(ctx); err != nil {
		t.Fatal(err)
	}
	s.Pass(day)
	for id := range int64(2) {
		if _, err := s.Boards.Draw(ctx, marta.Actor, id+1, "7"); err != nil {
			t.Fatal(err)
		}
	}
	ada.Get("/boards/1").Want(t, 200, "You were drawn", "The public list has your application, number 1, "+seated)
	ben.Get("/boards/1").Want(t, 200, "You were drawn").Without(t, "You are not named")
	ada.Get("/boards/2").Want(t, 200, "You were drawn").Without(t, "You are not named")
	ada.Post("/boards/1/seat", "answer", "yes").Want(t, 303)
	ada.Get("/boards/1").Want(t, 200, "You sit on this board", seated)
	if err := s.Tribes.Leave(ctx, ada.Actor, nibs.ID); err != nil {
		t.Fatal(err)
	}
	ada.Get("/boards/1").Want(t, 200, seated)
}

// TestEarlier shows what a board said before in words: what was changed, its days
// as they stand on the page, and nothing of a save that changed nothing.
func TestEarlier(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, visitor := s.Person("Marta Lindqvist", know.Owner), s.Visitor()
	if err := s.People.Change(t.Context(), marta.Actor, func(site *know.Site) error { site.Zone = "Europe/Paris"; return nil }); err != nil {
		t.Fatal(err)
	}
	fields := func(seats, from, gets string) []string {
		return []string{"name", "Board of the left hand", "purpose", "Paper.", "company_gets", "Advice.", "members_get", gets, "duties", "An hour a month.", "seats", seats,
			"host", fmt.Sprint(marta.ID), "closes_at", "2026-11-30", "beacon_at", "2026-12-02", "from", from, "to", "2027-06-30", "announced", "Left", "beacon", "Lotto of 2 December", "counts", "all", "numbers", "7"}
	}
	marta.Post("/desk/boards/new", fields("3", "2026-12-25", "Paper and **thanks**.")...).Want(t, 303)
	again := append(fields("3", "2026-12-25", "Paper and **thanks**."), "again", "1")
	marta.Post("/desk/boards/1/edit", again...).Want(t, 303)
	visitor.Get("/boards/1").Want(t, 200).Without(t, "What it said before")
	marta.Post("/desk/boards/1/edit", fields("4", "2026-12-27", "Paper.")...).Want(t, 303)
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "NO", "min", "1", "max", "2").Want(t, 303)
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "BR", "min", "1", "max", "1").Want(t, 303)
	body := visitor.Get("/boards/1").Want(t, 200, "What it said before").Body
	_, was, _ := strings.Cut(body, "What it said before")
	was, _, _ = strings.Cut(was, "</details>")
	for _, want := range []string{"<strong>thanks</strong>", "25 December 2026", "<dt dir=\"auto\">Seats</dt>", "Norway", "1 to 2 seats"} {
		if !strings.Contains(was, want) {
			t.Errorf("%q is missing of what it said before:\n%s", want, was)
		}
	}
	for _, raw := range []string{"T23:00", "feature,value", "{", "Lotto", "An hour"} {
		if strings.Contains(was, raw) {
			t.Errorf("%q stands in what it said before:\n%s", raw, was)
		}
	}
}

// TestInvite opens a board to who holds its link.
func TestInvite(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, ada := s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member)
	now, day := s.Clock(), 24*time.Hour
	b, err := s.Boards.Convene(t.Context(), marta.Actor, board.NewBoard{Name: "By invitation", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1, Invited: true,
		ClosesAt: now.Add(day), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(2 * day), From: now.Add(3 * day), To: now.Add(99 * day)})
	if err != nil {
		t.Fatal(err)
	}
	ada.Get("/boards/1").Want(t, 200, "Only who is invited").Without(t, "Apply for a seat")
	ada.Post("/boards/1/apply", "sentence", "Me.").Want(t, 403)
	code, err := s.Boards.InviteCode(t.Context(), marta.Actor, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	ada.Get("/boards/1?code="+code).Want(t, 200, "/boards/1/apply?code="+code)
	ada.Get("/boards/1/apply?code="+code).Want(t, 200, code)
	ada.Post("/boards/1/apply", "sentence", "Me.", "code", code).Want(t, 303)
	ada.Get("/boards/1").Want(t, 200, "Change what I said", `href="/boards/1/apply"`).Without(t, "Only who is invited")
	ada.Post("/boards/1/apply", "sentence", "Me, once more.").Want(t, 303)
	visitor, ben := s.Visitor(), s.Person("Ben Okoye", know.Member)
	for _, path := range []string{"/boards/1", "/boards/1?code=" + code + "x"} {
		visitor.Get(path).Want(t, 200, "Only who is invited applies", "sign in if you were asked by name").Without(t, "Apply for a seat")
	}
	visitor.Get("/boards/1/apply").Want(t, 403, "Only who is invited applies", `dir="auto">By invitation</h1>`).Without(t, "To the square", "Apply for a seat")
	ben.Post("/boards/1/apply", "sentence", "Me.").Want(t, 403, "Only who is invited applies", "By invitation").Without(t, "To the square")
	visitor.Get("/boards/1?code="+code).Want(t, 200, "Apply for a seat", "/signin?next=%2Fboards%2F1%3Fcode%3D"+url.QueryEscape(url.QueryEscape(code)))
	visitor.Get("/boards/1/apply?code="+code).Want(t, 303)
	marta.Get("/desk/boards/1?who=ada").Want(t, 200, "Ada Holm")
	marta.Post("/desk/boards/1/invite", "person", fmt.Sprint(ada.ID)).Want(t, 303)
	marta.Post("/desk/boards/1/invite", "person", fmt.Sprint(marta.ID)).Want(t, 422)
}

// TestSettled shows on the desk that quotas stay once somebody has applied, and
// the one way out if they cannot be met; and everybody that it was taken.
func TestSettled(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, ada, visitor := s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member), s.Visitor()
	now, day := s.Clock(), 24*time.Hour
	b, err := s.Boards.Convene(t.Context(), marta.Actor, board.NewBoard{Name: "Left hands", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
		ClosesAt: now.Add(day), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(3 * day), From: now.Add(4 * day), To: now.Add(99 * day)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Boards.SetQuotas(t.Context(), marta.Actor, b.ID, []board.Quota{{Feature: board.Country, Value: "NO", Min: 1, Max: 1}}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/boards/1").Want(t, 200, "Save the quotas")
	ada.Post("/boards/1/apply", "sentence", "Me.", "country", "FI").Want(t, 303)
	marta.Get("/desk/boards/1").Want(t, 200, "the quotas stay as they are").Without(t, "Save the quotas", "Draw without quotas")
	marta.Post("/desk/boards/1/quotas", "feature", "country", "value", "FI", "min", "1", "max", "1").Want(t, 409, "nobody can choose who is drawn")
	s.Pass(2 * day)
	marta.Get("/desk/boards/1").Want(t, 200, "Draw without quotas", "NO needs at least 1")
	visitor.Get("/boards/1/draw").Want(t, 200).Without(t, "all of them were taken away")
	marta.Post("/desk/boards/1/quotas").Want(t, 303)
	for _, path := range []string{"/boards/1", "/boards/1/draw"} {
		visitor.Get(path).Want(t, 200, "all of them were taken away", "22 November 2026")
	}
}

// TestCode announces a code by the form, which keeps what was typed, and draws
// with all of its digits alone.
func TestCode(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, ada, visitor := s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member), s.Visitor()
	fields := []string{"name", "Left hands", "purpose", "x", "company_gets", "x", "members_get", "x", "duties", "x", "seats", "1", "host", fmt.Sprint(marta.ID),
		"closes_at", "2026-11-30", "beacon_at", "2026-12-02", "from", "2026-12-05", "to", "2027-06-30", "beacon", "The first block of 2 December", "counts", "its whole hash", "kind", "code", "numbers", "7"}
	for _, count := range []string{"7", "257", "", "many", "-9"} {
		fields[len(fields)-1] = count
		marta.Post("/desk/boards/new", fields...).Want(t, 422, "Say how many hexadecimal digits the code has, from 8 to 256.", `<option value="code" selected>`)
	}
	fields[len(fields)-1] = "8"
	marta.Post("/desk/boards/new", fields...).Want(t, 303)
	marta.Get("/desk/boards/1/edit").Want(t, 200, `<option value="code" selected>`, `name="numbers" value="8"`)
	line := "Of the value, a code of 8 hexadecimal digits counts: its whole hash."
	visitor.Get("/boards/1").Want(t, 200, line)
	visitor.Get("/boards/1/draw").Want(t, 200, line, "However the code is written")
	ada.Post("/boards/1/apply", "sentence", "Me.").Want(t, 303)
	s.Pass(11 * 24 * time.Hour)
	marta.Post("/desk/boards/1/close").Want(t, 303)
	s.Pass(3 * 24 * time.Hour)
	for _, typed := range []string{"1f3a9c", "hash 001f3a9c"} {
		marta.Post("/desk/boards/1/draw", "value", typed).Want(t, 422, "A code of 8 hexadecimal digits (0 to 9, a to f) was announced", "Nothing was drawn", typed)
	}
	marta.Post("/desk/boards/1/draw", "value", "0x001F3A9C").Want(t, 200, line, `name="sure" value="001f3a9c"`)
	marta.Post("/desk/boards/1/draw", "value", "0x001F3A9C", "sure", "001f3a9c").Want(t, 303)
	visitor.Get("/boards/1/draw").Want(t, 200, " / 001f3a9c", "<code>--value &#39;001f3a9c&#39; </code>", "--digits 8")
	visitor.Lang = "fr"
	visitor.Get("/boards/1/draw").Want(t, 200, "un code de 8 chiffres hexadécimaux compte", "Quelle que soit son écriture, le code")
}

// TestMissed leads on from a board whose list was not frozen before its value could
// be known: the pages say so, and the desk announces a later value alone.
func TestMissed(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	marta, ada, visitor := s.Person("Marta Lindqvist", know.Owner), s.Person("Ada Holm", know.Member), s.Visitor()
	now, day := s.Clock(), 24*time.Hour
	if _, err := s.Boards.Convene(t.Context(), marta.Actor, board.NewBoard{Name: "Left hands", Purpose: "x", CompanyGets: "x", MembersGet: "x", Duties: "x", Seats: 1,
		ClosesAt: now.Add(day), Beacon: "Lotto of today", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(3 * day), From: now.Add(4 * day), To: now.Add(99 * day)}); err != nil {
		t.Fatal(err)
	}
	ada.Post("/boards/1/apply", "sentence", "Me.").Want(t, 303)
	s.Pass(2 * day)
	visitor.Get("/boards/1").Want(t, 200, "Applications closed on 21 November 2026", "Then comes a value").Without(t, "When applications close")
	visitor.Get("/boards/1/draw").Want(t, 200, "Applications closed on 21 November 2026").Without(t, "When applications close")
	s.Pass(2 * day)
	for _, path := range []string{"/boards/1", "/boards/1/draw"} {
		visitor.Get(path).Want(t, 200, "decides nothing any more").Without(t, "When applications close", "Then comes", "becomes known on")
	}
	visitor.Get("/boards").Want(t, 200, "Waits for a later value")
	marta.Get("/desk/boards/1").Want(t, 200, "Announce the later value", "Lotto of today").Without(t, "Freeze the list now")
	marta.Post("/desk/boards/1/close").Want(t, 409, "Announce a later value", "Announce the later value")
	later := []string{"beacon", "Lotto of next week", "counts", "all", "numbers", "7", "beacon_at", "2026-11-23", "kind", ""}
	marta.Post("/desk/boards/1/later", later...).Want(t, 422, "Choose a day to come", "Lotto of next week", `value="2026-11-23"`)
	later[7], later[9] = "2026-12-03", "code"
	marta.Post("/desk/boards/1/later", later...).Want(t, 422, "Say how many hexadecimal digits", `<option value="code" selected>`)
	later[9] = ""
	marta.Post("/desk/boards/1/later", later...).Want(t, 303)
	marta.Get("/desk/boards/1").Want(t, 200, "frozen by itself within a minute", "Freeze the list now")
	if err := s.Boards.KeepOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	visitor.Get("/boards/1").Want(t, 200, "Now comes a value that nobody controls: Lotto of next week", "1 in the pool", "What it said before", "Lotto of today")
	s.Pass(9 * day)
	marta.Post("/desk/boards/1/draw", "value", "1 2 3 4 5 6 7", "sure", "1 2 3 4 5 6 7").Want(t, 303)
	visitor.Get("/boards/1/draw").Want(t, 200, "It was to become known on 3 December 2026")
}
