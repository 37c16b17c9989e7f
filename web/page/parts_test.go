package page

import "testing"

func TestFrenchQuotesStayWhole(t *testing.T) {
	for _, c := range []struct{ words, language, want string }{
		{"Le matin : il s’ouvre !", "fr", "Le matin\u00a0: il s’ouvre\u00a0!"},
		{"« Oui » ?", "fr-CA", "«\u00a0Oui\u00a0»\u00a0?"},
		{"Le matin : il", "frp", "Le matin : il"},
		{"Smile :)", "en", "Smile :)"},
	} {
		if got := unparted(c.words, c.language); got != c.want {
			t.Errorf("%q in %s becomes %q", c.words, c.language, got)
		}
	}
}
