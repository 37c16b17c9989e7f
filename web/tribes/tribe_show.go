package tribes

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
	"tribune/web/page"
)

// How many of each a tribe's page shows.
const (
	facesShown = 24
	ideasShown = 12
)

// whole is all that a tribe's page shows.
type whole struct {
	tribe  tribe.Tribe
	in     bool // the reader is a member
	shown  bool // and everybody may see it
	faces  []know.Person
	made   tribe.Makings
	words  []tribe.Word // for members: all, to choose from
	chosen int          // by the reader
	by     know.Person  // whose wording it is
	people map[int64]know.Person
	wrong  wrongs

	mine bool            // the reader may change its name and what it stands for
	was  []tribe.Wording // for members: what it said until somebody changed it lately
}

// lately is for how long a tribe's members are shown that somebody changed it.
const lately = 30 * 24 * time.Hour

// wrongs is what the reader typed into the page's forms, and what is wrong
// with it.
type wrongs struct {
	word, idea, reason              string
	wordWrong, ideaWrong, hideWrong page.Wrong
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return h.showTribe(w, r, v, id, wrongs{})
}

func (h handlers) showTribe(w http.ResponseWriter, r *http.Request, v *page.View, id int64, wrong wrongs) (err error) {
	p, ctx := whole{wrong: wrong}, r.Context()
	if p.tribe, err = h.Tribes.Tribe(ctx, v.Actor, id); err != nil {
		return err
	}
	if p.in, p.shown, err = h.Tribes.Mine(ctx, v.Actor, id); err != nil {
		return err
	}
	if p.faces, err = h.Tribes.Members(ctx, v.Actor, id, 0, facesShown); err != nil {
		return err
	}
	if p.made, err = h.Tribes.Made(ctx, v.Actor, id, ideasShown); err != nil {
		return err
	}
	if p.in {
		if p.words, err = h.Tribes.Words(ctx, v.Actor, id); err != nil {
			return err
		}
		for _, word := range p.words {
			if word.Mine {
				p.chosen++
			}
		}
		if err := h.changed(r, v, &p); err != nil {
			return err
		}
	}
	who := []int64{p.tribe.By}
	for _, m := range p.made.All() {
		who = append(who, m.Idea.Person, m.Post.Person)
	}
	if p.people, err = h.People.People(ctx, who); err != nil {
		return err
	}
	p.by = p.people[p.tribe.By]
	v.Title, v.Section, v.Feed = p.tribe.Name, "tribes", feedOf(id)
	v.About = v.Excerpt(p.tribe.Stands, 160)
	v.NoIndex = p.tribe.State != know.Visible
	return h.Show(w, r, v, tribePage(v, p))
}

// changes reports whether the reader may change a tribe.
func (h handlers) changes(r *http.Request, v *page.View, t tribe.Tribe) (bool, error) {
	err := h.Tribes.MayChange(r.Context(), v.Actor, t)
	if _, no := errors.AsType[*fault.Error](err); no {
		return false, nil
	}
	return err == nil, err
}

// mayChange says who may change a tribe.
func mayChange(v *page.View) string {
	return v.T("Its name, and what it stands for, are changed by who founded it or has been in it for a week.")
}

// changed finds whether a member may change a tribe, and what somebody else
// changed lately.
func (h handlers) changed(r *http.Request, v *page.View, p *whole) error {
	mine, err := h.changes(r, v, p.tribe)
	if err != nil {
		return err
	}
	p.mine = mine
	if p.tribe.EditedAt.Before(v.Now.Add(-lately)) || p.tribe.By == v.Actor.ID {
		return nil
	}
	was, err := h.Tribes.Wordings(r.Context(), v.Actor, p.tribe.ID)
	p.was = was[:min(len(was), 1)]
	return err
}

// others is how many members are not named.
func (p whole) others() int64 { return p.tribe.Members - p.tribe.Shown }

// members is the list of all members whom everybody may see.
func (h handlers) members(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	const perPage = 60
	t, err := h.Tribes.Tribe(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	people, err := h.Tribes.Members(r.Context(), v.Actor, id, after, perPage)
	if err != nil {
		return err
	}
	next := ""
	if len(people) == perPage {
		next = string(urlOf(id, "members")) + "?after=" + strconv.FormatInt(people[perPage-1].ID, 10)
	}
	v.Title, v.Section = v.T("Who is in {name}", "name", t.Name), "tribes"
	return h.Show(w, r, v, membersPage(v, t, people, next))
}

func (h handlers) history(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	t, err := h.Tribes.Tribe(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	was, err := h.Tribes.Wordings(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	var who []int64
	for _, one := range was {
		who = append(who, one.By)
	}
	people, err := h.People.People(r.Context(), who)
	if err != nil {
		return err
	}
	mine, err := h.changes(r, v, t)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Earlier wordings"), "tribes", true
	return h.Show(w, r, v, historyPage(v, t, was, people, mine))
}

func (h handlers) strength(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	t, err := h.Tribes.Tribe(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	weeks, err := h.Tribes.Strengths(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("How {name} holds together", "name", t.Name), "tribes", true
	return h.Show(w, r, v, strengthPage(v, t, weeks))
}
