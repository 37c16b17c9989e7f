package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tribune/converse"
	"tribune/know"
	"tribune/listen"
	"tribune/web/page"
)

// Faces are the people and accounts that a page names, loaded at once.
type Faces struct {
	people   map[int64]know.Person
	accounts map[int64]know.Account
}

// Meet loads who a page names. Accounts bring the persons behind them.
func Meet(ctx context.Context, k *page.Kit, people, accounts []int64) (f Faces, err error) {
	if f.accounts, err = k.People.Accounts(ctx, accounts); err != nil {
		return f, err
	}
	for _, a := range f.accounts {
		people = append(people, a.Person)
	}
	f.people, err = k.People.People(ctx, people)
	return f, err
}

// Person gives a person that was loaded, the zero Person if there is none.
func (f Faces) Person(id int64) know.Person { return f.people[id] }

// behind gives the person who speaks, if known.
func (f Faces) behind(person, account int64) (know.Person, bool) {
	if person == 0 {
		person = f.accounts[account].Person
	}
	p, ok := f.people[person]
	return p, ok
}

// Name names who speaks: the person behind an account, of who works here it
// says so, else the account.
func (f Faces) Name(v *page.View, person, account int64) string {
	if p, ok := f.behind(person, account); ok {
		return v.Named(p)
	}
	return f.Bare(v, person, account)
}

// Bare names who speaks, for a face or where it is said already who works here.
func (f Faces) Bare(v *page.View, person, account int64) string {
	if p, ok := f.behind(person, account); ok {
		return v.Name(p)
	}
	if a, ok := f.accounts[account]; ok {
		return AccountName(v, a)
	}
	return v.T("somebody")
}

// Same reports whether one and the same speaks as both.
func (f Faces) Same(person, account, otherPerson, otherAccount int64) bool {
	one, known := f.behind(person, account)
	other, otherKnown := f.behind(otherPerson, otherAccount)
	if known && otherKnown {
		return one.ID == other.ID
	}
	return known == otherKnown && account == otherAccount
}

// Buyer names who bought. Of one whom the shop knows by a number alone, it is
// that of the order or the customer.
func (f Faces) Buyer(v *page.View, person, account int64) string {
	name := f.Name(v, person, account)
	shop, number, ok := strings.Cut(name, "/")
	if !ok || person != 0 || strings.Contains(shop, "@") {
		return name
	}
	if order, ok := strings.CutPrefix(number, "order:"); ok {
		return v.T("order {number}", "number", order)
	}
	return v.T("customer {number}", "number", number)
}

// Account gives an account that was loaded, the zero Account if there is none.
func (f Faces) Account(id int64) know.Account { return f.accounts[id] }

// Photo gives the picture of who speaks, "" for none.
func (f Faces) Photo(person, account int64) string {
	p, _ := f.behind(person, account)
	return p.Photo
}

// Href gives the desk's page of who speaks, "" if there is none.
func (f Faces) Href(person, account int64) string {
	if p, ok := f.behind(person, account); ok {
		return fmt.Sprintf("/desk/people/%d", p.ID)
	}
	if account != 0 {
		return fmt.Sprintf("/desk/accounts/%d", account)
	}
	return ""
}

// AccountName names an account: as it calls itself, else its address.
func AccountName(v *page.View, a know.Account) string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Kind == know.NameOnly || a.Address == "":
		return v.T("somebody")
	}
	return a.Address
}

// Speaker names who said a mention.
func Speaker(v *page.View, m listen.Mention) string {
	switch {
	case m.Author.Name != "":
		return m.Author.Name
	case m.Author.Handle != "":
		return m.Author.Handle
	}
	return v.T("somebody")
}

// Gone says why the words of a mention are no longer there.
func Gone(v *page.View, why string) string {
	switch why {
	case listen.Deleted:
		return v.T("Its author deleted these words where they stood.")
	case listen.Forgotten:
		return v.T("These were a stranger’s words; their time had passed, and they were forgotten.")
	}
	return v.T("Its author took these words back.")
}

// SpeakerHref gives the desk's page of who said a mention, "" if unknown.
func SpeakerHref(m listen.Mention) string {
	switch {
	case m.Person != 0:
		return fmt.Sprintf("/desk/people/%d", m.Person)
	case m.Account != 0:
		return fmt.Sprintf("/desk/accounts/%d", m.Account)
	}
	return ""
}

// Place names where something was said: a host as it is, other roads in words.
func Place(v *page.View, place string) string {
	switch place {
	case "mail":
		return v.T("by mail")
	case "call":
		return v.T("by telephone")
	case "form":
		return v.T("by form")
	case "letter":
		return v.T("in a letter")
	case "site":
		return v.T("on our pages")
	case "post":
		return v.T("in a post")
	case "review":
		return v.T("in a review")
	}
	return place
}

// Late and soon: how long somebody waits before a clock turns red, amber.
const soonAfter = 24 * time.Hour

// Urgency is the class of a clock.
func Urgency(since, now time.Time) string {
	switch waited := now.Sub(since); {
	case waited > converse.Late:
		return "late"
	case waited > soonAfter:
		return "soon"
	}
	return ""
}

// Purpose names why a standing query stands.
func Purpose(v *page.View, p listen.Purpose) string {
	switch p {
	case listen.Rival:
		return v.T("rival")
	case listen.Topic:
		return v.T("topic")
	}
	return v.T("us")
}

// Tab is one of a page's sections.
type Tab struct {
	Name, Href string
	Current    bool
	Under      []Tab // shown in a row of their own while it is the current one
}

// Link is a path with an id.
func Link(format string, args ...any) string { return fmt.Sprintf(format, args...) }
