package me

import "tribune/web/page"

// whole keeps what is wrong with a form as a whole; what is wrong with a field
// stands beside it.
func whole(w page.Wrong) page.Wrong {
	if w.Field == "" {
		return w
	}
	return page.Wrong{}
}
