package workshop_test

import (
	"fmt"
	"strings"
	"testing"

	"tribune/know"
	"tribune/shape"
)

// TestHidingFromTheListStaysInIt: without a reason the list comes again, with
// what is missing beside the words it is about.
func TestHidingFromTheListStaysInIt(t *testing.T) {
	s, marta := open(t)
	idea := propose(t, s, s.Person("Anna Morel", know.Member), "A notebook for the left hand")
	var last shape.Voice
	for _, words := range []string{"Mine smears.", "Buy pills."} {
		var err error
		if last, err = s.Ideas.AddVoice(t.Context(), know.Actor{}, idea.ID, shape.VoiceFrom{Words: words, Author: "A passer-by"}); err != nil {
			t.Fatal(err)
		}
	}
	path := fmt.Sprintf("/desk/voices/%d/hide", last.ID)
	marta.Post(path, "back", "voices", "reason", "").Want(t, 422, "Words to look at", "Mine smears.", "Buy pills.", "Say why", fmt.Sprintf("voice%d", last.ID))
	marta.Post(path, "back", "voices", "reason", "Spam.").Want(t, 303)
	marta.Get("/desk/voices").Want(t, 200, "Mine smears.").Without(t, "Buy pills.")

	// Beside its idea, to show it is a press away, and not among what hides.
	page := marta.Get(fmt.Sprintf("/desk/ideas/%d", idea.ID)).Want(t, 200, "Mine smears.")
	if before, _, _ := strings.Cut(page.Body[strings.Index(page.Body, "Mine smears."):], "Hide, take away, quote"); !strings.Contains(before, "Show it on the square") {
		t.Error("the button that shows a visitor's words is folded away")
	}
	first := fmt.Sprintf("/desk/voices/%d/show", last.ID-1)
	if to := marta.Post(first, "back", "voices").Want(t, 303).Header.Get("Location"); to != "/desk/voices" {
		t.Errorf("led to %s", to)
	}
	marta.Get("/desk/voices").Want(t, 200, "All are looked at.")
}
