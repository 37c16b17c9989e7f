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

// written is an idea being made of somebody's words.
type written struct {
	source  source
	with    []listen.Mention // whose words stand behind it, too
	typed   map[string]string
	calls   []shape.Call
	behind  shape.Idea // that these words are a voice behind already, if any
	similar []shape.Idea
	action  string
	wrong   page.Wrong
}

func (x *workshop) fromMention(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.from(w, r, v, r.PathValue("mention"), "")
}

func (x *workshop) fromMessage(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.from(w, r, v, "", r.PathValue("message"))
}

func (x *workshop) from(w http.ResponseWriter, r *http.Request, v *page.View, mention, message string) error {
	s, err := x.wordsOf(r, v, mention, message)
	if err != nil {
		return err
	}
	title := r.URL.Query().Get("title")
	if title == "" {
		title = opening(s.words)
	}
	return x.showFrom(w, r, v, s, r.URL.Query()["with"], map[string]string{"title": title, "words": s.words}, page.Wrong{})
}

// mostWith is how many more voices an idea is made with at once.
const mostWith = 100

// with reads the mentions whose words stand behind an idea, too. What is not
// there any more is left out.
func (x *workshop) with(r *http.Request, v *page.View, first int64, ids []string) (all []listen.Mention, err error) {
	seen := map[int64]bool{first: true}
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seen[id] || len(all) == mostWith {
			continue
		}
		seen[id] = true
		m, err := x.Radar.Mention(r.Context(), v.Actor, id)
		switch {
		case err == nil && m.State == know.Visible:
			all = append(all, m)
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, err
		}
	}
	return all, nil
}

func (x *workshop) showFrom(w http.ResponseWriter, r *http.Request, v *page.View, s source, with []string, t map[string]string, wrong page.Wrong) (err error) {
	v.Title, v.Section = v.T("Make an idea of it"), "ideas"
	f := written{source: s, typed: t, action: r.URL.Path, wrong: wrong}
	if f.with, err = x.with(r, v, s.from.Mention, with); err != nil {
		return err
	}
	behind, err := x.Ideas.Behind(r.Context(), v.Actor, []int64{s.from.Mention})
	if err != nil {
		return err
	}
	f.behind = behind[s.from.Mention]
	if f.calls, err = x.Ideas.Calls(r.Context(), v.Actor, true); err != nil {
		return err
	}
	if f.similar, err = x.Ideas.Similar(r.Context(), v.Actor, t["title"]+" "+s.words, 4); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, fromPage(v, f))
}

func (x *workshop) makeFromMention(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.makeFrom(w, r, v, r.PathValue("mention"), "")
}

func (x *workshop) makeFromMessage(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.makeFrom(w, r, v, "", r.PathValue("message"))
}

func (x *workshop) makeFrom(w http.ResponseWriter, r *http.Request, v *page.View, mention, message string) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	s, err := x.wordsOf(r, v, mention, message)
	if err != nil {
		return err
	}
	t := typed(r)
	call, _ := strconv.ParseInt(t["call"], 10, 64)
	from := s.from
	if strings.TrimSpace(t["words"]) != strings.TrimSpace(s.words) {
		from.Words = t["words"]
	}
	with, err := x.with(r, v, s.from.Mention, r.PostForm["with"])
	if err != nil {
		return err
	}
	var more []int64
	for _, m := range with {
		more = append(more, m.ID)
	}
	idea, _, err := x.Ideas.IdeaFromVoices(r.Context(), v.Actor, from, more, shape.NewIdea{Title: t["title"], Body: t["body"], Tags: tags(t["tags"]), Call: call})
	if err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		return x.showFrom(w, r, v, s, r.PostForm["with"], t, wrong)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/ideas/%d", idea.ID))
}

// tags reads tags, parted by commas.
func tags(text string) []string {
	var out []string
	for tag := range strings.SplitSeq(text, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			out = append(out, tag)
		}
	}
	return out
}

// opening gives the first sentence of a text as a title to begin from, if it
// is short enough to be one.
func opening(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if at := strings.IndexAny(line, ".!?。"); at > 0 {
		line = line[:at]
	}
	if len([]rune(line)) > 120 {
		return ""
	}
	return line
}

func callOptions(v *page.View, calls []shape.Call) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("none")}}
	for _, c := range calls {
		options = append(options, page.Option{Value: strconv.FormatInt(c.ID, 10), Name: c.Title})
	}
	return options
}
