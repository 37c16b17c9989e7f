package why

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tribune/advocate"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/web/desk"
	"tribune/web/page"
)

// tabs are the sections of why.
func tabs(v *page.View, current string) []desk.Tab {
	return []desk.Tab{
		{Name: v.T("Buyers"), Href: "/desk/why", Current: current == "list"},
		{Name: v.T("Word of mouth"), Href: "/desk/why/tree", Current: current == "tree"},
		{Name: v.T("Unexplained"), Href: "/desk/why/unexplained", Current: current == "unexplained"},
		{Name: v.T("Import orders"), Href: "/desk/why/import", Current: current == "import"},
	}
}

// thingPath gives the page of something of ours.
func thingPath(thing event.Ref) string {
	prefix := map[string]string{"idea": "/ideas/", "post": "/tribune/", "release": "/changes/"}[thing.Kind]
	return prefix + strconv.FormatInt(thing.ID, 10)
}

// thingName names something of ours: its kind, and its title if there is one for
// the reader.
func thingName(v *page.View, thing event.Ref, title string) string {
	switch {
	case thing.Kind == "idea" && title != "":
		return v.T("an idea on the square: “{title}”", "title", title)
	case thing.Kind == "idea":
		return v.T("an idea on the square")
	case thing.Kind == "post" && title != "":
		return v.T("a post of ours: “{title}”", "title", title)
	case thing.Kind == "post":
		return v.T("a post of ours")
	case title != "":
		return v.T("a release of ours: “{title}”", "title", title)
	}
	return v.T("a release of ours")
}

// titleOf gives the title of something of ours, "" if it has none that the reader
// may see.
func (y *why) titleOf(ctx context.Context, a know.Actor, thing event.Ref) (title string, err error) {
	switch thing.Kind {
	case "idea":
		i, wrong := y.Ideas.Idea(ctx, a, thing.ID)
		title, err = i.Title, wrong
	case "post":
		p, wrong := y.Posts.Post(ctx, a, thing.ID)
		title, err = p.Title, wrong
	case "release":
		r, wrong := y.Ideas.Release(ctx, a, thing.ID)
		title, err = r.Title, wrong
	}
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return title, err
}

// surely says how sure it is what brought somebody.
func surely(v *page.View, s advocate.Sure) string {
	switch s {
	case advocate.Said:
		return v.T("said by the buyer")
	case advocate.ByLink:
		return v.T("by link")
	}
	return v.T("unknown")
}

// who names somebody in the tree: the person, else what the shop knows.
func who(v *page.View, f desk.Faces, r advocate.Referral) string {
	return f.Buyer(v, r.Person(), r.Account())
}

// href gives where a node of the tree opens: its tree if it brought somebody,
// else its first purchase.
func href(r advocate.Referral) string {
	if r.ID > 0 && r.Below > 0 {
		return desk.Link("/desk/why/tree/%d", r.ID)
	}
	if r.First != 0 {
		return desk.Link("/desk/why/purchases/%d", r.First)
	}
	return desk.Link("/desk/people/%d", r.ID)
}

// amount writes what was paid: 12.50 EUR.
func amount(v *page.View, minor int64, currency string) string {
	places := purchase.Places(currency)
	unit := int64(1)
	for range places {
		unit *= 10
	}
	text := v.Number(minor / unit)
	if places > 0 {
		mark := "."
		if v.Lang() == "fr" {
			mark = ","
		}
		text += mark + fmt.Sprintf("%0*d", places, minor%unit)
	}
	return text + "\u00a0" + currency
}

// items writes what was bought: 2 × A5, A6.
// itemized reports whether it is known of any purchase what was bought.
func itemized(all []purchase.Purchase) bool {
	return slices.ContainsFunc(all, func(p purchase.Purchase) bool { return len(p.Items) > 0 })
}

func items(list []purchase.Item) string {
	var all []string
	for _, i := range list {
		if i.Quantity != 1 {
			all = append(all, strconv.FormatInt(i.Quantity, 10)+" × "+i.SKU)
		} else {
			all = append(all, i.SKU)
		}
	}
	if len(all) > 6 {
		all = append(all[:6], "…")
	}
	return strings.Join(all, ", ")
}

// listURL opens the buyers behind a number of the last year.
func listURL(query string) string { return "/desk/why?year=1&" + query }

// stillAsked reports whether a named member has not answered whether they may be shown.
func stillAsked(r purchase.Reason) bool { return r.Shown == purchase.Asked }

// share gives a part of a whole in hundredths, for a chart of that width.
func share(part, whole int64) string {
	if whole == 0 {
		return "0"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 2, 64)
}

// from gives where a part of a bar begins.
func from(before, whole int64) string { return share(before, whole) }

// number writes an id.
func number(id int64) string { return strconv.FormatInt(id, 10) }

// idOf gives a person’s id as a form has it.
func idOf(p know.Person) string { return strconv.FormatInt(p.ID, 10) }
