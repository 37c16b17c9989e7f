package posts

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tribune/web/page"
)

// tongues are the languages one chooses from, by their names in the reader's
// language; one that was said otherwise stays.
func tongues(v *page.View, chosen string) []page.Option {
	tags := []string{"ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr", "hu", "id", "is",
		"it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh"}
	if chosen != "" && !slices.Contains(tags, chosen) {
		tags = append(tags, chosen)
	}
	options := make([]page.Option, len(tags))
	for i, tag := range tags {
		options[i] = page.Option{Value: tag, Name: v.Language(tag)}
	}
	order := collate.New(language.Make(v.Lang()))
	slices.SortFunc(options, func(a, b page.Option) int { return order.CompareString(a.Name, b.Name) })
	if chosen == "" {
		options = append([]page.Option{{Value: "", Name: v.T("Not said")}}, options...)
	}
	return options
}
