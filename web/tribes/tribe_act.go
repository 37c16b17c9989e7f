package tribes

import (
	"net/http"
	"regexp"
	"strconv"

	"tribune/internal/fault"
	"tribune/web/page"
)

// act does something of a tribe with a posted form, and goes back to its page.
func (h handlers) act(w http.ResponseWriter, r *http.Request, f func(id int64) error) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := f(id); err != nil {
		return err
	}
	return page.Back(w, r, string(urlOf(id)))
}

func (h handlers) join(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.act(w, r, func(id int64) error {
		err := h.Tribes.Join(r.Context(), v.Actor, id, r.PostForm.Get("shown") == "1")
		if fault.Is(err, fault.Unauthorised) {
			join := page.Errand{Do: page.ToJoin, ID: id}
			if r.PostForm.Get("shown") == "1" {
				join.Do = page.ToJoinSeen
			}
			return page.ToSignIn(w, r, join.Next())
		}
		return err
	})
}

func (h handlers) leave(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.act(w, r, func(id int64) error { return h.Tribes.Leave(r.Context(), v.Actor, id) })
}

func (h handlers) appear(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.act(w, r, func(id int64) error {
		return h.Tribes.Appear(r.Context(), v.Actor, id, r.PostForm.Get("shown") == "1")
	})
}

func (h handlers) choose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	word, err := page.ID(r, "word")
	if err != nil {
		return err
	}
	return h.withForm(w, r, v, func(id int64, f *wrongs) error {
		return again(h.Tribes.Choose(r.Context(), v.Actor, id, word, r.PostForm.Get("on") == "1"), v, &f.wordWrong)
	}, "#words")
}

func (h handlers) word(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.withForm(w, r, v, func(id int64, f *wrongs) error {
		f.word = r.PostForm.Get("word")
		return again(h.Tribes.Suggest(r.Context(), v.Actor, id, f.word), v, &f.wordWrong)
	}, "#words")
}

// number finds an idea's number in what somebody pastes.
var number = regexp.MustCompile(`^\s*(?:\S*/ideas/)?([0-9]{1,18})(?:[/?#]\S*)?\s*$`)

func (h handlers) carry(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.withForm(w, r, v, func(id int64, f *wrongs) error {
		f.idea = r.PostForm.Get("idea")
		found := number.FindStringSubmatch(f.idea)
		if found == nil {
			return again(fault.New(fault.Invalid, "This is no idea’s address. It looks like /ideas/12.").On("idea"), v, &f.ideaWrong)
		}
		idea, err := strconv.ParseInt(found[1], 10, 64)
		if err != nil {
			return err
		}
		if _, err := h.Tribes.Tribe(r.Context(), v.Actor, id); err != nil {
			return err
		}
		err = h.Tribes.Carry(r.Context(), v.Actor, id, idea, r.PostForm.Get("on") == "1")
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "There is no such idea, or it is not open to you.").On("idea")
		}
		return again(err, v, &f.ideaWrong)
	}, "#made")
}

func (h handlers) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.withForm(w, r, v, func(id int64, f *wrongs) error {
		f.reason = r.PostForm.Get("reason")
		return again(h.Tribes.Hide(r.Context(), v.Actor, id, f.reason), v, &f.hideWrong)
	}, "")
}

func (h handlers) unhide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.act(w, r, func(id int64) error { return h.Tribes.Show(r.Context(), v.Actor, id) })
}

// again keeps an error that is the form's to show.
func again(err error, v *page.View, wrong *page.Wrong) error {
	if err == nil || fault.Is(err, fault.Forbidden) {
		return err
	}
	return v.Wrong(err, wrong)
}

// withForm does something with one of the page's forms; if it is wrong, the
// page is shown again with what was typed.
func (h handlers) withForm(w http.ResponseWriter, r *http.Request, v *page.View, f func(id int64, form *wrongs) error, at string) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	var form wrongs
	if err := f(id, &form); err != nil {
		return err
	}
	if form.wordWrong.Text+form.ideaWrong.Text+form.hideWrong.Text != "" {
		return h.showTribe(w, r, v, id, form)
	}
	return page.Back(w, r, string(urlOf(id))+at)
}
