package me

import (
	"encoding/json"
	"net/http"
	"time"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/measure"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/tribe"
	"tribune/web/page"
)

// held is all that is held about a person, as they can take it with them.
type held struct {
	Site   string         `json:"site"`
	At     time.Time      `json:"at"`
	Person know.Held      `json:"person"`
	Said   listen.Holding `json:"said"`
	Inbox  converse.Held  `json:"inbox"`
	Making shape.Held     `json:"making"`
	Posts  post.Held      `json:"tribune"`
	Bought purchase.Held  `json:"purchases"`
	Spread advocate.Held  `json:"carried_on"`
	Boards board.Held     `json:"boards"`
	Counts measure.Held   `json:"counted"`
	Signed charter.Held   `json:"charter"`
	Tribes tribe.Held     `json:"tribes"`
	Alerts alert.Held     `json:"alerts"`
	Digest digest.Held    `json:"digest"`
}

func (o own) export(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	accounts, err := o.accountIDs(r, v.Actor.ID)
	if err != nil {
		return err
	}
	all := held{Site: o.URL, At: o.Now().UTC()}
	if all.Person, err = o.People.Held(ctx, v.Actor); err != nil {
		return err
	}
	if all.Said, err = o.Radar.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Inbox, err = o.Inbox.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Making, err = o.Ideas.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Posts, err = o.Posts.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Bought, err = o.Purchases.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Spread, err = o.Advocacy.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Boards, err = o.Boards.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Counts, err = o.Measures.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Signed, err = o.Charter.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Tribes, err = o.Tribes.Held(ctx, v.Actor.ID, accounts); err != nil {
		return err
	}
	if all.Alerts, err = o.Alerts.Held(ctx, v.Actor.ID); err != nil {
		return err
	}
	if all.Digest, err = o.Digests.Held(ctx, v.Actor.ID); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="tribune-export.json"`)
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(all)
}

// leaveForm is how somebody leaves.
type leaveForm struct {
	words string // "take" or "leave", "" before they chose
	wrong page.Wrong
}

func (o own) leaving(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title = v.T("Leave")
	return o.Show(w, r, v, leavePage(v, leaveForm{words: "leave"}))
}

func (o own) leave(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := leaveForm{words: r.PostForm.Get("words")}
	v.Title = v.T("Leave")
	var unchosen, unsure error
	if f.words != "take" && f.words != "leave" {
		unchosen = fault.New(fault.Invalid, "Choose what becomes of your words.").On("words")
	}
	if r.PostForm.Get("sure") != "1" {
		unsure = fault.New(fault.Invalid, "Say that you are sure: it cannot be undone.").On("sure")
	}
	err := fault.All(unchosen, unsure)
	if err == nil {
		err = o.People.Leave(r.Context(), v.Actor, f.words == "take")
	}
	if err != nil {
		if unchosen != nil {
			f.words = "leave"
		}
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return o.Show(w, r, v, leavePage(v, f))
	}
	o.Gate.SignOut(w)
	page.Flash(w, r, "left")
	return page.Back(w, r, "/")
}

// ending is the page of an unsubscribe link.
type ending struct {
	code string
	kind know.MailKind
	done bool
}

func (o own) unsubscribing(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e := ending{code: r.PathValue("code")}
	var err error
	if _, e.kind, err = o.People.ReadUnsubscribe(r.Context(), e.code); err != nil {
		return err
	}
	v.Title, v.NoIndex = v.T("No more mails of a kind"), true
	return o.Show(w, r, v, endingPage(v, e))
}

// unsubscribe ends a kind of mail. A mail program's own button (RFC 8058)
// comes here too, without cookies; the code is proof enough.
func (o own) unsubscribe(w http.ResponseWriter, r *http.Request, v *page.View) error {
	e := ending{code: r.PathValue("code"), done: true}
	person, kind, err := o.People.ReadUnsubscribe(r.Context(), e.code)
	if err != nil {
		return err
	}
	e.kind = kind
	if err := o.People.ChooseMail(r.Context(), person, kind, false); err != nil {
		return err
	}
	v.Title, v.NoIndex = v.T("No more mails of a kind"), true
	return o.Show(w, r, v, endingPage(v, e))
}
