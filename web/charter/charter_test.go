package charter_test

import (
	"testing"
	"time"

	"tribune/know"
	"tribune/shape"
	"tribune/web/charter"
	"tribune/web/ideas"
	"tribune/web/webtest"
	"tribune/web/workshop"
)

// TestCharter goes the whole way by forms: a draft, published, cited, decided
// against, and read again.
func TestCharter(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: charter.Files, Routes: charter.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes}, webtest.Folder{Files: workshop.Files, Routes: workshop.Routes})
	olga, sven, ada, ben := s.Person("Olga Berg", know.Owner), s.Person("Sven Lund", know.Staff), s.Person("Ada Ek", know.Member), s.Person("Ben Ito", know.Member)
	visitor := s.Visitor()
	visitor.Get("/charter").Want(t, 200, "advice is the default")
	visitor.Get("/purpose").Want(t, 200, "Made with the people it is made for.", "nobody has said it yet")
	sven.Get("/desk/charter").Want(t, 200, "No charter yet")
	sven.Post("/desk/charter").Want(t, 303)
	sven.Get("/desk/charter/1").Want(t, 200, "One more clause", "One of the owners publishes it.")
	sven.Post("/desk/charter/1", "edits", "0", "clauses", "1", "clause.0.title", "Colours", "clause.0.mode", "decide", "clause.0.votes", "many").Want(t, 422, "Say from how many votes on", `value="many"`)
	sven.Post("/desk/charter/1", "edits", "0", "preface", "What is **yours** to say.", "default", "colours", "clauses", "3",
		"clause.0.title", "Paper", "clause.0.mode", "advise", "clause.0.place", "2",
		"clause.1.title", "Colours", "clause.1.mode", "decide", "clause.1.votes", "2", "clause.1.answer_days", "30", "clause.1.place", "1",
		"clause.2.title", "").Want(t, 303)
	sven.Post("/desk/charter/1", "edits", "0", "clauses", "0").Want(t, 409, "Somebody changed this draft")
	sven.Post("/desk/charter/1/publish").Want(t, 403)
	visitor.Get("/charter/1").Want(t, 404)
	olga.Post("/desk/charter/1/publish").Want(t, 303)
	visitor.Get("/charter").Want(t, 200, "<strong>yours</strong>", "You decide", "from 2 customers’ votes on it is done", "We answer within 30 days from then.", "never decided against", "Olga Berg (Tribune)")
	olga.Post("/desk/charter/purpose", "body", "").Want(t, 422, "Say in 1 to")
	olga.Post("/desk/charter/purpose", "body", "Paper for *every* hand.").Want(t, 303)
	visitor.Get("/purpose").Want(t, 200, "<em>every</em>", "Olga Berg", "No decision rests on it yet")

	i, err := s.Ideas.Propose(t.Context(), ada.Actor, shape.NewIdea{Title: "A deep green cover"})
	if err != nil {
		t.Fatal(err)
	}
	visitor.Get("/ideas/1").Want(t, 200, "Customers decide here: from 2 customers’ votes on it is done.", "1 of 2 customers’ votes", "/charter/1#colours")
	sven.Get("/desk/ideas/1").Want(t, 200, "1 of 2 customers’ votes", "the clause it stands under: Colours")
	s.Pass(time.Hour)
	if _, err := s.Ideas.Vote(t.Context(), ben.Actor, i.ID, true); err != nil {
		t.Fatal(err)
	}
	sven.Get("/desk/ideas/1").Want(t, 200, "To decide against the charter", "Against it would be: Open, Under review and Declined.", "Type it as it stands here: Sven Lund")
	sven.Post("/desk/ideas/1/decide", "status", "declined", "reason", "There is no such dye for us.", "override.reason", "No.", "override.signer", "Olga Berg").Want(t, 422, "Say why, in 10 to 5000 characters", "type your own name, Sven Lund", "There is no such dye for us.")
	sven.Post("/desk/ideas/1/sort", "tags", "", "call", "", "clause_was", "2", "clause_id", "").Want(t, 409, "stays under its clause")
	sven.Post("/desk/ideas/1/decide", "status", "declined", "reason", "There is no such dye for us.", "cites", "purpose", "override.reason", "The only dye is **poisonous**.", "override.signer", "sven lund").Want(t, 303)
	visitor.Get("/ideas/1").Want(t, 200, "Against the charter: it declines what the votes had decided.", "<strong>poisonous</strong>", "signed: sven lund", "It rests on what we are for.")
	visitor.Get("/charter").Want(t, 200, "decided against 1 time", "A deep green cover", "poisonous", "1 decision in all versions")
	visitor.Get("/charter/overrides?clause=colours").Want(t, 200, "A deep green cover")
	visitor.Get("/purpose").Want(t, 200, "A deep green cover", "Sven Lund (Tribune)")

	sven.Post("/desk/charter").Want(t, 303)
	sven.Post("/desk/charter/2", "edits", "0", "clauses", "1", "clause.0.title", "Colours", "clause.0.name", "colours", "clause.0.mode", "codecide", "clause.0.votes", "40").Want(t, 303)
	olga.Post("/desk/charter/2/publish").Want(t, 303)
	visitor.Get("/charter").Want(t, 200, "What changed from version 1", "clause gone", "changed clause", "40 customers’ votes", "never decided against in this version", "decided against 1 time in earlier versions")
	visitor.Get("/charter/1").Want(t, 200, "does not hold any more", "from 2 customers’ votes on it is done")
	french := s.Visitor()
	french.Lang = "fr"
	french.Get("/charter").Want(t, 200, "Qui décide ici", "Nous décidons ensemble", "Toutes les versions")
	french.Get("/ideas/1").Want(t, 200, "Contre la charte\u00a0: elle refuse ce que les votes avaient décidé.", "Ici, les clients décident\u00a0: à partir de 2 votes de clients, c’est fait.")
	french.Get("/purpose").Want(t, 200, "Notre raison d’être")
}
