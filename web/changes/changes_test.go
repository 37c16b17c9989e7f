package changes

import (
	"testing"
	"time"

	"tribune/shape"
	"tribune/web/page"
	"tribune/web/webtest"
)

// TestCameFrom counts those who asked for a change, not who spoke of it since.
func TestCameFrom(t *testing.T) {
	s := webtest.New(t)
	v := &page.View{Printer: s.Words.Printer("en", time.UTC)}
	r := shape.Release{Ideas: []shape.Idea{{Voices: 21}}, Credits: []shape.Credit{{Because: shape.ForProposing, Name: "João Almeida"}, {Because: shape.ForVoice, Name: "João Almeida"}, {Because: shape.ForVoice}}}
	if got := CameFrom(v, r); got != "From the idea of João Almeida, 2 voices" {
		t.Errorf("%q", got)
	}
	r.Credits = r.Credits[:1]
	if got := CameFrom(v, r); got != "From the idea of João Almeida" {
		t.Errorf("nobody asked for it: %q", got)
	}
}
