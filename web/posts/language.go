package posts

import "tribune/web/page"

// tongues are the languages that words may be in. Where none was said yet,
// none need be.
func tongues(v *page.View, chosen string) []page.Option {
	options := v.Languages(chosen)
	if chosen == "" {
		options = append([]page.Option{{Value: "", Name: v.T("Not said")}}, options...)
	}
	return options
}
