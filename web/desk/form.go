package desk

import (
	"maps"
	"net/url"
	"slices"

	"tribune/web/page"
)

// Other gives what is wrong with a form if none of its fields says it.
func Other(w page.Wrong, fields ...string) string {
	return w.Besides(fields...)
}

// hidden takes "mention=7" apart for the hidden fields of a form.
func hidden(words string) [][2]string {
	values, err := url.ParseQuery(words)
	if err != nil {
		return nil
	}
	var fields [][2]string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fields = append(fields, [2]string{name, values.Get(name)})
	}
	return fields
}
