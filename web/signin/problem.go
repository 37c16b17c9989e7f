package signin

import "tribune/web/page"

// problemOf keeps what is wrong with the form as a whole; what is wrong with a
// field stands beside it.
func problemOf(w page.Wrong) page.Wrong {
	if w.Field == "" {
		return w
	}
	return page.Wrong{}
}
