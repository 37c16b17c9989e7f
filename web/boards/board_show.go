package boards

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/web/page"
)

// perPage is how many boards, talks or questions a list shows.
const perPage = 20

// listed is the list of boards.
type listed struct {
	boards []board.Board
	more   string
}

func (h handlers) list(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	l := listed{}
	if l.boards, err = h.Boards.List(r.Context(), v.Actor, before, perPage+1); err != nil {
		return err
	}
	if len(l.boards) > perPage {
		l.boards = l.boards[:perPage]
		l.more = "/boards?before=" + strconv.FormatInt(l.boards[perPage-1].ID, 10)
	}
	v.Title, v.Section = v.T("Boards"), "boards"
	v.About = v.T("Customers drawn by lot who sit on a board for a term, are asked first, and are told what became of it.")
	return h.Show(w, r, v, listPage(v, l))
}

// whole is all that a board's page shows.
type whole struct {
	board.Board
	host    know.Person
	quotas  []board.Quota
	tribes  map[int64]string
	seats   []board.Seat
	people  map[int64]know.Person
	tasks   []board.Task
	earlier []version
	dropped time.Time // when the quotas were taken away after applications were closed

	mine    board.Application
	applied bool
	seat    board.Seat
	seated  bool
	inside  bool
	code    string
	tells   string // the tribe that the reader's name beside their number would tell of, "" for none
	shut    string // why the reader cannot apply, "" if they can
	refused page.Wrong
	talks   []board.Talk
	calls   []shape.Call
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	x, err := h.whole(r, v, id)
	if err != nil {
		return err
	}
	v.Title, v.Section = x.Name, "boards"
	v.About = v.Excerpt(x.Purpose, 160)
	return h.Show(w, r, v, boardPage(v, x))
}

// whole finds what everybody sees of a board, and what the reader does.
func (h handlers) whole(r *http.Request, v *page.View, id int64) (x whole, err error) {
	ctx := r.Context()
	if x.Board, err = h.Boards.Board(ctx, v.Actor, id); err != nil {
		return x, err
	}
	x.inside, x.code = insider(x.Board, v.Actor), r.FormValue("code")
	if x.quotas, err = h.Boards.Quotas(ctx, v.Actor, id); err != nil {
		return x, err
	}
	if x.tribes, err = h.tribesOf(r, v, x.quotas); err != nil {
		return x, err
	}
	if x.State == board.Drawn || x.State == board.Ended {
		if x.seats, err = h.Boards.Seats(ctx, v.Actor, id); err != nil {
			return x, err
		}
		if x.tasks, err = h.Boards.Tasks(ctx, v.Actor, id, 0, perPage); err != nil {
			return x, err
		}
	}
	if !x.EditedAt.IsZero() {
		if x.earlier, x.dropped, err = h.earlier(r, v, x.Board, x.quotas); err != nil {
			return x, err
		}
	}
	if err := h.own(r, v, &x); err != nil {
		return x, err
	}
	who := []int64{x.Host, x.DrawnBy, x.ClosedBy}
	for _, s := range x.seats {
		who = append(who, s.Person)
	}
	for _, t := range x.talks {
		who = append(who, t.Person)
	}
	if x.people, err = h.People.People(ctx, who); err != nil {
		return x, err
	}
	x.host = x.people[x.Host]
	return x, nil
}

// tribal reports whether the published pool has tribes in it.
func (x whole) tribal() bool {
	return slices.ContainsFunc(x.quotas, func(q board.Quota) bool { return q.Feature == board.Tribe })
}

// tells gives what a tribe is called that the reader is not named in, "" if they are.
func (h handlers) tells(r *http.Request, v *page.View, id int64) (string, error) {
	if _, shown, err := h.Tribes.Mine(r.Context(), v.Actor, id); err != nil || shown {
		return "", err
	}
	seen, err := h.Tribes.ByID(r.Context(), v.Actor, []int64{id})
	return cmp.Or(seen[id].Name, v.T("the tribe number {id}", "id", id)), err
}

// own finds what the reader has to do with a board.
func (h handlers) own(r *http.Request, v *page.View, x *whole) (err error) {
	ctx := r.Context()
	if x.Takes(v.Now) {
		if err := h.Boards.MayApply(ctx, v.Actor, x.Board, x.code); fault.Is(err, fault.Forbidden) {
			x.shut = v.Fault(err)
		} else if err != nil && !fault.Is(err, fault.Unauthorised) {
			return err
		}
		v.KeepsQuery = x.Invited && x.code != ""
	}
	if v.Actor.ID == 0 {
		return nil
	}
	if x.mine, x.applied, err = h.Boards.Mine(ctx, v.Actor, x.ID); err != nil {
		return err
	}
	if x.seat, x.seated, err = h.Boards.MySeat(ctx, v.Actor, x.ID); err != nil {
		return err
	}
	if x.seated && x.mine.Tribe != 0 && x.tribal() {
		if x.tells, err = h.tells(r, v, x.mine.Tribe); err != nil {
			return err
		}
	}
	if !x.inside || x.State == board.Open || x.State == board.Closed {
		return err
	}
	if x.talks, _, err = h.Boards.Talks(ctx, v.Actor, x.ID, "", 5); err != nil {
		return err
	}
	calls, err := h.Ideas.Calls(ctx, v.Actor, false)
	for _, c := range calls {
		if c.Audience == x.Circle() {
			x.calls = append(x.calls, c)
		}
	}
	return err
}

// lot is the page of the draw: how it goes, and how anybody replays it.
type lot struct {
	whole
	rounds []board.Round
}

func (h handlers) draw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	l := lot{}
	if l.whole, err = h.whole(r, v, id); err != nil {
		return err
	}
	if l.rounds, err = h.Boards.Rounds(r.Context(), v.Actor, id); err != nil {
		return err
	}
	v.Title, v.Section = v.T("The draw: {name}", "name", l.Name), "boards"
	return h.Show(w, r, v, drawPage(v, l))
}

// pool serves the frozen pool: numbers and values, nobody's name.
func (h handlers) pool(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	text, err := h.Boards.Pool(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return table(w, "pool.csv", text)
}

func (h handlers) quotas(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	quotas, err := h.Boards.Quotas(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return table(w, "quotas.csv", board.QuotasCSV(quotas))
}

// table serves a CSV file, byte for byte as its hash was made.
func table(w http.ResponseWriter, name, text string) error {
	head := w.Header()
	head.Set("Content-Type", "text/csv; charset=utf-8")
	head.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	head.Set("Cache-Control", "no-cache")
	head.Set("Content-Length", strconv.Itoa(len(text)))
	w.Write([]byte(text))
	return nil
}

// numbers lists the numbers of applications.
func numbers(all []int) string {
	texts := make([]string, len(all))
	for n, x := range all {
		texts[n] = strconv.Itoa(x)
	}
	return strings.Join(texts, ", ")
}

// newly gives the numbers that a round seated.
func newly(r board.Round) []int { return r.Seated[min(len(r.Keep), len(r.Seated)):] }
