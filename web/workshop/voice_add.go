package workshop

import (
	"net/http"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// source is the words that a voice or an idea is made of.
type source struct {
	from     shape.VoiceFrom
	who      string // as named where they spoke
	whoHref  string
	place    string
	words    string
	language string
	url      string
	private  bool
	query    string // names them in an address
	back     string // where they stand on the desk
}

// wordsOf reads the words that "mention" or "message" of a form or an address
// names.
func (x *workshop) wordsOf(r *http.Request, v *page.View, mention, message string) (s source, err error) {
	ctx := r.Context()
	if id, err := strconv.ParseInt(mention, 10, 64); err == nil && id > 0 {
		m, err := x.Radar.Mention(ctx, v.Actor, id)
		if err != nil {
			return s, err
		}
		return source{from: shape.VoiceFrom{Mention: id}, who: desk.Speaker(v, m), whoHref: desk.SpeakerHref(m), place: desk.MentionPlace(v, m), words: m.Text,
			language: m.Language, url: m.URL, private: !m.Public, query: desk.Link("mention=%d", id), back: desk.Link("/desk/mentions/%d", id)}, nil
	}
	id, err := strconv.ParseInt(message, 10, 64)
	if err != nil || id < 1 {
		return s, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	m, err := x.Inbox.Message(ctx, v.Actor, id)
	if err != nil {
		return s, err
	}
	faces, err := desk.Meet(ctx, x.Kit, []int64{m.Person}, []int64{m.Account})
	if err != nil {
		return s, err
	}
	return source{from: shape.VoiceFrom{Message: id}, who: faces.Name(v, m.Person, m.Account), whoHref: faces.Href(m.Person, m.Account), place: desk.Place(v, "site"), words: m.Body,
		language: m.Language, private: true, query: desk.Link("message=%d", id), back: desk.Link("/desk/inbox/%d#message-%d", m.Thread, id)}, nil
}

// find answers a script with the ideas that fit what is being typed.
func (x *workshop) find(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q := r.URL.Query()
	f := finding{text: strings.TrimSpace(q.Get("q"))}
	f.merge, _ = strconv.ParseInt(q.Get("merge"), 10, 64)
	switch {
	case q.Get("mention") != "":
		f.words = "mention=" + q.Get("mention")
	case q.Get("message") != "":
		f.words = "message=" + q.Get("message")
	}
	if err := x.fill(r, v, &f, false); err != nil {
		return err
	}
	if !page.Partial(r) {
		return page.Back(w, r, "/desk/voices/add?"+r.URL.RawQuery)
	}
	return x.Fragment(w, r, v, found(v, f))
}

// fill finds the ideas. similar also finds ideas that share words with a whole
// text, where List wants every word.
func (x *workshop) fill(r *http.Request, v *page.View, f *finding, similar bool) (err error) {
	if f.text == "" {
		return nil
	}
	if similar {
		f.ideas, err = x.Ideas.Similar(r.Context(), v.Actor, f.text, 8)
	} else {
		f.ideas, _, err = x.Ideas.List(r.Context(), v.Actor, shape.Filter{Text: f.text, Limit: 8})
	}
	return err
}

// pickForVoice is the page on which one chooses the idea that words stand
// behind. Before anything is looked for, it shows the ideas most like them.
func (x *workshop) pickForVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q := r.URL.Query()
	s, err := x.wordsOf(r, v, q.Get("mention"), q.Get("message"))
	if err != nil {
		return err
	}
	return x.showPick(w, r, v, s, page.Wrong{})
}

func (x *workshop) showPick(w http.ResponseWriter, r *http.Request, v *page.View, s source, wrong page.Wrong) error {
	v.Title, v.Section = v.T("Add as a voice to an idea"), "ideas"
	f := finding{words: s.query, text: strings.TrimSpace(r.URL.Query().Get("q"))}
	alike := f.text == ""
	if alike {
		f.text = s.words
	}
	if err := x.fill(r, v, &f, alike); err != nil {
		return err
	}
	if alike {
		f.text = ""
	}
	return x.ShowDesk(w, r, v, pickPage(v, s, f, wrong))
}

// addVoice puts words behind an idea.
func (x *workshop) addVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	s, err := x.wordsOf(r, v, r.PostForm.Get("mention"), r.PostForm.Get("message"))
	if err != nil {
		return err
	}
	idea, _ := strconv.ParseInt(r.PostForm.Get("idea"), 10, 64)
	voice, err := x.Ideas.AddVoice(r.Context(), v.Actor, idea, s.from)
	if err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		return x.showPick(w, r, v, s, wrong)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/ideas/%d#voice-%d", idea, voice.ID))
}

// findMentions finds what was said to put it behind an idea.
func (x *workshop) findMentions(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	idea, err := x.Ideas.Idea(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	var list []listen.Mention
	if text != "" {
		if list, _, err = x.Radar.Mentions(r.Context(), v.Actor, listen.Filter{Words: text, Limit: 10}); err != nil {
			return err
		}
	}
	if page.Partial(r) {
		return x.Fragment(w, r, v, mentionsFound(v, idea, text, list))
	}
	v.Title, v.Section = idea.Title, "ideas"
	return x.ShowDesk(w, r, v, mentionsPage(v, idea, text, list))
}

// onVoice runs what a button asks of a voice, and shows its idea.
func (x *workshop) onVoice(w http.ResponseWriter, r *http.Request, v *page.View, do func(id int64) error) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	voice, err := x.Ideas.Voice(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		form := opened{form: desk.Link("voice%d", id), typed: typed(r)}
		if err := v.Wrong(err, &form.wrong); err != nil {
			return err
		}
		if r.PostForm.Get("back") == "voices" && !voice.Public && voice.State == know.Visible {
			return x.showHeld(w, r, v, held{voice: id, wrong: form.wrong})
		}
		return x.showIdea(w, r, v, voice.Idea, form)
	}
	page.Flash(w, r, "saved")
	if r.PostForm.Get("back") == "voices" {
		return page.Back(w, r, "/desk/voices")
	}
	if r.PostForm.Get("back") == "hidden" {
		return page.Back(w, r, "/desk/hidden?kind=voice")
	}
	return page.Back(w, r, desk.Link("/desk/ideas/%d#voice-%d", voice.Idea, id))
}

func (x *workshop) hideVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onVoice(w, r, v, func(id int64) error { return x.Ideas.HideVoice(r.Context(), v.Actor, id, r.PostForm.Get("reason")) })
}

func (x *workshop) showVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onVoice(w, r, v, func(id int64) error { return x.Ideas.ShowVoice(r.Context(), v.Actor, id) })
}

func (x *workshop) withdrawVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onVoice(w, r, v, func(id int64) error { return x.Ideas.WithdrawVoice(r.Context(), v.Actor, id) })
}

// allowVoice notes what the author of private words said to being quoted.
func (x *workshop) allowVoice(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.onVoice(w, r, v, func(id int64) error {
		voice, err := x.Ideas.Voice(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		answer := listen.Quotability(r.PostForm.Get("answer"))
		if voice.Mention != 0 {
			return x.Radar.Quotable(r.Context(), v.Actor, voice.Mention, answer)
		}
		return x.Ideas.AllowVoice(r.Context(), v.Actor, id, answer)
	})
}

// voicesToRead lists the words of visitors that nobody of the team has read.
func (x *workshop) voicesToRead(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showHeld(w, r, v, held{})
}

// held is which of the words in the list were answered wrongly, and how.
type held struct {
	voice int64
	wrong page.Wrong
}

// of gives what is wrong with what was typed about a voice.
func (h held) of(voice int64) page.Wrong {
	if h.voice == voice {
		return h.wrong
	}
	return page.Wrong{}
}

func (x *workshop) showHeld(w http.ResponseWriter, r *http.Request, v *page.View, h held) error {
	v.Title, v.Section = v.T("Words to look at"), "ideas"
	voices, err := x.Ideas.VoicesToRead(r.Context(), v.Actor, 100)
	if err != nil {
		return err
	}
	ids := make([]int64, len(voices))
	for i, voice := range voices {
		ids[i] = voice.Idea
	}
	ideas, err := x.Ideas.ByID(r.Context(), v.Actor, ids)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, heldPage(v, voices, ideas, h))
}
