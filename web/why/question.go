package why

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/web/page"
)

// offered is how many people are offered while somebody types a name.
const offered = 6

// asking is the question's page: what was said, what is typed, whom the typed
// name may mean.
type asking struct {
	purchase.Question
	to      string // where the form goes
	teller  know.Person
	words   string
	who     string
	chosen  string // id of the person meant, "0" for somebody who is not here, "" for not chosen
	place   string
	thing   string // the title of what of ours they named
	by      string
	found   []know.Person
	wrong   page.Wrong
	namings []naming // on one's own page
	asked   bool     // there is a purchase to ask about
}

// bySeen is the field for the buyer's name, which members do not have.
func bySeen(v *page.View, a asking) string {
	if a.Purchase.Holder == 0 && v.Actor.ID == 0 {
		return "by"
	}
	return ""
}

// naming is somebody who says that the reader brought them.
type naming struct {
	purchase.Naming
	name string
}

func (y *why) question(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q, err := y.Purchases.Question(r.Context(), v.Actor, r.PathValue("code"))
	if err != nil {
		return err
	}
	a := asking{Question: q, to: "/why/" + r.PathValue("code"), asked: true}
	if err := y.typed(r, v, &a); err != nil {
		return err
	}
	return y.showQuestion(w, r, v, a)
}

func (y *why) showQuestion(w http.ResponseWriter, r *http.Request, v *page.View, a asking) error {
	v.Title, v.NoIndex = v.T("Who or what brought you to us?"), true
	w.Header().Set("Referrer-Policy", "strict-origin") // the address is a key; no-referrer would make the form’s origin null
	return y.Show(w, r, v, questionPage(v, a))
}

// typed fills the form with what was said before.
func (y *why) typed(r *http.Request, v *page.View, a *asking) (err error) {
	if !a.Answered() {
		return nil
	}
	a.words, a.who, a.place, a.by = a.Reason.Words, a.Reason.TellerName, a.Reason.Place, a.Reason.ByName
	if a.thing, err = y.titleOf(r.Context(), v.Actor, a.Reason.Thing); err != nil {
		return err
	}
	if a.Reason.Thing.ID != 0 {
		a.place = y.URL + thingPath(a.Reason.Thing)
	}
	if a.Reason.Teller == 0 {
		return nil
	}
	people, err := y.People.People(r.Context(), []int64{a.Reason.Teller})
	if err != nil {
		return err
	}
	if a.teller = people[a.Reason.Teller]; a.teller.Name != "" {
		a.who, a.chosen, a.found = a.teller.Name, strconv.FormatInt(a.teller.ID, 10), []know.Person{a.teller}
	}
	return nil
}

func (y *why) answer(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q, err := y.Purchases.Question(r.Context(), v.Actor, r.PathValue("code"))
	if err != nil {
		return err
	}
	a := asking{Question: q, to: "/why/" + r.PathValue("code"), asked: true}
	return y.take(w, r, v, a, func(a asking) error { return y.showQuestion(w, r, v, a) })
}

// take takes an answer, or takes it back; again shows the form again.
func (y *why) take(w http.ResponseWriter, r *http.Request, v *page.View, a asking, again func(a asking) error) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := r.PostForm
	if f.Get("do") == "back" {
		if err := y.Purchases.TakeBack(r.Context(), a.Question); err != nil {
			return err
		}
		page.Flash(w, r, "removed")
		return page.Back(w, r, a.to)
	}
	a.words, a.who, a.chosen, a.place, a.by = f.Get("words"), strings.TrimSpace(f.Get("who")), f.Get("teller"), f.Get("place"), f.Get("by")
	err := y.meant(r, &a)
	if err == nil {
		n := purchase.Answer{Words: a.words, Place: a.place, ByName: a.by}
		if n.Teller, _ = strconv.ParseInt(a.chosen, 10, 64); n.Teller == 0 {
			n.TellerName, n.Elsewhere = a.who, true
		}
		err = y.Purchases.Answer(r.Context(), v.Actor, a.Question, n, y.URL)
	}
	if err != nil {
		if err := v.Wrong(err, &a.wrong); err != nil {
			return err
		}
		return again(a)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, a.to)
}

// meant finds out whether a typed name is somebody's who is known here, and
// asks which if that was not said. Without scripts it is the only way to name
// a member.
func (y *why) meant(r *http.Request, a *asking) (err error) {
	if a.who == "" {
		a.chosen = ""
		return nil
	}
	if a.found, err = y.Purchases.Tellers(r.Context(), a.who, offered); err != nil {
		return err
	}
	if me := a.Purchase.Holder; me != 0 { // nobody brought themselves
		a.found = slices.DeleteFunc(a.found, func(p know.Person) bool { return p.ID == me })
	}
	same := false
	for _, p := range a.found {
		same = same || know.SameName(p.Name, a.who)
		if strconv.FormatInt(p.ID, 10) == a.chosen {
			return nil
		}
	}
	if a.chosen == "0" || !same {
		a.chosen = "0"
		return nil
	}
	a.chosen = ""
	return fault.New(fault.Invalid, "Somebody here has that name. Say whether it is them.").On("who")
}

// people offers people for a name that is being typed.
func (y *why) people(w http.ResponseWriter, r *http.Request, v *page.View) error {
	found, err := y.Purchases.Tellers(r.Context(), r.URL.Query().Get("who"), offered)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(p know.Person) bool { return v.Actor.ID != 0 && p.ID == v.Actor.ID })
	return y.Fragment(w, r, v, offer(v, found, ""))
}

func (y *why) own(w http.ResponseWriter, r *http.Request, v *page.View) error {
	a, err := y.mine(r, v)
	if err != nil {
		return err
	}
	if err := y.typed(r, v, &a); err != nil {
		return err
	}
	return y.showOwn(w, r, v, a)
}

func (y *why) showOwn(w http.ResponseWriter, r *http.Request, v *page.View, a asking) error {
	v.Title = v.T("What brought you, and whom you brought")
	return y.Show(w, r, v, ownPage(v, a))
}

// mine gives the question as a member's own page asks it, and who named them.
func (y *why) mine(r *http.Request, v *page.View) (a asking, err error) {
	a.to = "/me/why"
	a.Question, err = y.Purchases.OwnQuestion(r.Context(), v.Actor)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return a, err
	}
	a.asked = err == nil
	named, err := y.Purchases.Namings(r.Context(), v.Actor)
	if err != nil {
		return a, err
	}
	ids := make([]int64, len(named))
	for i, n := range named {
		ids[i] = n.Buyer
	}
	people, err := y.People.People(r.Context(), ids)
	for _, n := range named {
		a.namings = append(a.namings, naming{n, buyerName(v, n, people)})
	}
	return a, err
}

// buyerName names who says that somebody brought them.
func buyerName(v *page.View, n purchase.Naming, people map[int64]know.Person) string {
	switch p := people[n.Buyer]; {
	case p.Name != "": // a member is nobody but themselves
		return p.Name
	case n.ByName != "":
		return n.ByName
	case n.Country != "":
		return v.T("Somebody in {country}", "country", v.Country(n.Country))
	}
	return v.T("Somebody")
}

func (y *why) answerOwn(w http.ResponseWriter, r *http.Request, v *page.View) error {
	a, err := y.mine(r, v)
	if err != nil {
		return err
	}
	if !a.asked {
		return fault.New(fault.NotFound, "Nothing is known that you bought.")
	}
	return y.take(w, r, v, a, func(a asking) error { return y.showOwn(w, r, v, a) })
}

// show says whether the reader may be shown as who brought somebody.
func (y *why) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	answer := r.PostForm.Get("show")
	if answer != "yes" && answer != "no" {
		return fault.New(fault.Invalid, "Say yes or no.")
	}
	if err := y.Purchases.Show(r.Context(), v.Actor, id, answer == "yes"); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/me/why")
}
