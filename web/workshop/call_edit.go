package workshop

import (
	"net/http"
	"strconv"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/web/desk"
	"tribune/web/page"
)

func (x *workshop) calls(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title, v.Section = v.T("Calls for ideas"), "ideas"
	list, err := x.Ideas.Calls(r.Context(), v.Actor, false)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, callsPage(v, list))
}

// callForm is a call for ideas being written.
type callForm struct {
	id    int64 // 0: a new one
	typed map[string]string
	wrong page.Wrong

	charter charter.Version // that holds
	clause  charter.Clause  // that is cited
}

func (x *workshop) newCall(w http.ResponseWriter, r *http.Request, v *page.View) error {
	audience := r.URL.Query().Get("audience") // a board's page asks for its own
	if audience == "" {
		audience = string(know.Public)
	}
	return x.showCall(w, r, v, callForm{typed: map[string]string{"audience": audience}})
}

func (x *workshop) call(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := x.Ideas.Call(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return x.showCall(w, r, v, callForm{id: id, typed: map[string]string{"title": c.Title, "body": c.Body, "will": c.Will, "gets": c.Gets, "clause_id": number(c.Clause),
		"audience": string(c.Audience), "opens_at": dayText(c.OpensAt, v.Zone()), "closes_at": dayText(c.ClosesAt, v.Zone())}})
}

func (x *workshop) showCall(w http.ResponseWriter, r *http.Request, v *page.View, f callForm) error {
	v.Title, v.Section = v.T("A call for ideas"), "ideas"
	var err error
	if f.charter, err = x.Charter.Current(r.Context()); err != nil {
		return err
	}
	if id, err := strconv.ParseInt(f.typed["clause_id"], 10, 64); err == nil {
		if f.clause, err = x.Charter.Clause(r.Context(), id); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return x.ShowDesk(w, r, v, callPage(v, f))
}

func (x *workshop) openCall(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.saveCall(w, r, v, 0)
}

func (x *workshop) changeCall(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.saveCall(w, r, v, id)
}

func (x *workshop) saveCall(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := callForm{id: id, typed: typed(r)}
	err := x.putCall(r, v, f)
	if err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return x.showCall(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/calls")
}

func (x *workshop) putCall(r *http.Request, v *page.View, f callForm) error {
	n := shape.NewCall{Title: f.typed["title"], Body: f.typed["body"], Will: f.typed["will"], Gets: f.typed["gets"], Audience: know.Audience(f.typed["audience"])}
	n.Clause, _ = strconv.ParseInt(f.typed["clause_id"], 10, 64)
	var err error
	if n.OpensAt, err = dayOf(f.typed["opens_at"], v.Zone(), "opens_at"); err != nil {
		return err
	}
	if n.ClosesAt, err = dayOf(f.typed["closes_at"], v.Zone(), "closes_at"); err != nil {
		return err
	}
	if !n.ClosesAt.IsZero() {
		n.ClosesAt = n.ClosesAt.AddDate(0, 0, 1).Add(-time.Second) // until the end of that day
	}
	if f.id != 0 {
		was, err := x.Ideas.Call(r.Context(), v.Actor, f.id)
		if err != nil {
			return err
		}
		if dayText(was.OpensAt, v.Zone()) == f.typed["opens_at"] || n.OpensAt.IsZero() {
			n.OpensAt = was.OpensAt
		}
		_, err = x.Ideas.EditCall(r.Context(), v.Actor, f.id, n)
		return err
	}
	_, err = x.Ideas.OpenCall(r.Context(), v.Actor, n)
	return err
}

func (f callForm) action() string {
	if f.id == 0 {
		return "/desk/calls/new"
	}
	return desk.Link("/desk/calls/%d", f.id)
}

func audiences(v *page.View) []page.Option {
	all := []page.Option{{Value: string(know.Public), Name: v.T("everybody")}, {Value: string(know.Members), Name: v.T("members")}, {Value: string(know.Team), Name: v.T("the team only")}}
	for _, circle := range v.Actor.Circles {
		if kind, id, ok := circle.Circle(); ok && kind == "board" {
			all = append(all, page.Option{Value: string(circle), Name: v.T("the board number {id}", "id", id)})
		}
	}
	return all
}
