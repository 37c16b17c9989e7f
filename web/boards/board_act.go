package boards

import (
	"net/http"
	"net/url"
	"strconv"

	"tribune/internal/fault"
	"tribune/shape/board"
	"tribune/web/page"
)

// request is an application being written.
type request struct {
	whole
	said    board.NewApplication
	options []page.Option // tribes
	unnamed []string      // those of them that a name beside a number of the pool would tell of
	wrong   page.Wrong
}

func (h handlers) applying(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	q, err := h.request(r, v, id)
	if err != nil {
		return h.refuse(w, r, v, q.whole, err)
	}
	if q.applied {
		q.said = board.NewApplication{Sentence: q.mine.Sentence, Country: q.mine.Country, Tribe: q.mine.Tribe}
	} else {
		p, err := h.People.Person(r.Context(), v.Actor.ID)
		if err != nil {
			return err
		}
		q.said.Country = p.Country
	}
	return h.showRequest(w, r, v, q)
}

// request finds what applying needs, for who may apply.
func (h handlers) request(r *http.Request, v *page.View, id int64) (q request, err error) {
	if q.whole, err = h.whole(r, v, id); err != nil {
		return q, err
	}
	if err := h.Boards.MayApply(r.Context(), v.Actor, q.Board, q.code); err != nil {
		return q, err
	}
	mine, err := h.Tribes.Of(r.Context(), v.Actor)
	q.options = []page.Option{{Value: "0", Name: v.T("None")}}
	for _, m := range mine {
		q.options = append(q.options, page.Option{Value: strconv.FormatInt(m.Tribe.ID, 10), Name: m.Tribe.Name})
		if !m.Shown && q.tribal() {
			q.unnamed = append(q.unnamed, m.Tribe.Name)
		}
	}
	return q, err
}

// refuse shows the board to who may not apply to it, and why they may not.
func (h handlers) refuse(w http.ResponseWriter, r *http.Request, v *page.View, x whole, err error) error {
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	if err := v.Wrong(err, &x.refused); err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = x.Name, "boards", true
	return h.Show(w, r, v, boardPage(v, x))
}

func (h handlers) showRequest(w http.ResponseWriter, r *http.Request, v *page.View, q request) error {
	v.Title, v.Section, v.NoIndex = v.T("Apply: {name}", "name", q.Name), "boards", true
	return h.Show(w, r, v, applyPage(v, q))
}

func (h handlers) apply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	q, err := h.request(r, v, id)
	if err != nil {
		return h.refuse(w, r, v, q.whole, err)
	}
	f := r.PostForm
	q.said = board.NewApplication{Sentence: f.Get("sentence"), Country: f.Get("country"), Code: f.Get("code")}
	q.said.Tribe, _ = strconv.ParseInt(f.Get("tribe"), 10, 64)
	if _, err := h.Boards.Apply(r.Context(), v.Actor, id, q.said); err != nil {
		if err := v.Wrong(err, &q.wrong); err != nil {
			return err
		}
		return h.showRequest(w, r, v, q)
	}
	page.Flash(w, r, "saved")
	to := urlOf(id, "")
	if q.said.Code != "" {
		to += "?code=" + url.QueryEscape(q.said.Code)
	}
	return page.Back(w, r, to)
}

func (h handlers) unapply(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.Boards.Unapply(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, urlOf(id, ""))
}

// seat accepts a seat, or gives it up.
func (h handlers) seat(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	switch r.PostForm.Get("answer") {
	case "yes":
		err = h.Boards.Accept(r.Context(), v.Actor, id, r.PostForm.Get("shown") == "1")
	case "no":
		err = h.Boards.Decline(r.Context(), v.Actor, id)
	default:
		err = fault.New(fault.Invalid, "Say yes or no.")
	}
	if err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, urlOf(id, ""))
}
