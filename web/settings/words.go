package settings

import (
	"tribune/know"
	"tribune/web/page"
)

// standing says under a name what somebody does, or that they are not here yet.
func standing(v *page.View, p know.Person) string {
	switch {
	case p.SeenAt.IsZero() && p.Title == "":
		return v.T("invited, not here yet")
	case p.Title != "":
		return p.Title
	}
	return role(v, p.Role)
}

// zoneGuess lets the script fill in the browser's time zone, on the first day.
func zoneGuess(v *page.View) string {
	if v.Site.SetUp {
		return ""
	}
	return "guess"
}
