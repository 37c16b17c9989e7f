package persons

import (
	"net/http"
	"strings"

	"tribune/converse"
	"tribune/know"
	"tribune/web/desk"
	"tribune/web/page"
)

// shownAtOnce is how many people or accounts a page lists.
const shownAtOnce = 50

// listing is the list of people: those whom nobody has spoken with for longest
// first, or those whom a search finds.
type listing struct {
	text     string
	accounts bool // accounts that nobody claimed, in place of people
	silences []converse.Silence
	found    []know.Person
	unknown  []know.Account
	next     string
	faces    desk.Faces
}

func (x *persons) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	v.Title, v.Section = v.T("People"), "people"
	q := r.URL.Query()
	l := listing{text: strings.TrimSpace(q.Get("q")), accounts: q.Get("show") == "accounts"}
	var people []int64
	var err error
	switch {
	case l.text != "":
		if l.found, err = x.People.Search(ctx, v.Actor, l.text, shownAtOnce); err != nil {
			return err
		}
		if l.unknown, err = x.People.Unclaimed(ctx, v.Actor, l.text, shownAtOnce); err != nil {
			return err
		}
	case l.accounts:
		if l.unknown, err = x.People.Unclaimed(ctx, v.Actor, "", 2*shownAtOnce); err != nil {
			return err
		}
	default:
		var next string
		if l.silences, next, err = x.Inbox.Silences(ctx, v.Actor, q.Get("cursor"), shownAtOnce); err != nil {
			return err
		}
		if next != "" {
			l.next = "/desk/people?cursor=" + next
		}
	}
	for _, s := range l.silences {
		people = append(people, s.Person, s.By)
	}
	if l.faces, err = desk.Meet(ctx, x.Kit, people, nil); err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, listPage(v, l))
}

func (l listing) tabs(v *page.View) []desk.Tab {
	return []desk.Tab{
		{Name: v.T("People"), Href: "/desk/people", Current: !l.accounts && l.text == ""},
		{Name: v.T("Accounts nobody claimed"), Href: "/desk/people?show=accounts", Current: l.accounts && l.text == ""},
	}
}

// accountKind names what sort of address an account is.
func accountKind(v *page.View, k know.AccountKind) string {
	switch k {
	case know.Mail:
		return v.T("mail")
	case know.Web:
		return v.T("web")
	case know.Fediverse:
		return v.T("fediverse")
	case know.Bluesky:
		return "Bluesky"
	case know.Shop:
		return v.T("shop")
	}
	return v.T("a name only")
}

// address is what an account's address says to a person: a bare name's is a
// number of ours.
func address(a know.Account) string {
	if a.Kind == know.NameOnly {
		return ""
	}
	return a.Address
}

// account names an account on its person's page.
func account(v *page.View, a know.Account) string {
	if text := address(a); text != "" {
		return text
	}
	return desk.AccountName(v, a)
}
