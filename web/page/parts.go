package page

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tribune/converse/post"
	"tribune/shape"
)

// htmxConfig keeps htmx from adding styles of its own, and from other hosts.
const htmxConfig = `{"includeIndicatorCSS":false,"mode":"same-origin","defaultSwap":"outerHTML","history":false}`

// IdeaURL gives an idea's path.
func IdeaURL(id int64) string { return "/ideas/" + strconv.FormatInt(id, 10) }

// PersonURL gives a person's path on the square.
func PersonURL(id int64) templ.SafeURL {
	return templ.SafeURL("/people/" + strconv.FormatInt(id, 10))
}

// Path joins a path and an id.
func Path(prefix string, id int64) templ.SafeURL {
	return templ.SafeURL(prefix + strconv.FormatInt(id, 10))
}

// AgainstCount says how many votes there are against something.
func (v *View) AgainstCount(n int64) string { return v.N("{n} against", "{n} against", n) }

// count names a place where a live count of an idea stands.
func count(what string, idea int64) string { return what + "." + strconv.FormatInt(idea, 10) }

// LiveIdeas is the data-live of a list: the page's counts of these ideas follow
// the log while it is open.
func LiveIdeas(ideas []shape.Idea) string {
	var b strings.Builder
	for i, idea := range ideas {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(idea.ID, 10))
	}
	if b.Len() == 0 {
		return ""
	}
	return "ideas=" + b.String()
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (v *View) fullTitle() string {
	switch {
	case v.Title == "":
		return v.Site.Brand
	case v.Waiting > 0 && v.Section == "inbox":
		return fmt.Sprintf("(%d) %s, %s", v.Waiting, v.Title, v.Site.Brand)
	case v.Title == v.Site.Brand || strings.HasSuffix(v.Title, " "+v.Site.Brand): // as "Welcome to Tribune"
		return v.Title
	}
	return v.Title + ", " + v.Site.Brand
}

func (v *View) brandCSS() templ.SafeURL {
	return templ.SafeURL(fmt.Sprintf("/brand.css?h=%d&c=%d", v.Site.Hue, v.Site.Chroma))
}

func (v *View) signInURL() templ.SafeURL {
	if v.Path == "/" || v.Path == "/signin" {
		return "/signin"
	}
	return templ.SafeURL("/signin?next=" + url.QueryEscape(v.Here()))
}

// Voices says how many voices stand behind an idea, and from how many countries.
func (v *View) Voices(idea shape.Idea) string {
	voices := v.N("{n} voice", "{n} voices", idea.Voices)
	if idea.Countries > 1 {
		return v.T("{voices} from {countries}", "voices", voices, "countries", v.N("{n} country", "{n} countries", idea.Countries))
	}
	return voices
}

// Reaction names a reaction to a post.
func Reaction(v *View, kind post.Reaction) string {
	switch kind {
	case post.Thanks:
		return v.T("This helped me")
	case post.Agrees:
		return v.T("I agree")
	}
	return v.T("Tell me more")
}
