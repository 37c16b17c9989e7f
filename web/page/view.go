package page

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/shape"
)

// View is a page's reader and frame: who reads, in which language, and what
// the frame says around the content. Its Printer's methods (T, N, Ago...) are
// its own.
type View struct {
	*i18n.Printer
	Actor   know.Actor
	Site    know.Site
	Session string // the cookie's secret
	Path    string
	Query   string
	URL     string // of the site
	Now     time.Time

	Title          string // of the page, "" for the front page
	About          string // one sentence for search engines and previews
	Section        string // which entry of the navigation is current
	Feed           string // path of the page's Atom feed, "" for none
	JSON           string // path of its JSON Feed, "" for none
	Status         int    // 0 is 200
	Flash          string // what was just done, in words
	Waiting        int    // open threads, on the desk
	Unread         int64  // visitors' words that nobody has looked at, on the desk
	KeepsQuery     bool   // this page's query gives a right, as the code of an invitation: it comes along to sign in and back
	NoIndex        bool
	Back, BackText string // the path to which an error page leads, and what stands on its button; "" for the square

	kit *Kit
}

func (v *View) status() int {
	if v.Status == 0 {
		return http.StatusOK
	}
	return v.Status
}

// Wrong keeps an error of a form for its page: the page is shown again with
// what was typed, and the answer says so. It gives back any error that is not
// the form's to show.
func (v *View) Wrong(err error, form *Wrong) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Unauthorised || f.Kind == fault.NotFound {
		return err
	}
	*form = Wrong{Field: f.Field, Text: v.Fault(err)}
	for _, more := range f.More {
		form.More = append(form.More, Wrong{Field: more.Field, Text: v.Fault(more)})
	}
	v.Status = gate.Status(f)
	if f.Kind == fault.Unavailable { // with 502, a proxy may answer with a page of its own, and what was typed is gone
		v.Status = http.StatusUnprocessableEntity
	}
	return nil
}

// Wrong is what is wrong with a form: the field it is about ("" for all of
// it), the words, and what else is wrong.
type Wrong struct {
	Field, Text string
	More        []Wrong
}

// On gives the words for a field, "" if it is fine.
func (w Wrong) On(field string) string {
	if w.Text != "" && w.Field == field {
		return w.Text
	}
	for _, more := range w.More {
		if text := more.On(field); text != "" {
			return text
		}
	}
	return ""
}

// Besides gives what is wrong that none of these fields says: it stands above
// the form.
func (w Wrong) Besides(fields ...string) string {
	var texts []string
	for _, one := range append([]Wrong{{Field: w.Field, Text: w.Text}}, w.More...) {
		if one.Text != "" && !slices.Contains(fields, one.Field) {
			texts = append(texts, one.Text)
		}
	}
	return strings.Join(texts, " ")
}

// Whole keeps what is wrong with a form as a whole; what is wrong with a field
// stands beside it.
func (w Wrong) Whole() Wrong { return Wrong{Text: w.On("")} }

// Asset gives the address of an asset.
func (v *View) Asset(name string) string { return v.kit.Assets.URL(name) }

// HTML gives a person's Markdown as safe HTML.
func (v *View) HTML(src string) templ.Component { return templ.Raw(v.kit.Markdown.HTML(src)) }

// Excerpt gives the beginning of a person's Markdown as plain text.
func (v *View) Excerpt(src string, runes int) string { return v.kit.Markdown.Excerpt(src, runes) }

// Stage names an idea's stage, or the team's own name for it.
func (v *View) Stage(stage shape.Stage, status string) string {
	return StageIn(v.Printer, stage, status)
}

// StageIn is Stage in another language than the reader's.
func StageIn(p *i18n.Printer, stage shape.Stage, status string) string {
	if status != "" {
		return status
	}
	switch stage {
	case shape.UnderReview:
		return p.T("Under review")
	case shape.Planned:
		return p.T("Planned")
	case shape.Started:
		return p.T("Started")
	case shape.Shipped:
		return p.T("Shipped")
	case shape.Declined:
		return p.T("Declined")
	}
	return p.T("Open")
}

// Name gives a person's name as shown: one who left has none any more, and the
// owner of a site that is not set up has none yet.
func (v *View) Name(p know.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.ID != 0 && !p.Left():
		return v.T("somebody without a name yet")
	}
	return v.T("somebody who left")
}

// Named gives a person's name in a sentence: of who works here it says so.
func (v *View) Named(p know.Person) string {
	if p.Name == "" || !p.Role.AtLeast(know.Staff) {
		return v.Name(p)
	}
	return p.Name + " (" + v.Site.Brand + ")"
}

// Here gives this page's address, to come back to; that of signing in keeps
// where it leads, and a page whose query gives a right keeps it.
func (v *View) Here() string {
	if (v.Path == "/signin" || v.KeepsQuery) && v.Query != "" {
		return v.Path + "?" + v.Query
	}
	return v.Path
}

// Initials gives the one or two letters that stand for a face.
func Initials(name string) string {
	words := strings.Fields(name)
	var letters []rune
	for i, w := range words {
		if i == 0 || i == len(words)-1 {
			letters = append(letters, []rune(strings.ToUpper(w))[0])
		}
	}
	return string(letters)
}

// Flash keeps one sentence for the next page, in a cookie that is read once.
// key is one of the texts of Done.
func Flash(w http.ResponseWriter, r *http.Request, key string) {
	gate.Keep(w, r, flashName, key, 20*time.Second)
}

// flashName is the cookie that says what was just done.
const flashName = "done"

func flash(r *http.Request) string { return gate.Kept(r, flashName) }

// told takes a flash away once a page shows it.
func (v *View) told(w http.ResponseWriter, r *http.Request) {
	if v.Flash != "" {
		gate.Keep(w, r, flashName, "", -time.Second)
	}
}

// Done gives the words of a flash; "" for one that is not ours.
func (v *View) Done() string {
	switch v.Flash {
	case "saved":
		return v.T("Saved.")
	case "sent":
		return v.T("Sent.")
	case "again":
		return v.T("It is tried once more. What became of it stands here within a minute.")
	case "proposed":
		return v.T("Your idea is on the square. We will tell you what becomes of it.")
	case "commented":
		return v.T("Your comment is there.")
	case "published":
		return v.T("It stands on the tribune, under your name.")
	case "drafted":
		return v.T("Kept as a draft. Nobody but you sees it.")
	case "pictured":
		return v.T("The picture is at the end of the text: move its line where it belongs.")
	case "replied":
		return v.T("Your reply is there.")
	case "suggested":
		return v.T("Your wording is with the author, who takes it or leaves it.")
	case "voice":
		return v.T("Your voice is behind this idea.")
	case "voice-held":
		return v.T("Thank you. Somebody of us looks at it before it is shown.")
	case "decided":
		return v.T("Decided. Everybody who asked for it is being told.")
	case "answered":
		return v.T("Answered.")
	case "removed":
		return v.T("Removed.")
	case "signed-in":
		return v.T("You are signed in.")
	case "came-to-vote":
		return v.T("You are signed in, and your vote is there.")
	case "came-against":
		return v.T("You are signed in, and your vote against it is there.")
	case "came-to-follow":
		return v.T("You are signed in, and follow this idea. We tell you what becomes of it.")
	case "came-to-comment":
		return v.T("You are signed in, and your comment is there.")
	case "came-to-reply":
		return v.T("You are signed in, and your reply is there.")
	case "came-to-react":
		return v.T("You are signed in, and what you said counts.")
	case "came-to-thank":
		return v.T("You are signed in, and your thanks are there.")
	case "came-to-join":
		return v.T("You are signed in, and in this tribe.")
	case "came-to-start":
		return v.T("You are signed in, and your tribe is there.")
	case "came-to-write":
		return v.T("You are signed in, and your letter is sent.")
	case "came-in-vain":
		return v.T("You are signed in. What you came for could not be done any more: the page says where it stands. What you wrote is still here.")
	case "signed-out":
		return v.T("You are signed out.")
	case "left":
		return v.T("You have left. Your name and addresses are gone.")
	}
	return ""
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

type zipper struct{ *gzip.Writer }

// What is made for one reader alone is compressed at the level that costs
// least: half of level 4's time for a tenth more bytes.
var zippers = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return &zipper{w} }}
