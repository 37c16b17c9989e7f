package radar

import (
	"net/http"

	"tribune/listen"
	"tribune/web/desk"
	"tribune/web/page"
)

// shown is one mention with all that can be done with it.
type shown struct {
	mention listen.Mention
	copies  []listen.Mention // the same words again
	thread  int64
	queries []listen.Query // those that match
	form    string
	wrong   page.Wrong
	reason  string
}

func (x *radar) mention(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return x.showMention(w, r, v, id, shown{})
}

func (x *radar) showMention(w http.ResponseWriter, r *http.Request, v *page.View, id int64, s shown) (err error) {
	ctx := r.Context()
	if s.mention, err = x.Radar.Mention(ctx, v.Actor, id); err != nil {
		return err
	}
	if s.copies, err = x.Radar.Copies(ctx, v.Actor, id); err != nil {
		return err
	}
	threads, err := x.Inbox.ThreadsOfMentions(ctx, v.Actor, []int64{id})
	if err != nil {
		return err
	}
	s.thread = threads[id]
	all, err := x.Radar.Queries(ctx, v.Actor)
	if err != nil {
		return err
	}
	for _, q := range all {
		for _, matching := range s.mention.Queries {
			if q.ID == matching {
				s.queries = append(s.queries, q)
			}
		}
	}
	v.Title, v.Section = v.T("What {name} said", "name", desk.Speaker(v, s.mention)), "radar"
	return x.ShowDesk(w, r, v, mentionPage(v, s))
}

// onMention runs what a form asks of a mention, and shows it again.
func (x *radar) onMention(w http.ResponseWriter, r *http.Request, v *page.View, form string, do func(id int64) error) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := do(id); err != nil {
		s := shown{form: form, reason: r.PostForm.Get("reason")}
		if err := v.Wrong(err, &s.wrong); err != nil {
			return err
		}
		return x.showMention(w, r, v, id, s)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/mentions/%d", id))
}

// openThread opens a conversation by hand, or leads to the one there is.
func (x *radar) openThread(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	threads, err := x.Inbox.ThreadsOfMentions(r.Context(), v.Actor, []int64{id})
	if err != nil {
		return err
	}
	if thread := threads[id]; thread != 0 {
		return page.Back(w, r, desk.Link("/desk/inbox/%d", thread))
	}
	t, err := x.Inbox.Open(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	return page.Back(w, r, desk.Link("/desk/inbox/%d", t.ID))
}

func (x *radar) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMention(w, r, v, "hide", func(id int64) error {
		return x.Radar.Hide(r.Context(), v.Actor, id, r.PostForm.Get("reason"))
	})
}

func (x *radar) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMention(w, r, v, "withdraw", func(id int64) error { return x.Radar.Withdraw(r.Context(), v.Actor, id) })
}

func (x *radar) quote(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMention(w, r, v, "quote", func(id int64) error {
		return x.Radar.Quotable(r.Context(), v.Actor, id, listen.Quotability(r.PostForm.Get("answer")))
	})
}

// fault is what is wrong with one of the page's forms.
func (s shown) fault(form string) page.Wrong {
	if s.form != form {
		return page.Wrong{}
	}
	return s.wrong
}
