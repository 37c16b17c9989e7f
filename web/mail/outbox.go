package mail

import (
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen/alert"
	"tribune/measure/digest"
	"tribune/tribe"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// perPage is how many mails the outbox lists at once.
const perPage = 50

// box is the handlers of the outbox.
type box struct {
	*page.Kit
	mailer *Mailer
}

// Routes serves the outbox on the desk.
func Routes(mux *http.ServeMux, k *page.Kit) {
	b := box{k, New(k)}
	mux.Handle("GET /desk/outbox", k.Staff(b.list))
	mux.Handle("GET /desk/outbox/{id}", k.Staff(b.open))
	mux.Handle("POST /desk/outbox/{id}/again", k.Staff(b.again))
	mux.Handle("POST /desk/outbox/{id}/link", k.Staff(b.link))
}

// listed is the outbox as its page shows it.
type listed struct {
	state  event.State // "" for all
	rows   []event.Delivery
	people map[int64]know.Person
	counts map[event.State]int64
	more   string
	set    bool // a mail server is set
}

func (b box) list(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx, l := r.Context(), listed{state: event.State(r.URL.Query().Get("state")), set: Set(b.Kit, v.Site)}
	if l.state != "" && !slices.Contains(states(), l.state) {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if l.rows, err = b.People.Outbox(ctx, v.Actor, l.state, max(0, before), perPage+1); err != nil {
		return err
	}
	if l.counts, err = b.People.OutboxStates(ctx, v.Actor); err != nil {
		return err
	}
	if len(l.rows) > perPage {
		l.rows = l.rows[:perPage]
		l.more = fmt.Sprintf("/desk/outbox?state=%s&before=%d", l.state, l.rows[perPage-1].ID)
	}
	ids := make([]int64, 0, len(l.rows))
	for _, d := range l.rows {
		ids = append(ids, d.Person)
	}
	if l.people, err = b.People.People(ctx, ids); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Outbox"), "outbox"
	return b.ShowDesk(w, r, v, listPage(v, l))
}

func states() []event.State {
	return []event.State{event.Waiting, event.Sending, event.Sent, event.Uncertain, event.Failed, event.Superseded}
}

// opened is one mail as its page shows it.
type opened struct {
	row    event.Delivery
	letter Letter
	why    string // why it cannot be rendered, "" if it can
	html   templ.Component
	set    bool
	link   string // the armed link, just now
}

func (b box) open(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return b.show(w, r, v, "")
}

func (b box) show(w http.ResponseWriter, r *http.Request, v *page.View, link string) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	o := opened{set: Set(b.Kit, v.Site), link: link}
	if o.row, err = b.People.Mailing(r.Context(), v.Actor, id); err != nil {
		return err
	}
	o.letter, err = b.mailer.Preview(r.Context(), o.row)
	if err != nil && fault.KindOf(err) == fault.Internal {
		return err
	}
	o.why = v.Fault(err)
	if link != "" {
		o.letter.arm(link)
	}
	o.html = body(o.letter, b.mailer.markdown, v.T("Here stands a link that its reader alone has. It is made as the mail leaves, and is not kept."))
	v.Title, v.Section = v.T("A mail"), "outbox"
	return b.ShowDesk(w, r, v, openPage(v, o))
}

func (b box) again(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := b.People.SendAgain(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "again")
	return page.Back(w, r, fmt.Sprintf("/desk/outbox/%d", id))
}

// link gives an owner the link in a mail that cannot leave, which its reader
// alone would have.
func (b box) link(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if Set(b.Kit, v.Site) {
		return fault.New(fault.Conflict, "A mail server is set, so this mail leaves by itself.")
	}
	link, err := b.People.OpenLink(r.Context(), v.Actor, id, func(d event.Delivery) (string, int64, error) {
		l, err := b.mailer.Preview(r.Context(), d)
		if err != nil {
			return "", 0, err
		}
		if !l.handed() {
			return "", 0, fault.New(fault.Conflict, "This mail has no link to hand over.")
		}
		link, err := b.mailer.link(r.Context(), l)
		return link, l.To.ID, err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return b.show(w, r, v, link)
}

// state names a state for people.
func state(v *page.View, s event.State) string {
	switch s {
	case event.Waiting:
		return v.T("Waiting")
	case event.Sending:
		return v.T("Being sent")
	case event.Sent:
		return v.T("Sent")
	case event.Uncertain:
		return v.T("Uncertain")
	case event.Failed:
		return v.T("Failed")
	case event.Superseded:
		return v.T("Not needed any more")
	}
	return v.T("All")
}

// kind says what a mail is.
func kind(v *page.View, k string) string {
	switch k {
	case "signin":
		return v.T("Sign-in link")
	case "invite":
		return v.T("Invitation")
	case "confirm":
		return v.T("Confirmation of an address")
	case "letter":
		return v.T("Confirmation of a letter")
	case "decision":
		return v.T("Decision")
	case "answer":
		return v.T("Answer")
	case "comment":
		return v.T("Comment")
	case "reply":
		return v.T("Reply on the tribune")
	case "edit":
		return v.T("A suggested wording")
	case "edited":
		return v.T("What became of a suggested wording")
	case "thanks":
		return v.T("Thanks")
	case "why":
		return v.T("The question to a buyer")
	case alert.Mail:
		return v.T("Alerts from the radar")
	case digest.Mail:
		return v.T("Digest")
	case "invited":
		return v.T("Invitation to a board")
	case "drawn":
		return v.T("A seat on a board")
	case "task":
		return v.T("A question to a board")
	case "result":
		return v.T("The result of a question to a board")
	case tribe.RenamedMail:
		return v.T("A tribe that was renamed")
	case "teller":
		return v.T("Whether somebody may be named")
	}
	return k
}

// to names whom a mail is for, in the list.
func (l listed) to(v *page.View, d event.Delivery) string {
	p, known := l.people[d.Person]
	if !known {
		return v.T("an address nobody has confirmed yet")
	}
	return v.Named(p)
}

func stateURL(s event.State) templ.SafeURL {
	if s == "" {
		return "/desk/outbox"
	}
	return templ.SafeURL("/desk/outbox?state=" + string(s))
}

// handsOver reports whether the reader may be given a mail's link that its
// reader alone would have.
func (o opened) handsOver(v *page.View) bool {
	return !o.set && o.link == "" && o.letter.handed() && o.row.State == event.Waiting && o.why == "" &&
		know.May(v.Actor, know.Configure, know.Subject{Audience: know.Team})
}

// reason says why a mail has not left, around the words of the server, which
// are not ours to translate.
func reason(v *page.View, stored string) string {
	if words, ok := strings.CutPrefix(stored, "mail refused: "); ok {
		return v.T("The mail server refused it: {words}", "words", words)
	}
	if words, ok := strings.CutPrefix(stored, "mail not sent for now: "); ok {
		return v.T("The mail server did not take it, for now: {words}", "words", words)
	}
	return v.T(stored)
}
