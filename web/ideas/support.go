package ideas

import (
	"strconv"
	"strings"

	"tribune/tribe"
	"tribune/web/page"
)

// stanceOf puts a stance in words; "" where there is nothing to say.
func stanceOf(v *page.View, s tribe.Stance) string {
	switch s {
	case tribe.Loves:
		return v.T("loves it")
	case tribe.Refuses:
		return v.T("refuses it")
	case tribe.Passes:
		return v.T("passes it by")
	}
	return ""
}

// hundredths writes a share as a place on a line of 100.
func hundredths(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

// groupName is what a suggested group is called, which nobody named.
func groupName(v *page.View, s tribe.Support) string {
	if len(s.Words) > 0 {
		return v.List(s.Words[:min(3, len(s.Words))])
	}
	return v.T("{names} and others", "names", strings.Join(s.First, ", "))
}
