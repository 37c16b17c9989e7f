package inbox

import (
	"net/http"
	"slices"
	"strconv"

	"tribune/converse"
	"tribune/listen"
	"tribune/web/desk"
	"tribune/web/page"
)

// act runs what a form asks of thread id. If its input was wrong the thread is
// shown again with what was typed.
func (x *inbox) act(w http.ResponseWriter, r *http.Request, v *page.View, form, done string, do func(id int64) (thread int64, err error)) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	thread, err := do(id)
	if err == nil {
		if done != "" {
			page.Flash(w, r, done)
		}
		return page.Back(w, r, back(r, thread))
	}
	var wrong page.Wrong
	if err := v.Wrong(err, &wrong); err != nil {
		return err
	}
	typed := map[string]string{}
	for name := range r.PostForm {
		typed[name] = r.PostForm.Get(name)
	}
	return x.show1(w, r, v, thread, func(o *opened) { o.form, o.wrong, o.typed = form, wrong, typed })
}

// back is the thread's address, with the list it was opened from.
func back(r *http.Request, thread int64) string {
	l := listing{show: r.URL.Query().Get("state"), text: r.URL.Query().Get("q")}
	if l.show == "" {
		l.show = "open"
	}
	return l.href(thread)
}

// say answers, or writes a note: the button tells which.
func (x *inbox) say(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("as") == "note" {
		return x.act(w, r, v, "say", "saved", func(id int64) (int64, error) {
			_, err := x.Inbox.Note(r.Context(), v.Actor, id, r.PostForm.Get("body"))
			return id, err
		})
	}
	return x.act(w, r, v, "say", "", func(id int64) (int64, error) {
		m, err := x.Inbox.Answer(r.Context(), v.Actor, id, r.PostForm.Get("body"))
		if err == nil && !m.DeliveredAt.IsZero() {
			page.Flash(w, r, "answered")
		}
		return id, err
	})
}

func (x *inbox) take(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.act(w, r, v, "own", "", func(id int64) (int64, error) { return id, x.Inbox.Take(r.Context(), v.Actor, id) })
}

// give makes the thread somebody's, or with 0 nobody's.
func (x *inbox) give(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.act(w, r, v, "own", "", func(id int64) (int64, error) {
		to, _ := strconv.ParseInt(r.PostForm.Get("owner_id"), 10, 64)
		return id, x.Inbox.Give(r.Context(), v.Actor, id, to)
	})
}

func (x *inbox) close(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.act(w, r, v, "close", "saved", func(id int64) (int64, error) {
		reason := r.PostForm.Get("because") // one of those that are offered, else their own words
		if !slices.Contains(converse.Reasons(), reason) {
			reason = r.PostForm.Get("reason")
		}
		return id, x.Inbox.Dismiss(r.Context(), v.Actor, id, reason)
	})
}

func (x *inbox) reopen(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.act(w, r, v, "own", "", func(id int64) (int64, error) { return id, x.Inbox.Reopen(r.Context(), v.Actor, id) })
}

// quote notes what the author of private words said to being quoted.
func (x *inbox) quote(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.act(w, r, v, "quote", "saved", func(id int64) (int64, error) {
		t, _, err := x.Inbox.Thread(r.Context(), v.Actor, id)
		if err != nil {
			return id, err
		}
		return id, x.Radar.Quotable(r.Context(), v.Actor, t.Mention, listen.Quotability(r.PostForm.Get("answer")))
	})
}

// onMessage runs what a form asks of a message, and shows its thread.
func (x *inbox) onMessage(w http.ResponseWriter, r *http.Request, v *page.View, form, done string, do func(message int64) error) error {
	return x.act(w, r, v, form+r.PathValue("id"), done, func(id int64) (int64, error) {
		m, err := x.Inbox.Message(r.Context(), v.Actor, id)
		if err != nil {
			return 0, err
		}
		return m.Thread, do(id)
	})
}

// posted notes that a copied answer stands where it was asked.
func (x *inbox) posted(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMessage(w, r, v, "posted", "answered", func(id int64) error {
		return x.Inbox.Posted(r.Context(), v.Actor, id, r.PostForm.Get("url"))
	})
}

func (x *inbox) edit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMessage(w, r, v, "edit", "saved", func(id int64) error {
		_, err := x.Inbox.Edit(r.Context(), v.Actor, id, r.PostForm.Get("body"))
		return err
	})
}

func (x *inbox) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMessage(w, r, v, "withdraw", "saved", func(id int64) error { return x.Inbox.Withdraw(r.Context(), v.Actor, id) })
}

func (x *inbox) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMessage(w, r, v, "hide", "saved", func(id int64) error {
		return x.Inbox.HideMessage(r.Context(), v.Actor, id, r.PostForm.Get("reason"))
	})
}

func (x *inbox) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onMessage(w, r, v, "show", "saved", func(id int64) error { return x.Inbox.ShowMessage(r.Context(), v.Actor, id) })
}

// action is the address of a form, with the list the thread was opened from.
func (o opened) action(path string) string {
	at := desk.Link("/desk/inbox/%d/%s", o.thread.ID, path)
	return at + o.query()
}

// onMessage is the address of a form about a message.
func (o opened) onMessage(id int64, path string) string {
	return desk.Link("/desk/messages/%d/%s", id, path) + o.query()
}

func (o opened) query() string {
	if o.show == "open" || o.show == "" {
		return ""
	}
	return "?state=" + o.show
}
