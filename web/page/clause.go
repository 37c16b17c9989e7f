package page

import (
	"strconv"

	"tribune/internal/i18n"
	"tribune/shape/charter"
)

// ClauseURL gives the path of a clause in the version that it stands in.
func ClauseURL(c charter.Clause) string {
	return "/charter/" + strconv.FormatInt(c.Number, 10) + "#" + c.Name
}

// ModeOf says who decides.
func ModeOf(p *i18n.Printer, m charter.Mode) string {
	switch m {
	case charter.Decide:
		return p.T("You decide")
	case charter.CoDecide:
		return p.T("We decide together")
	}
	return p.T("You advise")
}

// Promise says in plain words what a clause promises.
func Promise(p *i18n.Printer, c charter.Clause) string {
	votes := p.N("{n} customer’s vote", "{n} customers’ votes", c.Votes)
	days := func(n int64) string { return p.N("{d} day", "{d} days", n, "d", p.Number(n)) }
	said := ""
	switch {
	case c.Mode == charter.Decide && c.Within > 0:
		said = p.T("Customers decide here: with {votes} within {days} it is done.", "votes", votes, "days", days(c.Within))
	case c.Mode == charter.Decide:
		said = p.T("Customers decide here: from {votes} on it is done.", "votes", votes)
	case c.Mode == charter.CoDecide && c.Within > 0:
		said = p.T("We decide together here: with {votes} within {days} we do it, or sign for not doing it.", "votes", votes, "days", days(c.Within))
	case c.Mode == charter.CoDecide:
		said = p.T("We decide together here: from {votes} on we do it, or sign for not doing it.", "votes", votes)
	default:
		return p.T("You advise here: we read it all, decide ourselves, and answer in public.")
	}
	if c.Answer > 0 {
		said += " " + p.T("We answer within {days} from then.", "days", days(c.Answer))
	}
	return said
}
