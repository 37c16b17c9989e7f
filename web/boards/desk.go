package boards

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/web/page"
)

func (h handlers) deskList(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	l := listed{}
	if l.boards, err = h.Boards.List(r.Context(), v.Actor, before, perPage+1); err != nil {
		return err
	}
	if len(l.boards) > perPage {
		l.boards = l.boards[:perPage]
		l.more = "/desk/boards?before=" + strconv.FormatInt(l.boards[perPage-1].ID, 10)
	}
	v.Title, v.Section = v.T("Boards"), "boards"
	return h.ShowDesk(w, r, v, deskListPage(v, l))
}

// form is a board being written.
type form struct {
	id    int64 // 0: a new one
	said  board.NewBoard
	days  map[string]string // dates and numbers as typed
	team  []page.Option
	wrong page.Wrong
}

func (f form) action() string {
	if f.id == 0 {
		return "/desk/boards/new"
	}
	return deskOf(f.id, "/edit")
}

func (h handlers) deskNew(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showForm(w, r, v, form{said: board.NewBoard{Host: v.Actor.ID}, days: map[string]string{"seats": "12"}})
}

func (h handlers) showForm(w http.ResponseWriter, r *http.Request, v *page.View, f form) error {
	team, err := h.People.Team(r.Context())
	if err != nil {
		return err
	}
	for _, p := range team {
		if p.Name != "" {
			f.team = append(f.team, page.Option{Value: strconv.FormatInt(p.ID, 10), Name: p.Name})
		}
	}
	v.Title, v.Section = v.T("Open a board"), "boards"
	if f.id != 0 {
		v.Title = v.T("Change the board")
	}
	return h.ShowDesk(w, r, v, formPage(v, f))
}

// typed reads a board as it was typed. Days are those of the site's zone: the
// last one of applications and of the term count whole; one that was not changed
// stays the moment that it is.
func typed(r *http.Request, v *page.View, was board.Board) (f form, err error) {
	p := r.PostForm
	f = form{id: was.ID, days: map[string]string{}}
	for _, name := range []string{"seats", "numbers", "closes_at", "beacon_at", "from", "to"} {
		f.days[name] = p.Get(name)
	}
	f.said = board.NewBoard{Name: p.Get("name"), Purpose: p.Get("purpose"), CompanyGets: p.Get("company_gets"), MembersGet: p.Get("members_get"), Duties: p.Get("duties"),
		Announced: p.Get("announced"), Beacon: p.Get("beacon"), Counts: p.Get("counts"), Invited: p.Get("invited") == "1"}
	f.said.Host, _ = strconv.ParseInt(p.Get("host"), 10, 64)
	f.said.Seats, _ = strconv.Atoi(f.days["seats"])
	f.said.Numbers, f.said.Digits = countOf(p)
	var wrong [4]error
	day := func(field string, was time.Time, whole bool, wrong *error) (t time.Time) {
		if f.days[field] == dayText(was, v.Zone()) {
			return was
		}
		t, *wrong = dayOf(f.days[field], v.Zone(), field, whole)
		return t
	}
	f.said.ClosesAt = day("closes_at", was.ClosesAt, true, &wrong[0])
	f.said.BeaconAt = day("beacon_at", was.BeaconAt, false, &wrong[1])
	f.said.From = day("from", was.From, false, &wrong[2])
	f.said.To = day("to", was.To, true, &wrong[3])
	return f, fault.All(wrong[:]...)
}

// dayOf reads a day; whole gives its end.
func dayOf(text string, zone *time.Location, field string, whole bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "Write a day as 2026-12-31.").On(field)
	}
	if whole {
		t = t.AddDate(0, 0, 1).Add(-time.Second)
	}
	return t, nil
}

// ofCode is what the form calls a value that is a code, and not numbers.
const ofCode = "code"

// countOf reads how many numbers count, or how many digits the code has.
func countOf(p url.Values) (numbers, digits int) {
	n, err := strconv.Atoi(p.Get("numbers"))
	switch {
	case p.Get("kind") != ofCode:
		return n, 0
	case err != nil || n == 0:
		return 0, -1 // no length of a code either
	}
	return 0, n
}

// counted writes either, where that was said.
func counted(n board.NewBoard) string {
	if count := max(n.Numbers, n.Digits); count > 0 {
		return strconv.Itoa(count)
	}
	return ""
}

// kindOf is what the form calls a board's value.
func kindOf(n board.NewBoard) string {
	if n.Digits != 0 {
		return ofCode
	}
	return ""
}

func kinds(v *page.View) []page.Option {
	return []page.Option{{Value: "", Name: v.T("Whole numbers")}, {Value: ofCode, Name: v.T("A hexadecimal code")}}
}

// onCount says at the one field for both counts what is wrong with either.
func onCount(w page.Wrong) page.Wrong {
	if text := w.On("digits"); text != "" {
		return page.Wrong{Field: "numbers", Text: text}
	}
	return w
}

func dayText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

func (h handlers) deskConvene(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.saveForm(w, r, v, 0)
}

func (h handlers) deskEdit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	b, err := h.Boards.Board(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	zone := v.Zone()
	return h.showForm(w, r, v, form{id: id, said: b.Terms(),
		days: map[string]string{"seats": strconv.Itoa(b.Seats), "numbers": counted(b.Terms()), "closes_at": dayText(b.ClosesAt, zone), "beacon_at": dayText(b.BeaconAt, zone), "from": dayText(b.From, zone), "to": dayText(b.To, zone)}})
}

func (h handlers) deskChange(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return h.saveForm(w, r, v, id)
}

func (h handlers) saveForm(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	var b board.Board
	if id != 0 {
		var err error
		if b, err = h.Boards.Board(r.Context(), v.Actor, id); err != nil {
			return err
		}
	}
	f, err := typed(r, v, b)
	switch {
	case err != nil:
	case id == 0:
		b, err = h.Boards.Convene(r.Context(), v.Actor, f.said)
	default:
		b, err = h.Boards.Change(r.Context(), v.Actor, id, f.said)
	}
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return h.showForm(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, deskOf(b.ID, ""))
}

// running is a board as the desk runs it.
type running struct {
	whole
	preview      board.Preview
	fails        string
	applications []board.Application
	more         string
	invited      []board.Invitation
	applicants   map[int64]know.Person
	names        map[int64]string // of tribes that applicants name
	offered      []string         // names of tribes that a quota can be on
	link         string

	rows     []board.Quota // as typed, or as they are
	question board.NewTask
	closes   string         // as typed
	later    board.NewBoard // the value announced in the place of one that may be known, as typed
	laterDay string
	value    string // as typed
	reading  string // the form of it that would be drawn with, once that is pressed; "" before
	who      string // whom to invite, as typed
	found    []know.Person
	wrong    map[string]page.Wrong // by form
}

func (h handlers) deskShow(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return h.run(w, r, v, id, running{question: board.NewTask{Shows: board.ShowAfter}, who: r.URL.Query().Get("who")})
}

// run shows a board on the desk, with what was being typed.
func (h handlers) run(w http.ResponseWriter, r *http.Request, v *page.View, id int64, x running) (err error) {
	ctx := r.Context()
	if x.whole, err = h.whole(r, v, id); err != nil {
		return err
	}
	if x.preview, err = h.Boards.Preview(ctx, v.Actor, id); err != nil {
		return err
	}
	if err := x.preview.Fault(); err != nil {
		x.fails = v.Fault(err)
	}
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	if x.applications, err = h.Boards.Applications(ctx, v.Actor, id, max(after, 0), 51); err != nil {
		return err
	}
	if len(x.applications) > 50 {
		x.applications = x.applications[:50]
		x.more = deskOf(id, "?after="+strconv.Itoa(x.applications[49].Number)+"#applications")
	}
	if x.invited, err = h.Boards.Invitations(ctx, v.Actor, id); err != nil {
		return err
	}
	code, err := h.Boards.InviteCode(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	x.link = h.URL + urlOf(id, "?code="+url.QueryEscape(code))
	if x.later.Name == "" {
		x.later = x.Terms()
	}
	if x.rows == nil {
		x.rows = x.quotas
	}
	if x.who != "" && x.Takes(v.Now) {
		if x.found, err = h.People.Search(ctx, v.Actor, x.who, 8); err != nil {
			return err
		}
	}
	var who, tribes []int64
	for _, p := range x.applications {
		who = append(who, p.Person)
		if p.Tribe != 0 {
			tribes = append(tribes, p.Tribe)
		}
	}
	for _, i := range x.invited {
		who = append(who, i.Person)
	}
	if x.applicants, err = h.People.People(ctx, who); err != nil {
		return err
	}
	if x.names, err = h.tribeNames(r, v, tribes); err != nil {
		return err
	}
	largest, _, err := h.Tribes.List(ctx, v.Actor, "", tribesOffered)
	if err != nil {
		return err
	}
	for _, t := range largest {
		x.offered = append(x.offered, t.Name)
	}
	v.Title, v.Section = x.Name, "boards"
	return h.ShowDesk(w, r, v, runPage(v, x))
}

// doing runs one of the forms of a board's desk page, and shows the page again
// with what is wrong.
func (h handlers) doing(w http.ResponseWriter, r *http.Request, v *page.View, name, anchor string, f func(id int64, x *running) error) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	x := running{question: board.NewTask{Shows: board.ShowAfter}}
	if err := f(id, &x); err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		x.wrong = map[string]page.Wrong{name: wrong}
		return h.run(w, r, v, id, x)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, deskOf(id, anchor))
}

// quotaRows is how many empty rows for quotas a form has.
const quotaRows = 3

func (h handlers) deskQuotas(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.doing(w, r, v, "quotas", "#quotas", func(id int64, x *running) error {
		f := r.PostForm
		at := func(name string, n int) string {
			if n < len(f[name]) {
				return f[name][n]
			}
			return ""
		}
		x.rows = []board.Quota{}
		for n := range f["value"] {
			if at("value", n) == "" {
				continue
			}
			q := board.Quota{Feature: at("feature", n), Value: at("value", n)}
			var low, high error
			q.Min, low = strconv.Atoi(at("min", n))
			q.Max, high = strconv.Atoi(at("max", n))
			if low != nil || high != nil {
				q.Min, q.Max = -1, -1 // said to be wrong with the value it is for
			}
			x.rows = append(x.rows, q)
		}
		quotas, err := h.meant(r, v, x.rows)
		if err != nil {
			return err
		}
		return h.Boards.SetQuotas(r.Context(), v.Actor, id, quotas)
	})
}

// tribesOffered is how many tribes the form of quotas offers by name.
const tribesOffered = 50

// meant gives quotas as they are kept, with the ids of the tribes that were
// typed by name.
func (h handlers) meant(r *http.Request, v *page.View, typed []board.Quota) ([]board.Quota, error) {
	quotas := slices.Clone(typed)
	for n, q := range quotas {
		if q.Feature != board.Tribe {
			continue
		}
		t, ok, err := h.Tribes.Named(r.Context(), v.Actor, q.Value)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fault.New(fault.Invalid, "No tribe is called “{value}”. Take its name from the list.", "value", q.Value)
		}
		quotas[n].Value = strconv.FormatInt(t.ID, 10)
	}
	return quotas, nil
}

func (h handlers) deskInvite(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.doing(w, r, v, "invite", "#invite", func(id int64, x *running) error {
		person, err := strconv.ParseInt(r.PostForm.Get("person"), 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "Invite a customer: somebody who has joined, and does not work here.").On("person")
		}
		return h.Boards.Invite(r.Context(), v.Actor, id, person)
	})
}

func (h handlers) deskClose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.doing(w, r, v, "close", "", func(id int64, x *running) error {
		_, err := h.Boards.Close(r.Context(), v.Actor, id)
		return err
	})
}

// deskLater announces a later value in the place of one that may have been known
// before the list was frozen; nobody applies anew.
func (h handlers) deskLater(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.doing(w, r, v, "later", "", func(id int64, x *running) error {
		b, err := h.Boards.Board(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		f := r.PostForm
		n := b.Terms()
		n.Beacon, n.Counts, x.laterDay = f.Get("beacon"), f.Get("counts"), f.Get("beacon_at")
		n.Numbers, n.Digits = countOf(f)
		n.BeaconAt, err = dayOf(x.laterDay, v.Zone(), "beacon_at", false)
		x.later = n
		if err == nil {
			_, err = h.Boards.Change(r.Context(), v.Actor, id, n)
		}
		return err
	})
}

// deskDraw shows with what would be drawn, and draws once that is pressed: a draw
// is not repeated.
func (h handlers) deskDraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	b, err := h.Boards.Board(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	value := r.PostForm.Get("value")
	if reading, err := b.Reads(value); err == nil && b.State == board.Closed && !v.Now.Before(b.BeaconAt) && r.PostForm.Get("sure") != reading {
		return h.run(w, r, v, id, running{question: board.NewTask{Shows: board.ShowAfter}, value: value, reading: reading})
	}
	return h.doing(w, r, v, "draw", "", func(id int64, x *running) error {
		x.value = value
		_, err := h.Boards.Draw(r.Context(), v.Actor, id, value)
		return err
	})
}

func (h handlers) deskAsk(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.doing(w, r, v, "ask", "#tasks", func(id int64, x *running) error {
		f := r.PostForm
		x.question, x.closes = board.NewTask{Question: f.Get("question"), Body: f.Get("body"), Shows: board.Shows(f.Get("shows"))}, f.Get("closes_at")
		var err error
		if x.question.ClosesAt, err = dayOf(x.closes, v.Zone(), "closes_at", true); err != nil {
			return err
		}
		_, err = h.Boards.Ask(r.Context(), v.Actor, id, x.question)
		return err
	})
}

// deskReport gives a question's result to the board; its form stands on the
// question's page.
func (h handlers) deskReport(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	x, err := h.asked(r, v)
	if err != nil {
		return err
	}
	x.summary = r.PostForm.Get("summary")
	if _, err := h.Boards.Report(r.Context(), v.Actor, x.ID, x.task.ID, x.summary); err != nil {
		if err := v.Wrong(err, &x.wrong); err != nil {
			return err
		}
		return h.showTask(w, r, v, x)
	}
	page.Flash(w, r, "sent")
	return page.Back(w, r, urlOf(x.ID, numbered("/tasks/", x.task.ID)))
}
