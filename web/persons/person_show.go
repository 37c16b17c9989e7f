package persons

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/web/desk"
	"tribune/web/page"
)

// moments is how many points of a line of time are shown.
const moments = 200

// shown is one person, or an account that nobody claimed, and all that
// happened between them and us.
type shown struct {
	person   know.Person // the zero Person: an account only
	account  know.Account
	accounts []know.Account
	name     string
	line     []know.Moment
	open     []converse.Thread
	lastBy   int64
	lastAt   time.Time
	faces    desk.Faces
}

func (x *persons) person(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := know.Require(v.Actor, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	var s shown
	if s.person, err = x.People.Person(r.Context(), id); err != nil {
		return err
	}
	if s.person.Left() {
		return fault.New(fault.NotFound, "This person has left. What they let us keep stays where it was said, without their name; nothing ties it together here.")
	}
	if s.accounts, err = x.People.AccountsOf(r.Context(), id); err != nil {
		return err
	}
	s.name = v.Name(s.person)
	return x.show(w, r, v, s)
}

// mayPart reports whether the reader may say whose an account is. What its
// person holds is theirs: an owner alone takes it off them, and never the last
// address by which they sign in.
func (s shown) mayPart(v *page.View, a know.Account) bool {
	if a.Holder() == 0 {
		return know.May(v.Actor, know.Join, know.Subject{})
	}
	return v.Actor.Role == know.Owner && slices.ContainsFunc(s.accounts, func(b know.Account) bool {
		return b.ID != a.ID && b.Kind == know.Mail && !b.ConfirmedAt.IsZero()
	})
}

func (x *persons) account(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	var s shown
	if s.account, err = x.People.Known(r.Context(), v.Actor, id); err != nil {
		return err
	}
	if s.account.Person != 0 {
		return page.Back(w, r, desk.Link("/desk/people/%d", s.account.Person))
	}
	s.accounts = []know.Account{s.account}
	s.name = desk.AccountName(v, s.account)
	return x.show(w, r, v, s)
}

func (x *persons) show(w http.ResponseWriter, r *http.Request, v *page.View, s shown) (err error) {
	ctx := r.Context()
	v.Title, v.Section = s.name, "people"
	ids := make([]int64, len(s.accounts))
	for i, a := range s.accounts {
		ids[i] = a.ID
	}
	if s.line, err = x.lineOf(ctx, s.person.ID, ids); err != nil {
		return err
	}
	if !s.person.CreatedAt.IsZero() {
		s.line = append(s.line, know.Moment{At: s.person.CreatedAt, Kind: "joined"})
		slices.SortStableFunc(s.line, func(a, b know.Moment) int { return b.At.Compare(a.At) })
	}
	threads, err := x.Inbox.ThreadsOf(ctx, v.Actor, s.person.ID, ids)
	if err != nil {
		return err
	}
	people := []int64{s.person.ID}
	for _, t := range threads {
		if t.State == converse.Waiting {
			s.open = append(s.open, t)
			people = append(people, t.Owner)
		}
	}
	if s.lastBy, s.lastAt, err = x.Inbox.LastSpoke(ctx, s.person.ID, ids); err != nil {
		return err
	}
	people = append(people, s.lastBy)
	for _, m := range s.line {
		people = append(people, m.By)
	}
	if s.faces, err = desk.Meet(ctx, x.Kit, people, ids); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, personPage(v, s))
}

// lineOf puts what each folder knows of somebody on one line of time, newest
// first.
func (x *persons) lineOf(ctx context.Context, person int64, accounts []int64) (line []know.Moment, err error) {
	for _, of := range []func(context.Context, int64, []int64, int) ([]know.Moment, error){x.Radar.Moments, x.Inbox.Moments, x.Ideas.Moments, x.Posts.Moments, x.Purchases.Moments, x.Advocacy.Moments, x.Boards.Moments} {
		list, err := of(ctx, person, accounts, moments)
		if err != nil {
			return nil, err
		}
		line = append(line, list...)
	}
	slices.SortStableFunc(line, func(a, b know.Moment) int { return b.At.Compare(a.At) })
	return line[:min(len(line), moments)], nil
}

// what says what happened at a moment.
func (s shown) what(v *page.View, m know.Moment) string {
	by := s.faces.Name(v, m.By, 0)
	switch m.Kind {
	case "said":
		return v.T("said")
	case "asked":
		return v.T("wrote to us")
	case "proposed":
		return v.T("proposed")
	case "voted":
		return v.T("voted for")
	case "against":
		return v.T("voted against")
	case "commented":
		return v.T("commented on")
	case "quoted":
		return v.T("quoted behind")
	case "bought":
		return v.T("bought")
	case "thanked":
		return v.T("said thank you, under")
	case "was_thanked":
		return v.T("was thanked by {name}, under", "name", by)
	case "came":
		return v.T("came by the link of {name} to", "name", by)
	case "published":
		return v.T("published")
	case "replied":
		return v.T("replied to")
	case "reacted":
		return v.T("reacted to")
	case "suggested":
		return v.T("suggested a wording for")
	case "answered":
		return v.T("{name} answered", "name", by)
	case "applied":
		return v.T("applied for a seat on")
	case "seated":
		return v.T("took a seat on")
	case "consulted":
		return v.T("said on the board")
	case "promised":
		return v.T("{name} promised", "name", by)
	case "told":
		return v.T("{name} told them what was decided", "name", by)
	case "joined":
		return v.T("joined")
	}
	return m.Kind
}

// href is what a moment opens on the desk, "" for nothing.
func href(m know.Moment) string {
	switch m.Subject.Kind {
	case "mention":
		return desk.Link("/desk/mentions/%d", m.Subject.ID)
	case "board":
		return desk.Link("/desk/boards/%d", m.Subject.ID)
	case "purchase":
		return desk.Link("/desk/why/purchases/%d", m.Subject.ID)
	case "thread":
		return desk.Link("/desk/inbox/%d", m.Subject.ID)
	case "idea":
		return desk.Link("/desk/ideas/%d", m.Subject.ID)
	case "decision":
		return desk.Link("/desk/decisions/%d", m.Subject.ID)
	case "post":
		return desk.Link("/tribune/%d", m.Subject.ID)
	}
	return ""
}

// ours reports whether a moment is something we did.
func ours(m know.Moment) bool {
	return m.Kind == "answered" || m.Kind == "promised" || m.Kind == "told"
}

// moves is an account that is to be given to a person, or to nobody.
type moves struct {
	account know.Account
	name    string
	text    string
	found   []know.Person
	looked  bool
}

// pick is the page on which one finds the person behind an account. At first
// it offers those of the same name.
func (x *persons) pick(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	m := moves{text: strings.TrimSpace(r.URL.Query().Get("q"))}
	if m.account, err = x.People.Known(r.Context(), v.Actor, id); err != nil {
		return err
	}
	if m.account.Holder() != 0 {
		return page.Back(w, r, desk.Link("/desk/people/%d", m.account.Person))
	}
	m.name = desk.AccountName(v, m.account)
	look := m.text
	if look == "" {
		look = m.account.Name
	}
	if look != "" {
		m.looked = m.text != "" // a guess of ours that finds nobody is no answer
		if m.found, err = x.People.Search(r.Context(), v.Actor, look, 20); err != nil {
			return err
		}
	}
	v.Title, v.Section = v.T("Who is {name}?", "name", m.name), "people"
	return x.ShowDesk(w, r, v, pickPage(v, m))
}

// move joins an account to a person, or with 0 parts it from theirs.
func (x *persons) move(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	person, err := strconv.ParseInt(r.PostForm.Get("person"), 10, 64)
	if err != nil || person < 0 {
		return fault.New(fault.Invalid, "Choose the person this account belongs to.").On("person")
	}
	if err := x.People.Move(r.Context(), v.Actor, id, person); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, desk.Link("/desk/accounts/%d", id))
}
