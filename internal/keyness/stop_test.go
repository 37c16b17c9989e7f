package keyness

import (
	"strings"
	"testing"
)

func TestStop(t *testing.T) {
	for language, words := range map[string]string{"en": "the of doesn", "fr-CA": "les qu etait", "de": "und fur", "es": "pero tambien", "pt-BR": "nao voce", "": "2026 a https"} {
		for _, w := range strings.Fields(words) {
			if !Stop(language)(w) {
				t.Errorf("%s: %s is shown", language, w)
			}
		}
	}
	for language, words := range map[string]string{"en": "paper a5 les", "fr": "papier the", "de": "papier", "nb": "og", "ja": "紙"} {
		for _, w := range strings.Fields(words) {
			if Stop(language)(w) {
				t.Errorf("%s: %s is not shown", language, w)
			}
		}
	}
}

// TestStopWordsAreFolded holds the lists to what is compared with them.
func TestStopWordsAreFolded(t *testing.T) {
	for _, language := range []string{"en", "fr", "de", "es", "pt"} {
		for _, w := range strings.Fields(stopWords(language)) {
			for _, r := range w {
				if r < 'a' || r > 'z' {
					t.Errorf("%s: %q is not folded", language, w)
				}
			}
		}
	}
}
