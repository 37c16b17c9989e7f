package naming

import (
	"strings"

	"tribune/internal/query"
)

// Key gives the folded words of a name, a space before each: what names are
// looked for by. Names are the same person's to it that differ in capitals,
// accents, apostrophes and hyphens alone; it is "" for a name without words.
func Key(name string) string {
	words := query.Words(name)
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}
