package posts

import (
	"errors"
	"net/http"
	"strconv"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/page"
)

// draft is a post as it is being written.
type draft struct {
	Post     post.Post // ID 0: not kept yet
	Key      string
	Alt      string // of a picture to be added
	Preview  bool
	Pictures map[int64]post.Picture
	Author   know.Person
	Wrong    page.Wrong
}

// What the buttons of the form do.
const (
	doPreview = "preview"
	doSave    = "save"
	doPicture = "picture"
	doPublish = "publish"
)

// begin shows the form for a new post. Its key keeps one form from making two
// posts, however often it is sent.
func (h handlers) begin(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := know.Require(v.Actor, know.Publish, know.Subject{}); err != nil {
		return err
	}
	return h.showDraft(w, r, v, draft{Key: strconv.FormatInt(v.Now.UnixNano(), 36),
		Post: post.Post{Person: v.Actor.ID, State: post.Draft, Language: v.Lang(), Audience: know.Public}})
}

func (h handlers) showDraft(w http.ResponseWriter, r *http.Request, v *page.View, d draft) (err error) {
	if d.Post.ID != 0 {
		if d.Pictures, err = h.Posts.Pictures(r.Context(), v.Actor, d.Post.ID); err != nil {
			return err
		}
	}
	if d.Author, err = h.People.Person(r.Context(), v.Actor.ID); err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Write for the tribune"), "tribune", true
	if d.Post.State != post.Draft {
		v.Title = v.T("Edit your post")
	}
	return h.Show(w, r, v, writePage(v, d))
}

// readDraft reads the form over a post.
func readDraft(w http.ResponseWriter, r *http.Request, p post.Post) (d draft, do string, err error) {
	d.Post = p
	if err := page.BigForm(w, r); err != nil {
		return d, "", err
	}
	f := r.PostForm
	d.Post.Title, d.Post.Body, d.Post.Language, d.Post.Machine = f.Get("title"), f.Get("body"), f.Get("language"), f.Get("machine") == "1"
	if p.State == post.Draft && f.Has("audience") {
		d.Post.Audience = know.Audience(f.Get("audience"))
	}
	if version, err := strconv.ParseInt(f.Get("version"), 10, 64); err == nil {
		d.Post.Version = version
	}
	d.Key, d.Alt = f.Get("key"), f.Get("alt")
	return d, f.Get("do"), nil
}

// begun keeps what was written in the form for a new post.
func (h handlers) begun(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := know.Require(v.Actor, know.Publish, know.Subject{}); err != nil {
		return err
	}
	d, do, err := readDraft(w, r, post.Post{Person: v.Actor.ID, State: post.Draft, Audience: know.Public})
	if err != nil {
		return err
	}
	if do == doPreview {
		d.Preview = true
		return h.showDraft(w, r, v, d)
	}
	p := d.Post
	made, err := h.Posts.Begin(r.Context(), v.Actor, post.NewPost{Key: d.Key, Title: p.Title, Body: p.Body, Language: p.Language, Audience: p.Audience, Machine: p.Machine})
	if err == nil && made.State == post.Draft {
		// Sent a second time, the form may say more than the draft it made.
		made, err = h.Posts.Save(r.Context(), v.Actor, made.ID, edit(p))
	}
	if err != nil {
		return h.again(w, r, v, d, err)
	}
	d.Post.ID, d.Post.State, d.Post.Version = made.ID, made.State, made.Version
	return h.kept(w, r, v, d, do)
}

// edit is what the form changes.
func edit(p post.Post) post.Edit {
	e := post.Edit{Title: &p.Title, Body: &p.Body, Language: &p.Language, Machine: &p.Machine, Version: p.Version}
	if p.State == post.Draft {
		e.Audience, e.Version = &p.Audience, 0
	}
	return e
}

// again shows the form once more, with what is wrong.
func (h handlers) again(w http.ResponseWriter, r *http.Request, v *page.View, d draft, err error) error {
	if err := v.Wrong(err, &d.Wrong); err != nil {
		return err
	}
	return h.showDraft(w, r, v, d)
}

// own gives a post that is the reader's to edit.
func (h handlers) own(r *http.Request, v *page.View) (post.Post, error) {
	id, err := page.ID(r, "id")
	if err != nil {
		return post.Post{}, err
	}
	p, err := h.Posts.Post(r.Context(), v.Actor, id)
	if err != nil {
		return p, err
	}
	return p, know.Require(v.Actor, know.Edit, p.Subject())
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request, v *page.View) error {
	p, err := h.own(r, v)
	if err != nil {
		return err
	}
	return h.showDraft(w, r, v, draft{Post: p})
}

func (h handlers) edited(w http.ResponseWriter, r *http.Request, v *page.View) error {
	p, err := h.own(r, v)
	if err != nil {
		return err
	}
	d, do, err := readDraft(w, r, p)
	if err != nil {
		return err
	}
	if do == doPreview {
		d.Preview = true
		return h.showDraft(w, r, v, d)
	}
	if _, err := h.Posts.Save(r.Context(), v.Actor, p.ID, edit(d.Post)); err != nil {
		d.Post.Version = p.Version // they have been told; what they send next, they mean
		return h.again(w, r, v, d, err)
	}
	return h.kept(w, r, v, d, do)
}

// kept goes on once what was written is kept.
func (h handlers) kept(w http.ResponseWriter, r *http.Request, v *page.View, d draft, do string) error {
	switch {
	case do == doPicture:
		return h.addPicture(w, r, v, d)
	case do == doPublish && d.Post.State == post.Draft:
		if _, err := h.Posts.Publish(r.Context(), v.Actor, d.Post.ID); err != nil {
			return h.again(w, r, v, d, err)
		}
		page.Flash(w, r, "published")
		return page.Back(w, r, urlOf(d.Post.ID))
	case d.Post.State == post.Draft:
		page.Flash(w, r, "drafted")
		return page.Back(w, r, urlOf(d.Post.ID)+"/edit")
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, urlOf(d.Post.ID))
}

// addPicture adds the picture of the form, and shows it at the end of the
// text, from where its author moves it.
func (h handlers) addPicture(w http.ResponseWriter, r *http.Request, v *page.View, d draft) error {
	file, _, err := r.FormFile("picture")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return h.again(w, r, v, d, fault.New(fault.Invalid, "Choose a picture first.").On("picture"))
	}
	if err != nil {
		return err
	}
	defer file.Close()
	one, err := h.Posts.AddPicture(r.Context(), v.Actor, d.Post.ID, file, d.Alt)
	if err == nil {
		body := d.Post.Body + "\n\n" + post.Line(one.ID, one.Alt)
		_, err = h.Posts.Save(r.Context(), v.Actor, d.Post.ID, post.Edit{Body: &body})
	}
	if err != nil {
		return h.again(w, r, v, d, err)
	}
	page.Flash(w, r, "pictured")
	return page.Back(w, r, urlOf(d.Post.ID)+"/edit#f-body")
}
