package boards

import (
	"net/http"
	"net/url"
	"strconv"

	"tribune/know"
	"tribune/shape/board"
	"tribune/web/page"
)

// saidShown is how much of a talk is shown at once.
const saidShown = 50

// talking is what a board talks about, and what the reader was writing.
type talking struct {
	board.Board
	talks       []board.Talk
	more        string
	people      map[int64]know.Person
	title, body string
	wrong       page.Wrong
}

func (h handlers) talks(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showTalks(w, r, v, talking{})
}

func (h handlers) showTalks(w http.ResponseWriter, r *http.Request, v *page.View, t talking) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if t.Board, err = h.Boards.Inside(r.Context(), v.Actor, id); err != nil {
		return err
	}
	next := ""
	if t.talks, next, err = h.Boards.Talks(r.Context(), v.Actor, id, r.URL.Query().Get("after"), perPage); err != nil {
		return err
	}
	if next != "" {
		t.more = urlOf(id, "/talks?after="+url.QueryEscape(next))
	}
	var who []int64
	for _, one := range t.talks {
		who = append(who, one.Person)
	}
	if t.people, err = h.People.People(r.Context(), who); err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("What the board talks about"), "boards", true
	return h.Show(w, r, v, talksPage(v, t))
}

func (h handlers) openTalk(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	t := talking{title: r.PostForm.Get("title"), body: r.PostForm.Get("body")}
	made, err := h.Boards.OpenTalk(r.Context(), v.Actor, id, t.title, t.body)
	if err != nil {
		if err := v.Wrong(err, &t.wrong); err != nil {
			return err
		}
		return h.showTalks(w, r, v, t)
	}
	return page.Back(w, r, urlOf(id, numbered("/talks/", made.ID)))
}

// spoken is one talk, and what the reader was writing in it.
type spoken struct {
	board.Board
	talk   board.Talk
	said   []board.SaidText
	more   string
	later  bool
	people map[int64]know.Person
	body   string
	wrong  page.Wrong
}

func (h handlers) talk(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showTalk(w, r, v, spoken{})
}

func (h handlers) showTalk(w http.ResponseWriter, r *http.Request, v *page.View, s spoken) error {
	id, talk, err := ids(r, "talk")
	if err != nil {
		return err
	}
	if s.Board, err = h.Boards.Inside(r.Context(), v.Actor, id); err != nil {
		return err
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	s.later = after > 0
	if s.talk, s.said, err = h.Boards.Talk(r.Context(), v.Actor, id, talk, max(after, 0), saidShown+1); err != nil {
		return err
	}
	if len(s.said) > saidShown {
		s.said = s.said[:saidShown]
		s.more = urlOf(id, numbered("/talks/", talk)) + numbered("?after=", s.said[saidShown-1].ID)
	}
	var who []int64
	for _, one := range s.said {
		who = append(who, one.Person)
	}
	if s.people, err = h.People.People(r.Context(), who); err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = titleOf(v, s.talk), "boards", true
	return h.Show(w, r, v, talkPage(v, s))
}

// titleOf is what a talk is called; one whose first words are gone has no title.
func titleOf(v *page.View, t board.Talk) string {
	if t.Title == "" {
		return v.T("A talk that its author took back")
	}
	return t.Title
}

func (h handlers) say(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, talk, err := ids(r, "talk")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	s := spoken{body: r.PostForm.Get("body")}
	made, err := h.Boards.Say(r.Context(), v.Actor, id, talk, s.body)
	if err != nil {
		if err := v.Wrong(err, &s.wrong); err != nil {
			return err
		}
		return h.showTalk(w, r, v, s)
	}
	return page.Back(w, r, urlOf(id, numbered("/talks/", talk))+numbered("?after=", made.ID-1)+numbered("#s", made.ID))
}

// rewording is one's own words as they are edited.
type rewording struct {
	board.Board
	said  board.SaidText
	wrong page.Wrong
}

func (h handlers) rewording(r *http.Request, v *page.View) (e rewording, err error) {
	id, said, err := ids(r, "said")
	if err != nil {
		return e, err
	}
	if e.Board, err = h.Boards.Inside(r.Context(), v.Actor, id); err != nil {
		return e, err
	}
	if e.said, err = h.Boards.OneSaid(r.Context(), v.Actor, id, said); err != nil {
		return e, err
	}
	return e, know.Require(v.Actor, know.Edit, know.Subject{Audience: e.Circle(), Author: e.said.Person})
}

func (h handlers) editSaid(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e, err := h.rewording(r, v)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Edit what you said"), "boards", true
	return h.Show(w, r, v, rewordPage(v, e))
}

func (h handlers) editedSaid(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	e, err := h.rewording(r, v)
	if err != nil {
		return err
	}
	e.said.Body = r.PostForm.Get("body")
	if _, err := h.Boards.EditSaid(r.Context(), v.Actor, e.ID, e.said.ID, e.said.Body); err != nil {
		if err := v.Wrong(err, &e.wrong); err != nil {
			return err
		}
		v.Title, v.Section, v.NoIndex = v.T("Edit what you said"), "boards", true
		return h.Show(w, r, v, rewordPage(v, e))
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, urlOf(e.ID, numbered("/talks/", e.said.Talk)))
}

// onSaid does something to words and goes back to their talk.
func (h handlers) onSaid(w http.ResponseWriter, r *http.Request, done string, act func(id, said int64) error) error {
	id, said, err := ids(r, "said")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := act(id, said); err != nil {
		return err
	}
	page.Flash(w, r, done)
	if talk, err := strconv.ParseInt(r.PostForm.Get("talk"), 10, 64); err == nil && talk > 0 {
		return page.Back(w, r, urlOf(id, numbered("/talks/", talk)))
	}
	return page.Back(w, r, urlOf(id, "/talks"))
}

func (h handlers) withdrawSaid(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.onSaid(w, r, "removed", func(id, said int64) error { return h.Boards.WithdrawSaid(r.Context(), v.Actor, id, said) })
}

func (h handlers) hideSaid(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.onSaid(w, r, "saved", func(id, said int64) error {
		return h.Boards.HideSaid(r.Context(), v.Actor, id, said, r.PostForm.Get("reason"))
	})
}

func (h handlers) showSaid(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.onSaid(w, r, "saved", func(id, said int64) error { return h.Boards.ShowSaid(r.Context(), v.Actor, id, said) })
}
