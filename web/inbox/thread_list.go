package inbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tribune/converse"
	"tribune/know"
	"tribune/web/desk"
	"tribune/web/page"
)

// listing is the column of threads.
type listing struct {
	show    string // open, asked, mine, answered, closed
	text    string
	threads []converse.Thread
	next    string // address of the next page
	faces   desk.Faces
	open    int64 // the thread that is open, 0: none
	counts  converse.Counts
	here    string // its own address
	since   string // data-live: whoever begins to wait after it was read; "" if it does not show them
}

// listed reads the column of threads that a request asks for. people and
// accounts are whom the page names besides.
func (x *inbox) listed(r *http.Request, v *page.View, open int64, people, accounts []int64) (l listing, err error) {
	v.Section = "inbox"
	q := r.URL.Query()
	l = listing{show: q.Get("state"), text: q.Get("q"), open: open}
	f := converse.Filter{Text: l.text, Cursor: q.Get("cursor")}
	switch l.show {
	case "answered":
		f.State = converse.Answered
	case "closed":
		f.State = converse.Closed
	case "mine":
		f.State, f.Owner = converse.Waiting, v.Actor.ID
	case "asked":
		f.State, f.Asked = converse.Waiting, v.Actor.ID
	default:
		l.show, f.State = "open", converse.Waiting
	}
	if l.show == "open" && l.text == "" && f.Cursor == "" {
		l.here, l.since = v.Path+"?"+v.Query, "since="+strconv.FormatInt(v.Now.UnixMicro(), 10)
	}
	threads, next, err := x.Inbox.Threads(r.Context(), v.Actor, f)
	if err != nil {
		return l, err
	}
	l.threads = threads
	if next != "" {
		l.next = "/desk/inbox?" + url.Values{"state": {l.show}, "q": {l.text}, "cursor": {next}}.Encode()
	}
	for _, t := range threads {
		people, accounts = append(people, t.Person, t.Owner, t.LastPerson), append(accounts, t.Account, t.LastAccount)
	}
	if l.counts, err = x.Inbox.Counts(r.Context(), v.Actor); err != nil {
		return l, err
	}
	l.faces, err = desk.Meet(r.Context(), x.Kit, people, accounts)
	return l, err
}

func (x *inbox) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	v.Title = v.T("Inbox")
	l, err := x.listed(r, v, 0, nil, nil)
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, listPage(v, l))
}

// href is a thread's address, with the list it was opened from.
func (l listing) href(id int64) string {
	q := url.Values{}
	if l.show != "open" {
		q.Set("state", l.show)
	}
	if l.text != "" {
		q.Set("q", l.text)
	}
	path := desk.Link("/desk/inbox/%d", id)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// beside gives the threads before and after the open one, as addresses, "" at
// an end; with none open, the first is the next.
func (l listing) beside() (before, after string) {
	at := slices.IndexFunc(l.threads, func(t converse.Thread) bool { return t.ID == l.open })
	if at > 0 {
		before = l.href(l.threads[at-1].ID)
	}
	if at+1 < len(l.threads) {
		after = l.href(l.threads[at+1].ID)
	}
	return before, after
}

// tabs are the states of threads.
func (l listing) tabs(v *page.View) []desk.Tab {
	tab := func(show, name string) desk.Tab {
		return desk.Tab{Name: name, Href: "/desk/inbox?state=" + show, Current: l.show == show}
	}
	asked := v.T("Asked of me")
	if l.counts.Asked > 0 {
		asked = v.T("Asked of me, {n}", "n", l.counts.Asked)
	}
	return []desk.Tab{tab("open", v.T("Waiting")), tab("asked", asked), tab("mine", v.T("Mine")), tab("answered", v.T("Answered")), tab("closed", v.T("Closed"))}
}

// empty says why no thread is listed, and what to do.
func (l listing) empty(v *page.View) string {
	switch {
	case l.text != "":
		return v.T("No conversation has these words.")
	case l.show == "mine":
		return v.T("You have taken none. Take one that waits: it is yours until you give it back.")
	case l.show == "asked":
		return v.T("Nobody asks you by name and waits. Letters to you appear here, and what a colleague asks you to answer.")
	case l.show == "answered":
		return v.T("Nothing is answered yet.")
	case l.show == "closed":
		return v.T("None was closed without an answer.")
	}
	return v.T("Nobody waits for an answer. Whoever asks, complains or writes to us appears here, the longest wait first.")
}

// others gives the team without one person.
func others(team []know.Person, but int64) []know.Person {
	return slices.DeleteFunc(slices.Clone(team), func(p know.Person) bool { return p.ID == but })
}
