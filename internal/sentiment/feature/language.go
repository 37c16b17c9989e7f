package feature

// Language is one that moods are learnt in. The zero value is any other.
type Language uint8

// The languages, in the order in which weights are stored.
const (
	Other Language = iota
	Arabic
	English
	French
	German
	Hinglish // Hindi in Latin letters, mixed with English
	Italian
	Portuguese
	Spanish
	Languages // how many there are, Other included
)

var tags = [Languages]string{"und", "ar", "en", "fr", "de", "hi-Latn", "it", "pt", "es"}

// LanguageOf gives the language of a BCP 47 tag without region, Other if moods
// are not learnt in it.
func LanguageOf(tag string) Language {
	for l := Arabic; l < Languages; l++ {
		if tags[l] == tag {
			return l
		}
	}
	return Other
}

// String gives the tag of the language.
func (l Language) String() string { return tags[l] }
