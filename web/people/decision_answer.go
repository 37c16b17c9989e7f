package people

import (
	"fmt"
	"net/http"
	"unicode/utf8"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// answering is the answer to a decision's mail, by its reader, who need not
// sign in: the link in the mail says who they are.
type answering struct {
	letterForm
	as       know.Actor
	decision shape.Decision
	idea     shape.Idea
	path     string
}

// answerer reads the link of a decision's mail.
func (f faces) answerer(w http.ResponseWriter, r *http.Request, v *page.View) (a answering, err error) {
	ctx := r.Context()
	decision, err := page.ID(r, "id")
	if err != nil {
		return a, err
	}
	person, err := page.ID(r, "person")
	if err != nil {
		return a, err
	}
	secretly(w, v, "/ideas")
	a.path = fmt.Sprintf("/decisions/%d/answer/%d/%s", decision, person, r.PathValue("code"))
	if a.as, a.decision, err = f.Ideas.AnswererBy(ctx, decision, person, r.PathValue("code")); err != nil {
		return a, err
	}
	if err := know.Require(a.as, know.Write, know.Subject{}); err != nil {
		return a, err
	}
	if a.idea, err = f.Ideas.Idea(ctx, a.as, a.decision.Idea); err != nil {
		return a, err
	}
	if a.to, err = f.People.Person(ctx, a.decision.By); err != nil {
		return a, err
	}
	if a.to.Left() || !a.to.Role.AtLeast(know.Staff) {
		a.to = know.Person{} // whoever knows
	}
	return a, nil
}

// answerForm shows a decision to whom it was told, and lets them answer.
func (f faces) answerForm(w http.ResponseWriter, r *http.Request, v *page.View) error {
	a, err := f.answerer(w, r, v)
	if fault.Is(err, fault.Unauthorised) && a.decision.Idea != 0 {
		return page.Back(w, r, "/signin?next="+page.IdeaURL(a.decision.Idea))
	}
	if err != nil {
		return err
	}
	return f.showAnswering(w, r, v, a)
}

func (f faces) showAnswering(w http.ResponseWriter, r *http.Request, v *page.View, a answering) error {
	v.Title = v.T("Answer us")
	if a.to.Name != "" {
		v.Title = v.T("Answer {name}", "name", a.to.Name)
	}
	return f.Show(w, r, v, answerPage(v, a))
}

// answer sends what somebody says to a decision, as a letter to who decided.
func (f faces) answer(w http.ResponseWriter, r *http.Request, v *page.View) error {
	a, err := f.answerer(w, r, v)
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	who := r.PostForm.Get("who")
	a.body, a.chosen, a.private = r.PostForm.Get("body"), who != "", who != "public"
	var t converse.Thread
	if who == "" {
		err = fault.New(fault.Invalid, "Choose who may read your letter.").On("who")
	} else {
		t, err = f.Inbox.WriteTo(r.Context(), a.as, converse.NewLetter{To: a.to.ID, Public: !a.private, Body: a.body, Language: v.Lang(),
			Subject: about(v.T("About “{title}”", "title", a.idea.Title))})
	}
	if err != nil {
		if err := v.Wrong(err, &a.wrong); err != nil {
			return err
		}
		return f.showAnswering(w, r, v, a)
	}
	page.Flash(w, r, "sent")
	if !t.IsPublic() && a.as.Role != know.Guest && v.Actor.ID != a.as.ID {
		return page.Back(w, r, a.path) // to read it they sign in; here they see that it was sent
	}
	return f.toLetter(w, r, t.ID)
}

// about shortens a subject to what a letter's may have.
func about(subject string) string {
	const most = 140
	if utf8.RuneCountInString(subject) <= most {
		return subject
	}
	return string([]rune(subject)[:most-1]) + "…"
}
