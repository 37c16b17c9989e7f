package people

import (
	"net/http"
	"strconv"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/carry"
	"tribune/web/page"
)

// letter is a letter and its answers, as its page shows them.
type letter struct {
	thread   converse.Thread
	messages []converse.Message
	people   map[int64]know.Person
	here     carry.Here // thanks
	reader   know.Actor // who reads: also a writer who came by the letter's key
	key      string     // and that key, "" for anybody else
	form     string     // which form is wrong: say, hide
	body     string
	reason   string
	wrong    page.Wrong
}

// mine reports whether the reader wrote the letter.
func (l letter) mine() bool { return l.reader.ID != 0 && l.thread.Reader == l.reader.ID }

// path is the letter's address for its reader.
func (l letter) path() string {
	if l.key != "" {
		return letterURL(l.thread.ID) + "/key/" + l.key
	}
	return letterURL(l.thread.ID)
}

// fault gives what is wrong with one of the page's forms.
func (l letter) fault(form string) page.Wrong {
	if l.form == form {
		return l.wrong
	}
	return page.Wrong{}
}

func (f faces) letter(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return f.showLetter(w, r, v, letter{reader: v.Actor})
}

// showLetter fills in what the forms do not hold.
func (f faces) showLetter(w http.ResponseWriter, r *http.Request, v *page.View, l letter) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	t, messages, err := f.Inbox.Thread(r.Context(), l.reader, id)
	if err != nil {
		return err
	}
	if t.Kind != converse.OfLetter {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if !t.IsPublic() && l.key == "" {
		if l.mineOf(t) {
			return page.Back(w, r, string(page.Path("/me/threads/", id)))
		}
		return page.Back(w, r, string(page.Path("/desk/inbox/", id)))
	}
	l.thread = t
	for _, m := range messages { // notes to the team are not for this page, whoever reads it
		if m.Kind == converse.Inside || m.Kind == converse.Reply && m.DeliveredAt.IsZero() {
			continue
		}
		l.messages = append(l.messages, m)
	}
	ids := []int64{t.To, t.Asked, t.HandedBy, t.Person}
	for _, m := range l.messages {
		ids = append(ids, m.Person)
	}
	if l.people, err = f.People.People(r.Context(), ids); err != nil {
		return err
	}
	if l.here, err = carry.At(r.Context(), f.Kit, v, event.Ref{Kind: "thread", ID: t.ID}); err != nil {
		return err
	}
	v.Title, v.Section = t.Subject, "people"
	if t.Subject == "" {
		v.Title = v.T("A letter")
	}
	v.About = v.Excerpt(t.Last, 160)
	v.NoIndex = v.NoIndex || t.TextState != know.Visible
	return f.Show(w, r, v, letterPage(v, l))
}

func (l letter) mineOf(t converse.Thread) bool { return l.reader.ID != 0 && t.Reader == l.reader.ID }

// say adds to a letter: whoever wrote it says more, one of us answers.
func (f faces) say(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return f.saying(w, r, v, letter{reader: v.Actor})
}

func (f faces) saying(w http.ResponseWriter, r *http.Request, v *page.View, l letter) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	t, _, err := f.Inbox.Thread(r.Context(), l.reader, id)
	if err != nil {
		return err
	}
	l.body, l.form = r.PostForm.Get("body"), "say"
	say, done := f.Inbox.Say, "sent"
	if !l.mineOf(t) && l.reader.IsStaff() {
		say, done = f.Inbox.Answer, "answered"
	}
	m, err := say(r.Context(), l.reader, id, l.body)
	if err != nil {
		if err := v.Wrong(err, &l.wrong); err != nil {
			return err
		}
		return f.showLetter(w, r, v, l)
	}
	page.Flash(w, r, done)
	l.thread = t
	return page.Back(w, r, l.path()+"#m"+strconv.FormatInt(m.ID, 10))
}

func (f faces) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return f.withdrawing(w, r, v, letter{reader: v.Actor})
}

func (f faces) withdrawing(w http.ResponseWriter, r *http.Request, _ *page.View, l letter) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := f.Inbox.WithdrawLetter(r.Context(), l.reader, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	l.thread.ID = id
	return page.Back(w, r, l.path())
}

func (f faces) hide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	l := letter{reader: v.Actor, form: "hide", reason: r.PostForm.Get("reason")}
	if err := f.Inbox.HideLetter(r.Context(), v.Actor, id, l.reason); err != nil {
		if fault.Is(err, fault.Invalid) && know.May(v.Actor, know.Hide, know.Subject{Audience: know.Team}) {
			if err := v.Wrong(err, &l.wrong); err != nil {
				return err
			}
			return f.showLetter(w, r, v, l)
		}
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, letterURL(id))
}

func (f faces) unhide(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := f.Inbox.ShowLetter(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, letterURL(id))
}

// keyed gives a letter's writer who comes by its key, without an account. Who
// has one by now is led there.
func (f faces) keyed(w http.ResponseWriter, r *http.Request, v *page.View) (l letter, done bool, err error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return l, false, err
	}
	secretly(w, v, letterURL(id))
	l.key = r.PathValue("key")
	if l.reader, err = f.Inbox.WriterByKey(r.Context(), id, l.key); fault.Is(err, fault.Unauthorised) && r.Method == http.MethodGet {
		return l, true, page.Back(w, r, "/signin?next="+string(page.Path("/me/threads/", id)))
	}
	return l, false, err
}

func (f faces) byKey(w http.ResponseWriter, r *http.Request, v *page.View) error {
	l, done, err := f.keyed(w, r, v)
	if done || err != nil {
		return err
	}
	return f.showLetter(w, r, v, l)
}

func (f faces) sayByKey(w http.ResponseWriter, r *http.Request, v *page.View) error {
	l, _, err := f.keyed(w, r, v)
	if err != nil {
		return err
	}
	return f.saying(w, r, v, l)
}

func (f faces) withdrawByKey(w http.ResponseWriter, r *http.Request, v *page.View) error {
	l, _, err := f.keyed(w, r, v)
	if err != nil {
		return err
	}
	return f.withdrawing(w, r, v, l)
}

// said is when a message came to be read: an answer when it was delivered.
func said(m converse.Message) time.Time {
	if m.Kind == converse.Reply {
		return m.DeliveredAt
	}
	return m.CreatedAt
}
