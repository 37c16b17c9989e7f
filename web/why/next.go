package why

import (
	"time"

	"tribune/advocate"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/web/desk"
	"tribune/web/page"
)

// row is a buyer with what is known of what brought them.
type row struct {
	advocate.Referral
	purchase purchase.Purchase
	chain    []advocate.Referral // who told them, and who told those
	reason   purchase.Reason     // the zero Reason if they said nothing
	thing    string              // the title of what of ours they named
	asked    time.Time           // when they were asked by mail, zero if they were not
	stranger bool                // unexplained: the first of a country, and nobody wrote to them
}

// group is the buyers of a page of whom as much is known.
type group struct {
	sure advocate.Sure
	rows []row
}

// groups puts together what stands together: rows come by how much is known.
func groups(rows []row) (all []group) {
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].sure != r.Sure {
			all = append(all, group{sure: r.Sure})
		}
		of := &all[len(all)-1]
		of.rows = append(of.rows, r)
	}
	return all
}

// name says what is known of a group.
func (g group) name(v *page.View) string {
	switch g.sure {
	case advocate.Said:
		return v.T("They said what brought them")
	case advocate.ByLink:
		return v.T("They came by somebody’s link")
	}
	return v.T("Nobody knows what brought them")
}

// known says what is known of somebody of whom nobody knows what brought them:
// first what came with the purchase, then whether they were asked.
func known(v *page.View, f desk.Faces, r row) (came, asked string) {
	switch {
	case r.stranger:
		came = v.T("The first from {country}: no code, no link, no word.", "country", v.Country(r.Country))
	case r.Coded:
		came = v.T("Came with the code {code}, which was nobody’s link when they bought.", "code", r.purchase.Code)
	default:
		came = v.T("No code, no link, no word.")
	}
	switch account := f.Account(r.purchase.Account); {
	case !r.asked.IsZero():
		asked = v.T("Asked by mail {ago}; no answer yet.", "ago", v.Ago(r.asked, v.Now))
	case r.purchase.Person != 0:
		asked = v.T("A member; not asked by mail.")
	case account.Kind == know.Mail:
		asked = v.T("Not asked: their address is not confirmed.")
	default:
		asked = v.T("Not asked: the shop gave no address.")
	}
	return came, asked
}

// next is the one thing to do about a buyer, and where; "" if there is nothing
// but to wait.
func next(v *page.View, f desk.Faces, r row) (name, href string) {
	switch {
	case r.stranger:
		return v.T("Write the note"), "/desk/why/unexplained#u" + number(r.First)
	case r.Sure == advocate.Unknown && !r.asked.IsZero():
		return v.T("Write to them"), f.Href(r.purchase.Person, r.purchase.Account)
	case r.Sure == advocate.Unknown:
		return v.T("Copy their question"), desk.Link("/desk/why/purchases/%d#ask", r.First)
	case r.Parent != 0:
		return v.T("See the tree"), desk.Link("/desk/why/tree/%d", r.Parent)
	}
	return "", ""
}
