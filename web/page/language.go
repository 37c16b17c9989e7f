package page

import (
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Tongues are the languages that people choose from when they say in which
// they write or speak, as BCP 47 tags.
func Tongues() []string {
	return []string{"ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr", "hu", "id", "is",
		"it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh"}
}

// tongues holds the choice of languages as it reads in each language of pages:
// naming and ordering them takes longer than the rest of a page.
type tongues struct {
	mu      sync.Mutex
	options map[string][]Option
}

// Languages are the Tongues by their names in the reader's language, in its
// order; one that was chosen otherwise stands first.
func (v *View) Languages(chosen string) []Option {
	held := &v.kit.tongues
	held.mu.Lock()
	defer held.mu.Unlock()
	options, ok := held.options[v.Lang()]
	if !ok {
		options = inOrder(v)
		if held.options == nil {
			held.options = map[string][]Option{}
		}
		held.options[v.Lang()] = options
	}
	if chosen != "" && !slices.Contains(Tongues(), chosen) {
		return append([]Option{{Value: chosen, Name: v.Language(chosen)}}, options...)
	}
	return slices.Clone(options)
}

func inOrder(v *View) []Option {
	tags := Tongues()
	options := make([]Option, len(tags))
	for i, tag := range tags {
		options[i] = Option{Value: tag, Name: v.Language(tag)}
	}
	order := collate.New(language.Make(v.Lang()))
	slices.SortFunc(options, func(a, b Option) int { return order.CompareString(a.Name, b.Name) })
	return options
}
