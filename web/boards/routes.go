// Package boards is the pages of consumer consulting boards: what each is for
// and what each side gets, applying, the draw with the files that replay it,
// what a board talks about and is asked; and on the desk, running them.
package boards

import (
	"embed"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"tribune/know"
	"tribune/shape/board"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the pages of this folder.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /boards", k.Cached(k.Handle(h.list)))
	mux.Handle("GET /boards/{id}", k.Cached(k.Handle(h.show)))
	mux.Handle("GET /boards/{id}/draw", k.Cached(k.Handle(h.draw)))
	mux.Handle("GET /boards/{id}/pool.csv", k.Handle(h.pool))
	mux.Handle("GET /boards/{id}/quotas.csv", k.Handle(h.quotas))
	mux.Handle("GET /boards/{id}/apply", k.Handle(h.applying))
	mux.Handle("POST /boards/{id}/apply", k.Handle(h.apply))
	mux.Handle("POST /boards/{id}/unapply", k.Handle(h.unapply))
	mux.Handle("POST /boards/{id}/seat", k.Handle(h.seat))
	mux.Handle("GET /boards/{id}/talks", k.Handle(h.talks))
	mux.Handle("POST /boards/{id}/talks", k.Handle(h.openTalk))
	mux.Handle("GET /boards/{id}/talks/{talk}", k.Handle(h.talk))
	mux.Handle("POST /boards/{id}/talks/{talk}", k.Handle(h.say))
	mux.Handle("GET /boards/{id}/said/{said}/edit", k.Handle(h.editSaid))
	mux.Handle("POST /boards/{id}/said/{said}/edit", k.Handle(h.editedSaid))
	mux.Handle("POST /boards/{id}/said/{said}/withdraw", k.Handle(h.withdrawSaid))
	mux.Handle("POST /boards/{id}/said/{said}/hide", k.Handle(h.hideSaid))
	mux.Handle("POST /boards/{id}/said/{said}/show", k.Handle(h.showSaid))
	mux.Handle("GET /boards/{id}/tasks/{task}", k.Cached(k.Handle(h.task)))
	mux.Handle("POST /boards/{id}/tasks/{task}/answer", k.Handle(h.answer))
	mux.Handle("POST /boards/{id}/tasks/{task}/withdraw", k.Handle(h.takeAnswer))
	mux.Handle("POST /boards/{id}/tasks/{task}/vote", k.Handle(h.vote))

	mux.Handle("GET /desk/boards", k.Staff(h.deskList))
	mux.Handle("GET /desk/boards/new", k.Staff(h.deskNew))
	mux.Handle("POST /desk/boards/new", k.Staff(h.deskConvene))
	mux.Handle("GET /desk/boards/{id}", k.Staff(h.deskShow))
	mux.Handle("GET /desk/boards/{id}/edit", k.Staff(h.deskEdit))
	mux.Handle("POST /desk/boards/{id}/edit", k.Staff(h.deskChange))
	mux.Handle("POST /desk/boards/{id}/quotas", k.Staff(h.deskQuotas))
	mux.Handle("POST /desk/boards/{id}/invite", k.Staff(h.deskInvite))
	mux.Handle("POST /desk/boards/{id}/close", k.Staff(h.deskClose))
	mux.Handle("POST /desk/boards/{id}/later", k.Staff(h.deskLater))
	mux.Handle("POST /desk/boards/{id}/draw", k.Staff(h.deskDraw))
	mux.Handle("POST /desk/boards/{id}/tasks", k.Staff(h.deskAsk))
	mux.Handle("POST /desk/boards/{id}/tasks/{task}/report", k.Staff(h.deskReport))
}

type handlers struct{ *page.Kit }

// urlOf is the path of a board, or of something of it.
func urlOf(id int64, more string) string { return "/boards/" + strconv.FormatInt(id, 10) + more }

func of(id int64, more string) templ.SafeURL { return templ.SafeURL(urlOf(id, more)) }

func deskOf(id int64, more string) string {
	return "/desk/boards/" + strconv.FormatInt(id, 10) + more
}

// numbered is a path below a board that ends with a number: "/talks/", 7.
func numbered(more string, id int64) string { return more + strconv.FormatInt(id, 10) }

// ids reads a board's number from the path, and that of something of it.
func ids(r *http.Request, what string) (id, of int64, err error) {
	if id, err = page.ID(r, "id"); err == nil && what != "" {
		of, err = page.ID(r, what)
	}
	return id, of, err
}

// stateOf says in words how far a board is.
func stateOf(v *page.View, b board.Board) string {
	switch {
	case b.State == board.Ended:
		return v.T("Its term is over")
	case b.State == board.Drawn && b.Members == 0:
		return v.T("Drawn, waiting for answers")
	case b.State == board.Drawn && v.Now.Before(b.From):
		return v.T("Begins on {date}", "date", v.Date(b.From))
	case b.State == board.Drawn:
		return v.T("At work")
	case b.State == board.Closed:
		return v.T("Waits for the draw")
	case b.Takes(v.Now) && b.Invited:
		return v.T("By invitation")
	case b.Takes(v.Now):
		return v.T("Takes applications")
	case b.Missed(v.Now):
		return v.T("Waits for a later value")
	}
	return v.T("Applications are over")
}

// dotOf is the state whose dot a board has: one that takes no applications any
// more waits, as one whose list is frozen.
func dotOf(v *page.View, b board.Board) board.State {
	if b.State == board.Open && !b.Takes(v.Now) {
		return board.Closed
	}
	return b.State
}

// featureOf names what a quota is on.
func featureOf(v *page.View, feature string) string {
	switch feature {
	case board.Country:
		return v.T("Country")
	case board.Tribe:
		return v.T("Tribe")
	}
	return v.T("Here for")
}

// bandOf names a band of tenure.
func bandOf(v *page.View, band string) string {
	switch band {
	case board.NewHere:
		return v.T("less than a year")
	case board.SomeTime:
		return v.T("one to three years")
	case board.LongHere:
		return v.T("three years and more")
	}
	return band
}

// valueOf names a value of a feature; tribes are named where they are known.
func valueOf(v *page.View, feature, value string, tribes map[int64]string) string {
	switch feature {
	case board.Country:
		return v.Country(value)
	case board.Tenure:
		return bandOf(v, value)
	}
	id, _ := strconv.ParseInt(value, 10, 64)
	if name := tribes[id]; name != "" {
		return name
	}
	return v.T("the tribe number {id}", "id", value)
}

// bounds says how many seats a quota gives.
func bounds(v *page.View, q board.Quota) string {
	switch {
	case q.Min == q.Max:
		return v.N("exactly {n} seat", "exactly {n} seats", int64(q.Min))
	case q.Min == 0:
		return v.N("at most {n} seat", "at most {n} seats", int64(q.Max))
	}
	return v.T("{least} to {most} seats", "least", q.Min, "most", q.Max)
}

// tribesOf gives the names of tribes that quotas are on.
func (h handlers) tribesOf(r *http.Request, v *page.View, quotas []board.Quota) (map[int64]string, error) {
	var all []int64
	for _, q := range quotas {
		if id, err := strconv.ParseInt(q.Value, 10, 64); q.Feature == board.Tribe && err == nil {
			all = append(all, id)
		}
	}
	return h.tribeNames(r, v, all)
}

func (h handlers) tribeNames(r *http.Request, v *page.View, all []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if len(all) == 0 {
		return names, nil
	}
	found, err := h.Tribes.ByID(r.Context(), v.Actor, all)
	for id, t := range found {
		names[id] = t.Name
	}
	return names, err
}

// insider stands in for what only members and staff see.
func insider(b board.Board, a know.Actor) bool { return a.ID != 0 && b.IsInside(a) }
