package page

import (
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Countries are those of ISO 3166-1 that people choose from, by their names in
// the reader's language.
func Countries(v *View) []Option {
	all := []Option{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code || region.Canonicalize() != region || grouping(code) {
				continue
			}
			if name := v.Country(code); name != code {
				all = append(all, Option{Value: code, Name: name})
			}
		}
	}
	order := collate.New(language.Make(v.Lang()))
	slices.SortFunc(all, func(x, y Option) int {
		return cmp.Or(order.CompareString(x.Name, y.Name), cmp.Compare(x.Value, y.Value))
	})
	return append([]Option{{Value: "", Name: v.T("Not said")}}, all...)
}

// grouping reports whether a code is reserved for a group of countries (ISO
// 3166-1, exceptional reservations).
func grouping(code string) bool { return code == "EU" || code == "EZ" || code == "UN" }
