package radar

import (
	"context"
	"net/http"
	"slices"

	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// shown is one mention with all that can be done with it.
type shown struct {
	mention     listen.Mention
	copies      []listen.Mention // the same words again
	thread      int64
	idea        shape.Idea          // that it is a voice behind, if any
	around      listen.Conversation // in which it stands, as far as that was heard
	others      []listen.Mention    // the latest other words of its author
	causes      []cause             // the standing queries that match
	corrections []listen.Correction
	faces       desk.Faces // of who corrected
	form        string
	wrong       page.Wrong
	reason      string
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
	behind, err := x.Ideas.Behind(ctx, v.Actor, []int64{id})
	if err != nil {
		return err
	}
	s.idea = behind[id]
	all, err := x.Radar.Queries(ctx, v.Actor)
	if err != nil {
		return err
	}
	s.causes = causes(s.mention, all, x.parseAll(ctx, v, "", all))
	if s.around, err = x.Radar.Conversation(ctx, v.Actor, s.mention); err != nil {
		return err
	}
	if s.others, err = x.otherWords(ctx, v, s.mention); err != nil {
		return err
	}
	corrections, err := x.Radar.Corrections(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	s.corrections = corrections[id]
	var by []int64
	for _, c := range s.corrections {
		by = append(by, c.By)
	}
	if s.faces, err = desk.Meet(ctx, x.Kit, by, nil); err != nil {
		return err
	}
	v.Title, v.Section = v.T("What {name} said", "name", desk.Speaker(v, s.mention)), "radar"
	if s.mention.Nobody {
		v.Title = v.T("What was said at {source}", "source", s.mention.SourceName)
	}
	return x.ShowDesk(w, r, v, mentionPage(v, s))
}

// otherWords gives the latest that the author of a mention said besides it and
// what answers it; those without an author are not one.
func (x *radar) otherWords(ctx context.Context, v *page.View, m listen.Mention) ([]listen.Mention, error) {
	const shown = 3
	if m.Account == 0 || m.Nobody || m.State == know.Withdrawn {
		return nil, nil
	}
	list, _, err := x.Radar.Mentions(ctx, v.Actor, listen.Filter{Accounts: []int64{m.Account}, Once: true, Limit: shown + 1})
	list = slices.DeleteFunc(list, func(o listen.Mention) bool { return o.ID == m.ID })
	return list[:min(len(list), shown)], err
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

func (x *radar) correct(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	if err := x.Radar.Correct(r.Context(), v.Actor, id, r.PostForm.Get("what"), r.PostForm.Get("became")); err != nil {
		s := shown{form: "correct"}
		if err := v.Wrong(err, &s.wrong); err != nil {
			return err
		}
		return x.showMention(w, r, v, id, s)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, back(r.PostForm.Get("back"), desk.Link("/desk/mentions/%d#judged", id)))
}

// corrected says what somebody said is right.
func corrected(v *page.View, c listen.Correction, by string) string {
	was, became := v.Language(c.Was), v.Language(c.Became)
	if c.What == "mood" {
		was, became = moodWord(v, listen.Mood(c.Was)), moodWord(v, listen.Mood(c.Became))
	} else if c.Was == "" {
		was = v.T("not known")
	}
	if c.Was == c.Became {
		return v.T("{name} looked: “{became}” is right, {when}.", "name", by, "became", became, "when", v.Ago(c.At, v.Now))
	}
	return v.T("{name} corrected “{was}” to “{became}”, {when}.", "name", by, "was", was, "became", became, "when", v.Ago(c.At, v.Now))
}

// fault is what is wrong with one of the page's forms.
func (s shown) fault(form string) page.Wrong {
	if s.form != form {
		return page.Wrong{}
	}
	return s.wrong
}
