package ideas

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// draft is an idea as it is being typed.
type draft struct {
	ID    int64 // 0: a new one
	Title string
	Body  string
	Tags  string // as typed, with commas between
	Lang  string // it is written in
	Langs []page.Option
	Call  int64
	Calls []shape.Call // open ones
	Like  []shape.Idea // ideas that say something similar
	Kept  string       // ticket of these words, if they were kept over a sign-in
	Wrong page.Wrong
}

// similarShown is how many similar ideas stand beside a draft.
const similarShown = 5

// newURL is where to propose what a list was asked for in vain.
func newURL(c choice) string {
	q := url.Values{}
	if c.Text != "" {
		q.Set("title", c.Text)
	}
	if c.Call != 0 {
		q.Set("call", strconv.FormatInt(c.Call, 10))
	}
	if len(q) == 0 {
		return "/ideas/new"
	}
	return "/ideas/new?" + q.Encode()
}

// propose shows the form. It is open to read: who has not signed in is asked
// to when they send it.
func (h handlers) propose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d := draft{Title: r.URL.Query().Get("title"), Lang: writtenIn(r, v)}
	d.Call, _ = strconv.ParseInt(r.URL.Query().Get("call"), 10, 64)
	ticket, words, err := h.KeptWords(r)
	if err != nil {
		return err
	}
	if ticket != "" {
		d, d.Kept = draftOf(words), ticket
	}
	return h.showDraft(w, r, v, d)
}

func (h handlers) showDraft(w http.ResponseWriter, r *http.Request, v *page.View, d draft) (err error) {
	if d.Calls, err = h.Ideas.Calls(r.Context(), v.Actor, true); err != nil {
		return err
	}
	d.Langs = v.Languages(d.Lang)
	if d.ID == 0 && strings.TrimSpace(d.Title) != "" {
		if d.Like, err = h.Ideas.Similar(r.Context(), v.Actor, d.Title, similarShown); err != nil {
			return err
		}
	}
	v.Title, v.Section, v.NoIndex = v.T("Propose an idea"), "ideas", true
	if d.ID != 0 {
		v.Title = v.T("Edit your idea")
	}
	return h.Show(w, r, v, draftPage(v, d))
}

func readDraft(w http.ResponseWriter, r *http.Request) (d draft, err error) {
	err = page.Form(w, r)
	return draftOf(r.PostForm), err
}

func draftOf(fields url.Values) (d draft) {
	d.Title, d.Body, d.Tags, d.Lang, d.Kept = fields.Get("title"), fields.Get("body"), fields.Get("tags"), fields.Get("language"), fields.Get("kept")
	d.Call, _ = strconv.ParseInt(fields.Get("call"), 10, 64)
	return d
}

// fields are the draft's, as a form sends them.
func (d draft) fields() url.Values {
	return url.Values{"title": {d.Title}, "body": {d.Body}, "tags": {d.Tags}, "language": {d.Lang}, "call": {strconv.FormatInt(d.Call, 10)}}
}

func (h handlers) proposed(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d, err := readDraft(w, r)
	if err != nil {
		return err
	}
	if v.Actor.ID == 0 && strings.TrimSpace(d.Title) != "" {
		if done, err := h.KeepOver(w, r, page.Errand{Do: page.ToPropose}, d.fields()); done || err != nil {
			return err
		}
	}
	idea, err := h.Ideas.Propose(r.Context(), v.Actor, shape.NewIdea{Title: d.Title, Body: d.Body, Tags: splitTags(d.Tags), Call: d.Call, Language: cmp.Or(d.Lang, v.Lang())})
	if err != nil {
		if !page.SignInFirst(v, err, &d.Wrong) {
			if err := v.Wrong(err, &d.Wrong); err != nil {
				return err
			}
		}
		return h.showDraft(w, r, v, d)
	}
	if err := h.People.DropWords(r.Context(), d.Kept); err != nil {
		return err
	}
	remember(w, r, v, idea.Language)
	page.Flash(w, r, "proposed")
	return page.Back(w, r, page.IdeaURL(idea.ID))
}

// similar answers a script with the ideas that say something like a title.
func (h handlers) similar(w http.ResponseWriter, r *http.Request, v *page.View) error {
	title := strings.TrimSpace(r.URL.Query().Get("title"))
	var like []shape.Idea
	if len([]rune(title)) >= 3 {
		var err error
		if like, err = h.Ideas.Similar(r.Context(), v.Actor, title, similarShown); err != nil {
			return err
		}
	}
	if !page.Partial(r) {
		return page.Back(w, r, choice{Text: title}.URL())
	}
	return h.Fragment(w, r, v, similarIdeas(v, like))
}

// splitTags reads tags as typed.
func splitTags(typed string) (tags []string) {
	for t := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '，' || r == '،' }) {
		if t = strings.TrimSpace(t); t != "" {
			tags = append(tags, t)
		}
	}
	return tags
}

// own gives an idea whose words the reader may change.
func (h handlers) own(r *http.Request, v *page.View) (shape.Idea, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return shape.Idea{}, err
	}
	idea, err := h.Ideas.Idea(r.Context(), v.Actor, id)
	if err != nil {
		return idea, err
	}
	return idea, know.Require(v.Actor, know.Edit, idea.Subject())
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	idea, err := h.own(r, v)
	if err != nil {
		return err
	}
	return h.showDraft(w, r, v, draft{ID: idea.ID, Title: idea.Title, Body: idea.Body, Tags: strings.Join(idea.Tags, ", "), Lang: cmp.Or(idea.Language, writtenIn(r, v))})
}

func (h handlers) edited(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	d, err := readDraft(w, r)
	if err != nil {
		return err
	}
	d.ID = id
	tags := splitTags(d.Tags)
	e := shape.IdeaEdit{Title: &d.Title, Body: &d.Body, Tags: &tags}
	if d.Lang != "" {
		e.Language = &d.Lang
	}
	if _, err = h.Ideas.Edit(r.Context(), v.Actor, id, e); err != nil {
		if fault.Is(err, fault.Forbidden) {
			return err
		}
		if !page.SignInFirst(v, err, &d.Wrong) {
			if err := v.Wrong(err, &d.Wrong); err != nil {
				return err
			}
		}
		return h.showDraft(w, r, v, d)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, page.IdeaURL(id))
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.Ideas.Withdraw(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, page.IdeaURL(id))
}
