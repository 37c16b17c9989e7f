package boards

import (
	"net/http"
	"slices"
	"time"

	"tribune/shape/board"
	"tribune/web/page"
)

// version is what a board said otherwise, until it was changed.
type version struct {
	until  time.Time
	parts  []part
	quotas bool // they were others
	was    []board.Quota
	tribes map[int64]string
}

// part is a part of a board as it was.
type part struct {
	name, text string
	markdown   bool
}

// earlier gives what a board said before, the latest first: of each version
// what the next one changed; and when its quotas were dropped, if they were.
func (h handlers) earlier(r *http.Request, v *page.View, b board.Board, quotas []board.Quota) (all []version, dropped time.Time, err error) {
	kept, err := h.Boards.Earlier(r.Context(), v.Actor, b.ID)
	if err != nil {
		return nil, dropped, err
	}
	var hosts []int64
	for _, w := range kept {
		hosts = append(hosts, w.Host)
	}
	people, err := h.People.People(r.Context(), hosts)
	if err != nil {
		return nil, dropped, err
	}
	next := b.Wording(quotas)
	for _, w := range kept {
		x := version{until: w.Until, parts: changed(v, w, next)}
		if w.Text == "" {
			if w.Host != next.Host {
				x.parts = append(x.parts, part{name: v.T("Answers for it"), text: v.Named(people[w.Host])})
			}
			x.quotas, x.was = !slices.Equal(w.Quotas, next.Quotas), w.Quotas
			if x.tribes, err = h.tribesOf(r, v, x.was); err != nil {
				return nil, dropped, err
			}
			next = w
		}
		all = append(all, x)
	}
	return all, board.Dropped(b, quotas, kept), nil
}

// changed lists the parts of a wording that the next one changed.
func changed(v *page.View, w, next board.Wording) (all []part) {
	if w.Text != "" {
		return []part{{name: w.Name, text: w.Text}}
	}
	add := func(differ bool, name, text string, markdown bool) {
		if differ {
			all = append(all, part{name, text, markdown})
		}
	}
	add(w.Name != next.Name, v.T("Name"), w.Name, false)
	add(w.Purpose != next.Purpose, v.T("What the board is for"), w.Purpose, true)
	add(w.CompanyGets != next.CompanyGets, v.T("{brand} gets", "brand", v.Site.Brand), w.CompanyGets, true)
	add(w.MembersGet != next.MembersGet, v.T("Members get"), w.MembersGet, true)
	add(w.Duties != next.Duties, v.T("What members do"), w.Duties, true)
	add(!w.From.Equal(next.From) || !w.To.Equal(next.To), v.T("Term"), v.T("{from} to {to}", "from", v.Date(w.From), "to", v.Date(w.To)), false)
	add(w.Seats != next.Seats, v.T("Seats"), v.Number(int64(w.Seats)), false)
	add(!w.ClosesAt.Equal(next.ClosesAt), v.T("Applications"), v.T("until {date}", "date", v.Date(w.ClosesAt)), false)
	who := v.T("All customers")
	if w.Invited {
		who = v.T("Who is invited")
	}
	add(w.Invited != next.Invited, v.T("Who may apply"), who, false)
	add(w.Announced != next.Announced, v.T("Announced text, first part of the seed"), w.Announced, false)
	add(w.Beacon != next.Beacon, v.T("Which value, and where it is published"), w.Beacon, false)
	add(w.Counts != next.Counts || w.Numbers != next.Numbers || w.Digits != next.Digits, v.T("What of it counts"), countsText(v, w.Counts, w.Numbers, w.Digits), false)
	add(!w.BeaconAt.Equal(next.BeaconAt), v.T("The value is known on"), v.Date(w.BeaconAt), false)
	return all
}
