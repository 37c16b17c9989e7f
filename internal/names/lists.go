package names

import "tribune/internal/query"

// lists are words that tell names from what is only capitalised, folded.
type lists struct {
	calendar    map[string]bool // days and months of languages that capitalise them
	determiners map[string]bool // German words after which a noun is no name
}

func newLists() *lists {
	return &lists{calendar: words(calendar), determiners: words(determiners)}
}

// words makes a set of folded words.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range query.Words(text) {
		set[w] = true
	}
	return set
}

const (
	calendar = `Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October
		November December Christmas Easter Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März Mai Juni Juli Oktober Dezember
		Weihnachten Ostern`
	determiners = `der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen meinem meiner dein deine
		deinen deinem deiner sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren unserem unserer euer eure euren eurem eurer dieser diese dieses
		diesen diesem jeder jede jedes jeden jedem im am zum zur vom beim ins ans viel viele wenig mehr alle alles zwei drei`
)
