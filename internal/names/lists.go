package names

import (
	"tribune/internal/keyness"
	"tribune/internal/query"
)

// lists are words that tell names from what is only capitalised, folded.
type lists struct {
	calendar    map[string]bool              // days and months of languages that capitalise them
	determiners map[string]bool              // German words after which a noun is no name
	nouns       map[string]bool              // German words that are none
	noise       map[string]bool              // what looks like a name by how it is written, and is none
	stops       map[string]func(string) bool // by language, words without a meaning of their own
}

func newLists() *lists {
	return &lists{calendar: words(calendar), determiners: words(determiners), nouns: words(nouns), noise: words(noise), stops: map[string]func(string) bool{}}
}

// stop reports whether a word of a language has no meaning of its own.
func (l *lists) stop(language, word string) bool {
	stop := l.stops[language]
	if stop == nil {
		stop = keyness.Stop(language)
		l.stops[language] = stop
	}
	return stop(word)
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
		November December Feb Apr Aug Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Sat Christmas Easter Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März Mai Juni Juli Oktober Dezember
		Weihnachten Ostern`
	determiners = `der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen meinem meiner dein deine
		deinen deinem deiner sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren unserem unserer euer eure euren eurem eurer dieser diese dieses
		diesen diesem jeder jede jedes jeden jedem im am zum zur vom beim ins ans viel viele wenig mehr alle alles zwei drei
		vier fünf etwas genug ganz welche welcher welches welchen manche mancher solche einige wenige beide beiden mehrere andere anderen jene jenes so was für`
	noise = `o_O xD DD oO LOL OMG WTF RT FF MT DM ROFL IMHO ASAP FYI BTW OK TBH`
)
