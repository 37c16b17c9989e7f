package advocate

import (
	"strings"

	"tribune/internal/i18n"
	"tribune/know"
)

// Note is the note that is ready for an unexplained buyer, in the words of
// whoever of us sends it by hand: from me, to the buyer as far as they are
// known, with the address where they can answer without an account.
func (u Unexplained) Note(p *i18n.Printer, brand string, me, buyer know.Person, address string) string {
	hello := p.T("Hello,")
	if buyer.Name != "" {
		hello = p.T("Hello {name},", "name", buyer.Name)
	}
	sign := me.Name
	if me.Title != "" {
		sign += ", " + me.Title
	}
	return strings.Join([]string{hello,
		p.T("You are the first in {country} to have bought from us, and nobody here can explain how you found us. I would like to know: who or what brought you to {brand}? Any words will do.", "country", p.Country(u.Country), "brand", brand),
		p.T("You can answer me directly, or here, without an account:") + "\n" + address,
		sign + ", " + brand}, "\n\n")
}
