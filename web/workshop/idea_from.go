package workshop

import (
	"net/http"
	"strconv"
	"strings"

	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// written is an idea being made of somebody's words.
type written struct {
	source  source
	typed   map[string]string
	calls   []shape.Call
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
	return x.showFrom(w, r, v, s, map[string]string{"title": opening(s.words), "words": s.words}, page.Wrong{})
}

func (x *workshop) showFrom(w http.ResponseWriter, r *http.Request, v *page.View, s source, t map[string]string, wrong page.Wrong) (err error) {
	v.Title, v.Section = v.T("Make an idea of it"), "ideas"
	f := written{source: s, typed: t, action: r.URL.Path, wrong: wrong}
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
	idea, _, err := x.Ideas.IdeaFromVoice(r.Context(), v.Actor, from, shape.NewIdea{Title: t["title"], Body: t["body"], Tags: tags(t["tags"]), Call: call})
	if err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		return x.showFrom(w, r, v, s, t, wrong)
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
